"""How tf.function asks AutoGraph to convert what it traces."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class AutographSettings:
    """Whether, and with which optional conversions, a function is converted."""

    enabled: bool
    features: Any = None

    @classmethod
    def of(cls, autograph: bool, features: Any) -> AutographSettings:
        """Settings from the arguments of ``tf.function``."""
        return cls(bool(autograph), features)


def callable_for_tracing(
    function: Callable[..., Any], settings: AutographSettings, receiver: Any
) -> Callable[..., Any]:
    """``function`` as tracing calls it: converted if that is wanted, bound to ``receiver`` if it is a method."""
    return function if receiver is None else function.__get__(receiver)

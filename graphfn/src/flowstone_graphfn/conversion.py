"""How tf.function asks AutoGraph to convert what it traces."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flowstone_graphfn.autograph import api, graph_backend
from flowstone_graphfn.autograph.context import Status, control_status
from flowstone_graphfn.autograph.options import DEFAULT, Options

graph_backend.register()


@dataclass(frozen=True, slots=True)
class AutographSettings:
    """Whether, and with which optional conversions, a function is converted."""

    enabled: bool
    options: Options = DEFAULT

    @classmethod
    def of(cls, autograph: bool, features: Any) -> AutographSettings:
        """Settings from the arguments of ``tf.function``."""
        return cls(bool(autograph), Options.of(True, features))


def callable_for_tracing(
    function: Callable[..., Any], settings: AutographSettings, receiver: Any
) -> Callable[..., Any]:
    """``function`` as tracing calls it: converted if that is wanted, bound to ``receiver`` if it is a method."""
    bound = function if receiver is None else function.__get__(receiver)
    status = Status.ENABLED if settings.enabled else Status.UNSPECIFIED
    with control_status(status, settings.options):
        target = api.convert(bound, settings.options) if settings.enabled else bound

    @functools.wraps(function, updated=())
    def traced(*args: Any, **kwargs: Any) -> Any:
        with control_status(status, settings.options):
            return target(*args, **kwargs)

    return traced

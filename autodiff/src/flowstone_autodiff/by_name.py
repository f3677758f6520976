"""``tf.RegisterGradient`` and ``tf.no_gradient``: TensorFlow's way to give an op a gradient, by the op's name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from flowstone_core.op import REGISTRY, Op
from flowstone_core.plugins import find_op, resolve

from flowstone_autodiff.recorder import flat
from flowstone_autodiff.registry import NOT_DIFFERENTIABLE, RULES, Call, Rule, find_rule

F = TypeVar("F", bound=Callable[..., Any])

BY_NAME: dict[str, Any] = {}
"""What was registered under names that are no op's."""


class _Operation:
    """A call as TensorFlow's gradient functions expect it: flat inputs and outputs, attributes by name."""

    def __init__(self, call: Call) -> None:
        self._call = call
        self.type = call.op.name
        self.name = call.op.name
        self.inputs = flat(call.inputs)
        self.outputs = flat(call.outputs)

    def get_attr(self, name: str) -> Any:
        """The value of an attribute.

        Raises:
            ValueError: If there is none of that name.
        """
        attrs = {**self._call.attrs, **self._call.op.type_attrs(self._call.inputs)}
        if name not in attrs:
            raise ValueError(f"Operation {self.name!r} has no attr named {name!r}; it has {sorted(attrs)}.")
        value = attrs[name]
        return value.encode() if isinstance(value, str) else value


class RegisterGradient:
    """A decorator that gives an op type a gradient function: ``function(op, *gradients)``.

    ``op`` has the flat lists ``inputs`` and ``outputs`` and ``get_attr(name)``; the function returns a gradient
    (or None) for each input. New code uses ``flowstone_autodiff.gradient``, which takes the op itself.

    Args:
        op_type: The name of the op.

    Raises:
        TypeError: If the name is no string.
        KeyError: When applied, if the name has a gradient already.
    """

    def __init__(self, op_type: str) -> None:
        self._op_type = _checked(op_type)

    def __call__(self, f: F) -> F:
        """Register ``f``."""

        def rule(call: Call, *gradients: Any) -> tuple[Any, ...]:
            result = f(_Operation(call), *(part for each in gradients for part in _parts(each)))
            return _nested(call.inputs, list(result) if isinstance(result, (tuple, list)) else [result])

        _register(self._op_type, f, Rule(rule))
        return f


def no_gradient(op_type: str) -> None:
    """Declare that an op type is not differentiable.

    Args:
        op_type: The name of the op.

    Raises:
        TypeError: If the name is no string.
        KeyError: If the name has a gradient already.
    """
    _register(_checked(op_type), None, NOT_DIFFERENTIABLE)


def _checked(op_type: Any) -> str:
    if not isinstance(op_type, str):
        raise TypeError(f"op_type must be a string, received {op_type!r}.")
    return op_type


def _register(name: str, function: Any, rule: Rule) -> None:
    op = _op_named(name)
    if name in BY_NAME or (op is not None and find_rule(op) is not None):
        raise KeyError(f"Registering two gradient with name {name!r}! It has one already, which cannot be replaced.")
    if op is None:
        BY_NAME[name] = function
    else:
        RULES[op] = rule


def _op_named(name: str) -> Op | None:
    if name not in REGISTRY:
        target = find_op(name)
        if target is not None:
            resolve(target)
    return REGISTRY.get(name)


def _parts(gradient: Any) -> list[Any]:
    return gradient if isinstance(gradient, list) else [gradient]


def _nested(inputs: tuple[Any, ...], gradients: list[Any]) -> tuple[Any, ...]:
    """Flat gradients in the places of inputs, lists for list inputs.

    Raises:
        ValueError: If there are too few or too many.
    """
    count = len(flat(inputs))
    if len(gradients) != count:
        raise ValueError(f"A gradient function returned {len(gradients)} gradients for {count} inputs.")
    found = iter(gradients)
    return tuple([next(found) for _ in value] if type(value) is tuple else next(found) for value in inputs)

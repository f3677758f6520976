"""Gives tensors and variables their operators: ``x + y`` is ``tf.add(x, y)``.

They are attached here, and not written in ``tensor.py``, because ops are made of tensors' types: importing
this module (``flowstone_core`` itself does) joins the two.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flowstone_core.composite import is_composite
from flowstone_core.conversion import convert_to_tensor
from flowstone_core.op import Op, binary
from flowstone_core.ops import bitwise, compare, linalg, math, subscript
from flowstone_core.tensor import Tensor
from flowstone_core.variable import Variable

Function = Callable[..., Any]


def _forward(op: Op | None, function: Function, reflected: str) -> Function:
    """``x + y`` with a tensor on the left; if it fails, the type of ``y`` is asked for its reflected operator.

    ``op`` is what eager tensors of one type execute at once, if there is one.
    """

    def slow(x: Any, y: Any, name: str | None = None) -> Any:
        try:
            return function(x, y)
        except (TypeError, ValueError) as error:
            theirs = getattr(type(y), reflected, None)
            if theirs is None or isinstance(y, (Tensor, Variable)):
                raise
            try:
                result = theirs(y, x)
            except (TypeError, ValueError):
                raise error from None
            if result is NotImplemented:
                raise
            return result

    return slow if op is None else binary(op, body=True)(slow)


def _reflected(function: Function) -> Function:
    """``y + x`` with a tensor on the right: the left operand must be able to take its type."""

    def operator(self: Any, other: Any) -> Any:
        return function(convert_to_tensor(other, dtype=self.dtype), self)

    return operator


def _logical_or_bitwise(logical: Function, bits: Function) -> Function:
    """Logic for booleans, bits for integers."""

    def function(x: Any, y: Any) -> Any:
        if not isinstance(x, (Tensor, Variable)) and not is_composite(x):
            x = convert_to_tensor(x)
        return logical(x, y) if x.dtype.is_bool else bits(x, y)

    return function


def _invert(x: Any) -> Any:
    return compare.logical_not(x) if x.dtype.is_bool else bitwise.invert(x)


def _equal(x: Any, y: Any) -> Any:
    """Element by element; False as a whole for shapes that do not broadcast, and for None."""
    return False if y is None else compare.EQUAL(x, y, incompatible_shape_error=False)


def _not_equal(x: Any, y: Any) -> Any:
    """Element by element; True as a whole for shapes that do not broadcast, and for None."""
    return True if y is None else compare.NOT_EQUAL(x, y, incompatible_shape_error=False)


_BINARY: dict[str, tuple[Op | None, Function]] = {
    "add": (math.ADD_V2, math.add),
    "sub": (math.SUB, math.subtract),
    "mul": (math.MUL, math.multiply),
    "truediv": (math.REAL_DIV, math.truediv),
    "floordiv": (math.FLOOR_DIV, math.floordiv),
    "mod": (math.FLOOR_MOD, math.floormod),
    "pow": (math.POW, math.pow),
    "matmul": (None, linalg.matmul),
    "and": (bitwise.BITWISE_AND, _logical_or_bitwise(compare.logical_and, bitwise.bitwise_and)),
    "or": (bitwise.BITWISE_OR, _logical_or_bitwise(compare.logical_or, bitwise.bitwise_or)),
    "xor": (bitwise.BITWISE_XOR, _logical_or_bitwise(compare.logical_xor, bitwise.bitwise_xor)),
}
_ORDER: dict[str, Function] = {
    "lt": compare.less,
    "le": compare.less_equal,
    "gt": compare.greater,
    "ge": compare.greater_equal,
}
_OPERATORS: dict[str, Function] = (
    {f"__{name}__": _forward(op, function, f"__r{name}__") for name, (op, function) in _BINARY.items()}
    | {f"__r{name}__": _reflected(function) for name, (_, function) in _BINARY.items()}
    | {f"__{name}__": function for name, function in _ORDER.items()}
    | {
        "__neg__": math.negative,
        "__abs__": math.abs,
        "__invert__": _invert,
        "__eq__": _equal,
        "__ne__": _not_equal,
    }
)


def attach(cls: type, without: tuple[str, ...] = ()) -> None:
    """Give ``cls`` (tensors, variables, ragged tensors) the operators but those of these names."""
    for name, function in _OPERATORS.items():
        if name not in without:
            setattr(cls, name, function)


attach(Tensor)
attach(Variable)
Tensor.OVERLOADABLE_OPERATORS = frozenset(_OPERATORS) | {"__getitem__"}
for _cls, _getitem in ((Tensor, subscript.getitem), (Variable, subscript.variable_getitem)):
    setattr(_cls, "__getitem__", _getitem)  # noqa: B010

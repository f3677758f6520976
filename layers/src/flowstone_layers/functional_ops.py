"""Ops on symbolic tensors: each is recorded as the call of a function, like a layer's."""

from __future__ import annotations

from typing import Any

from flowstone_core.api import tf
from flowstone_core.op import Op

from flowstone_layers import keras_tensor
from flowstone_layers.keras_tensor import KerasTensor
from flowstone_layers.operation import FunctionOperation


class OpCall(FunctionOperation):
    """One core op in a functional model: what ``tf`` functions and operators make of symbolic tensors.

    Args:
        op: The op.
        attrs: Its attributes.
    """

    def __init__(self, op: Op, attrs: dict[str, Any]) -> None:
        self.op = op
        self.attrs = attrs
        super().__init__(self._execute, name=None)

    def _execute(self, *inputs: Any) -> Any:
        return self.op(*inputs, **self.attrs)

    def __repr__(self) -> str:
        return f"<OpCall {self.op.name} name={self.name}>"


def _record(op: Op, inputs: tuple[Any, ...], attrs: dict[str, Any]) -> Any:
    return OpCall(op, attrs)(*inputs)


def _getitem(x: Any, key: Any) -> Any:
    return x[key]


def _operator(function: Any) -> Any:
    def apply(self: Any, other: Any) -> Any:
        return FunctionOperation(function)(self, other)

    return apply


def _reflected(function: Any) -> Any:
    def apply(self: Any, other: Any) -> Any:
        return FunctionOperation(function)(other, self)

    return apply


keras_tensor._operators["op"] = _record
keras_tensor._operators["reshape"] = lambda x, shape: FunctionOperation(tf.reshape)(x, shape)
keras_tensor._operators["squeeze"] = lambda x, axis: FunctionOperation(tf.squeeze)(x, axis)

for _name, _function in {
    "add": lambda a, b: a + b,
    "sub": lambda a, b: a - b,
    "mul": lambda a, b: a * b,
    "truediv": lambda a, b: a / b,
    "floordiv": lambda a, b: a // b,
    "mod": lambda a, b: a % b,
    "pow": lambda a, b: a**b,
    "matmul": lambda a, b: a @ b,
    "and": lambda a, b: a & b,
    "or": lambda a, b: a | b,
    "xor": lambda a, b: a ^ b,
}.items():
    _function.__name__ = _name
    setattr(KerasTensor, f"__{_name}__", _operator(_function))
    setattr(KerasTensor, f"__r{_name}__", _reflected(_function))
for _name, _function in {
    "lt": lambda a, b: a < b,
    "le": lambda a, b: a <= b,
    "gt": lambda a, b: a > b,
    "ge": lambda a, b: a >= b,
    "ne": lambda a, b: a != b,
}.items():
    _function.__name__ = _name
    setattr(KerasTensor, f"__{_name}__", _operator(_function))
setattr(KerasTensor, "__getitem__", lambda self, key: FunctionOperation(_getitem, "get_item")(self, key))  # noqa: B010 - an attribute that the class does not declare
setattr(KerasTensor, "__neg__", lambda self: FunctionOperation(tf.negative)(self))  # noqa: B010 - an attribute that the class does not declare
setattr(KerasTensor, "__abs__", lambda self: FunctionOperation(tf.abs)(self))  # noqa: B010 - an attribute that the class does not declare
setattr(KerasTensor, "__invert__", lambda self: FunctionOperation(tf.logical_not)(self))  # noqa: B010 - an attribute that the class does not declare

"""Gives tensors their operators: ``x + y`` is ``tf.add(x, y)``.

They are attached here, and not written in ``tensor.py``, because ops are made of tensors' types: importing
this module (``flowstone_core`` itself does) joins the two.
"""

from __future__ import annotations

from typing import Any

from flowstone_core.ops import math
from flowstone_core.tensor import Tensor
from flowstone_core.variable import Variable


def _reflected(function: Any) -> Any:
    def operator(self: Any, other: Any) -> Any:
        return function(other, self)

    return operator


def attach(cls: type) -> None:
    """Give ``cls`` (tensors, variables) the arithmetic operators."""
    for name, function in {"add": math.add, "sub": math.subtract, "mul": math.multiply}.items():
        setattr(cls, f"__{name}__", function)
        setattr(cls, f"__r{name}__", _reflected(function))
    cls.__neg__ = math.negative  # type: ignore[attr-defined]
    cls.__lt__ = math.less  # type: ignore[attr-defined]


attach(Tensor)
attach(Variable)

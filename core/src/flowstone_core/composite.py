"""Operands made of several tensors (ragged, sparse, ...), which know what an op means for them."""

from __future__ import annotations

from typing import Any


def is_composite(value: Any) -> bool:
    """Whether ``value`` takes ops over by ``__flowstone_op__(op, inputs, attrs)``.

    Public functions pass such operands on to the op as they are, without converting them first.
    """
    return hasattr(type(value), "__flowstone_op__")

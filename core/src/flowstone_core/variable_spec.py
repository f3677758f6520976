"""The type of a variable, for signatures and traces."""

from __future__ import annotations

from typing import Any

from flowstone_core import dtypes
from flowstone_core.dtypes import as_dtype
from flowstone_core.shapes import as_shape
from flowstone_core.type_spec import TypeSpec


class VariableSpec(TypeSpec):
    """The type of a ``tf.Variable``.

    Args:
        shape: The static shape.
        dtype: The element type.
        trainable: Whether tapes watch it.
        alias_id: Which variables of one call are the same.
    """

    __slots__ = ("alias_id", "dtype", "shape", "trainable")

    __flowstone_composite_spec__ = False

    def __init__(
        self, shape: Any, dtype: Any = dtypes.float32, trainable: bool = True, alias_id: int | None = None
    ) -> None:
        self.shape = as_shape(shape)
        self.dtype = as_dtype(dtype)
        self.trainable = trainable
        self.alias_id = alias_id

    def _serialize(self) -> tuple[Any, ...]:
        return self.shape, self.dtype, self.trainable, self.alias_id

    def __repr__(self) -> str:
        return (
            f"VariableSpec(shape={self.shape}, dtype={self.dtype!r}, trainable={self.trainable!r}, "
            f"alias_id={self.alias_id!r})"
        )

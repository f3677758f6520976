"""The value of a variant that holds a ragged tensor."""

from __future__ import annotations

from typing import Any

from flowstone_core.dtypes import DType
from flowstone_core.spec import Spec


class RaggedVariant:
    """A ragged tensor as one value: row splits, outermost first (none for a dense tensor), and flat values.

    Attributes:
        splits: Row splits as arrays.
        values: The flat values, an array.
        dtype: Their type.
    """

    __slots__ = ("__weakref__", "dtype", "splits", "values")

    def __init__(self, splits: tuple[Any, ...], values: Any, dtype: DType) -> None:
        self.splits = splits
        self.values = values
        self.dtype = dtype

    @property
    def specs(self) -> tuple[Spec, ...]:
        """What shape rules know of the values."""
        inner = self.values.shape[1:] if self.splits else self.values.shape
        return (Spec((None, *inner) if self.splits else inner, self.dtype),)

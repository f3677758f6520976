"""Adding up the gradients that reach one tensor, dense and sparse."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeAlias

from flowstone_core.conversion import convert_to_tensor
from flowstone_core.indexed_slices import IndexedSlices
from flowstone_core.ops.joining import concat
from flowstone_core.ops.math import ADD_N
from flowstone_core.ops.math import add as plus
from flowstone_core.tensor import Tensor

Gradient: TypeAlias = Tensor | IndexedSlices


def dense(gradient: Any) -> Any:
    """``gradient`` as a dense tensor; None stays None."""
    return convert_to_tensor(gradient) if isinstance(gradient, IndexedSlices) else gradient


def add(gradients: Sequence[Any]) -> Any:
    """The sum of gradients: sparse if all are sparse (then by concatenation), else dense."""
    if len(gradients) == 1:
        return gradients[0]
    if all(isinstance(each, IndexedSlices) for each in gradients):
        return IndexedSlices(
            concat([each.values for each in gradients], 0),
            concat([each.indices for each in gradients], 0),
            gradients[0].dense_shape,
        )
    parts = [dense(each) for each in gradients]
    if len(parts) == 2 and not parts[0].dtype.is_handle:
        return plus(*parts)
    return ADD_N(parts)

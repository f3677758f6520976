"""Gradients of ``flowstone_core.ops.ragged``: values get back what they gave."""

from __future__ import annotations

from typing import Any

from flowstone_core.dtypes import int64
from flowstone_core.ops import ragged as ops
from flowstone_core.ops.array import reshape, shape, size
from flowstone_core.ops.cast import cast
from flowstone_core.ops.compare import equal
from flowstone_core.ops.filling import ones, zeros, zeros_like
from flowstone_core.ops.filling import range as counting
from flowstone_core.ops.joining import concat
from flowstone_core.ops.math import subtract
from flowstone_core.ops.reduce import reduce_prod, reduce_sum
from flowstone_core.ops.segment import unsorted_segment_sum
from flowstone_core.ops.selection import SELECT_V2
from flowstone_core.tensor import Tensor

from flowstone_autodiff.registry import AS_IN_TENSORFLOW, Call, gradient, not_differentiable, undefined

not_differentiable(ops.RAGGED_CROSS, ops.RAGGED_RANGE)
undefined(ops.RAGGED_BINCOUNT, because=AS_IN_TENSORFLOW)


@gradient(ops.RAGGED_TENSOR_TO_TENSOR)
def to_tensor_gradient(call: Call, dy: Tensor) -> tuple[Any, ...]:
    """Each value gets the gradient of its place (0 if it was cut off), the default that of all other places.

    The places are found by sending the values' numbers the same way.
    """
    wanted, values, default, partitions = call.inputs
    count = shape(values, out_type=int64)[0]
    outer = concat([shape(dy, out_type=int64)[: _ragged_rank(call) + 1]], 0)
    vector = outer if len(dims_of(wanted)) else wanted
    numbers = ops.RAGGED_TENSOR_TO_TENSOR(
        cast(vector, wanted.dtype),
        counting(1, count + 1, dtype=int64),
        zeros((), int64),
        list(partitions),
        row_partition_types=call.attrs["row_partition_types"],
    )
    places = reshape(numbers, [-1])
    inner = shape(values, out_type=int64)[1:]
    rows = reshape(dy, concat([size(places, out_type=int64)[None], inner], 0))
    d_values = unsorted_segment_sum(rows, subtract(places, ones((), int64)), count)
    unused = equal(places, zeros((), int64))
    mask = reshape(unused, concat([size(places, out_type=int64)[None], zeros_like(inner) + 1], 0))
    d_default = reduce_sum(SELECT_V2(mask, rows, zeros_like(rows)), 0)
    return None, d_values, _like(d_default, default, inner), [None] * len(partitions)


def _ragged_rank(call: Call) -> int:
    return sum(kind != ops.FIRST_DIM_SIZE for kind in call.attrs["row_partition_types"])


def dims_of(tensor: Tensor) -> tuple[Any, ...]:
    """The static sizes of a tensor of known rank."""
    return tuple(tensor.spec.shape or ())


def _like(total: Tensor, default: Tensor, inner: Tensor) -> Any:
    """The gradient of a default that was broadcast to the inner shape."""
    rank = len(dims_of(default))
    if not rank:
        return reduce_sum(total)
    lead = size(inner) - rank
    outer = reduce_prod(inner[:lead])
    summed = reduce_sum(reshape(total, concat([outer[None], inner[lead:]], 0)), 0)
    kept = [axis for axis, known in enumerate(dims_of(default)) if known == 1]
    return reshape(reduce_sum(summed, kept, keepdims=True) if kept else summed, shape(default))


@gradient(ops.RAGGED_TENSOR_TO_SPARSE)
def to_sparse_gradient(call: Call, d_indices: Any, d_values: Tensor, d_shape: Any) -> tuple[Any, ...]:
    """The values are the same ones, flat."""
    splits, values = call.inputs
    return [None] * len(splits), reshape(d_values, shape(values))


@gradient(ops.RAGGED_GATHER)
def gather_gradient(call: Call, d_splits: Any, d_values: Tensor) -> tuple[Any, ...]:
    """Each value gets the sum of the gradients of the places it was picked for."""
    splits, values, indices = call.inputs
    count = shape(values, out_type=int64)[0]
    _, numbers = ops.RAGGED_GATHER(
        list(splits), counting(0, count, dtype=int64), indices, OUTPUT_RAGGED_RANK=call.attrs["OUTPUT_RAGGED_RANK"]
    )
    return [None] * len(splits), unsorted_segment_sum(d_values, numbers, count), None

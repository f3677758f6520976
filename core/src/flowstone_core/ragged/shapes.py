"""Shapes of ragged tensors and what changes them."""

from __future__ import annotations

from typing import Any

from flowstone_core.api import tf
from flowstone_core.dtypes import int32, int64
from flowstone_core.op import Op
from flowstone_core.ragged.broadcasting import Aligned
from flowstone_core.ragged.dynamic_shape import DynamicRaggedShape
from flowstone_core.ragged.elementwise import by_element as by_element
from flowstone_core.ragged.indexing import axis_of
from flowstone_core.ragged.reductions import static_axes
from flowstone_core.ragged.row_partition import RowPartition
from flowstone_core.ragged.takeover import handles
from flowstone_core.ragged.tensor import RaggedTensor
from flowstone_core.tensor import Tensor


@handles("Shape")
def shape(op: Op, inputs: tuple[Any, ...], attrs: dict[str, Any]) -> Any:
    """The shape, with the lengths of ragged rows."""
    found = DynamicRaggedShape.from_tensor(inputs[0])
    wanted = attrs.get("out_type")
    return found.with_dtype(wanted or int32)


@handles("Size")
def size(op: Op, inputs: tuple[Any, ...], attrs: dict[str, Any]) -> Any:
    """The number of values."""
    return op(inputs[0].flat_values, **attrs)


@handles("Rank")
def rank(op: Op, inputs: tuple[Any, ...], attrs: dict[str, Any]) -> Any:
    """The number of dimensions."""
    x = inputs[0]
    return op(x.flat_values) + x.ragged_rank if x.shape.rank is None else tf.constant(x.shape.rank, int32)


@handles("ExpandDims")
def expand_dims(op: Op, inputs: tuple[Any, ...], attrs: dict[str, Any]) -> Any:
    """A new dimension of size 1."""
    x, axis = inputs
    at = static_axes(axis, "expand_dims")
    if not isinstance(at, int):
        raise ValueError(f"expand_dims: axis must be one integer, got {at}.")
    return expanded(x, axis_of(at, None if x.shape.rank is None else x.shape.rank + 1))


def expanded(x: Any, axis: int) -> Any:
    """``x`` with a new dimension of size 1 before ``axis``."""
    if isinstance(x, Tensor):
        return tf.expand_dims(x, axis)
    if axis > 1:
        return x.with_values(expanded(x.values, axis - 1))
    dtype = x.row_splits.dtype
    one, count = tf.constant(1, dtype), x._row_partition
    length, rows = (count.nrows(), one) if axis == 0 else (one, count.nrows())
    return RaggedTensor(x, RowPartition.from_uniform_row_length(length, nrows=rows, dtype=dtype), internal=True)


@handles("Squeeze")
def squeeze(op: Op, inputs: tuple[Any, ...], attrs: dict[str, Any]) -> Any:
    """The tensor without dimensions of size 1.

    Raises:
        ValueError: If no axis is given: which rows have length 1 is not known before.
    """
    x = inputs[0]
    axes = attrs.get("squeeze_dims") or ()
    if not axes:
        raise ValueError("Ragged.squeeze must have an axis argument.")
    for axis in sorted({axis_of(each, x.shape.rank) for each in axes}, reverse=True):
        x = _squeezed(x, axis)
    return x


def _squeezed(x: Any, axis: int) -> Any:
    if isinstance(x, Tensor):
        return tf.squeeze(x, [axis])
    if axis > 1:
        return x.with_values(_squeezed(x.values, axis - 1))
    sizes = x.nrows() if axis == 0 else x.row_lengths()
    tf.debugging.Assert(tf.reduce_all(tf.equal(sizes, 1)), [f"squeeze: dimension {axis} has not size 1", sizes])
    return x.values


@handles("Reshape")
def reshape(op: Op, inputs: tuple[Any, ...], attrs: dict[str, Any]) -> Any:
    """The values in another shape: a plain one, or a ragged one."""
    x, target = inputs
    if not isinstance(target, DynamicRaggedShape):
        return op(x.flat_values if isinstance(x, RaggedTensor) else x, target)
    flat = x.flat_values if isinstance(x, RaggedTensor) else tf.convert_to_tensor(x)
    return target._with_flat_values(tf.reshape(flat, target.inner_shape))


@handles("Fill")
def fill(op: Op, inputs: tuple[Any, ...], attrs: dict[str, Any]) -> Any:
    """A tensor of a ragged shape, all of one value."""
    dims, value = inputs
    return dims._with_flat_values(op(dims.inner_shape, value))


@handles("BroadcastTo")
def broadcast_to(op: Op, inputs: tuple[Any, ...], attrs: dict[str, Any]) -> Any:
    """The tensor stretched to a shape, which may be ragged."""
    x, target = inputs
    if not isinstance(target, DynamicRaggedShape):
        target = DynamicRaggedShape((), tf.convert_to_tensor(target, None if isinstance(target, Tensor) else int64))
    if not target.num_row_partitions:
        return op(x, target.inner_shape) if isinstance(x, Tensor) else x + tf.zeros(target.inner_shape, x.dtype)
    frame = target._with_flat_values(tf.zeros(target.inner_shape, int32))
    aligned = Aligned([frame, x if isinstance(x, (RaggedTensor, Tensor)) else tf.convert_to_tensor(x)])
    inner = aligned.flat[1]
    return aligned.packed(
        op(inner, target.inner_shape) if inner.shape.rank != 0 else tf.fill(target.inner_shape, inner)
    )

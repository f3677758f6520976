"""Batching of ``flowstone_core.ops.array``: axes and shapes of an element, seen from the whole batch."""

from __future__ import annotations

from typing import Any

from flowstone_core.ops import array as ops
from flowstone_core.ops.array import reshape, shape
from flowstone_core.ops.cast import cast
from flowstone_core.ops.compare import greater_equal
from flowstone_core.ops.joining import concat
from flowstone_core.ops.selection import where
from flowstone_core.tensor import Tensor

from flowstone_autodiff.batch_registry import BatchCall, Same, batch, elementwise
from flowstone_autodiff.static import dims, ints

elementwise(
    ops.CHECK_NUMERICS,
    ops.CHECK_NUMERICS_V2,
    ops.GUARANTEE_CONST,
    ops.IDENTITY,
    ops.PREVENT_GRADIENT,
    ops.SNAPSHOT,
    ops.STOP_GRADIENT,
)


def behind(axes: Tensor) -> Any:
    """Axes of an element as axes of the batch: counted from the front they move by one."""
    known = ints(axes)
    if known is not None:
        moved = [axis + 1 if axis >= 0 else axis for axis in known]
        return moved if axes.shape.rank else moved[0]
    return where(greater_equal(axes, 0), axes + 1, axes)


@batch(ops.IDENTITY_N)
def identity_n(call: BatchCall) -> Any:
    """Each tensor as it is."""
    return ops.IDENTITY_N(call.full(0))


# -- shape queries ---------------------------------------------------------------------------------------------------


@batch(ops.SHAPE)
def shape_of(call: BatchCall) -> Same:
    """The shape of an element."""
    return Same(shape(call.inputs[0], call.attrs["out_type"])[1:])


@batch(ops.SHAPE_N)
def shape_n(call: BatchCall) -> list[Same]:
    """The shapes of elements."""
    out_type = call.attrs["out_type"]
    pairs = zip(call.inputs[0], call.batched[0], strict=True)
    return [Same(shape(x, out_type)[1 if flag else 0 :]) for x, flag in pairs]


@batch(ops.SIZE)
def size_of(call: BatchCall) -> Same:
    """The number of entries of an element."""
    x, out_type = call.inputs[0], call.attrs["out_type"]
    known = dims(x)
    if known is not None and known[0]:
        return Same(ops.SIZE(x, out_type=out_type) // shape(x, out_type)[0])
    return Same(ops.SIZE(reshape(x, shape(x))[:1], out_type=out_type))


@batch(ops.RANK)
def rank_of(call: BatchCall) -> Same:
    """The number of dimensions of an element."""
    return Same(ops.RANK(call.inputs[0]) - 1)


# -- shapes ----------------------------------------------------------------------------------------------------------


@batch(ops.RESHAPE)
def reshaped(call: BatchCall) -> Any:
    """The batch stays first."""
    x, to = call.inputs
    if not call.only(0):
        return NotImplemented
    known = ints(to)
    if known is not None and type(call.size) is int:
        if -1 in known and call.size == 0:
            return NotImplemented
        return reshape(x, [call.size, *known])
    return reshape(x, call.sized(to))


@batch(ops.EXPAND_DIMS)
def expanded(call: BatchCall) -> Any:
    """A place counted from the front moves by one."""
    return ops.EXPAND_DIMS(call.inputs[0], behind(call.inputs[1])) if call.only(0) else NotImplemented


@batch(ops.SQUEEZE)
def squeezed(call: BatchCall) -> Any:
    """Dimensions counted from the front move by one; without any, all of size 1 but the batch."""
    x, axes = call.inputs[0], call.attrs["squeeze_dims"]
    if axes:
        return ops.SQUEEZE(x, squeeze_dims=[axis + 1 if axis >= 0 else axis for axis in axes])
    known = dims(x)
    if known is None or None in known[1:]:
        return NotImplemented
    return reshape(x, [-1 if known[0] is None else known[0], *(each for each in known[1:] if each != 1)])


@batch(ops.TRANSPOSE, ops.CONJUGATE_TRANSPOSE)
def transposed(call: BatchCall) -> Any:
    """The batch stays first."""
    if not call.only(0):
        return NotImplemented
    x, perm = call.inputs
    known = ints(perm)
    order = concat([cast([0], perm.dtype), perm + 1], 0) if known is None else [0, *(axis + 1 for axis in known)]
    return call.op(x, order)


@batch(ops.BROADCAST_TO)
def broadcast(call: BatchCall) -> Any:
    """The batch stays first, new dimensions come behind it."""
    to = call.inputs[1]
    known = dims(to)
    if not call.only(0) or known is None or known[0] is None:
        return NotImplemented
    return ops.BROADCAST_TO(call.aligned(0, known[0]), call.sized(to))


@batch(ops.ENSURE_SHAPE)
def ensured(call: BatchCall) -> Any:
    """The shape is that of an element."""
    known = call.attrs["shape"].as_tuple()
    return call.inputs[0] if known is None else ops.ENSURE_SHAPE(call.inputs[0], shape=[None, *known])

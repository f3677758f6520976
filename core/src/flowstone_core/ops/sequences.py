"""Numbers in order and what lengths mean: linspace, sequence_mask, repeat."""

from __future__ import annotations

from typing import Any

import numpy as np

from flowstone_core import dtypes, infer
from flowstone_core.conversion import convert_to_tensor
from flowstone_core.dtypes import int32
from flowstone_core.errors import SpecError
from flowstone_core.op import Op
from flowstone_core.ops import array, compare, math
from flowstone_core.ops.array import RANGE, index_type
from flowstone_core.ops.cast import cast
from flowstone_core.ops.filling import fill
from flowstone_core.ops.gathering import gather
from flowstone_core.ops.indexing import slice as block
from flowstone_core.ops.joining import concat, tile
from flowstone_core.ops.reduce import reduce_max, reduce_prod
from flowstone_core.ops.selection import WHERE, where
from flowstone_core.spec import Spec
from flowstone_core.tensor import Tensor, TensorLike


def _infer_lin_space(start: Spec, stop: Spec, num: Spec) -> Spec:
    for spec, what in ((start, "start"), (stop, "stop"), (num, "num")):
        infer.with_rank(spec, 0, f"LinSpace: {what}")
    count = num.scalar()
    if count is not None and count <= 0:
        raise SpecError(f"LinSpace: num must be positive, got {count}.")
    return Spec((count,), start.dtype)


LIN_SPACE = Op(
    "LinSpace",
    ("start: T", "stop: T", "num: Tidx"),
    ("output: T",),
    ("T: {bfloat16, half, float, double}", index_type("Tidx")),
    infer=_infer_lin_space,
)


def linspace(start: TensorLike, stop: TensorLike, num: TensorLike, name: str | None = None, axis: int = 0) -> Tensor:
    """``num`` evenly spaced numbers from ``start`` to ``stop``, both included.

    >>> tf.linspace(0., 1., 3).numpy()
    array([0. , 0.5, 1. ], dtype=float32)

    Args:
        start: Where to begin; a scalar or tensor.
        stop: Where to end, of the same shape as ``start`` up to broadcasting.
        num: How many numbers.
        name: A name for the operation.
        axis: The dimension of the result along which they lie.

    Raises:
        TypeError: If ``num`` is no integer.
    """
    first = convert_to_tensor(start)
    last = convert_to_tensor(stop, first.dtype)
    count = convert_to_tensor(num)
    if not count.dtype.is_integer:
        raise TypeError(f"Argument `num` must be of type integer, got {num!r} of {count.dtype!r}.")
    count = cast(count, int32)
    first = array.broadcast_to(first, array.broadcast_dynamic_shape(array.shape(first), array.shape(last)))
    last = array.broadcast_to(last, array.shape(first))
    first, last = array.expand_dims(first, axis), array.expand_dims(last, axis)
    rank = array.rank(first) if first.ndim is None else first.ndim
    working = dtypes.float64 if first.dtype.is_integer else first.dtype
    first, last = cast(first, working), cast(last, working)
    steps = math.maximum(math.subtract(count, 1), 1)
    delta = math.divide(math.subtract(last, first), cast(steps, working))
    places = cast(RANGE(1, where(compare.greater_equal(count, 0), steps, -1), 1), working)
    middle = math.add(first, math.multiply(delta, array.reshape(places, _along(axis, rank, -1, 1))))
    whole = concat([first, middle, last], axis)
    return block(whole, _along(axis, rank, 0, 0), _along(axis, rank, count, -1), name)


def _along(axis: int, rank: Any, entry: Any, others: int) -> Any:
    """A vector of ``others`` with ``entry`` at ``axis``; the rank may be known only when it runs."""
    if isinstance(rank, int):
        return [entry if i == axis % rank else others for i in range(rank)]
    before = axis if axis >= 0 else math.add(rank, axis)
    after = math.subtract(math.subtract(rank, 1), before)
    parts = [fill([before], others), fill([1], entry), fill([after], others)]
    return concat(parts, 0)


def sequence_mask(
    lengths: TensorLike, maxlen: TensorLike = None, dtype: Any = dtypes.bool, name: str | None = None
) -> Tensor:
    """Masks that are true for the first ``lengths[i]`` places of ``maxlen``.

    >>> tf.sequence_mask([1, 3], 3, tf.int32).numpy()
    array([[1, 0, 0],
           [1, 1, 1]], dtype=int32)

    Args:
        lengths: Integers.
        maxlen: The size of the new last dimension; the greatest length by default.
        dtype: The element type.
        name: A name for the operation.
    """
    counts = convert_to_tensor(lengths)
    if maxlen is None:
        limit = math.maximum(reduce_max(counts), convert_to_tensor(0, counts.dtype))
    else:
        limit = convert_to_tensor(maxlen)
        if limit.ndim not in (None, 0):
            raise ValueError(f"Argument `maxlen` must be scalar for sequence_mask, got shape {limit.shape}.")
    places = RANGE(convert_to_tensor(0, limit.dtype), limit, convert_to_tensor(1, limit.dtype))
    mask = compare.less(places, cast(array.expand_dims(counts, -1), limit.dtype))
    return cast(mask, dtype, name)


def repeat(input: TensorLike, repeats: TensorLike, axis: int | None = None, name: str | None = None) -> Tensor:
    """Repeat elements of ``input`` along ``axis`` (of the flattened tensor by default).

    >>> tf.repeat([1, 2], [1, 3]).numpy()
    array([1, 2, 2, 2], dtype=int32)

    Args:
        input: A tensor.
        repeats: How often each element is repeated: one number for all, or one for each along ``axis``.
        axis: The dimension, or None for all elements in order.
        name: A name for the operation.

    Raises:
        ValueError: If the number of repeats is not that of elements, or ``axis`` is out of range.
    """
    data = convert_to_tensor(input)
    counts = convert_to_tensor(repeats, dtype_hint=int32)
    if not counts.dtype.is_integer:
        raise TypeError(f"tf.repeat takes integers as `repeats`, got {counts.dtype.name}: {repeats!r}.")
    counts = cast(counts, int32)
    if axis is not None and not isinstance(axis, (int, np.integer)):
        raise TypeError(f"tf.repeat takes a Python integer as axis, got {axis!r}.")
    if axis is None:
        data, axis = array.reshape(data, [-1]), 0
    elif data.ndim == 0:
        data = array.reshape(data, [1])
    rank = data.ndim
    if rank is None:
        if counts.ndim != 0:
            raise ValueError("tf.repeat with several repeats needs a tensor whose rank is known.")
        return _repeat_all_while_running(data, counts, axis, name)
    if not -rank <= axis < rank:
        raise ValueError(f"axis = {axis} not in [{-rank}, {rank}).")
    axis %= rank
    if counts.ndim not in (None, 0, 1):
        raise ValueError(f"tf.repeat takes one number or a vector of them as `repeats`, got shape {counts.shape}.")
    size, number = data.shape[axis], 1 if counts.ndim == 0 else counts.shape[0]
    if number == 1:
        return _repeat_all(data, array.reshape(counts, []), axis, name)
    if None not in (size, number) and number != size:
        raise ValueError(f"Dimensions {size} and {number} are not compatible: one repeat for each element is needed.")
    repeated = gather(data, WHERE(sequence_mask(counts))[:, 0], axis=axis, name=name)
    times = counts.spec.vector()
    if times is not None and None not in times:
        repeated.set_shape([sum(times) if i == axis else None for i, _ in enumerate(data.shape)])
    return repeated


def _repeat_all_while_running(data: Tensor, count: Tensor, axis: int, name: str | None) -> Tensor:
    """``_repeat_all`` where the number of dimensions is not known: those after ``axis`` are taken together."""
    shape = array.shape(data)
    place: Any = axis if axis >= 0 else array.size(shape) + axis
    rows, after = reduce_prod(shape[: place + 1]), reduce_prod(shape[place + 1 :])
    tiled = tile(array.reshape(data, [rows, 1, after]), [1, count, 1])
    repeated = array.reshape(shape[place] * count, [1])
    return array.reshape(tiled, concat([shape[:place], repeated, shape[place + 1 :]], 0), name=name)


def _repeat_all(data: Tensor, count: Tensor, axis: int, name: str | None) -> Tensor:
    """Every slice repeated ``count`` times: tiled along a new dimension, which then joins ``axis``."""
    rank = data.shape.rank or 0
    tiled = tile(array.expand_dims(data, axis + 1), [count if i == axis + 1 else 1 for i in range(rank + 1)])
    shape = array.shape(data)
    joined = concat([shape[:axis], [-1], shape[axis + 1 :]], 0) if rank > 1 else [-1]
    return array.reshape(tiled, joined, name)

"""Shapes: reshaping, joining, splitting, picking."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np

from flowstone_core.api import tf
from flowstone_core.tnp.elementwise import multiply
from flowstone_core.tnp.types import asarray, promoted, result_type


def ndim(a: Any) -> Any:
    """The number of dimensions."""
    return asarray(a).ndim


def shape(a: Any) -> Any:
    """The static shape."""
    return asarray(a).shape


def size(x: Any, axis: Any = None) -> Any:
    """The number of elements.

    Raises:
        NotImplementedError: If an axis is given.
    """
    if axis is not None:
        raise NotImplementedError("size does not support an axis; use the shape.")
    x = asarray(x)
    return np.int64(x.shape.num_elements()) if x.shape.is_fully_defined() else tf.size(x, out_type=tf.int64)


def reshape(a: Any, newshape: Any, order: str = "C") -> Any:
    """The elements in another shape, in the order of rows (C) or columns (F).

    Raises:
        ValueError: For another order.
    """
    if order not in ("C", "F"):
        raise ValueError(f"Unsupported order argument {order!r}: C or F.")
    a = asarray(a)
    sizes = [newshape] if isinstance(newshape, int) else newshape
    if order == "F":
        return tf.transpose(tf.reshape(tf.transpose(a), sizes[::-1]))
    return tf.reshape(a, sizes)


def ravel(a: Any) -> Any:
    """The elements in one dimension."""
    return tf.reshape(asarray(a), [-1])


def flatten(a: Any, order: str = "C") -> Any:
    """The elements in one dimension, in the order of rows or columns."""
    return reshape(a, [-1], order)


def expand_dims(a: Any, axis: Any) -> Any:
    """With a new dimension of size 1."""
    return tf.expand_dims(asarray(a), axis)


def squeeze(a: Any, axis: Any = None) -> Any:
    """Without dimensions of size 1."""
    return tf.squeeze(asarray(a), axis)


def transpose(a: Any, axes: Any = None) -> Any:
    """With dimensions in another order; turned around if it is None."""
    return tf.transpose(asarray(a), axes)


def swapaxes(a: Any, axis1: int, axis2: int) -> Any:
    """With two dimensions exchanged."""
    a = asarray(a)
    if a.shape.rank is None:
        return moveaxis(a, (axis1, axis2), (axis2, axis1))
    order = list(range(a.shape.rank))
    order[axis1], order[axis2] = order[axis2], order[axis1]
    return tf.transpose(a, order)


def _others(every: Any, some: Any) -> Any:
    """The dimensions that are not among ``some``."""
    return tf.boolean_mask(every, tf.reduce_all(every[:, None] != tf.stack(some)[None, :], 1))


def moveaxis(a: Any, source: Any, destination: Any) -> Any:
    """With dimensions moved to other places.

    Raises:
        ValueError: If there are not as many sources as destinations.
    """
    a = asarray(a)
    rank = tf.rank(a) if a.shape.rank is None else a.shape.rank
    sources, targets = ([x % rank for x in np.atleast_1d(places).tolist()] for places in (source, destination))
    if len(sources) != len(targets):
        raise ValueError("The lengths of source and destination must equal.")
    if a.shape.rank is None:
        every = tf.range(rank)
        places = tf.concat([targets, _others(every, targets)], 0)
        return tf.transpose(a, tf.scatter_nd(places[:, None], tf.concat([sources, _others(every, sources)], 0), [rank]))
    order = [axis for axis in range(rank) if axis not in sources]
    for target, axis in sorted(zip(targets, sources, strict=True)):
        order.insert(target, axis)
    return tf.transpose(a, order)


def broadcast_to(array: Any, shape: Any) -> Any:
    """Repeated to a shape."""
    return tf.broadcast_to(asarray(array), [shape] if isinstance(shape, int) else shape)


def broadcast_arrays(*args: Any, **kwargs: Any) -> Any:
    """The arrays, repeated to one shape.

    Raises:
        ValueError: If ``subok`` is asked for.
    """
    if kwargs.pop("subok", False) or kwargs:
        raise ValueError("broadcast_arrays does not support subok=True or other keywords.")
    arrays = [asarray(value) for value in args]
    target = tf.shape(arrays[0])
    for each in arrays[1:]:
        target = tf.broadcast_dynamic_shape(target, tf.shape(each))
    return [tf.broadcast_to(each, target) for each in arrays]


def _at_least(arrays: tuple[Any, ...], rank: int) -> Any:
    found = []
    for value in arrays:
        a = asarray(value)
        if a.shape.rank is None:
            a = _at_least_while_running(a, rank)
        elif rank == 3 and a.shape.rank == 2:
            a = a[:, :, None]
        elif rank == 3 and a.shape.rank == 1:
            a = a[None, :, None]
        elif a.shape.rank < rank:
            a = a[(None,) * (rank - a.shape.rank) + (...,)]
        found.append(a)
    return found[0] if len(found) == 1 else found


def _at_least_while_running(a: Any, rank: int) -> Any:
    """The same for a number of dimensions that is not known; of three, the first and the last are added."""
    missing = tf.maximum(rank - tf.rank(a), 0)
    before = tf.minimum(missing, tf.cast(tf.rank(a) < 2, tf.int32)) if rank == 3 else missing
    ones = tf.ones([rank], tf.int32)
    return tf.reshape(a, tf.concat([ones[:before], tf.shape(a), ones[: missing - before]], 0))


def atleast_1d(*arys: Any) -> Any:
    """With one dimension at least."""
    return _at_least(arys, 1)


def atleast_2d(*arys: Any) -> Any:
    """With two dimensions at least."""
    return _at_least(arys, 2)


def atleast_3d(*arys: Any) -> Any:
    """With three dimensions at least."""
    return _at_least(arys, 3)


# -- joining and splitting -------------------------------------------------------------------------------------------


def _list(arrays: Any) -> list[Any]:
    return list(arrays) if isinstance(arrays, (list, tuple)) else list(asarray(arrays))


def concatenate(arys: Any, axis: Any = 0) -> Any:
    """One after another along a dimension; flat if it is None."""
    arrays = promoted(*_list(arys))
    return tf.concat([tf.reshape(a, [-1]) for a in arrays], 0) if axis is None else tf.concat(arrays, axis)


def stack(arrays: Any, axis: int = 0) -> Any:
    """Along a new dimension."""
    return tf.stack(promoted(*_list(arrays)), axis)


def hstack(tup: Any) -> Any:
    """Side by side."""
    arrays = [atleast_1d(a) for a in _list(tup)]
    return concatenate(arrays, 0 if arrays[0].shape.rank == 1 else 1)


def vstack(tup: Any) -> Any:
    """One above the other."""
    return concatenate([atleast_2d(a) for a in _list(tup)], 0)


def dstack(tup: Any) -> Any:
    """Along the third dimension."""
    return concatenate([atleast_3d(a) for a in _list(tup)], 2)


def append(arr: Any, values: Any, axis: Any = None) -> Any:
    """With values at the end; flat if the axis is None."""
    return concatenate([arr, values], axis)


def split(ary: Any, indices_or_sections: Any, axis: int = 0) -> Any:
    """In equal parts, or cut at places."""
    ary = asarray(ary)
    if isinstance(indices_or_sections, int):
        return tf.split(ary, indices_or_sections, axis)
    length = tf.shape(ary)[axis] if ary.shape[axis] is None else ary.shape[axis]
    places = [0, *[min(place, length) for place in np.asarray(indices_or_sections).tolist()], length]
    return tf.split(ary, [max(after - before, 0) for before, after in itertools.pairwise(places)], axis)


def hsplit(ary: Any, indices_or_sections: Any) -> Any:
    """In parts side by side."""
    ary = asarray(ary)
    return split(ary, indices_or_sections, 0 if ary.shape.rank == 1 else 1)


def vsplit(ary: Any, indices_or_sections: Any) -> Any:
    """In parts one above the other."""
    return split(ary, indices_or_sections, 0)


def dsplit(ary: Any, indices_or_sections: Any) -> Any:
    """In parts along the third dimension."""
    return split(ary, indices_or_sections, 2)


# -- repeating and turning -------------------------------------------------------------------------------------------


def repeat(a: Any, repeats: Any, axis: Any = None) -> Any:
    """With elements repeated; flat if the axis is None."""
    return tf.repeat(asarray(a), asarray(repeats), axis)


def tile(a: Any, reps: Any) -> Any:
    """Repeated as a whole."""
    a, times = asarray(a), np.atleast_1d(np.asarray(reps)).tolist()
    rank = a.shape.rank
    if len(times) > rank:
        a = tf.reshape(a, [1] * (len(times) - rank) + list(a.shape))
    return tf.tile(a, [1] * (rank - len(times)) + times)


def roll(a: Any, shift: Any, axis: Any = None) -> Any:
    """Moved along; flat if the axis is None."""
    a = asarray(a)
    if axis is None:
        return tf.reshape(tf.roll(tf.reshape(a, [-1]), shift, 0), tf.shape(a))
    return tf.roll(a, shift, axis)


def flip(m: Any, axis: Any = None) -> Any:
    """Reversed along dimensions; along all if it is None."""
    m = asarray(m)
    if axis is None:
        return tf.reverse(m, tf.range(tf.rank(m)))
    return tf.reverse(m, [axis] if isinstance(axis, int) else list(axis))


def flipud(m: Any) -> Any:
    """Upside down."""
    return flip(m, 0)


def fliplr(m: Any) -> Any:
    """Left and right exchanged."""
    return flip(m, 1)


def rot90(m: Any, k: int = 1, axes: tuple[int, int] = (0, 1)) -> Any:
    """Turned by ``k`` quarters."""
    m, (first, second) = asarray(m), axes
    turns = k % 4
    if turns == 2:
        return flip(flip(m, first), second)
    if turns == 1:
        return swapaxes(flip(m, second), first, second)
    return flip(swapaxes(m, first, second), second) if turns == 3 else m


def pad(array: Any, pad_width: Any, mode: str, **kwargs: Any) -> Any:
    """With a margin: ``mode`` is constant, reflect or symmetric.

    Raises:
        ValueError: For another mode.
    """
    if mode not in ("constant", "reflect", "symmetric"):
        raise ValueError("Unsupported padding mode: " + mode)
    array = asarray(array)
    return tf.pad(array, asarray(pad_width, tf.int32), mode.upper(), kwargs.get("constant_values", 0))


# -- picking ---------------------------------------------------------------------------------------------------------


def where(condition: Any, x: Any = None, y: Any = None) -> Any:
    """``x`` where the condition holds, else ``y``; without them, the places where it holds.

    Raises:
        ValueError: If one of the two is given.
    """
    condition = asarray(condition, bool)
    if x is None and y is None:
        return nonzero(condition)
    if x is None or y is None:
        raise ValueError("Both x and y must be ndarrays, or both must be None.")
    return tf.where(condition, *promoted(x, y))


def nonzero(a: Any) -> Any:
    """The places of elements that are not zero, a vector for each dimension."""
    a = asarray(a, bool)
    return list(tf.unstack(tf.where(a), num=a.shape.rank, axis=1))


def select(condlist: Any, choicelist: Any, default: Any = 0) -> Any:
    """Of several choices the first whose condition holds."""
    if len(condlist) != len(choicelist):
        raise ValueError("There must be as many conditions as choices.")
    *choices, result = promoted(*choicelist, default)
    for condition, choice in reversed(list(zip(condlist, choices, strict=True))):
        result = where(condition, choice, result)
    return result


def take(a: Any, indices: Any, axis: Any = None, out: Any = None, mode: str = "clip") -> Any:
    """Elements (or rows) at places; places beyond the ends are the ends (clip) or wrap around.

    Raises:
        ValueError: For ``out`` or another mode.
    """
    if out is not None or mode not in ("raise", "clip", "wrap"):
        raise ValueError("take supports the modes clip, wrap and raise, and no out.")
    a, indices = asarray(a), asarray(indices)
    if axis is None:
        a, axis = tf.reshape(a, [-1]), 0
    length = tf.cast(tf.shape(a)[axis], indices.dtype)
    if mode == "wrap":
        indices = tf.math.floormod(indices, length)
    elif mode == "clip":
        indices = tf.clip_by_value(indices, 0, length - 1)
    return tf.gather(a, indices, axis=axis)


def take_along_axis(arr: Any, indices: Any, axis: Any) -> Any:
    """Elements at places along a dimension, place by place."""
    arr, indices = asarray(arr), asarray(indices)
    if axis is None:
        return take_along_axis(tf.reshape(arr, [-1]), indices, 0)
    axis %= arr.shape.rank
    arr, indices = moveaxis(arr, axis, -1), moveaxis(indices, axis, -1)
    lead = tf.broadcast_dynamic_shape(tf.shape(arr)[:-1], tf.shape(indices)[:-1])
    arr = tf.broadcast_to(arr, tf.concat([lead, tf.shape(arr)[-1:]], 0))
    indices = tf.broadcast_to(indices, tf.concat([lead, tf.shape(indices)[-1:]], 0))
    places = tf.where(indices < 0, indices + tf.cast(tf.shape(arr)[-1], indices.dtype), indices)
    return moveaxis(tf.gather(arr, places, batch_dims=arr.shape.rank - 1), -1, axis)


def compress(condition: Any, a: Any, axis: Any = None) -> Any:
    """Rows (or elements) where a condition holds."""
    a, chosen = asarray(a), asarray(condition, bool)
    if axis is None:
        a, axis = tf.reshape(a, [-1]), 0
    return tf.boolean_mask(a[(slice(None),) * axis + (slice(None, chosen.shape[0]),)], chosen, axis=axis)


def ix_(*args: Any) -> Any:
    """Vectors as indices of a grid."""
    found = []
    for place, value in enumerate(args):
        a = asarray(value)
        if a.shape.rank != 1:
            raise ValueError("Arguments must be 1-d.")
        a = tf.where(a)[:, 0] if a.dtype.is_bool else a
        found.append(tf.reshape(a, [1] * place + [-1] + [1] * (len(args) - place - 1)))
    return found


# -- diagonals and triangles -----------------------------------------------------------------------------------------


def diag(v: Any, k: int = 0) -> Any:
    """A matrix with a diagonal, or the diagonal of a matrix."""
    v = asarray(v)
    if v.shape.rank not in (1, 2):
        raise ValueError("The input must have 1 or 2 dimensions.")
    return tf.linalg.diag(v, k=k) if v.shape.rank == 1 else tf.linalg.diag_part(v, k=k)


def diagflat(v: Any, k: int = 0) -> Any:
    """A matrix with a diagonal of all elements."""
    return diag(ravel(v), k)


def diagonal(a: Any, offset: int = 0, axis1: int = 0, axis2: int = 1) -> Any:
    """The diagonals over two dimensions."""
    return tf.linalg.diag_part(moveaxis(a, (axis1, axis2), (-2, -1)), k=offset)


def trace(a: Any, offset: int = 0, axis1: int = 0, axis2: int = 1, dtype: Any = None) -> Any:
    """The sum of the diagonal."""
    found = tf.reduce_sum(diagonal(a, offset, axis1, axis2), -1)
    return found if dtype is None else tf.cast(found, dtype)


def _triangle(m: Any, keep: Any) -> Any:
    m = asarray(m)
    rows, columns = tf.shape(m)[-2], tf.shape(m)[-1]
    inside = keep(tf.range(columns)[None, :] - tf.range(rows)[:, None])
    return tf.where(inside, m, tf.zeros([], m.dtype))


def tril(m: Any, k: int = 0) -> Any:
    """What is on and below a diagonal."""
    return _triangle(m, lambda place: place <= k)


def triu(m: Any, k: int = 0) -> Any:
    """What is on and above a diagonal."""
    return _triangle(m, lambda place: place >= k)


# -- products --------------------------------------------------------------------------------------------------------


def matmul(x1: Any, x2: Any) -> Any:
    """The matrix product; vectors are rows on the left and columns on the right."""
    x, y = promoted(x1, x2)
    if x.shape.rank == 1 and y.shape.rank == 1:
        return tf.reduce_sum(x * y)
    if x.shape.rank == 1:
        return tf.squeeze(tf.matmul(x[None, :], y), -2)
    return tf.linalg.matvec(x, y) if y.shape.rank == 1 else tf.matmul(x, y)


def dot(a: Any, b: Any) -> Any:
    """The sum of products over the last dimension of ``a`` and the last but one of ``b``."""
    x, y = promoted(a, b)
    if not x.shape.rank or not y.shape.rank:
        return multiply(x, y)
    return tf.tensordot(x, y, axes=[[-1], [-1 if y.shape.rank == 1 else -2]])


def inner(a: Any, b: Any) -> Any:
    """The sum of products over the last dimensions."""
    x, y = promoted(a, b)
    return multiply(x, y) if not x.shape.rank or not y.shape.rank else tf.tensordot(x, y, axes=[[-1], [-1]])


def outer(a: Any, b: Any) -> Any:
    """All products of two elements."""
    x, y = promoted(a, b)
    return multiply(tf.reshape(x, [-1, 1]), tf.reshape(y, [1, -1]))


def vdot(a: Any, b: Any) -> Any:
    """The scalar product; the first operand is conjugated."""
    x, y = promoted(a, b)
    return dot(tf.math.conj(tf.reshape(x, [-1])), tf.reshape(y, [-1]))


def tensordot(a: Any, b: Any, axes: Any = 2) -> Any:
    """The sum of products over dimensions."""
    return tf.tensordot(*promoted(a, b), axes=axes)


def kron(a: Any, b: Any) -> Any:
    """Kronecker's product."""
    x, y = promoted(a, b)
    rank = max(x.shape.rank, y.shape.rank)
    x, y = (tf.reshape(each, [1] * (rank - each.shape.rank) + list(each.shape)) for each in (x, y))
    spread = [size for each in zip(x.shape, y.shape, strict=True) for size in each]
    grid = tf.reshape(x, [size for each in x.shape for size in (each, 1)])
    grid *= tf.reshape(y, [size for each in y.shape for size in (1, each)])
    return tf.reshape(grid, [m * n for m, n in zip(spread[::2], spread[1::2], strict=True)])


def cross(a: Any, b: Any, axisa: int = -1, axisb: int = -1, axisc: int = -1, axis: Any = None) -> Any:
    """The cross product of vectors of 3 (or 2) elements."""
    if axis is not None:
        axisa = axisb = axisc = axis
    x, y = promoted(a, b)
    x, y = moveaxis(x, axisa, -1), moveaxis(y, axisb, -1)
    if x.shape[-1] == 2 and y.shape[-1] == 2:
        return x[..., 0] * y[..., 1] - x[..., 1] * y[..., 0]
    x, y = (each if each.shape[-1] == 3 else tf.concat([each, tf.zeros_like(each[..., :1])], -1) for each in (x, y))
    parts = [x[..., i] * y[..., j] - x[..., j] * y[..., i] for i, j in ((1, 2), (2, 0), (0, 1))]
    return moveaxis(tf.stack(parts, -1), -1, axisc)


def einsum(subscripts: str, *operands: Any, **kwargs: Any) -> Any:
    """Einstein's sum of operands of one type.

    Raises:
        ValueError: For a casting other than "safe".
    """
    if kwargs.pop("casting", "safe") not in ("safe", "no") or kwargs.pop("order", "K") not in ("C", "A", "K"):
        raise ValueError("einsum supports casting='safe' and order='K' only.")
    return tf.einsum(subscripts, *promoted(*operands))


def polyval(p: Any, x: Any) -> Any:
    """A polynomial, the highest coefficient first."""
    kind = result_type(p, x)
    return tf.math.polyval(tf.unstack(asarray(p, kind)), asarray(x, kind))

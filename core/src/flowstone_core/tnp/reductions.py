"""Sums, means, extremes, sorting."""

from __future__ import annotations

from typing import Any

from flowstone_core.api import tf
from flowstone_core.dtypes import as_dtype
from flowstone_core.tnp.elementwise import multiply, not_equal, subtract, true_divide, truth
from flowstone_core.tnp.types import as_float, asarray


def _wide(a: Any, dtype: Any) -> Any:
    """The operand of a sum: narrow integers and booleans have 64 bits there."""
    a = asarray(a, dtype)
    if dtype is None and (a.dtype.is_bool or a.dtype.is_integer) and a.dtype.size < 8:
        return tf.cast(a, tf.uint64 if a.dtype.is_unsigned and not a.dtype.is_bool else tf.int64)
    return a


def sum(a: Any, axis: Any = None, dtype: Any = None, keepdims: Any = None) -> Any:
    """The sum."""
    return tf.reduce_sum(_wide(a, dtype), axis, bool(keepdims))


def prod(a: Any, axis: Any = None, dtype: Any = None, keepdims: Any = None) -> Any:
    """The product."""
    return tf.reduce_prod(_wide(a, dtype), axis, bool(keepdims))


def mean(a: Any, axis: Any = None, dtype: Any = None, out: Any = None, keepdims: Any = None) -> Any:
    """The mean, in floats."""
    _no_out(out)
    return tf.reduce_mean(as_float(a) if dtype is None else asarray(a, dtype), axis, bool(keepdims))


def _no_out(out: Any) -> None:
    if out is not None:
        raise ValueError("Setting out is not supported: tensors do not change.")


def var(a: Any, axis: Any = None, dtype: Any = None, out: Any = None, ddof: int = 0, keepdims: Any = None) -> Any:
    """The variance; ``ddof`` is taken from the count of elements."""
    _no_out(out)
    a = as_float(a) if dtype is None else tf.cast(asarray(a), dtype)
    found = tf.math.reduce_variance(a, axis, bool(keepdims))
    if ddof:
        count = tf.cast(tf.size(a) // tf.maximum(tf.size(found), 1), found.dtype)
        found = found * (count / (count - ddof))
    return found


def std(a: Any, axis: Any = None, keepdims: Any = None) -> Any:
    """The standard deviation."""
    return tf.sqrt(var(a, axis, keepdims=keepdims))


def amax(a: Any, axis: Any = None, out: Any = None, keepdims: Any = None) -> Any:
    """The greatest element."""
    _no_out(out)
    return max(a, axis, keepdims)


def amin(a: Any, axis: Any = None, out: Any = None, keepdims: Any = None) -> Any:
    """The least element."""
    _no_out(out)
    return min(a, axis, keepdims)


def max(a: Any, axis: Any = None, keepdims: Any = None) -> Any:
    """The greatest element."""
    a = asarray(a)
    reduce = tf.reduce_any if a.dtype.is_bool else tf.reduce_max
    return reduce(a, axis, bool(keepdims))


def min(a: Any, axis: Any = None, keepdims: Any = None) -> Any:
    """The least element."""
    a = asarray(a)
    reduce = tf.reduce_all if a.dtype.is_bool else tf.reduce_min
    return reduce(a, axis, bool(keepdims))


def ptp(a: Any, axis: Any = None, keepdims: Any = None) -> Any:
    """The greatest element minus the least."""
    return subtract(max(a, axis, keepdims), min(a, axis, keepdims))


def all(a: Any, axis: Any = None, keepdims: Any = None) -> Any:
    """Whether all are true."""
    return tf.reduce_all(truth(a), axis, bool(keepdims))


def any(a: Any, axis: Any = None, keepdims: Any = None) -> Any:
    """Whether one is true."""
    return tf.reduce_any(truth(a), axis, bool(keepdims))


def count_nonzero(a: Any, axis: Any = None) -> Any:
    """How many are not zero."""
    return tf.math.count_nonzero(asarray(a), axis)


def average(a: Any, axis: Any = None, weights: Any = None, returned: bool = False) -> Any:
    """The weighted mean; with ``returned`` also the sum of the weights."""
    a = as_float(a)
    if weights is None:
        result = tf.reduce_mean(a, axis)
        total = tf.cast(tf.size(a) / tf.size(result), a.dtype)
    else:
        weights = asarray(weights, a.dtype)
        if weights.shape.rank != a.shape.rank:
            if axis is None or weights.shape.rank != 1:
                raise ValueError(
                    "Axis must be given, and weights have one dimension, if they differ in shape from `a`."
                )
            places = [1] * a.shape.rank
            places[axis] = -1
            weights = tf.reshape(weights, places) * tf.ones_like(a)
        total = tf.reduce_sum(weights, axis)
        result = true_divide(sum(multiply(a, weights), axis), total)
    return (result, tf.broadcast_to(total, tf.shape(result))) if returned else result


def nansum(a: Any, axis: Any = None, dtype: Any = None, keepdims: Any = False) -> Any:
    """The sum of what is a number."""
    return sum(_numbers(a, 0), axis, dtype, keepdims)


def nanprod(a: Any, axis: Any = None, dtype: Any = None, keepdims: Any = False) -> Any:
    """The product of what is a number."""
    return prod(_numbers(a, 1), axis, dtype, keepdims)


def nanmean(a: Any, axis: Any = None, dtype: Any = None, keepdims: Any = None) -> Any:
    """The mean of what is a number."""
    a = asarray(a)
    if not (a.dtype.is_floating or a.dtype.is_complex):
        return mean(a, axis, dtype, keepdims=keepdims)
    count = sum(tf.logical_not(tf.math.is_nan(a)), axis, keepdims=keepdims)
    total = nansum(a, axis, dtype, keepdims)
    return total / tf.cast(count, total.dtype)


def _numbers(a: Any, otherwise: int) -> Any:
    a = asarray(a)
    if not (a.dtype.is_floating or a.dtype.is_complex):
        return a
    return tf.where(tf.math.is_nan(a), tf.cast(otherwise, a.dtype), a)


def cumsum(a: Any, axis: Any = None, dtype: Any = None) -> Any:
    """Running sums; of the flat array if there is no axis."""
    return _cumulative(tf.cumsum, a, axis, dtype)


def cumprod(a: Any, axis: Any = None, dtype: Any = None) -> Any:
    """Running products; of the flat array if there is no axis."""
    return _cumulative(tf.math.cumprod, a, axis, dtype)


def _cumulative(function: Any, a: Any, axis: Any, dtype: Any) -> Any:
    a = _wide(a, None if dtype is None else as_dtype(dtype))
    return function(tf.reshape(a, [-1]), 0) if axis is None else function(a, axis)


def argmax(a: Any, axis: Any = None) -> Any:
    """Where the greatest element is; in the flat array if there is no axis."""
    return _arg(tf.argmax, a, axis)


def argmin(a: Any, axis: Any = None) -> Any:
    """Where the least element is; in the flat array if there is no axis."""
    return _arg(tf.argmin, a, axis)


def _arg(function: Any, a: Any, axis: Any) -> Any:
    a = asarray(a)
    a = tf.cast(a, tf.int8) if a.dtype.is_bool else a
    if axis is None or a.shape.rank == 0:
        a, axis = tf.reshape(a, [-1]), 0
    return function(a, axis)


def sort(a: Any, axis: Any = -1, kind: str = "quicksort", order: Any = None) -> Any:
    """In ascending order; the flat array if the axis is None.

    Raises:
        ValueError: For another kind than quicksort, or an order.
    """
    if kind != "quicksort" or order is not None:
        raise ValueError("Only kind='quicksort' without order is supported.")
    a = asarray(a)
    return tf.sort(tf.reshape(a, [-1]), 0) if axis is None else tf.sort(a, axis)


def argsort(a: Any, axis: Any = -1, kind: str = "quicksort", order: Any = None) -> Any:
    """The order that would sort; of the flat array if the axis is None.

    Raises:
        ValueError: For other kinds than quicksort and stable, or an order.
    """
    if kind not in ("quicksort", "stable") or order is not None:
        raise ValueError("Only kind='quicksort' and 'stable' without order are supported.")
    a = asarray(a)
    a = tf.cast(a, tf.int8) if a.dtype.is_bool else a
    if axis is None:
        a, axis = tf.reshape(a, [-1]), 0
    return tf.cast(tf.argsort(a, axis, stable=kind == "stable"), tf.int64)


def diff(a: Any, n: int = 1, axis: int = -1) -> Any:
    """Differences of neighbours, ``n`` times.

    Raises:
        ValueError: If ``n`` is negative or there are no dimensions.
    """
    a = asarray(a)
    if n < 0 or not a.shape.rank:
        raise ValueError(f"diff needs n >= 0 and an array with dimensions, got n = {n} and the shape {a.shape}.")
    for _ in range(n):
        front: list[Any] = [slice(None)] * a.shape.rank
        back = list(front)
        front[axis], back[axis] = slice(1, None), slice(None, -1)
        operation = not_equal if a.dtype.is_bool else subtract
        a = operation(a[tuple(front)], a[tuple(back)])
    return a

"""New arrays."""

from __future__ import annotations

from typing import Any

import numpy as np

from flowstone_core.api import tf
from flowstone_core.dtypes import as_dtype
from flowstone_core.tnp.types import as_float, asarray, default_float, promoted, result_type


def _dtype(dtype: Any) -> Any:
    return as_dtype(default_float() if dtype is float else np.int64 if dtype is int else dtype)


def _shape(shape: Any) -> Any:
    return shape if isinstance(shape, (list, tuple)) or hasattr(shape, "shape") or hasattr(shape, "rank") else [shape]


def array(val: Any, dtype: Any = None, copy: bool = True, ndmin: int = 0) -> Any:
    """A tensor of values, with ``ndmin`` dimensions at least."""
    result = asarray(val, dtype)
    missing = ndmin - (result.shape.rank or 0)
    return tf.reshape(result, [1] * missing + list(result.shape)) if missing > 0 else result


def asanyarray(a: Any, dtype: Any = None) -> Any:
    """``a`` as a tensor."""
    return asarray(a, dtype)


def ascontiguousarray(a: Any, dtype: Any = None) -> Any:
    """``a`` as a tensor of one dimension at least."""
    return array(a, dtype, ndmin=1)


def copy(a: Any) -> Any:
    """A tensor with the values of ``a``."""
    return tf.identity(asarray(a))


def zeros(shape: Any, dtype: Any = float) -> Any:
    """Zeros."""
    return tf.zeros(_shape(shape), _dtype(dtype))


def ones(shape: Any, dtype: Any = float) -> Any:
    """Ones."""
    return tf.ones(_shape(shape), _dtype(dtype))


def empty(shape: Any, dtype: Any = float) -> Any:
    """Zeros: no memory is left as it was."""
    return zeros(shape, dtype)


def full(shape: Any, fill_value: Any, dtype: Any = None) -> Any:
    """A value, broadcast to a shape."""
    return tf.broadcast_to(asarray(fill_value, None if dtype is None else _dtype(dtype)), _shape(shape))


def zeros_like(a: Any, dtype: Any = None) -> Any:
    """Zeros in the shape of ``a``."""
    return tf.zeros_like(asarray(a), None if dtype is None else _dtype(dtype))


def ones_like(a: Any, dtype: Any = None) -> Any:
    """Ones in the shape of ``a``."""
    return tf.ones_like(asarray(a), None if dtype is None else _dtype(dtype))


def empty_like(a: Any, dtype: Any = None) -> Any:
    """Zeros in the shape of ``a``."""
    return zeros_like(a, dtype)


def full_like(
    a: Any, fill_value: Any, dtype: Any = None, order: str = "K", subok: bool = True, shape: Any = None
) -> Any:
    """A value in the shape of ``a``.

    Raises:
        ValueError: For another order, or a shape.
    """
    if order != "K" or not subok or shape:
        raise ValueError("Only order='K', subok=True and no shape are supported.")
    a = asarray(a)
    return tf.broadcast_to(asarray(fill_value, dtype or a.dtype), tf.shape(a))


def eye(N: int, M: int | None = None, k: int = 0, dtype: Any = float) -> Any:
    """Ones on a diagonal."""
    columns = N if M is None else M
    return tf.cast(tf.range(columns)[None, :] - tf.range(N)[:, None] == k, _dtype(dtype))


def identity(n: int, dtype: Any = float) -> Any:
    """The identity matrix."""
    return eye(n, dtype=dtype)


def tri(N: int, M: int | None = None, k: int = 0, dtype: Any = None) -> Any:
    """Ones on and below a diagonal."""
    columns = N if M is None else M
    below = tf.range(columns)[None, :] - tf.range(N)[:, None] <= k
    return tf.cast(below, _dtype(float if dtype is None else dtype))


def arange(start: Any, stop: Any = None, step: Any = 1, dtype: Any = None) -> Any:
    """Numbers from ``start`` below ``stop``."""
    if not step:
        raise ValueError("step must be non-zero.")
    if stop is None:
        start, stop = 0, start
    kind = _dtype(dtype) if dtype is not None else result_type(start, stop, step)
    if (step > 0 and start > stop) or (step < 0 and start < stop):
        return tf.zeros([0], kind)
    return (
        tf.cast(tf.range(start, stop, delta=step), kind) if not kind.is_integer else tf.range(start, stop, step, kind)
    )


def linspace(
    start: Any,
    stop: Any,
    num: int = 50,
    endpoint: bool = True,
    retstep: bool = False,
    dtype: Any = float,
    axis: int = 0,
) -> Any:
    """``num`` numbers at equal distances from ``start`` to ``stop``."""
    start, stop = asarray(start, default_float()), asarray(stop, default_float())
    if num < 0:
        raise ValueError(f"Argument `num` (value: {num}) must be non-negative.")
    parts = num - 1 if endpoint else num
    step = (stop - start) / (parts or np.nan)
    if num == 0:
        values = tf.zeros([0], start.dtype)
    else:
        last = stop if endpoint else stop - (stop - start) / num
        values = tf.linspace(start, last, num, axis=axis) if num > 1 else tf.expand_dims(start, axis)
    values = tf.cast(values, _dtype(dtype)) if dtype is not None else values
    return (values, step) if retstep else values


def logspace(
    start: Any, stop: Any, num: int = 50, endpoint: bool = True, base: float = 10.0, dtype: Any = None, axis: int = 0
) -> Any:
    """Numbers whose logarithms are at equal distances."""
    exponents = linspace(start, stop, num, endpoint, axis=axis)
    result = tf.pow(asarray(base, exponents.dtype), exponents)
    return result if dtype is None else tf.cast(result, _dtype(dtype))


def geomspace(start: Any, stop: Any, num: int = 50, endpoint: bool = True, dtype: Any = None, axis: int = 0) -> Any:
    """Numbers with equal ratios."""
    start, stop = promoted(as_float(start), as_float(stop))
    ends = [tf.math.log(x) / np.log(10.0) for x in (start, stop)]
    return logspace(ends[0], ends[1], num=num, endpoint=endpoint, dtype=dtype, axis=axis)


def diag_indices(n: int, ndim: int = 2) -> Any:
    """The places on the diagonal of an array."""
    return (tf.range(n),) * ndim


def vander(x: Any, N: int | None = None, increasing: bool = False) -> Any:
    """The powers of ``x`` as columns."""
    x = asarray(x)
    if x.shape.rank != 1:
        raise ValueError("The input to vander must be one-dimensional.")
    length = tf.shape(x)[0] if x.shape[0] is None else x.shape[0]
    count = length if N is None else N
    powers = tf.range(count) if increasing else tf.range(count - 1, -1, -1)
    return tf.pow(x[:, None], tf.cast(powers, x.dtype))


def meshgrid(*xi: Any, **kwargs: Any) -> Any:
    """Coordinate matrices.

    Raises:
        ValueError: Unless ``copy`` is true and ``sparse`` is not.
    """
    if kwargs.pop("sparse", False) or not kwargs.pop("copy", True):
        raise ValueError("meshgrid does not support sparse=True or copy=False.")
    return tf.meshgrid(*map(asarray, xi), **kwargs)

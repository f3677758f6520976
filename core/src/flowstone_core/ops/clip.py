"""Values and norms kept within limits."""

from __future__ import annotations

from typing import Any

import numpy as np

from flowstone_core.composite import is_composite
from flowstone_core.conversion import convert_to_tensor
from flowstone_core.dtypes import DType, as_dtype
from flowstone_core.indexed_slices import IndexedSlices
from flowstone_core.op import Op
from flowstone_core.ops import array, filling
from flowstone_core.ops.cast import cast
from flowstone_core.ops.compare import greater, is_finite
from flowstone_core.ops.complex import complex, imag, real
from flowstone_core.ops.elementary import sqrt
from flowstone_core.ops.joining import stack
from flowstone_core.ops.math import maximum, minimum, multiply, truediv
from flowstone_core.ops.nn import L2_LOSS
from flowstone_core.ops.reduce import reduce_sum
from flowstone_core.ops.selection import where
from flowstone_core.spec import Spec
from flowstone_core.tensor import Tensor, TensorLike
from flowstone_core.typelists import NUMBERS_AND_QUANTIZED


def _infer_clip(t: Spec, clip_value_min: Spec, clip_value_max: Spec) -> Spec:
    return Spec(t.shape, t.dtype)


CLIP_BY_VALUE = Op(
    "ClipByValue",
    ("t: T", "clip_value_min: T", "clip_value_max: T"),
    ("output: T",),
    (NUMBERS_AND_QUANTIZED,),
    infer=_infer_clip,
)


def _mapped(function: Any, slices: Any) -> Any:
    """``function`` of a tensor, or of the values of ``IndexedSlices``."""
    if isinstance(slices, IndexedSlices):
        return IndexedSlices(function(slices.values), slices.indices, slices.dense_shape)
    return function(slices if is_composite(slices) else convert_to_tensor(slices))


def clip_by_value(
    t: TensorLike, clip_value_min: TensorLike, clip_value_max: TensorLike, name: str | None = None
) -> Any:
    """Values below the minimum become it, values above the maximum become that.

    >>> tf.clip_by_value([1., 5., -3.], 0., 2.).numpy()
    array([1., 2., 0.], dtype=float32)

    Args:
        t: A tensor or ``tf.IndexedSlices``.
        clip_value_min: The least value; broadcasts with ``t``.
        clip_value_max: The greatest value; broadcasts with ``t``.
        name: A name for the result in a graph.

    Raises:
        ValueError: If a limit would broadcast ``t`` to a larger shape.
    """

    def clip(values: Any) -> Any:
        below = minimum(values, clip_value_max)
        values.shape.assert_is_compatible_with(below.shape)
        result = maximum(below, clip_value_min, name=name)
        values.shape.assert_is_compatible_with(result.shape)
        return result

    return _mapped(clip, t)


def clip_by_norm(t: TensorLike, clip_norm: TensorLike, axes: Any = None, name: str | None = None) -> Any:
    """``t · clip_norm / max(‖t‖, clip_norm)``: scaled down where its Euclidean norm is larger than ``clip_norm``.

    >>> tf.clip_by_norm([3., 4.], 1.).numpy()
    array([0.6, 0.8], dtype=float32)

    Args:
        t: A tensor or ``tf.IndexedSlices``.
        clip_norm: The greatest norm.
        axes: The dimensions to compute norms over; all by default.
        name: A name for the result in a graph.

    Raises:
        ValueError: If ``clip_norm`` would broadcast ``t`` to a larger shape.
        TypeError: If ``clip_norm`` is no number.
    """

    def clip(values: Any) -> Any:
        squares = reduce_sum(multiply(values, values), axes, keepdims=True)
        positive = greater(squares, convert_to_tensor(0, dtype=squares.dtype))
        # the square root of a 1 in place of a 0 keeps the gradient finite
        root = sqrt(where(positive, squares, filling.ones_like(squares)))
        norm = where(positive, root, squares)
        limit = _limit(clip_norm, values)
        scaled = multiply(values, limit)
        values.shape.assert_is_compatible_with(scaled.shape)
        return array.identity(truediv(scaled, maximum(norm, limit)), name=name)

    return _mapped(clip, t)


def _limit(clip_norm: Any, values: Tensor) -> Tensor:
    """The greatest norm in the type of the values; a negative one is 0."""
    limit = convert_to_tensor(clip_norm, dtype_hint=values.dtype)
    if not limit.dtype.is_numeric:
        raise TypeError(f"tf.clip_by_norm takes a number as clip_norm, got {clip_norm!r}.")
    limit = cast(limit, values.dtype)
    return maximum(limit, convert_to_tensor(0, dtype=limit.dtype))


def _values(t_list: Any) -> list[Any]:
    if isinstance(t_list, (Tensor, str)) or not isinstance(t_list, (list, tuple)):
        raise TypeError(f"`t_list` should be a sequence of tensors. Received {type(t_list)}.")
    return [t.values if isinstance(t, IndexedSlices) else None if t is None else convert_to_tensor(t) for t in t_list]


def global_norm(t_list: Any, name: str | None = None) -> Tensor:
    """The Euclidean norm of all elements of all tensors of a list; Nones count as nothing.

    >>> tf.linalg.global_norm([tf.constant([3.]), None, tf.constant([4.])])
    <tf.Tensor: shape=(), dtype=float32, numpy=5.0>

    Raises:
        TypeError: If ``t_list`` is not a sequence.
    """
    halves = [L2_LOSS(value) for value in _values(t_list) if value is not None]
    total = reduce_sum(stack(halves))
    return sqrt(multiply(total, convert_to_tensor(2, dtype=total.dtype)), name=name)


def clip_by_global_norm(
    t_list: Any, clip_norm: TensorLike, use_norm: Any = None, name: str | None = None
) -> tuple[list[Any], Tensor]:
    """All tensors of a list scaled by ``clip_norm / max(global norm, clip_norm)``, as gradients are.

    If the global norm is not finite, everything becomes nan.

    >>> clipped, norm = tf.clip_by_global_norm([tf.constant([3.]), tf.constant([4.])], 1.0)
    >>> [t.numpy().tolist() for t in clipped], norm.numpy()
    ([[0.6...], [0.8...]], np.float32(5.0))

    Args:
        t_list: Tensors, ``tf.IndexedSlices`` or Nones, which stay.
        clip_norm: The greatest norm.
        use_norm: The global norm, if it is known.
        name: A name for the results in a graph.

    Returns:
        The scaled tensors, and the global norm.

    Raises:
        TypeError: If ``t_list`` is not a sequence.
    """
    values = _values(t_list)
    norm = global_norm(t_list) if use_norm is None else convert_to_tensor(use_norm)
    one = convert_to_tensor(1, dtype=norm.dtype)
    limit = convert_to_tensor(clip_norm, dtype=norm.dtype) if not isinstance(clip_norm, Tensor) else clip_norm
    factor = multiply(limit, minimum(truediv(one, norm), truediv(one, limit)))
    factor = where(is_finite(norm), factor, convert_to_tensor(float("nan"), dtype=norm.dtype))
    clipped: list[Any] = []
    for t, value in zip(t_list, values, strict=True):
        scaled = None if value is None else array.identity(multiply(value, cast(factor, value.dtype)), name=name)
        clipped.append(IndexedSlices(scaled, t.indices, t.dense_shape) if isinstance(t, IndexedSlices) else scaled)
    return clipped, norm


# -- casts that saturate -------------------------------------------------------------------------------------------


def saturate_cast(value: TensorLike, dtype: Any, name: str | None = None) -> Tensor:
    """Convert to ``dtype``, with values outside its range moved to its nearest limit.

    Where the limit itself does not exist in the type of ``value`` (2**31 - 1 in float32), the nearest value
    inside the range stands for it.

    >>> tf.saturate_cast([-5, 300], tf.uint8).numpy()
    array([  0, 255], dtype=uint8)
    """
    target = as_dtype(dtype)
    x = convert_to_tensor(value)
    if x.dtype.is_complex and not target.is_complex:
        x = real(x)
    limits = _limits_within(x.dtype.real_dtype, target.real_dtype)
    if limits is not None:
        low, high = (convert_to_tensor(limit, dtype=x.dtype.real_dtype) for limit in limits)
        if x.dtype.is_complex:
            x = complex(*(CLIP_BY_VALUE(part, low, high) for part in (real(x), imag(x))))
        else:
            x = CLIP_BY_VALUE(x, low, high)
    return cast(x, target, name)


def _limits_within(source: DType, target: DType) -> tuple[Any, Any] | None:
    """The range of ``target`` as values of ``source``, or None if it holds all of ``source``."""
    if source.is_bool or target.is_bool or (_at_most(target.min, source.min) and _at_most(source.max, target.max)):
        return None
    kind = source.as_numpy_dtype
    number = float if source.is_floating else int
    low = kind(number(source.min if _at_most(target.min, source.min) else target.min))
    high = kind(number(source.max if _at_most(source.max, target.max) else target.max))
    if not _at_most(target.min, low):
        low = np.nextafter(low, kind(0))
    if not _at_most(high, target.max):
        high = np.nextafter(high, kind(0))
    return low, high


def _at_most(a: Any, b: Any) -> bool:
    """``a <= b`` of limits of different types, without rounding."""
    return bool(_exact(a) <= _exact(b))


def _exact(limit: Any) -> Any:
    value = float(limit)
    if isinstance(limit, (int, np.integer)):
        return int(limit)
    return int(value) if value.is_integer() else value

"""Changes of element type: casts, complex numbers and their parts."""

from __future__ import annotations

from typing import Any

import numpy as np

from flowstone_core import infer
from flowstone_core.composite import is_composite
from flowstone_core.conversion import convert_to_tensor, to_tensor
from flowstone_core.dtypes import DType, as_dtype, complex64, complex128, float32, float64
from flowstone_core.op import Op
from flowstone_core.spec import Spec
from flowstone_core.tensor import EagerTensor, Tensor, TensorLike


def _infer_cast(x: Spec, *, DstT: DType, Truncate: bool) -> Spec:
    value = x.value if DstT.is_integer and x.dtype.is_integer else None
    return Spec(x.shape, DstT, value)


CAST = Op(
    "Cast",
    ("x: SrcT",),
    ("y: DstT",),
    ("SrcT: type", "DstT: type", "Truncate: bool = false"),
    infer=_infer_cast,
)


def cast(x: TensorLike, dtype: Any, name: str | None = None) -> Any:
    """Convert the elements of ``x`` to ``dtype``; floats are cut towards zero when they become integers.

    >>> tf.cast([1.8, -1.8], tf.int32).numpy()
    array([ 1, -1], dtype=int32)

    Raises:
        TypeError: If ``dtype`` is no type or ``x`` is not convertible.
    """
    target = as_dtype(dtype)
    if type(x) is EagerTensor and x._dtype is target:
        return x
    if is_composite(x):
        return x if x.dtype is target else CAST(x, DstT=target, name=name)
    x = to_tensor(x)
    return convert_to_tensor(x) if x.dtype is target else CAST(x, DstT=target, name=name)


CLIP_TYPES = "float, double, int32, uint8, int16, int8, int64, bfloat16, uint16, half, uint32, uint64"


def saturate_cast(value: TensorLike, dtype: Any, name: str | None = None) -> Tensor:
    """Convert to ``dtype``, with values outside its range moved to its nearest limit.

    Where the limit itself does not exist in the type of ``value`` (2**31 - 1 in float32), the nearest value
    inside the range stands for it.

    >>> tf.saturate_cast([-5, 300], tf.uint8).numpy()
    array([  0, 255], dtype=uint8)
    """
    target = as_dtype(dtype)
    value = convert_to_tensor(value)
    source = value.dtype
    if source.is_complex and not target.is_complex:
        value = real(value)
        source = value.dtype
    low, high = _limits_within(source.real_dtype, target.real_dtype)
    if low is not None:
        bounds = (complex(low, low), complex(high, high)) if source.is_complex else (low, high)
        value = _clamp(value, *(convert_to_tensor(np.array(b, source.as_numpy_dtype)) for b in bounds))
    return cast(value, target, name)


def _limits_within(source: DType, target: DType) -> tuple[Any, Any]:
    """The range of ``target`` as values of ``source``, or Nones if it holds all of ``source``."""
    if source is target or (source.min >= target.min and source.max <= target.max):
        return None, None
    kind = source.as_numpy_dtype
    low, high = kind(max(source.min, target.min)), kind(min(source.max, target.max))
    exact = float if source.is_floating and target.is_floating else int
    if exact(low) < target.min:
        low = np.nextafter(low, kind(0))
    if exact(high) > target.max:
        high = np.nextafter(high, kind(0))
    return low, high


def _clamp(value: Tensor, low: Tensor, high: Tensor) -> Tensor:
    if not value.dtype.is_complex:
        return CLIP_BY_VALUE(value, low, high)
    parts = [CLIP_BY_VALUE(part(value), part(low), part(high)) for part in (real, imag)]
    return complex_(*parts)

"""Complex numbers and their parts."""

from __future__ import annotations

import math as python_math
from typing import Any

from flowstone_core.composite import is_composite
from flowstone_core.conversion import convert_to_tensor
from flowstone_core.dtypes import DType, complex64, complex128, float32, float64
from flowstone_core.infer import broadcast_shapes, unchanged
from flowstone_core.op import Op
from flowstone_core.ops.cast import cast
from flowstone_core.ops.compare import less
from flowstone_core.ops.math import multiply
from flowstone_core.spec import Spec
from flowstone_core.tensor import Tensor, TensorLike

_COMPLEX_IN = "T: {complex64, complex128} = DT_COMPLEX64"
_REAL_OUT = "Tout: {float, double} = DT_FLOAT"


def _infer_part(input: Spec, *, Tout: DType) -> Spec:
    return Spec(input.shape, Tout)


def _infer_complex(real: Spec, imag: Spec, *, Tout: DType) -> Spec:
    return Spec(broadcast_shapes(real, imag), Tout)


COMPLEX = Op(
    "Complex",
    ("real: T", "imag: T"),
    ("out: Tout",),
    ("T: {float, double} = DT_FLOAT", "Tout: {complex64, complex128} = DT_COMPLEX64"),
    infer=_infer_complex,
)
REAL = Op("Real", ("input: T",), ("output: Tout",), (_COMPLEX_IN, _REAL_OUT), infer=_infer_part)
IMAG = Op("Imag", ("input: T",), ("output: Tout",), (_COMPLEX_IN, _REAL_OUT), infer=_infer_part)
ANGLE = Op("Angle", ("input: T",), ("output: Tout",), (_COMPLEX_IN, _REAL_OUT), infer=_infer_part)
CONJ = Op(
    "Conj",
    ("input: T",),
    ("output: T",),
    ("T: {complex64, complex128, variant} = DT_COMPLEX64",),
    infer=unchanged,
)


def complex(real: TensorLike, imag: TensorLike, name: str | None = None) -> Tensor:
    """``real + imag·j``, element by element.

    >>> tf.complex([1., 2.], [3., 4.]).numpy()
    array([1.+3.j, 2.+4.j], dtype=complex64)

    Raises:
        TypeError: If the parts are not float32 or float64, or differ in type.
    """
    real = convert_to_tensor(real)
    imag = convert_to_tensor(imag)
    types = (real.dtype, imag.dtype)
    if types == (float64, float64):
        return COMPLEX(real, imag, Tout=complex128, name=name)
    if types == (float32, float32):
        return COMPLEX(real, imag, Tout=complex64, name=name)
    raise TypeError(
        "The `real` and `imag` components have incorrect types: both must be float32 or both float64, "
        f"got {real.dtype.name} and {imag.dtype.name}."
    )


def real(input: TensorLike, name: str | None = None) -> Tensor:
    """The real part of each element; real tensors as they are.

    Raises:
        TypeError: If the tensor is not numeric.
    """
    if is_composite(input):
        return REAL(input, name=name)
    x = convert_to_tensor(input)
    if x.dtype.is_complex:
        return REAL(x, Tout=x.dtype.real_dtype, name=name)
    if x.dtype.is_numeric:
        return x
    raise TypeError(f"input must be a numeric tensor, but got tensor with dtype {x.dtype!r}")


def imag(input: TensorLike, name: str | None = None) -> Tensor:
    """The imaginary part of each element; zeros for real tensors."""
    if is_composite(input):
        return IMAG(input, name=name)
    x = convert_to_tensor(input)
    if x.dtype.is_complex:
        return IMAG(x, Tout=x.dtype.real_dtype, name=name)
    return multiply(x, convert_to_tensor(0, dtype=x.dtype))


def conj(x: TensorLike, name: str | None = None) -> Tensor:
    """The complex conjugate of each element; real tensors as they are.

    Raises:
        TypeError: If the tensor is not numeric.
    """
    if is_composite(x):
        return CONJ(x, name=name)
    x = convert_to_tensor(x)
    if x.dtype.is_complex or x.dtype.is_handle:
        return CONJ(x, name=name)
    if x.dtype.is_numeric:
        return x
    raise TypeError(f"Expected numeric or variant tensor, got dtype {x.dtype!r}.")


def angle(input: TensorLike, name: str | None = None) -> Tensor:
    """The argument ``atan2(imag, real)`` of each element; 0 or π for real tensors.

    >>> tf.math.angle(tf.constant([1j, -1.])).numpy()
    array([1.57079633, 3.14159265])
    """
    if is_composite(input):
        return ANGLE(input, name=name)
    x = convert_to_tensor(input)
    if x.dtype.is_complex:
        return ANGLE(x, Tout=x.dtype.real_dtype, name=name)
    return multiply(cast(less(x, convert_to_tensor(0, dtype=x.dtype)), x.dtype), _pi(x.dtype))


def _pi(dtype: DType) -> Any:
    return convert_to_tensor(python_math.pi, dtype=dtype)

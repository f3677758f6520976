"""Element-wise exponentials, logarithms, roots, trigonometric and hyperbolic functions."""

from __future__ import annotations

from flowstone_core import infer
from flowstone_core.composite import is_composite
from flowstone_core.conversion import convert_to_tensor
from flowstone_core.op import Op, unary
from flowstone_core.tensor import Tensor, TensorLike
from flowstone_core.typelists import FLOATS, FLOATS_AND_COMPLEX


def _unary(name: str) -> Op:
    return Op(name, ("x: T",), ("y: T",), (FLOATS_AND_COMPLEX,), infer=infer.unchanged)


def _gradient(name: str) -> Op:
    return Op(name, ("y: T", "dy: T"), ("z: T",), (FLOATS_AND_COMPLEX,), infer=infer.unchanged)


def _binary(name: str) -> Op:
    return Op(name, ("x: T", "y: T"), ("z: T",), (FLOATS_AND_COMPLEX,), infer=infer.broadcast)


# -- exponentials, logarithms, roots -------------------------------------------------------------------------------

EXP, EXPM1, LOG, LOG1P, SQRT, RSQRT = map(_unary, ("Exp", "Expm1", "Log", "Log1p", "Sqrt", "Rsqrt"))
SQRT_GRAD, RSQRT_GRAD = map(_gradient, ("SqrtGrad", "RsqrtGrad"))
XDIVY, XLOGY, XLOG1PY = map(_binary, ("Xdivy", "Xlogy", "Xlog1py"))


@unary(EXP)
def exp(x: TensorLike, name: str | None = None) -> Tensor:
    """``e`` to the power ``x``."""
    raise NotImplementedError


@unary(EXPM1)
def expm1(x: TensorLike, name: str | None = None) -> Tensor:
    """``exp(x) - 1``, accurate for small ``x``."""
    raise NotImplementedError


@unary(LOG)
def log(x: TensorLike, name: str | None = None) -> Tensor:
    """The natural logarithm."""
    raise NotImplementedError


@unary(LOG1P)
def log1p(x: TensorLike, name: str | None = None) -> Tensor:
    """``log(1 + x)``, accurate for small ``x``."""
    raise NotImplementedError


@unary(SQRT)
def sqrt(x: TensorLike, name: str | None = None) -> Tensor:
    """The square root; nan for negative reals."""
    raise NotImplementedError


@unary(RSQRT)
def rsqrt(x: TensorLike, name: str | None = None) -> Tensor:
    """``1 / sqrt(x)``."""
    raise NotImplementedError


def xdivy(x: TensorLike, y: TensorLike, name: str | None = None) -> Tensor:
    """``x / y``, and 0 wherever ``x`` is 0."""
    return XDIVY(x, y, name=name)


def xlogy(x: TensorLike, y: TensorLike, name: str | None = None) -> Tensor:
    """``x * log(y)``, and 0 wherever ``x`` is 0.

    >>> tf.math.xlogy([0., 2.], [0., 1.]).numpy()
    array([0., 0.], dtype=float32)
    """
    return XLOGY(x, y, name=name)


def xlog1py(x: TensorLike, y: TensorLike, name: str | None = None) -> Tensor:
    """``x * log(1 + y)``, and 0 wherever ``x`` is 0."""
    return XLOG1PY(x, y, name=name)


# -- trigonometric functions ---------------------------------------------------------------------------------------

SIN, COS, TAN, ASIN, ACOS, ATAN = map(_unary, ("Sin", "Cos", "Tan", "Asin", "Acos", "Atan"))
ATAN2 = Op("Atan2", ("y: T", "x: T"), ("z: T",), (FLOATS,), infer=infer.broadcast)


@unary(SIN)
def sin(x: TensorLike, name: str | None = None) -> Tensor:
    """The sine of angles in radians."""
    raise NotImplementedError


@unary(COS)
def cos(x: TensorLike, name: str | None = None) -> Tensor:
    """The cosine of angles in radians."""
    raise NotImplementedError


@unary(TAN)
def tan(x: TensorLike, name: str | None = None) -> Tensor:
    """The tangent of angles in radians."""
    raise NotImplementedError


@unary(ASIN)
def asin(x: TensorLike, name: str | None = None) -> Tensor:
    """The angle in [-π/2, π/2] whose sine is ``x``; nan outside [-1, 1]."""
    raise NotImplementedError


@unary(ACOS)
def acos(x: TensorLike, name: str | None = None) -> Tensor:
    """The angle in [0, π] whose cosine is ``x``; nan outside [-1, 1]."""
    raise NotImplementedError


@unary(ATAN)
def atan(x: TensorLike, name: str | None = None) -> Tensor:
    """The angle in [-π/2, π/2] whose tangent is ``x``."""
    raise NotImplementedError


def atan2(y: TensorLike, x: TensorLike, name: str | None = None) -> Tensor:
    """The angle in [-π, π] of the point ``(x, y)``, element by element; shapes broadcast."""
    return ATAN2(y, x, name=name)


# -- hyperbolic functions ------------------------------------------------------------------------------------------

SINH, COSH, TANH, ASINH, ACOSH, ATANH = map(_unary, ("Sinh", "Cosh", "Tanh", "Asinh", "Acosh", "Atanh"))
SIGMOID = _unary("Sigmoid")
TANH_GRAD, SIGMOID_GRAD = map(_gradient, ("TanhGrad", "SigmoidGrad"))


@unary(SINH)
def sinh(x: TensorLike, name: str | None = None) -> Tensor:
    """``(exp(x) - exp(-x)) / 2``."""
    raise NotImplementedError


@unary(COSH)
def cosh(x: TensorLike, name: str | None = None) -> Tensor:
    """``(exp(x) + exp(-x)) / 2``."""
    raise NotImplementedError


@unary(TANH)
def tanh(x: TensorLike, name: str | None = None) -> Tensor:
    """``sinh(x) / cosh(x)``, between -1 and 1."""
    raise NotImplementedError


@unary(ASINH)
def asinh(x: TensorLike, name: str | None = None) -> Tensor:
    """The inverse of ``sinh``."""
    raise NotImplementedError


@unary(ACOSH)
def acosh(x: TensorLike, name: str | None = None) -> Tensor:
    """The inverse of ``cosh``; nan below 1."""
    raise NotImplementedError


@unary(ATANH)
def atanh(x: TensorLike, name: str | None = None) -> Tensor:
    """The inverse of ``tanh``; nan outside [-1, 1]."""
    raise NotImplementedError


@unary(SIGMOID)
def sigmoid(x: TensorLike, name: str | None = None) -> Tensor:
    """The logistic function ``1 / (1 + exp(-x))``.

    >>> tf.sigmoid([0.]).numpy()
    array([0.5], dtype=float32)
    """
    raise NotImplementedError


SOFTPLUS = Op("Softplus", ("features: T",), ("activations: T",), (FLOATS,), infer=infer.unchanged)


def log_sigmoid(x: TensorLike, name: str | None = None) -> Tensor:
    """``log(sigmoid(x)) = -softplus(-x)``, without overflow."""
    if not is_composite(x):
        x = convert_to_tensor(x)
    return -SOFTPLUS(-x, name=name)

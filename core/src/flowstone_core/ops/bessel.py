"""Bessel functions of orders 0 and 1, and integrals that have no closed form."""

from __future__ import annotations

from flowstone_core import infer
from flowstone_core.op import Op
from flowstone_core.tensor import Tensor, TensorLike
from flowstone_core.typelists import FLOATS


def _unary(name: str) -> Op:
    return Op(name, ("x: T",), ("y: T",), (FLOATS,), infer=infer.unchanged)


BESSEL_I0, BESSEL_I0E, BESSEL_I1, BESSEL_I1E = map(_unary, ("BesselI0", "BesselI0e", "BesselI1", "BesselI1e"))
BESSEL_J0, BESSEL_J1, BESSEL_Y0, BESSEL_Y1 = map(_unary, ("BesselJ0", "BesselJ1", "BesselY0", "BesselY1"))
BESSEL_K0, BESSEL_K0E, BESSEL_K1, BESSEL_K1E = map(_unary, ("BesselK0", "BesselK0e", "BesselK1", "BesselK1e"))
DAWSN, EXPINT, FRESNEL_COS, FRESNEL_SIN, SPENCE = map(_unary, ("Dawsn", "Expint", "FresnelCos", "FresnelSin", "Spence"))


# -- modified Bessel functions -------------------------------------------------------------------------------------


def bessel_i0(x: TensorLike, name: str | None = None) -> Tensor:
    """The modified Bessel function of the first kind, of order 0.

    >>> tf.math.bessel_i0([0., 1.]).numpy()
    array([1.       , 1.2660658], dtype=float32)
    """
    return BESSEL_I0(x, name=name)


def bessel_i0e(x: TensorLike, name: str | None = None) -> Tensor:
    """``exp(-|x|) I₀(x)``, which does not overflow."""
    return BESSEL_I0E(x, name=name)


def bessel_i1(x: TensorLike, name: str | None = None) -> Tensor:
    """The modified Bessel function of the first kind, of order 1."""
    return BESSEL_I1(x, name=name)


def bessel_i1e(x: TensorLike, name: str | None = None) -> Tensor:
    """``exp(-|x|) I₁(x)``, which does not overflow."""
    return BESSEL_I1E(x, name=name)


def bessel_k0(x: TensorLike, name: str | None = None) -> Tensor:
    """The modified Bessel function of the second kind, of order 0; infinite for ``x <= 0``."""
    return BESSEL_K0(x, name=name)


def bessel_k0e(x: TensorLike, name: str | None = None) -> Tensor:
    """``exp(x) K₀(x)``, which does not underflow."""
    return BESSEL_K0E(x, name=name)


def bessel_k1(x: TensorLike, name: str | None = None) -> Tensor:
    """The modified Bessel function of the second kind, of order 1; infinite for ``x <= 0``."""
    return BESSEL_K1(x, name=name)


def bessel_k1e(x: TensorLike, name: str | None = None) -> Tensor:
    """``exp(x) K₁(x)``, which does not underflow."""
    return BESSEL_K1E(x, name=name)


# -- Bessel functions ----------------------------------------------------------------------------------------------


def bessel_j0(x: TensorLike, name: str | None = None) -> Tensor:
    """The Bessel function of the first kind, of order 0."""
    return BESSEL_J0(x, name=name)


def bessel_j1(x: TensorLike, name: str | None = None) -> Tensor:
    """The Bessel function of the first kind, of order 1."""
    return BESSEL_J1(x, name=name)


def bessel_y0(x: TensorLike, name: str | None = None) -> Tensor:
    """The Bessel function of the second kind, of order 0; minus infinity for ``x <= 0``."""
    return BESSEL_Y0(x, name=name)


def bessel_y1(x: TensorLike, name: str | None = None) -> Tensor:
    """The Bessel function of the second kind, of order 1; minus infinity for ``x <= 0``."""
    return BESSEL_Y1(x, name=name)


# -- integrals -----------------------------------------------------------------------------------------------------


def dawsn(x: TensorLike, name: str | None = None) -> Tensor:
    """Dawson's integral ``exp(-x²) ∫₀ˣ exp(t²) dt``.

    >>> tf.math.special.dawsn([0., 1.]).numpy()
    array([0.       , 0.5380795], dtype=float32)
    """
    return DAWSN(x, name=name)


def expint(x: TensorLike, name: str | None = None) -> Tensor:
    """The exponential integral ``Ei(x) = ∫ exp(t)/t dt`` from minus infinity to ``x``; nan for ``x < 0``."""
    return EXPINT(x, name=name)


def fresnel_cos(x: TensorLike, name: str | None = None) -> Tensor:
    """Fresnel's integral ``∫₀ˣ cos(πt²/2) dt``."""
    return FRESNEL_COS(x, name=name)


def fresnel_sin(x: TensorLike, name: str | None = None) -> Tensor:
    """Fresnel's integral ``∫₀ˣ sin(πt²/2) dt``."""
    return FRESNEL_SIN(x, name=name)


def spence(x: TensorLike, name: str | None = None) -> Tensor:
    """Spence's integral, the dilogarithm: ``-∫₁ˣ log(t)/(t - 1) dt``; nan for ``x < 0``."""
    return SPENCE(x, name=name)

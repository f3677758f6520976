"""Special functions: the error function, the normal distribution's quantiles, gamma functions."""

from __future__ import annotations

from flowstone_core import infer
from flowstone_core.op import Op
from flowstone_core.tensor import Tensor, TensorLike
from flowstone_core.typelists import FLOATS


def _unary(name: str) -> Op:
    return Op(name, ("x: T",), ("y: T",), (FLOATS,), infer=infer.unchanged)


ERF, ERFC, ERFINV, NDTRI, LGAMMA, DIGAMMA = map(_unary, ("Erf", "Erfc", "Erfinv", "Ndtri", "Lgamma", "Digamma"))


def erf(x: TensorLike, name: str | None = None) -> Tensor:
    """The error function ``2/√π ∫₀ˣ exp(-t²) dt``.

    >>> tf.math.erf([0., 1.]).numpy()
    array([0.       , 0.8427008], dtype=float32)
    """
    return ERF(x, name=name)


def erfc(x: TensorLike, name: str | None = None) -> Tensor:
    """``1 - erf(x)``, accurate where it is small."""
    return ERFC(x, name=name)


def erfinv(x: TensorLike, name: str | None = None) -> Tensor:
    """The inverse of ``erf``: infinite at -1 and 1, nan beyond."""
    return ERFINV(x, name=name)


def ndtri(x: TensorLike, name: str | None = None) -> Tensor:
    """The quantile of the standard normal distribution: the inverse of ``P(X <= y)``.

    >>> tf.math.ndtri([0.5, 0.975]).numpy()
    array([0.      , 1.959964], dtype=float32)
    """
    return NDTRI(x, name=name)


def lgamma(x: TensorLike, name: str | None = None) -> Tensor:
    """``log |Γ(x)|``; infinite at zero and negative whole numbers."""
    return LGAMMA(x, name=name)


def digamma(x: TensorLike, name: str | None = None) -> Tensor:
    """``ψ(x)``, the derivative of ``log Γ(x)``; nan at negative whole numbers."""
    return DIGAMMA(x, name=name)

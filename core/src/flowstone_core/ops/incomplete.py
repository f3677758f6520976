"""Incomplete gamma and beta functions, polygamma, zeta, and what follows from them."""

from __future__ import annotations

import math

from flowstone_core import infer
from flowstone_core.conversion import convert_to_tensor
from flowstone_core.op import Op
from flowstone_core.ops.math import multiply, subtract
from flowstone_core.ops.reduce import reduce_sum
from flowstone_core.ops.special import lgamma, ndtri
from flowstone_core.spec import Spec
from flowstone_core.tensor import Tensor, TensorLike
from flowstone_core.typelists import FLOAT_AND_DOUBLE, FLOATS


def _infer_betainc(a: Spec, b: Spec, x: Spec) -> Spec:
    """One shape; scalars fit any."""
    arrays = [spec for spec in (a, b, x) if spec.shape != ()]
    return Spec(infer.same_shape(*arrays) if arrays else (), a.dtype)


def _binary(name: str, first: str, second: str, out: str, types: str) -> Op:
    return Op(name, (f"{first}: T", f"{second}: T"), (f"{out}: T",), (types,), infer=infer.broadcast)


IGAMMA = _binary("Igamma", "a", "x", "z", FLOATS)
IGAMMAC = _binary("Igammac", "a", "x", "z", FLOATS)
IGAMMA_GRAD_A = _binary("IgammaGradA", "a", "x", "z", FLOAT_AND_DOUBLE)
RANDOM_GAMMA_GRAD = _binary("RandomGammaGrad", "alpha", "sample", "output", FLOAT_AND_DOUBLE)
POLYGAMMA = _binary("Polygamma", "a", "x", "z", FLOAT_AND_DOUBLE)
ZETA = _binary("Zeta", "x", "q", "z", FLOAT_AND_DOUBLE)
BETAINC = Op("Betainc", ("a: T", "b: T", "x: T"), ("z: T",), (FLOAT_AND_DOUBLE,), infer=_infer_betainc)


def igamma(a: TensorLike, x: TensorLike, name: str | None = None) -> Tensor:
    """The lower incomplete gamma function ``P(a, x) = ∫₀ˣ tᵃ⁻¹ e⁻ᵗ dt / Γ(a)``; shapes broadcast.

    >>> tf.math.igamma(1., [0., 1.]).numpy()
    array([0.       , 0.6321206], dtype=float32)
    """
    return IGAMMA(a, x, name=name)


def igammac(a: TensorLike, x: TensorLike, name: str | None = None) -> Tensor:
    """The upper incomplete gamma function ``Q(a, x) = 1 - P(a, x)``; shapes broadcast."""
    return IGAMMAC(a, x, name=name)


def betainc(a: TensorLike, b: TensorLike, x: TensorLike, name: str | None = None) -> Tensor:
    """The regularized incomplete beta function ``∫₀ˣ tᵃ⁻¹ (1 - t)ᵇ⁻¹ dt / B(a, b)``.

    >>> tf.math.betainc(2., 2., 0.5).numpy()
    np.float32(0.5)

    Args:
        a: Positive numbers.
        b: Positive numbers.
        x: Numbers in [0, 1]; all three have one shape, or are scalars.
        name: A name for the op in a graph.
    """
    return BETAINC(a, b, x, name=name)


def polygamma(a: TensorLike, x: TensorLike, name: str | None = None) -> Tensor:
    """The derivative of order ``a`` (a whole number) of digamma at ``x``; shapes broadcast."""
    return POLYGAMMA(a, x, name=name)


def zeta(x: TensorLike, q: TensorLike, name: str | None = None) -> Tensor:
    """Hurwitz's zeta function ``Σ (q + n)^-x``, from ``n = 0`` on; shapes broadcast."""
    return ZETA(x, q, name=name)


def lbeta(x: TensorLike, name: str | None = None) -> Tensor:
    """``log |B(x)| = Σ log |Γ(xᵢ)| - log |Γ(Σ xᵢ)|`` along the last dimension.

    >>> tf.math.lbeta([1., 1.]).numpy()
    np.float32(0.0)
    """
    x = convert_to_tensor(x)
    return subtract(reduce_sum(lgamma(x), -1), lgamma(reduce_sum(x, -1)), name=name)


def erfcinv(x: TensorLike, name: str | None = None) -> Tensor:
    """The inverse of ``erfc``, for ``x`` in [0, 2]."""
    x = convert_to_tensor(x)
    half = convert_to_tensor(0.5, dtype=x.dtype)
    return multiply(ndtri(multiply(half, x)), convert_to_tensor(-math.sqrt(0.5), dtype=x.dtype), name=name)

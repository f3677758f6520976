"""Gradients of ``flowstone_core.ops.incomplete``."""

from __future__ import annotations

from typing import Any

from flowstone_core.ops import incomplete as ops
from flowstone_core.ops.elementary import exp, xlog1py, xlogy
from flowstone_core.ops.math import add, multiply, negative, subtract
from flowstone_core.ops.special import lgamma
from flowstone_core.tensor import Tensor

from flowstone_autodiff.broadcasting import unbroadcast
from flowstone_autodiff.registry import Call, gradient, undefined

undefined(ops.IGAMMA_GRAD_A, ops.RANDOM_GAMMA_GRAD, because="TensorFlow has none either; stop the gradient before it.")


def _lower(call: Call, dz: Tensor) -> tuple[Any, Any]:
    """By the shape ``a`` an op of its own; by ``x`` the density ``xᵃ⁻¹ e⁻ˣ / Γ(a)``."""
    a, x = call.inputs
    density = exp(subtract(subtract(xlogy(subtract(a, 1.0), x), x), lgamma(a)))
    by_a = unbroadcast(multiply(dz, ops.IGAMMA_GRAD_A(a, x)), a, x) if call.wants(0) else None
    return by_a, unbroadcast(multiply(dz, density), x, a)


@gradient(ops.IGAMMA)
def igamma_gradient(call: Call, dz: Tensor) -> tuple[Any, Any]:
    """``P(a, x)``: ``dz ∂P/∂a`` and ``dz xᵃ⁻¹ e⁻ˣ / Γ(a)``."""
    return _lower(call, dz)


@gradient(ops.IGAMMAC)
def igammac_gradient(call: Call, dz: Tensor) -> tuple[Any, Any]:
    """``1 - P(a, x)``: the same with the other sign."""
    return _lower(call, negative(dz))


@gradient(ops.BETAINC)
def betainc_gradient(call: Call, dz: Tensor) -> tuple[None, None, Any]:
    """By ``x``: ``dz xᵃ⁻¹ (1 - x)ᵇ⁻¹ / B(a, b)``; by ``a`` and ``b`` there is none, as in TensorFlow."""
    a, b, x = call.inputs
    log_beta = subtract(add(lgamma(a), lgamma(b)), lgamma(add(a, b)))
    powers = add(xlog1py(subtract(b, 1.0), negative(x)), xlogy(subtract(a, 1.0), x))
    return None, None, unbroadcast(multiply(dz, exp(subtract(powers, log_beta))), x)


@gradient(ops.POLYGAMMA)
def polygamma_gradient(call: Call, dz: Tensor) -> tuple[None, Any]:
    """By ``x``: ``dz`` times the derivative of the next order; the order is a whole number."""
    a, x = call.inputs
    return None, unbroadcast(multiply(dz, ops.polygamma(add(a, 1.0), x)), x, a)


@gradient(ops.ZETA)
def zeta_gradient(call: Call, dz: Tensor) -> tuple[None, Any]:
    """``ζ(x, q)`` by ``q``: ``-dz x ζ(x + 1, q)``; by ``x`` there is none, as in TensorFlow."""
    x, q = call.inputs
    slope = multiply(negative(x), ops.zeta(add(x, 1.0), q))
    return None, unbroadcast(multiply(dz, slope), q, x)

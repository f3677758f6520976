"""Numpy kernels of ``flowstone_core.ops.bessel``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from flowstone_core.kernel import KernelSet
from flowstone_core.kernels import bessel_coefficients as b
from flowstone_core.kernels import integral_coefficients as c
from flowstone_core.kernels.approximation import chebyshev, elementwise, pieces, polynomial, ratio
from flowstone_core.ops import bessel as ops

KERNELS = KernelSet()

_EULER = 0.57721566490153286061


# -- modified Bessel functions -------------------------------------------------------------------------------------


@elementwise(KERNELS, ops.BESSEL_I0E)
def i0e(x: Any) -> Any:
    """``exp(-|x|) I₀(x)``."""
    return _scaled(np.abs(x), b.I0_NEAR, b.I0_FAR)


@elementwise(KERNELS, ops.BESSEL_I1E)
def i1e(x: Any) -> Any:
    """``exp(-|x|) I₁(x)``."""
    size = np.abs(x)
    value = _scaled(size, b.I1_NEAR, b.I1_FAR)
    return np.copysign(np.where(size <= 8.0, value * size, value), x)


def _scaled(size: Any, near: Any, far: Any) -> Any:
    return pieces(
        np.where(np.isinf(size), 0.0, size),
        (size <= 8.0, lambda z: chebyshev(z / 2.0 - 2.0, near)),
        ((size > 8.0) & np.isfinite(size), lambda z: chebyshev(32.0 / z - 2.0, far) / np.sqrt(z)),
        of=(size,),
    )


@elementwise(KERNELS, ops.BESSEL_I0)
def i0(x: Any) -> Any:
    """In two factors, for ``exp(x)`` overflows first."""
    half = np.exp(np.abs(x) / 2.0)
    return half * i0e(x) * half


@elementwise(KERNELS, ops.BESSEL_I1)
def i1(x: Any) -> Any:
    """In two factors, for ``exp(x)`` overflows first."""
    half = np.exp(np.abs(x) / 2.0)
    return half * i1e(x) * half


def _second_kind(x: Any, near: Callable[[Any], Any], far: Callable[[Any], Any]) -> Any:
    """Infinite up to 0."""
    return pieces(
        np.where(x <= 0, np.inf, np.where(np.isinf(x), 0.0, x)),
        ((x > 0) & (x <= 2.0), near),
        ((x > 2.0) & np.isfinite(x), far),
        of=(x,),
    )


def _k0_near(x: Any) -> Any:
    return chebyshev(x * x - 2.0, b.K0_NEAR) - np.log(0.5 * x) * i0(x)


def _k1_near(x: Any) -> Any:
    return np.log(0.5 * x) * i1(x) + chebyshev(x * x - 2.0, b.K1_NEAR) / x


def _k_far(x: Any, coefficients: Any) -> Any:
    return chebyshev(8.0 / x - 2.0, coefficients) / np.sqrt(x)


@elementwise(KERNELS, ops.BESSEL_K0)
def k0(x: Any) -> Any:
    """``K₀``."""
    return _second_kind(x, _k0_near, lambda z: np.exp(-z) * _k_far(z, b.K0_FAR))


@elementwise(KERNELS, ops.BESSEL_K0E)
def k0e(x: Any) -> Any:
    """``exp(x) K₀(x)``."""
    return _second_kind(x, lambda z: np.exp(z) * _k0_near(z), lambda z: _k_far(z, b.K0_FAR))


@elementwise(KERNELS, ops.BESSEL_K1)
def k1(x: Any) -> Any:
    """``K₁``."""
    return _second_kind(x, _k1_near, lambda z: np.exp(-z) * _k_far(z, b.K1_FAR))


@elementwise(KERNELS, ops.BESSEL_K1E)
def k1e(x: Any) -> Any:
    """``exp(x) K₁(x)``."""
    return _second_kind(x, lambda z: np.exp(z) * _k1_near(z), lambda z: _k_far(z, b.K1_FAR))


# -- Bessel functions ----------------------------------------------------------------------------------------------

_J0_ROOTS = (5.78318596294678452118, 30.4712623436620863991)
"""The squares of the first two zeros of J₀."""
_J1_ROOTS = (14.6819706421238932572, 49.2184563216946036703)


def _wave(x: Any, order: int) -> tuple[Any, Any, Any, Any]:
    """Amplitudes ``p`` and ``5q/x`` of the asymptotic form, and the phase's cosine and sine, for ``x > 5``."""
    pp, pq, qp, qq = (b.J0_PP, b.J0_PQ, b.J0_QP, b.J0_QQ) if order == 0 else (b.J1_PP, b.J1_PQ, b.J1_QP, b.J1_QQ)
    w = 5.0 / x
    z = w * w
    cosine, sine = np.cos(x), np.sin(x)
    if order == 0:  # cos(x - π/4), sin(x - π/4), times √2
        return ratio(z, pp, pq), w * ratio(z, qp, qq), cosine + sine, sine - cosine
    return ratio(z, pp, pq), w * ratio(z, qp, qq), sine - cosine, -(sine + cosine)  # with 3π/4


def _j_far(x: Any, order: int) -> Any:
    p, q, cosine, sine = _wave(x, order)
    return (p * cosine - q * sine) / np.sqrt(np.pi * x)


def _y_far(x: Any, order: int) -> Any:
    p, q, cosine, sine = _wave(x, order)
    return (p * sine + q * cosine) / np.sqrt(np.pi * x)


def _j0_near(x: Any) -> Any:
    z = x * x
    return (z - _J0_ROOTS[0]) * (z - _J0_ROOTS[1]) * ratio(z, b.J0_RP, b.J0_RQ)


def _j1_near(x: Any) -> Any:
    z = x * x
    return x * (z - _J1_ROOTS[0]) * (z - _J1_ROOTS[1]) * ratio(z, b.J1_RP, b.J1_RQ)


@elementwise(KERNELS, ops.BESSEL_J0)
def j0(x: Any) -> Any:
    """An even function."""
    size = np.abs(x)
    far = (size > 5.0) & np.isfinite(size)
    start = np.where(np.isinf(x), np.nan, x)
    return pieces(start, (size <= 5.0, _j0_near), (far, lambda z: _j_far(z, 0)), of=(size,))


@elementwise(KERNELS, ops.BESSEL_J1)
def j1(x: Any) -> Any:
    """An odd function."""
    size = np.abs(x)
    far = (size > 5.0) & np.isfinite(size)
    start = np.where(np.isinf(x), np.nan, x)
    return np.sign(x) * pieces(start, (size <= 5.0, _j1_near), (far, lambda z: _j_far(z, 1)), of=(size,))


def _y(x: Any, near: Callable[[Any], Any], order: int) -> Any:
    """Minus infinity up to 0."""
    return pieces(
        np.where(x <= 0, -np.inf, np.where(np.isinf(x), np.nan, x)),
        ((x > 0) & (x <= 5.0), near),
        ((x > 5.0) & np.isfinite(x), lambda z: _y_far(z, order)),
        of=(x,),
    )


@elementwise(KERNELS, ops.BESSEL_Y0)
def y0(x: Any) -> Any:
    """``Y₀``."""
    return _y(x, lambda z: ratio(z * z, b.Y0_P, b.Y0_Q) + 2 / np.pi * np.log(z) * _j0_near(z), 0)


@elementwise(KERNELS, ops.BESSEL_Y1)
def y1(x: Any) -> Any:
    """``Y₁``."""
    return _y(x, lambda z: z * ratio(z * z, b.Y1_P, b.Y1_Q) + 2 / np.pi * (_j1_near(z) * np.log(z) - 1.0 / z), 1)


# -- integrals -----------------------------------------------------------------------------------------------------


@elementwise(KERNELS, ops.DAWSN)
def dawsn(x: Any) -> Any:
    """Rybicki's sum over odd n of ``exp(-(x - nh)²)/n``, whose error is ``exp(-(π/2h)²)``; a series near 0.

    See G. B. Rybicki, Dawson's Integral and the Sampling Theorem, 1989.
    """
    h = 0.25
    size = np.abs(x)

    def small(z: Any) -> Any:
        square, result = z * z, np.ones_like(z)
        for k in range(12, 0, -1):
            result = 1.0 - 2.0 * square * result / (2 * k + 1)
        return z * result

    def sampled(z: Any) -> Any:
        middle = 2.0 * np.round(z / (2.0 * h))
        rest, total = z - middle * h, np.zeros_like(z)
        for n in range(-27, 28, 2):
            total += np.exp(-np.square(rest - n * h)) / (middle + n)
        return total / np.sqrt(np.pi)

    def asymptotic(z: Any) -> Any:
        y = 1.0 / (2.0 * z * z)
        return (1.0 + y * (1.0 + y * (3.0 + y * (15.0 + y * 105.0)))) / (2.0 * z)

    value = pieces(
        np.where(np.isinf(size), 0.0, size),
        (size < 0.5, small),
        ((size >= 0.5) & (size < 200.0), sampled),
        ((size >= 200.0) & np.isfinite(size), asymptotic),
        of=(size,),
    )
    return np.copysign(value, x)


@elementwise(KERNELS, ops.EXPINT)
def expint(x: Any) -> Any:
    """``γ + log x + Σ xᵏ/(k k!)``; beyond 40 the asymptotic ``eˣ/x Σ k!/xᵏ``."""

    def series(z: Any) -> Any:
        total, term = np.zeros_like(z), np.ones_like(z)
        for k in range(1, 200):
            term = term * z / k
            total += term / k
            if (term <= 1e-17 * total).all():
                break
        return _EULER + np.log(z) + total

    def asymptotic(z: Any) -> Any:
        total, term = np.ones_like(z), np.ones_like(z)
        for k in range(1, 40):
            following = term * k / z
            term = np.where(following < term, following, 0.0)
            total += term
        return np.exp(z) / z * total

    start = np.where(x == 0, -np.inf, np.nan)
    return pieces(start, ((x > 0) & (x <= 40), series), ((x > 40) & np.isfinite(x), asymptotic), of=(x,))


def _fresnel_far(x: Any) -> tuple[Any, Any]:
    """Sine and cosine integral for ``x² >= 2.5625``, by auxiliary functions of a slowly varying amplitude."""
    square = x * x
    t = np.pi * square
    u = 1.0 / (t * t)
    f = 1.0 - u * ratio(u, c.FRESNEL_FN, c.FRESNEL_FD)
    g = ratio(u, c.FRESNEL_GN, c.FRESNEL_GD) / t
    turns = np.pi / 2 * np.mod(square, 4.0)
    cosine, sine = np.cos(turns), np.sin(turns)
    t = np.pi * x
    return 0.5 - (f * cosine + g * sine) / t, 0.5 + (f * sine - g * cosine) / t


def _fresnel(x: Any, near: Callable[[Any], Any], which: int) -> Any:
    size = np.abs(x)
    value = pieces(
        np.where(np.isinf(size), 0.5, size),
        (size * size < 2.5625, near),
        ((size * size >= 2.5625) & np.isfinite(size), lambda z: _fresnel_far(z)[which]),
        of=(size,),
    )
    return np.copysign(value, x)


@elementwise(KERNELS, ops.FRESNEL_SIN)
def fresnel_sin(x: Any) -> Any:
    """An odd function that goes to 1/2."""
    return _fresnel(x, lambda z: z**3 * ratio(z**4, c.FRESNEL_SN, c.FRESNEL_SD), 0)


@elementwise(KERNELS, ops.FRESNEL_COS)
def fresnel_cos(x: Any) -> Any:
    """An odd function that goes to 1/2."""
    return _fresnel(x, lambda z: z * ratio(z**4, c.FRESNEL_CN, c.FRESNEL_CD), 1)


@elementwise(KERNELS, ops.SPENCE)
def spence(x: Any) -> Any:
    """Moved into [1/2, 3/2] by the functional equations for ``1/x`` and ``1 - x``."""
    inverted = x > 1.5
    z = np.where(inverted, 1.0 / x, x)
    reflected = z < 0.5
    with_zero = np.where(z > 0, z, 1.0)
    w = np.where(reflected, -with_zero, with_zero - 1.0)
    value = -w * polynomial(w, c.SPENCE_P) / polynomial(w, c.SPENCE_Q)
    mirror = np.pi**2 / 6 - np.log(with_zero) * np.log1p(-np.minimum(with_zero, 0.75)) - value
    value = np.where(reflected, mirror, value)
    value = np.where(inverted, -0.5 * np.square(np.log(with_zero)) - value, value)
    value = np.where(x == 0, np.pi**2 / 6, value)
    return np.where((x < 0) | ~np.isfinite(x), np.nan, value)

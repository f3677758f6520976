from __future__ import annotations

import math

import numpy as np
import pytest
from flowstone_core.conversion import constant
from flowstone_core.ops import bessel as ops

x = np.linspace(0.05, 45, 900)


def integral(f, low, high, nodes=400):
    """∫ f by the rule of Gauss and Legendre; ``low`` and ``high`` may be arrays."""
    points, weights = np.polynomial.legendre.leggauss(nodes)
    half = (np.asarray(high) - low) / 2
    at = low + half * (points[:, None] + 1)
    return half * (weights[:, None] * f(at)).sum(0)


def test_first_kind_by_their_integrals():
    for order, function in ((0, ops.bessel_j0), (1, ops.bessel_j1)):
        expected = integral(lambda t, n=order: np.cos(n * t - x * np.sin(t)), 0, np.full_like(x, math.pi)) / math.pi
        assert np.allclose(function(x).numpy(), expected, atol=1e-13, rtol=0)
    for order, function in ((0, ops.bessel_i0e), (1, ops.bessel_i1e)):
        expected = integral(lambda t, n=order: np.exp(x * (np.cos(t) - 1)) * np.cos(n * t), 0, np.full_like(x, math.pi))
        assert np.allclose(function(x).numpy(), expected / math.pi, rtol=1e-12)


def test_the_second_kind_by_wronskians():
    j0, j1, y0, y1 = (f(x).numpy() for f in (ops.bessel_j0, ops.bessel_j1, ops.bessel_y0, ops.bessel_y1))
    assert np.allclose(j1 * y0 - j0 * y1, 2 / (math.pi * x), rtol=1e-11)
    i0, i1, k0, k1 = (f(x).numpy() for f in (ops.bessel_i0e, ops.bessel_i1e, ops.bessel_k0e, ops.bessel_k1e))
    assert np.allclose(i0 * k1 + i1 * k0, 1 / x, rtol=1e-13)


def test_scaled_and_plain_agree():
    assert np.allclose(ops.bessel_i0(x).numpy(), np.exp(x) * ops.bessel_i0e(x).numpy(), rtol=1e-13)
    assert np.allclose(ops.bessel_i1(-x).numpy(), -np.exp(x) * ops.bessel_i1e(x).numpy(), rtol=1e-13)
    assert np.allclose(ops.bessel_k0(x).numpy(), np.exp(-x) * ops.bessel_k0e(x).numpy(), rtol=1e-13)
    assert np.allclose(ops.bessel_k1(x).numpy(), np.exp(-x) * ops.bessel_k1e(x).numpy(), rtol=1e-13)
    assert np.isfinite(ops.bessel_i0(np.float64(712.0)).numpy())


def test_integrals():
    small = x[x < 6]
    dawson = integral(lambda t: np.exp(t * t - small * small), 0, small)
    assert np.allclose(ops.dawsn(small).numpy(), dawson, rtol=1e-12)
    assert np.allclose(ops.dawsn([-300.0, 1e5]).numpy(), [-1 / 600, 5e-6], rtol=1e-4)
    steps = integral(lambda t: np.exp(t) / t, small[:-1], small[1:])
    assert np.allclose(np.diff(ops.expint(small).numpy()), steps, rtol=1e-9)
    assert np.isclose(ops.expint(1.0).numpy(), 1.8951178163559368)
    assert np.isclose(ops.expint(constant(50.0, "float64")).numpy(), 1.0585636897131690e20, rtol=1e-13)
    for function, wave in ((ops.fresnel_cos, np.cos), (ops.fresnel_sin, np.sin)):
        expected = integral(lambda t, wave=wave: wave(math.pi / 2 * t * t), 0, small)
        assert np.allclose(function(small).numpy(), expected, atol=1e-13)
        assert np.allclose(function(-small).numpy(), -expected, atol=1e-13)
    away = small + 1e-3
    steps = integral(lambda t: -np.log(t) / (t - 1), away[:-1], away[1:], nodes=20)
    assert np.allclose(np.diff(ops.spence(away).numpy()), steps, atol=1e-13)
    assert np.isclose(ops.spence(0.0).numpy(), math.pi**2 / 6)


@pytest.mark.parametrize("function", [ops.bessel_k0, ops.bessel_k0e, ops.bessel_k1, ops.bessel_k1e])
def test_poles_of_the_modified(function):
    assert function([0.0, -1.0, math.inf]).numpy().tolist() == [math.inf, math.inf, 0]


def test_poles_and_domains():
    for function in (ops.bessel_y0, ops.bessel_y1):
        assert function([0.0, -1.0]).numpy().tolist() == [-math.inf] * 2
    assert np.isnan(ops.spence([-1.0, math.inf]).numpy()).all()
    assert math.isnan(ops.expint(-1.0).numpy())
    assert ops.expint(0.0).numpy() == -math.inf
    assert ops.fresnel_sin([math.inf, -math.inf]).numpy().tolist() == [0.5, -0.5]


@pytest.mark.parametrize("kind", ["float16", "bfloat16", "float32"])
def test_results_have_the_type_of_the_operand(kind):
    for function in (ops.bessel_i0, ops.bessel_j1, ops.dawsn, ops.spence):
        result = function(constant([[0.5, 1.5]], kind))
        assert (result.dtype, result.shape) == (kind, (1, 2))

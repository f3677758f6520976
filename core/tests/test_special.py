from __future__ import annotations

import math
from statistics import NormalDist

import numpy as np
import pytest
from flowstone_core.conversion import constant
from flowstone_core.ops import special as ops


def relative(got, expected):
    got, expected = np.asarray(got), np.asarray(expected)
    return np.max(np.abs(got - expected) / np.maximum(np.abs(expected), 1e-300))


def test_error_function():
    x = np.concatenate([np.linspace(-6, 6, 2001), [1e-300, 1e-10]])
    assert relative(ops.erf(x).numpy(), [math.erf(v) for v in x]) < 1e-15
    y = np.linspace(-6, 26, 2001)
    assert relative(ops.erfc(y).numpy(), [math.erfc(v) for v in y]) < 2e-13
    assert ops.erf([math.inf, -math.inf]).numpy().tolist() == [1, -1]
    assert math.isnan(ops.erf(math.nan).numpy())


def test_inverses():
    x = np.concatenate([np.linspace(-0.999, 0.999, 999), 1 - np.logspace(-15, -1, 50), np.logspace(-300, -1, 50)])
    back = np.array([math.erf(v) for v in ops.erfinv(x).numpy()])
    assert np.allclose(back, x, rtol=1e-14, atol=0)
    assert ops.erfinv([1.0, -1.0]).numpy().tolist() == [math.inf, -math.inf]
    assert math.isnan(ops.erfinv(1.5).numpy())
    normal = NormalDist()
    p = np.linspace(0.001, 0.999, 501)
    assert relative(ops.ndtri(p).numpy()[p != 0.5], [normal.inv_cdf(v) for v in p if v != 0.5]) < 1e-12
    assert ops.ndtri([0.0, 1.0]).numpy().tolist() == [-math.inf, math.inf]


def test_logarithm_of_gamma():
    x = np.concatenate([np.linspace(0.01, 40, 2000), np.logspace(2, 300, 100), -np.linspace(0.1, 30.05, 500)])
    expected = np.array([math.lgamma(v) for v in x])
    assert np.allclose(ops.lgamma(x).numpy(), expected, rtol=1e-13, atol=1e-14)
    factorials = [math.log(math.factorial(n)) for n in range(1, 30)]
    assert np.allclose(ops.lgamma(np.arange(2.0, 31.0)).numpy(), factorials, rtol=1e-15)
    assert ops.lgamma([0.0, -1.0, math.inf]).numpy().tolist() == [math.inf] * 3
    near = 2 + np.logspace(-12, -2, 11)
    series = (near - 2) * (1 - 0.5772156649015329) + 0.3224670334241132 * (near - 2) ** 2
    assert np.allclose(ops.lgamma(near).numpy()[:5], series[:5], rtol=1e-11, atol=0)


def test_digamma():
    euler = 0.5772156649015329
    harmonic = np.cumsum(1 / np.arange(1.0, 30.0))
    assert np.allclose(ops.digamma(np.arange(1.0, 30.0)).numpy(), [-euler, *(harmonic[:-1] - euler)], rtol=1e-14)
    x = np.linspace(0.1, 20, 100)
    assert np.allclose((ops.digamma(x + 1) - ops.digamma(x)).numpy(), 1 / x, rtol=1e-11)
    reflected = ops.digamma(1 - x[::3] - 0.05) - ops.digamma(x[::3] + 0.05)
    assert np.allclose(reflected.numpy(), np.pi / np.tan(np.pi * (x[::3] + 0.05)), rtol=1e-9)
    assert np.isnan(ops.digamma([0.0, -1.0, -math.inf]).numpy()).all()


@pytest.mark.parametrize("kind", ["float16", "bfloat16", "float32"])
def test_results_have_the_type_of_the_operand(kind):
    for function in (ops.erf, ops.erfc, ops.erfinv, ops.ndtri, ops.lgamma, ops.digamma):
        x = constant([[0.25], [0.75]], kind)
        result = function(x)
        assert (result.dtype, result.shape) == (kind, (2, 1))
        exact = function(constant(x.numpy().astype(np.float64))).numpy()
        assert np.allclose(result.numpy().astype(float), exact, rtol=1e-2 if kind != "float32" else 1e-6)

from __future__ import annotations

import math

import numpy as np
import pytest
from flowstone_core import dtypes
from flowstone_core.conversion import constant
from flowstone_core.errors import InvalidArgumentError, SpecError
from flowstone_core.ops import incomplete as ops
from flowstone_core.spec import Spec

random = np.random.RandomState(0)


def test_whole_shapes_of_gamma_are_sums():
    x = np.linspace(0.01, 30, 200)
    for n in (1, 2, 5, 9):
        upper = np.exp(-x) * sum(x**k / math.factorial(k) for k in range(n))
        assert np.allclose(ops.igammac(np.float64(n), x).numpy(), upper, rtol=1e-12)
        assert np.allclose(ops.igamma(np.float64(n), x).numpy(), 1 - upper, atol=1e-14)


def test_half_shapes_of_gamma_are_error_functions():
    x = np.logspace(-12, 1.4, 60)
    assert np.allclose(ops.igamma(np.float64(0.5), x).numpy(), [math.erf(math.sqrt(v)) for v in x], rtol=1e-13)
    assert np.allclose(ops.igammac(np.float64(0.5), x).numpy(), [math.erfc(math.sqrt(v)) for v in x], rtol=1e-12)


def test_recurrence_of_gamma_holds_across_the_regions():
    a = 10 ** random.uniform(-1, 5, 2000)
    x = a * (1 + random.normal(size=2000) / np.sqrt(a) * 5).clip(0.01)
    density = np.exp(a * np.log(x) - x - np.array([math.lgamma(v + 1) for v in a]))
    step = ops.igamma(a, x) - ops.igamma(a + 1, x)
    assert np.allclose(step.numpy(), density, atol=3e-10 * np.maximum(1, np.sqrt(density.max())))
    assert np.allclose((ops.igamma(a, x) + ops.igammac(a, x)).numpy(), 1, atol=1e-12)


def test_edges_of_gamma():
    nan, inf = math.nan, math.inf
    a, x = [0.0, 1.0, -1.0, 1.0, nan, 1.0, inf], [1.0, 0.0, 1.0, -1.0, 1.0, inf, 1.0]
    for function, expected in (
        (ops.igamma, [nan, 0, nan, nan, nan, 1, 0]),
        (ops.igammac, [nan, 1, nan, nan, nan, 0, 1]),
    ):
        assert np.array_equal(function(a, x).numpy(), expected, equal_nan=True)


def test_derivatives_of_gamma():
    a = 10 ** random.uniform(-0.5, 2.5, 300)
    x = a * 10 ** random.uniform(-0.4, 0.4, 300)
    step = 1e-5 * a
    slope = (ops.igamma(a + step, x) - ops.igamma(a - step, x)).numpy() / (2 * step)
    assert np.allclose(ops.IGAMMA_GRAD_A(a, x).numpy(), slope, atol=1e-8)
    density = (ops.igamma(a, x * (1 + 1e-6)) - ops.igamma(a, x * (1 - 1e-6))).numpy() / (2e-6 * x)
    moving = density > 1e-3
    assert np.allclose(ops.RANDOM_GAMMA_GRAD(a, x).numpy()[moving], -slope[moving] / density[moving], rtol=1e-4)


def test_beta():
    x = np.linspace(0, 1, 101)
    assert np.allclose(ops.betainc(np.float64(1), 1.0, x).numpy(), x)
    assert np.allclose(ops.betainc(np.float64(2), 1.0, x).numpy(), x**2)
    assert np.allclose(ops.betainc(np.float64(0.5), 0.5, x).numpy(), 2 / math.pi * np.arcsin(np.sqrt(x)), atol=1e-13)
    n, k = 200, 37
    binomial = [sum(math.comb(n, j) * v**j * (1 - v) ** (n - j) for j in range(k, n + 1)) for v in x]
    assert np.allclose(ops.betainc(np.float64(k), float(n - k + 1), x).numpy(), binomial, rtol=1e-10, atol=1e-300)
    a, b, y = random.uniform(0.1, 5000, (3, 500)) * [[1], [1], [1 / 5000]]
    assert np.allclose((ops.betainc(a, b, y) + ops.betainc(b, a, 1 - y)).numpy(), 1, atol=1e-11)
    assert np.isnan(ops.betainc([0.0, -1.0, 1.0], 1.0, [0.5, 0.5, 1.5]).numpy()).all()


def test_shapes_of_beta():
    with pytest.raises(InvalidArgumentError, match="inconsistent"):
        ops.betainc([1.0, 2.0], [1.0, 2.0, 3.0], 0.5)
    specs = [Spec((), dtypes.float32), Spec((None, 3), dtypes.float32), Spec((2, None), dtypes.float32)]
    assert ops.BETAINC.infer(*specs).shape == (2, 3)
    with pytest.raises(SpecError):
        ops.BETAINC.infer(Spec((2,), dtypes.float32), Spec((3,), dtypes.float32), Spec((), dtypes.float32))


def test_zeta_and_polygamma():
    assert np.allclose(ops.zeta([2.0, 4.0], 1.0).numpy(), [math.pi**2 / 6, math.pi**4 / 90])
    x, q = random.uniform(1.2, 20, 300), random.uniform(0.05, 30, 300)
    assert np.allclose((ops.zeta(x, q) - ops.zeta(x, q + 1)).numpy(), q**-x, rtol=1e-9)
    assert ops.zeta(constant([1.0, 2.0]), [3.0, 0.0]).numpy().tolist() == [math.inf] * 2
    assert np.isnan(ops.zeta([0.5, 2.5], [1.0, -0.5]).numpy()).all()
    assert np.allclose(ops.polygamma([0.0, 1.0, 2.0], 1.0).numpy(), [-0.5772156649, math.pi**2 / 6, -2.404113806])
    orders = np.arange(1.0, 6.0)
    ratio = (ops.polygamma(orders, 0.7) - ops.polygamma(orders, 1.7)).numpy()
    expected = [-((-1) ** n) * math.factorial(int(n)) * 0.7 ** -(n + 1) for n in orders]
    assert np.allclose(ratio, expected)
    assert np.isnan(ops.polygamma([1.5, -1.0], 2.0).numpy()).all()


def test_what_follows():
    assert np.isclose(ops.lbeta(constant([2.0, 3.0], "float64")).numpy(), math.log(1 / 12))
    assert ops.lbeta([[1.0, 1.0]]).shape == (1,)
    values = np.linspace(0.01, 1.99, 50)
    assert np.allclose([math.erfc(v) for v in ops.erfcinv(values).numpy()], values)

from __future__ import annotations

import cmath
import math

import numpy as np
import pytest
from flowstone_core import dtypes
from flowstone_core.conversion import constant
from flowstone_core.errors import InvalidArgumentError
from flowstone_core.ops import elementary as ops

UNARY = "exp expm1 log log1p sqrt sin cos tan asin acos atan sinh cosh tanh asinh acosh atanh".split()
BOUNDED = {"asin", "acos", "atanh"}


@pytest.mark.parametrize("name", UNARY)
def test_against_pythons_own(name):
    x = np.linspace(1.01, 4.0, 20) if name not in BOUNDED else np.linspace(-0.95, 0.95, 20)
    reference = [getattr(math, name)(value) for value in x]
    for kind, tolerance in (("float64", 1e-14), ("float32", 1e-6), ("float16", 2e-3), ("bfloat16", 1e-2)):
        narrow = x.astype(dtypes.as_dtype(kind).as_numpy_dtype)
        wanted = reference if kind == "float64" else [getattr(math, name)(float(value)) for value in narrow]
        result = getattr(ops, name)(narrow)
        assert result.dtype == kind
        assert np.allclose(result.numpy().astype(float), wanted, rtol=tolerance, atol=tolerance)


@pytest.mark.parametrize("name", [name for name in UNARY if name not in ("expm1", "log1p")])
def test_complex_numbers(name):
    values = [0.3 + 0.4j, -0.5 + 0.1j, 1.5 - 2j]
    result = getattr(ops, name)(constant(values)).numpy()
    assert np.allclose(result, [getattr(cmath, name)(value) for value in values])


def test_sigmoid_does_not_overflow():
    assert ops.sigmoid([-1e4, 0.0, 1e4]).numpy().tolist() == [0, 0.5, 1]
    assert np.allclose(ops.log_sigmoid([-1e4, 0.0, 1e4]).numpy(), [-1e4, -math.log(2), 0])
    assert np.allclose(ops.SOFTPLUS([-1e4, 0.0, 1e4]).numpy(), [0, math.log(2), 1e4])


def test_poles_and_domains():
    assert ops.log([0.0]).numpy()[0] == -math.inf
    assert np.isnan(ops.sqrt([-1.0]).numpy()[0])
    assert ops.rsqrt([4.0, 0.0]).numpy().tolist() == [0.5, math.inf]
    with pytest.raises(InvalidArgumentError, match="allowed values"):
        ops.exp([1])


def test_zero_factors_win():
    inf, nan = math.inf, math.nan
    assert ops.xlogy([0.0, 0.0, 2.0], [0.0, nan, 1.0]).numpy().tolist() == [0, 0, 0]
    assert ops.xlog1py([0.0, 0.0], [-1.0, inf]).numpy().tolist() == [0, 0]
    assert ops.xdivy([0.0, 1.0], [0.0, 2.0]).numpy().tolist() == [0, 0.5]


def test_keywords_name_the_right_operand():
    assert ops.atan2(x=1.0, y=0.0).numpy() == 0
    assert np.isclose(ops.atan2(y=1.0, x=0.0).numpy(), math.pi / 2)


@pytest.mark.parametrize(
    ("op", "function", "derivative"),
    [
        (ops.TANH_GRAD, np.tanh, lambda x: 1 / np.cosh(x) ** 2),
        (ops.SIGMOID_GRAD, lambda x: 1 / (1 + np.exp(-x)), lambda x: np.exp(-x) / (1 + np.exp(-x)) ** 2),
        (ops.SQRT_GRAD, np.sqrt, lambda x: 0.5 / np.sqrt(x)),
        (ops.RSQRT_GRAD, lambda x: 1 / np.sqrt(x), lambda x: -0.5 * x**-1.5),
    ],
)
def test_gradients_in_terms_of_results(op, function, derivative):
    x = np.linspace(0.5, 3, 7)
    assert np.allclose(op(function(x), np.full(7, 2.0)).numpy(), 2 * derivative(x))

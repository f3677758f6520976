"""Elementary functions: the largest error in units in the last place, over the whole range of operands."""

from __future__ import annotations

import math

import numpy as np
import pytest
from flowstone_core.conversion import convert_to_tensor as constant
from flowstone_core.ops import activations, elementary, special
from flowstone_core.ops import math as ops
from flowstone_graphfn.function import function

wide = np.longdouble
FUNCTIONS = {
    "exp": (elementary.exp, np.exp, (-110, 95)),
    "expm1": (elementary.expm1, np.expm1, (-30, 95)),
    "log": (elementary.log, np.log, None),
    "log1p": (elementary.log1p, np.log1p, None),
    "tanh": (elementary.tanh, np.tanh, (-12, 12)),
    "sigmoid": (elementary.sigmoid, lambda x: 1 / (1 + np.exp(-x)), (-100, 100)),
    "erf": (special.erf, np.vectorize(lambda x: wide(math.erf(x)), otypes=[wide]), (-5, 5)),
    "sin": (elementary.sin, np.sin, (-1e5, 1e5)),
    "cos": (elementary.cos, np.cos, (-1e5, 1e5)),
    "softplus": (activations.softplus, lambda x: np.log1p(np.exp(-np.abs(x))) + np.maximum(x, 0), (-80, 100)),
    "tan": (elementary.tan, np.tan, (-1e5, 1e5)),
    "asin": (elementary.asin, np.arcsin, (-1, 1)),
    "acos": (elementary.acos, np.arccos, (-1, 1)),
    "atan": (elementary.atan, np.arctan, (-9, 9)),
    "sinh": (elementary.sinh, np.sinh, (-90, 90)),
    "cosh": (elementary.cosh, np.cosh, (-90, 90)),
    "asinh": (elementary.asinh, np.arcsinh, (-9, 9)),
    "acosh": (elementary.acosh, np.arccosh, (1, 9)),
    "atanh": (elementary.atanh, np.arctanh, (-1, 1)),
    "erfc": (special.erfc, np.vectorize(lambda x: wide(math.erfc(x)), otypes=[wide]), (-5, 11)),
    "sqrt": (elementary.sqrt, np.sqrt, None),
    "rsqrt": (elementary.rsqrt, lambda x: 1 / np.sqrt(x), None),
    "elu": (activations.elu, lambda x: np.where(x < 0, np.expm1(np.minimum(x, 0)), x), (-30, 5)),
}
BOUNDS = {"softplus": 2.5}
"""Functions of several steps may be a little further off than 2 ulp."""


def ulps(got, expected):
    """The distance in units of the last place of float32, where both are finite numbers."""
    with np.errstate(over="ignore"):
        rounded = expected.astype(np.float32)
    same = (got == rounded) | (np.isnan(got) & np.isnan(rounded))
    spacing = np.spacing(np.maximum(np.abs(rounded), np.float32(2.0**-126)))
    with np.errstate(invalid="ignore"):
        distance = np.abs(got.astype(wide) - expected) / spacing
    return np.where(same, np.minimum(distance, 1), distance).astype(np.float64)


def everywhere(range_):
    """Points close together in the range, and all sizes of numbers of both signs."""
    rng = np.random.default_rng(7)
    bits = rng.integers(0, 2**32, 40000, dtype=np.uint32).view(np.float32)
    bits = bits[np.isfinite(bits)]
    special_ = [0.0, -0.0, 1.0, -1.0, 0.5, 1e-40, -1e-40, 1e-45, np.inf, -np.inf, np.nan, 3e38, -3e38, 88.7, -87.4]
    near = rng.uniform(*range_, 60000) if range_ else np.exp(rng.uniform(-20, 20, 60000))
    tiny = rng.normal(0, 0.3, 20000)
    return np.concatenate([bits, np.array(special_), near, tiny, 1 + tiny * 1e-3]).astype(np.float32)


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize("name", FUNCTIONS)
def test_float32_is_within_two_ulp(name, natively):
    f, reference, range_ = FUNCTIONS[name]
    x = everywhere(range_)
    got = natively(function(f, autograph=False), constant(x)).numpy()
    distance = ulps(got, reference(x.astype(wide)))
    worst = np.nanargmax(distance)
    assert distance[worst] <= BOUNDS.get(name, 2), (x[worst], got[worst], distance[worst])
    bad = np.isnan(got) != np.isnan(reference(x.astype(wide)).astype(np.float32))
    assert not bad.any(), x[bad][:5]


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_pow_is_within_two_ulp(natively):
    rng = np.random.default_rng(3)
    x = np.concatenate([np.exp(rng.uniform(-30, 30, 30000)), -np.exp(rng.uniform(-3, 3, 5000))]).astype(np.float32)
    y = np.concatenate([rng.uniform(-4, 4, 30000), rng.integers(-9, 9, 5000)]).astype(np.float32)
    special_ = [0.0, -0.0, 1.0, -1.0, np.inf, -np.inf, np.nan, 2.0, -2.0, 0.5, -3.0, 3.0, 2.5]
    a, b = (grid.ravel().astype(np.float32) for grid in np.meshgrid(special_, special_))
    x, y = np.concatenate([x, a]), np.concatenate([y, b])
    got = natively(function(ops.pow, autograph=False), constant(x), constant(y)).numpy()
    expected = np.power(x.astype(wide), y.astype(wide))
    np.testing.assert_allclose(got[-len(a) :], np.power(a, b), rtol=2e-7)
    assert np.nanmax(ulps(got, expected)) <= 2


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_atan2_is_within_two_ulp(natively):
    rng = np.random.default_rng(4)
    special_ = [0.0, -0.0, 1.0, -1.0, np.inf, -np.inf, np.nan, 1e-40, 3e38, -3e38]
    a, b = (grid.ravel() for grid in np.meshgrid(special_, special_))
    y, x = (np.concatenate([rng.standard_normal(30000) * np.exp(rng.uniform(-30, 30, 30000)), e]) for e in (a, b))
    y, x = y.astype(np.float32), x.astype(np.float32)
    got = natively(function(elementary.atan2, autograph=False), constant(y), constant(x)).numpy()
    expected = np.arctan2(y.astype(wide), x.astype(wide))
    assert np.nanmax(ulps(got, expected)) <= 2
    np.testing.assert_array_equal(np.signbit(got[~np.isnan(got)]), np.signbit(expected[~np.isnan(got)]))
    np.testing.assert_array_equal(np.isnan(got), np.isnan(expected))


def test_float64_is_as_the_c_library(natively):
    x = np.linspace(-3, 3, 1001)
    f = function(lambda x: (elementary.exp(x), elementary.tanh(x), special.erf(x), elementary.sin(x)), autograph=False)
    got = [tensor.numpy() for tensor in natively(f, constant(x))]
    for mine, reference in zip(got, (np.exp, np.tanh, np.vectorize(math.erf), np.sin), strict=True):
        np.testing.assert_allclose(mine, reference(x), rtol=1e-15, atol=1e-16)

"""16-bit floats: every value, and the same bits as numpy's kernels, which round once after each op."""

from __future__ import annotations

import numpy as np
import pytest
from flowstone_core import providers
from flowstone_core.conversion import convert_to_tensor as constant
from flowstone_core.ops import cast, elementary, linalg, math, reduce, softmax
from flowstone_graphfn.function import function

EVERY = np.arange(1 << 16, dtype=np.uint16)
TYPES = ("float16", "bfloat16")
pytestmark = pytest.mark.filterwarnings("ignore::RuntimeWarning")


def same(got, expected):
    """Whether bits are equal, or both are nan."""
    nan = np.isnan(got.astype(np.float32)) & np.isnan(expected.astype(np.float32))
    return bool(((got.view(np.uint16) == expected.view(np.uint16)) | nan).all())


def floats():
    rng = np.random.default_rng(0)
    edges = [65504, 65519, 65520, 65521, 65536, 1e-8, 5.96e-8, 2.98e-8, 2.9802322e-08, -0.0, np.inf, -np.inf, np.nan]
    everywhere = rng.integers(0, 2**32, 100_000, dtype=np.uint32).view(np.float32)
    usual = rng.standard_normal(50_000) * np.exp(rng.uniform(-20, 12, 50_000))
    return np.concatenate([everywhere, usual.astype(np.float32), np.array(edges, np.float32)])


@pytest.mark.parametrize("name", TYPES)
def test_casts(name, natively):
    every, numbers = EVERY.view(name), floats()
    wide = natively(function(lambda x: cast.cast(x, "float32")), constant(every)).numpy()
    np.testing.assert_array_equal(wide, every.astype(np.float32))
    assert same(natively(function(lambda x: cast.cast(x, name)), constant(numbers)).numpy(), numbers.astype(name))
    double = numbers[np.isfinite(numbers)].astype(np.float64) * (1 + 1e-12)  # where rounding twice shows
    assert same(natively(function(lambda x: cast.cast(x, name)), constant(double)).numpy(), double.astype(name))
    whole = np.arange(-70_000, 70_000)
    assert same(natively(function(lambda x: cast.cast(x, name)), constant(whole)).numpy(), whole.astype(name))


@pytest.mark.parametrize("name", TYPES)
@pytest.mark.parametrize("op", [math.add, math.multiply, math.subtract, math.divide, math.maximum, math.minimum])
def test_arithmetic(op, name, natively):
    x, y = constant(EVERY.view(name)), constant(np.roll(EVERY, 777).view(name))
    got = natively(function(lambda a, b: op(op(a, b), a)), x, y).numpy()
    with providers.kernel_providers(["numpy"]):
        assert same(got, op(op(x, y), x).numpy())


@pytest.mark.parametrize("name", TYPES)
def test_products_and_reductions(name, natively):
    rng = np.random.default_rng(1)
    a, b = (constant(rng.standard_normal(shape).astype(name)) for shape in ((37, 70), (70, 50)))
    for f in (
        lambda a, b: softmax.softmax(linalg.matmul(a, b)),
        lambda a, b: reduce.reduce_sum(elementary.exp(a), 0),
        lambda a, b: reduce.reduce_mean(a * 2, 1) - reduce.reduce_max(a, 1),
    ):
        got = natively(function(f), a, b).numpy()
        with providers.kernel_providers(["numpy"]):
            expected = f(a, b).numpy()
        assert got.dtype == expected.dtype
        np.testing.assert_allclose(got.astype(float), expected.astype(float), rtol=2 ** (-10 if name[0] == "f" else -7))

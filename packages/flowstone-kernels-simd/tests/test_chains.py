"""What follows on a product runs block by block behind it, where it goes along with its rows."""

from __future__ import annotations

import numpy as np
import pytest
from flowstone_core import providers
from flowstone_core.conversion import convert_to_tensor as constant
from flowstone_core.ops import activations, array, conv, elementary, linalg, pool, reduce, softmax
from flowstone_core.variable import Variable
from flowstone_graphfn.function import function
from flowstone_kernels_simd import chains, lowering

CONV = {"strides": (1, 1, 1, 1), "padding": "SAME"}
POOL = {"ksize": (1, 2, 2, 1), "strides": (1, 2, 2, 1), "padding": "SAME"}


def normal(*shape):
    return constant(np.random.default_rng(sum(shape)).standard_normal(shape).astype(np.float32))


@pytest.fixture
def made(monkeypatch):
    """The chains that lowering makes."""
    found = []

    def chained(*given):
        items = chains.chained(*given)
        found.extend(item for item in items if isinstance(item, chains.Chain))
        return items

    monkeypatch.setattr(lowering, "chained", chained)
    return found


def layer_norm(y):
    centered = y - reduce.reduce_mean(y, 1, keepdims=True)
    return centered * elementary.rsqrt(reduce.reduce_mean(centered * centered, 1, keepdims=True) + 1e-3)


X, W, B = normal(300, 40), normal(40, 70), normal(70)
IMAGE, FILTER, DEPTH = normal(3, 9, 14, 20), normal(3, 3, 20, 33), normal(3, 3, 20, 1)


@pytest.mark.parametrize(
    ("f", "count"),
    [
        (lambda: activations.relu(linalg.matmul(X, W) + B), 1),
        (lambda: softmax.softmax(linalg.matmul(X, W) + B), 1),
        (lambda: layer_norm(linalg.matmul(X, W)) * X[:, :1], 1),
        (lambda: softmax.softmax(array.reshape(linalg.matmul(X, W), (300, 2, 35))), 0),  # several rows in one
        (lambda: activations.relu(conv.CONV_2D(IMAGE, FILTER, **CONV) + 1), 1),
        (lambda: activations.relu(conv.CONV_2D(IMAGE, FILTER[..., :2], **CONV)), 0),  # rows that are too short
        (lambda: activations.relu(conv.DEPTHWISE_CONV(IMAGE, DEPTH, **CONV)), 1),
        (lambda: elementary.tanh(pool.MAX_POOL(IMAGE, **POOL)), 1),
    ],
)
def test_chains_compute_the_same(f, count, made):
    got = function(f, autograph=False)().numpy()
    with providers.kernel_providers(["numpy"]):
        expected = f().numpy()
    np.testing.assert_allclose(got, expected, rtol=1e-4, atol=1e-5)
    assert len(made) == count


def test_a_variable_that_the_product_reads_is_not_written_behind_its_back(made):
    start = np.random.default_rng(2).standard_normal((300, 300)).astype(np.float32)
    v, x = Variable(start), normal(300, 300)

    @function(autograph=False)
    def step():
        v.assign(activations.relu(linalg.matmul(v, x) * 0.05))

    step()
    np.testing.assert_allclose(v.numpy(), np.maximum(start @ x.numpy() * 0.05, 0), rtol=1e-3, atol=1e-4)

"""Scattering, gathering and their gradients as native code, against numpy's kernels."""

from __future__ import annotations

import numpy as np
import pytest
from flowstone_autodiff.tape import GradientTape
from flowstone_core import providers
from flowstone_core.conversion import convert_to_tensor as constant
from flowstone_core.errors import InvalidArgumentError
from flowstone_core.ops import gathering, reduce, segment
from flowstone_core.variable import Variable
from flowstone_graphfn.function import function

RNG = np.random.default_rng(0)
X = RNG.standard_normal((6, 5, 4)).astype(np.float32)
IDS = np.array([0, 2, 0, -1, 2, 1])

FUNCTIONS = {
    "scatter_nd": lambda x: gathering.scatter_nd([[1], [3], [1]], x[:3] * 2, [6, 5, 4]),
    "scatter_nd of elements": lambda x: gathering.scatter_nd([[1, 2], [1, 2], [0, 0]], x[:3, 0, 0] * 2, [2, 3]),
    "scatter_nd of vectors": lambda x: gathering.scatter_nd([[[0, 1]], [[1, 0]]], x[:2, :1] * 2, [2, 2, 4]),
    "update": lambda x: gathering.tensor_scatter_nd_update(x * 2, [[1], [2]], x[:2]),
    "add": lambda x: gathering.tensor_scatter_nd_add(x * 2, [[1], [1]], x[:2]),
    "sub": lambda x: gathering.tensor_scatter_nd_sub(x * 2, [[1, 0], [5, 4]], x[:2, 0]),
    "sum of segments": lambda x: segment.unsorted_segment_sum(x * 2, IDS, 4),
    "largest of segments": lambda x: segment.unsorted_segment_max(x * 2, IDS, 3),
    "gather_nd": lambda x: gathering.gather_nd(x * 2, [[0, 1], [2, 3], [2, 3]]),
    "gather_nd of elements": lambda x: gathering.gather_nd(x * 2, [[[0, 1, 3]], [[2, 3, 0]]]),
    "gather": lambda x: gathering.gather(x * 2, [[1, 1], [4, 0]], axis=1),
    "gather of batches": lambda x: gathering.gather(x * 2, RNG.integers(0, 5, (6, 3)), batch_dims=1),
    "gather of batches further in": lambda x: gathering.gather(x * 2, [[3], [0]] * 3, axis=2, batch_dims=1),
    "slice": lambda x: x[1:, ::2, 1] * 2,
    "slice backwards": lambda x: x[..., ::-1, None, 1:3] * 2,
    "slice of rows": lambda x: x[2:4] * 2,
}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_values_and_gradients(name, natively):
    f = FUNCTIONS[name]
    if name == "gather of batches":
        indices = RNG.integers(0, 5, (6, 3))

        def f(x):
            return gathering.gather(x * 2, indices, batch_dims=1)

    def gradient(x):
        with GradientTape() as tape:
            tape.watch(x)
            y = f(x)
            loss = reduce.reduce_sum(y * y)
        return y, tape.gradient(loss, x)

    x = constant(X)
    with providers.kernel_providers(["numpy"]):
        expected = [tensor.numpy() for tensor in gradient(x)]
    for got, want in zip(natively(function(gradient, autograph=False), x), expected, strict=True):
        np.testing.assert_allclose(got.numpy(), want, rtol=1e-5, atol=1e-5)


def test_indices_out_of_range_can_be_ignored(natively):
    f = function(lambda x: gathering.scatter_nd([[1], [3], [-1]], x * 2, [3, 5, 4], bad_indices_policy="IGNORE"))
    expected = np.zeros((3, 5, 4), np.float32)
    expected[1] = X[0] * 2
    np.testing.assert_allclose(natively(f, constant(X[:3])).numpy(), expected)


@pytest.mark.parametrize("place", [-1, 3])
def test_an_index_out_of_range_is_an_error_and_nothing_is_written(place):
    count = Variable(np.zeros(2, np.float32))

    @function(autograph=False)
    def f(x, indices):
        y = gathering.scatter_nd(indices, x * 2, [3, 4])
        count.assign_add(y[0, :2])
        return y

    x = constant(X[0, :2])
    f(x, constant([[0], [2]]))
    np.testing.assert_allclose(count.numpy(), 2 * X[0, 0, :2], rtol=1e-6)
    with pytest.raises(InvalidArgumentError):
        f(x, constant([[0], [place]]))
    np.testing.assert_allclose(count.numpy(), 2 * X[0, 0, :2], rtol=1e-6)

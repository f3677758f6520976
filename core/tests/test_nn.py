from __future__ import annotations

import numpy as np
import pytest
from flowstone_core import dtypes
from flowstone_core.conversion import constant
from flowstone_core.errors import InvalidArgumentError, SpecError
from flowstone_core.ops import nn as ops
from flowstone_core.spec import Spec
from hypothesis import given
from hypothesis import strategies as st


def test_biases():
    x = np.arange(24.0).reshape(2, 3, 4)
    assert (ops.bias_add(x, np.arange(4.0)).numpy() == x + np.arange(4.0)).all()
    assert (ops.bias_add(x, np.arange(3.0), "NCW").numpy() == x + np.arange(3.0)[:, None]).all()
    assert (ops.BIAS_ADD_GRAD(x).numpy() == x.sum((0, 1))).all()
    assert (ops.BIAS_ADD_GRAD(x, data_format="NCHW").numpy() == x.sum((0, 2))).all()
    for bias, words in ((np.ones(3), "3 biases"), (np.ones((1, 4)), "rank 1")):
        with pytest.raises(InvalidArgumentError, match=words):
            ops.bias_add(x, bias)
    with pytest.raises(InvalidArgumentError, match="2D"):
        ops.bias_add([1.0], [1.0])
    with pytest.raises(ValueError, match="data_format"):
        ops.bias_add(x, [1.0], "XX")


def test_norms_and_fractions():
    assert ops.l2_loss([3.0, 4.0]).numpy() == 12.5
    assert np.allclose(ops.l2_normalize([[3.0, 4.0], [0.0, 2.0]], axis=1).numpy(), [[0.6, 0.8], [0, 1]])
    assert np.allclose(ops.l2_normalize([3 + 4j]).numpy(), [0.6 + 0.8j])
    assert ops.l2_normalize([0.0]).numpy() == 0
    assert ops.zero_fraction([0, 1, 0, 2]).numpy() == 0.5
    with pytest.raises(ValueError, match="both"):
        ops.l2_normalize([1.0], axis=0, dim=0)


def test_poisson():
    z, c = np.array([0.0, 1.0, 5.0]), np.array([0.1, 0.2, 0.3])
    loss = np.exp(c) - z * c
    assert np.allclose(ops.log_poisson_loss(z, c).numpy(), loss)
    stirling = np.where(z > 1, z * np.log(np.where(z, z, 1)) - z + np.log(2 * np.pi * np.where(z, z, 1)) / 2, 0)
    assert np.allclose(ops.log_poisson_loss(z, c, compute_full_loss=True).numpy(), loss + stirling)


@given(st.lists(st.integers(-5, 5), min_size=1, max_size=8), st.data())
def test_the_largest_in_order_and_first_of_equals(values, data):
    k = data.draw(st.integers(0, len(values)))
    order = sorted(range(len(values)), key=lambda i: (-values[i], i))[:k]
    for kind in ("int32", "uint8", "float32", "bfloat16"):
        shifted = [value + 5 for value in values]
        found = ops.top_k(constant(shifted, kind), k)
        assert found.indices.numpy().tolist() == order
        assert found.values.numpy().astype(int).tolist() == [shifted[i] for i in order]


def test_top_k_refuses():
    for x, k in (([1.0], 2), ([1.0], -1), (1.0, 1), ([1.0], [1])):
        with pytest.raises(InvalidArgumentError, match="TopK"):
            ops.top_k(x, k)
    values, indices = ops.TOP_K_V2.infer(
        Spec((None, 3), dtypes.float32), Spec((), dtypes.int32, 2), sorted=True, index_type=dtypes.int64
    )
    assert (values.shape, indices.shape, indices.dtype) == ((None, 2), (None, 2), dtypes.int64)


def test_targets_among_the_highest():
    predictions = [[0.1, 0.5, 0.4], [0.3, 0.3, 0.2], [0.0, float("inf"), 0.0]]
    assert ops.in_top_k([1, 1, 0], predictions, 1).numpy().tolist() == [True, True, False]
    assert ops.in_top_k([2, 7, 0], predictions, 2).numpy().tolist() == [True, False, False]
    with pytest.raises(InvalidArgumentError, match="rows"):
        ops.in_top_k([1], predictions, 1)


def test_nth_elements():
    x = [[3, 1, 2], [9, 7, 8]]
    assert ops.NTH_ELEMENT(x, 0).numpy().tolist() == [1, 7]
    assert ops.NTH_ELEMENT(x, 0, reverse=True).numpy().tolist() == [3, 9]
    with pytest.raises(InvalidArgumentError, match="n must be"):
        ops.NTH_ELEMENT(x, 3)


def test_inference():
    x, bias = Spec((None, 3), dtypes.float32), Spec((3,), dtypes.float32)
    assert ops.BIAS_ADD.infer(x, bias, data_format="NHWC").shape == (None, 3)
    with pytest.raises(SpecError):
        ops.BIAS_ADD.infer(x, Spec((4,), dtypes.float32), data_format="NHWC")

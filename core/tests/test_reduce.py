from __future__ import annotations

import math

import numpy as np
import pytest
from flowstone_core import dtypes
from flowstone_core.conversion import constant
from flowstone_core.errors import InvalidArgumentError, SpecError
from flowstone_core.ops import reduce as ops
from flowstone_core.spec import Spec
from hypothesis import given
from hypothesis import strategies as st

x = np.random.RandomState(0).uniform(-2, 2, (2, 3, 4))
PAIRS = [
    (ops.reduce_sum, np.sum),
    (ops.reduce_mean, np.mean),
    (ops.reduce_prod, np.prod),
    (ops.reduce_max, np.max),
    (ops.reduce_min, np.min),
    (ops.reduce_std, np.std),
    (ops.reduce_variance, np.var),
]


@pytest.mark.parametrize("axis", [None, 0, -1, (0, 2), [1, -3], (0, 1, 2), ()])
@pytest.mark.parametrize("keepdims", [False, True])
@pytest.mark.parametrize(("function", "reference"), PAIRS)
def test_against_numpy(function, reference, axis, keepdims):
    expected = reference(x, axis=tuple(axis) if isinstance(axis, list) else axis, keepdims=keepdims)
    result = function(x, axis, keepdims)
    assert result.shape == np.shape(expected)
    assert np.allclose(result.numpy(), expected)


@pytest.mark.parametrize("axis", [3, -4, [0, 0], [0, -3]])
def test_dimensions_that_do_not_exist_or_occur_twice(axis):
    with pytest.raises(InvalidArgumentError, match=r"dimension"):
        ops.reduce_sum(x, axis)


def test_of_nothing():
    nothing = constant([], "float32")
    assert [f(nothing).numpy() for f in (ops.reduce_sum, ops.reduce_prod, ops.reduce_max, ops.reduce_min)] == [
        0,
        1,
        -math.inf,
        math.inf,
    ]
    assert math.isnan(ops.reduce_mean(nothing).numpy())
    assert ops.reduce_max(constant([], "int8")).numpy() == -128
    assert ops.reduce_mean(constant([], "int32")).numpy() == 0
    assert bool(ops.reduce_all(constant([], "bool")))
    assert not bool(ops.reduce_any(constant([], "bool")))


@given(st.lists(st.integers(-128, 127), min_size=1, max_size=300))
def test_means_of_integers_do_not_overflow(values):
    assert int(ops.reduce_mean(constant(values, "int8"))) == int(sum(values) / len(values))


def test_sums_of_narrow_floats_are_rounded_once():
    many = np.full(5000, 0.1, np.float16)
    exact = many.astype(np.float64).sum()
    assert abs(float(ops.reduce_sum(many)) - exact) <= 0.25
    assert ops.reduce_sum(many).dtype == "float16"


def test_sums_of_many_floats_are_accurate():
    many = np.full(10**6, 0.1, np.float32)
    assert abs(float(ops.reduce_sum(many)) / (10**6 * float(np.float32(0.1))) - 1) < 1e-6


def test_logarithms_of_sums():
    assert np.isclose(ops.reduce_logsumexp([1000.0, 1000.0]).numpy(), 1000 + math.log(2))
    assert ops.reduce_logsumexp([-math.inf, -math.inf]).numpy() == -math.inf
    assert ops.reduce_logsumexp([math.inf, 0.0]).numpy() == math.inf
    expected = np.log(np.exp(x).sum(axis=(0, 2), keepdims=True))
    assert np.allclose(ops.reduce_logsumexp(x, [0, 2], keepdims=True).numpy(), expected)


def test_norms_and_counts():
    assert ops.reduce_euclidean_norm([3.0, 4.0]).numpy() == 5
    assert ops.reduce_euclidean_norm([1, 1]).numpy() == 1
    assert ops.count_nonzero([[0, 1], [2, 0]], axis=1).numpy().tolist() == [1, 1]
    assert ops.count_nonzero(["a", ""]).numpy() == 1
    with pytest.raises(TypeError, match="integer"):
        ops.reduce_variance([1, 2])


def test_positions():
    assert ops.argmax([1, 3, 3]).numpy() == 1
    assert ops.argmin([[3.0, 1.0], [0.0, 1.0]], axis=1, output_type="int32").numpy().tolist() == [1, 0]
    assert ops.argmax([1.0, math.nan, 2.0]).numpy() == 2
    assert ops.argmax(constant([1.0, 2.0], "bfloat16")).numpy() == 1
    assert ops.argmax(constant([], "float32", (0, 3)), axis=1).shape == (0,)
    for bad, axis in (([1.0], 1), (constant([], "float32"), 0), (5.0, 0)):
        with pytest.raises(InvalidArgumentError):
            ops.argmax(bad, axis)


def test_inference():
    def infer(shape, axes, keep_dims=False):
        indices = Spec(None if axes is None else (len(axes),), dtypes.int32, axes)
        return ops.SUM.infer(Spec(shape, dtypes.float32), indices, keep_dims=keep_dims).shape

    assert infer((2, None, 4), (1,)) == (2, 4)
    assert infer((2, None, 4), (-1,), True) == (2, None, 1)
    assert infer((2, 3), None) is None
    assert infer((2, 3), None, True) == (None, None)
    assert infer(None, (0,)) is None
    with pytest.raises(SpecError):
        infer((2,), (1,))

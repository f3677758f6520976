from __future__ import annotations

import numpy as np
import pytest
from flowstone_core import dtypes
from flowstone_core.errors import InvalidArgumentError, SpecError
from flowstone_core.ops import segment as ops
from flowstone_core.spec import Spec
from hypothesis import given
from hypothesis import strategies as st

SORTED = {
    ops.segment_sum: [3, 0, 0, 3],
    ops.segment_mean: [1.5, 0, 0, 3],
    ops.segment_prod: [2, 1, 1, 3],
    ops.segment_min: [1, 0, 0, 3],
    ops.segment_max: [2, 0, 0, 3],
}
FLOAT = np.finfo(np.float32)
UNSORTED = {
    ops.unsorted_segment_sum: [3, 0, 0, 5],
    ops.unsorted_segment_mean: [3, 0, 0, 2.5],
    ops.unsorted_segment_sqrt_n: [3, 0, 0, pytest.approx(5 / 2**0.5)],
    ops.unsorted_segment_prod: [3, 1, 1, 4],
    ops.unsorted_segment_min: [3, FLOAT.max, FLOAT.max, 1],
    ops.unsorted_segment_max: [3, FLOAT.min, FLOAT.min, 4],
}
SPARSE = {
    ops.sparse_segment_sum: [3, 0, 5],
    ops.sparse_segment_mean: [1.5, 0, 2.5],
    ops.sparse_segment_sqrt_n: [pytest.approx(3 / 2**0.5), 0, pytest.approx(5 / 2**0.5)],
}


@pytest.mark.parametrize(("function", "expected"), SORTED.items())
def test_sorted_segments(function, expected):
    assert function([1.0, 2.0, 3.0], [0, 0, 3]).numpy().tolist() == expected
    assert function(np.zeros([0, 2], np.float32), np.zeros([0], np.int32)).shape == (0, 2)
    for data, ids in (([1.0, 2.0], [1, 0]), ([1.0, 2.0], [0]), ([1.0, 2.0], [-1, 0]), (1.0, [0])):
        with pytest.raises(InvalidArgumentError):
            function(data, ids)


@pytest.mark.parametrize(("function", "expected"), UNSORTED.items())
def test_unsorted_segments(function, expected):
    assert function([1.0, 3.0, 9.0, 4.0], [3, 0, -1, 3], 4).numpy().tolist() == expected
    for data, ids, count in (([1.0, 2.0], [0, 4], 4), ([1.0, 2.0], [0], 4), ([1.0], [0], -1)):
        with pytest.raises(InvalidArgumentError):
            function(data, ids, count)


def test_ids_may_have_several_dimensions():
    assert ops.unsorted_segment_sum([[1, 2], [3, 4]], [[0, 1], [1, 1]], 3).numpy().tolist() == [1, 9, 0]


@pytest.mark.parametrize("kind", ["float16", "bfloat16", "float64", "int32", "uint8", "complex64"])
def test_types_are_kept(kind):
    data = np.array([[1, 2], [3, 4], [5, 6]]).astype(dtypes.as_dtype(kind).numpy_dtype)
    assert ops.segment_sum(data, [0, 0, 1]).dtype.name == kind
    assert ops.unsorted_segment_sum(data, [1, 0, 1], 2).numpy().tolist() == [[3, 4], [6, 8]]


def test_half_floats_are_summed_in_single_precision():
    ones = np.ones(4096, np.float16)
    assert ops.segment_sum(ones, np.zeros(4096, np.int32)).numpy() == 4096


def test_means_of_integers_are_cut_towards_zero():
    assert ops.segment_mean([-1, -2, 3, 4], [0, 0, 1, 1]).numpy().tolist() == [-1, 3]
    assert ops.unsorted_segment_mean([1, 2], [0, 0], 1).dtype is dtypes.float64


@given(st.lists(st.tuples(st.integers(-1, 5), st.integers(-9, 9)), max_size=30))
def test_unsorted_sums_are_loops(pairs):
    expected = [0] * 6
    for place, value in pairs:
        if place >= 0:
            expected[place] += value
    ids, values = (np.array([pair[i] for pair in pairs], np.int64) for i in (0, 1))
    assert ops.unsorted_segment_sum(values, ids, 6).numpy().tolist() == expected


@pytest.mark.parametrize(("function", "expected"), SPARSE.items())
def test_sparse_segments(function, expected):
    data = [1.0, 2.0, 3.0]
    assert function(data, [0, 1, 2, 1], [0, 0, 2, 2]).numpy().tolist() == expected
    assert function(data, [0, 1], [0, 2], num_segments=5).numpy().tolist() == [1, 0, 2, 0, 0]
    for indices, ids, count in (([0, 5], [0, 2], 5), ([0, 1], [2, 0], None), ([0, 1], [0, 2], 1), ([0, 1], [0], None)):
        with pytest.raises(InvalidArgumentError):
            function(data, indices, ids, num_segments=count)


def test_gradients_of_sparse_segments():
    grad, ids = np.array([[1.0], [2.0]], np.float32), np.array([0, 1, 1], np.int32)
    indices, size = np.array([0, 2, 2], np.int32), np.array(4, np.int32)
    assert ops.SPARSE_SEGMENT_SUM_GRAD(grad, indices, ids, size).numpy().tolist() == [[1], [0], [4], [0]]
    assert ops.SPARSE_SEGMENT_MEAN_GRAD(grad, indices, ids, size).numpy().tolist() == [[1], [0], [2], [0]]
    rows, places = ops.SPARSE_SEGMENT_SUM_GRAD_V2(grad, np.array([3, 0, 3], np.int32), ids, size)
    assert (rows.numpy().tolist(), places.numpy().tolist()) == ([[2], [3]], [0, 3])
    rows, _ = ops.SPARSE_SEGMENT_MEAN_GRAD_V2(grad, np.array([3, 0, 3], np.int32), ids, size)
    assert rows.numpy().tolist() == [[1], [2]]


def test_shapes():
    data = Spec((None, 3), dtypes.float32)
    assert ops.SEGMENT_SUM.infer(data, Spec((4,), dtypes.int32)).shape == (None, 3)
    ids, count = Spec((None, 3), dtypes.int32), Spec((), dtypes.int32, 7)
    assert ops.UNSORTED_SEGMENT_SUM.infer(data, ids, count).shape == (7,)
    with pytest.raises(SpecError, match="must start with"):
        ops.UNSORTED_SEGMENT_SUM.infer(data, Spec((None, 2), dtypes.int32), count)

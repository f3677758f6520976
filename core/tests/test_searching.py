from __future__ import annotations

import numpy as np
import pytest
from flowstone_core import dtypes
from flowstone_core.errors import InvalidArgumentError
from flowstone_core.ops import searching as ops
from flowstone_core.ops.sort import argsort, sort
from flowstone_core.spec import Spec
from hypothesis import given
from hypothesis import strategies as st


@given(st.lists(st.integers(-3, 3), max_size=20))
def test_unique_keeps_the_order_of_first_occurrences(items):
    found = ops.unique_with_counts(np.array(items, np.int64))
    expected = list(dict.fromkeys(items))
    assert found.y.numpy().tolist() == expected
    assert [expected[number] for number in found.idx.numpy()] == items
    assert found.count.numpy().tolist() == [items.count(value) for value in expected]


def test_unique_of_other_kinds():
    assert ops.unique(["b", "a", "b"]).y.numpy().tolist() == [b"b", b"a"]
    assert len(ops.unique([np.nan, np.nan]).y.numpy()) == 2
    assert ops.unique([1], dtypes.int64).idx.dtype is dtypes.int64
    with pytest.raises(InvalidArgumentError, match="1D vector"):
        ops.unique([[1]])


def test_unique_slices():
    rows = np.array([[1, 0], [1, 0], [2, 3]])
    y, idx, count = ops.UNIQUE_WITH_COUNTS_V2(rows, np.array([0]))
    assert (y.numpy().tolist(), idx.numpy().tolist(), count.numpy().tolist()) == ([[1, 0], [2, 3]], [0, 0, 1], [2, 1])
    y, idx = ops.UNIQUE_V2(rows.T, np.array([-1]))
    assert y.numpy().tolist() == [[1, 2], [0, 3]]
    for axis in ([2], [0, 1], []):
        with pytest.raises(InvalidArgumentError):
            ops.UNIQUE_V2(rows, np.array(axis, np.int64))
    specs = ops.UNIQUE_V2.infer(Spec((None, 2), dtypes.int32), Spec((1,), dtypes.int64, (1,)), out_idx=dtypes.int32)
    assert [spec.shape for spec in specs] == [(None, None), (2,)]


def test_differences_of_lists():
    found = ops.setdiff1d([1, 2, 3, 4, 2], [2, 5])
    assert (found.out.numpy().tolist(), found.idx.numpy().tolist()) == ([1, 3, 4], [0, 2, 3])
    with pytest.raises(InvalidArgumentError, match="1D vector"):
        ops.setdiff1d([[1]], [1])


@pytest.mark.parametrize("side", ["left", "right"])
def test_searchsorted_is_numpys(side):
    sequence, values = np.array([[1.0, 2.0, 2.0], [0.0, 5.0, 9.0]]), np.array([[2.0, 0.0], [5.0, 10.0]])
    expected = [np.searchsorted(row, wanted, side).tolist() for row, wanted in zip(sequence, values, strict=True)]
    assert ops.searchsorted(sequence, values, side).numpy().tolist() == expected
    nan = ops.searchsorted([1.0, 2.0], [np.nan], side, dtypes.int64)
    assert (nan.numpy().tolist(), nan.dtype) == ([0 if side == "left" else 2], dtypes.int64)
    with pytest.raises(InvalidArgumentError, match="match"):
        ops.searchsorted([[1, 2]], [[1], [2]], side)


def test_searchsorted_refuses_another_side():
    with pytest.raises(ValueError, match="side"):
        ops.searchsorted([1], [1], "middle")


def test_unravel_index():
    assert ops.unravel_index([5, 7], [3, 3]).numpy().tolist() == [[1, 2], [2, 1]]
    assert ops.unravel_index(5, [3, 3]).shape == (2,)
    for indices, dims in (([9], [3, 3]), ([1], [0, 3]), ([1], 3), ([[1]], [3])):
        with pytest.raises(InvalidArgumentError):
            ops.unravel_index(indices, dims)


def sparse(shape, *entries):
    indices = np.array([place for place, _ in entries], np.int64).reshape(-1, len(shape))
    return indices, np.array([value for _, value in entries], np.int64), np.array(shape, np.int64)


def test_edit_distance():
    ours = sparse([2, 3], ((0, 0), 1), ((0, 1), 2), ((1, 0), 5))
    theirs = sparse([3, 2], ((0, 0), 2), ((2, 0), 1), ((2, 1), 1))
    assert ops.EDIT_DISTANCE(*ours, *theirs, normalize=False).numpy().tolist() == [1, 1, 2]
    assert ops.EDIT_DISTANCE(*ours, *theirs).numpy().tolist() == [1, np.inf, 1]
    with pytest.raises(InvalidArgumentError, match="rank"):
        ops.EDIT_DISTANCE(*ours, *sparse([2], ((0,), 1)))
    with pytest.raises(TypeError, match="SparseTensor"):
        ops.edit_distance([1], [2])


@pytest.mark.parametrize("kind", ["int8", "uint16", "int64", "float16", "bfloat16", "float64"])
@pytest.mark.parametrize("axis", [0, 1, -1])
def test_sort(kind, axis):
    value = np.array([[3, 1, 2], [0, 5, 1]]).astype(dtypes.as_dtype(kind).numpy_dtype)
    assert sort(value, axis).numpy().tolist() == np.sort(value, axis).tolist()
    assert sort(value, axis, "DESCENDING").numpy().tolist() == np.flip(np.sort(value, axis), axis).tolist()
    assert argsort(value, axis).numpy().tolist() == np.argsort(value, axis, kind="stable").tolist()


def test_equal_elements_keep_their_order():
    assert argsort([1, 0, 1, 0]).numpy().tolist() == [1, 3, 0, 2]
    assert argsort([1, 0, 1, 0], direction="DESCENDING").numpy().tolist() == [0, 2, 1, 3]


def test_sort_refuses():
    with pytest.raises(ValueError, match="direction"):
        sort([1], direction="UP")
    for value, axis in ((5, -1), ([1], 1), ([1], -2)):
        with pytest.raises(InvalidArgumentError, match="axis"):
            sort(value, axis)

from __future__ import annotations

import numpy as np
import pytest
from flowstone_core import dtypes
from flowstone_core.conversion import constant
from flowstone_core.errors import InvalidArgumentError, SpecError
from flowstone_core.ops import gathering as ops
from flowstone_core.spec import Spec
from flowstone_core.variable import Variable
from hypothesis import given
from hypothesis import strategies as st

M = [[1, 2], [3, 4]]


@given(st.data())
def test_gather_with_batch_dimensions_is_a_loop_over_the_batch(data):
    batch = data.draw(st.integers(0, 2))
    axis = data.draw(st.integers(batch, 3))
    extra = data.draw(st.integers(0, 2))
    params = np.arange(2 * 3 * 4 * 5).reshape(2, 3, 4, 5)
    shape = params.shape[:batch] + (2, 3)[:extra]
    limit = params.shape[axis] - 1
    indices = np.array(data.draw(st.lists(st.integers(0, limit), min_size=int(np.prod(shape)), max_size=60)))
    indices = indices[: int(np.prod(shape))].reshape(shape).astype(np.int64)
    result = ops.gather(params, indices, axis=axis, batch_dims=batch).numpy()
    lead = params.shape[:batch]
    parts = [np.take(params[place], indices[place], axis - batch) for place in np.ndindex(*lead)]
    assert result.tolist() == np.array(parts).reshape(lead + parts[0].shape).tolist()
    inferred = ops.gathered_shape(params.shape, indices.shape, axis, batch)
    assert inferred == result.shape


@pytest.mark.parametrize("indices", [[0, 5], [-1], 3])
def test_gather_checks_indices(indices):
    with pytest.raises(InvalidArgumentError, match="is not in"):
        ops.gather([1, 2, 3], indices)


@pytest.mark.parametrize(
    ("params", "indices", "options"),
    [
        (M, [0], {"axis": 2}),
        (M, [0], {"batch_dims": 1}),
        (M, [[0, 1], [1, 0]], {"axis": 1, "batch_dims": 3}),
        (3, [0], {}),
        (M, [0.5], {}),
    ],
)
def test_gather_refuses(params, indices, options):
    with pytest.raises(InvalidArgumentError):
        ops.gather(params, indices, **options)


def test_gather_of_empty_tensors_and_strings():
    assert ops.gather(np.zeros([3, 0]), [5]).shape == (1, 0)
    with pytest.raises(InvalidArgumentError):
        ops.gather(np.zeros([0, 3]), [0])
    assert ops.gather(["a", "b"], [1, 1]).numpy().tolist() == [b"b", b"b"]
    assert ops.gather(M, 1, axis=-1).numpy().tolist() == [2, 4]


def test_gather_from_a_variable():
    variable = Variable(M)
    assert ops.gather(variable, [1]).numpy().tolist() == [[3, 4]]
    assert ops.gather(variable, [1], axis=1).numpy().tolist() == [[2], [4]]


def test_gather_infers():
    axis = Spec((), dtypes.int32, 1)
    spec = ops.GATHER_V2.infer(Spec((None, 4, 5), dtypes.float32), Spec((None, 7), dtypes.int32), axis, batch_dims=1)
    assert spec.shape == (None, 7, 5)
    known = Spec((3,), dtypes.int32, (7, None, 9))
    zero = Spec((), dtypes.int32, 0)
    assert ops.GATHER_V2.infer(known, Spec((), dtypes.int32, 2), zero, batch_dims=0).value == 9


@pytest.mark.parametrize(
    ("indices", "expected"),
    [([[0, 0], [1, 1]], [1, 4]), ([[1]], [[3, 4]]), ([1, 0], 3), (np.zeros([1, 0], np.int32), [M])],
)
def test_gather_nd(indices, expected):
    assert ops.gather_nd(M, indices).numpy().tolist() == expected


def test_gather_nd_in_batches():
    assert ops.gather_nd(M, [[1], [0]], batch_dims=1).numpy().tolist() == [2, 3]
    value = np.arange(24).reshape(2, 3, 4)
    indices = np.array([[[0], [1], [2]], [[3], [2], [1]]])
    assert ops.gather_nd(value, indices, batch_dims=2).numpy().tolist() == [[0, 5, 10], [15, 18, 21]]
    with pytest.raises(ValueError, match="batch_dims"):
        ops.gather_nd(M, [[1]], batch_dims=2)


def test_gather_nd_refuses_or_ignores():
    for indices in ([[0, 5]], [[0, -1]], [0, 0, 0], 0):
        with pytest.raises(InvalidArgumentError):
            ops.gather_nd(M, indices)
    assert ops.gather_nd(M, [[0, 5], [1, 0]], bad_indices_policy="IGNORE").numpy().tolist() == [0, 3]
    with pytest.raises(InvalidArgumentError, match="bad_indices_policy"):
        ops.gather_nd(M, [[0, 5]], bad_indices_policy="SOME")


def test_scatter_nd():
    assert ops.scatter_nd([[0], [2], [0]], [1, 2, 3], [4]).numpy().tolist() == [4, 0, 2, 0]
    assert ops.scatter_nd([[0], [0]], ["a", "b"], [2]).numpy().tolist() == [b"ab", b""]
    assert ops.scatter_nd([[0], [0]], [True, True], [2]).numpy().tolist() == [True, False]
    assert ops.scatter_nd([[1]], [[5, 6]], constant([2, 2])).numpy().tolist() == [[0, 0], [5, 6]]
    assert ops.scatter_nd([[5], [1]], [1, 2], [4], bad_indices_policy="IGNORE").numpy().tolist() == [0, 2, 0, 0]
    for indices, updates in (([[5]], [1]), ([[-1]], [1]), ([[0]], [1, 2]), ([[0, 0]], [1])):
        with pytest.raises(InvalidArgumentError):
            ops.scatter_nd(indices, updates, [4])


@pytest.mark.parametrize(
    ("function", "expected"),
    [
        (ops.tensor_scatter_nd_update, [8, 2, 3]),
        (ops.tensor_scatter_nd_add, [16, 2, 3]),
        (ops.tensor_scatter_nd_sub, [-14, 2, 3]),
        (ops.tensor_scatter_nd_max, [8, 2, 3]),
        (ops.tensor_scatter_nd_min, [1, 2, 3]),
    ],
)
def test_tensor_scatter(function, expected):
    original = constant([1, 2, 3])
    assert function(original, [[0], [0]], [7, 8]).numpy().tolist() == expected
    assert original.numpy().tolist() == [1, 2, 3]
    for indices, updates in (([[0], [3]], [7, 8]), ([[0]], [7, 8]), ([[0]], 7), (0, 7)):
        with pytest.raises(InvalidArgumentError):
            function(original, indices, updates)


def test_tensor_scatter_of_a_transposed_tensor():
    value = constant(np.arange(6).reshape(2, 3).T)
    assert ops.tensor_scatter_nd_update(value, [[0, 1]], [9]).numpy().tolist() == [[0, 9], [1, 4], [2, 5]]


def test_scatter_infers_and_refuses():
    sizes = Spec((2,), dtypes.int32, (None, 4))
    indices, updates = Spec((None, 1), dtypes.int32), Spec((7, 4), dtypes.float32)
    assert ops.SCATTER_ND.infer(indices, updates, sizes, bad_indices_policy="").shape == (None, 4)
    with pytest.raises(SpecError, match="updates must have"):
        ops.SCATTER_ND.infer(indices, Spec((7, 5), dtypes.float32), sizes, bad_indices_policy="")


def test_dynamic_partition():
    parts = ops.dynamic_partition([[1], [2], [3]], [1, 0, 1], 3)
    assert [part.numpy().tolist() for part in parts] == [[[2]], [[1], [3]], []]
    assert ops.dynamic_partition(M, [[0, 1], [1, 0]], 2)[1].numpy().tolist() == [2, 3]
    assert [part.numpy().tolist() for part in ops.dynamic_partition(7, 1, 2)] == [[], [7]]
    for partitions in ([0, 2, 0], [0, 1], [0, -1, 0]):
        with pytest.raises(InvalidArgumentError):
            ops.dynamic_partition([1, 2, 3], partitions, 2)


def test_dynamic_stitch():
    assert ops.dynamic_stitch([[0, 4], [1]], [[1, 2], [3]]).numpy().tolist() == [1, 3, 0, 0, 2]
    assert ops.dynamic_stitch([0, [1, 0]], [[1, 2], [[3, 4], [5, 6]]]).numpy().tolist() == [[5, 6], [3, 4]]
    assert ops.dynamic_stitch([[1]], [["a"]]).numpy().tolist() == [b"", b"a"]
    for indices, data in (([[0, 2], [1]], [[1], [3]]), ([[-1]], [[1]])):
        with pytest.raises(InvalidArgumentError):
            ops.dynamic_stitch(indices, data)
    spec = ops.DYNAMIC_STITCH.infer([Spec((None,), dtypes.int32)], [Spec((None, 3), dtypes.float32)])
    assert spec.shape == (None, 3)

from __future__ import annotations

import numpy as np
import pytest
from flowstone_core.errors import InvalidArgumentError
from flowstone_core.ops import sparse as ops
from flowstone_core.ops import sparse_forms as forms
from flowstone_core.ops.math import add
from flowstone_core.sparse_tensor import SparseTensor
from hypothesis import given
from hypothesis import strategies as st


def sparse(dense):
    return forms.from_dense(np.asarray(dense))


arrays = st.tuples(st.integers(0, 3), st.integers(0, 4), st.integers(0, 3)).flatmap(
    lambda shape: st.lists(st.integers(-1, 1), min_size=int(np.prod(shape)), max_size=int(np.prod(shape))).map(
        lambda items: np.array(items, np.int32).reshape(shape)
    )
)


@given(arrays)
def test_stands_for_a_dense_tensor(dense):
    x = sparse(dense)

    def same(result, expected):
        np.testing.assert_array_equal(ops.sparse_to_dense(result).numpy(), expected)

    same(x, dense)
    same(forms.sparse_transpose(x, [2, 0, 1]), dense.transpose(2, 0, 1))
    same(forms.sparse_expand_dims(x, 1), dense[:, None])
    same(ops.sparse_concat(1, [x, x]), np.concatenate([dense, dense], 1))
    same(ops.sparse_slice(x, [1, 0, 1], [1, 3, 5]), dense[1:2, :3, 1:6])
    same(forms.sparse_retain(x, x.values.numpy() > 0), np.where(dense > 0, dense, 0))
    same(forms.map_values(add, x, x), dense + dense)
    if dense.size:
        same(ops.sparse_reshape(x, [-1, 1]), dense.reshape(-1, 1))
        for axis, size in enumerate(dense.shape):
            parts = ops.sparse_split(x, size, axis)
            for part, expected in zip(parts, np.split(dense, size, axis), strict=True):
                same(part, expected)


@pytest.mark.parametrize("indices", [[[0, 1], [0, 0]], [[0, 0], [0, 0]], [[0, 0], [2, 0]], [[-1, 0], [0, 0]]])
def test_to_dense_checks_coordinates(indices):
    with pytest.raises(InvalidArgumentError, match=r"indices\[[01]\] = "):
        ops.sparse_to_dense(SparseTensor(indices, [1, 2], [2, 2]))


def test_coordinates_may_be_huge():
    x = SparseTensor([[2**61, 5], [2**40, 7]], [1, 2], [2**62, 2**62])
    assert ops.sparse_reorder(x).values.numpy().tolist() == [2, 1]
    with pytest.raises(InvalidArgumentError, match="int64"):
        ops.sparse_to_dense(ops.sparse_reorder(x))


def test_static_shapes():
    x = sparse([[0, 1], [2, 0]])
    assert ops.sparse_reshape(x, [4, -1]).shape == [4, 1]
    assert ops.sparse_concat(0, [x, x]).shape == [4, 2]
    assert ops.sparse_concat(0, [x, forms.sparse_eye(3, dtype=x.dtype)], expand_nonconcat_dims=True).shape == [5, 3]
    assert forms.sparse_transpose(sparse([[0, 1, 0]])).shape == [3, 1]


def test_others_than_sparse_tensors_are_refused():
    for use in (
        ops.sparse_to_dense,
        ops.sparse_reorder,
        forms.sparse_reset_shape,
        lambda x: ops.sparse_concat(0, [x]),
        lambda x: ops.sparse_slice(x, [0], [1]),
        lambda x: ops.sparse_fill_empty_rows(x, 0),
    ):
        with pytest.raises(TypeError, match="from_dense"):
            use([1, 2])
    with pytest.raises(ValueError, match="No SparseTensor"):
        forms.map_values(add, 1, 2)
    with pytest.raises(InvalidArgumentError, match="Mismatched"):
        forms.map_values(add, sparse([1, 0]), sparse([0, 1]))

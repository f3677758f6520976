from __future__ import annotations

import numpy as np
import pytest
from flowstone_core.conversion import constant
from flowstone_core.errors import InvalidArgumentError
from flowstone_core.ops import sparse_math as ops
from flowstone_core.ops.sparse import sparse_to_dense
from flowstone_core.ops.sparse_forms import from_dense
from flowstone_core.sparse_tensor import SparseTensor
from hypothesis import given
from hypothesis import strategies as st


def matrices(rows, columns):
    count = rows * columns
    return st.lists(st.integers(-2, 2), min_size=count, max_size=count).map(
        lambda items: np.array(items, np.float64).reshape(rows, columns)
    )


@given(matrices(3, 4), matrices(3, 4))
def test_agrees_with_dense_arithmetic(a, b):
    x, y = from_dense(a), from_dense(b)

    def same(result, expected):
        np.testing.assert_allclose(sparse_to_dense(result).numpy(), expected)

    same(ops.sparse_add(x, y), a + b)
    same(ops.sparse_maximum(x, y), np.maximum(a, b))
    same(ops.sparse_minimum(x, y), np.minimum(a, b))
    same(x * b, a * b)
    same(constant(b) * x, a * b)
    same(x / 4.0, a / 4)
    np.testing.assert_allclose(ops.sparse_add(x, b).numpy(), a + b)
    np.testing.assert_allclose(ops.sparse_dense_matmul(x, b.T).numpy(), a @ b.T)
    np.testing.assert_allclose(ops.sparse_dense_matmul(x, b, adjoint_a=True).numpy(), a.T @ b)
    np.testing.assert_allclose(ops.sparse_dense_matmul(b.T, x).numpy(), b.T @ a)
    for axis in (None, 0, [1], [0, 1]):
        expected = a.sum(axis=None if axis is None else tuple(np.atleast_1d(axis)))
        np.testing.assert_allclose(ops.sparse_reduce_sum(x, axis).numpy(), expected)
        same(ops.sparse_reduce_sum(x, axis, output_is_sparse=True), expected)


def test_integers_are_divided_as_python_does():
    x = SparseTensor([[0]], [3], [2]) / 2
    assert (x.values.numpy().tolist(), x.dtype.name) == ([1.5], "float64")
    with pytest.raises(InvalidArgumentError, match="zero"):
        SparseTensor([[0]], [3], [2]) / [0, 1]


def test_python_numbers_come_second():
    with pytest.raises(TypeError, match="unsupported operand"):
        2 * SparseTensor([[0]], [3], [2])


def test_only_the_dense_operand_is_broadcast():
    x = SparseTensor([[0, 0]], [3.0], [1, 2])
    with pytest.raises(InvalidArgumentError, match="dense operand"):
        x * [[1.0, 2.0], [3.0, 4.0]]


def test_shapes_must_be_equal():
    x, y = SparseTensor([[0]], [3], [2]), SparseTensor([[0]], [3], [3])
    for use in (ops.sparse_add, ops.sparse_maximum):
        with pytest.raises(InvalidArgumentError, match="equal"):
            use(x, y)
    with pytest.raises(TypeError, match=r"tf\.add"):
        ops.sparse_add([1], [2])
    with pytest.raises(InvalidArgumentError, match="columns"):
        ops.sparse_dense_matmul(SparseTensor([[0, 0]], [1.0], [2, 2]), [[1.0]])

from __future__ import annotations

import numpy as np
import pytest
from flowstone_core.errors import InvalidArgumentError
from flowstone_core.ops.counting import bincount
from flowstone_core.ops.sparse import sparse_to_dense
from flowstone_core.ops.sparse_counting import sparse_bincount
from flowstone_core.sparse_tensor import SparseTensor

VALUES = SparseTensor([[0, 0], [1, 1], [1, 2]], [1, 2, 2], [3, 3])
WEIGHTS = VALUES.with_values([1.0, 2.0, 0.5])


def test_dense_and_sparse_counts_agree():
    for axis in (0, -1):
        for weights in (None, WEIGHTS):
            dense, sparse = bincount(VALUES, weights, axis=axis), sparse_bincount(VALUES, weights, axis)
            np.testing.assert_array_equal(sparse_to_dense(sparse).numpy(), dense.numpy())


def test_refusals():
    with pytest.raises(ValueError, match="SparseTensor"):
        sparse_bincount(VALUES, [1.0, 2.0, 3.0])
    with pytest.raises(InvalidArgumentError, match="same shape and indices"):
        sparse_bincount(VALUES, SparseTensor([[0, 0], [1, 1], [2, 2]], [1.0, 2.0, 0.5], [3, 3]))
    with pytest.raises(ValueError, match="mutually exclusive"):
        sparse_bincount([1], [1.0], binary_output=True)
    with pytest.raises(InvalidArgumentError, match="non-negative"):
        sparse_bincount([-1])

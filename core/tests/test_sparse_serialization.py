from __future__ import annotations

import pytest
from flowstone_core.dtypes import float32, int32, variant
from flowstone_core.errors import InvalidArgumentError
from flowstone_core.ops import sparse_serialization as ops
from flowstone_core.ops.sparse import sparse_to_dense
from flowstone_core.sparse_tensor import SparseTensor

SPARSE = SparseTensor([[0, 2], [2, 0], [2, 1]], [5, 7, 8], [3, 3])
PARTS = (SPARSE.indices, SPARSE.values, SPARSE.dense_shape)


def test_there_and_back():
    one = ops.SERIALIZE_SPARSE(*PARTS, out_type=variant)
    assert (one.shape, one.dtype) == ([3], variant)
    many = ops.SERIALIZE_MANY_SPARSE(*PARTS, out_type=variant)
    assert many.shape == [3, 3]
    for held in (one, many):
        back = SparseTensor(*ops.deserialized(held, int32))
        assert sparse_to_dense(back).numpy().tolist() == [[0, 0, 5], [0, 0, 0], [7, 8, 0]]


def test_refusals():
    held = ops.SERIALIZE_SPARSE(*PARTS, out_type=variant)
    with pytest.raises(InvalidArgumentError, match="float32"):
        ops.deserialized(held, float32)
    with pytest.raises(InvalidArgumentError, match="three entries"):
        ops.deserialized(held[:2], int32)

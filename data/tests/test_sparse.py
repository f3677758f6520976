"""Sparse tensors as elements of datasets."""

from __future__ import annotations

import numpy as np
import pytest
from flowstone_core.ops.array import size
from flowstone_core.ops.sparse import sparse_to_dense
from flowstone_core.sparse_tensor import SparseTensor, SparseTensorSpec
from flowstone_core.type_spec import TensorSpec
from flowstone_data.dataset import DatasetV2 as Dataset

pytest.importorskip("flowstone_graphfn", reason="functions of datasets are traced by flowstone-graphfn")

DENSE = np.array([[0, 0, 5], [0, 0, 0], [7, 8, 0]], np.int32)
SPARSE = SparseTensor([[0, 2], [2, 0], [2, 1]], [5, 7, 8], [3, 3])


def dense(dataset):
    return [sparse_to_dense(element).numpy().tolist() for element in dataset]


def test_slices():
    slices = Dataset.from_tensor_slices(SPARSE)
    assert slices.element_spec == SparseTensorSpec([3], "int32")
    assert dense(slices) == DENSE.tolist()
    assert len(slices) == 3


def test_slices_beside_dense_ones():
    pairs = Dataset.from_tensor_slices({"x": SPARSE, "y": [1, 2, 3]})
    assert pairs.element_spec == {"x": SparseTensorSpec([3], "int32"), "y": TensorSpec([], "int32")}
    assert [int(pair["y"]) for pair in pairs.batch(2).unbatch()] == [1, 2, 3]


def test_batches():
    batches = Dataset.from_tensor_slices(SPARSE).batch(2)
    assert batches.element_spec == SparseTensorSpec([None, 3], "int32")
    assert dense(batches) == [DENSE[:2].tolist(), DENSE[2:].tolist()]
    full = Dataset.from_tensor_slices(SPARSE).batch(2, drop_remainder=True)
    assert full.element_spec == SparseTensorSpec([2, 3], "int32")
    assert dense(full.batch(1).unbatch().unbatch()) == DENSE[:2].tolist()


def test_batches_of_elements_of_different_sizes_take_the_largest():
    numbers = Dataset.range(1, 4).map(lambda n: SparseTensor([[n - 1]], [n], [n]))
    assert dense(numbers.batch(3)) == [[[1, 0, 0], [0, 2, 0], [0, 0, 3]]]


def test_from_tensors_filter_and_generator():
    assert dense(Dataset.from_tensors(SPARSE).repeat(2)) == [DENSE.tolist()] * 2
    kept = Dataset.from_tensor_slices(SPARSE).filter(lambda x: size(x.values) > 1)
    assert dense(kept) == DENSE[2:].tolist()
    yielded = Dataset.from_generator(lambda: iter([SPARSE]), output_signature=SparseTensorSpec([3, 3], "int32"))
    assert dense(yielded) == [DENSE.tolist()]


def test_a_scalar_has_no_slices():
    with pytest.raises(ValueError, match="rank"):
        Dataset.from_tensor_slices(
            SparseTensor(np.zeros([0, 0], np.int64), np.zeros(0, np.int32), np.zeros(0, np.int64))
        )

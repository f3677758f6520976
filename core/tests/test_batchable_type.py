"""Batchable extension types: the tensors that are stacked for their values. TensorFlow's are compared in parity."""

import pytest
from flowstone_core.api import tf
from flowstone_core.batchable_type import BatchableExtensionType
from flowstone_core.dtypes import variant


class Mixed(BatchableExtensionType):
    dense: tf.Tensor
    pair: tuple[tf.SparseTensor, tf.Tensor]
    scale: int = 2


def mixed():
    return Mixed([1.0, 2.0], (tf.sparse.from_dense([[0, 1], [2, 0]]), [[3], [4]]))


def test_all_fields_are_stacked():
    spec = mixed()._type_spec
    batch = spec._batch(5)
    assert batch.dense.shape.as_list() == [5, 2]
    assert batch.pair[0].shape.as_list() == [5, 2, 2]
    assert batch.scale == 2
    assert spec._unbatch()._batch(2) == spec
    assert [each.dtype for each in spec._flat_tensor_specs] == [tf.float32, variant, tf.int32]


@pytest.mark.parametrize("form", ["_to_tensor_list", "_to_batched_tensor_list"])
def test_tensors_give_the_value_back(form):
    value = mixed()
    spec = value._type_spec
    again = spec._from_compatible_tensor_list(getattr(spec, form)(value))
    assert again.dense.numpy().tolist() == [1.0, 2.0]
    assert tf.sparse.to_dense(again.pair[0]).numpy().tolist() == [[0, 1], [2, 0]]
    assert again.pair[1].numpy().tolist() == [[3], [4]]
    assert again.scale == 2


def test_rows_of_the_tensors_are_slices():
    spec = mixed()._type_spec
    rows = [tensor[1] for tensor in spec._to_batched_tensor_list(mixed())]
    row = spec._unbatch()._from_compatible_tensor_list(rows)
    assert row.dense.numpy() == 2.0
    assert tf.sparse.to_dense(row.pair[0]).numpy().tolist() == [2, 0]


def test_scalars_have_no_slices():
    value = Mixed(1.0, (tf.sparse.from_dense([1]), [1]))
    with pytest.raises(ValueError, match="rank >= 1"):
        value._type_spec._to_batched_tensor_list(value)

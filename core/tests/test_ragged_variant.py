"""Ragged tensors in variants."""

from __future__ import annotations

import pytest
from flowstone_core.api import tf
from flowstone_core.dtypes import int64, string
from flowstone_core.errors import InvalidArgumentError
from flowstone_core.ops.ragged_variant import (
    RAGGED_TENSOR_FROM_VARIANT,
    RAGGED_TENSOR_TO_VARIANT,
    RAGGED_TENSOR_TO_VARIANT_GRADIENT,
)

DEEP = [[[1, 2], [3]], [], [[], [4, 5]]]


def encoded(x, batched):
    return RAGGED_TENSOR_TO_VARIANT(list(x.nested_row_splits), x.flat_values, batched_input=batched)


def decoded(variant, rank_in, rank_out, dtype=int64):
    splits, values = RAGGED_TENSOR_FROM_VARIANT(
        variant, input_ragged_rank=rank_in, output_ragged_rank=rank_out, Tvalues=dtype, Tsplits=int64
    )
    return tf.RaggedTensor.from_nested_row_splits(values, splits) if splits else values


def test_one_variant():
    x = tf.ragged.constant(DEEP, tf.int64)
    variant = encoded(x, False)
    assert variant.shape == []
    assert decoded(variant, 2, 2).to_list() == DEEP
    assert decoded(variant, -1, 2).to_list() == DEEP


def test_a_variant_of_each_row():
    x = tf.ragged.constant(DEEP, tf.int64)
    variants = encoded(x, True)
    assert variants.shape == [3]
    assert decoded(variants, 1, 2).to_list() == DEEP
    assert decoded(tf.gather(variants, [2, 0]), 1, 2).to_list() == [DEEP[2], DEEP[0]]
    assert decoded(tf.reshape(variants, [3, 1]), 1, 3).to_list() == [[row] for row in DEEP]


def test_strings_and_dense_rows():
    texts = tf.ragged.constant([["a"], ["b", "c"]])
    assert decoded(encoded(texts, True), 0, 1, string).to_list() == [[b"a"], [b"b", b"c"]]
    rows = RAGGED_TENSOR_TO_VARIANT([], tf.constant([[1, 2], [3, 4]], tf.int64), batched_input=True)
    assert decoded(rows, 0, 1).to_list() == [[1, 2], [3, 4]]


def test_gradient_op():
    x = tf.ragged.constant([[1, 2], [], [3]], tf.int64)
    found = RAGGED_TENSOR_TO_VARIANT_GRADIENT(encoded(x, True), x.row_splits, [3], Tvalues=int64)
    assert found.numpy().tolist() == [1, 2, 3]


@pytest.mark.parametrize(("rank_in", "rank_out", "dtype"), [(1, 1, int64), (2, 2, string), (2, 3, int64)])
def test_what_does_not_fit_is_refused(rank_in, rank_out, dtype):
    with pytest.raises(InvalidArgumentError, match="RaggedTensorFromVariant"):
        decoded(encoded(tf.ragged.constant(DEEP, tf.int64), False), rank_in, rank_out, dtype)

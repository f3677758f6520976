"""Ragged tensors as elements: whole, as rows, in batches."""

from __future__ import annotations

import pytest
from flowstone_core.api import tf
from flowstone_data.dataset import DatasetV2

ROWS = [[1, 2], [3], [4, 5, 6]]
DEEP = [[[1, 2], [3]], [[4]], []]


def lists(dataset):
    return [each.to_list() if hasattr(each, "to_list") else each.numpy().tolist() for each in dataset]


def test_whole():
    assert lists(DatasetV2.from_tensors(tf.ragged.constant(ROWS))) == [ROWS]


def test_rows():
    dataset = DatasetV2.from_tensor_slices(tf.ragged.constant(ROWS))
    assert dataset.element_spec == tf.RaggedTensorSpec([None], tf.int32, 0)
    assert lists(dataset) == ROWS
    assert lists(DatasetV2.from_tensor_slices(tf.ragged.constant(DEEP))) == DEEP
    pairs = list(DatasetV2.from_tensor_slices((tf.ragged.constant(ROWS), [10, 20, 30])))
    assert [(row.numpy().tolist(), int(number)) for row, number in pairs][1] == ([3], 20)


def test_batches():
    rows = DatasetV2.from_tensor_slices(tf.ragged.constant(ROWS))
    assert lists(rows.batch(2)) == [ROWS[:2], ROWS[2:]]
    assert lists(rows.batch(2).unbatch()) == ROWS
    assert lists(DatasetV2.from_tensor_slices(tf.ragged.constant(DEEP)).batch(3)) == [DEEP]
    inner = tf.ragged.constant([[[1, 2]], [[3, 4], [5, 6]]], ragged_rank=1)
    assert lists(DatasetV2.from_tensor_slices(inner).batch(2)) == [[[[1, 2]], [[3, 4], [5, 6]]]]


def test_mapped():
    rows = DatasetV2.from_tensor_slices(tf.ragged.constant(DEEP)).map(lambda row: row + 1)
    assert lists(rows) == [[[2, 3], [4]], [[5]], []]


def test_ragged_batches():
    pytest.importorskip("flowstone_graphfn", reason="only tracing a function tells which sizes may differ")
    counted = DatasetV2.range(1, 4).map(lambda n: (n, tf.range(n)))
    numbers, rows = next(iter(counted.ragged_batch(3)))
    assert numbers.numpy().tolist() == [1, 2, 3]
    assert rows.to_list() == [[0], [0, 1], [0, 1, 2]]
    squares = DatasetV2.range(1, 3).map(lambda n: tf.zeros(tf.stack([n, n]), tf.int32))
    assert lists(squares.ragged_batch(2)) == [[[[0]], [[0, 0], [0, 0]]]]
    assert len(lists(counted.map(lambda n, row: row).ragged_batch(2, drop_remainder=True))) == 1

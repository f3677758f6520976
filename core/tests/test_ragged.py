"""Ragged tensors: construction, indexing, broadcasting, ordinary ops, what is refused."""

from __future__ import annotations

import numpy as np
import pytest
from flowstone_core.api import tf
from flowstone_core.errors import InvalidArgumentError
from hypothesis import given
from hypothesis import strategies as st

ROWS = st.lists(st.lists(st.integers(-50, 50), max_size=4), min_size=1, max_size=5)
NESTED = st.lists(ROWS, min_size=1, max_size=4)


def of(rows, depth=1):
    return tf.ragged.constant(rows, tf.int64, ragged_rank=depth)


@given(ROWS)
def test_lists_survive(rows):
    x = of(rows)
    assert x.to_list() == rows
    assert x.row_lengths().numpy().tolist() == [len(row) for row in rows]
    for encoding in ("row_splits", "row_lengths", "row_starts", "row_limits", "value_rowids"):
        part = getattr(x, encoding)
        make = getattr(tf.RaggedTensor, f"from_{encoding}")
        more = {"nrows": len(rows)} if encoding == "value_rowids" else {}
        assert make(x.values, part() if callable(part) else part, **more).to_list() == rows


@given(NESTED)
def test_padding_and_back(nested):
    x = tf.ragged.constant(nested, tf.int64, ragged_rank=2)
    dense = x.to_tensor(99)
    assert tf.RaggedTensor.from_tensor(dense, x.nested_row_lengths()).to_list() == nested
    assert dense.shape == x.bounding_shape().numpy().tolist()


@given(ROWS, st.integers(-5, 5) | st.none(), st.integers(-5, 5) | st.none(), st.sampled_from([None, 1, 2, -1, -2]))
def test_slices_are_those_of_lists(rows, start, stop, step):
    x, key = of(rows), slice(start, stop, step)
    assert x[key].to_list() == rows[key]
    assert x[:, key].to_list() == [row[key] for row in rows]


@given(NESTED, st.data())
def test_items_are_those_of_lists(nested, data):
    x = tf.ragged.constant(nested, tf.int64, ragged_rank=2)
    row = data.draw(st.integers(0, len(nested) - 1))
    column = data.draw(st.integers(0, len(nested[row]) - 1))
    assert x[row].to_list() == nested[row]
    assert x[row, column].numpy().tolist() == nested[row][column]
    assert x[row, column, ::-1].numpy().tolist() == nested[row][column][::-1]


@given(ROWS)
def test_reductions(rows):
    x = of(rows)
    assert tf.reduce_sum(x, 1).numpy().tolist() == [sum(row) for row in rows]
    assert int(tf.reduce_sum(x)) == sum(map(sum, rows))
    longest = max(map(len, rows))
    columns = [sum(row[place] for row in rows if place < len(row)) for place in range(longest)]
    assert tf.reduce_sum(x, 0).numpy().tolist() == columns


@given(ROWS, ROWS)
def test_joining(first, second):
    a, b = of(first), of(second)
    assert tf.concat([a, b], 0).to_list() == first + second
    assert tf.stack([a, b]).to_list() == [first, second]
    shared = min(len(first), len(second))
    joined = [x + y for x, y in zip(first[:shared], second[:shared], strict=True)]
    assert tf.concat([a[:shared], b[:shared]], 1).to_list() == joined


@pytest.mark.parametrize(
    ("other", "expected"),
    [
        (10, [[11, 12], [13]]),
        ([[10], [20]], [[11, 12], [23]]),
        ([[[10]], [[20]]], [[[11, 12], [13]], [[21, 22], [23]]]),
    ],
)
def test_broadcasting(other, expected):
    x = of([[1, 2], [3]])
    assert (x + tf.constant(other, tf.int64)).to_list() == expected
    assert (tf.constant(other, tf.int64) + x).to_list() == expected


def test_inner_dimensions_broadcast():
    x = tf.ragged.constant([[[1, 2], [3, 4]], [[5, 6]]], ragged_rank=1)
    assert (x * [1, 10]).to_list() == [[[1, 20], [3, 40]], [[5, 60]]]
    assert (x * [[[1]], [[10]]]).to_list() == [[[1, 2], [3, 4]], [[50, 60]]]
    assert (x + of([[1, 2], [3]], 1).with_values(tf.constant([[1], [2], [3]]))).to_list()[1] == [[8, 9]]


def test_rows_that_differ_do_not_broadcast():
    with pytest.raises(InvalidArgumentError, match="do not broadcast"):
        of([[1, 2], [3]]) + of([[1], [2, 3]])
    with pytest.raises(ValueError, match="mismatched row_splits"):
        of([[1]]) + of([[1]]).with_row_splits_dtype(tf.int32)


def test_ragged_conditions():
    x = of([[1, 2], [3]])
    assert tf.where(x > 1, x, -x).to_list() == [[-1, 2], [3]]
    assert tf.where(x > 1).numpy().tolist() == [[0, 1], [1, 0]]
    assert tf.ragged.boolean_mask(x, x > 1).to_list() == [[2], [3]]


def test_what_ops_do_not_know_is_refused():
    x = tf.ragged.constant([[1.0, 2.0], [3.0]])
    with pytest.raises(ValueError, match="not a dense tensor"):
        tf.linalg.inv(x)
    with pytest.raises(TypeError, match="boolean"):
        bool(x)
    with pytest.raises(ValueError, match="inner ragged dimension"):
        x[:, 0]
    with pytest.raises(ValueError, match="not constructed directly"):
        tf.RaggedTensor(x.values, x._row_partition)


@pytest.mark.parametrize(
    "make",
    [
        lambda: tf.RaggedTensor.from_row_splits([1, 2], [0, 3]),
        lambda: tf.RaggedTensor.from_row_splits([1, 2], [1, 2]),
        lambda: tf.RaggedTensor.from_row_splits([1, 2], [0, 2, 1, 2]),
        lambda: tf.RaggedTensor.from_row_lengths([1, 2], [3, -1]),
        lambda: tf.RaggedTensor.from_value_rowids([1, 2], [1, 0]),
        lambda: tf.RaggedTensor.from_row_starts([1, 2], [0, 3]),
    ],
)
def test_partitions_are_checked(make):
    with pytest.raises(InvalidArgumentError, match="valid"):
        make()


def test_printing():
    assert repr(tf.ragged.constant([[b"a"], []])) == "<tf.RaggedTensor [[b'a'], []]>"
    assert repr(tf.ragged.constant([[1.5, 2], [3]])) == "<tf.RaggedTensor [[1.5, 2.0], [3.0]]>"
    assert repr(of([[]])) == "<tf.RaggedTensor [[]]>"


def test_numpy():
    found = of([[1, 2], [3]]).numpy()
    assert found.dtype == object
    assert [row.tolist() for row in found] == [[1, 2], [3]]
    assert np.array_equal(of([[1, 2], [3, 4]]).numpy(), [[1, 2], [3, 4]])


def test_shape_of_ragged():
    x = of([[1, 2], [3]])
    shape = tf.shape(x)
    assert shape.static_lengths() == [2, (2, 1)]
    assert tf.fill(shape, 7).to_list() == [[7, 7], [7]]
    assert tf.broadcast_to([[1], [2]], shape).to_list() == [[1, 1], [2]]
    assert tf.experimental.DynamicRaggedShape.from_lengths([2, (2, 1), 3]).rank == 3


def test_encodings_of_partitions():
    partition = tf.experimental.RowPartition.from_row_lengths([2, 0, 1])
    assert partition.row_splits().numpy().tolist() == [0, 2, 2, 3]
    assert partition.offsets_in_rows().numpy().tolist() == [0, 1, 0]
    uniform = tf.experimental.RowPartition.from_uniform_row_length(2, nvals=6)
    assert (uniform.static_nrows, uniform.static_uniform_row_length) == (3, 2)
    with pytest.raises(ValueError, match="nrows"):
        tf.experimental.RowPartition.from_uniform_row_length(2)


@pytest.mark.parametrize("make", [tf.Variable, tf.constant])
def test_embeddings_of_ragged_ids(make):
    table, ids = make([[3.0, 4.0], [0.0, 1.0], [5.0, 6.0]]), tf.ragged.constant([[0, 1], [], [0]])
    assert tf.nn.embedding_lookup(table, ids).to_list() == [[[3.0, 4.0], [0.0, 1.0]], [], [[3.0, 4.0]]]
    assert tf.gather(table, ids).to_list() == [[[3.0, 4.0], [0.0, 1.0]], [], [[3.0, 4.0]]]
    clipped = tf.nn.embedding_lookup(table, ids, max_norm=1.0)
    np.testing.assert_allclose(clipped.flat_values, [[0.6, 0.8], [0.0, 1.0], [0.6, 0.8]], rtol=1e-6)


def test_kernels_that_do_not_say_that_they_work_by_element(install):
    plugin = """
        from flowstone_core.hookspecs import KernelProvider, hookimpl

        @hookimpl
        def flowstone_kernels():
            return KernelProvider("mine", priority=30, kernels={"Exp": "rx_kernels:exp"})
    """
    kernels = """
        import numpy

        def exp(x):
            return numpy.exp(x)
    """
    install("outside", {"flowstone.kernels": {"rx": "rx"}}, rx=plugin, rx_kernels=kernels)
    assert tf.exp(of([[0], []]).with_values(tf.constant([0.0]))).to_list() == [[1.0], []]

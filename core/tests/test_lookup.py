from __future__ import annotations

import gc
import threading
import weakref

import numpy as np
import pytest
from flowstone_core import dtypes, errors
from flowstone_core.conversion import constant
from flowstone_core.lookup.initializers import KeyValueTensorInitializer, TextFileInitializer
from flowstone_core.lookup.mutable import DenseHashTable, MutableHashTable
from flowstone_core.lookup.static import StaticHashTable, StaticVocabularyTable
from flowstone_core.ops import lookup as ops
from flowstone_core.spec import Spec
from flowstone_core.table import DenseTable, StaticTable, Table
from flowstone_core.variable import Variable
from flowstone_core.vocabulary_file import LINE_NUMBER, WHOLE_LINE
from hypothesis import given, settings
from hypothesis import strategies as st

INT64 = dtypes.int64
STEPS = st.lists(st.tuples(st.booleans(), st.lists(st.integers(0, 9), max_size=4)), max_size=12)


def ints(values):
    return np.array(values, np.int64)


def static(keys=("a", "b"), values=(1, 2), default=-1):
    return StaticHashTable(KeyValueTensorInitializer(list(keys), constant(list(values), INT64)), default)


@pytest.mark.parametrize(
    "make", [lambda: Table(INT64, INT64), lambda: DenseTable(ints(-1), ints(-2), INT64, INT64, (), 4, 0.8)]
)
@settings(deadline=None)
@given(steps=STEPS)
def test_a_table_is_a_dictionary(make, steps):
    table, model, number = make(), {}, 0
    for inserts, keys in steps:
        if inserts:
            values = list(range(number, number + len(keys)))
            number += len(keys)
            table.insert(ints(keys), ints(values))
            model.update(zip(keys, values, strict=True))
        else:
            table.remove(ints(keys))
            for key in keys:
                model.pop(key, None)
    assert table.size() == len(model)
    assert table.find(ints(range(10)), ints(-7)).tolist() == [model.get(key, -7) for key in range(10)]
    keys, values = (each.reshape(-1).tolist() for each in table.export())
    assert {key: value for key, value in zip(keys, values, strict=True) if key != -1} == model
    again = make()
    again.replace(*table.export())
    assert again.find(ints(range(10)), ints(-7)).tolist() == table.find(ints(range(10)), ints(-7)).tolist()


def test_rows_are_used_again():
    table = Table(INT64, INT64)
    for number in range(1000):
        table.insert(ints([number]), ints([number]))
        table.remove(ints([number]))
    assert len(table._values) <= 2


def test_keys_and_values_with_shapes():
    table = DenseTable(ints([0, 0]), ints([0, 1]), INT64, dtypes.float32, (3,), 8, 0.8)
    table.insert(ints([[1, 2], [3, 4]]), np.ones((2, 3), np.float32))
    assert table.find(ints([[[3, 4], [5, 6]]]), np.zeros(3, np.float32)).tolist() == [[[1, 1, 1], [0, 0, 0]]]
    assert [each.shape for each in table.export()] == [(8, 2), (8, 3)]
    for keys in (ints([1]), ints([[1, 2, 3]])):
        with pytest.raises(errors.InvalidArgumentError, match="Expected keys of shape"):
            table.find(keys, np.zeros(3, np.float32))


def test_a_static_table_is_filled_once():
    table = StaticTable(dtypes.string, INT64)
    keys = np.array([b"a", b"b"], object)
    with pytest.raises(errors.FailedPreconditionError, match="not initialized"):
        table.find(keys, ints(0))
    table.replace(keys, ints([1, 2]))
    table.replace(keys[::-1], ints([2, 1]))
    with pytest.raises(errors.FailedPreconditionError, match="other data"):
        table.replace(keys, ints([1, 3]))
    for change in (lambda: table.insert(keys, ints([1, 2])), lambda: table.remove(keys)):
        with pytest.raises(errors.UnimplementedError, match="MutableHashTable"):
            change()


def test_a_table_dies_with_its_last_reference():
    table = MutableHashTable(dtypes.string, INT64, 0)
    table.insert(["a"], [1])
    handle = table.resource_handle
    seen = weakref.ref(table)
    del table
    gc.collect()
    assert seen() is None
    assert ops.LOOKUP_TABLE_SIZE(handle).numpy() == 1


def test_threads_insert_together():
    table = MutableHashTable(INT64, INT64, -1)

    def fill(start):
        for key in range(start, start + 500):
            table.insert([key], [key])

    threads = [threading.Thread(target=fill, args=(1000 * number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    keys, values = table.export()
    assert sorted(keys.numpy()) == sorted(values.numpy()) == [1000 * i + j for i in range(4) for j in range(500)]


def test_tables_keep_their_own_copy():
    values = np.array([1, 2])
    table = MutableHashTable(INT64, INT64, -1)
    table.insert([1, 2], values)
    found = table.lookup([1, 2])
    table.insert([1], [9])
    assert found.numpy().tolist() == [1, 2]


@pytest.mark.parametrize(
    ("call", "kind", "text"),
    [
        (lambda: static().lookup(constant([1])), TypeError, "must have dtype string"),
        (lambda: static(default=[1]), ValueError, "scalar"),
        (lambda: static("aa"), errors.FailedPreconditionError, "two values"),
        (lambda: static("ab", (1,)), errors.InvalidArgumentError, "Expected shape"),
        (lambda: StaticVocabularyTable(None, 0), ValueError, "StaticHashTable"),
        (lambda: StaticVocabularyTable(None, 1), TypeError, "lookup_key_dtype"),
        (lambda: MutableHashTable(dtypes.float32, INT64, 0), errors.NotFoundError, "from float32 to int64"),
        (lambda: DenseHashTable(INT64, INT64, 0, 1, 1), errors.InvalidArgumentError, "equal"),
        (lambda: DenseHashTable(INT64, INT64, 0, 1, [2]), errors.InvalidArgumentError, "same shape"),
        (lambda: DenseHashTable(INT64, INT64, 0, 1, 2, 3), errors.InvalidArgumentError, "power of 2"),
        (lambda: DenseHashTable(INT64, INT64, 0, 1, 2).lookup([1]), errors.InvalidArgumentError, "empty_key"),
        (lambda: ops.LOOKUP_TABLE_SIZE(Variable(1.0).handle), errors.InvalidArgumentError, "expected a table"),
        (
            lambda: ops.LOOKUP_TABLE_FIND(static().resource_handle, ["a"], 1.0),
            errors.InvalidArgumentError,
            "values are",
        ),
        (
            lambda: ops.INITIALIZE_TABLE(static().resource_handle, ["a"], ints([1, 2])),
            errors.InvalidArgumentError,
            "1 keys for 2",
        ),
    ],
)
def test_what_does_not_fit_is_said(call, kind, text):
    with pytest.raises(kind, match=text):
        call()


@pytest.mark.parametrize(
    ("content", "more", "kind", "text"),
    [
        (b"", {}, errors.OutOfRangeError, "empty"),
        (b"a\n\nb", {}, errors.InvalidArgumentError, "line 1"),
        (b"a\nb", {"vocab_size": 3}, errors.InvalidArgumentError, "2 lines, expected 3"),
        (b"a\nb", {"key_index": 1}, errors.InvalidArgumentError, "1 columns, expected 2"),
        (b"a\nb", {"delimiter": "ab"}, errors.InvalidArgumentError, "one byte"),
        (b"a\tx", {"key_index": 0, "value_index": 1}, errors.InvalidArgumentError, "no int64"),
        (b"a", {"key_index": -3}, ValueError, "key_index"),
        (b"a", {"vocab_size": 0}, ValueError, "vocab_size"),
        (b"a", {"value_index": WHOLE_LINE}, ValueError, "whole line"),
    ],
)
def test_files_that_do_not_fit(tmp_path, content, more, kind, text):
    path = tmp_path / "vocabulary.txt"
    path.write_bytes(content)
    options = {"key_index": WHOLE_LINE, "value_index": LINE_NUMBER} | more
    with pytest.raises(kind, match=text):
        StaticHashTable(TextFileInitializer(str(path), key_dtype=dtypes.string, value_dtype=INT64, **options), -1)


def test_inferred_shapes():
    table, keys = Spec((), dtypes.resource), Spec((None, 2), dtypes.string)
    assert ops.LOOKUP_TABLE_FIND.infer(table, keys, Spec((), INT64)).shape == (None, 2)
    assert ops.LOOKUP_TABLE_FIND.infer(table, keys, Spec((3,), INT64)).shape is None

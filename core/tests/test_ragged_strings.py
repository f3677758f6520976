from __future__ import annotations

import numpy as np
import pytest
from flowstone_core.ragged import strings as ops
from flowstone_core.ragged.factory import constant
from hypothesis import given, settings
from hypothesis import strategies as st

ROWS = st.lists(st.lists(st.text(alphabet="ab é", max_size=5), max_size=3), min_size=1, max_size=3)


def ragged(rows):
    return constant(rows, dtype="string", ragged_rank=1)


def encoded(value):
    return [encoded(item) for item in value] if isinstance(value, list) else value.encode()


@settings(deadline=None)
@given(ROWS)
def test_below_each_string_is_its_row(rows):
    x = ragged(rows)
    assert ops.split(x).to_list() == encoded([[item.split(None) for item in row] for row in rows])
    assert ops.split(x, "b").to_list() == encoded([[item.split("b") for item in row] for row in rows])
    assert ops.unicode_split(x, "UTF-8").to_list() == encoded([[list(item) for item in row] for row in rows])
    points, starts = ops.unicode_decode_with_offsets(x, "UTF-8")
    assert points.to_list() == [[[ord(char) for char in item] for item in row] for row in rows]
    assert starts.to_list() == [[[len(item[:i].encode()) for i in range(len(item))] for item in row] for row in rows]
    assert ops.unicode_encode(points, "UTF-8").to_list() == encoded(rows)
    parts = ops.bytes_split(x).to_list()
    assert [[b"".join(item) for item in row] for row in parts] == encoded(rows)
    assert all(len(part) == 1 for row in parts for item in row for part in item)


@settings(deadline=None)
@given(ROWS, st.integers(1, 3))
def test_ngrams_of_rows(rows, width):
    expected = [[" ".join(row[i : i + width]) for i in range(len(row) - width + 1)] for row in rows]
    assert ops.ngrams(ragged(rows), width).to_list() == encoded(expected)


def test_scalars_give_vectors():
    assert ops.split("a b").numpy().tolist() == [b"a", b"b"]
    assert ops.unicode_decode("é", "UTF-8").numpy().tolist() == [233]
    assert ops.ngrams(np.array([[b"a", b"b"]], object), 2).numpy().tolist() == [[b"a b"]]


@pytest.mark.parametrize(
    ("call", "kind", "text"),
    [
        (lambda: ops.ngrams(["a"], 0), ValueError, "greater than 0"),
        (lambda: ops.ngrams("a", 1), ValueError, "scalar"),
        (lambda: ops.ngrams(["a"], 2, padding_width=1), ValueError, "pad_values"),
        (lambda: ops.ngrams(["a"], 2, pad_values="x", padding_width=0), ValueError, "padding_width"),
        (lambda: ops.ngrams(["a"], 2, pad_values=["x"]), TypeError, "pad_values"),
    ],
)
def test_what_does_not_fit_is_said(call, kind, text):
    with pytest.raises(kind, match=text):
        call()

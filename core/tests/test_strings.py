from __future__ import annotations

import numpy as np
import pytest
from flowstone_core import dtypes
from flowstone_core.errors import InvalidArgumentError, OutOfRangeError
from flowstone_core.fingerprints import farm_fingerprint, murmur, sip
from flowstone_core.ops import strings as ops
from flowstone_core.spec import Spec
from hypothesis import given, settings
from hypothesis import strategies as st

TEXT = st.lists(st.text(max_size=8), max_size=4)


@settings(deadline=None)
@given(TEXT)
def test_code_points_are_pythons(items):
    array = np.array([item.encode("utf-8", "surrogatepass") for item in items], object)
    assert ops.length(array, unit="UTF8_CHAR").numpy().tolist() == [len(item) for item in items]
    cut = ops.substr(array, 0, 2, unit="UTF8_CHAR").numpy().tolist()
    assert cut == [item[:2].encode("utf-8", "surrogatepass") for item in items]


@settings(deadline=None)
@given(st.lists(st.binary(max_size=8), max_size=4), st.sampled_from([b"", b" ", b"ab"]), st.integers(-1, 2))
def test_what_is_split_is_what_python_splits(items, sep, most):
    indices, values, shape = ops.STRING_SPLIT_V2(np.array([*items, b""], object)[:-1], sep, maxsplit=most)
    rows = [item.split(sep or None, most) if most else [item] for item in items]
    if not sep and most > 0:
        rows = [[*row, b""] if len(row) == most else row for row in rows]
    assert values.numpy().tolist() == [part for row in rows for part in row]
    assert indices.numpy().tolist() == [[i, j] for i, row in enumerate(rows) for j in range(len(row))]
    assert shape.numpy().tolist() == [len(rows), max(map(len, rows), default=0)]


@settings(deadline=None)
@given(st.integers(-(2**31), 2**31 - 1))
def test_numbers_there_and_back(number):
    assert ops.to_number(ops.as_string(number), dtypes.int32).numpy() == number


def test_unknown_ranks_and_axes():
    strings, axes = Spec((2, None, 3), dtypes.string), Spec((1,), dtypes.int32, (1,))
    assert ops.REDUCE_JOIN.infer(strings, axes, keep_dims=True, separator="").shape == (2, 1, 3)
    assert ops.REDUCE_JOIN.infer(strings, Spec((1,), dtypes.int32), keep_dims=False, separator="").shape is None
    ids = Spec((2,), dtypes.int32)
    assert ops.UNSORTED_SEGMENT_JOIN.infer(strings, ids, Spec((), dtypes.int32, 5), separator="").shape == (5, None, 3)
    known, scalar = Spec((None, 4), dtypes.string), Spec((), dtypes.string)
    assert ops.STRING_JOIN.infer([known, scalar, Spec((3, None), dtypes.string)], separator="").shape == (3, 4)


@pytest.mark.parametrize(
    ("call", "text"),
    [
        (lambda: ops.join([["a", "b"], ["c"]]), "do not match"),
        (lambda: ops.lower("a", encoding="latin"), "utf-8"),
        (lambda: ops.substr("abc", 4, 1), "pos 4"),
        (lambda: ops.substr(["abc"], [0, 1], [1]), "same shape"),
        (lambda: ops.reduce_join(["a"], axis=[0, 0]), "Duplicate"),
        (lambda: ops.unsorted_segment_join(["a"], [1], 1), "num_segments"),
        (lambda: ops.unsorted_segment_join(["a"], [[0]], 1), "segment_ids of shape"),
        (lambda: ops.as_string(1, precision=2), "precision"),
        (lambda: ops.as_string(1, fill="x"), "Fill"),
        (lambda: ops.as_string(1.0, scientific=True, shortest=True), "both"),
        (lambda: ops.to_number("1_0"), "1_0"),
        (lambda: ops.to_number("300000000000", dtypes.int32), "300000000000"),
        (lambda: ops.to_hash_bucket_strong("a", 2, [1]), "2 elements"),
        (lambda: ops.fingerprint("a"), "dimension"),
        (lambda: ops.fingerprint(["a"], "md5"), "md5"),
        (lambda: ops.FINGERPRINT(["a"], "md5"), "md5"),
    ],
)
def test_what_does_not_fit_is_said(call, text):
    with pytest.raises(InvalidArgumentError, match=text):
        call()


def test_an_axis_out_of_range():
    with pytest.raises(OutOfRangeError, match="dimension 2"):
        ops.reduce_join(["a"], axis=2)


@pytest.mark.parametrize(("splits", "widths"), [([0, 2], (1,)), ([1, 1], (1,)), ([0, 2, 1], (1,)), ([0, 1], (0,))])
def test_ngrams_check_their_rows(splits, widths):
    with pytest.raises(InvalidArgumentError, match="StringNGrams"):
        ops.STRING_NGRAMS(
            ["a"],
            np.array(splits, np.int64),
            separator=" ",
            ngram_widths=widths,
            left_pad="",
            right_pad="",
            pad_width=0,
            preserve_short_sequences=False,
        )


def test_published_hashes():
    """SipHash's paper has this vector (its appendix A); the others are those of empty input."""
    key = bytes(range(16))
    words = (int.from_bytes(key[:8], "little"), int.from_bytes(key[8:], "little"))
    assert sip(bytes(range(15)), words) == 0xA129CA6149BE45E5
    assert farm_fingerprint(b"") == 0x9AE16A3B2F90404F
    assert murmur(b"", seed=0) == 0

from __future__ import annotations

import numpy as np
import pytest
from flowstone_core import dtypes
from flowstone_core.errors import InvalidArgumentError
from flowstone_core.ops import unicode as ops
from flowstone_core.spec import Spec
from hypothesis import given, settings
from hypothesis import strategies as st

WHOLE = {"errors": "replace", "replacement_char": 65533, "replace_control_characters": False}
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)


@settings(deadline=None)
@given(st.lists(TEXT, min_size=1, max_size=4), st.sampled_from(["UTF-8", "UTF-16-BE", "UTF-32-BE"]))
def test_decoding_is_pythons(items, encoding):
    array = np.array([item.encode(encoding.lower()) for item in items], object)
    splits, points, starts = ops.UNICODE_DECODE_WITH_OFFSETS(array, input_encoding=encoding, **WHOLE)
    assert points.numpy().tolist() == [ord(char) for item in items for char in item]
    assert np.diff(splits.numpy()).tolist() == [len(item) for item in items]
    expected = [len(item[:i].encode(encoding.lower())) for item in items for i in range(len(item))]
    assert starts.numpy().tolist() == expected
    back = ops.UNICODE_ENCODE(points, splits, output_encoding=encoding)
    assert back.numpy().tolist() == array.tolist()


@settings(deadline=None)
@given(st.binary(max_size=12), st.sampled_from(["UTF-8", "UTF-16-BE", "latin1"]))
def test_any_bytes_become_text(item, encoding):
    found = ops.unicode_transcode(item, encoding, "UTF-8").numpy()
    assert found.decode() is not None
    assert len(ops.unicode_transcode(item, encoding, "UTF-8", errors="ignore").numpy()) <= len(found)


def test_encoding_any_rank():
    points = np.array([[[72, 105], [33, 33]], [[97, 98], [99, 100]]], np.int32)
    assert ops.unicode_encode(points, "UTF-8").numpy().tolist() == [[b"Hi", b"!!"], [b"ab", b"cd"]]
    with pytest.raises(ValueError, match="at least 1"):
        ops.unicode_encode(72, "UTF-8")


@pytest.mark.parametrize(
    ("call", "text"),
    [
        (lambda: ops.unicode_transcode("a", "nope", "UTF-8"), "nope"),
        (lambda: ops.unicode_transcode("a", "base64", "UTF-8"), "base64"),
        (lambda: ops.unicode_transcode(b"\xff", "UTF-8", "UTF-8", errors="strict"), "Invalid formatting"),
        (lambda: ops.unicode_transcode("a", "UTF-8", "UTF-8", replacement_char=0x110000), "replacement_char"),
        (lambda: ops.unicode_encode([0xD800], "UTF-8", errors="strict"), "surrogate"),
        (lambda: ops.UNICODE_ENCODE([72], np.array([0, 2]), output_encoding="UTF-8"), "rise from 0"),
        (lambda: ops.UNICODE_ENCODE([72], np.array([], np.int64), output_encoding="UTF-8"), "rise from 0"),
    ],
)
def test_what_does_not_fit_is_said(call, text):
    with pytest.raises(InvalidArgumentError, match=text):
        call()


def test_inferred_shapes():
    attrs = {"input_encoding": "UTF-8", "Tsplits": dtypes.int32, **WHOLE}
    splits, points = ops.UNICODE_DECODE.infer(Spec((2, 3), dtypes.string), **attrs)
    assert (splits.shape, points.shape, splits.dtype) == ((7,), (None,), dtypes.int32)
    assert ops.UNICODE_ENCODE.infer(points, splits, output_encoding="UTF-8").shape == (6,)

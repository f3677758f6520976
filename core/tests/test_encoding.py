from __future__ import annotations

import zlib

import numpy as np
import pytest
from flowstone_core import dtypes
from flowstone_core.errors import DataLossError, InvalidArgumentError
from flowstone_core.ops import encoding as ops
from flowstone_core.spec import Spec
from hypothesis import given, settings
from hypothesis import strategies as st


@settings(deadline=None)
@given(st.lists(st.binary(max_size=9), min_size=1, max_size=3), st.booleans())
def test_base64_there_and_back(items, pad):
    array = np.array([*items, b""], object)
    encoded = ops.encode_base64(array, pad=pad)
    assert ops.decode_base64(encoded).numpy().tolist() == array.tolist()
    assert all(len(item) % 4 == 0 for item in encoded.numpy()) or not pad


@settings(deadline=None)
@given(st.lists(st.integers(-(2**15), 2**15 - 1), max_size=5))
def test_raw_numbers(numbers):
    array = np.array(numbers, "<i2")
    assert ops.decode_raw(array.tobytes(), dtypes.int16).numpy().tolist() == numbers
    assert ops.decode_raw(array.byteswap().tobytes(), dtypes.int16, little_endian=False).numpy().tolist() == numbers


def test_an_empty_batch():
    empty = np.array([], object)
    assert ops.decode_raw(empty, dtypes.int16).shape == (0, 0)
    assert ops.decode_raw(empty, dtypes.int16, fixed_length=4).shape == (0, 2)


@pytest.mark.parametrize(
    ("call", "text"),
    [
        (lambda: ops.decode_base64("a"), "length"),
        (lambda: ops.decode_base64("a+/b"), "character"),
        (lambda: ops.decode_raw([b"ab", b"c"], dtypes.uint8), "element 1 has size 1 != 2"),
        (lambda: ops.decode_raw([b"abc"], dtypes.int16), "not a multiple of 2"),
        (lambda: ops.decode_raw([b"abc"], dtypes.int16, fixed_length=3), "multiple of 2"),
        (lambda: ops.decode_raw([b"abc"], dtypes.int16, fixed_length=-2), "greater than zero"),
        (lambda: ops.decode_compressed("x", "LZ4"), "LZ4"),
    ],
)
def test_what_does_not_fit_is_said(call, text):
    with pytest.raises(InvalidArgumentError, match=text):
        call()


def test_damaged_data():
    with pytest.raises(DataLossError, match="inflate"):
        ops.decode_compressed(zlib.compress(b"hello")[:-2], "ZLIB")


def test_inferred_shapes():
    strings = Spec((None, 2), dtypes.string)
    attrs = {"out_type": dtypes.int16, "little_endian": True}
    assert ops.DECODE_RAW.infer(strings, **attrs).shape == (None, 2, None)
    assert ops.DECODE_PADDED_RAW.infer(strings, Spec((), dtypes.int32, 8), **attrs).shape == (None, 2, 4)

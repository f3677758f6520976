"""The sorted table: round trips, TensorFlow's own bytes, and damage of every kind."""

from __future__ import annotations

from pathlib import Path

import pytest
from flowstone_savedmodel.checkpoint import snappy, table_format, table_reader, table_writer, varint
from flowstone_savedmodel.checkpoint.crc import masked_crc
from flowstone_savedmodel.checkpoint.ordered_code import FULL_EXTENT, slice_key
from hypothesis import given, settings
from hypothesis import strategies as st

GOLDEN = Path(__file__).parent / "golden" / "bundles"

tables = st.dictionaries(st.binary(max_size=12), st.binary(max_size=40), max_size=60)


@given(tables)
def test_round_trip(table: dict[bytes, bytes]) -> None:
    assert table_reader.decode_table(table_writer.encode_table(sorted(table.items()))) == table


def test_many_blocks() -> None:
    table = {b"key%05d" % n: b"v" * 1000 for n in range(1500)}
    data = table_writer.encode_table(table.items())
    assert len(data) > 1_400_000
    assert table_reader.decode_table(data) == table


@pytest.mark.parametrize("name", ["all_dtypes", "many", "partitioned"])
def test_bytes_are_tensorflows(name: str) -> None:
    data = (GOLDEN / f"{name}.index").read_bytes()
    assert table_writer.encode_table(table_reader.decode_table(data).items()) == data


def test_keys_must_ascend() -> None:
    with pytest.raises(ValueError, match="must ascend"):
        table_writer.encode_table([(b"b", b""), (b"a", b"")])


SMALL = table_writer.encode_table([(b"alpha", b"1"), (b"beta", b"2")])


@pytest.mark.parametrize("length", range(len(SMALL)))
def test_truncation_is_an_error(length: int) -> None:
    with pytest.raises(ValueError):
        table_reader.decode_table(SMALL[:length])


@settings(max_examples=300)
@given(st.integers(0, len(SMALL) - 1), st.integers(0, 7))
def test_a_flipped_bit_is_an_error_or_harmless(position: int, bit: int) -> None:
    damaged = bytearray(SMALL)
    damaged[position] ^= 1 << bit
    try:
        table = table_reader.decode_table(bytes(damaged))
    except ValueError:
        return
    assert table == {b"alpha": b"1", b"beta": b"2"}  # the metaindex and the footer's padding say nothing


@given(st.binary(max_size=200))
def test_any_bytes_give_value_error(data: bytes) -> None:
    footer = table_format.encode_footer(table_format.Handle(0, 0), table_format.Handle(0, max(0, len(data) - 5)))
    with pytest.raises(ValueError):
        table_reader.decode_table(data + footer)


def test_a_snappy_block_is_read() -> None:
    def block(content: bytes, kind: int) -> bytes:
        typed = content + bytes([kind])
        return typed + masked_crc(typed).to_bytes(4, "little")

    entries = b"\x00\x01\x04abbbb" + bytes(4) + b"\x01\x00\x00\x00"
    compressed = b"\x10" + b"\x10\x00\x01\x04ab" + b"\x28" + entries[5:]
    assert snappy.decompress(compressed) == entries
    data = block(compressed, table_format.SNAPPY)
    index_entries = b"\x00\x01\x02b" + table_format.Handle(0, len(compressed)).encode()
    index = index_entries + bytes(4) + b"\x01\x00\x00\x00"
    handle = table_format.Handle(len(data), len(index))
    whole = data + block(index, table_format.PLAIN) + table_format.encode_footer(handle, handle)
    assert table_reader.decode_table(whole) == {b"a": b"bbbb"}


@pytest.mark.parametrize(
    ("compressed", "expected"),
    [
        (b"\x00", b""),
        (b"\x05\x10hello", b"hello"),
        (b"\x08\x04ab\x16\x02\x00", b"abababab"),
        (b"\x0a\x00x\x23\x01\x00\x00\x00", b"x" * 10),
        (b"\x46\xf0\x3b" + b"y" * 60 + b"\x26\x01\x00", b"y" * 70),
    ],
)
def test_snappy(compressed: bytes, expected: bytes) -> None:
    assert snappy.decompress(compressed) == expected


@pytest.mark.parametrize(
    "damaged",
    [
        b"",
        b"\xff",
        b"\x05\x10hell",
        b"\x05\x00x",
        b"\x04\x04ab\x01\x09",
        b"\x02\x04abc\x00",
        b"\xff\xff\xff\x7f\x00a",
    ],
)
def test_damaged_snappy(damaged: bytes) -> None:
    with pytest.raises(ValueError):
        snappy.decompress(damaged)


@given(st.integers(0, 2**64 - 1))
def test_varints(value: int) -> None:
    encoded = varint.encode_varint(value)
    assert varint.decode_varint(encoded + b"\x7f", 0) == (value, len(encoded))


@pytest.mark.parametrize("data", [b"", b"\x80", b"\xff" * 10 + b"\x01", b"\xff" * 9 + b"\x02"])
def test_bad_varints(data: bytes) -> None:
    with pytest.raises(ValueError, match="varint"):
        varint.decode_varint(data, 0)


@given(st.lists(st.tuples(st.integers(0, 2**40), st.integers(0, 2**40)), min_size=1, max_size=3))
def test_slice_keys_sort_like_their_numbers(extents: list[tuple[int, int]]) -> None:
    following = [*extents[:-1], (extents[-1][0], extents[-1][1] + 1)]
    assert slice_key("t", [(0, FULL_EXTENT)] * 3) != slice_key("t", extents)
    assert slice_key("t", extents) < slice_key("t", following)
    assert slice_key("a\xff", extents) < slice_key("b\0", extents)

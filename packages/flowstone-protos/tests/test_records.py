from __future__ import annotations

import io
import struct

import pytest
from flowstone_protos.records import CorruptRecordError, frame, masked_crc32c, read_records
from hypothesis import given
from hypothesis import strategies as st


def test_checksum_of_the_standard_check_string() -> None:
    crc = 0xE3069283  # of b"123456789", from the definition of CRC-32C
    assert masked_crc32c(b"123456789") == ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF


def test_a_record_as_tensorflow_writes_it() -> None:
    data = b'\t\x00\x00\x80]\xc4\xc0\xdaA\x1a\rbrain.Event:2R$\n"tensorflow.core.util.events_writer'
    assert frame(data) == b">\x00\x00\x00\x00\x00\x00\x00\xd9\xd2@\xe7" + data + b"\xae\x7f\xa0\x7f"


@given(data=st.binary())
def test_the_length_comes_first_and_checksums_behind(data: bytes) -> None:
    framed = frame(data)
    assert int.from_bytes(framed[:8], "little") == len(data)
    assert int.from_bytes(framed[8:12], "little") == masked_crc32c(framed[:8])
    assert framed[12:-4] == data
    assert int.from_bytes(framed[-4:], "little") == masked_crc32c(data)


@given(st.lists(st.binary()))
def test_what_is_framed_is_read_back(records: list[bytes]) -> None:
    assert list(read_records(io.BytesIO(b"".join(map(frame, records))))) == records


@given(st.integers(1, 49))
def test_a_cut_file_gives_the_whole_records_and_an_error(size: int) -> None:
    cut = (frame(b"first") + frame(b"second!!!!!!"))[:size]
    reader = read_records(io.BytesIO(cut))
    whole = [next(reader)] if size >= 21 else []
    assert whole == [b"first"][: len(whole)]
    if size in (21, 49):
        assert list(reader) == ([] if size == 21 else [b"second!!!!!!"])
    else:
        with pytest.raises(CorruptRecordError, match="truncated record at"):
            next(reader)


@pytest.mark.parametrize(("at", "what"), [(0, "length"), (8, "length"), (12, "data"), (16, "data")])
def test_a_changed_byte_is_found(at: int, what: str) -> None:
    data = bytearray(frame(b"data"))
    data[at] ^= 1
    with pytest.raises(CorruptRecordError, match=f"corrupted record at 0: the {what}'s checksum"):
        list(read_records(io.BytesIO(data)))


def test_a_huge_length_takes_no_memory() -> None:
    length = struct.pack("<Q", 2**62)
    hostile = length + struct.pack("<I", masked_crc32c(length)) + b"short"
    with pytest.raises(CorruptRecordError, match="truncated"):
        list(read_records(io.BytesIO(hostile)))

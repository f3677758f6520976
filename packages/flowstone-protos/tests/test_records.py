from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from flowstone_protos.event_pb2 import Event
from flowstone_protos.records import frame, masked_crc32c
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


def test_records_follow_each_other(tmp_path: Path, read_events: Callable[[Path], list[Event]]) -> None:
    path = tmp_path / "x"
    path.write_bytes(b"".join(frame(Event(step=step).SerializeToString()) for step in range(3)))
    assert [event.step for event in read_events(path)] == [0, 1, 2]

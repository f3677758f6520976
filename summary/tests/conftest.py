from __future__ import annotations

import struct
from collections.abc import Callable, Iterator
from pathlib import Path

import google_crc32c
import pytest
from flowstone_protos.event_pb2 import Event

MASK = 0xA282EAD8


def _records(data: bytes) -> Iterator[bytes]:
    """An independent reader of framed records, which checks everything."""

    def checked(part: bytes, stored: bytes) -> bytes:
        crc = google_crc32c.value(part)
        assert struct.unpack("<I", stored)[0] == (((crc >> 15) | (crc << 17)) + MASK) % 2**32
        return part

    at = 0
    while at < len(data):
        (length,) = struct.unpack("<Q", checked(data[at : at + 8], data[at + 8 : at + 12]))
        body = data[at + 12 : at + 12 + length]
        assert len(body) == length
        yield checked(body, data[at + 12 + length : at + 16 + length])
        at += 16 + length


@pytest.fixture
def read_events() -> Callable[[Path | str], list[Event]]:
    """Reads all events of the event files in a folder, or of one file."""

    def read(path: Path | str) -> list[Event]:
        path = Path(path)
        files = [path] if path.is_file() else sorted(path.glob("*tfevents*"))
        return [Event.FromString(record) for file in files for record in _records(file.read_bytes())]

    return read

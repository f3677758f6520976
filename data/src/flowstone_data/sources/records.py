"""``tf.data.TFRecordDataset``, ``TextLineDataset``, ``FixedLengthRecordDataset``: what files hold."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO, cast

import numpy as np
from flowstone_core.errors import DataLossError, InvalidArgumentError, NotFoundError, PermissionDeniedError
from flowstone_core.kernel import KernelSet
from flowstone_protos.records import CorruptRecordError, read_records

from flowstone_data.value import METADATA, STATEFUL, Components, DatasetValue, dataset_op

KERNELS = KernelSet()

TF_RECORD = dataset_op(
    "TFRecordDataset",
    ("filenames: string", "compression_type: string", "buffer_size: int64"),
    (METADATA,),
    effects=STATEFUL,
)
TEXT_LINE = dataset_op(
    "TextLineDataset",
    ("filenames: string", "compression_type: string", "buffer_size: int64"),
    (METADATA,),
    effects=STATEFUL,
)
FIXED_LENGTH_RECORD = dataset_op(
    "FixedLengthRecordDatasetV2",
    (
        "filenames: string",
        "header_bytes: int64",
        "record_bytes: int64",
        "footer_bytes: int64",
        "buffer_size: int64",
        "compression_type: string",
    ),
    (METADATA,),
    effects=STATEFUL,
)


def open_file(name: str, compression: str) -> BinaryIO:
    """A file for reading, decompressed on the way.

    Raises:
        NotFoundError: If there is no such file.
        PermissionDeniedError: If it may not be read.
        InvalidArgumentError: If ``compression`` is none of ``""``, ``"GZIP"``, ``"ZLIB"``.
    """
    try:
        if compression == "GZIP":
            return cast(BinaryIO, gzip.open(name, "rb"))
        if compression == "ZLIB":
            return cast(BinaryIO, _Inflated(open(name, "rb")))
        if compression not in ("", "NONE"):
            raise InvalidArgumentError(
                None, None, f"Unsupported compression type {compression!r}: use '', 'GZIP' or 'ZLIB'."
            )
        return open(name, "rb")
    except FileNotFoundError:
        raise NotFoundError(None, None, f"{name}; No such file or directory") from None
    except IsADirectoryError:
        raise InvalidArgumentError(None, None, f"{name} is a directory, not a file.") from None
    except PermissionError:
        raise PermissionDeniedError(None, None, f"{name}; Permission denied") from None


class _Inflated:
    """A zlib stream, read piece by piece."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._inflater = zlib.decompressobj()
        self._ready = b""

    def read(self, size: int) -> bytes:
        """Up to ``size`` bytes."""
        while len(self._ready) < size and (piece := self._file.read(1 << 16)):
            self._ready += self._inflater.decompress(piece)
        data, self._ready = self._ready[:size], self._ready[size:]
        return data

    def __iter__(self) -> Iterator[bytes]:
        rest = b""
        while piece := self.read(1 << 16):
            *lines, rest = (rest + piece).split(b"\n")
            yield from (line + b"\n" for line in lines)
        if rest:
            yield rest

    def __enter__(self) -> _Inflated:
        return self

    def __exit__(self, *exception: object) -> None:
        self._file.close()


@dataclass(frozen=True, eq=False)
class Records(DatasetValue):
    """The records of TFRecord files, one file after the other."""

    filenames: tuple[str, ...]
    compression: str

    def __iter__(self) -> Iterator[Components]:
        for name in self.filenames:
            with open_file(name, self.compression) as file:
                try:
                    for record in read_records(file):
                        yield (np.array(record, object),)
                except (CorruptRecordError, EOFError, OSError, zlib.error) as error:
                    raise DataLossError(None, None, f"{error} in {name}") from None


@dataclass(frozen=True, eq=False)
class TextLines(DatasetValue):
    """The lines of text files, without their ends."""

    filenames: tuple[str, ...]
    compression: str

    def __iter__(self) -> Iterator[Components]:
        for name in self.filenames:
            with open_file(name, self.compression) as file:
                for line in file:
                    line = line.removesuffix(b"\n").removesuffix(b"\r")
                    yield (np.array(line, object),)


@dataclass(frozen=True, eq=False)
class FixedLengthRecords(DatasetValue):
    """Records of a fixed number of bytes, between a header and a footer of each file."""

    filenames: tuple[str, ...]
    header: int
    size: int
    footer: int
    compression: str

    def __iter__(self) -> Iterator[Components]:
        for name in self.filenames:
            with open_file(name, self.compression) as file:
                body = file.read(-1 if self.compression != "ZLIB" else 2**62)
            body = body[self.header : len(body) - self.footer]
            if len(body) % self.size:
                raise InvalidArgumentError(
                    None, None, f"Excess bytes in {name}: {len(body)} is not a multiple of record_bytes={self.size}."
                )
            for start in range(0, len(body), self.size):
                yield (np.array(body[start : start + self.size], object),)


def _names(filenames: Any) -> tuple[str, ...]:
    return tuple(name.decode() for name in np.atleast_1d(filenames).ravel().tolist())


@KERNELS.add(TF_RECORD)
def make_records(filenames: Any, compression_type: Any, buffer_size: Any, **attrs: Any) -> Records:
    """Make the dataset."""
    return Records(_names(filenames), compression_type[()].decode())


@KERNELS.add(TEXT_LINE)
def make_text_lines(filenames: Any, compression_type: Any, buffer_size: Any, **attrs: Any) -> TextLines:
    """Make the dataset."""
    return TextLines(_names(filenames), compression_type[()].decode())


@KERNELS.add(FIXED_LENGTH_RECORD)
def make_fixed_length_records(
    filenames: Any,
    header_bytes: Any,
    record_bytes: Any,
    footer_bytes: Any,
    buffer_size: Any,
    compression_type: Any,
    **attrs: Any,
) -> FixedLengthRecords:
    """Make the dataset."""
    if record_bytes <= 0:
        raise InvalidArgumentError(None, None, f"record_bytes must be positive, got {record_bytes}.")
    return FixedLengthRecords(
        _names(filenames), int(header_bytes), int(record_bytes), int(footer_bytes), compression_type[()].decode()
    )

"""``tf.io.TFRecordWriter``: records into a file."""

from __future__ import annotations

import gzip
import zlib
from typing import Any, BinaryIO, cast

from flowstone_core.errors import (
    FailedPreconditionError,
    InvalidArgumentError,
    NotFoundError,
    PermissionDeniedError,
)
from flowstone_protos.records import frame


class TFRecordOptions:
    """How records are written.

    Args:
        compression_type: ``""``, ``"GZIP"`` or ``"ZLIB"`` (or None).
        compression_level: 0 to 9, or None for the usual.
        **zlib_settings: TensorFlow's other settings, accepted for compatibility.
    """

    compression_type_map: dict[Any, Any] = {0: "", 1: "ZLIB", 2: "GZIP"}

    def __init__(
        self,
        compression_type: Any = None,
        flush_mode: Any = None,
        input_buffer_size: Any = None,
        output_buffer_size: Any = None,
        window_bits: Any = None,
        compression_level: int | None = None,
        compression_method: Any = None,
        mem_level: Any = None,
        compression_strategy: Any = None,
    ) -> None:
        self.compression_type = compression_type
        self.compression_level = compression_level


class TFRecordWriter:
    """Writes records to a TFRecord file.

    >>> import os, tempfile
    >>> path = os.path.join(tempfile.mkdtemp(), "a.tfrecord")
    >>> with tf.io.TFRecordWriter(path) as writer:
    ...     writer.write(b"first")
    >>> [record.numpy() for record in tf.data.TFRecordDataset(path)]
    [b'first']

    Args:
        path: The file.
        options: A compression type or ``TFRecordOptions``.

    Raises:
        NotFoundError: If the folder does not exist.
        PermissionDeniedError: If the file may not be written.
    """

    def __init__(self, path: Any, options: Any = None) -> None:
        compression = getattr(options, "compression_type", options) or ""
        compression = TFRecordOptions.compression_type_map.get(compression, compression)
        level = getattr(options, "compression_level", None)
        if compression not in ("", "NONE", "GZIP", "ZLIB"):
            raise InvalidArgumentError(
                None, None, f"Unsupported compression type {compression!r}: use '', 'GZIP' or 'ZLIB'."
            )
        self._path = str(path)
        try:
            raw = open(self._path, "wb")  # noqa: SIM115 - closed by `close`
        except (FileNotFoundError, IsADirectoryError) as error:
            raise NotFoundError(None, None, f"{self._path}; {error.strerror}") from None
        except PermissionError:
            raise PermissionDeniedError(None, None, f"{self._path}; Permission denied") from None
        self._file: BinaryIO | None = raw
        self._deflater = None
        self._raw = raw
        if compression == "GZIP":
            self._file = cast(
                BinaryIO, gzip.GzipFile(fileobj=raw, mode="wb", compresslevel=6 if level is None else level)
            )
        elif compression == "ZLIB":
            self._deflater = zlib.compressobj(-1 if level is None else level)

    def write(self, record: bytes | str) -> None:
        """Write one record.

        Raises:
            FailedPreconditionError: If the writer is closed.
            TypeError: If ``record`` is neither bytes nor text.
        """
        if self._file is None:
            raise FailedPreconditionError(None, None, "Writer is closed.")
        data = record.encode() if isinstance(record, str) else bytes(record)
        framed = frame(data)
        self._file.write(self._deflater.compress(framed) if self._deflater else framed)

    def flush(self) -> None:
        """Write what is buffered.

        Raises:
            FailedPreconditionError: If the writer is closed.
        """
        if self._file is None:
            raise FailedPreconditionError(None, None, "Writer is closed.")
        if self._deflater:
            self._file.write(self._deflater.flush(zlib.Z_SYNC_FLUSH))
        self._file.flush()

    def close(self) -> None:
        """Finish the file."""
        if self._file is not None:
            if self._deflater:
                self._file.write(self._deflater.flush())
            self._file.close()
            self._raw.close()
            self._file = None

    def __enter__(self) -> TFRecordWriter:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

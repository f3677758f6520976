"""``tf.io.gfile.GFile``: one file, opened when it is first read or written."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import IO, Any

from flowstone_core.errors import InvalidArgumentError, OutOfRangeError, PermissionDeniedError
from flowstone_core.files import tensorflow_errors
from flowstone_core.gfile import local, stat

_MODES = frozenset(("r", "w", "a", "r+", "w+", "a+"))


class GFile:
    r"""A file to read or to write, also as a context manager and as an iterator of lines.

    It opens when it is first used. Text is UTF-8; sizes and places are in bytes in every mode; lines end in ``\n``
    and come without ``\r``.

    >>> with tf.io.gfile.GFile("/tmp/flowstone-example.txt", "w") as file:
    ...     file.write("one\ntwo\n")
    >>> with tf.io.gfile.GFile("/tmp/flowstone-example.txt") as file:
    ...     [line for line in file]
    ['one\n', 'two\n']

    Args:
        name: Its path.
        mode: ``"r"``, ``"w"`` or ``"a"``, with ``"b"`` for bytes and ``"+"`` for both reading and writing.

    Raises:
        tf.errors.InvalidArgumentError: For another mode.
        tf.errors.NotFoundError: On first use, if there is no such file (or folder to write it in).
        tf.errors.PermissionDeniedError: On reading or writing what was not opened for it.
    """

    def __init__(self, name: Any, mode: str = "r") -> None:
        self.__name, self.__mode = name, mode
        plain = mode.replace("b", "")
        if plain not in _MODES:
            raise InvalidArgumentError(None, None, f"mode is not 'r', 'w', 'a', 'r+', 'w+' or 'a+' but {mode!r}.")
        self._binary = "b" in mode
        self._readable, self._writable = plain[0] == "r" or "+" in plain, plain != "r"
        self._appends = plain[0] == "a"
        self._reader: IO[bytes] | None = None
        self._writer: IO[bytes] | None = None

    @property
    def name(self) -> Any:
        """The path it was made with."""
        return self.__name

    @property
    def mode(self) -> str:
        """The mode it was made with."""
        return self.__mode

    def _open(self, mode: str) -> IO[bytes]:
        path = local(self.__name)
        with tensorflow_errors(f"open {path}"):
            return open(path, mode)

    def _for_reading(self) -> IO[bytes]:
        if self._reader is None:
            if not self._readable:
                raise PermissionDeniedError(None, None, f"{self.__name} isn't open for reading, but {self.__mode!r}.")
            self._reader = self._open("rb")
        return self._reader

    def _for_writing(self) -> IO[bytes]:
        if self._writer is None:
            if not self._writable:
                raise PermissionDeniedError(None, None, f"{self.__name} isn't open for writing, but {self.__mode!r}.")
            self._writer = self._open("ab" if self._appends else "wb")
        return self._writer

    def _result(self, content: bytes) -> Any:
        return content if self._binary else content.decode()

    def size(self) -> int:
        """The size of the file in bytes, as far as it is written."""
        return stat(self.__name).length

    def read(self, n: int = -1) -> Any:
        """``n`` bytes, or all that is left.

        Raises:
            tf.errors.InvalidArgumentError: If ``n`` is below -1.
        """
        if n < -1:
            raise InvalidArgumentError(None, None, f"GFile.read: n must be -1 or a size, got {n}.")
        with tensorflow_errors(f"read {self.__name}"):
            return self._result(self._for_reading().read(n))

    def readline(self) -> Any:
        """The next line with its end; nothing at the end of the file."""
        with tensorflow_errors(f"read {self.__name}"):
            return self._result(self._for_reading().readline().replace(b"\r", b""))

    def readlines(self) -> list[Any]:
        """The lines that are left."""
        return list(self)

    def __iter__(self) -> Iterator[Any]:
        return self

    def __next__(self) -> Any:
        line = self.readline()
        if not line:
            raise StopIteration
        return line

    def next(self) -> Any:
        """The next line; ``StopIteration`` at the end."""
        return self.__next__()

    def seek(self, offset: Any = None, whence: int = 0, position: Any = None) -> None:
        """Go to a place to read from.

        Args:
            offset: How many bytes from there.
            whence: 0 for the beginning, 1 for the present place, 2 for the end of the file.
            position: Another name of ``offset``.

        Raises:
            TypeError: Without ``offset``.
            tf.errors.InvalidArgumentError: For another ``whence``, or a place before the beginning.
            tf.errors.OutOfRangeError: For a place behind the end.
        """
        offset = position if offset is None else offset
        if offset is None:
            raise TypeError("GFile.seek takes an offset.")
        reader = self._for_reading()
        if whence not in (0, 1, 2):
            raise InvalidArgumentError(None, None, f"GFile.seek: whence must be 0, 1 or 2, got {whence}.")
        size = self.size()
        place = offset + (0, reader.tell(), size)[whence]
        if place < 0:
            raise InvalidArgumentError(None, None, f"GFile.seek: {place} is before the beginning of {self.__name}.")
        if place > size:
            reader.seek(0, os.SEEK_END)
            raise OutOfRangeError(None, None, f"GFile.seek: {place} is behind the {size} bytes of {self.__name}.")
        reader.seek(place)

    def seekable(self) -> bool:
        """True: every file can be gone about in."""
        return True

    def tell(self) -> int:
        """The place of the next byte to be read (or written, if it is not open for reading)."""
        return (self._for_reading() if self._readable else self._for_writing()).tell()

    def write(self, file_content: Any) -> None:
        """Append text (as UTF-8) or bytes."""
        content = file_content.encode() if isinstance(file_content, str) else file_content
        if not isinstance(content, (bytes, bytearray, memoryview)):
            raise TypeError(f"GFile.write takes text or bytes, got {type(file_content).__name__}.")
        with tensorflow_errors(f"write {self.__name}"):
            self._for_writing().write(content)

    def flush(self) -> None:
        """Have what was written put on the disk."""
        if self._writer is not None:
            with tensorflow_errors(f"write {self.__name}"):
                self._writer.flush()

    def close(self) -> None:
        """Flush and close; the next use opens the file again."""
        reader, writer = self._reader, self._writer
        self._reader = self._writer = None
        with tensorflow_errors(f"write {self.__name}"):
            if reader is not None:
                reader.close()
            if writer is not None:
                writer.close()

    def __enter__(self) -> GFile:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def __del__(self) -> None:
        if getattr(self, "_writer", None) is not None or getattr(self, "_reader", None) is not None:
            self.close()

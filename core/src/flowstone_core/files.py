"""Files written whole or not at all, and the operating system's errors as TensorFlow's."""

from __future__ import annotations

import errno
import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from flowstone_core.errors import (
    FailedPreconditionError,
    NotFoundError,
    OpError,
    PermissionDeniedError,
    ResourceExhaustedError,
    UnknownError,
)


@contextmanager
def replacing(path: Path) -> Iterator[BinaryIO]:
    """A file open for writing that takes the place of *path* when the block ends well.

    The bytes go to a hidden neighbour which is renamed at the end; if the block raises, the neighbour is
    removed and whatever was at *path* stays as it was.

    >>> import tempfile
    >>> target = Path(tempfile.mkdtemp()) / "greeting"
    >>> with replacing(target) as file:
    ...     _ = file.write(b"hello")
    >>> target.read_bytes()
    b'hello'
    """
    temporary = path.with_name(f".{path.name}.{uuid.uuid4().hex}.part")
    try:
        with temporary.open("xb") as file:
            yield file
        os.replace(temporary, path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def write_whole(path: Path, content: bytes) -> None:
    """Put *content* at *path*, replacing what was there in one step."""
    with replacing(path) as file:
        file.write(content)


@contextmanager
def tensorflow_errors(action: str) -> Iterator[None]:
    """Turn an ``OSError`` of the block into the error that TensorFlow's file system raises.

    Args:
        action: What the block does, for the message: ``"write the checkpoint /tmp/ck-1"``.
    """
    try:
        yield
    except OSError as error:
        message = f"Cannot {action}: {error.strerror or error} ({error.filename or 'no file'})."
        raise _kind(error)(None, None, message) from error


def _kind(error: OSError) -> type[OpError]:
    if isinstance(error, FileNotFoundError):
        return NotFoundError
    if isinstance(error, PermissionError) or error.errno == errno.EROFS:
        return PermissionDeniedError
    if isinstance(error, NotADirectoryError | IsADirectoryError | FileExistsError) or error.errno == errno.ENOTEMPTY:
        return FailedPreconditionError
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EMFILE, errno.ENFILE):
        return ResourceExhaustedError
    return UnknownError

"""The operating system's errors as those of ``tf.errors``."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager

from flowstone_core.errors import (
    FailedPreconditionError,
    NotFoundError,
    OpError,
    PermissionDeniedError,
    ResourceExhaustedError,
    UnknownError,
)

_TYPES: dict[int, type[OpError]] = {
    errno.ENOENT: NotFoundError,
    errno.EACCES: PermissionDeniedError,
    errno.EPERM: PermissionDeniedError,
    errno.EROFS: PermissionDeniedError,
    errno.EEXIST: FailedPreconditionError,
    errno.EISDIR: FailedPreconditionError,
    errno.ENOTDIR: FailedPreconditionError,
    errno.ENOSPC: ResourceExhaustedError,
    errno.EDQUOT: ResourceExhaustedError,
    errno.EFBIG: ResourceExhaustedError,
    errno.EMFILE: ResourceExhaustedError,
    errno.ENFILE: ResourceExhaustedError,
}


@contextmanager
def translated(doing: str) -> Iterator[None]:
    """A context in which an ``OSError`` becomes the error that TensorFlow raises.

    Args:
        doing: What is being done, completing "Could not ...": the message says it, with the system's reason.
    """
    try:
        yield
    except OSError as error:
        kind = _TYPES.get(error.errno or 0, UnknownError)
        raise kind(None, None, f"Could not {doing}: {error.strerror or error}") from error

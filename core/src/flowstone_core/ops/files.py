"""Whole files as strings."""

from __future__ import annotations

from typing import Any

from flowstone_core import infer
from flowstone_core.dtypes import string
from flowstone_core.op import WORLD, Effects, Op
from flowstone_core.spec import Spec
from flowstone_core.tensor import Tensor, TensorLike

_READS_DISK = Effects(world=True)


def _infer_read(filename: Spec) -> Spec:
    infer.with_rank(filename, 0, "ReadFile: filename")
    return Spec((), string)


def _infer_write(filename: Spec, contents: Spec) -> tuple[()]:
    infer.with_rank(filename, 0, "WriteFile: filename")
    infer.with_rank(contents, 0, "WriteFile: contents")
    return ()


READ_FILE = Op("ReadFile", ("filename: string",), ("contents: string",), infer=_infer_read, effects=_READS_DISK)
WRITE_FILE = Op("WriteFile", ("filename: string", "contents: string"), (), infer=_infer_write, effects=WORLD)
MATCHING_FILES = Op(
    "MatchingFiles",
    ("pattern: string",),
    ("filenames: string",),
    infer=lambda pattern: Spec((None,), string),
    effects=_READS_DISK,
)


def read_file(filename: TensorLike, name: str | None = None) -> Tensor:
    """The bytes of a file.

    Args:
        filename: Its path, a scalar.
        name: A name for the operation.

    Raises:
        tf.errors.NotFoundError: If there is no such file.
    """
    result: Tensor = READ_FILE(filename, name=name)
    return result


def write_file(filename: TensorLike, contents: TensorLike, name: str | None = None) -> Any:
    """Write a file, and the folders above it; one that exists is replaced in one step.

    Args:
        filename: Its path, a scalar.
        contents: Its bytes, a scalar.
        name: A name for the operation.

    Raises:
        tf.errors.FailedPreconditionError: If there is a folder of that name.
    """
    return WRITE_FILE(filename, contents, name=name)


def matching_files(pattern: TensorLike, name: str | None = None) -> Tensor:
    """The paths that match a pattern, or one of several, in order; see ``tf.io.gfile.glob``.

    Args:
        pattern: A scalar, or a vector of patterns.
        name: A name for the operation.
    """
    result: Tensor = MATCHING_FILES(pattern, name=name)
    return result

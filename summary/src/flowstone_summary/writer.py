"""Summary writers: what ``tf.summary.create_file_writer`` gives."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

from flowstone_core import dtypes
from flowstone_core.conversion import convert_to_tensor
from flowstone_core.scopes import init_scope
from flowstone_core.tensor import EagerTensor, Tensor
from flowstone_core.trackable import Trackable

from flowstone_summary.context import context
from flowstone_summary.ops.summary import (
    CLOSE_SUMMARY_WRITER,
    CREATE_SUMMARY_FILE_WRITER,
    FLUSH_SUMMARY_WRITER,
    SUMMARY_WRITER,
)

_MAX_QUEUE = 10
_FLUSH_MILLIS = 2 * 60 * 1000
_SUFFIX = ".v2"


class SummaryWriter:
    """Where summaries go: ``tf.summary.SummaryWriter``.

    Make one with ``tf.summary.create_file_writer`` or ``tf.summary.create_noop_writer``.
    """

    handle: Any = None
    """The resource tensor that the ops take."""

    def as_default(self, step: Any = None) -> AbstractContextManager[Any]:
        """A context in which this thread's summaries go to this writer; at its end the writer is flushed.

        Args:
            step: The default step inside, or None to leave it as it is.

        Raises:
            RuntimeError: If the writer is closed.

        Example:

            >>> writer = tf.summary.create_file_writer("logs")
            >>> with writer.as_default(step=1):
            ...     tf.summary.scalar("loss", 0.5).numpy()
            np.True_
        """
        return _DefaultWriter(self, step)

    def set_as_default(self, step: Any = None) -> None:
        """Send this thread's summaries to this writer from now on.

        Args:
            step: The new default step, or None to leave it as it is.

        Raises:
            RuntimeError: If the writer is closed.
        """
        self.as_default(step).__enter__()

    def init(self) -> Any:
        """Start the event file, if that has not happened yet."""
        raise NotImplementedError

    def flush(self) -> Any:
        """Write what is buffered."""
        raise NotImplementedError

    def close(self) -> Any:
        """Flush and close; once closed, do nothing."""
        raise NotImplementedError


class _DefaultWriter:
    """The context that ``as_default`` gives; a class, because ``set_as_default`` enters it for good."""

    def __init__(self, writer: SummaryWriter, step: Any) -> None:
        self._writer = writer
        self._step = step

    def __enter__(self) -> SummaryWriter:
        self._outer_writer, context.writer = context.writer, self._writer
        self._outer_step = context.step
        if self._step is not None:
            context.step = self._step
        return self._writer

    def __exit__(self, *exception: object) -> None:
        context.writer = self._outer_writer
        if self._step is not None:
            context.step = self._outer_step
        self._writer.flush()


class _FileWriter(SummaryWriter):
    """A writer to an event file."""

    def __init__(self, logdir: Tensor, max_queue: Tensor, flush_millis: Tensor, suffix: Tensor) -> None:
        self._arguments = (logdir, max_queue, flush_millis, suffix)
        self.handle = SUMMARY_WRITER()
        self._initialized = False
        self.init()

    def as_default(self, step: Any = None) -> AbstractContextManager[Any]:
        """See ``SummaryWriter.as_default``."""
        self._check_open()
        return super().as_default(step)

    def init(self) -> None:
        """See ``SummaryWriter.init``."""
        if self._initialized:
            self._check_open()
        CREATE_SUMMARY_FILE_WRITER(self.handle, *self._arguments)
        self._initialized = True

    def flush(self) -> Any:
        """See ``SummaryWriter.flush``."""
        return None if self._closed else FLUSH_SUMMARY_WRITER(self.handle)

    def close(self) -> Any:
        """See ``SummaryWriter.close``."""
        return None if self._closed else CLOSE_SUMMARY_WRITER(self.handle)

    @property
    def _closed(self) -> bool:
        return isinstance(self.handle, EagerTensor) and self.handle._array.path is None

    def _check_open(self) -> None:
        if self._closed:
            raise RuntimeError(f"SummaryWriter {self!r} is already closed")


class _TrackableFileWriter(_FileWriter, Trackable):
    """A writer that can be an attribute of a module that is saved: loading makes a new one for the same folder."""

    def _create_resource(self) -> Tensor:
        handle: Tensor = SUMMARY_WRITER()
        return handle

    def _initialize(self) -> None:
        CREATE_SUMMARY_FILE_WRITER(self.handle, *self._arguments)


class _NoopWriter(SummaryWriter):
    """A writer that does nothing, and leaves the default writer as it is."""

    def set_as_default(self, step: Any = None) -> None:
        """Do nothing."""

    @contextmanager
    def as_default(self, step: Any = None) -> Iterator[None]:
        """A context that changes nothing."""
        yield

    def init(self) -> None:
        """Do nothing."""

    def flush(self) -> None:
        """Do nothing."""

    def close(self) -> None:
        """Do nothing."""


def create_file_writer(
    logdir: Any,
    max_queue: Any = None,
    flush_millis: Any = None,
    filename_suffix: Any = None,
    name: str | None = None,
    experimental_trackable: bool = False,
    experimental_mesh: Any = None,
) -> SummaryWriter:
    """A writer to a new event file, for TensorBoard.

    Inside a ``tf.function`` it is made once, while tracing.

    >>> writer = tf.summary.create_file_writer("logs")
    >>> with writer.as_default():
    ...     for step in range(3):
    ...         _ = tf.summary.scalar("loss", 1 / (step + 1), step=step)

    Args:
        logdir: The folder to write to; made if it is missing.
        max_queue: How many summaries wait in memory before they are written; 10 by default.
        flush_millis: How long they wait at most, in milliseconds, looked at when one is added; two minutes by default.
        filename_suffix: The end of the file's name; ``.v2`` by default.
        name: A name for the op.
        experimental_trackable: Whether the writer can be saved as part of a ``tf.Module``.
        experimental_mesh: Not supported: must be None.

    Raises:
        ValueError: If ``logdir`` is None, or an argument is a tensor of a function being traced.
        tf.errors.FailedPreconditionError: If ``logdir`` is a file, or lies below one.
        tf.errors.PermissionDeniedError: If it may not be written to.
        tf.errors.NotFoundError: If it cannot be made.
    """
    if logdir is None:
        raise ValueError("Argument `logdir` cannot be None")
    if experimental_mesh is not None:
        raise NotImplementedError("create_file_writer: experimental_mesh (DTensor) is not supported.")
    if isinstance(logdir, os.PathLike):
        logdir = os.fspath(logdir)
    kind = _TrackableFileWriter if experimental_trackable else _FileWriter
    with init_scope():
        return kind(
            _argument("logdir", logdir, dtypes.string),
            _argument("max_queue", _MAX_QUEUE if max_queue is None else max_queue, dtypes.int32),
            _argument("flush_millis", _FLUSH_MILLIS if flush_millis is None else flush_millis, dtypes.int32),
            _argument("filename_suffix", _SUFFIX if filename_suffix is None else filename_suffix, dtypes.string),
        )


def _argument(name: str, value: Any, dtype: dtypes.DType) -> Tensor:
    tensor = convert_to_tensor(value, dtype)
    if not isinstance(tensor, EagerTensor):
        raise ValueError(
            f"Invalid graph Tensor argument '{name}={value}' to create_file_writer() inside an @tf.function. The "
            "writer is made once, outside of the function, so it cannot depend on tensors computed inside."
        )
    return tensor


def create_noop_writer() -> SummaryWriter:
    """A writer that does nothing, for when there is nothing to log.

    >>> with tf.summary.create_noop_writer().as_default():
    ...     tf.summary.scalar("loss", 0.5, step=1).numpy()
    np.False_
    """
    return _NoopWriter()


def flush(writer: SummaryWriter | None = None, name: str | None = None) -> Any:
    """Write what ``writer`` (by default the default writer) has buffered.

    Args:
        writer: The writer, or None.
        name: Ignored.

    Raises:
        ValueError: If ``writer`` is something else.
    """
    if writer is None:
        writer = context.writer
        if writer is None:
            return None
    if not isinstance(writer, SummaryWriter):
        raise ValueError(f"Invalid argument to flush(): {writer!r}")
    return writer.flush()

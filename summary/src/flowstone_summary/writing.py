"""Writing tagged tensors to the default writer; every kind of summary ends here."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from flowstone_core import dtypes
from flowstone_core.conversion import constant, convert_to_tensor
from flowstone_core.errors import InvalidArgumentError
from flowstone_core.scopes import name_scope, scope_prefix
from flowstone_core.services import CONTROL_FLOW, get_service
from flowstone_core.tensor import Tensor
from flowstone_protos.summary_pb2 import SummaryMetadata

from flowstone_summary.context import context, recording
from flowstone_summary.ops.summary import IMPORT_EVENT, WRITE_RAW_PROTO_SUMMARY, WRITE_SUMMARY

_NOT_IN_SCOPES = re.compile(r"[^-_/.A-Za-z0-9]")


@functools.lru_cache(maxsize=256)
def plugin_metadata(plugin: str, description: str | None = None, content: bytes = b"") -> bytes:
    """A serialized ``SummaryMetadata``: which of TensorBoard's plug-ins shows the tag, and what it is told."""
    data = SummaryMetadata.PluginData(plugin_name=plugin, content=content)
    return SummaryMetadata(plugin_data=data, summary_description=description).SerializeToString()


@contextmanager
def summary_scope(name: str | None, default_name: str = "summary", values: Any = None) -> Iterator[tuple[str, str]]:
    """A context for writing a new kind of summary: a name scope that also gives the tag.

    The tag is ``name`` behind the enclosing name scopes. Unlike the scope's name it may hold any character and is not
    made unique.

    >>> with tf.name_scope("train"), tf.summary.experimental.summary_scope("my loss") as (tag, scope):
    ...     tag, scope
    ('train/my loss', 'train/myloss/')

    Args:
        name: The user's name for the summary, or None.
        default_name: What to call it otherwise.
        values: Ignored.

    Yields:
        The tag and the scope.
    """
    name = name or default_name
    tag = scope_prefix() + name
    with name_scope(_NOT_IN_SCOPES.sub("", name) or default_name) as scope:
        yield tag, scope


def write(tag: Any, tensor: Any, step: Any = None, metadata: Any = None, name: str | None = None) -> Any:
    """Write a tagged tensor to the default writer, if there is one.

    It is what the other functions (``scalar``, ``image``, ...) are made of; use those unless you write for a
    TensorBoard plug-in of your own.

    >>> writer = tf.summary.create_file_writer("logs")
    >>> with writer.as_default():
    ...     tf.summary.write("confusion", tf.zeros([3, 3]), step=1).numpy()
    np.True_

    Args:
        tag: The tag.
        tensor: The tensor, or a function that returns it and is called only if it is written.
        step: An int64 scalar, or None for the default step.
        metadata: A ``SummaryMetadata``, a serialized one, or None.
        name: A name for the op.

    Returns:
        A boolean scalar: whether it was written. False without a default writer.

    Raises:
        ValueError: If the step is no scalar, or there is a writer but no step.
    """
    if step is not None and type(step) is not int:
        _step_tensor(step)
    if context.writer is None:
        return constant(False)
    if step is None:
        step = context.step
    serialized = metadata.SerializeToString() if hasattr(metadata, "SerializeToString") else metadata or b""
    handle = context.writer.handle

    def record() -> Any:
        value = tensor() if callable(tensor) and not isinstance(tensor, Tensor) else tensor
        WRITE_SUMMARY(handle, _step_tensor(step), value, tag, serialized, name=name)
        return constant(True)

    return _if_recording(record)


def write_raw_pb(tensor: Any, step: Any = None, name: str | None = None) -> Any:
    """Write serialized ``Summary`` messages to the default writer, if there is one.

    Args:
        tensor: A string tensor; the messages together are one event.
        step: An int64 scalar, or None for the default step.
        name: A name for the op.

    Returns:
        A boolean scalar: whether it was written.

    Raises:
        ValueError: If the step is no scalar, or there is a writer but no step.
        tf.errors.DataLossError: If a message cannot be parsed.
    """
    if step is not None and type(step) is not int:
        _step_tensor(step)
    if context.writer is None:
        return constant(False)
    step = _step_tensor(context.step if step is None else step)
    handle = context.writer.handle

    def record() -> Any:
        WRITE_RAW_PROTO_SUMMARY(handle, step, tensor, name=name)
        return constant(True)

    return _if_recording(record)


def import_event(tensor: Any, name: str | None = None) -> Any:
    """Write a serialized ``Event``, its time and step included, whatever ``record_if`` says.

    Args:
        tensor: A string scalar.
        name: A name for the op.

    Raises:
        ValueError: If there is no default writer.
        tf.errors.DataLossError: If the message cannot be parsed.
    """
    if context.writer is None:
        raise ValueError("import_event needs a default writer: use it inside `with writer.as_default():`.")
    return IMPORT_EVENT(context.writer.handle, tensor, name=name)


def _if_recording(record: Callable[[], Any]) -> Any:
    decision = recording()
    if isinstance(decision, bool):
        return record() if decision else constant(False)
    return get_service(CONTROL_FLOW).cond(decision, record, lambda: constant(False))


def _step_tensor(step: Any) -> Tensor:
    """The step as the ops take it.

    Raises:
        ValueError: If it is None, or known not to be one number.
    """
    if step is None:
        raise ValueError(
            "No step set. Please specify one either through the `step` argument or through "
            "tf.summary.experimental.set_step()"
        )
    tensor = convert_to_tensor(step, dtypes.int64)
    if tensor.shape.num_elements() not in (1, None):
        raise ValueError(f"Argument `step` must be a scalar. Received step with shape {tensor.shape}.")
    return tensor


def checked_rank(data: Any, rank: int) -> Tensor:
    """``data`` as a tensor, whose rank is ``rank`` as far as it is known.

    Raises:
        ValueError: If it is another.
    """
    tensor = convert_to_tensor(data)
    if tensor.shape.rank not in (rank, None):
        raise ValueError(f"Tensor must have rank {rank}. Received rank {tensor.shape.rank}, shape {tensor.shape}")
    return tensor


def checked_limit(max_outputs: Any) -> Any:
    """``max_outputs``, if it is not known to be negative.

    Raises:
        InvalidArgumentError: If it is.
    """
    known = convert_to_tensor(max_outputs).spec.value
    if known is not None and known < 0:
        raise InvalidArgumentError(None, None, f"max_outputs must not be negative, got {known}.")
    return max_outputs

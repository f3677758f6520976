"""The thread's default writer, default step and recording condition."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from flowstone_core import dtypes
from flowstone_core.conversion import convert_to_tensor
from flowstone_core.tensor import Tensor

if TYPE_CHECKING:
    from flowstone_summary.writer import SummaryWriter


class _Context(threading.local):
    """What summaries of one thread go by.

    Attributes:
        writer: The default writer, or None: then nothing is written.
        step: The default step, or None.
        condition: Whether to record: a bool, a boolean tensor, a function giving one, or None for always.
    """

    def __init__(self) -> None:
        self.writer: SummaryWriter | None = None
        self.step: Any = None
        self.condition: Any = None


context = _Context()


def get_step() -> Any:
    """The default step of this thread, or None.

    >>> tf.summary.experimental.set_step(3)
    >>> tf.summary.experimental.get_step()
    3
    >>> tf.summary.experimental.set_step(None)
    """
    return context.step


def set_step(step: Any) -> None:
    """Set the default step of this thread; None takes it away.

    Inside a ``tf.function`` an integer is read while tracing; give a ``tf.Variable`` of type int64 if the step
    shall change from call to call.

    >>> tf.summary.experimental.set_step(3)
    >>> tf.summary.experimental.set_step(None)

    Args:
        step: Anything convertible to an int64 scalar, or None.
    """
    context.step = step


@contextmanager
def record_if(condition: bool | Tensor | Callable[[], bool | Tensor] | None) -> Iterator[None]:
    """A context in which summaries are written only where ``condition`` holds.

    >>> with tf.summary.record_if(False):
    ...     tf.summary.should_record_summaries().numpy()
    np.False_

    Args:
        condition: A bool, a boolean tensor, or a function without arguments that returns one and is asked for each
            summary. Inside a ``tf.function`` a tensor becomes a branch of the graph.
    """
    saved = context.condition
    context.condition = condition
    try:
        yield
    finally:
        context.condition = saved


def should_record_summaries() -> Tensor:
    """Whether a summary would be written now: there is a default writer, and ``record_if``'s condition holds.

    >>> tf.summary.should_record_summaries().numpy()
    np.False_

    Returns:
        A boolean scalar.
    """
    return convert_to_tensor(recording(), dtypes.bool)


def recording() -> Any:
    """``should_record_summaries`` as a Python bool where it is known, else as a tensor.

    Raises:
        ValueError: If the condition is known not to be a scalar.
    """
    if context.writer is None:
        return False
    condition = context.condition
    if callable(condition) and not isinstance(condition, Tensor):
        condition = condition()
    if condition is None:
        return True
    if isinstance(condition, bool):
        return condition
    tensor = convert_to_tensor(condition, dtypes.bool)
    if tensor.shape.rank not in (0, None):
        raise ValueError(f"The condition of record_if must be a scalar. Received shape {tensor.shape}.")
    known = tensor.spec.value
    return tensor if known is None else bool(known)

"""Cutting a signal into frames that overlap, and adding frames up to a signal."""

from __future__ import annotations

from typing import Any

from flowstone_core.api import tf
from flowstone_core.errors import SpecError
from flowstone_core.interpreter import user_error
from flowstone_core.tensor import Tensor, TensorLike

from flowstone_signal.sizes import largest, number, size, sizes, widened


def scalar(value: Any, what: str) -> Any:
    """An integer argument, as a Python number if its value is known.

    Raises:
        ValueError: It is not a scalar.
    """
    found = tf.convert_to_tensor(value, dtype_hint=tf.int32)
    if found.shape.rank not in (None, 0):
        raise ValueError(f"{what} must be a scalar (rank 0), got shape {found.shape}.")
    if not found.dtype.is_integer:
        raise user_error(SpecError(f"{what} must be an integer, got {found.dtype.name}."))
    return number(found)


def frame(
    signal: TensorLike,
    frame_length: Any,
    frame_step: Any,
    pad_end: bool = False,
    pad_value: Any = 0,
    axis: Any = -1,
    name: str | None = None,
) -> Tensor:
    """Cut a signal into frames of ``frame_length`` that begin ``frame_step`` apart.

    >>> tf.signal.frame([1, 2, 3, 4, 5], frame_length=3, frame_step=2).numpy()
    array([[1, 2, 3],
           [3, 4, 5]], dtype=int32)

    Args:
        signal: ``[..., samples, ...]``, of any type.
        frame_length: The samples in a frame.
        frame_step: The samples from the start of a frame to that of the next.
        pad_end: Whether there is a frame for every start in the signal, filled up behind its end; otherwise only
            frames that lie in the signal.
        pad_value: What fills up.
        axis: The dimension of the samples, which becomes ``[..., frames, frame_length, ...]``.
        name: A name for the op in a graph.

    Raises:
        ValueError: The signal is a scalar, or a length is not.
        tf.errors.InvalidArgumentError: ``frame_step`` is 0, or ``frame_length`` negative.
    """
    x = tf.convert_to_tensor(signal)
    x.shape.with_rank_at_least(1)
    length, step = scalar(frame_length, "frame_length"), scalar(frame_step, "frame_step")
    if (type(step) is int and step == 0) or (type(length) is int and length < 0):
        raise user_error(
            SpecError(f"frame takes a positive frame_step and a frame_length of at least 0, got {step} and {length}.")
        )
    along = int(axis) if int(axis) < 0 or x.shape.rank is None else int(axis) - x.shape.rank
    samples = size(x, along)
    if pad_end:
        count = largest(0, -(-samples // step))
        behind = largest(0, length + step * (count - 1) - samples)
        x = widened(x, {along: (0, behind)}, pad_value)
    else:
        count = largest(0, 1 + (samples - length) // step)
    places = tf.range(count)[:, None] * step + tf.range(length)
    return tf.gather(x, places, axis=along, name=name)


def overlap_and_add(signal: TensorLike, frame_step: Any, name: str | None = None) -> Tensor:
    """Add frames up to a signal, each ``frame_step`` after the one before.

    >>> tf.signal.overlap_and_add([[1, 2, 3], [10, 20, 30]], frame_step=2).numpy()
    array([ 1,  2, 13, 20, 30], dtype=int32)

    Args:
        signal: ``[..., frames, frame_length]``.
        frame_step: The samples from the start of a frame to that of the next.
        name: A name for the op in a graph.

    Returns:
        ``[..., (frames - 1) * frame_step + frame_length]``.

    Raises:
        ValueError: The signal has fewer than two dimensions, or the step is not an integer scalar.
    """
    x = tf.convert_to_tensor(signal)
    x.shape.with_rank_at_least(2)
    if x.shape.rank is None:
        whole = tf.shape(x)
        added = overlap_and_add(tf.reshape(x, [-1, whole[-2], whole[-1]]), frame_step)
        return tf.reshape(added, tf.concat([whole[:-2], tf.shape(added)[1:]], 0), name=name)
    checked = tf.convert_to_tensor(frame_step, dtype_hint=tf.int32)
    if not checked.dtype.is_integer:
        raise ValueError(f"frame_step must be an integer. Got {checked.dtype}.")
    step = scalar(frame_step, "frame_step")
    if type(step) is int and step < 1:
        raise user_error(SpecError(f"frame_step must be positive, got {step}."))
    *outer, frames, length = sizes(x)
    # Each frame is cut into pieces of one step. Pieces with one number in their frame make rows; row ``i`` begins
    # ``i`` steps late. Padded to equal width and read as one line, each row begins one step later than the row before.
    pieces = -(-length // step)
    x = widened(x, {-1: (0, pieces * step - length)})
    x = tf.reshape(x, [*outer, frames, pieces, step])
    places = list(range(len(outer)))
    rank = len(outer)
    x = tf.transpose(x, [*places, rank + 1, rank, rank + 2])
    x = widened(x, {-2: (0, pieces)})
    x = tf.reshape(x, [*outer, pieces * (frames + pieces), step])[..., : pieces * (frames + pieces - 1), :]
    rows = tf.reshape(x, [*outer, pieces, frames + pieces - 1, step])
    total = tf.reshape(tf.reduce_sum(rows, -3), [*outer, (frames + pieces - 1) * step])
    return tf.identity(total[..., : (frames - 1) * step + length], name=name)

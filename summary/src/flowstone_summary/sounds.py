"""``tf.summary.audio``: sound."""

from __future__ import annotations

from typing import Any

from flowstone_core.api import tf
from flowstone_core.ops.media import ENCODE_WAV
from flowstone_core.services import CONTROL_FLOW, get_service
from flowstone_protos.plugin_data_pb2 import AudioPluginData

from flowstone_summary.writing import checked_limit, checked_rank, plugin_metadata, summary_scope, write

PLUGIN = "audio"


def audio(
    name: str,
    data: Any,
    sample_rate: Any,
    step: Any = None,
    max_outputs: Any = 3,
    encoding: str | None = None,
    description: str | None = None,
) -> Any:
    """Write audio clips.

    >>> writer = tf.summary.create_file_writer("logs")
    >>> with writer.as_default():
    ...     tf.summary.audio("beep", tf.zeros([1, 800, 1]), 8000, step=1).numpy()
    np.True_

    Args:
        name: What they are called; the tag is this name behind the enclosing name scopes.
        data: Clips of shape ``[count, frames, channels]``, float32 in [-1, 1]; what lies outside is cut.
        sample_rate: Frames a second: a positive int or int32 scalar.
        step: An int64 scalar, by default ``tf.summary.experimental.get_step()``.
        max_outputs: How many are written at most, the first ones.
        encoding: "wav" or None, which means the same.
        description: A text for TensorBoard, in Markdown.

    Returns:
        A boolean scalar: whether it was written. False without a default writer.

    Raises:
        ValueError: If the encoding is unknown, ``data`` has another rank, the step is no scalar, or there is a writer
            but no step.
        tf.errors.InvalidArgumentError: If ``max_outputs`` is negative, the rate is not positive, or ``data`` is of
            another type.
    """
    if encoding not in (None, "wav"):
        raise ValueError(f"Unknown encoding: {encoding!r}")
    content = AudioPluginData(encoding=AudioPluginData.WAV).SerializeToString()
    metadata = plugin_metadata(PLUGIN, description, content)
    with summary_scope(name, "audio_summary") as (tag, _):
        return write(tag, lambda: _encoded(data, sample_rate, max_outputs), step, metadata)


def _encoded(data: Any, sample_rate: Any, max_outputs: Any) -> Any:
    """What TensorBoard wants: a row for each clip, with the WAV file and an empty label."""
    clips = checked_rank(data, 3)[: checked_limit(max_outputs)]
    count = clips.shape[0]
    if count is None:
        files = _files_in_a_loop(clips, sample_rate)
    elif count:
        files = tf.stack([ENCODE_WAV(clips[index], sample_rate) for index in range(count)])
    else:
        files = tf.constant([], tf.string)
    return tf.stack([files, tf.fill(tf.shape(files), "")], axis=1)


def _files_in_a_loop(clips: Any, sample_rate: Any) -> Any:
    """A WAV file for each of a number of clips that is known only when the function runs."""

    def more(index: Any, files: Any) -> Any:
        return index < tf.shape(clips)[0]

    def add(index: Any, files: Any) -> Any:
        return index + 1, tf.concat([files, [ENCODE_WAV(clips[index], sample_rate)]], axis=0)

    start = (tf.constant(0), tf.constant([], tf.string))
    invariants = (tf.TensorShape([]), tf.TensorShape([None]))
    _, files = get_service(CONTROL_FLOW).while_loop(more, add, start, shape_invariants=invariants)
    return files

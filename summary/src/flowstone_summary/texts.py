"""``tf.summary.text``: Markdown."""

from __future__ import annotations

from typing import Any

from flowstone_core import dtypes
from flowstone_core.conversion import convert_to_tensor

from flowstone_summary.writing import plugin_metadata, summary_scope, write

PLUGIN = "text"


def text(name: str, data: Any, step: Any = None, description: str | None = None) -> Any:
    """Write texts, which TensorBoard shows as Markdown; a vector or matrix as a table.

    >>> writer = tf.summary.create_file_writer("logs")
    >>> with writer.as_default():
    ...     tf.summary.text("note", "learning rate *halved*", step=1).numpy()
    np.True_

    Args:
        name: What they are called; the tag is this name behind the enclosing name scopes.
        data: A string tensor (UTF-8).
        step: An int64 scalar, by default ``tf.summary.experimental.get_step()``.
        description: A text for TensorBoard, in Markdown.

    Returns:
        A boolean scalar: whether it was written. False without a default writer.

    Raises:
        TypeError: If ``data`` holds no strings.
        ValueError: If the step is no scalar, or there is a writer but no step.
    """
    with summary_scope(name, "text_summary") as (tag, _):
        tensor = convert_to_tensor(data)
        if tensor.dtype is not dtypes.string:
            raise TypeError(f"tensor must be of type tf.string; got tf.{tensor.dtype.name}")
        return write(tag, tensor, step, plugin_metadata(PLUGIN, description))

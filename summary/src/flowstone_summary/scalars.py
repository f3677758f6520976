"""``tf.summary.scalar``: curves."""

from __future__ import annotations

from typing import Any

from flowstone_core import dtypes
from flowstone_core.conversion import convert_to_tensor
from flowstone_core.ops.cast import cast

from flowstone_summary.writing import plugin_metadata, summary_scope, write

PLUGIN = "scalars"


def scalar(name: str, data: Any, step: Any = None, description: str | None = None) -> Any:
    """Write a number, a point of the curve ``name``.

    >>> writer = tf.summary.create_file_writer("logs")
    >>> with writer.as_default():
    ...     tf.summary.scalar("loss", 0.345, step=1).numpy()
    np.True_

    Args:
        name: The curve; the tag in TensorBoard is this name behind the enclosing name scopes.
        data: A real scalar, written as float32.
        step: An int64 scalar, by default ``tf.summary.experimental.get_step()``. Steps should grow.
        description: A text for TensorBoard, in Markdown.

    Returns:
        A boolean scalar: whether it was written. False without a default writer.

    Raises:
        ValueError: If ``data`` or the step is no scalar, or there is a writer but no step.
    """
    with summary_scope(name, "scalar_summary") as (tag, _):
        tensor = convert_to_tensor(data)
        if tensor.shape.rank != 0:
            raise ValueError(f"Expected scalar shape, saw shape: {tensor.shape}.")
        return write(tag, lambda: cast(tensor, dtypes.float32), step, plugin_metadata(PLUGIN, description))

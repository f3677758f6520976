"""``tf.UnconnectedGradients``: what the gradient of a source is that the target does not depend on."""

from __future__ import annotations

import enum
from typing import Any


class UnconnectedGradients(enum.Enum):
    """What to return for a source that the target does not depend on.

    * ``NONE``: ``None``.
    * ``ZERO``: zeros of the source's shape.

    >>> x, z = tf.constant(1.0), tf.constant([1.0, 2.0])
    >>> with tf.GradientTape() as tape:
    ...     tape.watch([x, z])
    ...     y = x * 3.0
    >>> tape.gradient(y, z, unconnected_gradients=tf.UnconnectedGradients.ZERO).numpy()
    array([0., 0.], dtype=float32)
    """

    NONE = "none"
    ZERO = "zero"


def as_unconnected(value: Any) -> UnconnectedGradients:
    """``value``, or the member of that name.

    Raises:
        ValueError: If there is no such member.
    """
    if type(value) is UnconnectedGradients:
        return value
    try:
        return UnconnectedGradients(value)
    except ValueError:
        raise ValueError(
            f"Unknown value for unconnected_gradients: {value!r}. Use tf.UnconnectedGradients.NONE or ZERO."
        ) from None

"""The elements in another shape."""

from __future__ import annotations

import math
from typing import Any

from flowstone_core.api import tf

from flowstone_layers.layer import Layer


class Reshape(Layer):
    """``[batch, ...]`` as ``[batch, *target_shape]``; one size may be -1.

    Args:
        target_shape: The shape without the batch size.
        **kwargs: The settings of ``Layer``.
    """

    def __init__(self, target_shape: Any, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        target_shape = (target_shape,) if isinstance(target_shape, int) else tuple(target_shape)
        if sum(size == -1 for size in target_shape) > 1:
            raise ValueError(
                f"The `target_shape` argument must not contain more than one `-1` value. Received: {target_shape}"
            )
        self.target_shape = target_shape

    def call(self, inputs: Any) -> Any:
        """Compute the output."""
        return tf.reshape(inputs, [tf.shape(inputs)[0], *self._resolved(inputs.shape.as_tuple())])

    def _resolved(self, shape: Any) -> tuple[int, ...]:
        """The target with -1 computed, where the input's sizes are known."""
        if -1 not in self.target_shape or shape is None or None in shape[1:]:
            return self.target_shape
        known = math.prod(size for size in self.target_shape if size != -1)
        total = math.prod(shape[1:])
        if known == 0 or total % known:
            raise ValueError(
                f"The input of shape {shape} cannot be reshaped to {self.target_shape}: sizes do not divide."
            )
        return tuple(total // known if size == -1 else size for size in self.target_shape)

    def compute_output_shape(self, input_shape: Any) -> Any:
        """The batch size and the target shape."""
        return (input_shape[0], *(None if size == -1 else size for size in self._resolved(tuple(input_shape))))

    def get_config(self) -> dict[str, Any]:
        """The arguments of the constructor."""
        return super().get_config() | {"target_shape": self.target_shape}

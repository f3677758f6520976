"""Steps to skip, by their value."""

from __future__ import annotations

from typing import Any

from flowstone_core.api import tf

from flowstone_layers.layer import Layer


class Masking(Layer):
    """Masks the steps whose elements all equal ``mask_value``: later layers skip them; here they become zeros.

    Args:
        mask_value: The value.
        **kwargs: The settings of ``Layer``.
    """

    _makes_masks = True

    def __init__(self, mask_value: float = 0.0, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.mask_value = mask_value
        self.supports_masking = True
        self.built = True

    def compute_mask(self, inputs: Any, previous_mask: Any = None) -> Any:
        """Where some element differs from ``mask_value``."""
        return tf.reduce_any(tf.not_equal(inputs, tf.cast(self.mask_value, inputs.dtype)), axis=-1)

    def call(self, inputs: Any) -> Any:
        """Put zeros in the steps to skip."""
        return inputs * tf.cast(tf.expand_dims(self.compute_mask(inputs), -1), inputs.dtype)

    def compute_output_shape(self, input_shape: Any) -> Any:
        """The input's shape."""
        return input_shape

    def get_config(self) -> dict[str, Any]:
        """The arguments of the constructor."""
        return super().get_config() | {"mask_value": self.mask_value}

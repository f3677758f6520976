"""Dropout."""

from __future__ import annotations

from typing import Any

from flowstone_core.api import tf

from flowstone_layers.layer import Layer
from flowstone_layers.random_seed import SeedGenerator


class Dropout(Layer):
    """Sets elements to zero at random while training, and scales the rest by ``1 / (1 - rate)``.

    Args:
        rate: The part of the elements to drop, in [0, 1].
        noise_shape: The shape of the mask, broadcast to the input's; None for the input's.
        seed: The seed.
        **kwargs: The settings of ``Layer``.
    """

    def __init__(self, rate: float, noise_shape: Any = None, seed: int | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        if not isinstance(rate, (int, float)) or not 0 <= rate <= 1:
            raise ValueError(
                f"Invalid value received for argument `rate`. Expected a float value between 0 and 1. Received: rate={rate}"
            )
        self.rate = rate
        self.seed = seed
        self.noise_shape = noise_shape
        if rate > 0:
            self.seed_generator = SeedGenerator(seed)
        self.supports_masking = True
        self.built = True

    def call(self, inputs: Any, training: Any = False) -> Any:
        """Compute the output."""
        if not self.rate or not training:
            return inputs
        if self.rate == 1:
            return tf.zeros_like(inputs)
        shape = tf.shape(inputs) if self.noise_shape is None else self._noise_shape(inputs)
        drawn = tf.random.stateless_uniform(shape, self.seed_generator.next(), dtype="float32")
        kept = tf.cast(drawn >= self.rate, inputs.dtype)
        return inputs * (kept * tf.cast(1.0 / (1.0 - self.rate), inputs.dtype))

    def _noise_shape(self, inputs: Any) -> Any:
        sizes = tf.shape(inputs)
        return [sizes[axis] if size is None else size for axis, size in enumerate(self.noise_shape)]

    def compute_output_shape(self, input_shape: Any) -> Any:
        """The input's shape."""
        return input_shape

    def get_config(self) -> dict[str, Any]:
        """The arguments of the constructor."""
        return super().get_config() | {"rate": self.rate, "seed": self.seed, "noise_shape": self.noise_shape}

"""Any activation function as a layer."""

from __future__ import annotations

from typing import Any

from flowstone_layers import activations
from flowstone_layers.layer import Layer


class Activation(Layer):
    """``activation(x)``.

    Args:
        activation: A function or its name.
        **kwargs: The settings of ``Layer``.
    """

    def __init__(self, activation: Any, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.supports_masking = True
        self.activation = activations.get(activation)
        self.built = True

    def call(self, inputs: Any) -> Any:
        """Compute the output."""
        return self.activation(inputs)

    def compute_output_shape(self, input_shape: Any) -> Any:
        """The input's shape."""
        return input_shape

    def get_config(self) -> dict[str, Any]:
        """The arguments of the constructor."""
        return super().get_config() | {"activation": activations.serialize(self.activation)}

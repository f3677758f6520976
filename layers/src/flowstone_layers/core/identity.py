"""A layer that does nothing."""

from __future__ import annotations

from typing import Any

from flowstone_layers.layer import Layer


class Identity(Layer):
    """Returns its inputs.

    Args:
        **kwargs: The settings of ``Layer``.
    """

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.supports_masking = True
        self.built = True

    def call(self, inputs: Any) -> Any:
        """The inputs."""
        return inputs

    def compute_output_shape(self, input_shape: Any) -> Any:
        """The input's shape."""
        return input_shape

    def get_config(self) -> dict[str, Any]:
        """The arguments of the constructor."""
        return super().get_config()

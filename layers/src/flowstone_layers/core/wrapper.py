"""The base of layers around a layer."""

from __future__ import annotations

from typing import Any

from flowstone_layers.layer import Layer
from flowstone_layers.saving.objects import deserialize_keras_object, serialize_keras_object


class Wrapper(Layer):
    """A layer that holds another one; subclasses say what they do around it.

    Args:
        layer: The layer inside.
        **kwargs: The settings of ``Layer``.

    Raises:
        TypeError: ``layer`` is no layer.
    """

    def __init__(self, layer: Any, **kwargs: Any) -> None:
        if not isinstance(layer, Layer):
            raise TypeError(f"{type(self).__name__} wraps a layer, got {layer!r} of type {type(layer).__name__}.")
        super().__init__(**kwargs)
        self.layer = layer

    def build(self, input_shape: Any = None) -> None:
        """Make the weights of the layer inside."""
        if not self.layer.built:
            self.layer.build(input_shape)
            self.layer.built = True
        self.built = True

    def get_config(self) -> dict[str, Any]:
        """The arguments of the constructor."""
        return super().get_config() | {"layer": serialize_keras_object(self.layer)}

    @classmethod
    def from_config(cls, config: dict[str, Any], custom_objects: Any = None) -> Wrapper:
        """The wrapper of a configuration."""
        return cls(**config | {"layer": deserialize_keras_object(config["layer"], custom_objects)})

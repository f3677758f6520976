"""Any function as a layer."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

from flowstone_core import nest

from flowstone_layers.layer import Layer
from flowstone_layers.saving.objects import deserialize_keras_object, serialize_keras_object


class Lambda(Layer):
    """``function(inputs, **arguments)``.

    It holds no variables: a function that makes some belongs into a layer of its own. A model with a ``lambda`` can't be
    saved, because that would save code; use a named function, registered with
    ``tf.keras.saving.register_keras_serializable``.

    Args:
        function: Takes the inputs, ``arguments``, and ``mask`` and ``training`` if it names them.
        output_shape: The shape of an output without the batch, or a function of the inputs' shape; found out if None.
        mask: The outputs' mask, or a function ``mask(inputs, mask)``.
        arguments: More arguments by name.
        **kwargs: The settings of ``Layer``.

    >>> double = tf.keras.layers.Lambda(lambda x: x * 2.0)
    >>> double(tf.constant([[1.0, 2.0]])).numpy()
    array([[2., 4.]], dtype=float32)

    Raises:
        TypeError: ``function`` can't be called.
    """

    def __init__(
        self,
        function: Callable[..., Any],
        output_shape: Any = None,
        mask: Any = None,
        arguments: dict[str, Any] | None = None,
        **kwargs: Any,
    ) -> None:
        if not callable(function):
            raise TypeError(f"Lambda takes a function, got {function!r} of type {type(function).__name__}.")
        super().__init__(**kwargs)
        self.function = function
        self.arguments = arguments or {}
        self._output_shape, self._mask = output_shape, mask
        self.supports_masking = self._makes_masks = mask is not None
        taken = inspect.signature(function).parameters
        self._passed = [name for name in ("mask", "training") if name in taken]

    def call(self, inputs: Any, mask: Any = None, training: Any = None) -> Any:
        """Compute the output."""
        given = {"mask": mask, "training": training}
        return self.function(inputs, **self.arguments, **{name: given[name] for name in self._passed})

    def compute_mask(self, inputs: Any, previous_mask: Any) -> Any:
        """The mask that was given, or what it makes of the inputs and theirs."""
        return self._mask(inputs, previous_mask) if callable(self._mask) else self._mask

    def compute_output_shape(self, input_shape: Any) -> Any:
        """The shape that was given, or that of what the function gives for symbolic inputs."""
        if self._output_shape is None:
            return super().compute_output_shape(input_shape)
        if callable(self._output_shape):
            return self._output_shape(input_shape)
        first = input_shape if not nest.is_nested(input_shape[0]) else input_shape[0]
        return (first[0], *self._output_shape)

    def get_config(self) -> dict[str, Any]:
        """The arguments of the constructor.

        Raises:
            ValueError: A function among them is a ``lambda``.
        """
        config = {"function": serialize_keras_object(self.function), "arguments": dict(self.arguments)}
        if self._output_shape is not None:
            shape = self._output_shape
            config["output_shape"] = serialize_keras_object(shape) if callable(shape) else shape
        if self._mask is not None:
            config["mask"] = serialize_keras_object(self._mask)
        return super().get_config() | config

    @classmethod
    def from_config(cls, config: dict[str, Any], custom_objects: Any = None, safe_mode: bool | None = None) -> Lambda:
        """The layer of a configuration; its functions are looked up among the registered and given ones.

        Raises:
            ValueError: It holds code, which is never loaded.
        """
        revived = {
            key: deserialize_keras_object(config[key], custom_objects)
            for key in ("function", "output_shape", "mask")
            if isinstance(config.get(key), dict)
        }
        return cls(**config | revived)

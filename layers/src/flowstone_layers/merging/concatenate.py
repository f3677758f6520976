"""Several inputs behind each other."""

from __future__ import annotations

from typing import Any

from flowstone_core.api import tf

from flowstone_layers.layer import Layer


class Concatenate(Layer):
    """The inputs along ``axis``.

    >>> tf.keras.layers.Concatenate()([tf.ones([1, 2]), tf.ones([1, 3])]).shape
    TensorShape([1, 5])

    Args:
        axis: The axis.
        **kwargs: The settings of ``Layer``.
    """

    def __init__(self, axis: int = -1, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.axis = axis

    def call(self, inputs: Any) -> Any:
        """Compute the output.

        Raises:
            ValueError: If the inputs are no list.
        """
        if not isinstance(inputs, (list, tuple)):
            raise ValueError(f"A `Concatenate` layer should be called on a list of inputs. Received: {inputs}")
        return tf.concat(list(inputs), axis=self.axis)

    def get_config(self) -> dict[str, Any]:
        """The arguments of the constructor."""
        return super().get_config() | {"axis": self.axis}


def concatenate(inputs: Any, axis: int = -1, **kwargs: Any) -> Any:
    """The inputs along ``axis``, by a ``Concatenate`` layer."""
    return Concatenate(axis=axis, **kwargs)(inputs)

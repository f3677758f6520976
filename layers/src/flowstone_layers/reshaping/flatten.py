"""All axes but the batch as one."""

from __future__ import annotations

import math
from typing import Any

from flowstone_core.api import tf

from flowstone_layers.config import standardize_data_format
from flowstone_layers.input_spec import InputSpec
from flowstone_layers.layer import Layer


class Flatten(Layer):
    """``[batch, ...]`` as ``[batch, product of the rest]``.

    Args:
        data_format: With ``"channels_first"``, channels are moved last before.
        **kwargs: The settings of ``Layer``.
    """

    def __init__(self, data_format: str | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.data_format = standardize_data_format(data_format)
        self.input_spec = InputSpec(min_ndim=1)
        self._channels_first = self.data_format == "channels_first"

    def call(self, inputs: Any) -> Any:
        """Compute the output."""
        rank = inputs.shape.rank
        if self._channels_first and rank is not None and rank > 1:
            inputs = tf.transpose(inputs, [0, *range(2, rank), 1])
        return tf.reshape(inputs, [tf.shape(inputs)[0], self._size(inputs.shape.as_tuple())])

    @staticmethod
    def _size(shape: Any) -> int:
        if shape is None or None in shape[1:]:
            return -1
        return math.prod(shape[1:])

    def compute_output_shape(self, input_shape: Any) -> Any:
        """The batch size and the product of the rest."""
        rest = tuple(input_shape)[1:]
        return (input_shape[0], None if None in rest else math.prod(rest))

    def get_config(self) -> dict[str, Any]:
        """The arguments of the constructor."""
        return super().get_config() | {"data_format": self.data_format}

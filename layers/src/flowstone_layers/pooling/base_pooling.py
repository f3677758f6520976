"""What layers that pool windows share."""

from __future__ import annotations

from typing import Any

from flowstone_core.api import tf

from flowstone_layers.config import standardize_data_format
from flowstone_layers.input_spec import InputSpec
from flowstone_layers.layer import Layer
from flowstone_layers.spatial import channels_back, channels_last, checked_padding, sizes


class BasePooling(Layer):
    """The greatest or mean element of each window.

    Args:
        mode: ``"max"`` or ``"average"``.
        rank: The number of axes between batch and channels.
        pool_size: The size of the window.
        strides: The steps of the window; its size if None.
        padding: ``"valid"`` or ``"same"``.
        data_format: ``"channels_last"`` or ``"channels_first"``.
        name: The name.
        **kwargs: The settings of ``Layer``.
    """

    def __init__(
        self,
        mode: str,
        rank: int,
        pool_size: Any,
        strides: Any = None,
        padding: str = "valid",
        data_format: str | None = None,
        name: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(name=name, **kwargs)
        self._pool = tf.nn.max_pool if mode == "max" else tf.nn.avg_pool
        self.pool_size = sizes(pool_size, rank, "pool_size")
        self.strides = self.pool_size if strides is None else sizes(strides, rank, "strides")
        self.padding = checked_padding(padding)
        self.data_format = standardize_data_format(data_format)
        self.input_spec = InputSpec(ndim=rank + 2)
        self.built = True

    def call(self, inputs: Any) -> Any:
        """Compute the output."""
        x = channels_last(inputs, self.data_format)
        pooled = self._pool(x, list(self.pool_size), list(self.strides), self.padding.upper())
        return channels_back(pooled, self.data_format)

    def get_config(self) -> dict[str, Any]:
        """The arguments of the constructor."""
        return super().get_config() | {
            "pool_size": self.pool_size,
            "padding": self.padding,
            "strides": self.strides,
            "data_format": self.data_format,
        }

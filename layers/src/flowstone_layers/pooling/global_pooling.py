"""The mean or greatest element of each channel."""

from __future__ import annotations

from typing import Any

from flowstone_core.api import tf

from flowstone_layers.config import standardize_data_format
from flowstone_layers.input_spec import InputSpec
from flowstone_layers.layer import Layer


class BaseGlobalPooling(Layer):
    """One value for each channel.

    Args:
        rank: The number of axes between batch and channels.
        data_format: ``"channels_last"`` or ``"channels_first"``.
        keepdims: Whether those axes stay, with size 1.
        **kwargs: The settings of ``Layer``.
    """

    def __init__(self, rank: int, data_format: str | None = None, keepdims: bool = False, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.data_format = standardize_data_format(data_format)
        self.keepdims = keepdims
        self.input_spec = InputSpec(ndim=rank + 2)
        first = 1 if self.data_format == "channels_last" else 2
        self._axes = list(range(first, first + rank))
        self.built = True

    def get_config(self) -> dict[str, Any]:
        """The arguments of the constructor."""
        return super().get_config() | {"data_format": self.data_format, "keepdims": self.keepdims}


class GlobalAveragePooling1D(BaseGlobalPooling):
    """The mean over the steps of a sequence; with a mask, over those that it keeps.

    >>> tf.keras.layers.GlobalAveragePooling1D()(tf.ones([2, 5, 3])).shape
    TensorShape([2, 3])
    """

    def __init__(self, data_format: str | None = None, keepdims: bool = False, **kwargs: Any) -> None:
        super().__init__(1, data_format, keepdims, **kwargs)
        self.supports_masking = True

    def call(self, inputs: Any, mask: Any = None) -> Any:
        """Compute the output."""
        if mask is None:
            return tf.reduce_mean(inputs, axis=self._axes, keepdims=self.keepdims)
        kept = tf.expand_dims(tf.cast(mask, inputs.dtype), 2 if self.data_format == "channels_last" else 1)
        total = tf.reduce_sum(inputs * kept, axis=self._axes, keepdims=self.keepdims)
        return total / tf.reduce_sum(kept, axis=self._axes, keepdims=self.keepdims)

    def compute_mask(self, inputs: Any, previous_mask: Any) -> None:
        """None: there are no steps left."""


class GlobalAveragePooling2D(BaseGlobalPooling):
    """The mean over an image."""

    def __init__(self, data_format: str | None = None, keepdims: bool = False, **kwargs: Any) -> None:
        super().__init__(2, data_format, keepdims, **kwargs)

    def call(self, inputs: Any) -> Any:
        """Compute the output."""
        return tf.reduce_mean(inputs, axis=self._axes, keepdims=self.keepdims)


class GlobalMaxPooling1D(BaseGlobalPooling):
    """The greatest of the steps of a sequence."""

    def __init__(self, data_format: str | None = None, keepdims: bool = False, **kwargs: Any) -> None:
        super().__init__(1, data_format, keepdims, **kwargs)

    def call(self, inputs: Any) -> Any:
        """Compute the output."""
        return tf.reduce_max(inputs, axis=self._axes, keepdims=self.keepdims)


class GlobalMaxPooling2D(BaseGlobalPooling):
    """The greatest element of an image."""

    def __init__(self, data_format: str | None = None, keepdims: bool = False, **kwargs: Any) -> None:
        super().__init__(2, data_format, keepdims, **kwargs)

    def call(self, inputs: Any) -> Any:
        """Compute the output."""
        return tf.reduce_max(inputs, axis=self._axes, keepdims=self.keepdims)

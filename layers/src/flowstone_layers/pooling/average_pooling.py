"""The mean element of each window."""

from __future__ import annotations

from typing import Any

from flowstone_layers.pooling.base_pooling import BasePooling


class AveragePooling1D(BasePooling):
    """The mean element of each window of a sequence; the arguments are those of ``BasePooling``.

    >>> tf.keras.layers.AveragePooling1D(2)(tf.ones([2, 8, 3])).shape
    TensorShape([2, 4, 3])
    """

    def __init__(
        self,
        pool_size: Any,
        strides: Any = None,
        padding: str = "valid",
        data_format: str | None = None,
        name: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__("average", 1, pool_size, strides, padding, data_format, name, **kwargs)


class AveragePooling2D(BasePooling):
    """The mean element of each window of an image; the arguments are those of ``BasePooling``.

    >>> tf.keras.layers.AveragePooling2D(2)(tf.ones([2, 8, 8, 3])).shape
    TensorShape([2, 4, 4, 3])
    """

    def __init__(
        self,
        pool_size: Any,
        strides: Any = None,
        padding: str = "valid",
        data_format: str | None = None,
        name: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__("average", 2, pool_size, strides, padding, data_format, name, **kwargs)

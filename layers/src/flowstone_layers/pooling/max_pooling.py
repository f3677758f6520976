"""The greatest element of each window."""

from __future__ import annotations

from typing import Any

from flowstone_layers.pooling.base_pooling import BasePooling


class MaxPooling1D(BasePooling):
    """The greatest element of each window of a sequence; the arguments are those of ``BasePooling``.

    >>> tf.keras.layers.MaxPooling1D(2)(tf.ones([2, 8, 3])).shape
    TensorShape([2, 4, 3])
    """

    def __init__(
        self,
        pool_size: Any = 2,
        strides: Any = None,
        padding: str = "valid",
        data_format: str | None = None,
        name: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__("max", 1, pool_size, strides, padding, data_format, name, **kwargs)


class MaxPooling2D(BasePooling):
    """The greatest element of each window of an image; the arguments are those of ``BasePooling``.

    >>> tf.keras.layers.MaxPooling2D(2)(tf.ones([2, 8, 8, 3])).shape
    TensorShape([2, 4, 4, 3])
    """

    def __init__(
        self,
        pool_size: Any = (2, 2),
        strides: Any = None,
        padding: str = "valid",
        data_format: str | None = None,
        name: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__("max", 2, pool_size, strides, padding, data_format, name, **kwargs)

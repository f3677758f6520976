"""Convolution of each channel on its own."""

from __future__ import annotations

from typing import Any

from flowstone_core.api import tf

from flowstone_layers.convolutional.base_conv import BaseConv


class DepthwiseConv2D(BaseConv):
    """``depth_multiplier`` filters for each channel; the other arguments are those of ``BaseConv``.

    >>> tf.keras.layers.DepthwiseConv2D(3, depth_multiplier=2)(tf.ones([2, 8, 8, 3])).shape
    TensorShape([2, 6, 6, 6])
    """

    def __init__(
        self,
        kernel_size: Any,
        strides: Any = (1, 1),
        padding: str = "valid",
        depth_multiplier: int = 1,
        data_format: str | None = None,
        dilation_rate: Any = (1, 1),
        activation: Any = None,
        use_bias: bool = True,
        depthwise_initializer: Any = "glorot_uniform",
        bias_initializer: Any = "zeros",
        depthwise_regularizer: Any = None,
        bias_regularizer: Any = None,
        activity_regularizer: Any = None,
        depthwise_constraint: Any = None,
        bias_constraint: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(
            rank=2,
            filters=depth_multiplier,
            kernel_size=kernel_size,
            strides=strides,
            padding=padding,
            data_format=data_format,
            dilation_rate=dilation_rate,
            activation=activation,
            use_bias=use_bias,
            kernel_initializer=depthwise_initializer,
            bias_initializer=bias_initializer,
            kernel_regularizer=depthwise_regularizer,
            bias_regularizer=bias_regularizer,
            activity_regularizer=activity_regularizer,
            kernel_constraint=depthwise_constraint,
            bias_constraint=bias_constraint,
            **kwargs,
        )
        self.depth_multiplier = depth_multiplier

    def _kernel_shape(self, channels: int) -> tuple[int, ...]:
        return (*self.kernel_size, channels, self.depth_multiplier)

    def _add_bias(self, size: int) -> None:
        super()._add_bias(self.kernel.shape[-2] * size)

    def _convolve(self, inputs: Any) -> Any:
        step = self.strides[0]
        if step != self.strides[1]:
            raise NotImplementedError(f"DepthwiseConv2D needs equal strides, got {self.strides}.")
        return tf.nn.depthwise_conv2d(
            inputs,
            tf.convert_to_tensor(self.kernel),
            [1, step, step, 1],
            self.padding.upper(),
            dilations=list(self.dilation_rate),
        )

    def get_config(self) -> dict[str, Any]:
        """The arguments of the constructor."""
        config = super().get_config() | {"depth_multiplier": self.depth_multiplier}
        for removed in ("filters", "groups"):
            del config[removed]
        for part in ("initializer", "regularizer", "constraint"):
            config[f"depthwise_{part}"] = config.pop(f"kernel_{part}")
        return config

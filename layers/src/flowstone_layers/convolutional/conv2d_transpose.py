"""The transpose of a convolution."""

from __future__ import annotations

from typing import Any

from flowstone_core.api import tf

from flowstone_layers.convolutional.base_conv import BaseConv
from flowstone_layers.spatial import sizes


class Conv2DTranspose(BaseConv):
    """The gradient of ``Conv2D`` with respect to its input, as a layer: it makes images larger.

    >>> tf.keras.layers.Conv2DTranspose(4, 3, strides=2, padding="same")(tf.ones([2, 8, 8, 3])).shape
    TensorShape([2, 16, 16, 4])

    ``output_padding`` chooses between the sizes that a convolution would bring to the input's; the other arguments
    are those of ``BaseConv``.
    """

    def __init__(
        self,
        filters: int,
        kernel_size: Any,
        strides: Any = (1, 1),
        padding: str = "valid",
        output_padding: Any = None,
        data_format: str | None = None,
        dilation_rate: Any = (1, 1),
        activation: Any = None,
        use_bias: bool = True,
        kernel_initializer: Any = "glorot_uniform",
        bias_initializer: Any = "zeros",
        kernel_regularizer: Any = None,
        bias_regularizer: Any = None,
        activity_regularizer: Any = None,
        kernel_constraint: Any = None,
        bias_constraint: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(
            rank=2,
            filters=filters,
            kernel_size=kernel_size,
            strides=strides,
            padding=padding,
            data_format=data_format,
            dilation_rate=dilation_rate,
            activation=activation,
            use_bias=use_bias,
            kernel_initializer=kernel_initializer,
            bias_initializer=bias_initializer,
            kernel_regularizer=kernel_regularizer,
            bias_regularizer=bias_regularizer,
            activity_regularizer=activity_regularizer,
            kernel_constraint=kernel_constraint,
            bias_constraint=bias_constraint,
            **kwargs,
        )
        self.output_padding = None if output_padding is None else sizes(output_padding, 2, "output_padding", True)

    def _kernel_shape(self, channels: int) -> tuple[int, ...]:
        return (*self.kernel_size, self.filters, channels)

    def _convolve(self, inputs: Any) -> Any:
        found, dynamic = inputs.shape.as_tuple(), tf.shape(inputs)
        lengths = [self._length(dynamic[i + 1] if found[i + 1] is None else found[i + 1], i) for i in range(2)]
        return tf.nn.conv2d_transpose(
            inputs,
            tf.convert_to_tensor(self.kernel),
            [dynamic[0] if found[0] is None else found[0], *lengths, self.filters],
            strides=list(self.strides),
            padding=self.padding.upper(),
            dilations=list(self.dilation_rate),
        )

    def _length(self, length: Any, axis: int) -> Any:
        """The size of the output on an axis."""
        step, window = self.strides[axis], (self.kernel_size[axis] - 1) * self.dilation_rate[axis] + 1
        if self.output_padding is not None:
            cut = 2 * (window // 2) if self.padding == "same" else 0
            return (length - 1) * step + window - cut + self.output_padding[axis]
        return length * step + (max(window - step, 0) if self.padding == "valid" else 0)

    def get_config(self) -> dict[str, Any]:
        """The arguments of the constructor."""
        config = super().get_config() | {"output_padding": self.output_padding}
        del config["groups"]
        return config

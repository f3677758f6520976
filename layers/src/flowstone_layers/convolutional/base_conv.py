"""What all convolutions share."""

from __future__ import annotations

from typing import Any

from flowstone_core.api import tf

from flowstone_layers import activations, constraints, initializers, regularizers
from flowstone_layers.config import standardize_data_format
from flowstone_layers.input_spec import InputSpec
from flowstone_layers.layer import Layer
from flowstone_layers.spatial import channels_back, channels_last, checked_padding, sizes


class BaseConv(Layer):
    """``activation(x * kernel + bias)``, where ``*`` is a correlation over the axes between batch and channels.

    Args:
        rank: The number of those axes.
        filters: The number of channels of the output.
        kernel_size: The size of the window.
        strides: The steps of the window.
        padding: ``"valid"``, ``"same"``, or in one dimension ``"causal"``.
        data_format: ``"channels_last"`` or ``"channels_first"``.
        dilation_rate: The distance of the elements of the window.
        groups: The number of groups of channels that are convolved separately.
        activation: A function, its name, or None for the identity.
        use_bias: Whether a bias is added.
        kernel_initializer: How the kernel starts.
        bias_initializer: How the bias starts.
        kernel_regularizer: A penalty on the kernel.
        bias_regularizer: A penalty on the bias.
        activity_regularizer: A penalty on the output.
        kernel_constraint: A projection of the kernel after updates.
        bias_constraint: A projection of the bias after updates.
        **kwargs: The settings of ``Layer``.
    """

    def __init__(
        self,
        rank: int,
        filters: int,
        kernel_size: Any,
        strides: Any = 1,
        padding: str = "valid",
        data_format: str | None = None,
        dilation_rate: Any = 1,
        groups: int = 1,
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
        super().__init__(activity_regularizer=activity_regularizer, **kwargs)
        if not isinstance(filters, int) or filters <= 0:
            raise ValueError(f"Invalid value for argument `filters`. Expected a positive value. Received: {filters}")
        if groups <= 0 or filters % groups:
            raise ValueError(f"The number of filters must divide by `groups`. Received: {groups=}, {filters=}")
        self.rank = rank
        self.filters = filters
        self.kernel_size = sizes(kernel_size, rank, "kernel_size")
        self.strides = sizes(strides, rank, "strides")
        self.padding = checked_padding(padding, ("valid", "same", "causal") if rank == 1 else ("valid", "same"))
        self.data_format = standardize_data_format(data_format)
        self.dilation_rate = sizes(dilation_rate, rank, "dilation_rate")
        if max(self.strides) > 1 and max(self.dilation_rate) > 1:
            raise ValueError(
                "`strides > 1` not supported in conjunction with `dilation_rate > 1`. "
                f"Received: strides={strides} and dilation_rate={dilation_rate}"
            )
        self.groups = groups
        self.activation = activations.get(activation)
        self.use_bias = use_bias
        self.kernel_initializer = initializers.get(kernel_initializer)
        self.bias_initializer = initializers.get(bias_initializer)
        self.kernel_regularizer = regularizers.get(kernel_regularizer)
        self.bias_regularizer = regularizers.get(bias_regularizer)
        self.kernel_constraint = constraints.get(kernel_constraint)
        self.bias_constraint = constraints.get(bias_constraint)
        self.bias: Any = None
        self.input_spec = InputSpec(min_ndim=rank + 2)

    def build(self, input_shape: Any) -> None:
        """Make the kernel and the bias.

        Raises:
            ValueError: If the number of channels is unknown or does not divide by the groups.
        """
        axis = -1 if self.data_format == "channels_last" else 1
        channels = input_shape[axis]
        if channels is None or channels % self.groups:
            raise ValueError(
                f"The number of input channels must be known and divide by the number of groups. Received groups="
                f"{self.groups}, but the input has {channels} channels (full input shape is {input_shape})."
            )
        self.kernel = self.add_weight(
            name="kernel",
            shape=self._kernel_shape(channels),
            initializer=self.kernel_initializer,
            regularizer=self.kernel_regularizer,
            constraint=self.kernel_constraint,
        )
        self._add_bias(self.filters)
        self.input_spec = InputSpec(min_ndim=self.rank + 2, axes={axis: channels})
        self.built = True

    def _kernel_shape(self, channels: int) -> tuple[int, ...]:
        return (*self.kernel_size, channels // self.groups, self.filters)

    def _add_bias(self, size: int) -> None:
        if self.use_bias:
            self.bias = self.add_weight(
                name="bias",
                shape=(size,),
                initializer=self.bias_initializer,
                regularizer=self.bias_regularizer,
                constraint=self.bias_constraint,
            )

    def call(self, inputs: Any) -> Any:
        """Compute the output."""
        outputs = self._convolve(channels_last(inputs, self.data_format))
        if self.bias is not None:
            outputs = tf.add(outputs, self.bias)
        return self.activation(channels_back(outputs, self.data_format))

    def _convolve(self, inputs: Any) -> Any:
        padding = self.padding.upper()
        if self.padding == "causal":
            before = self.dilation_rate[0] * (self.kernel_size[0] - 1)
            inputs, padding = tf.pad(inputs, [[0, 0], [before, 0], [0, 0]]), "VALID"
        kernel = tf.convert_to_tensor(self.kernel)
        if self.groups == 1:
            return self._convolved(inputs, kernel, padding)
        pieces = zip(
            tf.split(inputs, self.groups, axis=-1),
            tf.split(kernel, self.groups, axis=-1),
            strict=True,
        )
        return tf.concat([self._convolved(x, own, padding) for x, own in pieces], axis=-1)

    def _convolved(self, inputs: Any, kernel: Any, padding: str) -> Any:
        return tf.nn.convolution(
            inputs, kernel, strides=list(self.strides), padding=padding, dilations=list(self.dilation_rate)
        )

    def get_config(self) -> dict[str, Any]:
        """The arguments of the constructor."""
        return super().get_config() | {
            "filters": self.filters,
            "kernel_size": self.kernel_size,
            "strides": self.strides,
            "padding": self.padding,
            "data_format": self.data_format,
            "dilation_rate": self.dilation_rate,
            "groups": self.groups,
            "activation": activations.serialize(self.activation),
            "use_bias": self.use_bias,
            "kernel_initializer": initializers.serialize(self.kernel_initializer),
            "bias_initializer": initializers.serialize(self.bias_initializer),
            "kernel_regularizer": regularizers.serialize(self.kernel_regularizer),
            "bias_regularizer": regularizers.serialize(self.bias_regularizer),
            "activity_regularizer": regularizers.serialize(self.activity_regularizer),
            "kernel_constraint": constraints.serialize(self.kernel_constraint),
            "bias_constraint": constraints.serialize(self.bias_constraint),
        }

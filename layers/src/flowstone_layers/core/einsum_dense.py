"""The fully connected layer over any axes."""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from flowstone_core.api import tf

from flowstone_layers import activations, constraints, initializers, regularizers
from flowstone_layers.input_spec import InputSpec
from flowstone_layers.layer import Layer

_EQUATION = re.compile(r"(\.{3})?([a-zA-Z]+)(\.{3})?,([a-zA-Z]+)->(\.{3})?([a-zA-Z]+)(\.{3})?")


class Plan(NamedTuple):
    """What an equation means for inputs of one shape."""

    kernel: tuple[int, ...]
    bias: tuple[int, ...] | None
    output: tuple[int | None, ...]
    input_axes: list[int]
    output_axes: list[int]
    contracted: int | None
    """How many last axes of the input meet as many first axes of the kernel, if that is all that happens."""


def plan(equation: str, bias_axes: str | None, input_shape: Any, output_shape: tuple[int | None, ...]) -> Plan:
    """The shapes of the weights and of the output.

    Args:
        equation: ``"ab,bc->ac"``, with an ellipsis on the left or on the right of input and output, or without.
        bias_axes: The labels of the output's axes that the bias has.
        input_shape: The shape of the input.
        output_shape: The shape of the output without the batch axis and without what the ellipsis stands for.

    Raises:
        ValueError: If the equation has another form, or does not fit the shapes.
    """
    match = _EQUATION.fullmatch(equation.replace(" ", ""))
    marks = match.group(1, 3, 5, 7) if match else ()
    if match is None or marks[:2] != marks[2:] or marks[:2] == ("...", "..."):
        raise ValueError(
            f"Invalid einsum equation '{equation}'. Equations must be in the form [X],[Y]->[Z], ...[X],[Y]->...[Z], or "
            "[X]...,[Y]->[Z]...."
        )
    inputs, kernel, outputs = match.group(2, 4, 6)
    left = marks[0] is not None
    elided = max(len(input_shape) - len(inputs), 0)
    ahead = elided if left else 0
    if left and elided:
        full = [*input_shape[:elided], *output_shape]
    else:
        full = [input_shape[0], *output_shape, *input_shape[len(input_shape) - elided :]]
    sizes: dict[str, Any] = dict(zip(inputs, input_shape[ahead:], strict=False))
    for label, size in zip(outputs, full[ahead:], strict=False):
        if label in inputs and None not in (size, sizes[label]) and size != sizes[label]:
            raise ValueError(
                f"Input shape and output shape do not match at shared dimension '{label}'. Input shape is "
                f"{sizes[label]}, and output shape is {size}."
            )
        if label not in inputs and label not in kernel:
            raise ValueError(
                f"Dimension '{label}' of the output '{outputs}' is neither in '{inputs}' nor in '{kernel}'."
            )
        sizes.setdefault(label, size)
    unknown = [label for label in kernel if sizes.get(label) is None]
    if unknown:
        raise ValueError(
            f"The sizes of the kernel's dimensions {unknown} do not follow from '{equation}' and the shapes."
        )
    bias = None
    if bias_axes is not None:
        if not set(bias_axes) <= set(outputs):
            raise ValueError(f"The bias's dimensions '{bias_axes}' must be among the output's, '{outputs}'.")
        behind = outputs[min(map(outputs.index, bias_axes)) :]
        bias = tuple(sizes[label] if label in bias_axes else 1 for label in behind) + (1,) * (0 if left else elided)
    axes = [number for number, label in enumerate(kernel) if label not in outputs]
    count = len(axes)
    simple = (
        inputs[len(inputs) - count :] == kernel[:count] and outputs == inputs[: len(inputs) - count] + kernel[count:]
    )
    return Plan(
        tuple(sizes[label] for label in kernel),
        bias,
        tuple(full),
        axes,
        [number for number, label in enumerate(kernel) if label in outputs],
        count if count and simple and (left or not elided) else None,
    )


class EinsumDense(Layer):
    """``activation(einsum(equation, x, kernel) + bias)``.

    >>> tf.keras.layers.EinsumDense("abc,cd->abd", output_shape=(None, 8), bias_axes="d")(tf.ones([2, 5, 3])).shape
    TensorShape([2, 5, 8])

    Args:
        equation: Labels of the input's, the kernel's and the output's axes; ``...`` may stand on the left or on the
            right of input and output.
        output_shape: The shape of the output without the batch axis and without what ``...`` stands for; None for
            sizes that follow from the input.
        activation: A function, its name, or None for the identity.
        bias_axes: The labels of the output's axes that the bias has; None for no bias.
        kernel_initializer: How the kernel starts.
        bias_initializer: How the bias starts.
        kernel_regularizer: A penalty on the kernel.
        bias_regularizer: A penalty on the bias.
        kernel_constraint: A projection of the kernel after updates.
        bias_constraint: A projection of the bias after updates.
        lora_rank: Not supported; must be None.
        lora_alpha: Not supported; must be None.
        gptq_unpacked_column_size: Not supported; must be None.
        quantization_config: Not supported; must be None.
        **kwargs: The settings of ``Layer``.
    """

    def __init__(
        self,
        equation: str,
        output_shape: Any,
        activation: Any = None,
        bias_axes: str | None = None,
        kernel_initializer: Any = "glorot_uniform",
        bias_initializer: Any = "zeros",
        kernel_regularizer: Any = None,
        bias_regularizer: Any = None,
        kernel_constraint: Any = None,
        bias_constraint: Any = None,
        lora_rank: int | None = None,
        lora_alpha: int | None = None,
        gptq_unpacked_column_size: int | None = None,
        quantization_config: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        if any(given is not None for given in (lora_rank, lora_alpha, gptq_unpacked_column_size, quantization_config)):
            raise NotImplementedError("EinsumDense supports neither LoRA nor quantization yet.")
        self.equation = equation
        self.partial_output_shape = (output_shape,) if isinstance(output_shape, int) else tuple(output_shape)
        self.bias_axes = bias_axes
        self.activation = activations.get(activation)
        self.kernel_initializer = initializers.get(kernel_initializer)
        self.bias_initializer = initializers.get(bias_initializer)
        self.kernel_regularizer = regularizers.get(kernel_regularizer)
        self.bias_regularizer = regularizers.get(bias_regularizer)
        self.kernel_constraint = constraints.get(kernel_constraint)
        self.bias_constraint = constraints.get(bias_constraint)
        self.bias: Any = None

    def _plan(self, shape: Any) -> Plan:
        return plan(self.equation, self.bias_axes, tuple(shape), self.partial_output_shape)

    def build(self, input_shape: Any) -> None:
        """Make the kernel and the bias."""
        plan = self._plan(input_shape)
        self._contracted = plan.contracted
        self._kernel = self.add_weight(
            name="kernel",
            shape=plan.kernel,
            initializer=initializers.with_axes(self.kernel_initializer, plan.input_axes, plan.output_axes),
            regularizer=self.kernel_regularizer,
            constraint=self.kernel_constraint,
        )
        if plan.bias is not None:
            self.bias = self.add_weight(
                name="bias",
                shape=plan.bias,
                initializer=self.bias_initializer,
                regularizer=self.bias_regularizer,
                constraint=self.bias_constraint,
            )
        self.input_spec = InputSpec(ndim=len(input_shape))
        self.built = True

    @property
    def kernel(self) -> Any:
        """The kernel.

        Raises:
            AttributeError: Before the layer is built.
        """
        if not self.built:
            raise AttributeError("You must build the layer before accessing `kernel`.")
        return self._kernel

    def call(self, inputs: Any, training: Any = None) -> Any:
        """Compute the output."""
        if self._contracted is None:
            x = tf.einsum(self.equation, inputs, self.kernel)
        else:
            x = tf.tensordot(inputs, self.kernel, axes=self._contracted)
        if self.bias is not None:
            x = tf.add(x, self.bias)
        return self.activation(x)

    def compute_output_shape(self, input_shape: Any) -> Any:
        """The shape of the output."""
        return self._plan(input_shape).output

    def get_config(self) -> dict[str, Any]:
        """The arguments of the constructor."""
        return super().get_config() | {
            "output_shape": self.partial_output_shape,
            "equation": self.equation,
            "activation": activations.serialize(self.activation),
            "bias_axes": self.bias_axes,
            "kernel_initializer": initializers.serialize(self.kernel_initializer),
            "bias_initializer": initializers.serialize(self.bias_initializer),
            "kernel_regularizer": regularizers.serialize(self.kernel_regularizer),
            "bias_regularizer": regularizers.serialize(self.bias_regularizer),
            "activity_regularizer": regularizers.serialize(self.activity_regularizer),
            "kernel_constraint": constraints.serialize(self.kernel_constraint),
            "bias_constraint": constraints.serialize(self.bias_constraint),
            "quantization_config": None,
        }

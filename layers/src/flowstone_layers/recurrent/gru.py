"""Gated recurrent units (Cho et al., 2014)."""

from __future__ import annotations

from typing import Any

from flowstone_core import nest
from flowstone_core.api import tf

from flowstone_layers import activations
from flowstone_layers.recurrent.cell import Cell
from flowstone_layers.recurrent.gates import Gates
from flowstone_layers.recurrent.rnn import CellRNN


class GRUCell(Cell):
    """One step of a GRU.

    ``z, r = σ(x W + h U + b)``, ``h' = z h + (1 - z) tanh(x W + r (h U + b'))``; the columns of the weights are
    z, r, h. Without ``reset_after``, r multiplies h before U does.

    Args:
        units: The size of the output and of the state.
        activation: The activation of the candidate.
        recurrent_activation: The activation of the gates.
        use_bias: Whether biases are added.
        reset_after: Whether r multiplies after U.
        **kwargs: Further settings of the weights, and those of ``Layer``.
    """

    def __init__(
        self,
        units: int,
        activation: Any = "tanh",
        recurrent_activation: Any = "sigmoid",
        use_bias: bool = True,
        kernel_initializer: Any = "glorot_uniform",
        recurrent_initializer: Any = "orthogonal",
        bias_initializer: Any = "zeros",
        kernel_regularizer: Any = None,
        recurrent_regularizer: Any = None,
        bias_regularizer: Any = None,
        kernel_constraint: Any = None,
        recurrent_constraint: Any = None,
        bias_constraint: Any = None,
        dropout: float = 0.0,
        recurrent_dropout: float = 0.0,
        reset_after: bool = True,
        seed: int | None = None,
        **kwargs: Any,
    ) -> None:
        settings = {key: value for key, value in locals().items() if key not in ("self", "kwargs", "__class__")}
        kwargs.pop("implementation", None)
        super().__init__(**kwargs)
        self.gates = Gates(units, settings)
        self.units = units
        self.reset_after = reset_after
        self.state_size = units
        self.output_size = units
        self._prepare_dropout(dropout, recurrent_dropout, seed)

    def build(self, input_shape: Any) -> None:
        """Make the weights."""
        self.kernel = self.gates.weight(self, "kernel", (input_shape[-1], 3 * self.units), "kernel")
        self.recurrent_kernel = self.gates.weight(self, "recurrent", (self.units, 3 * self.units), "recurrent_kernel")
        shape = (2, 3 * self.units) if self.reset_after else (3 * self.units,)
        self.bias = self.gates.weight(self, "bias", shape, "bias") if self.gates.use_bias else None
        self.built = True

    def call(self, inputs: Any, states: Any, training: Any = False) -> Any:
        """Take one step."""
        return self.advance(self.project(inputs, training), states, training)

    def _biases(self) -> tuple[Any, Any]:
        """The biases of the inputs and of the state."""
        if self.bias is None:
            return None, None
        bias = tf.convert_to_tensor(self.bias)
        return tuple(tf.unstack(bias)) if self.reset_after else (bias, None)

    def project(self, inputs: Any, training: Any = False) -> Any:
        """``x W + b``."""
        x, bias = self._through_kernel(inputs, training), self._biases()[0]
        return x if bias is None else x + bias

    def advance(self, projected: Any, states: Any, training: Any = False) -> Any:
        """Take one step from ``x W + b``."""
        h, recurrent_bias = nest.flatten(states)[0], self._biases()[1]
        x_z, x_r, x_h = tf.split(projected, 3, axis=1)
        state = self._dropped("state", h, self.recurrent_dropout, training)
        gate, activation = self.gates.recurrent_activation, self.gates.activation
        if self.reset_after:
            inner = tf.matmul(state, self.recurrent_kernel)
            inner = inner if recurrent_bias is None else inner + recurrent_bias
            h_z, h_r, h_h = tf.split(inner, 3, axis=1)
            z, r = gate(x_z + h_z), gate(x_r + h_r)
            candidate = activation(x_h + r * h_h)
        else:
            kernel = tf.convert_to_tensor(self.recurrent_kernel)
            h_z, h_r = tf.split(tf.matmul(state, kernel[:, : 2 * self.units]), 2, axis=1)
            z, r = gate(x_z + h_z), gate(x_r + h_r)
            candidate = activation(x_h + tf.matmul(r * state, kernel[:, 2 * self.units :]))
        output = z * h + (1 - z) * candidate
        return output, [output] if nest.is_nested(states) else output

    def get_config(self) -> dict[str, Any]:
        """The arguments of the constructor."""
        return (
            super().get_config()
            | self.gates.get_config()
            | {
                "recurrent_activation": activations.serialize(self.gates.recurrent_activation),
                "reset_after": self.reset_after,
                "dropout": self.dropout,
                "recurrent_dropout": self.recurrent_dropout,
                "seed": self.seed,
            }
        )


class GRU(CellRNN):
    """``GRUCell`` over a sequence; the settings of the cell, and those of ``RNN``."""

    def __init__(
        self,
        units: int,
        activation: Any = "tanh",
        recurrent_activation: Any = "sigmoid",
        use_bias: bool = True,
        kernel_initializer: Any = "glorot_uniform",
        recurrent_initializer: Any = "orthogonal",
        bias_initializer: Any = "zeros",
        kernel_regularizer: Any = None,
        recurrent_regularizer: Any = None,
        bias_regularizer: Any = None,
        activity_regularizer: Any = None,
        kernel_constraint: Any = None,
        recurrent_constraint: Any = None,
        bias_constraint: Any = None,
        dropout: float = 0.0,
        recurrent_dropout: float = 0.0,
        seed: int | None = None,
        return_sequences: bool = False,
        return_state: bool = False,
        go_backwards: bool = False,
        stateful: bool = False,
        unroll: bool = False,
        reset_after: bool = True,
        use_cudnn: Any = "auto",
        **kwargs: Any,
    ) -> None:
        super().__init__(GRUCell, locals(), kwargs)

"""The plain recurrence: ``h' = activation(x W + h U + b)``."""

from __future__ import annotations

from typing import Any

from flowstone_core import nest
from flowstone_core.api import tf

from flowstone_layers.recurrent.cell import Cell
from flowstone_layers.recurrent.gates import Gates
from flowstone_layers.recurrent.rnn import CellRNN


class SimpleRNNCell(Cell):
    """One step of ``h' = activation(x W + h U + b)``.

    Args:
        units: The size of the output and of the state.
        activation: The activation.
        use_bias: Whether a bias is added.
        **kwargs: Further settings of the weights, and those of ``Layer``.
    """

    def __init__(
        self,
        units: int,
        activation: Any = "tanh",
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
        seed: int | None = None,
        **kwargs: Any,
    ) -> None:
        settings = {key: value for key, value in locals().items() if key not in ("self", "kwargs", "__class__")}
        super().__init__(**kwargs)
        self.gates = Gates(units, settings)
        self.units = units
        self.state_size = units
        self.output_size = units
        self._prepare_dropout(dropout, recurrent_dropout, seed)

    def build(self, input_shape: Any) -> None:
        """Make the weights."""
        self.kernel = self.gates.weight(self, "kernel", (input_shape[-1], self.units), "kernel")
        self.recurrent_kernel = self.gates.weight(self, "recurrent", (self.units, self.units), "recurrent_kernel")
        self.bias = self.gates.weight(self, "bias", (self.units,), "bias") if self.gates.use_bias else None
        self.built = True

    def call(self, sequence: Any, states: Any, training: Any = False) -> Any:
        """Take one step."""
        return self.advance(self.project(sequence, training), states, training)

    def project(self, inputs: Any, training: Any = False) -> Any:
        """``x W + b``."""
        x = self._through_kernel(inputs, training)
        return x if self.bias is None else x + self.bias

    def advance(self, projected: Any, states: Any, training: Any = False) -> Any:
        """Take one step from ``x W + b``."""
        state = self._dropped("state", nest.flatten(states)[0], self.recurrent_dropout, training)
        h = projected + tf.matmul(state, self.recurrent_kernel)
        output = self.gates.activation(h)
        return output, [output] if nest.is_nested(states) else output

    def get_config(self) -> dict[str, Any]:
        """The arguments of the constructor."""
        dropout = {"dropout": self.dropout, "recurrent_dropout": self.recurrent_dropout, "seed": self.seed}
        return super().get_config() | self.gates.get_config() | dropout


class SimpleRNN(CellRNN):
    """``SimpleRNNCell`` over a sequence; the settings of the cell, and those of ``RNN``."""

    def __init__(
        self,
        units: int,
        activation: Any = "tanh",
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
        return_sequences: bool = False,
        return_state: bool = False,
        go_backwards: bool = False,
        stateful: bool = False,
        unroll: bool = False,
        seed: int | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(SimpleRNNCell, locals(), kwargs)

"""Long short-term memory (Hochreiter and Schmidhuber, 1997)."""

from __future__ import annotations

from typing import Any

from flowstone_core.api import tf

from flowstone_layers import activations, initializers
from flowstone_layers.recurrent.cell import Cell
from flowstone_layers.recurrent.gates import Gates
from flowstone_layers.recurrent.rnn import CellRNN


class LSTMCell(Cell):
    """One step of an LSTM.

    ``i, f, o = σ(x W + h U + b)``, ``c' = f c + i tanh(x W + h U + b)``, ``h' = o tanh(c')``; the columns of the
    weights are i, f, c, o.

    Args:
        units: The size of the output and of each state.
        activation: The activation of candidates and output.
        recurrent_activation: The activation of the gates.
        use_bias: Whether biases are added.
        unit_forget_bias: Whether the bias of f starts at 1 (Jozefowicz et al., 2015).
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
        unit_forget_bias: bool = True,
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
        kwargs.pop("implementation", None)
        super().__init__(**kwargs)
        self.gates = Gates(units, settings)
        self.units = units
        self.unit_forget_bias = unit_forget_bias
        self.state_size = [units, units]
        self.output_size = units
        self._prepare_dropout(dropout, recurrent_dropout, seed)

    def build(self, input_shape: Any) -> None:
        """Make the weights."""
        self.kernel = self.gates.weight(self, "kernel", (input_shape[-1], 4 * self.units), "kernel")
        self.recurrent_kernel = self.gates.weight(self, "recurrent", (self.units, 4 * self.units), "recurrent_kernel")
        self.bias = None
        if self.gates.use_bias:
            start = self._bias_start if self.unit_forget_bias else None
            self.bias = self.gates.weight(self, "bias", (4 * self.units,), "bias", start)
        self.built = True

    def _bias_start(self, shape: Any, dtype: Any = None) -> Any:
        inner = self.gates.initializers["bias"]
        ones = initializers.Ones()((self.units,), dtype)
        return tf.concat([inner((self.units,), dtype), ones, inner((2 * self.units,), dtype)], axis=0)

    def call(self, inputs: Any, states: Any, training: Any = False) -> Any:
        """Take one step."""
        return self.advance(self.project(inputs, training), states, training)

    def project(self, inputs: Any, training: Any = False) -> Any:
        """``x W + b``."""
        z = self._through_kernel(inputs, training)
        return z if self.bias is None else z + self.bias

    def advance(self, projected: Any, states: Any, training: Any = False) -> Any:
        """Take one step from ``x W + b``."""
        h, c = states
        z = projected + tf.matmul(self._dropped("state", h, self.recurrent_dropout, training), self.recurrent_kernel)
        i, f, candidate, o = tf.split(z, 4, axis=1)
        gate, activation = self.gates.recurrent_activation, self.gates.activation
        c = gate(f) * c + gate(i) * activation(candidate)
        h = gate(o) * activation(c)
        return h, [h, c]

    def get_config(self) -> dict[str, Any]:
        """The arguments of the constructor."""
        return (
            super().get_config()
            | self.gates.get_config()
            | {
                "recurrent_activation": activations.serialize(self.gates.recurrent_activation),
                "unit_forget_bias": self.unit_forget_bias,
                "dropout": self.dropout,
                "recurrent_dropout": self.recurrent_dropout,
                "seed": self.seed,
            }
        )


class LSTM(CellRNN):
    """``LSTMCell`` over a sequence; the settings of the cell, and those of ``RNN``.

    >>> tf.keras.layers.LSTM(4, return_sequences=True)(tf.ones([2, 5, 3])).shape
    TensorShape([2, 5, 4])
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
        unit_forget_bias: bool = True,
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
        use_cudnn: Any = "auto",
        **kwargs: Any,
    ) -> None:
        super().__init__(LSTMCell, locals(), kwargs)

"""Gradients of ``flowstone_core.ops.recurrent``: by the ops that go back through a step or a sequence.

As in TensorFlow, the results and the cell states carry gradients; gates and candidates by themselves do not.
"""

from __future__ import annotations

from typing import Any

from flowstone_core.ops import recurrent as ops
from flowstone_core.ops.array import shape
from flowstone_core.ops.joining import concat, split
from flowstone_core.ops.linalg import matmul
from flowstone_core.ops.math import multiply
from flowstone_core.ops.reduce import reduce_sum
from flowstone_core.tensor import Tensor

from flowstone_autodiff.registry import Call, gradient, undefined

undefined(
    ops.BLOCK_LSTM_GRAD,
    ops.BLOCK_LSTM_GRAD_V2,
    ops.GRU_BLOCK_CELL_GRAD,
    ops.LSTM_BLOCK_CELL_GRAD,
    because="Write the cell with tf.matmul, tf.sigmoid and tf.tanh to differentiate it twice.",
)


def _of_product(inputs: Tensor, weights: Tensor, gates: Tensor) -> tuple[Any, Any, Any]:
    """The gradients of ``gates = inputs @ weights + bias``."""
    return matmul(gates, weights, transpose_b=True), matmul(inputs, gates, transpose_a=True), reduce_sum(gates, 0)


@gradient(ops.LSTM_BLOCK_CELL)
def lstm_block_cell_gradient(call: Call, *dys: Tensor) -> tuple[Any, ...]:
    """Back through one step."""
    x, _, h_prev, w, *_ = call.inputs
    use_peephole = call.attrs["use_peephole"]
    d_cs, gates, *turned = ops.LSTM_BLOCK_CELL_GRAD(
        *call.inputs, *call.outputs[:6], dys[1], dys[6], use_peephole=use_peephole
    )
    both, d_w, d_b = _of_product(concat([x, h_prev], 1), w, gates)
    d_x, d_h = split(both, [shape(x)[1], shape(h_prev)[1]], 1)
    return d_x, d_cs, d_h, d_w, *turned, d_b


@gradient(ops.BLOCK_LSTM)
def block_lstm_gradient(call: Call, *dys: Tensor) -> tuple[Any, ...]:
    """Back through all steps."""
    found = ops.BLOCK_LSTM_GRAD(*call.inputs, *call.outputs, dys[1], dys[6], use_peephole=call.attrs["use_peephole"])
    return None, *found


@gradient(ops.BLOCK_LSTM_V2)
def block_lstm_v2_gradient(call: Call, *dys: Tensor) -> tuple[Any, ...]:
    """Back through all steps."""
    found = ops.BLOCK_LSTM_GRAD_V2(*call.inputs, *call.outputs, dys[1], dys[6], use_peephole=call.attrs["use_peephole"])
    return None, *found


@gradient(ops.GRU_BLOCK_CELL)
def gru_block_cell_gradient(call: Call, *dys: Tensor) -> tuple[Any, ...]:
    """Back through one step."""
    x, h_prev, w_ru, w_c, *_ = call.inputs
    r, u, c, _ = call.outputs
    d_x, d_h, d_c, d_gates = ops.GRU_BLOCK_CELL_GRAD(*call.inputs, r, u, c, dys[3])
    _, d_w_ru, d_b_ru = _of_product(concat([x, h_prev], 1), w_ru, d_gates)
    _, d_w_c, d_b_c = _of_product(concat([x, multiply(h_prev, r)], 1), w_c, d_c)
    return d_x, d_h, d_w_ru, d_w_c, d_b_ru, d_b_c

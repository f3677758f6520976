"""Whole steps of recurrent cells as single ops, and LSTMs over whole sequences: graphs saved from TensorFlow 1 have them.

Gates of an LSTM stand beside each other in the columns of ``w``: input, cell, forget and output; in ``BlockLSTMV2`` input,
forget, cell and output.
"""

from __future__ import annotations

from typing import Any, Final

from flowstone_core import infer
from flowstone_core.op import Op
from flowstone_core.spec import Spec

_LSTM: Final = ("x: T", "cs_prev: T", "h_prev: T", "w: T", "wci: T", "wcf: T", "wco: T", "b: T")
_STATES: Final = ("i: T", "cs: T", "f: T", "o: T", "ci: T", "co: T")
_TYPES: Final = "T: {half, float}"
_CLIPPED: Final = ("forget_bias: float = 1.0", "cell_clip: float = 3.0", "use_peephole: bool = false", _TYPES)
_PEEPHOLE: Final = ("use_peephole: bool", _TYPES)


def _infer_cell(x: Spec, cs_prev: Spec, *others: Spec, **attrs: Any) -> tuple[Spec, ...]:
    batch, _ = infer.with_rank(x, 2, "LSTMBlockCell: x")
    _, size = infer.with_rank(cs_prev, 2, "LSTMBlockCell: cs_prev")
    return (Spec((batch, size), x.dtype),) * 7


def _infer_block(length: Spec, x: Spec, cs_prev: Spec, *others: Spec, **attrs: Any) -> tuple[Spec, ...]:
    time, batch, _ = infer.with_rank(x, 3, "BlockLSTM: x")
    _, size = infer.with_rank(cs_prev, 2, "BlockLSTM: cs_prev")
    return (Spec((time, batch, size), x.dtype),) * 7


def _infer_block_grad(length: Spec, *operands: Spec, **attrs: Any) -> tuple[Spec, ...]:
    ranks = (3, 2, 2, 2, 1, 1, 1, 1)
    return tuple(
        Spec(infer.with_rank(each, rank, "BlockLSTMGrad: an operand"), each.dtype)
        for each, rank in zip(operands, ranks, strict=False)
    )


def _infer_cell_grad(x: Spec, cs_prev: Spec, *others: Spec, **attrs: Any) -> tuple[Spec, ...]:
    batch, size = infer.with_rank(cs_prev, 2, "LSTMBlockCellGrad: cs_prev")
    gates = (batch, None if size is None else 4 * size)
    return Spec((batch, size), x.dtype), Spec(gates, x.dtype), *(Spec((size,), x.dtype),) * 3


LSTM_BLOCK_CELL = Op("LSTMBlockCell", _LSTM, (*_STATES, "h: T"), _CLIPPED, infer=_infer_cell)
LSTM_BLOCK_CELL_GRAD = Op(
    "LSTMBlockCellGrad",
    (*_LSTM, *_STATES, "cs_grad: T", "h_grad: T"),
    ("cs_prev_grad: T", "dicfo: T", "wci_grad: T", "wcf_grad: T", "wco_grad: T"),
    _PEEPHOLE,
    infer=_infer_cell_grad,
)
BLOCK_LSTM = Op("BlockLSTM", ("seq_len_max: int64", *_LSTM), (*_STATES, "h: T"), _CLIPPED, infer=_infer_block)
BLOCK_LSTM_V2 = Op(
    "BlockLSTMV2",
    ("seq_len_max: int64", *_LSTM),
    (*_STATES, "h: T"),
    ("cell_clip: float = 0.0", "use_peephole: bool = false", _TYPES),
    infer=_infer_block,
)


def _block_gradient(name: str) -> Op:
    return Op(
        name,
        ("seq_len_max: int64", *_LSTM, *_STATES, "h: T", "cs_grad: T", "h_grad: T"),
        tuple(each.replace(":", "_grad:") for each in _LSTM),
        _PEEPHOLE,
        infer=_infer_block_grad,
    )


BLOCK_LSTM_GRAD = _block_gradient("BlockLSTMGrad")
BLOCK_LSTM_GRAD_V2 = _block_gradient("BlockLSTMGradV2")

# -- gated recurrent units -----------------------------------------------------------------------------------------

_GRU: Final = ("x: T", "h_prev: T", "w_ru: T", "w_c: T", "b_ru: T", "b_c: T")


def _infer_gru(x: Spec, h_prev: Spec, *others: Spec) -> tuple[Spec, ...]:
    infer.with_rank(x, 2, "GRUBlockCell: x")
    return (Spec(infer.with_rank(h_prev, 2, "GRUBlockCell: h_prev"), x.dtype),) * 4


def _infer_gru_grad(x: Spec, h_prev: Spec, *others: Spec) -> tuple[Spec, ...]:
    batch, size = infer.with_rank(h_prev, 2, "GRUBlockCellGrad: h_prev")
    state = Spec((batch, size), x.dtype)
    gates = Spec((batch, None if size is None else 2 * size), x.dtype)
    return Spec(infer.with_rank(x, 2, "GRUBlockCellGrad: x"), x.dtype), state, state, gates


GRU_BLOCK_CELL = Op("GRUBlockCell", _GRU, ("r: T", "u: T", "c: T", "h: T"), ("T: {float}",), infer=_infer_gru)
GRU_BLOCK_CELL_GRAD = Op(
    "GRUBlockCellGrad",
    (*_GRU, "r: T", "u: T", "c: T", "d_h: T"),
    ("d_x: T", "d_h_prev: T", "d_c_bar: T", "d_r_bar_u_bar: T"),
    ("T: {float}",),
    infer=_infer_gru_grad,
)

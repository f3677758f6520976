"""Numpy kernels of ``flowstone_core.ops.recurrent``."""

from __future__ import annotations

from typing import Any

import numpy as np

from flowstone_core.errors import SpecError
from flowstone_core.kernel import KernelSet
from flowstone_core.kernels.precision import add_with_narrow
from flowstone_core.ops import recurrent as ops

KERNELS = KernelSet()

_CELL_FIRST = ("i", "ci", "f", "o")
_FORGET_FIRST = ("i", "f", "ci", "o")


def _sigmoid(x: Any) -> Any:
    return 1 / (1 + np.exp(-x))


def _check(name: str, x: Any, cs_prev: Any, h_prev: Any, w: Any, peepholes: tuple[Any, ...], b: Any) -> None:
    """Refuse operands that do not fit together."""
    if cs_prev.ndim != 2 or cs_prev.shape[0] != x.shape[-2]:
        raise SpecError(
            f"{name}: cs_prev must be [batch, cell] with the batch of x, got {cs_prev.shape} and {x.shape}."
        )
    batch, size = cs_prev.shape
    expected = {
        "h_prev": (h_prev, (batch, size)),
        "w": (w, (x.shape[-1] + size, 4 * size)),
        "b": (b, (4 * size,)),
        **{key: (each, (size,)) for key, each in zip(("wci", "wcf", "wco"), peepholes, strict=True)},
    }
    for what, (array, shape) in expected.items():
        if array.shape != shape:
            raise SpecError(f"{name}: {what} must have shape {shape}, got {array.shape}.")


def _step(
    x: Any,
    cs_prev: Any,
    h_prev: Any,
    w: Any,
    peepholes: tuple[Any, ...],
    b: Any,
    order: tuple[str, ...],
    forget_bias: float,
    cell_clip: float,
) -> tuple[Any, ...]:
    """Input, cell state, forget, output, candidate, tanh of the state, result."""
    wci, wcf, wco = peepholes
    before = dict(zip(order, np.split(np.concatenate([x, h_prev], 1) @ w + b, 4, axis=1), strict=True))
    i = _sigmoid(before["i"] + cs_prev * wci)
    f = _sigmoid(before["f"] + x.dtype.type(forget_bias) + cs_prev * wcf)
    ci = np.tanh(before["ci"])
    cs = ci * i + cs_prev * f
    if cell_clip > 0:
        cs = np.clip(cs, x.dtype.type(-cell_clip), x.dtype.type(cell_clip))
    o = _sigmoid(before["o"] + cs * wco)
    co = np.tanh(cs)
    return i, cs, f, o, ci, co, o * co


def _used(use_peephole: bool, wci: Any, wcf: Any, wco: Any) -> tuple[Any, ...]:
    return (wci, wcf, wco) if use_peephole else (np.zeros_like(wci), np.zeros_like(wcf), np.zeros_like(wco))


@add_with_narrow(KERNELS, ops.LSTM_BLOCK_CELL)
def lstm_block_cell(
    x: Any,
    cs_prev: Any,
    h_prev: Any,
    w: Any,
    wci: Any,
    wcf: Any,
    wco: Any,
    b: Any,
    *,
    forget_bias: float,
    cell_clip: float,
    use_peephole: bool,
) -> tuple[Any, ...]:
    """One step of an LSTM."""
    if x.ndim != 2:
        raise SpecError(f"LSTMBlockCell: x must be [batch, inputs], got shape {x.shape}.")
    _check("LSTMBlockCell", x, cs_prev, h_prev, w, (wci, wcf, wco), b)
    peepholes = _used(use_peephole, wci, wcf, wco)
    return _step(x, cs_prev, h_prev, w, peepholes, b, _CELL_FIRST, forget_bias, cell_clip)


def _sequence(
    name: str,
    order: tuple[str, ...],
    seq_len_max: Any,
    x: Any,
    cs_prev: Any,
    h_prev: Any,
    w: Any,
    peepholes: tuple[Any, ...],
    b: Any,
    forget_bias: float,
    cell_clip: float,
) -> tuple[Any, ...]:
    """All steps; those behind ``seq_len_max`` are zeros."""
    if x.ndim != 3:
        raise SpecError(f"{name}: x must be [time, batch, inputs], got shape {x.shape}.")
    _check(name, x, cs_prev, h_prev, w, peepholes, b)
    steps = _length(name, seq_len_max, x)
    outputs = tuple(np.zeros((len(x), *cs_prev.shape), x.dtype) for _ in range(7))
    for time in range(steps):
        found = _step(x[time], cs_prev, h_prev, w, peepholes, b, order, forget_bias, cell_clip)
        for output, value in zip(outputs, found, strict=True):
            output[time] = value
        cs_prev, h_prev = found[1], found[6]
    return outputs


def _length(name: str, seq_len_max: Any, x: Any) -> int:
    if seq_len_max.ndim or not 0 <= seq_len_max <= len(x):
        raise SpecError(f"{name}: seq_len_max must be a number from 0 to {len(x)}, got {seq_len_max}.")
    return int(seq_len_max)


@add_with_narrow(KERNELS, ops.BLOCK_LSTM)
def block_lstm(
    seq_len_max: Any,
    x: Any,
    cs_prev: Any,
    h_prev: Any,
    w: Any,
    wci: Any,
    wcf: Any,
    wco: Any,
    b: Any,
    *,
    forget_bias: float,
    cell_clip: float,
    use_peephole: bool,
) -> tuple[Any, ...]:
    """An LSTM over a sequence."""
    peepholes = _used(use_peephole, wci, wcf, wco)
    return _sequence("BlockLSTM", _CELL_FIRST, seq_len_max, x, cs_prev, h_prev, w, peepholes, b, forget_bias, cell_clip)


@add_with_narrow(KERNELS, ops.BLOCK_LSTM_V2)
def block_lstm_v2(
    seq_len_max: Any,
    x: Any,
    cs_prev: Any,
    h_prev: Any,
    w: Any,
    wci: Any,
    wcf: Any,
    wco: Any,
    b: Any,
    *,
    cell_clip: float,
    use_peephole: bool,
) -> tuple[Any, ...]:
    """An LSTM over a sequence, with the gates in another order and no bias of the forget gate."""
    peepholes = _used(use_peephole, wci, wcf, wco)
    return _sequence("BlockLSTMV2", _FORGET_FIRST, seq_len_max, x, cs_prev, h_prev, w, peepholes, b, 0.0, cell_clip)


# -- gradients -----------------------------------------------------------------------------------------------------


def _step_back(
    cs_prev: Any, peepholes: tuple[Any, ...], states: tuple[Any, ...], cs_grad: Any, h_grad: Any, order: tuple[str, ...]
) -> tuple[Any, ...]:
    """The gradients of the former cell state, the gates before activation, and the peepholes."""
    wci, wcf, wco = peepholes
    i, cs, f, o, ci, co = states
    do = o * (1 - o) * h_grad * co
    dcs = (1 - co * co) * h_grad * o + cs_grad + do * wco
    found = {"i": i * (1 - i) * dcs * ci, "f": f * (1 - f) * dcs * cs_prev, "ci": (1 - ci * ci) * dcs * i, "o": do}
    before = dcs * f + found["i"] * wci + found["f"] * wcf
    turned = ((found["i"] * cs_prev).sum(0), (found["f"] * cs_prev).sum(0), (do * cs).sum(0))
    return before, np.concatenate([found[gate] for gate in order], 1), *turned


@add_with_narrow(KERNELS, ops.LSTM_BLOCK_CELL_GRAD)
def lstm_block_cell_grad(
    x: Any,
    cs_prev: Any,
    h_prev: Any,
    w: Any,
    wci: Any,
    wcf: Any,
    wco: Any,
    b: Any,
    i: Any,
    cs: Any,
    f: Any,
    o: Any,
    ci: Any,
    co: Any,
    cs_grad: Any,
    h_grad: Any,
    *,
    use_peephole: bool,
) -> tuple[Any, ...]:
    """Back through one step."""
    _check("LSTMBlockCellGrad", x, cs_prev, h_prev, w, (wci, wcf, wco), b)
    peepholes = _used(use_peephole, wci, wcf, wco)
    before, gates, *turned = _step_back(cs_prev, peepholes, (i, cs, f, o, ci, co), cs_grad, h_grad, _CELL_FIRST)
    return before, gates, *(turned if use_peephole else map(np.zeros_like, turned))


def _register_sequence_gradient(op: Any, order: tuple[str, ...]) -> None:
    @add_with_narrow(KERNELS, op)
    def block_lstm_grad(
        seq_len_max: Any,
        x: Any,
        cs_prev: Any,
        h_prev: Any,
        w: Any,
        wci: Any,
        wcf: Any,
        wco: Any,
        b: Any,
        *rest: Any,
        use_peephole: bool,
    ) -> tuple[Any, ...]:
        """Back through all steps."""
        _check(op.name, x, cs_prev, h_prev, w, (wci, wcf, wco), b)
        peepholes = _used(use_peephole, wci, wcf, wco)
        *states, h, cs_grad, h_grad = rest
        d_x, d_w, d_b = np.zeros_like(x), np.zeros_like(w), np.zeros_like(b)
        turned = [np.zeros_like(each) for each in peepholes]
        d_cs, d_h = np.zeros_like(cs_prev), np.zeros_like(h_prev)
        for time in reversed(range(_length(op.name, seq_len_max, x))):
            former = states[1][time - 1] if time else cs_prev
            former_h = h[time - 1] if time else h_prev
            now = tuple(state[time] for state in states)
            d_cs, gates, *more = _step_back(former, peepholes, now, d_cs + cs_grad[time], d_h + h_grad[time], order)
            both = gates @ w.T
            d_x[time], d_h = both[:, : x.shape[2]], both[:, x.shape[2] :]
            d_w += np.concatenate([x[time], former_h], 1).T @ gates
            d_b += gates.sum(0)
            for total, each in zip(turned, more if use_peephole else (), strict=use_peephole):
                total += each
        return d_x, d_cs, d_h, d_w, *turned, d_b


_register_sequence_gradient(ops.BLOCK_LSTM_GRAD, _CELL_FIRST)
_register_sequence_gradient(ops.BLOCK_LSTM_GRAD_V2, _FORGET_FIRST)

# -- gated recurrent units -----------------------------------------------------------------------------------------


def _check_gru(name: str, x: Any, h_prev: Any, w_ru: Any, w_c: Any, b_ru: Any, b_c: Any) -> None:
    if x.ndim != 2 or h_prev.ndim != 2 or len(x) != len(h_prev):
        raise SpecError(f"{name}: x and h_prev must be matrices of one batch, got {x.shape} and {h_prev.shape}.")
    both, size = x.shape[1] + h_prev.shape[1], h_prev.shape[1]
    for what, array, shape in (
        ("w_ru", w_ru, (both, 2 * size)),
        ("w_c", w_c, (both, size)),
        ("b_ru", b_ru, (2 * size,)),
        ("b_c", b_c, (size,)),
    ):
        if array.shape != shape:
            raise SpecError(f"{name}: {what} must have shape {shape}, got {array.shape}.")


@KERNELS.add(ops.GRU_BLOCK_CELL)
def gru_block_cell(x: Any, h_prev: Any, w_ru: Any, w_c: Any, b_ru: Any, b_c: Any) -> tuple[Any, ...]:
    """One step of a GRU: reset, update, candidate, result."""
    _check_gru("GRUBlockCell", x, h_prev, w_ru, w_c, b_ru, b_c)
    r, u = np.split(_sigmoid(np.concatenate([x, h_prev], 1) @ w_ru + b_ru), 2, axis=1)
    c = np.tanh(np.concatenate([x, h_prev * r], 1) @ w_c + b_c)
    return r, u, c, u * h_prev + (1 - u) * c


@KERNELS.add(ops.GRU_BLOCK_CELL_GRAD)
def gru_block_cell_grad(
    x: Any, h_prev: Any, w_ru: Any, w_c: Any, b_ru: Any, b_c: Any, r: Any, u: Any, c: Any, d_h: Any
) -> tuple[Any, ...]:
    """Back through one step: by x and the former state, and the gates before activation."""
    _check_gru("GRUBlockCellGrad", x, h_prev, w_ru, w_c, b_ru, b_c)
    inputs = x.shape[1]
    d_c = d_h * (1 - u) * (1 - c * c)
    through = d_c @ w_c.T
    d_r = through[:, inputs:] * h_prev * r * (1 - r)
    d_gates = np.concatenate([d_r, d_h * (h_prev - c) * u * (1 - u)], 1)
    other = d_gates @ w_ru.T
    return (
        through[:, :inputs] + other[:, :inputs],
        through[:, inputs:] * r + other[:, inputs:] + d_h * u,
        d_c,
        d_gates,
    )

"""Cases for ``flowstone_core.ops.recurrent``: the references go through each cell, number by number.

Gradients are compared with differences of the results, which Python's double precision computes.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from flowstone_core.ops import recurrent as ops

from flowstone_conformance.case import Case
from flowstone_conformance.reference import Array, store
from flowstone_conformance.samples import array, sample

Numbers = list[float]
Step = tuple[Numbers, ...]


def sigmoid(x: float) -> float:
    """The logistic function."""
    return 1 / (1 + math.exp(-x))


def product(inputs: Numbers, weights: list[Numbers], bias: Numbers) -> Numbers:
    """A row times a matrix, and the bias."""
    return [b + sum(x * row[at] for x, row in zip(inputs, weights, strict=True)) for at, b in enumerate(bias)]


def lstm_step(
    x: Numbers, cs: Numbers, h: Numbers, w: list[Numbers], peepholes: list[Numbers], b: Numbers, *, how: dict[str, Any]
) -> Step:
    """One step for one row: i, cs, f, o, ci, co, h."""
    size = len(cs)
    gates = product([*x, *h], w, b)
    parts = {key: gates[at * size : (at + 1) * size] for at, key in enumerate(how["order"])}
    turned = peepholes if how["use_peephole"] else [[0.0] * size] * 3
    found: Step = ([], [], [], [], [], [], [])
    for at in range(size):
        i = sigmoid(parts["i"][at] + cs[at] * turned[0][at])
        f = sigmoid(parts["f"][at] + how["forget_bias"] + cs[at] * turned[1][at])
        ci = math.tanh(parts["ci"][at])
        state = ci * i + cs[at] * f
        if how["cell_clip"] > 0:
            state = max(-how["cell_clip"], min(how["cell_clip"], state))
        o = sigmoid(parts["o"][at] + state * turned[2][at])
        co = math.tanh(state)
        for values, value in zip(found, (i, state, f, o, ci, co, o * co), strict=True):
            values.append(value)
    return found


def lstm(
    steps: int, x: list[Any], cs: Any, h: Any, w: Any, peepholes: Any, b: Any, *, how: dict[str, Any]
) -> list[list[Step]]:
    """All steps of all rows: by time, then row."""
    found = []
    for time in range(steps):
        now = [lstm_step(x[time][row], cs[row], h[row], w, peepholes, b, how=how) for row in range(len(cs))]
        cs, h = [each[1] for each in now], [each[6] for each in now]
        found.append(now)
    return found


def _plain(*arrays: Array) -> list[Any]:
    return [each.tolist() for each in arrays]


def _parts(arrays: Sequence[Array]) -> list[Any]:
    """The peepholes together, and the bias."""
    *peepholes, b = _plain(*arrays)
    return [peepholes, b]


def _how(order: Sequence[str], attrs: dict[str, Any]) -> dict[str, Any]:
    return {"order": order, "forget_bias": 0.0, **attrs}


CELL_FIRST, FORGET_FIRST = ("i", "ci", "f", "o"), ("i", "f", "ci", "o")


def cell(x: Array, cs: Array, h: Array, w: Array, *rest: Array, **attrs: Any) -> tuple[Array, ...]:
    """One step."""
    (found,) = lstm(1, *_plain(x[None], cs, h, w), *_parts(rest), how=_how(CELL_FIRST, attrs))
    return tuple(store([v for row in found for v in row[each]], x.dtype).reshape(cs.shape) for each in range(7))


def block(order: Sequence[str]) -> Any:
    """All steps, zeros behind the last."""

    def reference(length: Array, x: Array, cs: Array, h: Array, w: Array, *rest: Array, **attrs: Any) -> Any:
        steps = lstm(int(length), *_plain(x, cs, h, w), *_parts(rest), how=_how(order, attrs))
        shape = (len(x), *cs.shape)
        made = []
        for each in range(7):
            values = [v for now in steps for row in now for v in row[each]]
            made.append(store([*values, *[0.0] * (math.prod(shape) - len(values))], x.dtype).reshape(shape))
        return tuple(made)

    return reference


def slopes(function: Any, operands: list[Array]) -> list[Array]:
    """The derivatives of a number by every element of the operands, from differences."""
    found = []
    for place, operand in enumerate(operands):
        slope = np.zeros(operand.shape, np.float64)
        for index in np.ndindex(operand.shape):
            ends = []
            for step in (1e-5, -1e-5):
                moved = [each.astype(np.float64) for each in operands]
                moved[place][index] += step
                ends.append(function(*moved))
            slope[index] = (ends[0] - ends[1]) / 2e-5
        found.append(slope)
    return found


def block_gradient(order: Sequence[str]) -> Any:
    """The derivatives of the weighted sum of all states and results."""

    def reference(length: Array, *arrays: Array, use_peephole: bool) -> tuple[Array, ...]:
        operands, weights = list(arrays[:8]), arrays[15:]
        how: dict[str, Any] = {"order": order, "forget_bias": 0.0, "cell_clip": 0.0, "use_peephole": use_peephole}

        def total(x: Array, cs: Array, h: Array, w: Array, *rest: Array) -> float:
            steps = lstm(int(length), *_plain(x, cs, h, w), *_parts(rest), how=how)
            return sum(
                float(weight[time, row, at]) * value
                for time, now in enumerate(steps)
                for row, each in enumerate(now)
                for weight, values in zip(weights, (each[1], each[6]), strict=True)
                for at, value in enumerate(values)
            )

        return tuple(each.astype(arrays[0].dtype) for each in slopes(total, operands))

    return reference


def cell_gradient(*arrays: Array, use_peephole: bool) -> tuple[Array, ...]:
    """The same of one step; by its gates, which are what the bias adds to, row by row."""
    x, cs, h, w, wci, wcf, wco, b = arrays[:8]
    weights = arrays[14:]
    how: dict[str, Any] = {"order": CELL_FIRST, "forget_bias": 0.0, "cell_clip": 0.0, "use_peephole": use_peephole}

    def total(former: Array, biases: Array, *peepholes: Array) -> float:
        found = 0.0
        for row in range(len(cs)):
            now = _plain(x[row], former[row], h[row], w)
            step = lstm_step(*now, *_parts((*peepholes, biases[row])), how=how)
            for weight, values in zip(weights, (step[1], step[6]), strict=True):
                found += sum(float(weight[row, at]) * value for at, value in enumerate(values))
        return found

    biases = np.array([b.tolist()] * len(cs))
    return tuple(each.astype(x.dtype) for each in slopes(total, [cs, biases, wci, wcf, wco]))


def gru_step(x: Numbers, h: Numbers, w_ru: Any, w_c: Any, b_ru: Numbers, b_c: Numbers) -> Step:
    """One step of a GRU for one row: r, u, c, h."""
    size = len(h)
    gates = [sigmoid(each) for each in product([*x, *h], w_ru, b_ru)]
    r, u = gates[:size], gates[size:]
    c = [math.tanh(each) for each in product([*x, *(a * b for a, b in zip(r, h, strict=True))], w_c, b_c)]
    return r, u, c, [u[at] * h[at] + (1 - u[at]) * c[at] for at in range(size)]


def gru(x: Array, h: Array, *weights: Array) -> tuple[Array, ...]:
    """One step of all rows."""
    rows = [gru_step(*_plain(x[row], h[row], *weights)) for row in range(len(x))]
    return tuple(store([v for row in rows for v in row[each]], x.dtype).reshape(h.shape) for each in range(4))


def gru_gradient(x: Array, h: Array, *rest: Array) -> tuple[Array, ...]:
    """The derivatives of the weighted sum of the results; of gates, by what the bias adds to in each row."""
    weights, d_h = rest[:4], rest[-1]

    def total(x: Array, h: Array, b_c: Array, b_ru: Array) -> float:
        found = 0.0
        for row in range(len(x)):
            step = gru_step(*_plain(x[row], h[row], *weights[:2], b_ru[row], b_c[row]))
            found += sum(float(d_h[row, at]) * value for at, value in enumerate(step[3]))
        return found

    biases = [np.array([each.tolist()] * len(x)) for each in (weights[3], weights[2])]
    return tuple(each.astype(x.dtype) for each in slopes(total, [x, h, *biases]))


TIME, BATCH, INPUTS, SIZE = 3, 2, 3, 2


def _operands(dtype: str, time: int | None) -> tuple[Array, ...]:
    lead = () if time is None else (time,)
    shapes = [(*lead, BATCH, INPUTS), (BATCH, SIZE), (BATCH, SIZE), (INPUTS + SIZE, 4 * SIZE)]
    shapes += [(SIZE,)] * 3 + [(4 * SIZE,)]
    return tuple(sample(shape, dtype, -1.0, 1.0, seed) for seed, shape in enumerate(shapes))


def _gradient_case(op: Any, order: Sequence[str], length: int, use_peephole: bool) -> Case:
    operands = _operands("float32", TIME)
    how: dict[str, Any] = {"cell_clip": 0.0, "use_peephole": use_peephole}
    states = block(order)(array(length, "int64"), *operands, **how)
    grads = tuple(sample((TIME, BATCH, SIZE), "float32", -1.0, 1.0, seed) for seed in (20, 21))
    inputs = (array(length, "int64"), *operands, *states, *grads)
    return Case(op, inputs, block_gradient(order), {"use_peephole": use_peephole}, tolerance=4)


def _cell_gradient_case(use_peephole: bool) -> Case:
    operands = _operands("float32", None)
    states = cell(*operands, forget_bias=0.0, cell_clip=0.0, use_peephole=use_peephole)[:6]
    grads = tuple(sample((BATCH, SIZE), "float32", -1.0, 1.0, seed) for seed in (20, 21))
    attrs = {"use_peephole": use_peephole}
    return Case(ops.LSTM_BLOCK_CELL_GRAD, (*operands, *states, *grads), cell_gradient, attrs, tolerance=4)


def _gru_operands() -> tuple[Array, ...]:
    both = INPUTS + SIZE
    shapes = [(BATCH, INPUTS), (BATCH, SIZE), (both, 2 * SIZE), (both, SIZE), (2 * SIZE,), (SIZE,)]
    return tuple(sample(shape, "float32", -1.0, 1.0, seed) for seed, shape in enumerate(shapes))


_GRU = _gru_operands()

CASES = [
    *(
        Case(
            ops.LSTM_BLOCK_CELL,
            _operands(dtype, None),
            cell,
            {"forget_bias": bias, "cell_clip": clip, "use_peephole": peephole},
        )
        for dtype in ("float32", "float16")
        for bias, clip, peephole in ((1.0, 3.0, False), (0.0, 0.1, True), (0.5, -1.0, True))
    ),
    *(
        Case(
            ops.BLOCK_LSTM,
            (array(length, "int64"), *_operands(dtype, TIME)),
            block(CELL_FIRST),
            {"forget_bias": 1.0, "cell_clip": clip, "use_peephole": peephole},
        )
        for dtype in ("float32", "float16")
        for length, clip, peephole in ((TIME, 3.0, False), (2, 0.1, True), (0, 0.0, True))
    ),
    *(
        Case(
            ops.BLOCK_LSTM_V2,
            (array(length, "int64"), *_operands("float32", TIME)),
            block(FORGET_FIRST),
            {"cell_clip": clip, "use_peephole": peephole},
        )
        for length, clip, peephole in ((TIME, 0.0, False), (2, 0.1, True))
    ),
    *(
        _gradient_case(op, order, length, peephole)
        for op, order in ((ops.BLOCK_LSTM_GRAD, CELL_FIRST), (ops.BLOCK_LSTM_GRAD_V2, FORGET_FIRST))
        for length, peephole in ((TIME, True), (2, False))
    ),
    *map(_cell_gradient_case, (False, True)),
    Case(ops.GRU_BLOCK_CELL, _GRU, gru),
    Case(
        ops.GRU_BLOCK_CELL_GRAD,
        (*_GRU, *gru(*_GRU)[:3], sample((BATCH, SIZE), "float32", -1.0, 1.0, 9)),
        gru_gradient,
        tolerance=4,
    ),
]

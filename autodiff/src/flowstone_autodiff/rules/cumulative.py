"""Gradients of ``flowstone_core.ops.cumulative``: running sums from the other end."""

from __future__ import annotations

from typing import Any

from flowstone_core.ops import cumulative as ops
from flowstone_core.ops.compare import greater, less
from flowstone_core.ops.cumulative import cumprod, cumsum, cumulative_logsumexp
from flowstone_core.ops.elementary import exp, log
from flowstone_core.ops.filling import ones_like
from flowstone_core.ops.math import add, divide_no_nan, multiply, negative, subtract
from flowstone_core.ops.selection import SELECT_V2 as WHERE
from flowstone_core.tensor import Tensor

from flowstone_autodiff.conjugate import conj
from flowstone_autodiff.registry import Call, gradient

Result = tuple[Any, None]


@gradient(ops.CUMSUM)
def cumsum_gradient(call: Call, dy: Tensor) -> Result:
    """Each summand gets the ``dy`` of all sums that it is in."""
    exclusive, reverse = call.attrs["exclusive"], call.attrs["reverse"]
    return cumsum(dy, call.inputs[1], exclusive=exclusive, reverse=not reverse), None


@gradient(ops.CUMPROD)
def cumprod_gradient(call: Call, dy: Tensor) -> Result:
    """Each factor ``x`` gets ``Σ dy y / x`` over all products ``y`` that it is in; 0 where ``x`` is 0."""
    x, axis = conj(call.inputs[0]), call.inputs[1]
    exclusive, reverse = call.attrs["exclusive"], call.attrs["reverse"]
    products = multiply(cumprod(x, axis, exclusive=exclusive, reverse=reverse), dy)
    return divide_no_nan(cumsum(products, axis, exclusive=exclusive, reverse=not reverse), x), None


@gradient(ops.CUMULATIVE_LOGSUMEXP)
def cumulative_logsumexp_gradient(call: Call, dy: Tensor) -> Result:
    """``Σ dy exp(x - y)`` over all results ``y`` that ``x`` is in, added up as logarithms, by the sign of ``dy``."""
    x, axis = call.inputs
    exclusive, reverse = call.attrs["exclusive"], call.attrs["reverse"]

    def part(chosen: Tensor, weights: Tensor) -> Tensor:
        logarithms = WHERE(chosen, log(WHERE(chosen, weights, ones_like(weights))), dy.dtype.min)
        sums = cumulative_logsumexp(subtract(logarithms, call.output), axis, exclusive=exclusive, reverse=not reverse)
        return exp(add(sums, x))

    return subtract(part(greater(dy, 0), dy), part(less(dy, 0), negative(dy))), None

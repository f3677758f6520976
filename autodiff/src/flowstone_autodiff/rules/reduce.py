"""Gradients of ``flowstone_core.ops.reduce``: what was reduced gets its share of the result's gradient."""

from __future__ import annotations

from typing import Any

from flowstone_core.infer import product as known_product
from flowstone_core.ops import reduce as ops
from flowstone_core.ops.array import broadcast_to, reshape, shape, size, transpose
from flowstone_core.ops.cast import cast
from flowstone_core.ops.compare import equal
from flowstone_core.ops.cumulative import cumprod
from flowstone_core.ops.filling import ones_like
from flowstone_core.ops.gathering import tensor_scatter_nd_update
from flowstone_core.ops.math import divide, floordiv, floormod, maximum, multiply
from flowstone_core.ops.reduce import reduce_sum
from flowstone_core.tensor import Tensor

from flowstone_autodiff.conjugate import conj
from flowstone_autodiff.registry import Call, gradient, not_differentiable
from flowstone_autodiff.static import dims, ints, product, shape_of, sizes

not_differentiable(ops.ALL, ops.ANY, ops.ARG_MAX, ops.ARG_MIN)

Result = tuple[Any, None]


def _axes(call: Call) -> tuple[int, ...] | None:
    """The reduced dimensions, not negative, if they are known."""
    x, axes = call.inputs
    known, have = ints(axes), dims(x)
    if known is None or have is None:
        return None
    return tuple(axis % len(have) for axis in known) if have else ()


def _kept(call: Call, reduced: Tensor) -> Tensor:
    """``reduced``, of the shape of the result, with size 1 where dimensions were reduced."""
    if call.attrs["keep_dims"]:
        return reduced
    x, axes = call.inputs
    gone = _axes(call)
    if gone is not None:
        return _reshape(reduced, [1 if axis in gone else each for axis, each in enumerate(sizes(x))])
    places = reshape(floormod(axes, cast(size(shape(x)), axes.dtype)), [-1, 1])
    return _reshape(reduced, tensor_scatter_nd_update(shape(x), places, ones_like(reshape(axes, [-1]))))


def _reshape(x: Tensor, to: Any) -> Tensor:
    result: Tensor = reshape(x, to)
    return result


def _spread(call: Call, reduced: Tensor) -> Any:
    """``reduced``, of the shape of the result, repeated along the reduced dimensions."""
    return broadcast_to(_kept(call, reduced), shape_of(call.inputs[0]))


@gradient(ops.SUM)
def sum_gradient(call: Call, dy: Tensor) -> Result:
    """Each summand gets ``dy``."""
    return _spread(call, dy), None


@gradient(ops.MEAN)
def mean_gradient(call: Call, dy: Tensor) -> Result:
    """Each of the ``n`` elements gets ``dy / n``."""
    x = call.inputs[0]
    total, results = (None if have is None else known_product(have) for have in (dims(x), dims(call.output)))
    if total is None or results is None:
        count = cast(floordiv(size(x), maximum(size(call.output), 1)), dy.dtype)
    else:
        count = total // max(results, 1)
    return _spread(call, divide(dy, count)), None


@gradient(ops.MAX, ops.MIN)
def extremum_gradient(call: Call, dy: Tensor) -> Result:
    """The extreme elements share ``dy`` evenly."""
    x, axes = call.inputs
    chosen = cast(equal(_kept(call, call.output), x), dy.dtype)
    count = reduce_sum(chosen, axes, keepdims=True)
    return multiply(divide(chosen, count), _kept(call, dy)), None


@gradient(ops.EUCLIDEAN_NORM)
def euclidean_norm_gradient(call: Call, dy: Tensor) -> Result:
    """``y = √Σ|x|²``: ``dy x / y``."""
    return multiply(call.inputs[0], _kept(call, divide(dy, call.output))), None


@gradient(ops.PROD)
def prod_gradient(call: Call, dy: Tensor) -> Result:
    """``dy`` times the product of all other factors: those before and those after, so that zeros do no harm."""
    x, gone = call.inputs[0], _axes(call)
    if gone is None:
        raise ValueError("The gradient of tf.reduce_prod needs an axis and a rank that are known at tracing time.")
    have = sizes(x)
    order = [*gone, *(axis for axis in range(len(have)) if axis not in gone)]
    front = [have[axis] for axis in order]
    factors = reshape(transpose(x, order), [product(front[: len(gone)]), product(front[len(gone) :])])
    others = multiply(cumprod(factors, 0, exclusive=True), cumprod(factors, 0, exclusive=True, reverse=True))
    back = [order.index(axis) for axis in range(len(have))]
    others = transpose(reshape(others, front), back)
    return multiply(conj(others), _kept(call, dy)), None

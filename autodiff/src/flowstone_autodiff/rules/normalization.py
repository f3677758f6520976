"""Gradients of ``flowstone_core.ops.normalization``."""

from __future__ import annotations

from typing import Any

from flowstone_core.dtypes import float32
from flowstone_core.ops import normalization as ops
from flowstone_core.ops.array import reshape
from flowstone_core.ops.cast import cast
from flowstone_core.ops.compare import less_equal
from flowstone_core.ops.elementary import rsqrt
from flowstone_core.ops.filling import range as number_range
from flowstone_core.ops.linalg import matmul
from flowstone_core.ops.math import abs as absolute
from flowstone_core.ops.math import add, multiply, square, subtract
from flowstone_core.ops.math import pow as power
from flowstone_core.ops.normalization import channel_axis
from flowstone_core.ops.reduce import reduce_mean, reduce_sum
from flowstone_core.tensor import Tensor

from flowstone_autodiff.formula import by_formula
from flowstone_autodiff.registry import Call, gradient
from flowstone_autodiff.static import sizes

# -- batch normalization -------------------------------------------------------------------------------------------


@gradient(ops.FUSED_BATCH_NORM, missing=True)
def fused_batch_norm_gradient(call: Call, dy: Any, *others: Any) -> tuple[Any, ...]:
    """By the op that is its gradient; the statistics have none of their own, as in TensorFlow."""
    return _fused(call, dy, ops.FUSED_BATCH_NORM_GRAD, 2)


@gradient(ops.FUSED_BATCH_NORM_V2, missing=True)
def fused_batch_norm_v2_gradient(call: Call, dy: Any, *others: Any) -> tuple[Any, ...]:
    """By the op that is its gradient; the statistics have none of their own, as in TensorFlow."""
    return _fused(call, dy, ops.FUSED_BATCH_NORM_GRAD_V2, 2)


@gradient(ops.FUSED_BATCH_NORM_V3, missing=True)
def fused_batch_norm_v3_gradient(call: Call, dy: Any, *others: Any) -> tuple[Any, ...]:
    """By the op that is its gradient; the statistics have none of their own, as in TensorFlow."""
    return _fused(call, dy, ops.FUSED_BATCH_NORM_GRAD_V3, 3)


def _fused(call: Call, dy: Any, op: Any, count: int) -> tuple[Any, ...]:
    if dy is None:
        return (None,) * 5
    x, scale, _, mean, variance = call.inputs
    reserves = list(call.outputs[3 : 3 + count])
    if not call.attrs["is_training"]:
        reserves[:2] = [mean, variance]
    attrs = {name: call.attrs[name] for name in ("epsilon", "data_format", "is_training")}
    by_x, by_scale, by_offset, *_ = op(dy, x, scale, *reserves, **attrs)
    return by_x, by_scale, by_offset, None, None


@gradient(ops.FUSED_BATCH_NORM_GRAD, ops.FUSED_BATCH_NORM_GRAD_V2, ops.FUSED_BATCH_NORM_GRAD_V3)
def fused_batch_norm_grad_gradient(call: Call, dx: Tensor, d_scale: Tensor, d_offset: Tensor, *_: Any) -> Any:
    """By the formula of the first derivatives (``_first_derivatives``)."""
    dy, x, scale, *reserves = call.inputs
    axis = channel_axis(call.attrs["data_format"], len(sizes(x)))

    def formula(dy: Tensor, x: Tensor, scale: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        mean, variance = (None, None) if call.attrs["is_training"] else reserves[:2]
        return _first_derivatives(dy, x, scale, mean, variance, axis, call.attrs["epsilon"])

    weights = (cast(dx, float32), cast(d_scale, float32), cast(d_offset, float32))
    found = by_formula(formula, (dy, x, scale), weights)
    return (*found, *(None for _ in reserves))


def _first_derivatives(
    dy: Tensor, x: Tensor, scale: Tensor, mean: Any, variance: Any, axis: int, epsilon: float
) -> tuple[Tensor, Tensor, Tensor]:
    """Those of ``scale x̂ + offset`` with ``x̂ = (x - mean) / √(variance + ε)``, in float32.

    In training the statistics are those of ``x``, and ``dx = s (dy - avg(dy) - x̂ avg(dy x̂))`` with
    ``s = scale / √(variance + ε)``; else they are constants, and ``dx = s dy``.
    """
    dy, x = cast(dy, float32), cast(x, float32)
    rank = len(sizes(x))
    others = [each for each in range(rank) if each != axis % rank]
    row = [1] * rank
    row[axis] = -1
    training = mean is None
    if training:
        center = reduce_mean(x, others, keepdims=True)
        spread = reduce_mean(square(subtract(x, center)), others, keepdims=True)
    else:
        center, spread = reshape(mean, row), reshape(variance, row)
    inverse = rsqrt(add(spread, epsilon))
    normal = multiply(subtract(x, center), inverse)
    by_scale, by_offset = reduce_sum(multiply(dy, normal), others), reduce_sum(dy, others)
    by_normal = dy
    if training:
        common = multiply(normal, reduce_mean(multiply(dy, normal), others, keepdims=True))
        by_normal = subtract(subtract(dy, reduce_mean(dy, others, keepdims=True)), common)
    return multiply(multiply(reshape(scale, row), inverse), by_normal), by_scale, by_offset


@gradient(ops.BATCH_NORM_GLOBAL)
def batch_norm_global_gradient(call: Call, dy: Tensor) -> tuple[Any, ...]:
    """By the formula ``(t - m) / √(v + ε) gamma + beta``."""

    def formula(t: Tensor, m: Tensor, v: Tensor, beta: Tensor, gamma: Tensor) -> Tensor:
        factor = rsqrt(add(v, call.attrs["variance_epsilon"]))
        if call.attrs["scale_after_normalization"]:
            factor = multiply(factor, gamma)
        return add(multiply(subtract(t, m), factor), beta)

    return tuple(by_formula(formula, call.inputs, dy))


# -- local response normalization ----------------------------------------------------------------------------------


@gradient(ops.LRN)
def lrn_gradient(call: Call, dy: Tensor) -> Any:
    """By the op that is its gradient."""
    return ops.LRN_GRAD(dy, call.inputs[0], call.output, **call.attrs)


@gradient(ops.LRN_GRAD)
def lrn_grad_gradient(call: Call, dx: Tensor) -> tuple[Any, Any, None]:
    """By the formula ``x / (bias + alpha Σ x²)^beta``, the sum over the neighbouring channels."""
    dy, x, _ = call.inputs
    attrs = call.attrs

    def response(x: Tensor) -> Tensor:
        places = number_range(sizes(x)[-1])
        near = cast(less_equal(absolute(subtract(places[:, None], places)), attrs["depth_radius"]), x.dtype)
        total = add(multiply(matmul(square(x), near), attrs["alpha"]), attrs["bias"])
        return multiply(x, power(total, -attrs["beta"]))

    def derivative(dy: Tensor, x: Tensor) -> Any:
        return by_formula(response, (x,), dy)[0]

    by_dy, by_x = by_formula(derivative, (dy, x), dx)
    return by_dy, by_x, None

"""How batch normalization is lowered: to reductions and elementwise operations, which loops fuse."""

from __future__ import annotations

import math
from typing import Any

from flowstone_core.ops.normalization import channel_axis
from flowstone_graphfn.graph import Node

from flowstone_kernels_simd.lowering import Lowering, rule
from flowstone_kernels_simd.values import Shape, Unsupported, Value


class _Channels:
    """A tensor's channels: the axes that moments are taken over, how many elements that is, a vector's shape."""

    def __init__(self, node: Node, shape: Shape) -> None:
        axis = channel_axis(node.attrs["data_format"], len(shape))
        self.others = [index for index in range(len(shape)) if index != axis]
        self.count = math.prod(shape[index] for index in self.others)
        self.spread = tuple(size if index == axis else 1 for index, size in enumerate(shape))
        self.vector = (shape[axis],)
        if 0 in shape:
            raise Unsupported("normalization of nothing")


@rule("FusedBatchNorm", "FusedBatchNormV2", "FusedBatchNormV3", widened=True)
def _batch_norm(low: Lowering, node: Node, inputs: list[Any]) -> list[Value]:
    x, scale, offset, mean, variance = inputs
    channels = _Channels(node, x.shape)
    factor = node.attrs["exponential_avg_factor"]

    def number(value: float) -> Value:
        return low.number("float32", value)

    if node.attrs["is_training"]:
        share = number(1 / channels.count)
        used_mean = low.op("Mul", low.reduce("sum", x, channels.others), share)
        centered = low.op("Sub", x, used_mean)
        used_variance = low.op("Mul", low.reduce("sum", low.op("Square", centered), channels.others), share)
        used = [low.reshape(value, channels.vector) for value in (used_mean, used_variance)]
        estimate = low.op("Mul", used[1], number(channels.count / max(channels.count - 1, 1)))
        running = [used[0], estimate]
        if factor != 1.0:
            running = [
                low.op("AddV2", low.op("Mul", number(1 - factor), old), low.op("Mul", number(factor), new))
                for old, new in zip((mean, variance), running, strict=True)
            ]
    else:
        used = running = [mean, variance]
        centered = low.op("Sub", x, low.reshape(mean, channels.spread))
        used_variance = low.reshape(variance, channels.spread)
    inverse = low.op("Rsqrt", low.op("AddV2", used_variance, number(node.attrs["epsilon"])))
    slope = low.op("Mul", inverse, low.reshape(scale, channels.spread))
    y = low.op("AddV2", low.op("Mul", centered, slope), low.reshape(offset, channels.spread))
    nothing = [low.spread(number(0), (0,))] if node.op.name == "FusedBatchNormV3" else []
    return [y, *running, *used, *nothing]


@rule("FusedBatchNormGrad", "FusedBatchNormGradV2", "FusedBatchNormGradV3", widened=True)
def _batch_norm_grad(low: Lowering, node: Node, inputs: list[Any]) -> list[Value]:
    dy, x, scale, mean, variance = inputs[:5]
    channels = _Channels(node, x.shape)
    epsilon = low.number("float32", node.attrs["epsilon"])
    centered = low.op("Sub", x, low.reshape(mean, channels.spread))
    inverse = low.op("Rsqrt", low.op("AddV2", low.reshape(variance, channels.spread), epsilon))
    d_offset = low.reduce("sum", dy, channels.others)
    d_scale = low.op("Mul", low.reduce("sum", low.op("Mul", dy, centered), channels.others), inverse)
    slope = low.op("Mul", low.reshape(scale, channels.spread), inverse)
    dx = dy
    if node.attrs["is_training"]:
        share = low.number("float32", 1 / channels.count)
        tilt = low.op("Mul", low.op("Mul", d_scale, inverse), share)
        dx = low.op("Sub", low.op("Sub", dy, low.op("Mul", d_offset, share)), low.op("Mul", centered, tilt))
    nothing = [low.spread(low.number("float32", 0), low.shape_of(node, index)) for index in range(3, len(node.outputs))]
    vectors = [low.reshape(value, channels.vector) for value in (d_scale, d_offset)]
    return [low.op("Mul", dx, slope), *vectors, *nothing]

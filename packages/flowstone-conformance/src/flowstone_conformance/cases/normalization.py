"""Cases for ``flowstone_core.ops.normalization``: channels last."""

from __future__ import annotations

import math
from typing import Any

from flowstone_core.ops import normalization as ops

from flowstone_conformance.case import Case
from flowstone_conformance.reference import Array, indices, number, store
from flowstone_conformance.samples import sample

EPSILON = 0.001


def channels(x: Array) -> list[list[float]]:
    """The elements of each channel."""
    return [[number(x[(*place, c)]) for place in indices(x.shape[:-1])] for c in range(x.shape[-1])]


def normalized(
    x: Array, scale: Array, offset: Array, means: list[float], variances: list[float], epsilon: float
) -> Array:
    """``scale * (x - mean) / sqrt(variance + epsilon) + offset`` by channel."""
    values = [
        number(scale[at[-1]]) * (number(x[at]) - means[at[-1]]) / math.sqrt(variances[at[-1]] + epsilon)
        + number(offset[at[-1]])
        for at in indices(x.shape)
    ]
    return store(values, x.dtype).reshape(x.shape)


def inference(x: Array, scale: Array, offset: Array, mean: Array, variance: Array, epsilon: float) -> Array:
    """Batch normalization with statistics that are given."""
    return normalized(x, scale, offset, [number(m) for m in mean], [number(v) for v in variance], epsilon)


def training(x: Array, scale: Array, offset: Array, epsilon: float) -> tuple[Array, Array, Array]:
    """Batch normalization with the batch's own statistics; the variance that is reported has Bessel's correction."""
    groups = channels(x)
    means = [math.fsum(group) / len(group) for group in groups]
    variances = [
        math.fsum((value - mean) ** 2 for value in group) / len(group)
        for group, mean in zip(groups, means, strict=True)
    ]
    count = len(groups[0])
    reported = [variance * count / max(count - 1, 1) for variance in variances]
    y = normalized(x, scale, offset, means, variances, epsilon)
    return y, store(means, scale.dtype), store(reported, scale.dtype)


def lrn(x: Array, depth_radius: int, bias: float, alpha: float, beta: float) -> Array:
    """Each element divided by a power of the sum of squares of its neighbours in depth."""

    def value(at: tuple[int, ...]) -> Any:
        around = range(max(0, at[-1] - depth_radius), min(x.shape[-1], at[-1] + depth_radius + 1))
        squares = math.fsum(number(x[(*at[:-1], c)]) ** 2 for c in around)
        return number(x[at]) / (bias + alpha * squares) ** beta

    return store([value(at) for at in indices(x.shape)], x.dtype).reshape(x.shape)


def fused(
    x: Array, scale: Array, offset: Array, mean: Array, variance: Array, epsilon: float, is_training: bool
) -> Any:
    """The three outputs of ``FusedBatchNorm`` that mean something; what follows is for its gradient."""
    if is_training:
        return training(x, scale, offset, epsilon)
    return inference(x, scale, offset, mean, variance, epsilon), mean, variance


CASES = [
    *(
        Case(
            op,
            (
                sample(shape, "float32"),
                sample(shape[-1:], "float32", 0.5, 2.0),
                sample(shape[-1:], "float32", seed=1),
                sample((0,) if is_training else shape[-1:], "float32", seed=2),
                sample((0,) if is_training else shape[-1:], "float32", 0.5, 2.0, seed=3),
            ),
            fused,
            {"epsilon": EPSILON, "is_training": is_training},
            tolerance=8,
            outputs=3,
        )
        for op in (ops.FUSED_BATCH_NORM, ops.FUSED_BATCH_NORM_V2, ops.FUSED_BATCH_NORM_V3)
        for shape in ((2, 3, 3, 2), (4, 1, 1, 3))
        for is_training in (True, False)
    ),
    *(
        Case(
            ops.LRN,
            (sample((2, 2, 2, 5), "float32"),),
            lrn,
            {"depth_radius": radius, "bias": 1.0, "alpha": 0.5, "beta": 0.75},
            tolerance=4,
        )
        for radius in (1, 2, 9)
    ),
]

"""Gradients of ``flowstone_core.ops.isotonic``."""

from __future__ import annotations

from flowstone_core.ops import isotonic as ops
from flowstone_core.ops.array import RANGE, reshape, size
from flowstone_core.ops.cast import cast
from flowstone_core.ops.gathering import gather
from flowstone_core.ops.math import add, floordiv, maximum, multiply
from flowstone_core.ops.segment import segment_mean
from flowstone_core.tensor import Tensor

from flowstone_autodiff.registry import Call, gradient
from flowstone_autodiff.static import shape_of, sizes


@gradient(ops.ISOTONIC_REGRESSION)
def isotonic_regression_gradient(call: Call, dy: Tensor, _segments: Tensor | None) -> Tensor:
    """Each element gets the mean gradient of the constant part that it belongs to."""
    segments = call.outputs[1]
    length = sizes(segments)[-1]
    places = RANGE(0, size(segments), 1)
    rows = floordiv(places, maximum(length, 1))
    ids = add(reshape(segments, [-1]), multiply(rows, length))  # a row has at most `length` parts
    return cast(reshape(_means(reshape(dy, [-1]), ids), shape_of(dy)), call.inputs[0].dtype)


def _means(values: Tensor, ids: Tensor) -> Tensor:
    result: Tensor = gather(segment_mean(values, ids), ids)
    return result

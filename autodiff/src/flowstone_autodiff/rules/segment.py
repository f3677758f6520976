"""Gradients of ``flowstone_core.ops.segment``: each row gets its share of its segment's gradient."""

from __future__ import annotations

from typing import Any

from flowstone_core.ops import segment as ops
from flowstone_core.ops.array import reshape, shape
from flowstone_core.ops.cast import cast
from flowstone_core.ops.compare import equal, greater, greater_equal
from flowstone_core.ops.elementary import rsqrt
from flowstone_core.ops.filling import ones, ones_like, zeros_like
from flowstone_core.ops.gathering import gather
from flowstone_core.ops.math import divide, maximum, multiply, reciprocal
from flowstone_core.ops.segment import unsorted_segment_prod, unsorted_segment_sum
from flowstone_core.ops.selection import SELECT_V2 as WHERE
from flowstone_core.tensor import Tensor

from flowstone_autodiff.registry import Call, gradient
from flowstone_autodiff.static import dims, sizes


def _rows(values: Tensor, ids: Tensor) -> Tensor:
    """The rows of ``values`` that ``ids`` name; zeros for negative ids, which belong to no segment."""
    gathered: Tensor = gather(values, maximum(ids, zeros_like(ids)))
    inside = greater_equal(ids, zeros_like(ids))
    extra = len(sizes(gathered)) - len(sizes(ids))
    if extra:
        inside = reshape(inside, [*sizes(inside), *[1] * extra])
    result: Tensor = WHERE(inside, gathered, zeros_like(gathered))
    return result


def _column(values: Tensor, like: Tensor) -> Tensor:
    """A vector as a column that broadcasts against ``like``."""
    result: Tensor = reshape(values, [-1, *[1] * (len(sizes(like)) - 1)])
    return result


def _others(call: Call) -> tuple[None, ...]:
    return (None,) * (len(call.inputs) - 1)


# -- sums and means ------------------------------------------------------------------------------------------------


@gradient(ops.SEGMENT_SUM)
def segment_sum_gradient(call: Call, dy: Tensor) -> tuple[Any, ...]:
    """Each row gets its segment's gradient."""
    return gather(dy, call.inputs[1]), None


@gradient(ops.SEGMENT_SUM_V2, ops.UNSORTED_SEGMENT_SUM)
def unsorted_segment_sum_gradient(call: Call, dy: Tensor) -> tuple[Any, ...]:
    """Each row gets its segment's gradient."""
    return _rows(dy, call.inputs[1]), None, None


@gradient(ops.SEGMENT_MEAN)
def segment_mean_gradient(call: Call, dy: Tensor) -> tuple[Any, None]:
    """Each of a segment's ``n`` rows gets the gradient over ``n``."""
    ids = call.inputs[1]
    count = ops.SEGMENT_SUM(ones(shape(ids), dy.dtype), ids)
    return gather(divide(dy, _column(maximum(count, 1), dy)), ids), None


# -- extrema -------------------------------------------------------------------------------------------------------


@gradient(
    ops.SEGMENT_MAX,
    ops.SEGMENT_MIN,
    ops.SEGMENT_MAX_V2,
    ops.SEGMENT_MIN_V2,
    ops.UNSORTED_SEGMENT_MAX,
    ops.UNSORTED_SEGMENT_MIN,
)
def segment_extremum_gradient(call: Call, dy: Tensor) -> tuple[Any, ...]:
    """Those of a segment that equal its extremum share its gradient evenly."""
    data, ids = call.inputs[:2]
    chosen = equal(data, _rows(call.output, ids))
    count = unsorted_segment_sum(cast(chosen, dy.dtype), ids, shape(dy)[0])
    share = _rows(divide(dy, maximum(count, 1)), ids)
    return WHERE(chosen, share, zeros_like(share)), *_others(call)


# -- products ------------------------------------------------------------------------------------------------------


@gradient(ops.SEGMENT_PROD, ops.SEGMENT_PROD_V2, ops.UNSORTED_SEGMENT_PROD)
def segment_prod_gradient(call: Call, dy: Tensor) -> tuple[Any, ...]:
    """Each row gets the gradient times the product of its segment's other rows, zeros among them or not."""
    data, ids = call.inputs[:2]
    count = shape(dy)[0]
    is_zero = equal(data, zeros_like(data))
    zeros = unsorted_segment_sum(cast(is_zero, dy.dtype), ids, count)
    factors = WHERE(is_zero, ones_like(data), data)
    product = _rows(unsorted_segment_prod(factors, ids, count), ids)
    others = WHERE(is_zero, product, divide(product, factors))
    # with one zero in the segment only that row has a gradient, with two nobody has
    inside = _rows(zeros, ids)
    none = greater(inside, WHERE(is_zero, ones_like(data), zeros_like(data)))
    return WHERE(none, zeros_like(data), multiply(others, _rows(dy, ids))), *_others(call)


# -- sparse segments -----------------------------------------------------------------------------------------------

_SUMS = (
    ops.SPARSE_SEGMENT_SUM,
    ops.SPARSE_SEGMENT_SUM_SIZED,
    ops.SPARSE_SEGMENT_SUM_GRAD,
    ops.SPARSE_SEGMENT_SUM_GRAD_V2,
)
_MEANS = (
    ops.SPARSE_SEGMENT_MEAN,
    ops.SPARSE_SEGMENT_MEAN_SIZED,
    ops.SPARSE_SEGMENT_MEAN_GRAD,
    ops.SPARSE_SEGMENT_MEAN_GRAD_V2,
)


def _scaled(op: Any, values: Tensor, ids: Tensor) -> Tensor:
    """A value for each segment, divided by what the op divides by: nothing, the count, or its root."""
    if op in _SUMS:
        return values
    count = unsorted_segment_sum(ones(shape(ids), values.dtype), ids, shape(values)[0])
    count = maximum(count, 1)
    return multiply(values, _column(reciprocal(count) if op in _MEANS else rsqrt(count), values))


@gradient(
    ops.SPARSE_SEGMENT_SUM,
    ops.SPARSE_SEGMENT_MEAN,
    ops.SPARSE_SEGMENT_SQRT_N,
    ops.SPARSE_SEGMENT_SUM_SIZED,
    ops.SPARSE_SEGMENT_MEAN_SIZED,
    ops.SPARSE_SEGMENT_SQRT_N_SIZED,
)
def sparse_segment_gradient(call: Call, dy: Tensor) -> tuple[Any, ...]:
    """Each row gets its segments' gradients, divided as the sums were."""
    data, indices, ids = call.inputs[:3]
    known = dims(data)
    rows = known[0] if known is not None and known[0] is not None else shape(data)[0]
    return unsorted_segment_sum(gather(_scaled(call.op, dy, ids), ids), indices, rows), *_others(call)


@gradient(ops.SPARSE_SEGMENT_SUM_GRAD, ops.SPARSE_SEGMENT_MEAN_GRAD, ops.SPARSE_SEGMENT_SQRT_N_GRAD)
def sparse_segment_grad_gradient(call: Call, dx: Tensor) -> tuple[Any, ...]:
    """Each segment gets the sum over its rows again."""
    grad, indices, ids, _ = call.inputs
    summed = unsorted_segment_sum(gather(dx, indices), ids, shape(grad)[0])
    return _scaled(call.op, summed, ids), None, None, None


@gradient(ops.SPARSE_SEGMENT_SUM_GRAD_V2, ops.SPARSE_SEGMENT_MEAN_GRAD_V2, ops.SPARSE_SEGMENT_SQRT_N_GRAD_V2)
def sparse_segment_grad_v2_gradient(call: Call, dx: Tensor, d_rows: None) -> tuple[Any, ...]:
    """Each segment gets the sum over its rows again, which are named by the op's second output."""
    grad, indices, ids, count = call.inputs
    dense = unsorted_segment_sum(dx, call.outputs[1], count)
    summed = unsorted_segment_sum(gather(dense, indices), ids, shape(grad)[0])
    return _scaled(call.op, summed, ids), None, None, None

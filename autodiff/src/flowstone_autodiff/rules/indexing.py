"""Gradients of ``flowstone_core.ops.indexing``."""

from __future__ import annotations

from typing import Any

from flowstone_core.dtypes import int16, int32
from flowstone_core.ops import indexing as ops
from flowstone_core.ops.array import shape
from flowstone_core.ops.cast import cast
from flowstone_core.ops.filling import ones_like, zeros_like
from flowstone_core.ops.math import add
from flowstone_core.tensor import Tensor

from flowstone_autodiff.broadcasting import unbroadcast
from flowstone_autodiff.registry import Call, gradient, not_differentiable

not_differentiable(ops.RESOURCE_STRIDED_SLICE_ASSIGN)


@gradient(ops.STRIDED_SLICE)
def strided_slice_gradient(call: Call, dy: Tensor) -> tuple[Any, None, None, None]:
    """``dy`` in its places among zeros."""
    x, *bounds = call.inputs
    if bounds[0].dtype is int16:
        bounds = [cast(bound, int32) for bound in bounds]
    return ops.STRIDED_SLICE_GRAD(shape(x, bounds[0].dtype), *bounds, dy, **call.attrs), None, None, None


@gradient(ops.STRIDED_SLICE_GRAD)
def strided_slice_grad_gradient(call: Call, dz: Tensor) -> tuple[None, None, None, None, Any]:
    """The slice of ``dz``."""
    _, begin, end, strides, _ = call.inputs
    return None, None, None, None, ops.STRIDED_SLICE(dz, begin, end, strides, **call.attrs)


@gradient(ops.TENSOR_STRIDED_SLICE_UPDATE)
def strided_update_gradient(call: Call, dy: Tensor) -> tuple[Any, None, None, None, Any]:
    """The tensor gets ``dy`` where it was not replaced, the value the slice of ``dy``."""
    _, *bounds, value = call.inputs
    kept = ops.TENSOR_STRIDED_SLICE_UPDATE(dy, *bounds, zeros_like(value), **call.attrs)
    return kept, None, None, None, unbroadcast(ops.STRIDED_SLICE(dy, *bounds, **call.attrs), value)


@gradient(ops.SLICE)
def slice_gradient(call: Call, dy: Tensor) -> tuple[Any, None, None]:
    """``dy`` in its place among zeros."""
    x, begin, _ = call.inputs
    end = add(begin, shape(dy, begin.dtype))
    return ops.STRIDED_SLICE_GRAD(shape(x, begin.dtype), begin, end, ones_like(begin), dy), None, None

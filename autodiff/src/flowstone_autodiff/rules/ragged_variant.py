"""Gradients of ``flowstone_core.ops.ragged_variant``: variants of the values' gradients."""

from __future__ import annotations

from typing import Any

from flowstone_core.dtypes import int64
from flowstone_core.ops import ragged_variant as ops
from flowstone_core.ops.array import reshape, shape
from flowstone_core.ops.filling import zeros
from flowstone_core.tensor import Tensor

from flowstone_autodiff.registry import Call, gradient, not_differentiable

not_differentiable(ops.RAGGED_TENSOR_TO_VARIANT_GRADIENT)


@gradient(ops.RAGGED_TENSOR_TO_VARIANT)
def to_variant_gradient(call: Call, d_variant: Tensor) -> tuple[Any, ...]:
    """The gradients in the variants, as one tensor of the values' shape."""
    splits, values = call.inputs
    first = splits[0] if splits and call.attrs["batched_input"] else zeros([0], int64)
    d_values = ops.RAGGED_TENSOR_TO_VARIANT_GRADIENT(d_variant, first, shape(values), Tvalues=values.dtype)
    return [None] * len(splits), reshape(d_values, shape(values))


@gradient(ops.RAGGED_TENSOR_FROM_VARIANT)
def from_variant_gradient(call: Call, d_splits: Any, d_values: Tensor) -> tuple[Any]:
    """The gradient of each row, put into variants as the values were."""
    splits, _ = call.outputs
    return (ops.RAGGED_TENSOR_TO_VARIANT(list(splits), d_values, batched_input=bool(call.inputs[0].spec.rank)),)

"""Gradients of ``flowstone_core.ops.approximate``."""

from __future__ import annotations

from typing import Any

from flowstone_core.ops import approximate as ops
from flowstone_core.ops.array import transpose
from flowstone_core.tensor import Tensor

from flowstone_autodiff.registry import Call, gradient
from flowstone_autodiff.rules.gathering import scattered
from flowstone_autodiff.static import sizes


@gradient(ops.APPROX_TOP_K)
def approx_top_k_gradient(call: Call, dy: Tensor, d_indices: None) -> Any:
    """``dy`` in the places of the best entries among zeros."""
    have = sizes(call.inputs[0])
    last = len(have) - 1
    at = call.attrs["reduction_dimension"] % len(have)
    order = [*range(at), *range(at + 1, last + 1), at]
    back = [*range(at), last, *range(at, last)]
    moved = scattered(
        transpose(dy, order), transpose(call.outputs[1], order), [have[axis] for axis in order], last, last
    )
    return transpose(moved, back)

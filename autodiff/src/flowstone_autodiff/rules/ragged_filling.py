"""Gradients of ``flowstone_core.ops.ragged_filling``."""

from __future__ import annotations

from typing import Any

from flowstone_core.ops import ragged_filling as ops
from flowstone_core.tensor import Tensor

from flowstone_autodiff.registry import Call, gradient
from flowstone_autodiff.rules.sparse import sparse_fill_empty_rows_grad_gradient

gradient(ops.RAGGED_FILL_EMPTY_ROWS_GRAD)(sparse_fill_empty_rows_grad_gradient)


@gradient(ops.RAGGED_FILL_EMPTY_ROWS)
def ragged_fill_empty_rows_gradient(
    call: Call, d_rowids: Any, d_values: Tensor, d_empty: Any, d_map: Any
) -> tuple[None, Any, None, Any]:
    """The values get their own gradients, the default value the sum of the fillings'."""
    d_input, d_default = ops.RAGGED_FILL_EMPTY_ROWS_GRAD(call.outputs[3], d_values)
    return None, d_input, None, d_default

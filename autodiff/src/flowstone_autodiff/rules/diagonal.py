"""Gradients of ``flowstone_core.ops.diagonal``."""

from __future__ import annotations

from typing import Any

from flowstone_core.ops import diagonal as ops
from flowstone_core.ops.cast import cast
from flowstone_core.ops.filling import zeros_like
from flowstone_core.tensor import Tensor

from flowstone_autodiff.registry import Call, gradient

# -- bands and diagonals of matrices -----------------------------------------------------------------------------


@gradient(ops.MATRIX_BAND_PART)
def band_part_gradient(call: Call, dy: Tensor) -> tuple[Any, None, None]:
    """The same band of ``dy``."""
    return ops.MATRIX_BAND_PART(dy, *call.inputs[1:]), None, None


@gradient(ops.MATRIX_DIAG)
def diag_gradient(call: Call, dy: Tensor) -> Any:
    """The diagonal of ``dy``."""
    return ops.MATRIX_DIAG_PART(dy)


@gradient(ops.MATRIX_DIAG_V2)
def diag_v2_gradient(call: Call, dy: Tensor) -> tuple[Any, ...]:
    """The diagonals of ``dy``; the padding counts as a constant."""
    return ops.MATRIX_DIAG_PART_V2(dy, call.inputs[1], _zero(dy)), None, None, None, None


@gradient(ops.MATRIX_DIAG_V3)
def diag_v3_gradient(call: Call, dy: Tensor) -> tuple[Any, ...]:
    """The diagonals of ``dy``; the padding counts as a constant."""
    return ops.MATRIX_DIAG_PART_V3(dy, call.inputs[1], _zero(dy), **call.attrs), None, None, None, None


@gradient(ops.MATRIX_DIAG_PART)
def diag_part_gradient(call: Call, dy: Tensor) -> Any:
    """``dy`` on the diagonal of zeros."""
    return ops.MATRIX_SET_DIAG(zeros_like(call.inputs[0]), dy)


@gradient(ops.MATRIX_DIAG_PART_V2)
def diag_part_v2_gradient(call: Call, dy: Tensor) -> tuple[Any, None, None]:
    """``dy`` on the diagonals of zeros."""
    return ops.MATRIX_SET_DIAG_V2(zeros_like(call.inputs[0]), dy, call.inputs[1]), None, None


@gradient(ops.MATRIX_DIAG_PART_V3)
def diag_part_v3_gradient(call: Call, dy: Tensor) -> tuple[Any, None, None]:
    """``dy`` on the diagonals of zeros."""
    return ops.MATRIX_SET_DIAG_V3(zeros_like(call.inputs[0]), dy, call.inputs[1], **call.attrs), None, None


@gradient(ops.MATRIX_SET_DIAG)
def set_diag_gradient(call: Call, dy: Tensor) -> tuple[Any, Any]:
    """The matrix gets ``dy`` off the diagonal, the diagonal the rest."""
    return ops.MATRIX_SET_DIAG(dy, zeros_like(call.inputs[1])), ops.MATRIX_DIAG_PART(dy)


@gradient(ops.MATRIX_SET_DIAG_V2)
def set_diag_v2_gradient(call: Call, dy: Tensor) -> tuple[Any, Any, None]:
    """The matrix gets ``dy`` off the diagonals, the diagonals the rest."""
    _, diagonal, k = call.inputs
    return ops.MATRIX_SET_DIAG_V2(dy, zeros_like(diagonal), k), ops.MATRIX_DIAG_PART_V2(dy, k, _zero(dy)), None


@gradient(ops.MATRIX_SET_DIAG_V3)
def set_diag_v3_gradient(call: Call, dy: Tensor) -> tuple[Any, Any, None]:
    """The matrix gets ``dy`` off the diagonals, the diagonals the rest."""
    _, diagonal, k = call.inputs
    rest = ops.MATRIX_DIAG_PART_V3(dy, k, _zero(dy), **call.attrs)
    return ops.MATRIX_SET_DIAG_V3(dy, zeros_like(diagonal), k, **call.attrs), rest, None


def _zero(like: Tensor) -> Any:
    return cast(0, like.dtype)


# -- diagonals of tensors of any rank ----------------------------------------------------------------------------


@gradient(ops.TENSOR_DIAG)
def tensor_diag_gradient(call: Call, dy: Tensor) -> Any:
    """The diagonal of ``dy``."""
    return ops.TENSOR_DIAG_PART(dy)


@gradient(ops.TENSOR_DIAG_PART)
def tensor_diag_part_gradient(call: Call, dy: Tensor) -> Any:
    """``dy`` on the diagonal of zeros."""
    return ops.TENSOR_DIAG(dy)

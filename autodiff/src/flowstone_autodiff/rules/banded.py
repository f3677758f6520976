"""Gradients of ``flowstone_core.ops.banded``: those of whole matrices, read along the diagonals."""

from __future__ import annotations

from typing import Any

from flowstone_core.ops import banded as ops
from flowstone_core.ops.array import expand_dims
from flowstone_core.ops.filling import zeros_like
from flowstone_core.ops.joining import concat, stack
from flowstone_core.ops.linalg import matrix_transpose
from flowstone_core.ops.math import add, multiply, negative
from flowstone_core.ops.reduce import reduce_sum
from flowstone_core.tensor import Tensor

from flowstone_autodiff.broadcasting import unbroadcast
from flowstone_autodiff.conjugate import conj
from flowstone_autodiff.registry import Call, gradient
from flowstone_autodiff.static import sizes


def _moved(x: Tensor, offset: int) -> Any:
    """Row ``i`` becomes row ``i + offset`` of ``x``, or zeros where there is none."""
    if offset == 0:
        return x
    if offset > 0:
        return concat([x[..., offset:, :], zeros_like(x[..., :offset, :])], -2)
    return concat([zeros_like(x[..., offset:, :]), x[..., :offset, :]], -2)


def _along(left: Tensor, right: Tensor, offset: int) -> Any:
    """The elements ``(i, i + offset)`` of ``left rightᴴ``, one for each row."""
    return reduce_sum(multiply(left, conj(_moved(right, offset))), -1)


@gradient(ops.TRIDIAGONAL_MATMUL)
def tridiagonal_matmul_gradient(call: Call, dy: Tensor) -> tuple[Any, ...]:
    """``A B``: ``dy Bᴴ`` along the diagonals, and ``Aᴴ dy``."""
    above, main, below, rhs = call.inputs
    by_rhs = multiply(conj(matrix_transpose(main)), dy)
    by_rhs = add(by_rhs, _moved(multiply(conj(matrix_transpose(above)), dy), -1))
    by_rhs = add(by_rhs, _moved(multiply(conj(matrix_transpose(below)), dy), 1))
    by_diagonals = (expand_dims(_along(dy, rhs, offset), -2) for offset in (1, 0, -1))
    return *by_diagonals, by_rhs


@gradient(ops.TRIDIAGONAL_SOLVE)
def tridiagonal_solve_gradient(call: Call, dx: Tensor) -> tuple[Any, Any]:
    """``A X = B``: ``dB = A⁻ᴴ dx``, and ``-dB Xᴴ`` along the diagonals."""
    diagonals = call.inputs[0]
    above, main, below = (conj(diagonals[..., place, :, None]) for place in range(3))
    turned = stack([_moved(below, 1)[..., 0], main[..., 0], _moved(above, -1)[..., 0]], -2)
    by_rhs = ops.TRIDIAGONAL_SOLVE(turned, dx, **call.attrs)
    return negative(stack([_along(by_rhs, call.output, offset) for offset in (1, 0, -1)], -2)), by_rhs


@gradient(ops.BANDED_TRIANGULAR_SOLVE)
def banded_solve_gradient(call: Call, dx: Tensor) -> tuple[Any, Any]:
    """``A X = B``: ``dB = A⁻ᴴ dx``, and ``-dB Xᴴ`` along the bands."""
    bands, rhs = call.inputs
    low, adjoint = call.attrs["lower"], call.attrs["adjoint"]
    by_rhs = ops.BANDED_TRIANGULAR_SOLVE(bands, dx, lower=low, adjoint=not adjoint)
    left, right = (call.output, by_rhs) if adjoint else (by_rhs, call.output)
    count = sizes(bands)[-2]
    offsets = [-place for place in range(count)] if low else [count - 1 - place for place in range(count)]
    by_bands = negative(stack([_along(left, right, offset) for offset in offsets], -2))
    return unbroadcast(by_bands, bands), unbroadcast(by_rhs, rhs)

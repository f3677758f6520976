"""Numpy kernels of ``flowstone_core.ops.diagonal``."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np

from flowstone_core.errors import SpecError
from flowstone_core.kernel import KernelSet
from flowstone_core.ops import diagonal as ops

KERNELS = KernelSet()


def _band(k: Any) -> tuple[int, int]:
    listed = k.reshape(-1).tolist()
    if k.ndim > 1 or len(listed) not in (1, 2):
        raise SpecError(f"k must be a scalar or have 1 or 2 entries, got shape {k.shape}.")
    low, high = listed[0], listed[-1]
    if low > high:
        raise SpecError(f"lower_diag_index must not be larger than upper_diag_index: {low} > {high}")
    return low, high


def _zero(x: Any) -> Any:
    return b"" if x.dtype.kind == "O" else x.dtype.type(0)


def _scalar(value: Any) -> Any:
    return value.reshape(-1)[0]


def _rows_of_diagonals(
    rows: int, columns: int, low: int, high: int, longest: int, align: str
) -> Iterator[tuple[int, slice, Any, Any]]:
    """For each diagonal, the highest first: its number, its place in its row, and its elements' rows and columns."""
    above, below = align.split("_")
    for number, k in enumerate(range(high, low - 1, -1)):
        length = ops.diagonal_length(rows, columns, k)
        left = (k >= 0 and above == "LEFT") or (k <= 0 and below == "LEFT")
        start = 0 if left else longest - length
        steps = np.arange(length)
        yield number, slice(start, start + length), steps - min(k, 0), steps + max(k, 0)


def _check_matrix(x: Any) -> None:
    if x.ndim < 2:
        raise SpecError(f"Diagonals are parts of matrices; got shape {x.shape}.")


def _check_within(rows: int, columns: int, low: int, high: int) -> None:
    for k in (low, high):
        if k != 0 and not -rows < k < columns:
            raise SpecError(f"The diagonal {k} is out of bounds of a matrix with {rows} rows and {columns} columns.")


# -- bands ---------------------------------------------------------------------------------------------------------


@KERNELS.add(ops.MATRIX_BAND_PART)
def band_part(input: Any, num_lower: Any, num_upper: Any) -> Any:
    """Zero outside the band."""
    _check_matrix(input)
    rows, columns = input.shape[-2:]
    lower, upper = int(num_lower), int(num_upper)
    if lower > rows or upper > columns:
        raise SpecError(
            f"num_lower and num_upper must be negative or at most the number of rows ({rows}) and columns "
            f"({columns}), got {lower} and {upper}."
        )
    distance = np.arange(columns)[None, :] - np.arange(rows)[:, None]
    inside = np.ones((rows, columns), np.bool_)
    if lower >= 0:
        inside &= distance >= -lower
    if upper >= 0:
        inside &= distance <= upper
    return np.where(inside, input, _zero(input))


# -- taking --------------------------------------------------------------------------------------------------------


@KERNELS.add(ops.MATRIX_DIAG_PART_V3)
def diag_part_v3(input: Any, k: Any, padding_value: Any, *, align: str) -> Any:
    """The diagonals as rows."""
    _check_matrix(input)
    rows, columns = input.shape[-2:]
    low, high = _band(k)
    _check_within(rows, columns, low, high)
    longest = min(rows + min(high, 0), columns - max(low, 0))
    count = high - low + 1
    result = np.full((*input.shape[:-2], count, longest), _scalar(padding_value), input.dtype)
    for number, where, i, j in _rows_of_diagonals(rows, columns, low, high, longest, align):
        result[..., number, where] = input[..., i, j]
    return result[..., 0, :] if low == high else result


@KERNELS.add(ops.MATRIX_DIAG_PART_V2)
def diag_part_v2(input: Any, k: Any, padding_value: Any) -> Any:
    """Shorter diagonals lie left."""
    return diag_part_v3(input, k, padding_value, align="LEFT_LEFT")


@KERNELS.add(ops.MATRIX_DIAG_PART)
def diag_part(input: Any) -> Any:
    """The main diagonal."""
    return diag_part_v2(input, np.zeros((), np.int32), np.full((), _zero(input), input.dtype))


# -- making --------------------------------------------------------------------------------------------------------


@KERNELS.add(ops.MATRIX_DIAG_V3)
def diag_v3(diagonal: Any, k: Any, num_rows: Any, num_cols: Any, padding_value: Any, *, align: str) -> Any:
    """Matrices from rows of diagonals."""
    if diagonal.ndim == 0:
        raise SpecError("MatrixDiag takes diagonals with at least one dimension, got a scalar.")
    low, high = _band(k)
    diagonals = diagonal[..., None, :] if low == high else diagonal
    if diagonals.ndim < 2 or diagonals.shape[-2] != high - low + 1:
        raise SpecError(f"Diagonals {low} to {high} do not fit the shape {diagonal.shape}.")
    longest = diagonals.shape[-1]
    rows, columns = ops.matrix_size(longest, low, high, int(num_rows), int(num_cols))
    result = np.full((*diagonals.shape[:-2], rows, columns), _scalar(padding_value), diagonal.dtype)
    for number, where, i, j in _rows_of_diagonals(rows, columns, low, high, longest, align):
        result[..., i, j] = diagonals[..., number, where]
    return result


@KERNELS.add(ops.MATRIX_DIAG_V2)
def diag_v2(diagonal: Any, k: Any, num_rows: Any, num_cols: Any, padding_value: Any) -> Any:
    """Shorter diagonals lie left."""
    return diag_v3(diagonal, k, num_rows, num_cols, padding_value, align="LEFT_LEFT")


@KERNELS.add(ops.MATRIX_DIAG)
def diag(diagonal: Any) -> Any:
    """Square matrices."""
    nothing, auto = np.zeros((), np.int32), np.full((), -1, np.int32)
    return diag_v2(diagonal, nothing, auto, auto, np.full((), _zero(diagonal), diagonal.dtype))


# -- setting -------------------------------------------------------------------------------------------------------


@KERNELS.add(ops.MATRIX_SET_DIAG_V3)
def set_diag_v3(input: Any, diagonal: Any, k: Any, *, align: str) -> Any:
    """A copy with other diagonals."""
    _check_matrix(input)
    rows, columns = input.shape[-2:]
    low, high = _band(k)
    _check_within(rows, columns, low, high)
    longest = min(rows + min(high, 0), columns - max(low, 0))
    expected = (*input.shape[:-2], *(() if low == high else (high - low + 1,)), longest)
    if diagonal.shape != expected:
        raise SpecError(f"Diagonals {low} to {high} of {input.shape} have shape {expected}, got {diagonal.shape}.")
    diagonals = diagonal[..., None, :] if low == high else diagonal
    result = input.copy()
    for number, where, i, j in _rows_of_diagonals(rows, columns, low, high, longest, align):
        result[..., i, j] = diagonals[..., number, where]
    return result


@KERNELS.add(ops.MATRIX_SET_DIAG_V2)
def set_diag_v2(input: Any, diagonal: Any, k: Any) -> Any:
    """Shorter diagonals lie left."""
    return set_diag_v3(input, diagonal, k, align="LEFT_LEFT")


@KERNELS.add(ops.MATRIX_SET_DIAG)
def set_diag(input: Any, diagonal: Any) -> Any:
    """A copy with another main diagonal."""
    return set_diag_v2(input, diagonal, np.zeros((), np.int32))


# -- tensors -------------------------------------------------------------------------------------------------------


@KERNELS.add(ops.TENSOR_DIAG)
def tensor_diag(diagonal: Any) -> Any:
    """Twice the rank."""
    if diagonal.ndim == 0:
        raise SpecError("Diag takes a tensor of rank 1 or more, got a scalar.")
    whole = np.zeros((diagonal.size, diagonal.size), diagonal.dtype)
    np.fill_diagonal(whole, diagonal.reshape(-1))
    return whole.reshape(diagonal.shape * 2)


@KERNELS.add(ops.TENSOR_DIAG_PART)
def tensor_diag_part(input: Any) -> Any:
    """Half the rank."""
    half = input.ndim // 2
    shape = input.shape[:half]
    if input.ndim == 0 or input.shape != shape * 2:
        raise SpecError(f"DiagPart takes a tensor whose shape is twice the same, got {input.shape}.")
    size = math.prod(shape)
    return np.diagonal(input.reshape(size, size)).reshape(shape).copy()

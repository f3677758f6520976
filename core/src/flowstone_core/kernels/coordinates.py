"""Coordinates of sparse tensors: checked, compared, sorted, with numpy."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from flowstone_core.errors import SpecError
from flowstone_core.shapes import TensorShape


def check_parts(indices: Any, values: Any, shape: Any) -> None:
    """Refuse parts of a sparse tensor that do not fit together."""
    if indices.ndim != 2 or values.ndim != 1 or shape.ndim != 1:
        raise SpecError(
            "A sparse tensor has a matrix of indices and vectors of values and of sizes, got shapes "
            f"{TensorShape(indices.shape)}, {TensorShape(values.shape)} and {TensorShape(shape.shape)}."
        )
    if indices.shape != (values.size, shape.size):
        raise SpecError(
            f"The indices of {values.size} values in {shape.size} dimensions have shape [{values.size}, {shape.size}], "
            f"got {TensorShape(indices.shape)}."
        )


def check_inside(indices: Any, shape: Any) -> None:
    """Refuse coordinates outside of the shape."""
    outside = (indices < 0) | (indices >= shape)
    if outside.any():
        row = int(outside.any(1).argmax())
        raise SpecError(f"indices[{row}] = {indices[row].tolist()} is out of bounds: the shape is {shape.tolist()}.")


def check_ordered(indices: Any) -> None:
    """Refuse coordinates that are not in the order of rows, or repeated."""
    (keys,) = row_keys(indices)
    wrong = keys[1:] <= keys[:-1]
    if wrong.any():
        row = int(wrong.argmax()) + 1
        how = "is repeated" if keys[row] == keys[row - 1] else "is out of order"
        raise SpecError(
            f"indices[{row}] = {indices[row].tolist()} {how}. Many sparse ops require sorted indices: use "
            "tf.sparse.reorder to create a correctly ordered copy."
        )


def row_keys(*matrices: Any) -> list[Any]:
    """A number for each row of matrices with as many columns: rows compare as their numbers do, the first column first."""
    rows = np.concatenate(matrices)
    ends = np.cumsum([len(matrix) for matrix in matrices])[:-1]
    if not rows.size:
        return np.split(np.zeros(len(rows), np.int64), ends)
    low = rows.min(0)
    spans = [int(high) - int(least) + 1 for high, least in zip(rows.max(0), low, strict=True)]
    if math.prod(spans) < 2**63:
        keys = (rows - low) @ strides(spans)
    else:
        keys = np.unique(rows, axis=0, return_inverse=True)[1].reshape(-1)
    return np.split(keys, ends)


def row_order(indices: Any) -> Any:
    """The order that sorts coordinates by rows; equal ones stay as they stand."""
    (keys,) = row_keys(indices)
    return np.argsort(keys, kind="stable")


def strides(shape: Any) -> Any:
    """How many elements one step along each dimension passes."""
    sizes = [int(size) for size in shape]
    return np.array([math.prod(sizes[at + 1 :]) for at in range(len(sizes))], np.int64)


def number_of_elements(shape: Any) -> int:
    """How many elements a dense tensor of this shape has.

    Raises:
        SpecError: If a size is negative, or there are more than an int64 counts.
    """
    sizes = shape.tolist()
    if any(size < 0 for size in sizes):
        raise SpecError(f"The sizes of a sparse tensor must not be negative, got {sizes}.")
    total = math.prod(sizes)
    if total >= 2**63:
        raise SpecError(f"A sparse tensor of shape {sizes} has more elements than an int64 counts.")
    return total

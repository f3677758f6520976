"""Pairs of keys and values from the lines of a text file."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import numpy as np

from flowstone_core.dtypes import DType, float32, float64, int32, int64, string
from flowstone_core.errors import InvalidArgumentError, OutOfRangeError
from flowstone_core.files import tensorflow_errors
from flowstone_core.gfile import local

WHOLE_LINE: Final = -2
LINE_NUMBER: Final = -1

_PARSERS: Final[dict[DType, Callable[[bytes], Any]]] = {
    string: bytes,
    int32: int,
    int64: int,
    float32: float,
    float64: float,
}


def read_pairs(
    filename: bytes, columns: tuple[tuple[int, DType], tuple[int, DType]], size: int, delimiter: str, offset: int
) -> tuple[Any, Any]:
    """The keys and the values that a file holds.

    Args:
        filename: Its path.
        columns: For keys and for values: the column, ``WHOLE_LINE`` or ``LINE_NUMBER``, and the type.
        size: How many lines to read; -1 for all.
        delimiter: What separates columns: one character.
        offset: What is added to line numbers.

    Raises:
        OpError: If there is no such file, or it does not hold what was asked for.
    """
    separator = delimiter.encode()
    if len(separator) != 1:
        raise InvalidArgumentError(None, None, f"A vocabulary's delimiter must be one byte, got {delimiter!r}.")
    for column, dtype in columns:
        _check_column(column, dtype)
    path = local(filename)
    with tensorflow_errors(f"read the vocabulary {path}"), open(path, "rb") as file:
        lines = file.read().replace(b"\r", b"").split(b"\n")
    if not lines[-1]:
        lines.pop()
    if not lines:
        raise OutOfRangeError(None, None, f"The vocabulary {path} is empty.")
    if size > len(lines):
        raise InvalidArgumentError(None, None, f"The vocabulary {path} has {len(lines)} lines, expected {size}.")
    lines = lines if size < 0 else lines[:size]
    if b"" in lines:
        raise InvalidArgumentError(None, None, f"The vocabulary {path} has an empty line: line {lines.index(b'')}.")
    split = [line.split(separator) for line in lines] if any(column >= 0 for column, _ in columns) else []
    keys, values = (_column(lines, split, column, dtype, offset, path) for column, dtype in columns)
    return keys, values


def _check_column(column: int, dtype: DType) -> None:
    if column == WHOLE_LINE and dtype is not string:
        raise InvalidArgumentError(None, None, f"A whole line of a vocabulary is a string, not {dtype.name}.")
    if column == LINE_NUMBER and dtype is not int64:
        raise InvalidArgumentError(None, None, f"The line number of a vocabulary is int64, not {dtype.name}.")
    if dtype not in _PARSERS:
        raise InvalidArgumentError(None, None, f"A vocabulary holds no {dtype.name}.")


def _column(lines: list[bytes], split: list[list[bytes]], column: int, dtype: DType, offset: int, path: str) -> Any:
    if column == LINE_NUMBER:
        return np.arange(offset, offset + len(lines), dtype=np.int64)
    result = np.empty(len(lines), dtype.numpy_dtype)
    if column == WHOLE_LINE:
        result[:] = lines
        return result
    parse = _PARSERS[dtype]
    for number, parts in enumerate(split):
        if column >= len(parts):
            raise InvalidArgumentError(
                None, None, f"Line {number} of the vocabulary {path} has {len(parts)} columns, expected {column + 1}."
            )
        try:
            result[number] = parse(parts[column])
        except (ValueError, OverflowError):
            raise InvalidArgumentError(
                None, None, f"Line {number} of the vocabulary {path}: {parts[column]!r} is no {dtype.name}."
            ) from None
    return result

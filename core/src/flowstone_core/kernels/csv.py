"""Kernels of ``flowstone_core.ops.csv``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from flowstone_core.dtypes import DType, float32, float64, from_numpy, int32, int64, string
from flowstone_core.errors import SpecError
from flowstone_core.kernel import KernelSet
from flowstone_core.kernels.strings import as_bytes
from flowstone_core.number_text import parse_float, parse_integer
from flowstone_core.ops import csv as ops

KERNELS = KernelSet()

_PARSERS: dict[DType, Callable[[bytes], Any]] = {
    string: bytes,
    int32: parse_integer,
    int64: parse_integer,
    float32: parse_float,
    float64: parse_float,
}


@KERNELS.add(ops.DECODE_CSV)
def decode_csv(
    records: Any,
    record_defaults: list[Any],
    *,
    field_delim: str,
    use_quote_delim: bool,
    na_value: str,
    select_cols: tuple[int, ...],
) -> list[Any]:
    """Column by column."""
    separator, missing = as_bytes(field_delim), (b"", as_bytes(na_value))
    if len(separator) != 1:
        raise SpecError(f"DecodeCSV: field_delim must be one byte, got {field_delim!r}.")
    if any(
        default.ndim > 1 or default.size > 1 or from_numpy(default.dtype) not in _PARSERS for default in record_defaults
    ):
        raise ValueError  # the shape rule explains
    lines = records.reshape(-1).tolist()
    cut = _quoted if use_quote_delim else _plain
    rows = [_selected(cut(line, separator), select_cols, len(record_defaults), n) for n, line in enumerate(lines)]
    outputs = []
    for place, default in enumerate(record_defaults):
        dtype = from_numpy(default.dtype)
        column = np.empty(len(rows), default.dtype)
        for number, row in enumerate(rows):
            column[number] = _value(row[place], dtype, default, missing, place, number)
        outputs.append(column.reshape(records.shape))
    return outputs


def _plain(line: bytes, separator: bytes) -> list[bytes]:
    """The fields of a line without quotes."""
    if b"\n" in line or b"\r" in line:
        raise SpecError("Unquoted fields cannot have quotes/CRLFs inside")
    return line.split(separator) if line else []


def _selected(fields: list[bytes], columns: tuple[int, ...], count: int, number: int) -> list[bytes]:
    if not columns:
        if len(fields) != count:
            raise SpecError(f"Expect {count} fields but have {len(fields)} in record {number}")
        return fields
    if columns[-1] >= len(fields):
        raise SpecError(f"Expect {count} fields but have {sum(c < len(fields) for c in columns)} in record {number}")
    return [fields[column] for column in columns]


def _value(field: bytes, dtype: DType, default: Any, missing: tuple[bytes, bytes], place: int, number: int) -> Any:
    if field in missing:
        if not default.size:
            raise SpecError(f"Field {place} is required but missing in record {number}!")
        return default.reshape(-1)[0]
    try:
        value = _PARSERS[dtype](field)
        if dtype.is_integer and not dtype.min <= value <= dtype.max:
            raise ValueError
    except ValueError:
        shown = field.decode("utf-8", "backslashreplace")
        raise SpecError(f"Field {place} in record {number} is not a valid {dtype.name}: {shown}") from None
    return value


def _quoted(line: bytes, separator: bytes) -> list[bytes]:
    """The fields of a line, some of which may be in double quotes."""
    fields: list[bytes] = []
    place = 0
    while line:
        if line.startswith(b'"', place):
            field, place = _in_quotes(line, place + 1)
            if place < len(line) and line[place : place + 1] != separator:
                raise SpecError("Quote inside a string has to be escaped by another quote")
        else:
            end = line.find(separator, place)
            end = len(line) if end < 0 else end
            field, place = line[place:end], end
            if any(char in field for char in (b'"', b"\n", b"\r")):
                raise SpecError("Unquoted fields cannot have quotes/CRLFs inside")
        fields.append(field)
        if place >= len(line):
            break
        place += 1
    return fields


def _in_quotes(line: bytes, place: int) -> tuple[bytes, int]:
    """A field whose opening quote is before ``place``, and the place behind its closing quote."""
    parts = []
    while True:
        end = line.find(b'"', place)
        if end < 0:
            raise SpecError("Quoted field has to end with quote followed by delim or end")
        parts.append(line[place:end])
        if not line.startswith(b'""', end):
            return b"".join(parts), end + 1
        parts.append(b'"')
        place = end + 2

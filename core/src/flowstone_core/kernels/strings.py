"""Kernels of ``flowstone_core.ops.strings``: Python's own bytes, element by element."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np

from flowstone_core.dtypes import DType
from flowstone_core.errors import InvalidArgumentError, OutOfRangeError, SpecError
from flowstone_core.fingerprints import farm_fingerprint, murmur, sip
from flowstone_core.kernel import KernelSet
from flowstone_core.number_text import WHITE_SPACE, parse_float, parse_integer
from flowstone_core.ops import strings as ops
from flowstone_core.shapes import TensorShape

KERNELS = KernelSet()


def mapped(function: Callable[[bytes], Any], x: Any, dtype: Any = object) -> Any:
    """``function`` of every string."""
    result = np.empty(x.shape, dtype)
    flat = result.reshape(-1)
    for place, item in enumerate(x.reshape(-1).tolist()):
        flat[place] = function(item)
    return result


def as_bytes(attribute: str | bytes) -> bytes:
    """A string attribute as bytes."""
    return attribute if isinstance(attribute, bytes) else attribute.encode()


def text(item: bytes) -> str:
    """UTF-8 as text; what is no UTF-8 becomes the replacement character."""
    return item.decode("utf-8", "replace")


def code_points(item: bytes) -> list[bytes]:
    """The UTF-8 characters of a string: each byte that begins one, with those that go on."""
    starts = [place for place, byte in enumerate(item) if byte & 0xC0 != 0x80]
    return [item[start:end] for start, end in pairwise([*starts, len(item)])]


# -- case and length -----------------------------------------------------------------------------------------------


def _case(plain: Callable[[bytes], bytes], full: Callable[[str], str]) -> Callable[..., Any]:
    def kernel(x: Any, *, encoding: str) -> Any:
        if encoding not in ("", "utf-8"):
            raise SpecError(f"only utf-8 or '' (no encoding) is supported, received {encoding}")
        return mapped(plain if not encoding else lambda item: full(text(item)).encode(), x)

    return kernel


KERNELS.add(ops.STRING_LOWER)(_case(bytes.lower, str.lower))
KERNELS.add(ops.STRING_UPPER)(_case(bytes.upper, str.upper))


@KERNELS.add(ops.STRING_STRIP)
def strip(x: Any) -> Any:
    """Without white space at the ends."""
    return mapped(lambda item: item.strip(WHITE_SPACE), x)


@KERNELS.add(ops.STRING_LENGTH)
def length(x: Any, *, unit: str) -> Any:
    """Bytes or code points."""
    count = len if unit == "BYTE" else (lambda item: sum(byte & 0xC0 != 0x80 for byte in item))
    return mapped(count, x, np.int32)


# -- joining and cutting -------------------------------------------------------------------------------------------


@KERNELS.add(ops.STRING_JOIN)
def join(inputs: list[Any], *, separator: str) -> Any:
    """Element by element."""
    shapes = {x.shape for x in inputs if x.ndim}
    if len(shapes) > 1:
        listed = " vs. ".join(str(TensorShape(x.shape)) for x in inputs if x.ndim)
        raise SpecError(f"Input shapes do not match: {listed}")
    shape = next(iter(shapes), ())
    between = as_bytes(separator)
    result = np.empty(shape, object)
    columns = [np.broadcast_to(x, shape).reshape(-1).tolist() for x in inputs]
    items = [between.join(parts) for parts in zip(*columns, strict=True)] if columns else [b""]
    result.reshape(-1)[:] = items
    return result


@KERNELS.add(ops.SUBSTR)
def substr(x: Any, pos: Any, len: Any, *, unit: str) -> Any:
    """A part of each string."""
    if pos.shape != len.shape:
        raise ValueError  # the shape rule explains
    shape = np.broadcast_shapes(x.shape, pos.shape)
    result = np.empty(shape, object)
    operands = (np.broadcast_to(each, shape).reshape(-1).tolist() for each in (x, pos, len))
    flat = result.reshape(-1)
    for place, (item, start, count) in enumerate(zip(*operands, strict=True)):
        units = item if unit == "BYTE" else code_points(item)
        flat[place] = _part(units, start, count, place)
    return result


def _part(units: Any, start: int, count: int, place: int) -> bytes:
    size = len(units)
    if not -size <= start <= size:
        raise SpecError(f"pos {start} out of range for a string of length {size} at index {place}")
    begin = start + size if start < 0 else start
    part = units[begin : begin + count] if count >= 0 else units[begin:]
    return part if isinstance(part, bytes) else b"".join(part)


@KERNELS.add(ops.REDUCE_JOIN)
def reduce_join(inputs: Any, reduction_indices: Any, *, keep_dims: bool, separator: str) -> Any:
    """Joined dimensions move to the end, the first listed one last."""
    rank = inputs.ndim
    for axis in reduction_indices.reshape(-1).tolist():
        if not -rank <= axis < rank:
            raise OutOfRangeError(None, None, f"Invalid reduction dimension {axis} for input with {rank} dimension(s)")
    axes = [axis % rank for axis in reduction_indices.reshape(-1).tolist()]
    if len(set(axes)) < len(axes):
        raise SpecError(f"Duplicate reduction dimension in {axes}")
    kept = [axis for axis in range(rank) if axis not in axes]
    if not axes:
        return inputs
    moved = inputs.transpose(kept + axes[::-1])
    shape = moved.shape[: len(kept)]
    rows = moved.reshape(math.prod(shape), math.prod(moved.shape[len(kept) :])).tolist()
    between = as_bytes(separator)
    result = np.empty(shape, object)
    result.reshape(-1)[:] = [between.join(row) for row in rows]
    if keep_dims:
        result = result.reshape([1 if axis in axes else size for axis, size in enumerate(inputs.shape)])
    return result


@KERNELS.add(ops.UNSORTED_SEGMENT_JOIN)
def unsorted_segment_join(inputs: Any, segment_ids: Any, num_segments: Any, *, separator: str) -> Any:
    """The strings of each id, in order."""
    count, rank = int(num_segments), segment_ids.ndim
    if count < 0 or inputs.shape[:rank] != segment_ids.shape:
        raise SpecError(
            f"UnsortedSegmentJoin: {count} segments, segment_ids of shape {TensorShape(segment_ids.shape)} for inputs "
            f"of shape {TensorShape(inputs.shape)}."
        )
    if segment_ids.size and not (segment_ids.min() >= 0 and segment_ids.max() < count):
        raise SpecError("segment_ids are not allowed to exceed num_segments or to have negative values.")
    rest = inputs.shape[rank:]
    rows = inputs.reshape(segment_ids.size, math.prod(rest)).tolist()
    groups: list[list[list[bytes]]] = [[[] for _ in range(math.prod(rest))] for _ in range(count)]
    for place, row in zip(segment_ids.reshape(-1).tolist(), rows, strict=True):
        for column, item in enumerate(row):
            groups[place][column].append(item)
    between = as_bytes(separator)
    result = np.empty((count, *rest), object)
    result.reshape(-1)[:] = [between.join(items) for group in groups for items in group]
    return result


# -- splitting -----------------------------------------------------------------------------------------------------


def sparse_rows(rows: list[list[bytes]]) -> tuple[Any, Any, Any]:
    """Rows of strings as the indices, values and shape of a sparse matrix."""
    indices = [(number, place) for number, row in enumerate(rows) for place in range(len(row))]
    values = np.empty(len(indices), object)
    values[:] = [item for row in rows for item in row]
    widest = max((len(row) for row in rows), default=0)
    return np.array(indices, np.int64).reshape(-1, 2), values, np.array([len(rows), widest], np.int64)


@KERNELS.add(ops.STRING_SPLIT_V2)
def string_split_v2(x: Any, sep: Any, *, maxsplit: int) -> tuple[Any, Any, Any]:
    """As Python splits bytes; an empty separator is white space."""
    if x.ndim != 1 or sep.ndim:
        raise ValueError  # the shape rule explains
    between, most = sep[()] or None, max(maxsplit, -1)
    if not most:
        return sparse_rows([[item] for item in x.tolist()])
    rows = [item.split(between, most) for item in x.tolist()]
    if between is None and most > 0:
        for row in rows:
            if len(row) == most:
                row.append(b"")  # what is left, which is nothing
    return sparse_rows(rows)


@KERNELS.add(ops.STRING_SPLIT)
def string_split(x: Any, delimiter: Any, *, skip_empty: bool) -> tuple[Any, Any, Any]:
    """At each of the delimiter's bytes; between all bytes for an empty one."""
    if x.ndim != 1 or delimiter.ndim:
        raise ValueError  # the shape rule explains
    return sparse_rows([_split_at_any(item, delimiter[()], skip_empty) for item in x.tolist()])


def _split_at_any(item: bytes, delimiters: bytes, skip_empty: bool) -> list[bytes]:
    if not delimiters:
        return [item[i : i + 1] for i in range(len(item))]
    parts = re.split(b"[" + re.escape(delimiters) + b"]", item) if item else []
    return [part for part in parts if part] if skip_empty else parts


@KERNELS.add(ops.STRING_NGRAMS)
def string_ngrams(
    data: Any,
    data_splits: Any,
    *,
    separator: str,
    ngram_widths: tuple[int, ...],
    left_pad: str,
    right_pad: str,
    pad_width: int,
    preserve_short_sequences: bool,
) -> tuple[Any, Any]:
    """The n-grams of each row, of one width after the other."""
    splits = data_splits.tolist()
    if splits and (splits[0] != 0 or splits[-1] != data.size or sorted(splits) != splits):
        raise SpecError(f"StringNGrams: data_splits {splits} must rise from 0 to the {data.size} strings.")
    items, between = data.tolist(), as_bytes(separator)
    left, right = as_bytes(left_pad), as_bytes(right_pad)
    ngrams: list[bytes] = []
    ends = [0]
    for start, stop in pairwise(splits):
        row = items[start:stop]
        made: list[bytes] = []
        for width in ngram_widths:
            if width <= 0:
                raise SpecError(f"StringNGrams: widths must be positive, got {width}.")
            pads = width - 1 if pad_width < 0 else min(pad_width, width - 1)
            padded = [left] * pads + row + [right] * pads
            made += [between.join(padded[i : i + width]) for i in range(len(padded) - width + 1)]
        if not made and preserve_short_sequences and row:
            made = [between.join([left] * pad_width + row + [right] * pad_width)]
        ngrams += made
        ends.append(len(ngrams))
    result = np.empty(len(ngrams), object)
    result[:] = ngrams
    return result, np.array(ends if splits else [], data_splits.dtype)


# -- numbers -------------------------------------------------------------------------------------------------------


@KERNELS.add(ops.AS_STRING)
def as_string(x: Any, *, precision: int, scientific: bool, shortest: bool, width: int, fill: str) -> Any:
    """C's ``printf``, which Python's ``%`` is."""
    if x.dtype.kind == "b":
        return mapped(lambda item: b"true" if item else b"false", x)
    form = _form(x.dtype, precision, scientific, shortest, width, fill)
    if x.dtype.kind == "O":
        pattern = form.encode()
        return mapped(lambda item: pattern % item, x)
    if x.dtype.kind == "c":
        return mapped(lambda item: f"({form % np.real(item)},{form % np.imag(item)})".encode(), x)
    if x.dtype.kind not in "iuf":  # the types of ml_dtypes
        x = x.astype(np.float32)
    return mapped(lambda item: (form % item).encode(), x)


def _form(dtype: Any, precision: int, scientific: bool, shortest: bool, width: int, fill: str) -> str:
    """The format of one number.

    Raises:
        SpecError: If an option does not fit.
    """
    floating = dtype.kind not in "iuO"
    if fill not in ("", " ", "+", "-", "0"):
        raise SpecError(f'Fill argument not supported: "{fill}"')
    if not floating and precision > -1:
        raise SpecError(f"precision not supported for datatype {dtype}")
    if not floating and (scientific or shortest):
        raise SpecError(f"scientific and shortest format not supported for datatype {dtype}")
    if scientific and shortest:
        raise SpecError("Cannot select both scientific and shortest notation")
    letter = "s" if dtype.kind == "O" else "d" if not floating else "e" if scientific else "g" if shortest else "f"
    size = f"{fill}{width}" if width > -1 else ""
    return f"%{size}{f'.{precision}' if precision > -1 else ''}{letter}"


@KERNELS.add(ops.STRING_TO_NUMBER)
def string_to_number(x: Any, *, out_type: DType) -> Any:
    """Each string as a number."""
    parse: Callable[[bytes], float | int] = parse_float if out_type.is_floating else parse_integer
    low, high = (-math.inf, math.inf) if out_type.is_floating else (out_type.min, out_type.max)

    def convert(item: bytes) -> Any:
        try:
            value = parse(item)
            fits = low <= value <= high or math.isnan(value)
        except ValueError:
            fits = False
        if not fits:
            shown = item.decode("utf-8", "backslashreplace")
            raise InvalidArgumentError(None, None, f"StringToNumberOp could not correctly convert string: {shown}")
        return value

    return mapped(convert, x, out_type.numpy_dtype)


# -- hashes --------------------------------------------------------------------------------------------------------


@KERNELS.add(ops.STRING_TO_HASH_BUCKET)
def to_hash_bucket(x: Any, *, num_buckets: int) -> Any:
    """By MurmurHash."""
    return mapped(lambda item: murmur(item) % num_buckets, x, np.int64)


@KERNELS.add(ops.STRING_TO_HASH_BUCKET_FAST)
def to_hash_bucket_fast(x: Any, *, num_buckets: int) -> Any:
    """By FarmHash."""
    return mapped(lambda item: farm_fingerprint(item) % num_buckets, x, np.int64)


@KERNELS.add(ops.STRING_TO_HASH_BUCKET_STRONG)
def to_hash_bucket_strong(x: Any, *, num_buckets: int, key: tuple[int, ...]) -> Any:
    """By SipHash."""
    if len(key) != 2:
        raise SpecError(f"Key must have 2 elements, got {len(key)}")
    return mapped(lambda item: sip(item, key) % num_buckets, x, np.int64)


@KERNELS.add(ops.FINGERPRINT)
def fingerprint(data: Any, method: Any) -> Any:
    """FarmHash of each slice's bytes; of strings, of their own fingerprints."""
    if method[()] != ops.FARM_HASH.encode():
        raise SpecError(f"Unsupported fingerprint method: {text(method[()])}")
    if not data.ndim:
        raise ValueError  # the shape rule explains
    rows = data.reshape(len(data), -1) if data.size else data.reshape(len(data), 0)
    result = np.empty((len(data), 8), np.uint8)
    for place, row in enumerate(rows):
        result[place] = np.frombuffer(_row_fingerprint(row).to_bytes(8, "little"), np.uint8)
    return result


def _row_fingerprint(row: Any) -> int:
    if row.dtype != np.object_:
        return farm_fingerprint(np.ascontiguousarray(row).tobytes())
    prints = [farm_fingerprint(item) for item in row.tolist()]
    if len(prints) == 1:
        return prints[0]
    return farm_fingerprint(b"".join(each.to_bytes(8, "little") for each in prints))

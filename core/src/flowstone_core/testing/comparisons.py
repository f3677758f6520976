"""Comparisons of arrays: what an assertion says when they differ."""

from __future__ import annotations

from typing import Any

import numpy as np

_FEW = 500
"""Arrays of fewer elements, or of few dimensions, are shown whole."""


def shape_problem(a: Any, b: Any) -> str | None:
    """What is wrong with the shapes of two arrays."""
    if a.shape == b.shape:
        return None
    contents = f" Contents: {b!r}." if b.ndim <= 3 or b.size < _FEW else ""
    return f"Shape mismatch: expected {a.shape}, got {b.shape}.{contents}"


def _comparable(array: Any) -> Any:
    """Types that numpy knows little of (bfloat16, float8) as float32; text as bytes."""
    if array.dtype.kind == "V" or array.dtype.name.startswith(("bfloat", "float8")):
        return array.astype(np.float32)
    if array.dtype.kind in "UO":
        items = [item.encode() if isinstance(item, str) else item for item in array.reshape(-1)]
        result = np.empty(len(items), dtype=object)
        result[:] = items
        return result.reshape(array.shape)
    return array.astype(object) if array.dtype.kind == "S" else array


def difference(a: Any, b: Any) -> str | None:
    """Where and how two arrays of one shape differ; NaN equals NaN."""
    a, b = _comparable(a), _comparable(b)
    same = np.asarray(a == b)
    if a.dtype.kind in "fc" and b.dtype.kind in "fc":
        same = same | (np.isnan(a) & np.isnan(b))
    if np.all(same):
        return None
    where = np.nonzero(~same) if a.ndim else ()
    lines = [f"not equal where = {where}"] if a.ndim else []
    return "\n".join([*lines, f"not equal lhs = {a[where]!r}", f"not equal rhs = {b[where]!r}"])


def distance(a: Any, b: Any, rtol: float, atol: float) -> str | None:
    """Where and by how much two arrays of one shape differ by more than ``atol + rtol * |b|``."""
    dtype = a.dtype
    a, b = _comparable(a), _comparable(b)
    if np.allclose(a, b, rtol=rtol, atol=atol, equal_nan=True):
        return None
    with np.errstate(all="ignore"):
        tolerance = atol + rtol * np.abs(b)
        far = (np.abs(a - b) > tolerance) | (np.isnan(a) != np.isnan(b)) | (np.isinf(a) != np.isinf(b))
        where = np.nonzero(far) if a.ndim else ()
        lines = [f"not close where = {where}"] if a.ndim else []
        x, y = a[where], b[where]
        lines += [f"not close lhs = {x}", f"not close rhs = {y}", f"not close dif = {np.abs(x - y)}"]
        lines += [f"not close tol = {tolerance[where]}", f"dtype = {dtype}, shape = {a.shape}"]
    return "\n".join(lines)


def subscripts(where: Any, values: Any, limit: int = 10) -> str:
    """Places and the values there, one a line."""
    rows = [f"  [{', '.join(map(str, place))}] : {values[tuple(place)]}" for place in np.transpose(where)]
    return "\n".join([*rows[:limit], *(["  ..."] if len(rows) > limit else [])])

"""Many updates of few rows: ``table[rows[i]] = how(table[rows[i]], values[i])``, one after the other, quickly."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

_WIDE = 512
"""Rows of so many elements are worth a call of numpy each."""

_CHUNK = 1 << 16
"""The number of element places that are computed at once: they stay in the processor's cache."""


def accumulate(how: Any, table: Any, rows: Any, values: Any) -> None:
    """Update rows of ``table``, in the order of ``rows``.

    numpy's ``ufunc.at`` is quick for vectors, and some ten times slower for rows; so rows become vectors here.

    Args:
        how: The ufunc.
        table: ``[n, ...]``; it changes.
        rows: ``[m]``, integers in ``[0, n)``.
        values: ``[m, ...]``, of the table's type.
    """
    width = math.prod(table.shape[1:])
    if not table.flags.c_contiguous:
        how.at(table, rows, values)
        return
    flat = table.reshape(-1)
    if width == 1:
        how.at(flat, rows, values.reshape(-1))
    elif width >= _WIDE:
        for row, value in zip(rows.tolist(), values, strict=True):
            how(table[row], value, out=table[row])
    elif width:
        inner = np.arange(width)
        step = max(1, _CHUNK // width)
        for start in range(0, len(rows), step):
            part = slice(start, start + step)
            places = rows[part].astype(np.int64, copy=False)[:, None] * width + inner
            how.at(flat, places.reshape(-1), values[part].reshape(-1))

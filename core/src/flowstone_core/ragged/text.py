"""Ragged rows as text, as TensorFlow prints them."""

from __future__ import annotations

from typing import Any

import numpy as np


def of(rows: Any) -> str:
    """Arrays of arrays in brackets; long ones are shortened as numpy does."""
    if not rows.size:
        return str(rows.tolist())
    return np.array2string(rows, separator=", ", formatter={"all": _entry})


def _entry(value: Any) -> str:
    if isinstance(value, np.ndarray):
        return of(value)
    return repr(value) if isinstance(value, bytes) else str(value)

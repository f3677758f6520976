"""Comparison of protobuf messages; needs protobuf, as whoever has such messages does."""

from __future__ import annotations

import difflib
import math
from typing import Any


def proto_difference(expected: Any, got: Any, relative_tolerance: float | None = None) -> str | None:
    """What differs between two messages, in words; ``expected`` may be a text.

    Raises:
        AssertionError: If ``expected`` is neither a message of the same type nor a text.
    """
    from google.protobuf import text_format  # noqa: PLC0415 - only tests of messages need protobuf

    if isinstance(expected, (str, bytes)):
        expected = text_format.Merge(expected, type(got)())
    if not isinstance(expected, type(got)):
        raise AssertionError(f"Can't compare protos of type {type(expected)} and {type(got)}.")
    if expected == got or (relative_tolerance is not None and _near(expected, got, relative_tolerance)):
        return None
    wanted, found = (text_format.MessageToString(message).splitlines() for message in (expected, got))
    lines = "\n".join(difflib.unified_diff(wanted, found, "expected", "got", lineterm=""))
    return f"The messages differ:\n{lines}" if lines else None


def _near(a: Any, b: Any, tolerance: float) -> bool:
    """Whether two values of fields are equal, numbers up to a relative tolerance."""
    if hasattr(a, "ListFields"):
        first, second = ({field.name: value for field, value in message.ListFields()} for message in (a, b))
        return first.keys() == second.keys() and all(_near(first[name], second[name], tolerance) for name in first)
    if isinstance(a, float):
        return math.isclose(a, b, rel_tol=tolerance) or (math.isnan(a) and math.isnan(b))
    if isinstance(a, (str, bytes, int)):
        return bool(a == b)
    if hasattr(a, "keys"):
        return a.keys() == b.keys() and all(_near(a[key], b[key], tolerance) for key in a)
    return len(a) == len(b) and all(_near(x, y, tolerance) for x, y in zip(a, b, strict=True))

"""What layers of images and sequences share: sizes as tuples, and channels moved last."""

from __future__ import annotations

from typing import Any

from flowstone_core.api import tf


def sizes(value: Any, rank: int, name: str, allow_zero: bool = False) -> tuple[int, ...]:
    """``value`` for each of ``rank`` axes.

    Raises:
        ValueError: If it is neither an integer nor ``rank`` of them, or one is too small.
    """
    found = (value,) * rank if isinstance(value, int) else tuple(value) if isinstance(value, (tuple, list)) else ()
    least = 0 if allow_zero else 1
    if len(found) != rank or any(not isinstance(size, int) or size < least for size in found):
        raise ValueError(
            f"The `{name}` argument must be an integer or a tuple of {rank} integers >= {least}. "
            f"Received: {name}={value}"
        )
    return found


def checked_padding(padding: str, known: tuple[str, ...] = ("valid", "same")) -> str:
    """``padding`` in lower case.

    Raises:
        ValueError: If it is not known.
    """
    found = str(padding).lower()
    if found not in known:
        raise ValueError(f"The `padding` argument must be one of {set(known)}. Received: padding={padding}")
    return found


def channels_last(x: Any, data_format: str) -> Any:
    """``x`` with its channels as the last axis."""
    if data_format == "channels_last":
        return x
    return tf.transpose(x, [0, *range(2, x.shape.rank), 1])


def channels_back(x: Any, data_format: str) -> Any:
    """The inverse of ``channels_last``."""
    if data_format == "channels_last":
        return x
    rank = x.shape.rank
    return tf.transpose(x, [0, rank - 1, *range(1, rank - 1)])

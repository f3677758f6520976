"""The time."""

from __future__ import annotations

from flowstone_core import infer
from flowstone_core.dtypes import float64
from flowstone_core.op import WORLD, Op
from flowstone_core.tensor import Tensor

TIMESTAMP = Op("Timestamp", (), ("ts: double",), infer=infer.scalar(float64), effects=WORLD)


def timestamp(name: str | None = None) -> Tensor:
    """Seconds since 1970, a float64 scalar: in a ``tf.function`` the time at which it runs, not that of the trace.

    >>> tf.timestamp().dtype
    tf.float64

    Args:
        name: A name for the operation.
    """
    result: Tensor = TIMESTAMP(name=name)
    return result

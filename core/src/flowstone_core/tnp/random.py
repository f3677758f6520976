"""Random numbers: numpy's functions of the global seed."""

from __future__ import annotations

from typing import Any

import numpy as np

from flowstone_core.api import tf
from flowstone_core.tnp.types import asarray, default_float


def _shape(size: Any) -> Any:
    return [] if size is None else [size] if isinstance(size, int) else size


def seed(s: Any) -> None:
    """Set the global seed."""
    tf.random.set_seed(int(s))


def randn(*args: Any) -> Any:
    """Normal numbers; the arguments are the sizes."""
    return standard_normal(args)


def standard_normal(size: Any = None) -> Any:
    """Normal numbers."""
    return tf.random.normal(_shape(size), dtype=default_float())


def uniform(low: Any = 0.0, high: Any = 1.0, size: Any = None) -> Any:
    """Numbers between two bounds."""
    kind = default_float()
    low, high = asarray(low, kind), asarray(high, kind)
    shape = tf.broadcast_dynamic_shape(tf.shape(low), tf.shape(high)) if size is None else _shape(size)
    return tf.random.uniform(shape, 0, 1, dtype=kind) * (high - low) + low


def poisson(lam: Any = 1.0, size: Any = None) -> Any:
    """Counts of rare events: integers."""
    if size is None:
        lam = asarray(lam, default_float())
        return tf.random.poisson([], lam, dtype=tf.int64)
    return tf.random.poisson(_shape(size), asarray(lam, default_float()), dtype=tf.int64)


def random(size: Any = None) -> Any:
    """Numbers between 0 and 1."""
    return uniform(0.0, 1.0, size)


def rand(*size: Any) -> Any:
    """Numbers between 0 and 1; the arguments are the sizes."""
    return uniform(0.0, 1.0, size)


def randint(low: Any, high: Any = None, size: Any = None, dtype: Any = np.int64) -> Any:
    """Integers from ``low`` below ``high`` (or from 0 below ``low``).

    Raises:
        ValueError: For another type than int32 and int64.
    """
    low = int(low)
    if high is None:
        low, high = 0, low
    kind = tf.as_dtype(dtype)
    accepted = (tf.int32, tf.int64)
    return tf.random.uniform(_shape(size), low, high, dtype=kind if kind in accepted else tf.int64)

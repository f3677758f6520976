"""Random functions without a public name."""

from __future__ import annotations

from typing import Any

from flowstone_core.api import tf


def parameterized_truncated_normal(
    shape: Any,
    means: Any = 0.0,
    stddevs: Any = 1.0,
    minvals: Any = -2.0,
    maxvals: Any = 2.0,
    dtype: Any = None,
    seed: int | None = None,
    name: str | None = None,
) -> Any:
    """Normal numbers between ``minvals`` and ``maxvals``, with parameters for each row."""
    kind = tf.float32 if dtype is None else dtype
    means, stddevs, minvals, maxvals = (tf.convert_to_tensor(each, kind) for each in (means, stddevs, minvals, maxvals))
    seeds = tf.random.uniform([2], minval=None, maxval=None, dtype=tf.int32, seed=seed)
    return tf.random.stateless_parameterized_truncated_normal(shape, seeds, means, stddevs, minvals, maxvals, name=name)

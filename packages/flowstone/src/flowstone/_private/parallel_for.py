"""``pfor``, on which ``tf.vectorized_map`` stands in TensorFlow."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flowstone_core.api import tf


def pfor(
    loop_fn: Callable[[Any], Any],
    iters: Any,
    fallback_to_while_loop: bool = True,
    parallel_iterations: int | None = None,
) -> Any:
    """What ``loop_fn(i)`` gives for all ``i`` below ``iters`` at once, stacked."""
    return tf.vectorized_map(loop_fn, tf.range(iters), fallback_to_while_loop=fallback_to_while_loop)

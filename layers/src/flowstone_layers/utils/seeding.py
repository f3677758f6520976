"""``keras.utils.set_random_seed``."""

from __future__ import annotations

import random

import numpy as np
from flowstone_core.api import tf


def set_random_seed(seed: int) -> None:
    """Seed Python's, numpy's and flowstone's generators, so that a program repeats itself.

    Args:
        seed: An integer.

    Raises:
        ValueError: If it is no integer.
    """
    if not isinstance(seed, int):
        raise ValueError(f"Expected `seed` argument to be an integer. Received: seed={seed} (of type {type(seed)})")
    random.seed(seed)
    np.random.seed(seed % 2**32)
    tf.random.set_seed(seed)

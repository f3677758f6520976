"""``tf.random.Algorithm``: the generators of random bits, and their states."""

from __future__ import annotations

import enum
from typing import Any, Final


class Algorithm(enum.Enum):
    """A generator of random bits. On CPUs it is always Philox; ThreeFry states can be made but not drawn from."""

    PHILOX = 1
    THREEFRY = 2
    AUTO_SELECT = 3


_STATE_SIZES: Final = {Algorithm.PHILOX: 3, Algorithm.THREEFRY: 2, Algorithm.AUTO_SELECT: 3}


def as_algorithm(alg: Any) -> Algorithm:
    """An algorithm from itself, its name or number.

    Raises:
        ValueError: If there is none of that name or number.
    """
    if isinstance(alg, Algorithm):
        return alg
    if isinstance(alg, str):
        found = {each.name.lower(): each for each in Algorithm}.get(alg.lower())
    else:
        found = {each.value: each for each in Algorithm}.get(int(alg))
    if found is None:
        raise ValueError(
            f"Argument `alg` got unsupported value {alg}. Supported values are philox for the Philox algorithm, "
            "threefry for the ThreeFry algorithm, and auto_select for auto-selection."
        )
    return found


def state_size(alg: Algorithm) -> int:
    """How many 64-bit integers a generator's state has: the counter, then the key."""
    return _STATE_SIZES[alg]

"""Seeds of layers and initializers: ``keras.random.SeedGenerator`` and drawing from it."""

from __future__ import annotations

import random as python_random
from typing import Any

import numpy as np
from flowstone_core.api import tf
from flowstone_core.trackable import AutoTrackable

from flowstone_layers.call_context import scope
from flowstone_layers.variable import Variable


class SeedGenerator(AutoTrackable):
    """A counter from which layers draw seeds, so that each draw differs and the whole is repeatable.

    Args:
        seed: The start; random if None.
        name: The name of the state's scope.
    """

    def __init__(self, seed: int | None = None, name: str | None = None, **kwargs: Any) -> None:
        if seed is None:
            seed = make_default_seed()
        if not isinstance(seed, int) or seed < 0:
            raise ValueError(f"Argument `seed` must be a non-negative integer. Received: seed={seed}")
        self.name = name or "seed_generator"
        self._initial_seed = seed
        with scope(self.name, self):
            self.state = Variable(
                np.array([seed % 2**32, 0], np.int64), dtype="int64", trainable=False, name="seed_generator_state"
            )

    def next(self, ordered: bool = True) -> Any:
        """The next seed, a tensor of two integers; drawing it moves the counter."""
        state = self.state.read_value()
        self.state.assign_add(tf.constant([0, 1], tf.int64))
        return tf.identity(state)

    def get_config(self) -> dict[str, Any]:
        """The arguments that make an equal generator."""
        return {"seed": self._initial_seed}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> SeedGenerator:
        """The generator that ``get_config`` described."""
        return cls(**config)


def make_default_seed() -> int:
    """A seed from Python's own generator, which ``keras.utils.set_random_seed`` seeds."""
    return python_random.randint(1, 10**9)


def draw_seed(seed: Any) -> Any:
    """Two integers from an integer, a generator, or None."""
    if isinstance(seed, SeedGenerator):
        return seed.next()
    if seed is None:
        return tf.constant([make_default_seed(), 0], tf.int64)
    if isinstance(seed, int):
        return tf.constant([seed % 2**32, 0], tf.int64)
    raise ValueError(
        f"Argument `seed` must be either an integer or an instance of `SeedGenerator`. Received: seed={seed} "
        f"(of type {type(seed)})"
    )

"""``tf.random.set_seed`` and the seeds of random ops.

An op draws from a stream that two numbers name: the global seed and its own. Without a seed of its own it gets one
that depends on the order of ops: in eager mode from a generator that the global seed starts, in a graph by counting.
Setting the global seed starts every stream anew.
"""

from __future__ import annotations

import random
import threading
import weakref
from typing import Any, Final

from flowstone_core.interpreter import graph_interpreter, stack

DEFAULT_GLOBAL_SEED: Final = 87654321
_MAX_INT32: Final = 2**31 - 1


class _Graph:
    """The seeds of one graph: its global one, and how many ops have asked."""

    __slots__ = ("global_seed", "used")

    def __init__(self, global_seed: int | None) -> None:
        self.global_seed = global_seed
        self.used = 0


class _Seeds:
    """The seeds of eager mode, which all threads share.

    Attributes:
        epoch: How often the global seed was set: streams of an earlier epoch begin anew.
    """

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.global_seed: int | None = None
        self.epoch = 0
        self.internal = random.Random()
        self.graphs: weakref.WeakKeyDictionary[Any, _Graph] = weakref.WeakKeyDictionary()

    def next_internal(self) -> int:
        """The seed of the next eager op that has none of its own."""
        with self.lock:
            return self.internal.randint(0, _MAX_INT32)

    def of_graph(self, builder: Any) -> _Graph:
        """The seeds of the graph being built, which takes the global seed it was begun under."""
        found = self.graphs.get(builder)
        if found is None:
            building = [entry for entry in stack() if entry.building_graph]
            outer = building[building.index(builder) + 1 :]
            found = _Graph(self.of_graph(outer[0]).global_seed if outer else self.global_seed)
            self.graphs[builder] = found
        return found


SEEDS: Final = _Seeds()


def set_seed(seed: Any) -> None:
    """Set the global seed: what follows draws the same numbers again after the same call.

    >>> tf.random.set_seed(1)
    >>> tf.random.uniform([3]).numpy()
    array([0.16513085, 0.9014813 , 0.6309742 ], dtype=float32)

    Args:
        seed: An integer. Inside a function that is being traced, it applies to that function only.
    """
    builder = graph_interpreter()
    if builder is not None:
        SEEDS.of_graph(builder).global_seed = None if seed is None else int(seed)
        return
    with SEEDS.lock:
        SEEDS.global_seed = None if seed is None else int(seed)
        SEEDS.internal = random.Random(SEEDS.global_seed)
        SEEDS.epoch += 1


def get_seed(op_seed: int | None) -> tuple[int | None, int | None]:
    """The two seeds of an op: ``(None, None)`` if neither the user's seed nor a global one is set.

    >>> tf.compat.v1.get_seed(5)
    (87654321, 5)
    """
    builder = graph_interpreter()
    graph = None if builder is None else SEEDS.of_graph(builder)
    global_seed = SEEDS.global_seed if graph is None else graph.global_seed
    if global_seed is None:
        if op_seed is None:
            return None, None
        global_seed = DEFAULT_GLOBAL_SEED
    elif op_seed is None:
        if graph is None:
            op_seed = SEEDS.next_internal()
        else:
            op_seed = graph.used
            graph.used += 1
    seeds = int(global_seed) % _MAX_INT32, int(op_seed) % _MAX_INT32
    return (0, _MAX_INT32) if seeds == (0, 0) else seeds


def op_seeds(op_seed: int | None) -> dict[str, Any]:
    """The attributes ``seed`` and ``seed2`` of a random op; zeros mean "not reproducible"."""
    first, second = get_seed(op_seed)
    return {"seed": first or 0, "seed2": second or 0}

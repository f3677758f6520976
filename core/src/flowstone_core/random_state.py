"""The state of random ops: where in its stream each call site is.

In eager mode a site is what TensorFlow caches a kernel for: an op with its attributes and types. In a graph each
node is a site of its own, so that a function draws the same numbers whatever ran before; whoever executes nodes asks
a kernel with ``for_site`` for a copy of its own.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from typing import Any

from flowstone_core.philox import MASK_64, MASK_128
from flowstone_core.random_seed import SEEDS


class Site:
    """A Philox stream and the place in it.

    Attributes:
        key: 64 bits.
        counter: 128 bits: the next block.
    """

    __slots__ = ("__weakref__", "counter", "epoch", "key", "lock")

    def __init__(self) -> None:
        self.key = self.counter = 0
        self.epoch = -1
        self.lock = threading.Lock()

    def take(self, seed: int, seed2: int, blocks: int) -> tuple[int, int]:
        """Move on by ``blocks``; the key and the counter before. The stream starts when it is first used.

        Args:
            seed: The global seed of the op.
            seed2: Its own seed; if both are 0 the stream starts at a place nobody can foresee.
            blocks: How many blocks to skip.
        """
        with self.lock:
            if self.epoch != SEEDS.epoch:
                self.epoch = SEEDS.epoch
                if seed or seed2:
                    self.key, self.counter = seed & MASK_64, (seed2 & MASK_64) << 64
                else:
                    self.key, self.counter = entropy(), entropy() << 64
            before = self.counter
            self.counter = (before + blocks) & MASK_128
            return self.key, before


def entropy() -> int:
    """64 bits from the operating system."""
    return int.from_bytes(os.urandom(8), "little")


class SiteKernel:
    """A kernel with a state for each call site.

    Args:
        function: The kernel: the site, the arrays, and the attributes as keywords.
    """

    __slots__ = ("epoch", "function", "sites")

    def __init__(self, function: Callable[..., Any]) -> None:
        self.function = function
        self.sites: dict[Any, Site] = {}
        self.epoch = SEEDS.epoch

    def __call__(self, *arrays: Any, **attrs: Any) -> Any:
        """Execute eagerly, at the site that attributes and types name."""
        if self.epoch != SEEDS.epoch:
            self.epoch = SEEDS.epoch
            self.sites.clear()
        key = (*(array.dtype for array in arrays), *attrs.items())
        site = self.sites.get(key)
        if site is None:
            site = self.sites.setdefault(key, Site())
        return self.function(site, *arrays, **attrs)

    def for_site(self) -> Callable[..., Any]:
        """This kernel for one call site: a node of a graph."""
        site, function = Site(), self.function

        def kernel(*arrays: Any, **attrs: Any) -> Any:
            return function(site, *arrays, **attrs)

        return kernel

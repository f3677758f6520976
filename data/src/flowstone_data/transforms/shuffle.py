"""``Dataset.shuffle``: elements in random order, by a buffer."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from flowstone_core.errors import InvalidArgumentError
from flowstone_core.kernel import KernelSet

from flowstone_data.value import METADATA, OUTPUTS, Components, DatasetValue, dataset_op

KERNELS = KernelSet()

SHUFFLE = dataset_op(
    "ShuffleDataset",
    ("input_dataset: variant", "buffer_size: int64", "seed: int64", "seed2: int64"),
    ("reshuffle_each_iteration: bool = true", *OUTPUTS, METADATA),
)


class SeedStream:
    """The seeds of successive iterations: a new one each time, or always the same."""

    def __init__(self, seed: int, seed2: int, reshuffle: bool) -> None:
        entropy = None if seed == 0 and seed2 == 0 else [seed & (2**64 - 1), seed2 & (2**64 - 1)]
        self._sequence = np.random.SeedSequence(entropy)
        self._reshuffle = reshuffle
        self._lock = threading.Lock()

    def generator(self) -> np.random.Generator:
        """The generator of the next iteration."""
        if not self._reshuffle:
            return np.random.default_rng(self._sequence)
        with self._lock:
            return np.random.default_rng(self._sequence.spawn(1)[0])


@dataclass(frozen=True, eq=False)
class Shuffle(DatasetValue):
    """Elements drawn at random from the next ``size`` of ``source``."""

    source: DatasetValue
    size: int
    seeds: SeedStream = field(repr=False)

    def __iter__(self) -> Iterator[Components]:
        generator = self.seeds.generator()
        elements = iter(self.source)
        buffer: list[Components] = []
        for element in elements:
            if len(buffer) < self.size:
                buffer.append(element)
                continue
            index = int(generator.integers(len(buffer)))
            chosen, buffer[index] = buffer[index], element
            yield chosen
        for index in generator.permutation(len(buffer)):
            yield buffer[index]

    def cardinality(self) -> int:
        """The source's."""
        return self.source.cardinality()


@KERNELS.add(SHUFFLE)
def make_shuffle(
    input_dataset: DatasetValue,
    buffer_size: Any,
    seed: Any,
    seed2: Any,
    *,
    reshuffle_each_iteration: bool,
    **attrs: Any,
) -> Shuffle:
    """Make the dataset."""
    size = int(buffer_size)
    if size == 0 or size < -1:
        raise InvalidArgumentError(None, None, f"buffer_size must be greater than zero, got {size}.")
    if size == -1:
        size = 2**62
    return Shuffle(input_dataset, size, SeedStream(int(seed), int(seed2), reshuffle_each_iteration))

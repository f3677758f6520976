"""``Dataset.cache``: the elements of the first iteration, kept in memory."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from flowstone_core.errors import UnimplementedError
from flowstone_core.kernel import KernelSet

from flowstone_data.value import METADATA, OUTPUTS, Components, DatasetValue, dataset_op

KERNELS = KernelSet()

CACHE = dataset_op("CacheDataset", ("input_dataset: variant", "filename: string"), (*OUTPUTS, METADATA))


class Memory:
    """The elements of a complete iteration, or None before there was one."""

    def __init__(self) -> None:
        self.elements: list[Components] | None = None
        self.lock = threading.Lock()


@dataclass(frozen=True, eq=False)
class Cache(DatasetValue):
    """``source``, read once: when an iteration has come to its end, the next ones repeat it."""

    source: DatasetValue
    memory: Memory = field(default_factory=Memory, repr=False)

    def __iter__(self) -> Iterator[Components]:
        if self.memory.elements is not None:
            return iter(self.memory.elements)
        return self._first()

    def _first(self) -> Iterator[Components]:
        seen = []
        for element in self.source:
            seen.append(element)
            yield element
        with self.memory.lock:
            if self.memory.elements is None:
                self.memory.elements = seen

    def cardinality(self) -> int:
        """The source's."""
        return self.source.cardinality()


@KERNELS.add(CACHE)
def make_cache(input_dataset: DatasetValue, filename: Any, **attrs: Any) -> Cache:
    """Make the dataset."""
    if filename[()]:
        raise UnimplementedError(
            None, None, "Dataset.cache keeps elements in memory only: leave the filename out, or write TFRecord files."
        )
    return Cache(input_dataset)

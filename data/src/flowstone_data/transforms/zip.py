"""``Dataset.zip`` and ``concatenate``: several datasets as one."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from flowstone_core.kernel import KernelSet

from flowstone_data.value import INFINITE, METADATA, OUTPUTS, UNKNOWN, Components, DatasetValue, dataset_op

KERNELS = KernelSet()

ZIP = dataset_op("ZipDataset", ("input_datasets: N * variant",), (*OUTPUTS, "N: int >= 1", METADATA))
CONCATENATE = dataset_op(
    "ConcatenateDataset", ("input_dataset: variant", "another_dataset: variant"), (*OUTPUTS, METADATA)
)


@dataclass(frozen=True, eq=False)
class Zip(DatasetValue):
    """The elements of all sources side by side, until the shortest ends."""

    sources: tuple[DatasetValue, ...]

    def __iter__(self) -> Iterator[Components]:
        for parts in zip(*self.sources, strict=False):
            yield tuple(itertools.chain.from_iterable(parts))

    def cardinality(self) -> int:
        """The least of the sources'."""
        counts = [source.cardinality() for source in self.sources]
        if UNKNOWN in counts:
            return UNKNOWN
        finite = [count for count in counts if count != INFINITE]
        return min(finite) if finite else INFINITE

    def inputs(self) -> Sequence[DatasetValue]:
        """The sources."""
        return self.sources


@dataclass(frozen=True, eq=False)
class Concatenate(DatasetValue):
    """The elements of one, then of the other."""

    first: DatasetValue
    second: DatasetValue

    def __iter__(self) -> Iterator[Components]:
        return itertools.chain(self.first, self.second)

    def cardinality(self) -> int:
        """The sum."""
        counts = self.first.cardinality(), self.second.cardinality()
        if INFINITE in counts:
            return INFINITE
        return UNKNOWN if UNKNOWN in counts else sum(counts)

    def inputs(self) -> Sequence[DatasetValue]:
        """Both sources."""
        return self.first, self.second


@KERNELS.add(ZIP)
def make_zip(input_datasets: Sequence[DatasetValue], **attrs: Any) -> Zip:
    """Make the dataset."""
    return Zip(tuple(input_datasets))


@KERNELS.add(CONCATENATE)
def make_concatenate(input_dataset: DatasetValue, another_dataset: DatasetValue, **attrs: Any) -> Concatenate:
    """Make the dataset."""
    return Concatenate(input_dataset, another_dataset)

"""``Dataset.repeat``: the elements several times, or without end."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from flowstone_core.kernel import KernelSet

from flowstone_data.value import INFINITE, METADATA, OUTPUTS, Components, DatasetValue, dataset_op

KERNELS = KernelSet()

REPEAT = dataset_op("RepeatDataset", ("input_dataset: variant", "count: int64"), (*OUTPUTS, METADATA))


@dataclass(frozen=True, eq=False)
class Repeat(DatasetValue):
    """``source`` ``count`` times; without end for -1."""

    source: DatasetValue
    count: int

    def __iter__(self) -> Iterator[Components]:
        done = 0
        while done != self.count:
            empty = True
            for element in self.source:
                empty = False
                yield element
            if empty:
                return
            done += 1

    def cardinality(self) -> int:
        """The source's, times the count."""
        count = self.source.cardinality()
        if self.count == 0 or count == 0:
            return 0
        if self.count < 0:
            return INFINITE
        return count if count < 0 else count * self.count


@KERNELS.add(REPEAT)
def make_repeat(input_dataset: DatasetValue, count: Any, **attrs: Any) -> Repeat:
    """Make the dataset."""
    return Repeat(input_dataset, int(count))

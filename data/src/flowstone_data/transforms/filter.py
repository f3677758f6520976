"""``Dataset.filter`` and ``take_while``: elements for which a function says true."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from flowstone_core.kernel import KernelSet
from flowstone_core.ops.control import FunctionValue

from flowstone_data.value import METADATA, OUTPUTS, Components, DatasetValue, dataset_op

KERNELS = KernelSet()

_INPUTS = ("input_dataset: variant", "other_arguments: Targuments")
_ATTRS = ("predicate: func", "Targuments: list(type) >= 0", *OUTPUTS, METADATA)
FILTER = dataset_op("FilterDataset", _INPUTS, _ATTRS)
TAKE_WHILE = dataset_op("TakeWhileDataset", _INPUTS, _ATTRS)


@dataclass(frozen=True, eq=False)
class Filter(DatasetValue):
    """The elements for which ``predicate`` is true."""

    source: DatasetValue
    predicate: FunctionValue
    captured: Components

    def holds(self, element: Components) -> bool:
        """Whether the predicate is true."""
        return bool(self.predicate.execute([*element, *self.captured])[0])

    def __iter__(self) -> Iterator[Components]:
        return filter(self.holds, self.source)


class TakeWhile(Filter):
    """The elements before the first for which ``predicate`` is false."""

    def __iter__(self) -> Iterator[Components]:
        return itertools.takewhile(self.holds, self.source)


@KERNELS.add(FILTER)
def make_filter(
    input_dataset: DatasetValue, other_arguments: Sequence[Any], *, predicate: FunctionValue, **attrs: Any
) -> Filter:
    """Make the dataset."""
    return Filter(input_dataset, predicate, tuple(other_arguments))


@KERNELS.add(TAKE_WHILE)
def make_take_while(
    input_dataset: DatasetValue, other_arguments: Sequence[Any], *, predicate: FunctionValue, **attrs: Any
) -> TakeWhile:
    """Make the dataset."""
    return TakeWhile(input_dataset, predicate, tuple(other_arguments))

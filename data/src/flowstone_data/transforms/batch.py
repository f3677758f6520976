"""``Dataset.batch``: consecutive elements stacked."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from flowstone_core.errors import InvalidArgumentError
from flowstone_core.kernel import KernelSet

from flowstone_data.value import METADATA, OUTPUTS, Components, DatasetValue, dataset_op

KERNELS = KernelSet()

BATCH = dataset_op(
    "BatchDatasetV2",
    ("input_dataset: variant", "batch_size: int64", "drop_remainder: bool"),
    ("parallel_copy: bool = false", *OUTPUTS, METADATA),
)


@dataclass(frozen=True, eq=False)
class Batch(DatasetValue):
    """``size`` consecutive elements as one; the last batch may be smaller."""

    source: DatasetValue
    size: int
    drop_remainder: bool

    def __iter__(self) -> Iterator[Components]:
        elements = iter(self.source)
        while group := list(itertools.islice(elements, self.size)):
            if len(group) < self.size and self.drop_remainder:
                return
            yield tuple(stack(column) for column in zip(*group, strict=True))

    def cardinality(self) -> int:
        """The number of batches."""
        count = self.source.cardinality()
        if count < 0:
            return count
        return count // self.size if self.drop_remainder else -(-count // self.size)

    def element_length(self) -> int | None:
        """The size of a batch, if the last is no smaller."""
        return self.size if self.drop_remainder else None


def stack(column: Sequence[Any]) -> Any:
    """Arrays of one shape as one array with a new first axis.

    Raises:
        InvalidArgumentError: If their shapes differ.
    """
    first = column[0]
    if not isinstance(first, np.ndarray):  # variants: objects
        objects = np.empty(len(column), object)
        objects[:] = column
        return objects
    result = np.empty((len(column), *first.shape), first.dtype)
    for index, array in enumerate(column):
        if array.shape != first.shape:
            raise InvalidArgumentError(
                None,
                None,
                "Cannot batch tensors with different shapes in component 0. First element had shape "
                f"{list(first.shape)} and element {index} had shape {list(array.shape)}. Use padded_batch, or batches "
                "of ragged tensors (ragged_batch).",
            )
        result[index] = array[()]
    return result


@KERNELS.add(BATCH)
def make_batch(input_dataset: DatasetValue, batch_size: Any, drop_remainder: Any, **attrs: Any) -> Batch:
    """Make the dataset."""
    if batch_size <= 0:
        raise InvalidArgumentError(None, None, f"Batch size must be greater than zero, got {batch_size}.")
    return Batch(input_dataset, int(batch_size), bool(drop_remainder))

"""``Dataset.unbatch``: the slices of every element."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from flowstone_core.errors import InvalidArgumentError
from flowstone_core.kernel import KernelSet

from flowstone_data.value import METADATA, OUTPUTS, UNKNOWN, Components, DatasetValue, dataset_op

KERNELS = KernelSet()

UNBATCH = dataset_op("UnbatchDataset", ("input_dataset: variant",), (*OUTPUTS, METADATA))


@dataclass(frozen=True, eq=False)
class Unbatch(DatasetValue):
    """The slices along the first axis of every element of ``source``."""

    source: DatasetValue

    def __iter__(self) -> Iterator[Components]:
        for element in self.source:
            size = len(element[0])
            if any(len(array) != size for array in element):
                raise InvalidArgumentError(
                    None, None, f"unbatch: components have different first sizes: {[len(array) for array in element]}."
                )
            for index in range(size):
                yield tuple(array[index : index + 1].reshape(array.shape[1:]) for array in element)

    def cardinality(self) -> int:
        """The source's times the length of its elements, where both are known."""
        count, length = self.source.cardinality(), self.source.element_length()
        return UNKNOWN if length is None else count if count < 0 else count * length


@KERNELS.add(UNBATCH)
def make_unbatch(input_dataset: DatasetValue, **attrs: Any) -> Unbatch:
    """Make the dataset."""
    return Unbatch(input_dataset)

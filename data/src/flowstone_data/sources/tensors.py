"""Datasets of given tensors: all as one element, or slice by slice."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from flowstone_core.errors import InvalidArgumentError
from flowstone_core.kernel import KernelSet

from flowstone_data.value import METADATA, STATEFUL, Components, DatasetValue, dataset_op

KERNELS = KernelSet()

TENSOR = dataset_op(
    "TensorDataset",
    ("components: Toutput_types",),
    ("Toutput_types: list(type) >= 1", "output_shapes: list(shape) >= 1", METADATA),
    effects=STATEFUL,
)
TENSOR_SLICE = dataset_op(
    "TensorSliceDataset",
    ("components: Toutput_types",),
    (
        "Toutput_types: list(type) >= 1",
        "output_shapes: list(shape) >= 1",
        "is_files: bool = false",
        METADATA,
        "replicate_on_split: bool = false",
    ),
    effects=STATEFUL,
)


@dataclass(frozen=True, eq=False)
class Tensors(DatasetValue):
    """One element."""

    components: Components

    def __iter__(self) -> Iterator[Components]:
        yield self.components

    def cardinality(self) -> int:
        """One."""
        return 1


@dataclass(frozen=True, eq=False)
class Slices(DatasetValue):
    """The slices of arrays along their first axis."""

    components: Components

    def __iter__(self) -> Iterator[Components]:
        if len(self.components) == 1:
            return ((_slice(self.components[0], index),) for index in range(len(self.components[0])))
        return (tuple(_slice(array, index) for array in self.components) for index in range(len(self.components[0])))

    def cardinality(self) -> int:
        """The size of the first axis."""
        return len(self.components[0])

    def element_length(self) -> int | None:
        """The size of the second axis."""
        shape = self.components[0].shape
        return shape[1] if len(shape) > 1 else None


def _slice(array: Any, index: int) -> Any:
    return array[index : index + 1].reshape(array.shape[1:])


@KERNELS.add(TENSOR)
def tensors(components: list[Any], **attrs: Any) -> Tensors:
    """Make the dataset of one element."""
    return Tensors(tuple(components))


@KERNELS.add(TENSOR_SLICE)
def slices(components: list[Any], **attrs: Any) -> Slices:
    """Make the dataset of slices."""
    for array in components:
        if array.ndim == 0:
            raise InvalidArgumentError(None, None, "Cannot take slices of a scalar: each component needs a first axis.")
        if len(array) != len(components[0]):
            raise InvalidArgumentError(
                None, None, f"All components must have the same first size, got {[len(one) for one in components]}."
            )
    return Slices(tuple(components))

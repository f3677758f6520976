"""``Dataset.range``."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from flowstone_core.dtypes import DType
from flowstone_core.errors import InvalidArgumentError
from flowstone_core.kernel import KernelSet

from flowstone_data.value import METADATA, OUTPUTS, STATEFUL, Components, DatasetValue, dataset_op

KERNELS = KernelSet()

RANGE = dataset_op(
    "RangeDataset",
    ("start: int64", "stop: int64", "step: int64"),
    (*OUTPUTS, METADATA, "replicate_on_split: bool = false"),
    effects=STATEFUL,
)


@dataclass(frozen=True, eq=False)
class Range(DatasetValue):
    """Numbers from ``start`` towards ``stop`` by ``step``."""

    start: int
    stop: int
    step: int
    dtype: DType

    def __iter__(self) -> Iterator[Components]:
        kind = self.dtype.numpy_dtype
        return ((np.array(number, kind),) for number in range(self.start, self.stop, self.step))

    def cardinality(self) -> int:
        """The number of numbers."""
        return len(range(self.start, self.stop, self.step))


@KERNELS.add(RANGE)
def make_range(start: Any, stop: Any, step: Any, *, output_types: tuple[DType, ...], **attrs: Any) -> Range:
    """Make the dataset."""
    if step == 0:
        raise InvalidArgumentError(None, None, "The step of a range must not be zero.")
    return Range(int(start), int(stop), int(step), output_types[0])

"""``Dataset.flat_map`` and ``interleave``: a dataset for each element."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from flowstone_core.errors import InvalidArgumentError
from flowstone_core.kernel import KernelSet
from flowstone_core.ops.control import FunctionValue

from flowstone_data.value import METADATA, OUTPUTS, Components, DatasetValue, dataset_op

KERNELS = KernelSet()

FLAT_MAP = dataset_op(
    "FlatMapDataset",
    ("input_dataset: variant", "other_arguments: Targuments"),
    ("f: func", "Targuments: list(type) >= 0", *OUTPUTS, METADATA),
)
INTERLEAVE = dataset_op(
    "InterleaveDataset",
    ("input_dataset: variant", "other_arguments: Targuments", "cycle_length: int64", "block_length: int64"),
    ("f: func", "Targuments: list(type) >= 0", *OUTPUTS, METADATA),
)


@dataclass(frozen=True, eq=False)
class Interleave(DatasetValue):
    """The elements of ``function``'s datasets, ``block`` at a time from ``cycle`` of them in turn."""

    source: DatasetValue
    function: FunctionValue
    captured: Components
    cycle: int
    block: int

    def _open(self, element: Components) -> Iterator[Components]:
        dataset: DatasetValue = self.function.execute([*element, *self.captured])[0]
        return iter(dataset)

    def __iter__(self) -> Iterator[Components]:
        elements = iter(self.source)
        slots: list[Iterator[Components] | None] = [None] * self.cycle
        exhausted = False
        index = 0
        while True:
            if slots[index] is None and not exhausted:
                following = next(elements, None)
                if following is None:
                    exhausted = True
                else:
                    slots[index] = self._open(following)
            running = slots[index]
            if running is None:
                if exhausted and all(slot is None for slot in slots):
                    return
                index = (index + 1) % self.cycle
                continue
            for _ in range(self.block):
                element = next(running, None)
                if element is None:
                    slots[index] = None
                    break
                yield element
            if slots[index] is not None or exhausted or self.cycle > 1:
                index = (index + 1) % self.cycle


@KERNELS.add(FLAT_MAP)
def make_flat_map(
    input_dataset: DatasetValue, other_arguments: Sequence[Any], *, f: FunctionValue, **attrs: Any
) -> Interleave:
    """Make the dataset: an interleaving of one at a time."""
    return Interleave(input_dataset, f, tuple(other_arguments), 1, 1)


@KERNELS.add(INTERLEAVE)
def make_interleave(
    input_dataset: DatasetValue,
    other_arguments: Sequence[Any],
    cycle_length: Any,
    block_length: Any,
    *,
    f: FunctionValue,
    **attrs: Any,
) -> Interleave:
    """Make the dataset."""
    if cycle_length <= 0 or block_length <= 0:
        raise InvalidArgumentError(None, None, "cycle_length and block_length must be greater than zero.")
    return Interleave(input_dataset, f, tuple(other_arguments), int(cycle_length), int(block_length))

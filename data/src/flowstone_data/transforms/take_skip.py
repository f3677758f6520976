"""``Dataset.take``, ``skip`` and ``shard``: parts of a dataset."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from flowstone_core.errors import InvalidArgumentError
from flowstone_core.kernel import KernelSet

from flowstone_data.value import INFINITE, METADATA, OUTPUTS, UNKNOWN, Components, DatasetValue, dataset_op

KERNELS = KernelSet()

TAKE = dataset_op("TakeDataset", ("input_dataset: variant", "count: int64"), (*OUTPUTS, METADATA))
SKIP = dataset_op("SkipDataset", ("input_dataset: variant", "count: int64"), (*OUTPUTS, METADATA))
SHARD = dataset_op(
    "ShardDataset",
    ("input_dataset: variant", "num_shards: int64", "index: int64"),
    ("require_non_empty: bool = false", *OUTPUTS, METADATA),
)


@dataclass(frozen=True, eq=False)
class Take(DatasetValue):
    """The first ``count`` elements; all for -1."""

    source: DatasetValue
    count: int

    def __iter__(self) -> Iterator[Components]:
        return iter(self.source) if self.count < 0 else itertools.islice(self.source, self.count)

    def cardinality(self) -> int:
        """At most the count."""
        count = self.source.cardinality()
        if self.count < 0 or count == UNKNOWN:
            return count
        return self.count if count == INFINITE else min(count, self.count)


@dataclass(frozen=True, eq=False)
class Skip(DatasetValue):
    """All but the first ``count`` elements; none for -1."""

    source: DatasetValue
    count: int

    def __iter__(self) -> Iterator[Components]:
        return iter(()) if self.count < 0 else itertools.islice(self.source, self.count, None)

    def cardinality(self) -> int:
        """What is left."""
        count = self.source.cardinality()
        if self.count < 0:
            return 0
        return count if count < 0 else max(count - self.count, 0)


@dataclass(frozen=True, eq=False)
class Shard(DatasetValue):
    """Every ``shards``-th element, from ``index``."""

    source: DatasetValue
    shards: int
    index: int

    def __iter__(self) -> Iterator[Components]:
        return itertools.islice(self.source, self.index, None, self.shards)

    def cardinality(self) -> int:
        """This shard's part."""
        count = self.source.cardinality()
        return count if count < 0 else max(-(-(count - self.index) // self.shards), 0)


@KERNELS.add(TAKE)
def make_take(input_dataset: DatasetValue, count: Any, **attrs: Any) -> Take:
    """Make the dataset."""
    return Take(input_dataset, int(count))


@KERNELS.add(SKIP)
def make_skip(input_dataset: DatasetValue, count: Any, **attrs: Any) -> Skip:
    """Make the dataset."""
    return Skip(input_dataset, int(count))


@KERNELS.add(SHARD)
def make_shard(input_dataset: DatasetValue, num_shards: Any, index: Any, **attrs: Any) -> Shard:
    """Make the dataset."""
    if num_shards < 1 or not 0 <= index < num_shards:
        raise InvalidArgumentError(
            None, None, f"Index must be between 0 and {int(num_shards) - 1} (num_shards = {num_shards}), got {index}."
        )
    return Shard(input_dataset, int(num_shards), int(index))

"""``Dataset.map``: a function of every element, in order."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from flowstone_core.kernel import KernelSet
from flowstone_core.ops.control import FunctionValue

from flowstone_data.value import METADATA, OUTPUTS, UNKNOWN, Components, DatasetValue, dataset_op

KERNELS = KernelSet()

MAP = dataset_op(
    "MapDataset",
    ("input_dataset: variant", "other_arguments: Targuments"),
    (
        "f: func",
        "Targuments: list(type) >= 0",
        *OUTPUTS,
        "use_inter_op_parallelism: bool = true",
        "preserve_cardinality: bool = false",
        "force_synchronous: bool = false",
        METADATA,
    ),
)
PARALLEL_MAP = dataset_op(
    "ParallelMapDatasetV2",
    ("input_dataset: variant", "other_arguments: Targuments", "num_parallel_calls: int64"),
    (
        "f: func",
        "Targuments: list(type) >= 0",
        *OUTPUTS,
        "use_inter_op_parallelism: bool = true",
        "deterministic: string = 'default'",
        "preserve_cardinality: bool = false",
        "use_unbounded_threadpool: bool = false",
        METADATA,
    ),
)


@dataclass(frozen=True, eq=False)
class Map(DatasetValue):
    """``source`` with ``function`` applied to each element, ``workers`` at a time.

    The order is the source's whatever ``workers`` is; at most ``workers`` elements are in flight.
    """

    source: DatasetValue
    function: FunctionValue
    captured: Components
    workers: int = 1
    preserve_cardinality: bool = True

    def __iter__(self) -> Iterator[Components]:
        return self._serial() if self.workers == 1 else self._parallel()

    def _call(self, element: Components) -> Components:
        return tuple(self.function.execute([*element, *self.captured]))

    def _serial(self) -> Iterator[Components]:
        return map(self._call, self.source)

    def _parallel(self) -> Iterator[Components]:
        with ThreadPoolExecutor(self.workers, thread_name_prefix="flowstone-map") as pool:
            pending: deque[Future[Components]] = deque()
            try:
                for element in self.source:
                    pending.append(pool.submit(self._call, element))
                    if len(pending) >= self.workers:
                        yield pending.popleft().result()
                while pending:
                    yield pending.popleft().result()
            finally:
                for future in pending:
                    future.cancel()

    def cardinality(self) -> int:
        """The source's."""
        return self.source.cardinality() if self.preserve_cardinality else UNKNOWN


def workers_for(requested: int) -> int:
    """How many threads ``num_parallel_calls`` means; AUTOTUNE (-1) is one for each processor."""
    return requested if requested > 0 else os.cpu_count() or 1


@KERNELS.add(MAP)
def make_map(
    input_dataset: DatasetValue,
    other_arguments: Sequence[Any],
    *,
    f: FunctionValue,
    preserve_cardinality: bool,
    **attrs: Any,
) -> Map:
    """Make the dataset."""
    return Map(input_dataset, f, tuple(other_arguments), 1, preserve_cardinality)


@KERNELS.add(PARALLEL_MAP)
def make_parallel_map(
    input_dataset: DatasetValue,
    other_arguments: Sequence[Any],
    num_parallel_calls: Any,
    *,
    f: FunctionValue,
    preserve_cardinality: bool,
    **attrs: Any,
) -> Map:
    """Make the dataset."""
    return Map(input_dataset, f, tuple(other_arguments), workers_for(int(num_parallel_calls)), preserve_cardinality)

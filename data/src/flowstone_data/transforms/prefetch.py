"""``Dataset.prefetch``: elements made ahead of time by a thread."""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from flowstone_core.errors import InvalidArgumentError
from flowstone_core.kernel import KernelSet

from flowstone_data.value import METADATA, OUTPUTS, Components, DatasetValue, dataset_op

KERNELS = KernelSet()

AUTOTUNED_SIZE = 8
"""How many elements AUTOTUNE keeps ready."""

PREFETCH = dataset_op(
    "PrefetchDataset",
    ("input_dataset: variant", "buffer_size: int64"),
    (*OUTPUTS, "slack_period: int = 0", "legacy_autotune: bool = true", "buffer_size_min: int = 0", METADATA),
)


@dataclass(frozen=True, eq=False)
class Prefetch(DatasetValue):
    """The elements of ``source``, up to ``size`` of them made ahead."""

    source: DatasetValue
    size: int

    def __iter__(self) -> Iterator[Components]:
        return ahead(self.source, self.size) if self.size else iter(self.source)

    def cardinality(self) -> int:
        """The source's."""
        return self.source.cardinality()


_END = object()


class _Failure:
    """What the thread raised, to be raised to whoever takes the next element."""

    def __init__(self, error: BaseException) -> None:
        self.error = error


def ahead(source: DatasetValue, size: int) -> Iterator[Components]:
    """The elements of ``source``, made by a thread that stops when the iterator is dropped."""
    ready: queue.Queue[Any] = queue.Queue(maxsize=size)
    stopped = threading.Event()

    def put(item: Any) -> bool:
        while not stopped.is_set():
            try:
                ready.put(item, timeout=0.05)
            except queue.Full:
                continue
            return True
        return False

    def work() -> None:
        try:
            for element in source:
                if not put(element):
                    return
            put(_END)
        except BaseException as error:  # noqa: BLE001 - whatever it is, the consumer raises it
            put(_Failure(error))

    def elements() -> Iterator[Components]:
        thread = threading.Thread(target=work, name="flowstone-prefetch", daemon=True)
        thread.start()
        try:
            while (item := ready.get()) is not _END:
                if isinstance(item, _Failure):
                    raise item.error
                yield item
        finally:
            stopped.set()

    return elements()


@KERNELS.add(PREFETCH)
def make_prefetch(input_dataset: DatasetValue, buffer_size: Any, **attrs: Any) -> Prefetch:
    """Make the dataset."""
    size = int(buffer_size)
    if size < -1:
        raise InvalidArgumentError(
            None, None, f"buffer_size must be >= 0 or set buffer_size to be -1 (AUTOTUNE), got {size}."
        )
    return Prefetch(input_dataset, AUTOTUNED_SIZE if size == -1 else size)

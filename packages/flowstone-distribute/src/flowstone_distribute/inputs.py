"""Data for replicas: options, contexts for functions that make data sets, and distributed data sets.

With one replica a global batch is the replica's batch, and a distributed data set gives what the data set gives.
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple


class InputReplicationMode(enum.Enum):
    """Which unit reads its own input."""

    PER_WORKER = "PER_WORKER"
    PER_REPLICA = "PER_REPLICA"


class InputOptions(NamedTuple):
    """How a strategy reads data; it is checked by name, and one device does all of it the same way."""

    experimental_fetch_to_device: bool | None = None
    experimental_replication_mode: InputReplicationMode = InputReplicationMode.PER_WORKER
    experimental_place_dataset_on_device: bool = False
    experimental_per_replica_buffer_size: int = 1


class RunOptions(NamedTuple):
    """Options of ``strategy.run`` for TPUs."""

    experimental_enable_dynamic_batch_size: bool = True
    experimental_bucketizing_dynamic_shape: bool = False
    experimental_xla_options: Any = None


@dataclass(frozen=True)
class InputContext:
    """What a function that makes a pipeline's data set gets to know.

    Args:
        num_input_pipelines: How many pipelines there are.
        input_pipeline_id: Which of them this is.
        num_replicas_in_sync: How many replicas share a global batch.
    """

    num_input_pipelines: int = 1
    input_pipeline_id: int = 0
    num_replicas_in_sync: int = 1

    def get_per_replica_batch_size(self, global_batch_size: int) -> int:
        """A replica's part of a global batch.

        Raises:
            ValueError: The batch can't be divided evenly.
        """
        if global_batch_size % self.num_replicas_in_sync:
            raise ValueError(
                f"A global batch of {global_batch_size} can't be divided among {self.num_replicas_in_sync} replicas: "
                "take a multiple of their number."
            )
        return global_batch_size // self.num_replicas_in_sync


@dataclass(frozen=True)
class ValueContext:
    """What a function that makes a replica's value gets to know."""

    replica_id_in_sync_group: int = 0
    num_replicas_in_sync: int = 1


class DistributedIterator:
    """Walks over a distributed data set.

    Args:
        iterator: The data set's own.
    """

    def __init__(self, iterator: Any) -> None:
        self._iterator = iterator

    def __iter__(self) -> DistributedIterator:
        return self

    def __next__(self) -> Any:
        return next(self._iterator)

    @property
    def element_spec(self) -> Any:
        """The type of an element."""
        return self._iterator.element_spec

    def get_next(self) -> Any:
        """The next element.

        Raises:
            OutOfRangeError: There is none.
        """
        return self._iterator.get_next()

    def get_next_as_optional(self) -> Any:
        """The next element as a ``tf.experimental.Optional``, empty at the end."""
        return self._iterator.get_next_as_optional()


class DistributedDataset:
    """A data set that a strategy gives to its replicas; loops over it work in ``tf.function`` too.

    Args:
        dataset: Where the elements come from.
    """

    def __init__(self, dataset: Any) -> None:
        self._dataset = dataset

    def __iter__(self) -> Iterator[Any]:
        return DistributedIterator(iter(self._dataset))

    @property
    def element_spec(self) -> Any:
        """The type of an element."""
        return self._dataset.element_spec

    @property
    def cardinality(self) -> Any:
        """How many elements there are, if that is known."""
        return self._dataset.cardinality()

    def reduce(self, initial_state: Any, reduce_func: Callable[..., Any]) -> Any:
        """``reduce_func(state, element)`` over all elements."""
        return self._dataset.reduce(initial_state, reduce_func)

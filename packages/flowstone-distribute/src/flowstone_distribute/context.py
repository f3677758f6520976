"""Where a thread is: which strategy is in scope, and whether code runs inside a replica.

A thread has a stack of contexts, entered by ``strategy.scope()`` (cross-replica) and ``strategy.run`` (replica). At
its bottom is the replica of the default strategy, or of what ``experimental_set_strategy`` set.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from flowstone_core import nest
from flowstone_core.api import tf

from flowstone_distribute.reductions import ReduceOp

if TYPE_CHECKING:
    from flowstone_distribute.strategy import Strategy


class ReplicaContext:
    """What code inside ``strategy.run`` knows of its replica.

    Args:
        strategy: Whose replica it is.
        replica_id_in_sync_group: Which of them.
    """

    def __init__(self, strategy: Strategy, replica_id_in_sync_group: Any) -> None:
        self._strategy, self._replica = strategy, replica_id_in_sync_group

    @property
    def strategy(self) -> Strategy:
        """The strategy that runs this replica."""
        return self._strategy

    @property
    def num_replicas_in_sync(self) -> int:
        """How many replicas run together."""
        return self._strategy.num_replicas_in_sync

    @property
    def replica_id_in_sync_group(self) -> Any:
        """The number of this replica, a scalar tensor."""
        return tf.constant(self._replica)

    @property
    def devices(self) -> list[list[str]]:
        """The device that runs it."""
        return [[device] for device in self._strategy.extended.worker_devices]

    def all_reduce(self, reduce_op: ReduceOp | str, value: Any, options: Any = None) -> Any:
        """The sum or mean over replicas of each tensor of the nest ``value``.

        Raises:
            ValueError: ``reduce_op`` is neither ``SUM`` nor ``MEAN``.
        """
        ReduceOp.of(reduce_op)
        return nest.map_structure(tf.convert_to_tensor, value)

    def all_gather(self, value: Any, axis: int, options: Any = None) -> Any:
        """The values of all replicas, one after the other along ``axis``."""
        return nest.map_structure(tf.convert_to_tensor, value)

    def merge_call(
        self, merge_fn: Callable[..., Any], args: Sequence[Any] = (), kwargs: Mapping[str, Any] | None = None
    ) -> Any:
        """``merge_fn(strategy, *args, **kwargs)``, once for all replicas and in the cross-replica context."""
        with entered(self._strategy, None):
            return merge_fn(self._strategy, *args, **(kwargs or {}))


class _Stack(threading.local):
    """The contexts of a thread, innermost last: a strategy and, inside a replica, its context."""

    def __init__(self) -> None:
        self.entries: list[tuple[Strategy, ReplicaContext | None]] = []


_stack = _Stack()
_bottom: list[tuple[Strategy, ReplicaContext | None]] = []


def set_default(strategy: Strategy) -> None:
    """Make ``strategy`` what programs get that name none; called once, where strategies are defined."""
    _bottom[:] = [(strategy, ReplicaContext(strategy, 0))]


def _current() -> tuple[Strategy, ReplicaContext | None]:
    return _stack.entries[-1] if _stack.entries else _bottom[-1]


@contextmanager
def entered(strategy: Strategy, replica: ReplicaContext | None) -> Iterator[None]:
    """Inside, ``strategy`` is in scope; in ``replica``, or across replicas if it is None."""
    _stack.entries.append((strategy, replica))
    try:
        yield
    finally:
        _stack.entries.pop()


def get_strategy() -> Strategy:
    """The strategy in scope, or the default one, which runs one replica where it is called.

    >>> tf.distribute.get_strategy().num_replicas_in_sync
    1
    """
    return _current()[0]


def get_replica_context() -> ReplicaContext | None:
    """The replica that this code runs in; None across replicas, as directly below ``strategy.scope()``.

    >>> tf.distribute.get_replica_context().num_replicas_in_sync
    1
    """
    return _current()[1]


def in_cross_replica_context() -> bool:
    """Whether this code runs once for all replicas."""
    return _current()[1] is None


def has_strategy() -> bool:
    """Whether a strategy other than the default one is in scope.

    >>> tf.distribute.has_strategy()
    False
    """
    return _current()[0] is not _bottom[0][0]


def experimental_set_strategy(strategy: Strategy | None) -> None:
    """Put ``strategy`` in scope for the rest of the program; None takes it back.

    Raises:
        RuntimeError: Inside of a ``strategy.scope()``.
    """
    if _stack.entries:
        raise RuntimeError("experimental_set_strategy() was called inside of a strategy's scope: call it before.")
    del _bottom[1:]
    if strategy is not None:
        _bottom.append((strategy, None))

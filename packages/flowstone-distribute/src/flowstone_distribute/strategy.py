"""Strategies: where variables live and who runs a step. Here all of them have one replica on one device."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import Any

from flowstone_core import nest
from flowstone_core.api import tf
from flowstone_core.variable import Variable
from flowstone_graphfn.autograph import api as autograph

from flowstone_distribute import context
from flowstone_distribute.context import ReplicaContext
from flowstone_distribute.inputs import DistributedDataset, InputContext, ValueContext
from flowstone_distribute.reductions import ReduceOp
from flowstone_distribute.values import DistributedValues, local, of_replica


class StrategyExtended:
    """The part of a strategy that libraries use.

    Args:
        container_strategy: The strategy that it belongs to.
        device: Where everything runs.
    """

    def __init__(self, container_strategy: Strategy, device: str = "/device:CPU:0") -> None:
        self._strategy, self._device = container_strategy, device

    @property
    def worker_devices(self) -> tuple[str, ...]:
        """The devices that run replicas."""
        return (self._device,)

    @property
    def parameter_devices(self) -> tuple[str, ...]:
        """The devices that hold variables."""
        return (self._device,)

    @property
    def experimental_require_static_shapes(self) -> bool:
        """Whether shapes must be known; only on TPUs they must."""
        return False

    def colocate_vars_with(self, colocate_with_variable: Any) -> AbstractContextManager[None]:
        """A context in which variables are made where another one is: on one device, anywhere."""
        return context.entered(self._strategy, context.get_replica_context())

    def variable_created_in_scope(self, v: Any) -> bool:
        """Whether ``v`` is a variable that this strategy can update: any variable of this process is."""
        return isinstance(v, Variable)

    def value_container(self, value: Any) -> Any:
        """The distributed value that ``value`` is a part of."""
        return value

    def reduce_to(self, reduce_op: ReduceOp | str, value: Any, destinations: Any, options: Any = None) -> Any:
        """The replicas' values reduced, at ``destinations``."""
        ReduceOp.of(reduce_op)
        return nest.map_structure(of_replica, value)

    def batch_reduce_to(
        self, reduce_op: ReduceOp | str, value_destination_pairs: Iterable[tuple[Any, Any]], options: Any = None
    ) -> list[Any]:
        """``reduce_to`` of each pair."""
        return [self.reduce_to(reduce_op, value, to, options) for value, to in value_destination_pairs]

    def update(
        self,
        var: Any,
        fn: Callable[..., Any],
        args: Sequence[Any] = (),
        kwargs: Mapping[str, Any] | None = None,
        group: bool = True,
    ) -> Any:
        """``fn(var, *args, **kwargs)`` where ``var`` is; with ``group=False`` a list by device."""
        result = fn(var, *args, **(kwargs or {}))
        return result if group else [result]

    def call_for_each_replica(
        self, fn: Callable[..., Any], args: Sequence[Any] = (), kwargs: Mapping[str, Any] | None = None
    ) -> Any:
        """``fn`` in the replica's context, with the replica's part of the arguments."""
        arguments, keywords = nest.map_structure(of_replica, (tuple(args), dict(kwargs or {})))
        with context.entered(self._strategy, ReplicaContext(self._strategy, 0)):
            return autograph.convert_callback(fn)(*arguments, **keywords)


class Strategy:
    """Runs a step on replicas; the base class of all strategies.

    Args:
        extended: What makes ``StrategyExtended`` for it; by default the one of this machine's first device.
    """

    def __init__(self, extended: Callable[[Strategy], StrategyExtended] = StrategyExtended) -> None:
        self._extended = extended(self)

    @property
    def extended(self) -> StrategyExtended:
        """The part that libraries use."""
        return self._extended

    @property
    def num_replicas_in_sync(self) -> int:
        """How many replicas share a global batch."""
        return 1

    @property
    def cluster_resolver(self) -> Any:
        """What knows the cluster: nothing, on one machine."""
        return None

    @contextmanager
    def scope(self) -> Iterator[Strategy]:
        """Inside, variables belong to this strategy and ``tf.distribute.get_strategy()`` gives it.

        Raises:
            RuntimeError: Another strategy's scope is open.
        """
        if context.has_strategy() and context.get_strategy() is not self:
            raise RuntimeError(
                "A strategy's scope was opened inside another strategy's: make all variables of a model under one of them."
            )
        with context.entered(self, None):
            yield self

    def run(
        self,
        fn: Callable[..., Any],
        args: Sequence[Any] = (),
        kwargs: Mapping[str, Any] | None = None,
        options: Any = None,
    ) -> Any:
        """``fn(*args, **kwargs)`` on each replica; with one, its result as it is."""
        if not isinstance(args, list | tuple):
            raise ValueError(f"strategy.run() takes the positional arguments as a list or tuple, got args={args!r}.")
        return self._extended.call_for_each_replica(fn, args, kwargs)

    def reduce(self, reduce_op: ReduceOp | str, value: Any, axis: int | None) -> Any:
        """The sum or mean over replicas and, unless ``axis`` is None, over that dimension of each replica's tensor.

        >>> strategy = tf.distribute.get_strategy()
        >>> strategy.reduce("MEAN", tf.constant([1.0, 2.0]), axis=0)
        <tf.Tensor: shape=(), dtype=float32, numpy=1.5>
        """
        reduction = tf.reduce_sum if ReduceOp.of(reduce_op) is ReduceOp.SUM else tf.reduce_mean

        def reduced(leaf: Any) -> Any:
            tensor = tf.convert_to_tensor(of_replica(leaf))
            return tensor if axis is None else reduction(tensor, axis)

        return nest.map_structure(reduced, value)

    def gather(self, value: Any, axis: int) -> Any:
        """The replicas' tensors, one after the other along ``axis``."""
        return nest.map_structure(lambda leaf: tf.convert_to_tensor(of_replica(leaf)), value)

    def experimental_local_results(self, value: Any) -> tuple[Any, ...]:
        """The values of this process's replicas."""
        return local(value)

    unwrap = experimental_local_results

    def experimental_distribute_dataset(self, dataset: Any, options: Any = None) -> DistributedDataset:
        """``dataset``, whose batches are global ones, for the replicas."""
        return DistributedDataset(dataset)

    def distribute_datasets_from_function(
        self, dataset_fn: Callable[[InputContext], Any], options: Any = None
    ) -> DistributedDataset:
        """The data set that ``dataset_fn(input_context)`` makes, whose batches are per-replica ones."""
        return DistributedDataset(dataset_fn(InputContext()))

    experimental_distribute_datasets_from_function = distribute_datasets_from_function

    def experimental_distribute_values_from_function(
        self, value_fn: Callable[[ValueContext], Any]
    ) -> DistributedValues:
        """One value for each replica, from ``value_fn(value_context)``."""
        return DistributedValues((value_fn(ValueContext()),))


context.set_default(Strategy())

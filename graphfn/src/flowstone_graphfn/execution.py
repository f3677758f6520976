"""Executing calls, branches and loops, whoever executes: eagerly, under tapes, or as nodes of a graph.

Under a tape that watches their inputs they are executed in an upgraded form, which keeps what the way back
needs, and are one record on the tape.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from flowstone_autodiff import recording
from flowstone_autodiff.recorder import INTERCEPTED, Backward
from flowstone_core import dtypes
from flowstone_core.interpreter import state
from flowstone_core.op import Op
from flowstone_core.op import execute as execute_eagerly
from flowstone_core.ops.control import PARTITIONED_CALL, STATEFUL_PARTITIONED_CALL
from flowstone_core.plugins import resolve
from flowstone_core.tensor import EagerTensor, Tensor

from flowstone_graphfn.graph_function import GraphFunction
from flowstone_graphfn.upgrades import UPGRADES


class Upgrade(Protocol):
    """A call, branch or loop that keeps what its way back needs.

    Attributes:
        op: The op to execute.
        attrs: Its attributes.
        count: The number of outputs that the plain op has; those of the upgraded one begin with them.
    """

    op: Op
    attrs: dict[str, Any]
    count: int

    def inputs(self, given: tuple[Any, ...]) -> tuple[Any, ...]:
        """The inputs of the upgraded op; what it needs more is made by the running interpreter."""

    def backward(self, inputs: tuple[Any, ...], outputs: Sequence[Any], arrived: Sequence[Any]) -> tuple[Any, ...]:
        """A gradient or None for each input, nested as the inputs."""


def upgrade(op: Op, attrs: dict[str, Any], inputs: tuple[Any, ...], deep: bool) -> Upgrade:
    """The upgraded form of an op with function bodies.

    Args:
        op: The op.
        attrs: Its attributes.
        inputs: Its inputs.
        deep: Whether derivatives of derivatives will be asked for.
    """
    made: Upgrade = resolve(UPGRADES[op.name])(op, attrs, inputs, deep)
    return made


def tapes() -> list[Any]:
    """This thread's tapes and accumulators, innermost first, down to the first graph being built."""
    return [observer for observer in recording.observers() if not observer.building_graph]


def flat(inputs: tuple[Any, ...]) -> list[Any]:
    """Inputs as a flat list."""
    return [tensor for value in inputs for tensor in (value if type(value) is tuple else (value,))]


def execute(op: Op, inputs: tuple[Any, ...], attrs: dict[str, Any], name: str | None = None) -> list[Any]:
    """Have the running interpreter execute a call, branch or loop; its outputs.

    Args:
        op: One of the ops in ``UPGRADES``.
        inputs: Its bound inputs.
        attrs: Its complete attributes.
        name: A name for the node.
    """
    current: Any = state.current
    if current is not None and hasattr(current, "record_custom") and not current.building_graph:
        given = flat(inputs)
        recording.access([tensor for tensor in given if tensor.dtype is dtypes.resource])
        watching = [tape for tape in tapes() if tape.watches(given)]
        with recording.suspended():
            if not watching:
                return execute(op, inputs, attrs, name)
            return _execute_recorded(op, inputs, attrs, name, watching)
    results: list[Any]
    if current is None:
        results = execute_eagerly(op, inputs, attrs)
    else:
        results = current.execute(op, inputs, attrs, name)
    return results


def _execute_recorded(
    op: Op, inputs: tuple[Any, ...], attrs: dict[str, Any], name: str | None, watching: Sequence[Any]
) -> list[Any]:
    deep = len(watching) > 1 or any(tape.differentiates_backward for tape in watching)
    made = upgrade(op, attrs, inputs, deep=deep)
    given = made.inputs(inputs)
    outputs = execute(made.op, given, made.attrs, name)

    def backward(*arrived: Any) -> list[Any]:
        return flat(tuple(tuple(g) if isinstance(g, list) else g for g in made.backward(given, outputs, arrived)))

    entry = Backward(op.name, backward, missing=True)
    for tape in reversed(watching):
        tape.record_custom(flat(given), outputs, entry)
    return outputs[: made.count]


for _name in UPGRADES:
    INTERCEPTED[_name] = execute


def call_attrs(function: GraphFunction) -> tuple[Op, dict[str, Any]]:
    """The op that calls ``function``, and its attributes."""
    op = STATEFUL_PARTITIONED_CALL if function.stateful else PARTITIONED_CALL
    return op, {**op._defaults, "f": function, "Tout": tuple(spec.dtype for spec in function.output_specs)}


def call(function: GraphFunction, inputs: Sequence[Tensor]) -> list[Any]:
    """Call ``function`` with a tensor for each input of its graph; a list of tensors."""
    if state.current is None:
        return call_eagerly(function, inputs)
    op, attrs = call_attrs(function)
    return execute(op, (tuple(inputs),), attrs)


def call_eagerly(function: GraphFunction, inputs: Sequence[Any]) -> list[Any]:
    """Run ``function`` on eager tensors."""
    outputs = function.plan.run(*[tensor._array for tensor in inputs])
    return [EagerTensor(array, tensor._dtype) for array, tensor in zip(outputs, function.graph.outputs, strict=True)]

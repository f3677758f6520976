"""Batching of ``flowstone_core.ops.control``: functions are run under the batch, branches both, loops until all end."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flowstone_core.interpreter import running_under
from flowstone_core.ops import control as ops
from flowstone_core.ops.compare import logical_and
from flowstone_core.ops.reduce import reduce_any
from flowstone_core.ops.selection import SELECT_V2
from flowstone_core.tensor import EagerTensor

from flowstone_autodiff.batch_registry import BatchCall, batch, elementwise
from flowstone_autodiff.batched import BatchedTensor
from flowstone_autodiff.recorder import flat

elementwise(ops.PLACEHOLDER_WITH_DEFAULT)


def run(function: Any, inputs: Sequence[Any]) -> list[Any]:
    """The nodes of a graph function, executed by the running interpreter."""
    graph = function.graph
    values = {id(inner): value for inner, value in zip(graph.inputs, inputs, strict=True)}
    for node in graph.nodes:
        if node.op is ops.CONST:
            values[id(node.outputs[0])] = node.attrs["value"]
        elif node.op is not ops.PLACEHOLDER:
            own = tuple(
                [values[id(item)] for item in value] if type(value) is tuple else values[id(value)]
                for value in node.inputs
            )
            results = flat(node.op(*own, **node.attrs))
            values |= {id(output): result for output, result in zip(node.outputs, results, strict=True)}
    return [values[id(output)] for output in graph.outputs]


def _elements(call: BatchCall, index: int) -> list[Any]:
    """The tensors of a list input as they are under the batch."""
    pairs = zip(call.inputs[index], call.batched[index], strict=True)
    return [BatchedTensor(value, call.level) if flag else value for value, flag in pairs]


def _outputs(call: BatchCall, results: Sequence[Any]) -> list[Any]:
    """Results under the batch with the batch as first dimension."""
    return [value.values if call.level.owns(value) else call.repeat(value) for value in results]


def _plain(call: BatchCall, *functions: Any) -> bool:
    """Whether functions compute numbers, and nothing else."""
    nodes = [node for function in functions for node in function.graph.nodes]
    return all(node.op.effects.pure or node.op in (ops.PARTITIONED_CALL,) for node in nodes) and not any(
        output.dtype.is_handle for function in functions for output in function.graph.outputs
    )


@batch(ops.PARTITIONED_CALL, ops.STATEFUL_PARTITIONED_CALL)
def called(call: BatchCall) -> Any:
    """The function's nodes, one after the other; one with a custom gradient, which knows its own nodes, as a whole."""
    function = call.attrs["f"]
    if function.graph.custom_gradients or any(output.dtype.is_handle for output in function.graph.outputs):
        return NotImplemented
    with running_under(call.level):
        results = run(function, _elements(call, 0))
    return _outputs(call, results)


@batch(ops.STATELESS_IF, ops.IF)
def branched(call: BatchCall) -> Any:
    """Both branches, and of each element the one that it takes."""
    branches = call.attrs["then_branch"], call.attrs["else_branch"]
    if not call.batched[0] or not _plain(call, *branches):
        return NotImplemented
    with running_under(call.level):
        inputs = _elements(call, 1)
        first, second = (run(branch, inputs) for branch in branches)
        holds = BatchedTensor(call.inputs[0], call.level)
        results = [SELECT_V2(holds, one, other) for one, other in zip(first, second, strict=True)]
    return _outputs(call, results)


@batch(ops.STATELESS_WHILE, ops.WHILE)
def looped(call: BatchCall) -> Any:
    """Until the loop has ended for all elements; those that have ended keep their values."""
    test, body = call.attrs["cond"], call.attrs["body"]
    if not _plain(call, test, body):
        return NotImplemented
    level, variables = call.level, _elements(call, 0)
    active: Any = None
    while True:
        with running_under(level):
            (holds,) = run(test, variables)
            active = holds if active is None else logical_and(active, holds)
        go_on = reduce_any(active.values) if level.owns(active) else active
        if type(go_on) is not EagerTensor:
            return NotImplemented
        if not bool(go_on):
            return _outputs(call, variables)
        with running_under(level):
            after = run(body, variables)
            if level.owns(active):
                pairs = zip(after, variables, strict=True)
                after = [new if new is old else SELECT_V2(active, new, old) for new, old in pairs]
        variables = after

"""Calling graph functions on tensors, whoever executes: eagerly, under a tape, or inside another trace."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flowstone_autodiff import recording
from flowstone_core import dtypes
from flowstone_core.interpreter import state
from flowstone_core.ops.control import PARTITIONED_CALL, STATEFUL_PARTITIONED_CALL
from flowstone_core.tensor import EagerTensor, Tensor

from flowstone_graphfn.gradients import call_recorded, is_observed, tapes
from flowstone_graphfn.graph_function import GraphFunction


def call(function: GraphFunction, inputs: Sequence[Tensor]) -> list[Any]:
    """Call ``function`` with a tensor for each input of its graph; a list of tensors."""
    current: Any = state.current
    if current is None:
        return call_eagerly(function, inputs)
    if is_observed():
        recording.access([tensor for tensor in inputs if tensor.dtype is dtypes.resource])
        if any(tape.watches(inputs) for tape in tapes()):
            return call_recorded(function, inputs, call)
        with recording.suspended():
            return call(function, inputs)
    op = STATEFUL_PARTITIONED_CALL if function.stateful else PARTITIONED_CALL
    attrs = {**op._defaults, "f": function, "Tout": tuple(spec.dtype for spec in function.output_specs)}
    results: list[Any] = current.execute(op, (tuple(inputs),), attrs, None)
    return results


def call_eagerly(function: GraphFunction, inputs: Sequence[Any]) -> list[EagerTensor]:
    """Run ``function`` on eager tensors."""
    outputs = function.plan.run(*[tensor._array for tensor in inputs])
    return [EagerTensor(array, tensor._dtype) for array, tensor in zip(outputs, function.graph.outputs, strict=True)]

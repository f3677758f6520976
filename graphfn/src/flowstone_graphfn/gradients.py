"""Gradients of calls: one record on the tapes, and the rule for call nodes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from flowstone_autodiff.recorder import Backward
from flowstone_autodiff.recording import observers, suspended
from flowstone_core.interpreter import state
from flowstone_core.tensor import Tensor

from flowstone_graphfn.differentiate import differentiable, gradients_of_call
from flowstone_graphfn.graph_function import GraphFunction

Caller = Callable[[GraphFunction, Sequence[Any]], list[Any]]


def tapes() -> list[Any]:
    """This thread's tapes and accumulators, innermost first, down to the first graph being built."""
    return [observer for observer in observers() if not observer.building_graph]


def call_recorded(function: GraphFunction, inputs: Sequence[Tensor], call: Caller) -> list[Any]:
    """Call ``function`` so that the active tapes can differentiate it: as one record."""
    watching = [tape for tape in tapes() if tape.watches(inputs)]
    made = differentiable(function, deep=len(watching) > 1)
    with suspended():
        outputs = call(made.forward, inputs)

    def backward(*arrived: Any) -> list[Any]:
        return gradients_of_call(made, inputs, outputs, arrived, call)

    entry = Backward(function.name, backward, missing=True)
    for tape in reversed(watching):
        tape.record_custom(inputs, outputs, entry)
    return outputs[: made.count]


def is_observed() -> bool:
    """Whether the innermost interpreter is a tape or accumulator."""
    current = state.current
    return current is not None and not current.building_graph and hasattr(current, "record_custom")

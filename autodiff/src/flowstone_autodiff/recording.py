"""For those who compute behind the interpreters' back, and say how to go back: telling the active tapes.

A call of a traced function, or a function with a custom gradient, is one record on the tapes::

    outputs = run_forward(inputs)          # under ``suspended()``
    record(inputs, outputs, backward, "my_function")
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Protocol, cast

from flowstone_core.interpreter import Interpreter, running_under, state
from flowstone_core.tensor import Tensor

from flowstone_autodiff.recorder import Backward


class Observer(Protocol):
    """An interpreter that takes notice of computations done elsewhere: tapes, accumulators, graph builders."""

    parent: Interpreter | None
    building_graph: bool
    differentiates_backward: bool
    """Whether it differentiates at once what ``record_custom`` is given, as forward mode does."""

    def record_custom(self, inputs: Sequence[Tensor], outputs: Sequence[Tensor], backward: Backward) -> None:
        """Note that ``outputs`` were computed from ``inputs``, and how to go back.

        A graph builder keeps it with its nodes, after those that computed ``outputs``, so that whoever
        differentiates the graph takes ``backward`` in their place.
        """

    def watches(self, tensors: Sequence[Tensor]) -> bool:
        """Whether it would take notice of a computation from ``tensors``."""

    def access(self, handle: Tensor) -> None:
        """Note that the variable of ``handle`` is read."""


def observers() -> Iterator[Observer]:
    """This thread's observers, innermost first, down to the first that builds a graph."""
    current = state.current
    while current is not None:
        if hasattr(current, "record_custom"):
            yield cast(Observer, current)
        if current.building_graph:
            return
        current = current.parent


def record(
    inputs: Sequence[Tensor],
    outputs: Sequence[Tensor],
    backward: Callable[..., Sequence[Any]],
    name: str = "custom",
    *,
    missing: bool = False,
    forward: bool = True,
) -> None:
    """Tell the active tapes that ``outputs`` were computed from ``inputs``.

    What the tapes recorded of that computation themselves is not used: ``backward`` takes its place. The
    outputs must be new tensors (``tf.identity`` makes one), not some of the inputs.

    Args:
        inputs: The tensors (and variables' handles) that the outputs depend on.
        outputs: The tensors that were computed.
        backward: Called as ``backward(*output_gradients)``; returns a gradient or None for each input.
        name: What was computed, for messages.
        missing: Whether ``backward`` takes None for an output that received no gradient. Otherwise it gets
            zeros.
        forward: Whether forward mode takes ``backward``, too. Otherwise it has seen the ops that ran.
    """
    told: list[tuple[Observer, Sequence[Tensor], Sequence[Tensor], Backward]] = []
    entry = Backward(name, backward, missing, forward)
    current = state.current
    while current is not None:
        if hasattr(current, "record_custom"):
            told.append((cast(Observer, current), inputs, outputs, entry))
        if hasattr(current, "lowered"):  # one element here is a batch below
            inputs, outputs, entry = current.lowered(inputs, outputs, entry)
        elif current.building_graph:
            break
        current = current.parent
    # outer observers first: an inner one may compute (a forward accumulator does), and outer ones see that
    for observer, taken, given, way_back in reversed(told):
        observer.record_custom(taken, given, way_back)


def watched(tensors: Sequence[Tensor]) -> bool:
    """Whether an active tape or accumulator depends on one of ``tensors``, so that ``record`` would matter."""
    return any(observer.watches(tensors) for observer in observers())


def access(handles: Sequence[Tensor]) -> None:
    """Tell the active tapes that the variables of ``handles`` are read: trainable ones become watched."""
    for observer in observers():
        for handle in handles:
            observer.access(handle)


def suspended() -> running_under:
    """A context in which this thread's innermost tapes and accumulators take no notice of ops."""
    current = state.current
    while current is not None and hasattr(current, "record_custom") and not current.building_graph:
        current = current.parent
    return running_under(current)

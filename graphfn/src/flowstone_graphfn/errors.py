"""What a user is told when a kernel fails inside a function: the op's reason, and the line that made the op."""

from __future__ import annotations

import weakref
from types import TracebackType
from typing import Any, Protocol

from flowstone_core.errors import OpError, SpecError
from flowstone_core.op import explain
from flowstone_core.tensor import EagerTensor

from flowstone_graphfn.graph import Node


class Step(Protocol):
    """What one line of a plan's source executes."""

    @property
    def node(self) -> Node:
        """The node."""

    @property
    def arguments(self) -> tuple[Any, ...]:
        """The names of the kernel's arguments in the source, nested as the node's inputs."""


def explain_failure(error: Exception) -> Exception:
    """The exception to raise in the place of one that came out of a plan."""
    place = _innermost(error.__traceback__)
    if place is None:
        return error
    step, local = place
    node = step.node
    if isinstance(error, OpError) and error.op is not None:
        return error
    if not isinstance(
        error, (OpError, SpecError, ValueError, TypeError, IndexError, ArithmeticError, MemoryError, AttributeError)
    ):
        error.add_note(_place(node))
        return error
    reason = explain(node.op, _operands(step, local), node.attrs, error)
    if not isinstance(reason, OpError):
        reason.add_note(_place(node))
        return reason
    located = type(reason)(None, node.operation, f"{reason.message}\n\n{_place(node)}")
    located.__cause__ = None if isinstance(error, (OpError, SpecError)) else error
    return located


def _place(node: Node) -> str:
    graph = node._graph()
    function = "" if graph is None else f" of the function {graph.name!r}"
    return f"Detected at the node {node.name!r} ({node.op.name}){function}.{node.made_at()}"


def _innermost(traceback: TracebackType | None) -> tuple[Step, dict[str, Any]] | None:
    """The step that the innermost frame of a plan was executing, and the frame's locals."""
    found = None
    while traceback is not None:
        reference = traceback.tb_frame.f_globals.get("plan_of_this_code")
        plan = reference() if isinstance(reference, weakref.ref) else None
        if plan is not None:
            step = plan.steps.get(traceback.tb_lineno)
            if step is not None:
                found = step, traceback.tb_frame.f_locals
        traceback = traceback.tb_next
    return found


def _operands(step: Step, local: dict[str, Any]) -> tuple[Any, ...]:
    """The values that the kernel got, as eager tensors, so that the op's shape rule can explain itself."""
    try:
        return tuple(
            tuple(EagerTensor(local[name], tensor.dtype) for name, tensor in zip(names, value, strict=True))
            if type(value) is tuple
            else EagerTensor(local[names], value.dtype)
            for names, value in zip(step.arguments, step.node.inputs, strict=True)
        )
    except (KeyError, ValueError):
        return step.node.inputs

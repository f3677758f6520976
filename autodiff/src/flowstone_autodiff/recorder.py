"""The interpreter behind a tape: it lets its parent execute, and keeps what depends on watched tensors."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from flowstone_core.interpreter import Interpreter
from flowstone_core.op import PURE, Op, execute
from flowstone_core.tensor import EagerTensor, Tensor

from flowstone_autodiff.sources import owner

TRAINABLE_KINDS = "fch"
"""The kinds of types through which gradients flow: floats, complex numbers, handles."""


@dataclass(frozen=True, slots=True, eq=False)
class Backward:
    """Stands where a record has its op, for a computation that brings its own way back.

    Attributes:
        name: What was computed, for messages.
        function: Takes a gradient for each output; returns one for each input.
        missing: Whether it takes None for an output that received no gradient (instead of zeros).
        forward: Whether forward mode goes this way, too (instead of through the ops that ran).
    """

    name: str
    function: Callable[..., Any]
    missing: bool = False
    forward: bool = True


Record: TypeAlias = tuple[Op | Backward, tuple[Any, ...], Any, Any]
"""One executed op: the op, its inputs, what it returned, its attributes."""


INTERCEPTED: dict[str, Callable[..., Any]] = {}
"""Ops that are executed in another form under a tape, so that it can go back: those with function bodies.

Called as ``function(op, inputs, attrs, name)`` with the tape running; the component that executes these ops (graphfn)
puts itself here. It executes them under the tape's parent, and tells the tape by ``recording``.
"""


def trainable(tensor: Any) -> bool:
    """Whether gradients can flow through ``tensor``, judging by its type."""
    return tensor.dtype._kind in TRAINABLE_KINDS


def flat(values: Any) -> list[Any]:
    """The tensors in an op's inputs or in what it returned: a tensor, None, or a sequence of these and lists."""
    if isinstance(values, Tensor):
        return [values]
    found: list[Any] = []
    for value in values or ():
        if isinstance(value, Tensor):
            found.append(value)
        else:
            found.extend(value)
    return found


class Recorder:
    """Records the ops that depend on watched tensors.

    Tensors are known by their identity; whatever is known is kept alive by the records or by ``watched``, so
    an identity is never used twice.

    Attributes:
        records: What was executed, in order.
        known: Identities of the tensors that are watched or depend on watched ones.
        watched: The tensors (and variables' handles) that are watched.
        variables: The handles of the trainable variables that were read.
        watch_accessed: Whether reading a trainable variable watches it.
    """

    __slots__ = ("known", "parent", "records", "variables", "watch_accessed", "watched")

    building_graph = False
    differentiates_backward = False

    def __init__(self, watch_accessed: bool = True) -> None:
        self.parent: Interpreter | None = None
        self.records: list[Record] = []
        self.known: set[int] = set()
        self.watched: list[Tensor] = []
        self.variables: list[Tensor] = []
        self.watch_accessed = watch_accessed

    def execute(self, op: Op, inputs: tuple[Any, ...], attrs: dict[str, Any], name: str | None) -> Any:
        """Execute by the parent, then record."""
        if op.name in INTERCEPTED:
            return INTERCEPTED[op.name](op, inputs, attrs, name)
        parent = self.parent
        outputs = execute(op, inputs, attrs) if parent is None else parent.execute(op, inputs, attrs, name)
        self.observe(op, inputs, outputs, attrs)
        return outputs

    def constant(self, tensor: Any) -> Any:
        """What the parent makes of a constant."""
        return tensor if self.parent is None else self.parent.constant(tensor)

    @property
    def notify(self) -> Callable[..., None]:
        """Whom to tell of an op that a fast path has executed: this recorder, the outer ones first."""
        return self.observe if self.parent is None else self._observe_all

    def _observe_all(self, op: Op, inputs: tuple[Any, ...], outputs: Any, attrs: dict[str, Any]) -> None:
        self.parent.notify(op, inputs, outputs, attrs)  # type: ignore[union-attr]
        self.observe(op, inputs, outputs, attrs)

    def observe(self, op: Op, inputs: tuple[Any, ...], outputs: Any, attrs: dict[str, Any]) -> None:
        """Record an executed op if it depends on a watched tensor."""
        known = self.known
        if op.effects is not PURE and self.watch_accessed:
            self._watch_read_variable(op, inputs, outputs)
        for value in inputs:
            if id(value) in known:
                break
            if type(value) is tuple and not known.isdisjoint(map(id, value)):
                break
        else:
            return
        if type(outputs) is EagerTensor:
            if outputs._dtype._kind not in TRAINABLE_KINDS:
                return
            known.add(id(outputs))
        else:
            found = [id(tensor) for tensor in flat(outputs) if trainable(tensor)]
            if not found:
                return
            known.update(found)
        self.records.append((op, inputs, outputs, attrs))

    def record_custom(self, inputs: Sequence[Tensor], outputs: Sequence[Tensor], backward: Backward) -> None:
        """Record a computation with its own backward function, if it depends on a watched tensor."""
        if self.watches(inputs):
            self.known.update(id(tensor) for tensor in outputs if trainable(tensor))
            self.records.append((backward, tuple(inputs), tuple(outputs), None))

    def watches(self, tensors: Sequence[Tensor]) -> bool:
        """Whether any of ``tensors`` is watched or depends on a watched one."""
        return not self.known.isdisjoint(map(id, tensors))

    def watch(self, tensor: Tensor) -> None:
        """Record from now on what depends on ``tensor``."""
        if id(tensor) not in self.known:
            self.known.add(id(tensor))
            self.watched.append(tensor)

    def access(self, handle: Tensor) -> None:
        """Note that the variable of ``handle`` is read; watch it if it is trainable and that is asked for."""
        if self.watch_accessed:
            variable = handle._array if type(handle) is EagerTensor else owner(handle)
            if getattr(variable, "trainable", False):
                self.watch_variable(handle)

    def watch_variable(self, handle: Tensor) -> None:
        """Watch a variable."""
        if all(handle is not other for other in self.variables):
            self.variables.append(handle)
        self.watch(handle)

    def _watch_read_variable(self, op: Op, inputs: tuple[Any, ...], outputs: Any) -> None:
        effects = op.effects
        if effects.reads and not effects.writes and isinstance(outputs, Tensor) and trainable(outputs):
            handle = inputs[effects.reads[0]]
            if id(handle) not in self.known:
                self.access(handle)

"""Loops of the graph: tracing the body and the test once, and joining them."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from flowstone_graphfn.autograph import backend
from flowstone_graphfn.autograph.backend import is_symbolic
from flowstone_graphfn.autograph.operators.conditionals import GetState, SetState
from flowstone_graphfn.autograph.operators.growth import before_loop
from flowstone_graphfn.autograph.operators.late import FirstSet, Flag, Sometimes, sometimes
from flowstone_graphfn.autograph.operators.loop_vars import Carried, Leaf, Leaving, Slots, leaf_of
from flowstone_graphfn.autograph.operators.place import label
from flowstone_graphfn.autograph.operators.snapshot import restore, save
from flowstone_graphfn.autograph.operators.undefined import MaybeUndefined, Undefined

Step: TypeAlias = Callable[[Sequence[Any]], Generator[Any, None, Any]]
"""A part of a loop: takes the loop's own variables, lets user code run at each ``yield``, and returns something."""

MOST_ATTEMPTS = 8


@dataclass
class LoopState:
    """The variables of a loop.

    Attributes:
        get: Reads them.
        set: Sets them.
        names: Their names.
        fresh: Those that each iteration sets before it uses them.
        flags: Those that end the loop when they are true.
        ended: Reads the flags.
        options: What ``set_loop_options`` gave.
    """

    get: GetState
    set: SetState
    names: tuple[str, ...]
    fresh: tuple[str, ...]
    flags: tuple[str, ...]
    ended: Callable[[], tuple[Any, ...]] | None
    options: Mapping[str, Any]

    def stopped(self) -> Any:
        """Whether a flag is true: a Python bool, or a bool tensor."""
        stop: Any = False
        graph = backend.current()
        for flag in self.ended() if self.ended is not None else ():
            if not is_symbolic(flag):
                if flag:
                    return True
            else:
                stop = flag if stop is False else graph.logical_or(stop, flag)
        return stop

    def going_on(self) -> Any:
        """Whether no flag is true."""
        stop = self.stopped()
        return backend.current().logical_not(stop) if is_symbolic(stop) else not stop

    def invariants(self) -> Mapping[str, Any]:
        """The shape invariants by variable."""
        given = self.options.get("shape_invariants") or {}
        if isinstance(given, Mapping):
            return given
        values = dict(zip(self.names, self.get(), strict=True))
        return {name: shape for value, shape in given for name, held in values.items() if held is value}


class GraphLoop:
    """One loop of the graph.

    Args:
        state: The user's variables.
        own: The loop's own variables before the loop.
        body: Runs one iteration; returns the own variables after it.
        test: Returns whether to go on.
        loosens: Whether a variable may become one of a less known shape, as in loops over datasets.
    """

    def __init__(self, state: LoopState, own: Sequence[Any], body: Step, test: Step, *, loosens: bool = False) -> None:
        self.loosens = loosens
        self.state = state
        self.own = own
        self.body = body
        self.test = test
        self.numbers: dict[str, Any] = {}

    def run(self) -> Generator[Any, None, None]:
        """Trace and build the loop; the variables have their final values afterwards.

        The body is traced again if a first tracing shows that a variable needs another type, or a value, before
        the loop.

        Raises:
            TypeError: If a variable changes its type from one iteration to the next.
            ValueError: If it changes its shape or structure.
        """
        before = save(self.state.get())
        try:
            yield from self._until_types_settle(before)
        except BaseException:  # who catches it sees the variables as they were, not tensors of the body
            self.state.set(restore(before))
            raise

    def explain(self, error: BaseException | None) -> None:
        """Tell, with an error of the body, which of its tensors were Python numbers before the loop."""
        if self.numbers and isinstance(error, (TypeError, ValueError)):
            were = ", ".join(
                f"'{name}' was the number {number!r} and is a tensor of type {dtype.name}"
                for name, (number, dtype) in self.numbers.items()
            )
            error.add_note(f"In this loop of the graph, {were}.")

    def _until_types_settle(self, before: list[Any]) -> Generator[Any, None, None]:
        entries = dict(zip(self.state.names, before, strict=True))
        dtypes: dict[str, Any] = {}
        shapes = dict(self.state.invariants())
        for _ in range(MOST_ATTEMPTS):
            leaving = yield from self._trace(entries, dtypes, shapes)
            if leaving is None:
                return
            dtypes |= leaving.retry
            shapes |= leaving.looser
            entries |= leaving.unset
            self.state.set(restore(before))
            entries |= {name: before_loop(name, *known) for name, known in leaving.grown.items()}
        raise TypeError(f"The types of {self.state.names} do not settle in this loop.")

    def _trace(
        self, entries: Mapping[str, Any], dtypes: Mapping[str, Any], invariants: Mapping[str, Any]
    ) -> Generator[Any, None, Leaving | None]:
        graph, state = backend.current(), self.state
        slots = Slots()
        for value in self.own:
            slots.add(value)
        leaves = {name: self._leaf(name, value, slots, invariants, dtypes) for name, value in entries.items()}
        self.numbers = {
            name: (leaf.number, slots.specs[leaf.position].dtype)
            for name, leaf in leaves.items()
            if isinstance(leaf, Carried) and leaf.number is not None
        }
        own = len(self.own)
        body = graph.branch("while_body", slots.specs)
        with body:
            state.set([leaf.enter(body.inputs) for leaf in leaves.values()])
            own_after = yield from self.body(body.inputs[:own])
        after = save(state.get())
        slots.outputs = [*own_after, *[None] * (len(slots.initial) - own)]
        leaving = Leaving(slots, body, self.loosens)
        for (name, leaf), value in zip(leaves.items(), after, strict=True):
            if isinstance(value, (Undefined, MaybeUndefined)) and not isinstance(leaf, (FirstSet, Sometimes)):
                leaving.unset[name] = MaybeUndefined(name, entries[name], True)  # deleted, perhaps
            else:
                leaf.leave(leaving, label(name), value)
        if leaving.retry or leaving.unset or leaving.grown or leaving.looser:
            return leaving
        test = graph.branch("while_cond", slots.specs)
        with test:
            state.set([leaf.enter(test.inputs) for leaf in leaves.values()])
            value = yield from self.test(test.inputs[:own])
            predicate = graph.predicate(value, "while loop") if is_symbolic(value) else graph.convert(bool(value))
        kept = zip(slots.outputs, body.inputs, strict=True)
        slots.outputs = [given if output is None else output for output, given in kept]
        options = {key: value for key, value in state.options.items() if key != "shape_invariants"}
        results = graph.while_loop(test, predicate, body, slots.outputs, slots.initial, options)
        state.set([leaf.enter(results) for leaf in leaves.values()])
        return None

    def _leaf(
        self, name: str, value: Any, slots: Slots, invariants: Mapping[str, Any], dtypes: Mapping[str, Any]
    ) -> Leaf:
        if name in self.state.flags:
            return Flag(value)
        if isinstance(value, Undefined):
            return FirstSet(value, name in self.state.fresh)
        if isinstance(value, MaybeUndefined):
            return sometimes(value, slots, name, invariants.get(name))
        return leaf_of(value, slots, name, invariants.get(name), dtypes)

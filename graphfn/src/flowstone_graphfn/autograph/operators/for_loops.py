"""``for`` loops."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from typing import Any

from flowstone_graphfn.autograph import backend
from flowstone_graphfn.autograph.backend import Iteration, is_symbolic
from flowstone_graphfn.autograph.operators.conditionals import (
    GetState,
    SetState,
    if_exp,
    if_stmt,
    keep_state,
    no_state,
)
from flowstone_graphfn.autograph.operators.graph_loop import GraphLoop, LoopState
from flowstone_graphfn.autograph.operators.iteration import iteration_of


class for_stmt:
    """A ``for`` loop; iterating over it gives the elements.

    Over a symbolic iterable (a range, a tensor, a dataset, ...) the body is traced once, for a loop of the graph.
    Over a Python iterable Python loops; if a ``break`` depends on a tensor, each further iteration runs under that
    condition.

    Args:
        iterable: What to loop over.
        get_state: Reads the variables of the loop.
        set_state: Sets them.
        names: Their names.
        fresh: Those that each iteration sets before it uses them.
        flags: Those that end the loop when they are true.
        ended: Reads the flags.
        options: What ``set_loop_options`` gave.
    """

    def __init__(
        self,
        iterable: Any,
        get_state: GetState = no_state,
        set_state: SetState = keep_state,
        names: tuple[str, ...] = (),
        *,
        fresh: tuple[str, ...] = (),
        flags: tuple[str, ...] = (),
        ended: Callable[[], tuple[Any, ...]] | None = None,
        options: Mapping[str, Any] | None = None,
    ) -> None:
        self._iterable = iterable
        self._state = LoopState(get_state, set_state, names, fresh, flags, ended, options or {})
        self._loop: GraphLoop | None = None
        self._running: Generator[Any, None, None] | None = None

    def __enter__(self) -> for_stmt:
        return self

    def __exit__(self, kind: object, error: BaseException | None, traceback: object) -> None:
        if self._loop is not None:
            self._loop.explain(error)
        if self._running is not None:
            self._running.close()

    def __iter__(self) -> Iterator[Any]:
        iteration = iteration_of(self._iterable)
        self._running = self._python(self._iterable) if iteration is None else self._graph(iteration)
        return self._running

    def _python(self, iterable: Iterable[Any]) -> Generator[Any, None, None]:
        state = self._state
        if state.ended is None:
            for item in iterable:
                yield item
            return
        items = iter(iterable)
        for item in items:
            yield item
            stop = state.stopped()
            if is_symbolic(stop):
                yield from self._unrolled(items)
                return
            if stop:
                return

    def _unrolled(self, items: Iterator[Any]) -> Generator[Any, None, None]:
        """Each further iteration under the condition that no flag is true."""
        state = self._state
        for item in items:
            going_on = state.going_on()
            if not is_symbolic(going_on) and not going_on:
                return
            with if_stmt(going_on, state.get, state.set, state.names) as branches:
                for arm in branches:
                    if arm == 0:
                        yield item

    def _graph(self, iteration: Iteration) -> Generator[Any, None, None]:
        state = self._state

        def body(own: Sequence[Any]) -> Generator[Any, None, list[Any]]:
            yield iteration.item(own)
            going_on = state.going_on() if iteration.consumes else True
            after: list[Any] = if_exp(going_on, lambda: iteration.advance(own), lambda: list(own))
            return after

        def test(own: Sequence[Any]) -> Generator[Any, None, Any]:
            yield from ()
            more = iteration.more(own)
            going_on = state.going_on()
            if is_symbolic(going_on):
                return backend.current().logical_and(more, going_on)
            return more if going_on else False

        stop = state.stopped()
        if stop is True:
            return
        self._loop = GraphLoop(state, iteration.start(), body, test, loosens=iteration.consumes)
        yield from self._loop.run()
        self._loop = None

"""``while`` loops."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from typing import Any

from flowstone_graphfn.autograph import backend
from flowstone_graphfn.autograph.backend import is_symbolic
from flowstone_graphfn.autograph.operators.conditionals import GetState, SetState, if_stmt, keep_state, no_state
from flowstone_graphfn.autograph.operators.graph_loop import GraphLoop, LoopState


class while_stmt:
    """A ``while`` loop; iterating over it lets the test (False) or the body (True) run.

    As long as the test is a Python value, Python loops. From where it is symbolic, the rest is a loop of the graph.
    If evaluating the test has effects, or sets variables, the test of the next iteration is evaluated at the end of
    the body, so that it runs as often as Python would run it.

    Args:
        get_state: Reads the variables of the loop.
        set_state: Sets them.
        names: Their names.
        fresh: Those that each iteration sets before it uses them.
        flags: Those that end the loop when they are true.
        ended: Reads the flags.
        tested: The variables that evaluating the test may change.
        options: What ``set_loop_options`` gave.
    """

    def __init__(
        self,
        get_state: GetState = no_state,
        set_state: SetState = keep_state,
        names: tuple[str, ...] = (),
        *,
        fresh: tuple[str, ...] = (),
        flags: tuple[str, ...] = (),
        ended: Callable[[], tuple[Any, ...]] | None = None,
        tested: tuple[str, ...] = (),
        options: Mapping[str, Any] | None = None,
    ) -> None:
        self._state = LoopState(get_state, set_state, names, fresh, flags, ended, options or {})
        self._tested = tested
        self._tracing = False
        self._value: Any = None
        self._loop: GraphLoop | None = None
        self._running: Generator[bool, None, None] | None = None

    def __enter__(self) -> while_stmt:
        return self

    def __exit__(self, kind: object, error: BaseException | None, traceback: object) -> None:
        if self._loop is not None:
            self._loop.explain(error)
        if self._running is not None:
            self._running.close()

    def __iter__(self) -> Iterator[bool]:
        self._running = self._run()
        return self._running

    def test(self, value: Any) -> bool:
        """Take the value of the test; whether Python is to run the body now."""
        if self._tracing or is_symbolic(value):
            self._value = value
            return False
        self._value = bool(value)
        return self._value

    def _run(self) -> Generator[bool, None, None]:
        graph = backend.current()
        while True:
            stop = self._state.stopped()
            if is_symbolic(stop):
                yield from self._graph(None)
                return
            if stop:
                return
            position = graph.position()
            yield False
            if is_symbolic(self._value):
                once = self._tested or graph.has_effects(position)
                yield from self._graph(self._value if once else None)
                return
            if not self._value:
                return

    def _graph(self, first: Any) -> Generator[bool, None, None]:
        """The rest as a loop of the graph.

        Args:
            first: The value of the test before the first iteration, if it must not be evaluated again.
        """
        self._tracing = True
        if first is None and not self._tested:
            self._loop = GraphLoop(self._state, [], self._body, self._test)
        else:
            if first is None:
                first = yield from self._guarded_test()
            self._loop = GraphLoop(self._state, [_as_bool(first)], self._body_and_test, self._tested_before)
        yield from self._loop.run()
        self._loop = None

    def _body(self, own: Sequence[Any]) -> Generator[bool, None, list[Any]]:
        yield True
        return []

    def _test(self, own: Sequence[Any]) -> Generator[bool, None, Any]:
        return (yield from self._guarded_test())

    def _body_and_test(self, own: Sequence[Any]) -> Generator[bool, None, list[Any]]:
        yield True
        value = yield from self._guarded_test()
        return [_as_bool(value)]

    def _tested_before(self, own: Sequence[Any]) -> Generator[bool, None, Any]:
        yield from ()
        return own[0]

    def _guarded_test(self) -> Generator[bool, None, Any]:
        """Evaluate the test where no flag is true; False elsewhere."""
        state = self._state
        going_on = state.going_on()
        if not is_symbolic(going_on):
            if not going_on:
                return False
            yield False
            return self._value
        outcome: Any = False

        def get() -> tuple[Any, ...]:
            return (*state.get(), outcome)

        def put(values: Sequence[Any]) -> None:
            nonlocal outcome
            *others, outcome = values
            state.set(others)

        with if_stmt(going_on, get, put, (*state.names, "the condition of the loop")) as branches:
            for arm in branches:
                if arm == 0:
                    yield False
                    outcome = self._value if is_symbolic(self._value) else bool(self._value)
                else:
                    outcome = False
        return outcome


def _as_bool(value: Any) -> Any:
    graph = backend.current()
    return graph.predicate(value, "while loop") if is_symbolic(value) else graph.convert(bool(value))

"""``if`` statements and conditional expressions."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Sequence
from typing import Any, TypeAlias

from flowstone_graphfn.autograph import backend
from flowstone_graphfn.autograph.backend import is_symbolic
from flowstone_graphfn.autograph.operators.merge import Merge
from flowstone_graphfn.autograph.operators.snapshot import restore, save
from flowstone_graphfn.autograph.operators.undefined import Undefined

GetState: TypeAlias = Callable[[], tuple[Any, ...]]
SetState: TypeAlias = Callable[[Sequence[Any]], None]


def no_state() -> tuple[Any, ...]:
    """The state of a statement that changes no variable."""
    return ()


def keep_state(values: Sequence[Any]) -> None:
    """Set no variable."""


class if_stmt:
    """An ``if`` with its ``elif`` and ``else``; iterating over it says which body to run next.

    Arm ``2 * i`` is the i-th body, the last odd one is ``else``, and the odd ones before ask for the next test by
    ``test``. If a test is a Python value, exactly the arms run that Python runs. If it is symbolic, its body and
    what follows both run, each under a graph of its own, from the same state.

    Args:
        test: The first test.
        get_state: Reads the variables that any body changes and that matter afterwards.
        set_state: Sets them.
        names: Their names.
        arms: The number of tests.
        outputs: How many of the variables matter afterwards; the others only to other bodies.
    """

    def __init__(
        self,
        test: Any,
        get_state: GetState = no_state,
        set_state: SetState = keep_state,
        names: tuple[str, ...] = (),
        arms: int = 1,
        outputs: int | None = None,
    ) -> None:
        self._test = test
        self._get = get_state
        self._set = set_state
        self._names = names
        self._arms = arms
        self._outputs = len(names) if outputs is None else outputs
        self._running: Generator[int, None, None] | None = None

    def __enter__(self) -> if_stmt:
        return self

    def __exit__(self, *exception: object) -> None:
        if self._running is not None:
            self._running.close()

    def __iter__(self) -> Iterator[int]:
        self._running = self._run(0)
        return self._running

    def test(self, value: Any) -> None:
        """Take the value of the test that was asked for."""
        self._test = value

    def _run(self, arm: int) -> Generator[int, None, None]:
        test = self._test
        if not is_symbolic(test):
            if test:
                yield 2 * arm
            else:
                yield from self._otherwise(arm)
            return
        predicate = backend.current().predicate(test, "if statement")
        before = save(self._get())
        try:
            yield from self._branch(arm, predicate, before)
        except BaseException:  # who catches it sees the variables as they were, not tensors of a branch
            self._set(restore(before))
            raise

    def _branch(self, arm: int, predicate: Any, before: list[Any]) -> Generator[int, None, None]:
        graph, count = backend.current(), self._outputs
        branches = graph.branch("if_true"), graph.branch("if_false")
        with branches[0]:
            yield 2 * arm
        main = save(self._get())
        self._set(restore(before))
        with branches[1]:
            yield from self._otherwise(arm)
        orelse = save(self._get())
        self._set(restore(before))
        values = Merge(branches).run(predicate, self._names[:count], main[:count], orelse[:count])
        self._set([*values, *restore(before[count:])])

    def _otherwise(self, arm: int) -> Generator[int, None, None]:
        yield 2 * arm + 1
        if arm + 1 < self._arms:
            yield from self._run(arm + 1)


def _unless_lost(value: Any, name: str) -> Any:
    """A variable's value; none if a branch or loop has left it behind, which happens to those nothing needs."""
    return value if backend.current().is_accessible(value) else Undefined(name)


def if_exp(
    test: Any,
    body: Callable[[], Any],
    orelse: Callable[[], Any],
    get_state: GetState = no_state,
    set_state: SetState = keep_state,
    names: tuple[str, ...] = (),
) -> Any:
    """``body() if test else orelse()``.

    The state is that of variables which the operands assign (by ``:=``).
    """
    if not is_symbolic(test):
        return body() if test else orelse()
    result: Any = None

    set_state([_unless_lost(value, name) for value, name in zip(get_state(), names, strict=True)])

    def get() -> tuple[Any, ...]:
        return (*get_state(), result)

    def put(values: Sequence[Any]) -> None:
        nonlocal result
        *state, result = values
        set_state(state)

    with if_stmt(test, get, put, (*names, "the value of the conditional expression")) as branches:
        for arm in branches:
            result = body() if arm == 0 else orelse()
    return result

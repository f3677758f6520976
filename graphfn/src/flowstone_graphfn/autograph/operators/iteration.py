"""Iterables that wrap symbolic ones: ``enumerate(x)``, ``zip(x, y)``, ``map(f, x)``, ``reversed(x)``."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from flowstone_graphfn.autograph import backend
from flowstone_graphfn.autograph.backend import Iteration


class SymbolicIterable:
    """An iterable that wraps symbolic ones. A ``for`` of the graph walks over it; Python can if the length is known.

    Args:
        iteration: Makes the walk of the graph.
        rows: Makes the elements, for Python.
    """

    def __init__(self, iteration: Callable[[], Iteration], rows: Callable[[], Iterable[Any]]) -> None:
        self.iteration = iteration
        self._rows = rows

    def __iter__(self) -> Iterator[Any]:
        return iter(self._rows())


def iteration_of(iterable: Any) -> Iteration | None:
    """How the graph walks over ``iterable``; None if Python does."""
    if isinstance(iterable, SymbolicIterable):
        return iterable.iteration()
    if isinstance(iterable, (list, tuple, range, dict, set, str)):
        return None
    return backend.current().iteration(iterable)


class Enumerated:
    """``enumerate(x, start)``."""

    def __init__(self, inner: Iteration, start: Any) -> None:
        self._inner = inner
        self._start = start
        self.consumes = inner.consumes

    def start(self) -> list[Any]:
        """The number, and the variables of what is enumerated."""
        return [backend.current().convert(self._start), *self._inner.start()]

    def more(self, variables: Sequence[Any]) -> Any:
        """As what is enumerated."""
        return self._inner.more(variables[1:])

    def item(self, variables: Sequence[Any]) -> Any:
        """The number and the element."""
        return variables[0], self._inner.item(variables[1:])

    def advance(self, variables: Sequence[Any]) -> list[Any]:
        """One further."""
        return [variables[0] + 1, *self._inner.advance(variables[1:])]


class Zipped:
    """``zip(x, y, ...)``: as long as each of them has an element."""

    def __init__(self, inner: Sequence[Iteration]) -> None:
        self._inner = inner
        self._sizes: list[int] = []
        self.consumes = any(each.consumes for each in inner)

    def start(self) -> list[Any]:
        """The variables of all."""
        starts = [each.start() for each in self._inner]
        self._sizes = [len(each) for each in starts]
        return [variable for each in starts for variable in each]

    def _split(self, variables: Sequence[Any]) -> list[tuple[Iteration, Sequence[Any]]]:
        found, position = [], 0
        for each, size in zip(self._inner, self._sizes, strict=True):
            found.append((each, variables[position : position + size]))
            position += size
        return found

    def more(self, variables: Sequence[Any]) -> Any:
        """Whether each has an element."""
        (first, own), *rest = self._split(variables)
        result = first.more(own)
        for each, own in rest:
            result = backend.current().logical_and(result, each.more(own))
        return result

    def item(self, variables: Sequence[Any]) -> Any:
        """The elements."""
        return tuple(each.item(own) for each, own in self._split(variables))

    def advance(self, variables: Sequence[Any]) -> list[Any]:
        """All one further."""
        return [new for each, own in self._split(variables) for new in each.advance(own)]


class Mapped:
    """``map(f, x, ...)``, of the zipped iterables."""

    def __init__(self, function: Callable[..., Any], inner: Iteration) -> None:
        self._function = function
        self._inner = inner
        self.consumes = inner.consumes
        self.start = inner.start
        self.more = inner.more
        self.advance = inner.advance

    def item(self, variables: Sequence[Any]) -> Any:
        """The function of the element."""
        return self._function(*self._inner.item(variables))

"""Builtin functions: Python's own for Python values, the graph's for symbolic ones."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Iterator
from typing import Any

from flowstone_graphfn.autograph import backend
from flowstone_graphfn.autograph.backend import is_symbolic
from flowstone_graphfn.autograph.operators.iteration import (
    Enumerated,
    Mapped,
    SymbolicIterable,
    Zipped,
    iteration_of,
)


def _instead_of(builtin: Callable[..., Any]) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Let ``builtin`` itself complain about arguments it does not take."""

    def decorate(function: Callable[..., Any]) -> Callable[..., Any]:
        signature = inspect.signature(function)

        @functools.wraps(builtin)
        def entry(*args: Any, **kwargs: Any) -> Any:
            try:
                signature.bind(*args, **kwargs)
            except TypeError:
                return builtin(*args, **kwargs)
            return function(*args, **kwargs)

        return entry

    return decorate


def _of_values(function: Callable[..., Any]) -> Callable[..., Any]:
    """``function``, or its overload if an argument is symbolic."""

    @functools.wraps(function)
    def entry(*args: Any, **kwargs: Any) -> Any:
        for value in (*args, *kwargs.values()):
            if is_symbolic(value):
                overload = backend.current().overloads.get(function)
                if overload is not None:
                    return overload(*args, **kwargs)
        return function(*args, **kwargs)

    return entry


def _of_elements(function: Callable[..., Any]) -> Callable[..., Any]:
    """``function``, or its overload if an argument is symbolic or has something symbolic in it."""

    @functools.wraps(function)
    def entry(*args: Any, **kwargs: Any) -> Any:
        given = [list(each) if isinstance(each, Iterator) else each for each in args]
        for value in given:
            if is_symbolic(value) or (isinstance(value, (list, tuple)) and any(map(is_symbolic, value))):
                overload = backend.current().overloads.get(function)
                if overload is not None:
                    return overload(*given, **kwargs)
        return function(*given, **kwargs)

    return entry


@_instead_of(any)
def any_(iterable: Any) -> Any:
    """``any``: of bool tensors a bool tensor."""
    graph = backend.current()
    if is_symbolic(iterable):
        return graph.reduce_any(graph.convert(iterable))
    found: Any = False
    for each in iterable:
        if is_symbolic(each):
            predicate = graph.predicate(each, "any()")
            found = predicate if found is False else graph.logical_or(found, predicate)
        elif each:
            return True
    return found


@_instead_of(all)
def all_(iterable: Any) -> Any:
    """``all``: of bool tensors a bool tensor."""
    graph = backend.current()
    if is_symbolic(iterable):
        return graph.logical_not(graph.reduce_any(graph.logical_not(iterable)))
    found: Any = True
    for each in iterable:
        if is_symbolic(each):
            predicate = graph.predicate(each, "all()")
            found = predicate if found is True else graph.logical_and(found, predicate)
        elif not each:
            return False
    return found


@_instead_of(len)
def len_(value: Any) -> Any:
    """``len``: of a tensor its first dimension; what the graph counts otherwise (datasets, tensor arrays)."""
    found = _overload(len, value) if type(value) not in _COUNTED else NotImplemented
    return len(value) if found is NotImplemented else found


_COUNTED = frozenset({list, tuple, dict, set, str, bytes, range})


@_instead_of(enumerate)
def enumerate_(iterable: Any, start: Any = 0) -> Any:
    """``enumerate``: of a dataset a dataset; of a tensor something for the ``for`` statement."""
    if (found := _overload(enumerate, iterable, start)) is not NotImplemented:
        return found
    iteration = iteration_of(iterable)
    if iteration is None:
        return enumerate(iterable, start)
    rows = backend.current().rows
    return SymbolicIterable(lambda: Enumerated(iteration, start), lambda: enumerate(rows(iterable), start))


@_instead_of(zip)
def zip_(*iterables: Any, strict: bool = False) -> Any:
    """``zip``: of datasets a dataset; of tensors something for the ``for`` statement."""
    if (found := _overload(zip, *iterables)) is not NotImplemented:
        return found
    iterations = [iteration_of(each) for each in iterables]
    symbolic = [each for each in iterations if each is not None]
    if not symbolic:
        return zip(*iterables, strict=strict)

    def rows() -> Any:
        walks = zip(iterables, iterations, strict=True)
        known = [each if walk is None else backend.current().rows(each) for each, walk in walks]
        return zip(*known, strict=strict)

    if len(symbolic) < len(iterations):
        return rows()
    return SymbolicIterable(lambda: Zipped(symbolic), rows)


@_instead_of(map)
def map_(function: Callable[..., Any], *iterables: Any) -> Any:
    """``map``: of a dataset a dataset; of tensors something for the ``for`` statement."""
    if (found := _overload(map, function, *iterables)) is not NotImplemented:
        return found
    if all(iteration_of(each) is None for each in iterables):
        return map(function, *iterables)
    together = zip_(*iterables)
    if not isinstance(together, SymbolicIterable):
        return (function(*items) for items in together)
    return SymbolicIterable(
        lambda: Mapped(function, together.iteration()), lambda: (function(*items) for items in together)
    )


@_instead_of(filter)
def filter_(function: Callable[..., Any] | None, iterable: Any) -> Any:
    """``filter``: of a dataset a dataset."""
    if (found := _overload(filter, function, iterable)) is not NotImplemented:
        return found
    if iteration_of(iterable) is not None:
        raise TypeError("filter() of a tensor is not supported: use tf.boolean_mask, or a dataset.")
    return filter(function, iterable)


def _overload(function: Callable[..., Any], *args: Any) -> Any:
    """What the backend makes of a builtin over its own iterables; NotImplemented if it has nothing to say."""
    overload = backend.current().overloads.get(function)
    return NotImplemented if overload is None else overload(*args)


def print_(*objects: Any, **kwargs: Any) -> None:
    """``print``: of tensors at each call of the graph (with ``Feature.BUILTIN_FUNCTIONS``)."""
    overload = backend.current().overloads.get(print)
    if overload is not None and any(is_symbolic(each) for each in objects):
        overload(*objects, **kwargs)
    else:
        print(*objects, **kwargs)


def iterate(iterable: Any) -> Any:
    """What a comprehension iterates over."""
    graph = backend.current()
    return graph.rows(iterable) if graph.walks(iterable) else iterable


_BY_VALUE = (abs, bool, complex, divmod, float, int, list, pow, range, reversed, round, sum, tuple)
_BY_ELEMENT = (max, min, sorted)

OVERLOADS: dict[Any, Callable[..., Any]] = {
    **{function: _of_values(function) for function in _BY_VALUE},
    **{function: _of_elements(function) for function in _BY_ELEMENT},
    all: all_,
    any: any_,
    enumerate: enumerate_,
    len: len_,
    zip: zip_,
    map: map_,
    filter: filter_,
    print: print_,
}
"""By builtin function: what converted code calls instead."""

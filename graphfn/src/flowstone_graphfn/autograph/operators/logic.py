"""``and``, ``or``, ``not`` and comparisons."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

from flowstone_graphfn.autograph import backend
from flowstone_graphfn.autograph.backend import is_symbolic
from flowstone_graphfn.autograph.operators.conditionals import GetState, SetState, if_exp, keep_state, no_state

eq, ne, lt, le, gt, ge = operator.eq, operator.ne, operator.lt, operator.le, operator.gt, operator.ge
is_, is_not = operator.is_, operator.is_not


def and_(
    first: Any,
    second: Callable[[], Any],
    get_state: GetState = no_state,
    set_state: SetState = keep_state,
    names: tuple[str, ...] = (),
) -> Any:
    """``first and second()``; a symbolic ``first`` decides in the graph whether ``second`` is evaluated."""
    if not is_symbolic(first):
        return second() if first else first
    return if_exp(first, second, lambda: first, get_state, set_state, names)


def or_(
    first: Any,
    second: Callable[[], Any],
    get_state: GetState = no_state,
    set_state: SetState = keep_state,
    names: tuple[str, ...] = (),
) -> Any:
    """``first or second()``; a symbolic ``first`` decides in the graph whether ``second`` is evaluated."""
    if not is_symbolic(first):
        return first if first else second()
    return if_exp(first, lambda: first, second, get_state, set_state, names)


def not_(value: Any) -> Any:
    """``not value``."""
    if not is_symbolic(value):
        return not value
    graph = backend.current()
    return graph.logical_not(graph.predicate(value, "`not`"))


def compare(left: Any, op: Callable[[Any, Any], Any], right: Any, *rest: Any, state: tuple[Any, ...] = ()) -> Any:
    """``left < right < ...``: each operand is evaluated at most once, the later ones only if needed.

    Args:
        left: The first operand.
        op: The first comparison.
        right: The second operand.
        rest: Further comparisons, each followed by a function that evaluates its right operand.
        state: As the last three arguments of ``and_``.
    """
    first = op(left, right)
    if not rest:
        return first
    return and_(first, lambda: compare(right, rest[0], rest[1](), *rest[2:], state=state), *state)


def in_(item: Any, container: Any) -> Any:
    """``item in container``."""
    graph = backend.current()
    if is_symbolic(container):
        return graph.reduce_any(graph.equal(container, item))
    if isinstance(container, (list, tuple)):
        if not (is_symbolic(item) or any(is_symbolic(each) for each in container)):
            return item in container
        found: Any = False
        for each in container:
            found = _either(found, each is item or each == item)
        return found
    return item in container


def not_in(item: Any, container: Any) -> Any:
    """``item not in container``."""
    return not_(in_(item, container))


def _either(first: Any, second: Any) -> Any:
    if not is_symbolic(first):
        return first or second
    graph = backend.current()
    return graph.logical_or(first, graph.convert(second))

"""Python lists that become longer or shorter where the graph decides: they turn into lists of the graph."""

from __future__ import annotations

from typing import Any

from flowstone_graphfn.autograph import backend
from flowstone_graphfn.autograph.backend import GrowingList, Subgraph
from flowstone_graphfn.autograph.operators.place import label, user_line
from flowstone_graphfn.autograph.operators.snapshot import Saved, elements, save


def after_branches(branches: tuple[Subgraph, Subgraph], a: Any, b: Any) -> tuple[Saved, Saved] | None:
    """Two lists of different lengths, each made in its branch a list of the graph.

    None if they are no lists, or are equally long, or if their elements are not alike.
    """
    if not (_is_list(a) and _is_list(b)) or not (a.kind is list or b.kind is list):
        return None
    if a.kind is b.kind and len(a.items) == len(b.items):
        return None
    like = elements(a) + elements(b)
    first, second = (_made(branch, each, like) for branch, each in zip(branches, (a, b), strict=True))
    return None if first is None or second is None else (first, second)


def _is_list(value: Any) -> bool:
    return isinstance(value, Saved) and (value.kind is list or isinstance(value.original, GrowingList))


def _made(branch: Subgraph, each: Saved, like: list[Any]) -> Saved | None:
    if each.kind is not list:
        return each
    with branch:
        try:
            made: Saved = save([backend.current().growing_list(elements(each), like)])[0]
        except (TypeError, ValueError):
            return None
    return made


def before_loop(name: str, held: list[Any], like: list[Any]) -> Any:
    """The snapshot of a list that a loop makes longer or shorter.

    Args:
        name: The variable.
        held: Its elements before the loop.
        like: All elements it is known to have.

    Raises:
        ValueError: If they are not alike.
    """
    try:
        return save([backend.current().growing_list(held, like)])[0]
    except (TypeError, ValueError) as error:
        raise ValueError(
            f"The list '{label(name)}' changes its length in the loop at {user_line()}; its elements must then be "
            f"tensors of one type, or structures of such: {error}"
        ) from error

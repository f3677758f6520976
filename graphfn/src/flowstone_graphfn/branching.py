"""Choosing among functions without arguments while a graph is built."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from flowstone_core.tensor import Tensor

from flowstone_graphfn.functional import make_case, make_cond
from flowstone_graphfn.subgraph import Subgraph


def choose(selector: Tensor, boolean: bool, ways: Sequence[Callable[[], Sequence[Any]]]) -> list[Any]:
    """Make an ``If`` or ``Case`` node whose branches are ``ways``.

    Args:
        selector: What to choose by.
        boolean: Whether that is a truth value, so that the first way is for true; else it is an index.
        ways: Functions that return equally many tensors of equal types.
    """
    branches = []
    outputs = []
    for index, way in enumerate(ways):
        branch = Subgraph(("cond_true", "cond_false")[index] if boolean else f"branch_{index}")
        with branch:
            outputs.append([branch.local(tensor) for tensor in way()])
        branches.append(branch)
    return (make_cond if boolean else make_case)(selector, branches, outputs)

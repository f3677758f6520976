"""``tf.compat.v1.get_default_graph``, for libraries that ask it for names."""

from __future__ import annotations

from functools import cache

from flowstone_graphfn.graph import Graph
from flowstone_graphfn.trace import current_graph


class _Outermost(Graph):
    """The graph of code outside of functions: nothing becomes a node of it, because ops run at once there."""

    building_function = False


@cache
def _outermost() -> Graph:
    return _Outermost("")


def get_default_graph() -> Graph:
    """The graph that this thread builds, else an empty one that lasts as long as the process.

    >>> tf.compat.v1.get_default_graph().unique_name("x").partition("_")[0]
    'x'
    """
    return current_graph() or _outermost()

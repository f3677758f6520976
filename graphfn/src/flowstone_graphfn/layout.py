"""Placing the nodes of a directed graph in layers, each below all that it takes something from.

The steps are Sugiyama's: layers by longest paths, bends for edges that pass layers, an order within each layer that
avoids crossings (sweeps by the mean place of neighbours), then places. Source: Sugiyama, Tagawa and Toda, "Methods for
visual understanding of hierarchical system structures" (1981).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

GAP_X, GAP_Y, BEND = 18.0, 34.0, 6.0
"""Between neighbours in a layer, between layers, and the width that a passing edge takes; in pixels."""

SWEEPS = 6


@dataclass(frozen=True)
class Drawing:
    """Where everything is.

    Attributes:
        places: The middle of each node.
        paths: The points that each edge passes, from the node it leaves to the one that it enters.
        width: The size of the whole.
        height: The size of the whole.
    """

    places: Mapping[int, tuple[float, float]]
    paths: Mapping[tuple[int, int], Sequence[tuple[float, float]]]
    width: float
    height: float


@dataclass(eq=False)
class _Item:
    """A node, or the place where an edge passes a layer (``node`` is None then)."""

    node: int | None
    layer: int
    width: float
    height: float = 0.0
    above: list[_Item] = field(default_factory=list)
    below: list[_Item] = field(default_factory=list)
    x: float = 0.0
    y: float = 0.0


def layered(sizes: Sequence[tuple[float, float]], edges: Sequence[tuple[int, int]]) -> Drawing:
    """Place nodes.

    Args:
        sizes: The width and height of each node, in an order in which edges lead from earlier to later ones.
        edges: Pairs of nodes.
    """
    layer = [0] * len(sizes)
    for source, target in sorted(set(edges), key=lambda edge: edge[1]):
        layer[target] = max(layer[target], layer[source] + 1)
    items = [_Item(node, layer[node], *size) for node, size in enumerate(sizes)]
    layers: list[list[_Item]] = [[] for _ in range(max(layer, default=-1) + 1)]
    for item in items:
        layers[item.layer].append(item)
    chains = {edge: _chain(items[edge[0]], items[edge[1]], layers) for edge in dict.fromkeys(edges)}
    _order(layers)
    height = _place(layers)
    paths = {edge: _path(chain) for edge, chain in chains.items()}
    right = max((item.x + item.width / 2 for row in layers for item in row), default=0.0)
    return Drawing({number: (item.x, item.y) for number, item in enumerate(items)}, paths, right, height)


def _chain(source: _Item, target: _Item, layers: list[list[_Item]]) -> list[_Item]:
    """The items that an edge connects: the two nodes and a place in each layer between them."""
    chain = [source]
    for number in range(source.layer + 1, target.layer):
        bend = _Item(None, number, BEND)
        layers[number].append(bend)
        chain.append(bend)
    chain.append(target)
    for upper, lower in pairwise(chain):
        upper.below.append(lower)
        lower.above.append(upper)
    return chain


def _order(layers: list[list[_Item]]) -> None:
    """Let items stand near those that they are connected to."""
    place = {id(item): float(index) for row in layers for index, item in enumerate(row)}
    for sweep in range(SWEEPS):
        down = sweep % 2 == 0
        for row in layers if down else reversed(layers):
            wanted: dict[int, float] = {}
            for item in row:
                near = item.above if down else item.below
                wanted[id(item)] = sum(place[id(other)] for other in near) / len(near) if near else place[id(item)]
            row.sort(key=lambda item: wanted[id(item)])
            place.update((id(item), float(index)) for index, item in enumerate(row))


def _place(layers: list[list[_Item]]) -> float:
    """Give items their places; the height of the whole."""
    y = 0.0
    for row in layers:
        height = max(item.height for item in row)
        x = 0.0
        for item in row:
            item.x, item.y = x + item.width / 2, y + height / 2
            x += item.width + GAP_X
        y += height + GAP_Y
    for sweep in range(SWEEPS):
        for row in layers if sweep % 2 == 0 else reversed(layers):
            _pull(row, sweep % 2 == 0)
    left = min((item.x - item.width / 2 for row in layers for item in row), default=0.0)
    for row in layers:
        for item in row:
            item.x -= left
    return max(0.0, y - GAP_Y)


def _pull(row: list[_Item], down: bool) -> None:
    """Move the items of a layer towards those that they are connected to; their order and distances stay."""
    wanted = []
    for item in row:
        near = item.above if down else item.below
        wanted.append(sum(other.x for other in near) / len(near) if near else item.x)
    edges: list[float] = []
    for item, x in zip(row, wanted, strict=True):  # as far to the left as wanted and possible
        least = edges[-1] + GAP_X + item.width / 2 if edges else x
        item.x = max(x, least)
        edges.append(item.x + item.width / 2)
    shift = sum(x - item.x for item, x in zip(row, wanted, strict=True)) / len(row)
    for item in row:
        item.x += shift


def _path(chain: Sequence[_Item]) -> list[tuple[float, float]]:
    source, *bends, target = chain
    start, end = (source.x, source.y + source.height / 2), (target.x, target.y - target.height / 2)
    return [start, *((bend.x, bend.y) for bend in bends), end]

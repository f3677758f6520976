"""Graphs as pictures (SVG): a box for each node, and the bodies of branches and loops below."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from html import escape
from typing import NamedTuple

from flowstone_core.ops.control import CONST, PLACEHOLDER

from flowstone_graphfn.graph import Graph, Node
from flowstone_graphfn.graph_function import GraphFunction
from flowstone_graphfn.layout import layered
from flowstone_graphfn.text import functions_of, is_small, node_text, place_text, signature_text, spec_text

CHARACTER, LINE, MARGIN, PADDING = 6.7, 15.0, 16.0, 7.0
"""The width of a character of the font, the height of a line, and distances; in pixels."""

LONGEST, WIDEST = 44, 140
"""Longer lines and titles are cut; the whole line is in the box's tool tip."""

COLOURS = {"input": "#e8eef7", "result": "#e8eef7", "kernel": "#ffffff", "compiled": "#dff3e3", "body": "#fdf3d8"}

_STYLE = (
    "text{font:11px ui-monospace,Menlo,Consolas,monospace;fill:#222}"
    ".name{font-weight:bold}.title{font-size:13px;font-weight:bold}.time{fill:#a03020}"
    "path{fill:none;stroke:#8a8f98;stroke-width:1.1}rect{stroke:#555;stroke-width:.8;rx:4}"
)


class Remark(NamedTuple):
    """What is told of a node besides what it is.

    Attributes:
        executor: Who executes it, in a few words.
        compiled: Whether a compiler does.
        time: How long it took, in a few words.
    """

    executor: str = ""
    compiled: bool = False
    time: str = ""


Remarks = Mapping[tuple[str, str], Remark]
"""By the name of a graph and that of a node."""


def function_picture(function: GraphFunction, traced: bool = False, times: Mapping[tuple[str, str], str] = {}) -> str:
    """A function as SVG.

    Args:
        function: The function.
        traced: Whether to draw it as it was traced, not as it is after the optimizer.
        times: How long nodes took, by the name of their graph and their own.
    """
    if traced:
        return picture(function.graph, {key: Remark(time=time) for key, time in times.items()})
    plan = function.plan
    graph = function.optimized().graph
    remarks = {
        (name, node.name): Remark(f"kernel ({plan.reasons[node.name]})")
        for name, node in _all_nodes(graph)
        if node.name in plan.reasons
    }
    for compiled in plan.compiled:
        for node in compiled.part.nodes:
            remarks[compiled.part.name, node.name] = Remark(f"compiled by {compiled.provider}", compiled=True)
    for key, time in times.items():
        remarks[key] = remarks.get(key, Remark())._replace(time=time)
    return picture(graph, remarks)


def _all_nodes(graph: Graph) -> Iterator[tuple[str, Node]]:
    for node in graph.nodes:
        yield graph.name, node
        for _, function in functions_of(node):
            yield from _all_nodes(function.graph)


def picture(graph: Graph, remarks: Remarks | None = None) -> str:
    """A graph as SVG.

    Args:
        graph: The graph.
        remarks: What to tell of its nodes and of those of its bodies.
    """
    parts: list[str] = []
    width = height = MARGIN
    for title, shown in _graphs(graph, graph.name):
        title = _cut(title, WIDEST)
        title_width = MARGIN + len(title) * CHARACTER * 1.2
        parts.append(f'<text class="title" x="{MARGIN:.0f}" y="{height + LINE:.0f}">{escape(title)}</text>')
        body, body_width, body_height = _graph(shown, remarks or {}, MARGIN, height + 2 * LINE)
        parts += body
        width = max(width, body_width + 2 * MARGIN, title_width + MARGIN)
        height += body_height + 2 * LINE + 2 * MARGIN
    size = f'width="{width:.0f}" height="{height:.0f}" viewBox="0 0 {width:.0f} {height:.0f}"'
    head = f'<svg xmlns="http://www.w3.org/2000/svg" {size}><style>{_STYLE}</style>'
    return "\n".join(
        [head, f'<rect width="{width:.0f}" height="{height:.0f}" fill="#fff" stroke="none"/>', *parts, "</svg>\n"]
    )


def _graphs(graph: Graph, title: str) -> Iterator[tuple[str, Graph]]:
    """The graph and the bodies that it holds, with titles."""
    yield f"{title}{signature_text(graph)}", graph
    for node in graph.nodes:
        for key, function in functions_of(node):
            yield from _graphs(function.graph, f"{node.name}.{key}")


class _Box(NamedTuple):
    """What is drawn for a node, an argument, or the results.

    Attributes:
        lines: Its text: the first line bold.
        kind: What colour it has.
        tip: The tool tip.
        time: A line in another colour.
    """

    lines: list[str]
    kind: str
    tip: str
    time: str = ""

    @property
    def size(self) -> tuple[float, float]:
        """Its width and height."""
        lines = [*self.lines, self.time] if self.time else self.lines
        return max(map(len, lines)) * CHARACTER + 2 * PADDING, len(lines) * LINE + 2 * PADDING


def _graph(graph: Graph, remarks: Remarks, left: float, top: float) -> tuple[list[str], float, float]:
    """The boxes and edges of one graph; its size."""
    boxes: list[_Box] = []
    edges: list[tuple[int, int]] = []
    makers: dict[int, int] = {}
    for node in graph.nodes:
        if node.op is CONST and is_small(node):
            continue
        edges += [(makers[id(tensor)], len(boxes)) for tensor in node.flat_inputs() if id(tensor) in makers]
        makers.update((id(tensor), len(boxes)) for tensor in node.outputs)
        boxes.append(_box(node, remarks.get((graph.name, node.name), Remark())))
    if graph.outputs:
        edges += [(makers[id(tensor)], len(boxes)) for tensor in graph.outputs if id(tensor) in makers]
        results = ", ".join(spec_text(tensor._spec) for tensor in graph.outputs)
        boxes.append(_Box(["return", _cut(results)], "result", results))
    drawing = layered([box.size for box in boxes], edges)
    drawn = [_edge([(x + left, y + top) for x, y in path]) for path in drawing.paths.values()]
    for number, box in enumerate(boxes):
        x, y = drawing.places[number]
        drawn += _drawn(box, x + left, y + top)
    return drawn, drawing.width, drawing.height


def _box(node: Node, remark: Remark) -> _Box:
    made = ", ".join(spec_text(tensor._spec) for tensor in node.outputs)
    if node.op is PLACEHOLDER:
        return _Box([_cut(node.name), _cut(made)], "input", f"{node.name}: {made}")
    kind = "compiled" if remark.compiled else "body" if functions_of(node) else "kernel"
    told = [node_text(node), made, place_text(node), remark.executor]
    lines = [_cut(line) for line in (node.op.name, node.name, made) if line]
    return _Box(lines, kind, "\n".join(line for line in told if line), remark.time)


def _cut(text: str, most: int = LONGEST) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"


def _drawn(box: _Box, x: float, y: float) -> Iterator[str]:
    width, height = box.size
    left, top = x - width / 2, y - height / 2
    yield f"<g><title>{escape(box.tip)}</title>"
    yield (f'<rect x="{left:.1f}" y="{top:.1f}" width="{width:.1f}" height="{height:.1f}" fill="{COLOURS[box.kind]}"/>')
    lines = [(line, "name" if number == 0 else "") for number, line in enumerate(box.lines)]
    lines += [(box.time, "time")] if box.time else []
    for number, (line, style) in enumerate(lines):
        at = f'x="{left + PADDING:.1f}" y="{top + PADDING + (number + 0.75) * LINE:.1f}"'
        kind = f'class="{style}" ' if style else ""
        yield f"<text {kind}{at}>{escape(line)}</text>"
    yield "</g>"


def _edge(points: list[tuple[float, float]]) -> str:
    """A smooth line through points, leaving and entering them vertically."""
    (x, y), *rest = points
    path = [f"M{x:.1f},{y:.1f}"]
    for next_x, next_y in rest:
        middle = (y + next_y) / 2
        path.append(f"C{x:.1f},{middle:.1f} {next_x:.1f},{middle:.1f} {next_x:.1f},{next_y:.1f}")
        x, y = next_x, next_y
    return f'<path d="{"".join(path)}"/>'

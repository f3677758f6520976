"""Plans that look at the clock: while a profile is recorded, each line that executes something is an event of it."""

from __future__ import annotations

import re

from flowstone_core.ops import control
from flowstone_core.profiling import OPS, Label, Session

from flowstone_graphfn.compilers import Compiled
from flowstone_graphfn.writer import Writer

_STRUCTURE = frozenset(
    (control.IF, control.STATELESS_IF, control.CASE, control.STATELESS_CASE, control.WHILE, control.STATELESS_WHILE)
)

_FIRST = 4
"""The number of the first line of a plan's body in its source."""


def watch_lines(writer: Writer, session: Session) -> None:
    """Rewrite the lines of a plan so that what they execute is recorded.

    Before::

        v3 = k0(v1, v2)

    After::

        v4 = k1()
        v3 = k0(v1, v2)
        k2(k3, v4)

    Branches and loops are no events; what they execute is.
    """
    if session.level < OPS:
        return
    clock, add, start = writer.constant(session.now), writer.constant(session.add), writer.local()
    labels = {number: _part_label(part) for number, part in writer.parts.items()}
    for number, step in writer.steps.items():
        if step.node.op in _STRUCTURE:
            continue
        labels[number] = Label(step.node.name, "op", step.node.op.name, step.node.graph.name)
    lines, steps, parts = writer.lines, writer.steps, writer.parts
    writer.lines, writer.steps, writer.parts = [], {}, {}
    for number, line in enumerate(lines, _FIRST):
        label = labels.get(number)
        simple = label is not None and not line.endswith((":", "break"))
        indent = line[: len(line) - len(line.lstrip())]
        if simple:
            writer.lines.append(f"{indent}{start} = {clock}()")
        writer.lines.append(line)
        if number in steps:
            writer.steps[len(writer.lines) + _FIRST - 1] = steps[number]
        if number in parts:
            writer.parts[len(writer.lines) + _FIRST - 1] = parts[number]
        if simple:
            writer.lines.append(f"{indent}{add}({writer.constant(label)}, {start})")


def _part_label(part: Compiled) -> Label:
    """What the event of a compiled part is called: by the provider and its last node."""
    nodes = part.part.nodes
    ops = dict.fromkeys(node.op.name for node in nodes)
    return Label(nodes[-1].name, "op", f"{part.provider}({'+'.join(ops)})", part.part.name)


def stem(name: str) -> str:
    """``"f"`` of ``"__inference_f_12"``."""
    match = re.fullmatch(r"__[a-z]+_(.*)_\d+", name)
    return match[1] if match else name

"""Plans: a graph as straight-line Python that calls kernels on arrays.

The generated source holds only numbered names. Kernels, constants and attributes reach it through one tuple,
so nothing that a graph contains (names, strings, values) is ever part of the source. Branches and loops are
Python's own; calls of other functions call those functions' plans.
"""

from __future__ import annotations

import linecache
import weakref
from collections.abc import Callable
from itertools import count
from typing import Any

from flowstone_core import profiling, providers
from flowstone_core.interpreter import state

from flowstone_graphfn import accumulators, lists, reads, subscripts, writer_control
from flowstone_graphfn.errors import explain_failure
from flowstone_graphfn.graph import Graph, copy_into
from flowstone_graphfn.profiled import stem, watch_lines
from flowstone_graphfn.quiet import run_quietly
from flowstone_graphfn.writer import Decisions, Writer

_numbers = count(1)

NATIVE = (writer_control, subscripts, lists, reads, accumulators)
"""The modules that teach ``Writer`` ops."""

recorder: Callable[[Any, Graph], Callable[..., Any]] | None = None
"""While executed graphs are recorded (``executed``): what new plans run instead."""


class Plan:
    """A compiled graph.

    Args:
        graph: The optimized graph.
        compilers: Whether the compilers of others may take parts of it.
        known: What was decided when this graph was compiled before; filled in.

    Attributes:
        body: The generated function: arrays (and state objects) in, a tuple of them out.
        run: How to call it, with one array (or state object) for each input of the graph: ``body`` under quiet
            floating point, errors told with the user's lines.
        source: The generated source, to look at.
        steps: What each line of the source executes.
        leaf: Whether no kernel in it runs ops or user code.
        compiled: The parts that compilers execute.
        reasons: The names of the other nodes, and why no compiler took them.
    """

    def __init__(self, graph: Graph, compilers: bool = True, known: Decisions | None = None) -> None:
        session = profiling.current(profiling.USERS) if compilers else None
        start = profiling.Session.now()
        writer = Writer(graph, _without_compilers if compilers else None, known)
        if session is not None:
            watch_lines(writer, session)
        self.name = graph.name
        self.compiled = tuple(writer.compiled)
        self.reasons = writer.decisions.reasons
        self.source = writer.text()
        self.leaf = writer.leaf
        self.steps = writer.steps
        file = f"<plan {next(_numbers)} of {self.name}>"
        linecache.cache[file] = (len(self.source), None, self.source.splitlines(True), file)
        weakref.finalize(self, linecache.cache.pop, file, None)
        namespace: dict[str, Any] = {"plan_of_this_code": weakref.ref(self)}
        exec(compile(self.source, file, "exec"), namespace)
        self.body: Callable[..., tuple[Any, ...]] = namespace["make"](tuple(writer.constants))
        if session is not None:
            session.add(profiling.Label(f"plan of {stem(self.name)}", "compile", "", self.name), start)
            label = profiling.Label(stem(self.name), "function", "", self.name)
            self.body = session.timed(label, self.body)
        self.run = _leaf(self.body) if self.leaf else _with_user_code(self.body)
        if recorder is not None:
            self.run = recorder(self, graph)

    def describe(self) -> str:
        """The plan as text: who executes which nodes, and why."""
        lines = [f"plan of {self.name}:"]
        for compiled in self.compiled:
            note = compiled.executable.describe()
            lines.append(f"  compiled by {compiled.provider}{f' ({note})' if note else ''}:")
            lines += [f"    {node.name} = {node.op.name}" for node in compiled.part.nodes]
        nodes = dict.fromkeys(step.node for step in self.steps.values())
        if nodes:
            lines.append("  executed by kernels:")
        lines += [
            f"    {node.name} = {node.op.name}  # {self.reasons.get(node.name, '')}".rstrip(" #") for node in nodes
        ]
        return "\n".join(lines)


def _leaf(body: Callable[..., tuple[Any, ...]]) -> Callable[..., tuple[Any, ...]]:
    """How to run a body without user code: in the thread's quiet context."""

    def run(*arrays: Any) -> tuple[Any, ...]:
        try:
            result: tuple[Any, ...] = state.quiet(body, *arrays)
        except Exception as error:  # noqa: BLE001 - it is raised again, explained
            explained = explain_failure(error)
            raise explained from explained.__cause__
        return result

    return run


def _with_user_code(body: Callable[..., tuple[Any, ...]]) -> Callable[..., tuple[Any, ...]]:
    """How to run a body that calls user code: in the user's own context."""

    def run(*arrays: Any) -> tuple[Any, ...]:
        try:
            result: tuple[Any, ...] = run_quietly(body, arrays)
        except Exception as error:  # noqa: BLE001 - it is raised again, explained
            explained = explain_failure(error)
            raise explained from explained.__cause__
        return result

    return run


def _without_compilers(graph: Graph) -> Callable[..., tuple[Any, ...]]:
    """What executes a graph through kernels alone; written at its first call."""
    plans: list[Plan] = []

    def run(*arrays: Any) -> tuple[Any, ...]:
        if not plans:
            plans.append(Plan(_standalone(graph), compilers=False))
        return plans[0].body(*arrays)

    return run


def _standalone(part: Graph) -> Graph:
    """A copy of a part of a graph that knows nothing of what its inputs were made from."""
    graph = Graph(part.name)
    inputs = [graph.add_input(tensor._spec, tensor.node.name) for tensor in part.inputs]
    graph.outputs = copy_into(graph, part, inputs)
    return graph


live_plans: weakref.WeakSet[Any] = weakref.WeakSet()
"""The functions that hold a plan, or an optimized graph."""


def forget_plans() -> None:
    """Have every function compiled anew at its next call."""
    for function in list(live_plans):
        function.forget_plan()


def rewrite_plans() -> None:
    """Have every function's plan written anew at its next call, with what was decided before."""
    for function in list(live_plans):
        function.rewrite_plan()


providers.subscribe(forget_plans)
profiling.subscribe(rewrite_plans)

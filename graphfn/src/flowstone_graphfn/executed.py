"""Recording the graphs of the traced functions that run: for ``tf.summary.trace_on``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flowstone_graphfn import plan as plans
from flowstone_graphfn.graph import Graph
from flowstone_graphfn.plan import Plan, forget_plans


class ExecutedGraphs:
    """``flowstone_core.services.ExecutedGraphs``: it costs nothing while it is not recording."""

    def __init__(self) -> None:
        self._graphs: dict[int, Graph] = {}

    def start(self) -> None:
        """Forget what was recorded and record from now on, in all threads."""
        self._graphs = {}
        plans.recorder = self._recording
        forget_plans()

    def stop(self) -> list[Graph]:
        """Stop; the graphs that ran meanwhile, each once, in the order of their first call."""
        plans.recorder = None
        forget_plans()
        return list(self._graphs.values())

    def _recording(self, plan: Plan, graph: Graph) -> Callable[..., Any]:
        """``plan.run`` that also records."""
        run = plan.run
        graphs = self._graphs

        def recorded(*arrays: Any) -> Any:
            graphs.setdefault(id(graph), graph)
            return run(*arrays)

        return recorded


EXECUTED_GRAPHS = ExecutedGraphs()

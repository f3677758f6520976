"""Graph functions: what attributes of kind ``func`` hold, and what concrete functions are made of."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Sequence
from itertools import count
from typing import Any

from flowstone_core.op import Op
from flowstone_core.ops import control
from flowstone_core.plugins import resolve
from flowstone_core.spec import Spec

from flowstone_graphfn.graph import Graph
from flowstone_graphfn.plan import Plan, live_plans
from flowstone_graphfn.writer import Decisions

PIPELINE = "flowstone_graphfn.passes.pipeline:optimize"
"""What optimizes graphs, found when the first one is compiled (it makes graph functions itself)."""

IFS = (control.IF, control.STATELESS_IF)

_numbers = count(1)
_compiling = threading.RLock()


def unique_function_name(base: str, kind: str = "inference") -> str:
    """A name that no other function of this process has: ``"__inference_train_step_12"``."""
    word = re.sub(r"\W", "_", base)
    return f"__{kind}_{word}_{next(_numbers)}"


def branches_of(op: Op, attrs: dict[str, Any]) -> list[GraphFunction]:
    """The branches that the attributes of an ``If`` or ``Case`` hold."""
    return [attrs["then_branch"], attrs["else_branch"]] if op in IFS else list(attrs["branches"])


def branch_attrs(op: Op, branches: Sequence[GraphFunction]) -> dict[str, Any]:
    """The attributes of an ``If`` or ``Case`` that hold its branches."""
    if op not in IFS:
        return {"branches": tuple(branches)}
    then_branch, else_branch = branches
    return {"then_branch": then_branch, "else_branch": else_branch}


class GraphFunction:
    """A graph that can be called on arrays; its plan is compiled at the first call.

    Args:
        graph: The body. Its captures are inputs like the others: whoever calls it passes them.
        name: The unique name; the graph's if None.
    """

    __slots__ = ("__weakref__", "_decisions", "_optimized", "_plan", "_stateful", "graph", "memo", "name")

    def __init__(self, graph: Graph, name: str | None = None) -> None:
        self.graph = graph
        self.name = name or graph.name
        self.memo: dict[Any, Any] = {}
        self._plan: Plan | None = None
        self._optimized: GraphFunction | None = None
        self._decisions = Decisions()
        self._stateful: bool | None = None

    @property
    def output_specs(self) -> list[Spec]:
        """What is known of the results."""
        return [tensor._spec for tensor in self.graph.outputs]

    @property
    def input_specs(self) -> list[Spec]:
        """What is known of the arguments and captures."""
        return [tensor._spec for tensor in self.graph.inputs]

    @property
    def stateful(self) -> bool:
        """Whether it has effects: it must run once for each call, in order."""
        if self._stateful is None:
            self._stateful = any(not node.op.effects.pure for node in self.graph.nodes)
        return self._stateful

    @property
    def plan(self) -> Plan:
        """The compiled graph."""
        plan = self._plan
        if plan is None:
            with _compiling:
                plan = self._plan
                if plan is None:
                    plan = self._plan = Plan(self.optimized().graph, known=self._decisions)
                    live_plans.add(self)
        return plan

    def optimized(self) -> GraphFunction:
        """The function after the passes of the optimizer: it computes the same."""
        if self._optimized is None:
            self._optimized = self.finished(resolve(PIPELINE)(self.graph), self.name)
            live_plans.add(self)
        return self._optimized

    @classmethod
    def finished(cls, graph: Graph, name: str | None = None) -> GraphFunction:
        """A function whose graph needs no optimizing."""
        function = cls(graph, name)
        function._optimized = function
        return function

    def forget_plan(self) -> None:
        """Compile anew at the next call."""
        self._plan = None
        self._decisions = Decisions()
        if self._optimized is not self:
            self._optimized = None

    def rewrite_plan(self) -> None:
        """Write the plan anew at the next call; what was decided for it stays."""
        self._plan = None

    def execute(self, arrays: Sequence[Any]) -> list[Any]:
        """Run it on arrays (and state objects): one for each input of the graph."""
        return list(self.plan.run(*arrays))

    def body_for_plan(self) -> tuple[Callable[..., tuple[Any, ...]], bool]:
        """What another plan calls, and whether that is free of user code."""
        if id(self) in _open.functions:  # it calls itself
            return lambda *arrays: self.plan.body(*arrays), False
        _open.functions.add(id(self))
        try:
            plan = self.plan
        finally:
            _open.functions.discard(id(self))
        return plan.body, plan.leaf

    def __repr__(self) -> str:
        return f"<GraphFunction {self.name}: {len(self.graph.nodes)} nodes>"


class _Open(threading.local):
    """The functions that this thread is compiling."""

    def __init__(self) -> None:
        self.functions: set[int] = set()


_open = _Open()

"""``if``, ``while`` and ``for``: their bodies stay in place, under an operator that decides how to run them."""

from __future__ import annotations

import ast
from typing import cast

from flowstone_graphfn.autograph import build, marks
from flowstone_graphfn.autograph.analysis.flow import Flow, FunctionFlow
from flowstone_graphfn.autograph.analysis.scope import Scope, names_bound
from flowstone_graphfn.autograph.conversions.base import OwnScope
from flowstone_graphfn.autograph.conversions.loads import UnboundLoads
from flowstone_graphfn.autograph.conversions.state import accessors
from flowstone_graphfn.autograph.naming import Namer

MOST_BLOCKS = 13
"""Python allows 20 statically nested blocks; deeper statements move into a function of their own."""

_BLOCKS: dict[type[ast.AST], int] = {
    ast.If: 2,
    ast.While: 2,
    ast.For: 2,
    ast.With: 1,
    ast.Try: 4,
    ast.TryStar: 4,
}
"""How many blocks a statement nests its body in."""


class ControlFlow(OwnScope):
    """Rewrites statements::

    if a: b         def set_1(values): nonlocal x; x, = values
    else: c         with ag__.if_stmt(a, lambda: (x,), set_1, ("x",)) as if_1:
                        for arm_1 in if_1:
                            if arm_1 == 0: b
                            else: c

    while a: b      with ag__.while_stmt(lambda: (x,), set_2, ("x",)) as loop_2:
                        for step_2 in loop_2:
                            if step_2 or loop_2.test(a): b

    for i in a: b   with ag__.for_stmt(a, lambda: (x,), set_3, ("x",)) as loop_3:
                        for i in loop_3: b
    """

    def __init__(self, flow: FunctionFlow, scope: Scope, namer: Namer) -> None:
        self.flow = flow
        self.scope = scope
        self.namer = namer
        self.depth = 0
        self.moved: set[str] = set()

    def run(self, function: ast.FunctionDef) -> None:
        """Transform the body of ``function``, in place."""
        super().run(function)
        build.prepend(function, build.declare_local(self.moved))

    def visit(self, node: ast.AST) -> ast.AST | list[ast.stmt]:
        """Transform a node; count the blocks that stand around it."""
        if type(node) not in _BLOCKS:
            result: ast.AST | list[ast.stmt] = super().visit(node)
            return result
        if self.depth >= MOST_BLOCKS:
            return self._move(cast(ast.stmt, node))
        blocks = _BLOCKS[type(node)]
        self.depth += blocks
        result = super().visit(node)
        self.depth -= blocks
        return result

    def _move(self, node: ast.stmt) -> list[ast.stmt]:
        """Put a deep statement into a function of its own, called in its place."""
        depth, self.depth = self.depth, 0
        names = set(names_bound(node))
        self.moved |= names & self.scope.bound
        body = self.block([UnboundLoads().visit(node)])
        self.depth = depth
        deep = self.namer.new("deep")
        declarations = [
            *build.declared(ast.Nonlocal, names & (self.scope.bound | self.scope.nonlocals)),
            *build.declared(ast.Global, names & self.scope.globals),
        ]
        call = ast.Expr(ast.Call(build.name(deep), [], []))
        return [build.located(each, node) for each in (build.function(deep, [], [*declarations, *body]), call)]

    def visit_If(self, node: ast.If) -> list[ast.stmt]:
        """Rewrite a chain of ``if`` and ``elif``."""
        flow = self.flow.flows[node]
        tests, bodies, orelse = [node.test], [node.body], node.orelse
        while len(orelse) == 1 and isinstance(orelse[0], ast.If):
            flow = _joined(flow, self.flow.flows[orelse[0]])
            tests.append(orelse[0].test)
            bodies.append(orelse[0].body)
            orelse = orelse[0].orelse
        chosen, arm = self.namer.new("if"), self.namer.new("arm")
        blocks: list[list[ast.stmt]] = []
        for test, body in zip(tests, bodies, strict=True):
            if blocks:
                ask = ast.Expr(ast.Call(ast.Attribute(build.name(chosen), "test", ast.Load()), [test], []))
                blocks.append([build.located(ask, test)])
            blocks.append(self.block(body))
        blocks.append(self.block(orelse))
        dispatch: list[ast.stmt] = blocks.pop()
        for index in range(len(blocks) - 1, -1, -1):
            is_this = ast.Compare(build.name(arm), [ast.Eq()], [build.constant(index)])
            place = tests[(index + 1) // 2]
            dispatch = [build.located(ast.If(is_this, blocks[index], dispatch), place)]
        before, arguments = accessors(flow.state, flow.unsafe, self.scope, self.namer)
        options = {"arms": build.constant(len(tests))} if len(tests) > 1 else {}
        if flow.outputs < len(flow.state):
            options["outputs"] = build.constant(flow.outputs)
        operator = build.call("if_stmt", tests[0], *arguments, **options)
        loop = ast.For(build.store(arm), build.name(chosen), dispatch, [])
        return self._finish(before, operator, chosen, loop, node, tests[0])

    def visit_While(self, node: ast.While) -> list[ast.stmt]:
        """Rewrite a ``while``."""
        flow = self.flow.flows[node]
        body = self.block(node.body)
        chosen, step = self.namer.new("loop"), self.namer.new("step")
        test = ast.Call(ast.Attribute(build.name(chosen), "test", ast.Load()), [node.test], [])
        run = ast.If(ast.BoolOp(ast.Or(), [build.name(step), test]), body, [])
        loop = ast.For(build.store(step), build.name(chosen), [build.located(run, node, node.test)], [])
        before, arguments = accessors(flow.state, flow.unsafe, self.scope, self.namer)
        extra = self._loop_arguments(node, flow)
        if flow.tested:
            extra["tested"] = build.strings(sorted(flow.tested))
        return self._finish(before, build.call("while_stmt", *arguments, **extra), chosen, loop, node, node.test)

    def visit_For(self, node: ast.For) -> list[ast.stmt]:
        """Rewrite a ``for``."""
        flow = self.flow.flows[node]
        body = self.block(node.body)
        chosen = self.namer.new("loop")
        loop = ast.For(node.target, build.name(chosen), body, [])
        before, arguments = accessors(flow.state, flow.unsafe, self.scope, self.namer)
        operator = build.call("for_stmt", node.iter, *arguments, **self._loop_arguments(node, flow))
        return self._finish(before, operator, chosen, loop, node, node.iter)

    def _loop_arguments(self, node: ast.While | ast.For, flow: Flow) -> dict[str, ast.expr]:
        extra: dict[str, ast.expr] = {}
        if flow.fresh:
            extra["fresh"] = build.strings(sorted(flow.fresh))
        if flags := marks.loop_flags(node):
            extra["flags"] = build.strings(flags)
            extra["ended"] = build.lazy(build.located(build.tuple_of([build.name(flag) for flag in flags]), node))
        if (options := marks.loop_options(node)) is not None:
            extra["options"] = options
        return extra

    def _finish(
        self, before: list[ast.stmt], operator: ast.expr, chosen: str, loop: ast.For, node: ast.stmt, head: ast.expr
    ) -> list[ast.stmt]:
        build.located(loop, node, head)
        item = ast.withitem(operator, build.store(chosen))
        statement = build.located(ast.With([item], [loop]), node, head)
        return [build.located(each, node, head) for each in before] + [statement]


def _joined(flow: Flow, inner: Flow) -> Flow:
    """The flow of a chain: a test of ``elif`` may set what only later arms need."""
    more = [name for name in inner.state if name not in flow.state]
    return Flow(flow.state + more, flow.outputs, flow.unsafe | inner.unsafe | set(more))

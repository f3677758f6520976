"""Uses of variables that may hold "no value": a branch or loop of the graph may or may not have set them."""

from __future__ import annotations

import ast

from flowstone_graphfn.autograph import build, marks
from flowstone_graphfn.autograph.analysis.flow import FunctionFlow
from flowstone_graphfn.autograph.analysis.scope import Scope, scope_of
from flowstone_graphfn.autograph.conversions.base import left_alone
from flowstone_graphfn.autograph.source import FunctionNode


class Loads(ast.NodeTransformer):
    """``x`` becomes ``ag__.ld(x)`` where ``x`` may hold no value.

    In Python's own control flow such a variable is simply unbound, and reading it raises as ever.
    """

    def __init__(self, flow: FunctionFlow, scope: Scope) -> None:
        self.partial = flow.partial
        self.uncertain = flow.uncertain
        self.hidden: list[set[str]] = []
        self.local = scope.bound

    def run(self, function: ast.FunctionDef) -> None:
        """Transform the body of ``function``, in place."""
        function.body = [each for statement in function.body for each in self._statement(statement)]

    def _statement(self, node: ast.stmt) -> list[ast.stmt]:
        result = self.visit(node)
        return result if isinstance(result, list) else [result]

    def visit_Name(self, node: ast.Name) -> ast.expr:
        """Wrap an uncertain load."""
        if not isinstance(node.ctx, ast.Load) or any(node.id in names for names in self.hidden):
            return node
        uncertain = id(node) in self.uncertain
        if uncertain and node.id in self.local and not self.hidden:
            marks.set_unbound(node)
        if node.id not in self.partial or not (self.hidden or uncertain):
            return node
        return build.located(build.call("ld", node), node)

    def visit_AugAssign(self, node: ast.AugAssign) -> ast.stmt | list[ast.stmt]:
        """``x += 1`` reads ``x`` first."""
        self.generic_visit(node)
        target = node.target
        if isinstance(target, ast.Name) and target.id in self.partial and id(target) in self.uncertain:
            load = build.assign(target.id, build.call("ld", build.name(target.id)))
            return [build.located(load, node), node]
        return node

    def visit_Delete(self, node: ast.Delete) -> ast.stmt | list[ast.stmt]:
        """``del x`` fails if there is no value."""
        checks: list[ast.stmt] = [
            build.located(ast.Expr(build.call("ld", build.name(target.id))), node)
            for target in node.targets
            if isinstance(target, ast.Name) and target.id in self.partial and id(target) in self.uncertain
        ]
        self.generic_visit(node)
        return [*checks, node]

    def _function(self, node: ast.AST) -> ast.AST:
        assert isinstance(node, FunctionNode)
        if left_alone(node):
            return node
        self.hidden.append(scope_of(node).bound)
        self.generic_visit(node)
        self.hidden.pop()
        return node

    visit_FunctionDef = _function
    visit_Lambda = _function

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> ast.AsyncFunctionDef:
        """Leave it."""
        return node

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.ClassDef:
        """Leave it."""
        return node

"""Uses of variables that may hold "no value": a branch or loop of the graph may or may not have set them."""

from __future__ import annotations

import ast
from typing import TypeVar

from flowstone_graphfn.autograph import build, marks
from flowstone_graphfn.autograph.analysis.flow import FunctionFlow
from flowstone_graphfn.autograph.analysis.scope import Scope, scope_of
from flowstone_graphfn.autograph.conversions.base import left_alone
from flowstone_graphfn.autograph.source import FunctionNode

N = TypeVar("N", bound=ast.AST)


class UnboundLoads(ast.NodeTransformer):
    """``x`` becomes ``ag__.local(lambda: x, "x")`` where ``x`` may be unbound, in code that moves to a function.

    There it is a free variable, and reading it would raise another error.
    """

    def visit_Name(self, node: ast.Name) -> ast.expr:
        """Wrap a load."""
        if not (isinstance(node.ctx, ast.Load) and marks.may_be_unbound(node)):
            return node
        return build.located(self._read(node), node)

    def visit_Delete(self, node: ast.Delete) -> list[ast.stmt]:
        """Look before deleting."""
        names = [target for target in node.targets if isinstance(target, ast.Name) and marks.may_be_unbound(target)]
        return [*(build.located(ast.Expr(self._read(name)), node) for name in names), node]

    def visit_AugAssign(self, node: ast.AugAssign) -> list[ast.stmt]:
        """Look before ``x += 1``."""
        self.generic_visit(node)
        target = node.target
        if isinstance(target, ast.Name) and marks.may_be_unbound(target):
            return [build.located(ast.Expr(self._read(target)), node), node]
        return [node]

    def _read(self, node: ast.Name) -> ast.expr:
        return build.call("local", build.lazy(build.name(node.id)), build.constant(node.id))

    def nested(self, node: N) -> N:
        """Leave other scopes, and what is lazy already."""
        return node

    visit_Lambda = nested
    visit_FunctionDef = nested
    visit_AsyncFunctionDef = nested
    visit_ClassDef = nested


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
        if any(node.id in names for names in self.hidden):
            return node
        uncertain = id(node) in self.uncertain
        if uncertain and node.id in self.local and not self.hidden:
            marks.set_unbound(node)
        if not isinstance(node.ctx, ast.Load):
            return node
        if node.id not in self.partial or not (self.hidden or uncertain):
            return node
        return build.located(build.call("ld", node), node)

    def visit_Call(self, node: ast.Call) -> ast.Call:
        """Leave what is wrapped already."""
        match node.func:
            case ast.Attribute(value=ast.Name(id=build.OPERATORS), attr="ld"):
                return node
        self.generic_visit(node)
        return node

    def visit_AugAssign(self, node: ast.AugAssign) -> ast.stmt | list[ast.stmt]:
        """``x += 1`` reads ``x`` first."""
        self.generic_visit(node)
        target = node.target
        if isinstance(target, ast.Name) and target.id in self.partial and id(target) in self.uncertain:
            load = build.assign(target.id, build.call("ld", self._unbound(target.id)))
            return [build.located(load, node), node]
        return node

    def visit_Delete(self, node: ast.Delete) -> ast.stmt | list[ast.stmt]:
        """``del x`` fails if there is no value."""
        checks: list[ast.stmt] = [
            build.located(ast.Expr(build.call("ld", self._unbound(target.id))), node)
            for target in node.targets
            if isinstance(target, ast.Name) and target.id in self.partial and id(target) in self.uncertain
        ]
        self.generic_visit(node)
        return [*checks, node]

    def _unbound(self, name: str) -> ast.expr:
        load = ast.Name(name, ast.Load())
        if name in self.local and not self.hidden:
            marks.set_unbound(load)
        return load

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

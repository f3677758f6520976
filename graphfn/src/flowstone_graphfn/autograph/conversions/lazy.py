"""Operands that may not be evaluated: ``b`` of ``a and b``, the branches of ``a if c else b``.

They become functions without parameters. An assignment expression inside one would bind a variable of that
function; it goes through a setter instead, and the operator is told of the variable.
"""

from __future__ import annotations

import ast
from collections.abc import Callable

from flowstone_graphfn.autograph import build
from flowstone_graphfn.autograph.analysis.scope import Scope, own_nodes, scope_of
from flowstone_graphfn.autograph.conversions.base import Context, Everywhere
from flowstone_graphfn.autograph.conversions.loads import UnboundLoads
from flowstone_graphfn.autograph.conversions.state import accessors
from flowstone_graphfn.autograph.source import FunctionNode


class _Function:
    """A function whose expressions are being converted."""

    def __init__(self, node: FunctionNode) -> None:
        self.node = node
        self.setters: dict[str, str] = {}
        self.added: list[ast.stmt] = []
        self.scope = Scope() if isinstance(node, ast.Lambda) else scope_of(node)  # (a lambda has no setters)


class LazyOperands(Everywhere):
    """The base of conversions that make operands lazy."""

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self.functions: list[_Function] = []

    def run(self, function: ast.FunctionDef) -> None:
        """Transform ``function``, in place."""
        self.visit_FunctionDef(function, decorators=False)

    def visit_FunctionDef(self, node: ast.FunctionDef, decorators: bool = True) -> ast.FunctionDef:
        """Transform a function; the setters it needs stand first in it."""
        if decorators:
            node.decorator_list = [self.visit(each) for each in node.decorator_list]
            node.args = self.visit(node.args)
        self.functions.append(_Function(node))
        node.body = [self.visit(statement) for statement in node.body]
        added = self.functions.pop().added
        build.prepend(node, added)
        return node

    def visit_Lambda(self, node: ast.Lambda) -> ast.Lambda:
        """Transform a lambda: it has no place for setters."""
        node.args = self.visit(node.args)
        self.functions.append(_Function(node))
        node.body = self.visit(node.body)
        self.functions.pop()
        return node

    def can_be_lazy(self, *operands: ast.expr) -> bool:
        """Whether operands can be made lazy: assignment expressions inside a lambda cannot."""
        return not (_assigned(operands) and isinstance(self.functions[-1].node, ast.Lambda))

    def state_arguments(self, *operands: ast.expr) -> list[ast.expr]:
        """The arguments ``get_state, set_state, names`` for the variables that lazy operands assign."""
        names = sorted(_assigned(operands))
        if not names:
            return []
        function = self.functions[-1]
        before, arguments = accessors(names, names, function.scope, self.context.namer)
        function.added += before
        return arguments

    def lazy(self, operand: ast.expr) -> ast.expr:
        """``lambda: operand``."""
        if _assigned([operand]):
            operand = _Assignments(self._setter).visit(operand)
        return build.lazy(UnboundLoads().visit(operand))

    def _setter(self, name: str) -> str:
        function = self.functions[-1]
        if name not in function.setters:
            value = self.context.namer.new("value")
            setter = function.setters[name] = self.context.namer.new("let")
            outer = ast.Global if name in function.scope.globals else ast.Nonlocal
            function.added += build.declare_local({name} & function.scope.bound)
            body: list[ast.stmt] = [outer([name]), build.assign(name, build.name(value))]
            function.added.append(build.function(setter, [value], body))
        return function.setters[name]


def _assigned(operands: tuple[ast.expr, ...] | list[ast.expr]) -> set[str]:
    return {each.target.id for each in own_nodes(operands) if isinstance(each, ast.NamedExpr)}


class _Assignments(ast.NodeTransformer):
    """``(n := v)`` becomes ``ag__.let(set_n, v)``."""

    def __init__(self, setter: Callable[[str], str]) -> None:
        self.setter = setter

    def visit_NamedExpr(self, node: ast.NamedExpr) -> ast.expr:
        """Call the setter."""
        value = self.visit(node.value)
        return build.located(build.call("let", build.name(self.setter(node.target.id)), value), node)

    def visit_Lambda(self, node: ast.Lambda) -> ast.Lambda:
        """Leave the names of another scope; lazy operands inside have been treated already."""
        return node

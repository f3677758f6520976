"""Calls: the function that is called is converted first."""

from __future__ import annotations

import ast

from flowstone_graphfn.autograph import build
from flowstone_graphfn.autograph.conversions.base import Context, Everywhere
from flowstone_graphfn.autograph.options import Feature
from flowstone_graphfn.autograph.source import FunctionNode


class Calls(Everywhere):
    """``f(x, k=v)`` becomes ``ag__.call(f)(x, k=v)``; ``super()`` becomes ``super(__class__, self)``.

    The call itself stays Python's: its errors, and the frames below it, are those of the function as written.
    """

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self.functions: list[FunctionNode] = []

    def run(self, function: ast.FunctionDef) -> None:
        """Transform ``function``, in place."""
        self.functions.append(function)
        super().run(function)
        self.functions.pop()

    def _function(self, node: FunctionNode) -> FunctionNode:
        is_lazy_operand = isinstance(node, ast.Lambda) and not node.args.args
        if not is_lazy_operand:
            self.functions.append(node)
        self.generic_visit(node)
        if not is_lazy_operand:
            self.functions.pop()
        return node

    visit_FunctionDef = _function
    visit_Lambda = _function

    def visit_Call(self, node: ast.Call) -> ast.Call:
        """Rewrite one call."""
        self.generic_visit(node)
        match node.func:
            case ast.Attribute(value=ast.Name(id=build.OPERATORS)):
                return node
            case ast.Name(id="super"):
                self._super(node)
                return node
            case ast.Name(id="print") if not self.context.options.uses(Feature.BUILTIN_FUNCTIONS):
                return node
        node.func = build.located(build.call("call", node.func), node.func)
        return node

    def _super(self, node: ast.Call) -> None:
        if node.args or node.keywords or not self.context.in_class:
            return
        arguments = self.functions[-1].args
        first = [*arguments.posonlyargs, *arguments.args][:1]
        if first:
            node.args = [build.name("__class__"), build.name(first[0].arg)]
            build.located(node, node)

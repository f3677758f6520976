"""Calls: the function that is called is converted first."""

from __future__ import annotations

import ast

from flowstone_graphfn.autograph import build
from flowstone_graphfn.autograph.conversions.lazy import LazyOperands
from flowstone_graphfn.autograph.options import Feature


class Calls(LazyOperands):
    """``f(x, k=v)`` becomes ``ag__.call(f)(x, k=v)``; ``super()`` becomes ``super(__class__, self)``.

    The call itself stays Python's: its errors, and the frames below it, are those of the function as written.
    """

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
        arguments = self.functions[-1].node.args
        first = [*arguments.posonlyargs, *arguments.args][:1]
        if first:
            node.args = [build.name("__class__"), build.name(first[0].arg)]
            build.located(node, node)

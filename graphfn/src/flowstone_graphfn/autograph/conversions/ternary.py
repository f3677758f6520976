"""``a if test else b``."""

from __future__ import annotations

import ast

from flowstone_graphfn.autograph import build
from flowstone_graphfn.autograph.conversions.lazy import LazyOperands


class Ternary(LazyOperands):
    """``a if test else b`` becomes ``ag__.if_exp(test, lambda: a, lambda: b)``."""

    def visit_IfExp(self, node: ast.IfExp) -> ast.expr:
        """Rewrite one expression."""
        if not self.can_be_lazy(node.body, node.orelse):
            self.generic_visit(node)
            return node
        state = self.state_arguments(node.body, node.orelse)
        self.generic_visit(node)
        branches = [self.lazy(node.body), self.lazy(node.orelse)]
        return build.located(build.call("if_exp", node.test, *branches, *state), node)

"""``and``, ``or`` and ``not``."""

from __future__ import annotations

import ast

from flowstone_graphfn.autograph import build
from flowstone_graphfn.autograph.conversions.lazy import LazyOperands


class Logical(LazyOperands):
    """``a and b and c`` becomes ``ag__.and_(a, lambda: ag__.and_(b, lambda: c))``, ``not a`` ``ag__.not_(a)``."""

    def visit_BoolOp(self, node: ast.BoolOp) -> ast.expr:
        """Rewrite ``and`` and ``or``."""
        if not self.can_be_lazy(*node.values[1:]):
            self.generic_visit(node)
            return node
        name = "and_" if isinstance(node.op, ast.And) else "or_"
        first, *rest = node.values
        if len(rest) > 1:
            rest = [ast.copy_location(ast.BoolOp(node.op, rest), rest[0])]
            rest[0].end_lineno, rest[0].end_col_offset = node.end_lineno, node.end_col_offset
        state = self.state_arguments(*rest)
        values: list[ast.expr] = [self.visit(first), self.visit(rest[0])]
        return build.located(build.call(name, values[0], self.lazy(values[1]), *state), node)

    def visit_UnaryOp(self, node: ast.UnaryOp) -> ast.expr:
        """Rewrite ``not``."""
        self.generic_visit(node)
        if not isinstance(node.op, ast.Not):
            return node
        return build.located(build.call("not_", node.operand), node)

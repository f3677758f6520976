"""Chained comparisons, and ``in``."""

from __future__ import annotations

import ast

from flowstone_graphfn.autograph import build
from flowstone_graphfn.autograph.conversions.lazy import LazyOperands

_NAMES: dict[type[ast.cmpop], str] = {
    ast.Eq: "eq",
    ast.NotEq: "ne",
    ast.Lt: "lt",
    ast.LtE: "le",
    ast.Gt: "gt",
    ast.GtE: "ge",
    ast.Is: "is_",
    ast.IsNot: "is_not",
    ast.In: "in_",
    ast.NotIn: "not_in",
}


class Comparisons(LazyOperands):
    """``a < b < c`` becomes ``ag__.compare(a, ag__.lt, b, ag__.lt, lambda: c)``, ``a in b`` ``ag__.in_(a, b)``."""

    def visit_Compare(self, node: ast.Compare) -> ast.expr:
        """Rewrite one comparison."""
        rest = node.comparators[1:]
        if not rest:
            self.generic_visit(node)
            if isinstance(node.ops[0], (ast.In, ast.NotIn)):
                return build.located(build.call(_NAMES[type(node.ops[0])], node.left, node.comparators[0]), node)
            return node
        if not self.can_be_lazy(*rest):
            self.generic_visit(node)
            return node
        state = self.state_arguments(*rest)
        self.generic_visit(node)
        parts: list[ast.expr] = [node.left, build.operator(_NAMES[type(node.ops[0])]), node.comparators[0]]
        for op, comparator in zip(node.ops[1:], node.comparators[1:], strict=True):
            parts += [build.operator(_NAMES[type(op)]), self.lazy(comparator)]
        keywords = {"state": build.tuple_of(state)} if state else {}
        return build.located(build.call("compare", *parts, **keywords), node)

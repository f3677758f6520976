"""Comprehensions: Python runs them; only what they iterate over may need help."""

from __future__ import annotations

import ast

from flowstone_graphfn.autograph import build
from flowstone_graphfn.autograph.conversions.base import Everywhere


class Comprehensions(Everywhere):
    """``[f(v) for v in x]`` becomes ``[f(v) for v in ag__.iterate(x)]``: a tensor of known length gives its rows."""

    def visit_comprehension(self, node: ast.comprehension) -> ast.comprehension:
        """Wrap what is iterated over."""
        self.generic_visit(node)
        if not node.is_async:
            node.iter = build.located(build.call("iterate", node.iter), node.iter)
        return node

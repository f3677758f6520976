"""``assert`` of tensors."""

from __future__ import annotations

import ast

from flowstone_graphfn.autograph import build
from flowstone_graphfn.autograph.conversions.base import Everywhere
from flowstone_graphfn.autograph.source import clone


class Asserts(Everywhere):
    """``assert test, message`` becomes ``assert ag__.holds(test, lambda: message), message``.

    The statement stays, so Python values fail as they always do, and ``python -O`` leaves it out.
    """

    def visit_Assert(self, node: ast.Assert) -> ast.Assert:
        """Wrap the test."""
        self.generic_visit(node)
        message = [] if node.msg is None else [build.lazy(clone(node.msg))]
        node.test = build.located(build.call("holds", node.test, *message), node.test)
        return node

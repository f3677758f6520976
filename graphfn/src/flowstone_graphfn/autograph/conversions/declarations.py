"""``global``, ``nonlocal`` and annotations of variables.

Declarations move to the top of the function, and ``x: int = 1`` becomes ``x = 1``: a variable that a generated
function declares ``nonlocal`` may not be annotated in it, and annotations of local variables are never evaluated.
"""

from __future__ import annotations

import ast

from flowstone_graphfn.autograph import build
from flowstone_graphfn.autograph.analysis.scope import Scope
from flowstone_graphfn.autograph.conversions.base import OwnScope


class Declarations(OwnScope):
    """``if c: global x`` becomes ``global x`` above; ``y: int = 1`` becomes ``y = 1``."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.only_annotated: list[str] = []

    def run(self, function: ast.FunctionDef) -> None:
        """Transform the body of ``function``, in place."""
        super().run(function)
        declared = [
            *build.declared(ast.Global, self.scope.globals),
            *build.declared(ast.Nonlocal, self.scope.nonlocals),
            *build.declare_local(self.only_annotated),
        ]
        build.prepend(function, declared)

    def visit_Global(self, node: ast.Global) -> ast.Pass:
        """Leave its place empty."""
        return ast.copy_location(ast.Pass(), node)

    def visit_Nonlocal(self, node: ast.Nonlocal) -> ast.Pass:
        """Leave its place empty."""
        return ast.copy_location(ast.Pass(), node)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.stmt:
        """Keep the assignment only."""
        if node.value is not None:
            return ast.copy_location(ast.Assign([node.target], node.value), node)
        if isinstance(node.target, ast.Name):  # it makes the name local
            self.only_annotated.append(node.target.id)
        return ast.copy_location(ast.Pass(), node)

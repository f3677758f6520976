"""``tf.autograph.experimental.set_loop_options`` inside a loop: options of that loop."""

from __future__ import annotations

import ast
from typing import TypeVar

from flowstone_graphfn.autograph import build, marks
from flowstone_graphfn.autograph.analysis.effects import dotted
from flowstone_graphfn.autograph.conversions.base import OwnScope

L = TypeVar("L", ast.While, ast.For)

OPTION_NAMES = ("parallel_iterations", "swap_memory", "maximum_iterations", "shape_invariants")


class Directives(OwnScope):
    """Takes the call out of the loop's body and notes its arguments on the loop.

    They are evaluated once, before the loop. ``shape_invariants=[(x, shape)]`` becomes ``{"x": shape}``.
    """

    def visit_While(self, node: ast.While) -> ast.While:
        """Look among the statements of the body."""
        return self._loop(node)

    def visit_For(self, node: ast.For) -> ast.For:
        """Look among the statements of the body."""
        return self._loop(node)

    def _loop(self, node: L) -> L:
        body: list[ast.stmt] = []
        for statement in node.body:
            if isinstance(statement, ast.Expr) and (call := _directive(statement.value)) is not None:
                marks.set_loop_options(node, build.located(_options(call), statement))
                body.append(ast.copy_location(ast.Pass(), statement))
            else:
                body.append(statement)
        node.body = body
        self.generic_visit(node)
        return node


def _directive(node: ast.expr) -> ast.Call | None:
    if isinstance(node, ast.Call):
        name = dotted(node.func) or ""
        if name.rpartition(".")[2] == "set_loop_options":
            return node
    return None


def _options(call: ast.Call) -> ast.Dict:
    given = dict(zip(OPTION_NAMES, call.args, strict=False))
    given |= {keyword.arg: keyword.value for keyword in call.keywords if keyword.arg is not None}
    if "shape_invariants" in given:
        given["shape_invariants"] = _by_name(given["shape_invariants"])
    return ast.Dict([build.constant(key) for key in given], list(given.values()))


def _by_name(node: ast.expr) -> ast.expr:
    if not isinstance(node, (ast.List, ast.Tuple)):
        return node
    keys: list[ast.expr | None] = []
    values: list[ast.expr] = []
    for pair in node.elts:
        if not (isinstance(pair, (ast.Tuple, ast.List)) and len(pair.elts) == 2 and (name := dotted(pair.elts[0]))):
            return node
        keys.append(build.constant(name))
        values.append(pair.elts[1])
    return ast.Dict(keys, values)

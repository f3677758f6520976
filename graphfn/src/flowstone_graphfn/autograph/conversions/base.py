"""What the conversions share."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import Any, TypeVar

from flowstone_graphfn.autograph.analysis.scope import is_generator
from flowstone_graphfn.autograph.naming import Namer
from flowstone_graphfn.autograph.options import Options
from flowstone_graphfn.autograph.source import FunctionNode

N = TypeVar("N", bound=ast.AST)


@dataclass
class Context:
    """The conversion of one function with all that is nested in it.

    Attributes:
        namer: Makes new names.
        options: What the caller wants.
        in_class: Whether the function has a ``__class__`` cell, as methods that use ``super()`` do.
    """

    namer: Namer
    options: Options
    in_class: bool = False


_DEFINITIONS = frozenset({ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda})


def left_alone(node: ast.AST) -> bool:
    """Whether a nested definition is not converted: classes, generators, what ``do_not_convert`` decorates."""
    if type(node) not in _DEFINITIONS:
        return False
    if not isinstance(node, FunctionNode) or is_generator(node):
        return True
    return not isinstance(node, ast.Lambda) and any(_is_do_not_convert(each) for each in node.decorator_list)


def _is_do_not_convert(node: ast.expr) -> bool:
    target = node.func if isinstance(node, ast.Call) else node
    return "do_not_convert" in (getattr(target, "attr", None), getattr(target, "id", None))


class OwnScope(ast.NodeTransformer):
    """Visits the statements of one function itself, not those of functions and classes nested in it."""

    def run(self, function: ast.FunctionDef) -> None:
        """Transform the body of ``function``, in place."""
        function.body = self.block(function.body)

    def block(self, body: list[ast.stmt]) -> list[ast.stmt]:
        """Transform statements; each may become several."""
        result: list[ast.stmt] = []
        for statement in body:
            new = self.visit(statement)
            result.extend(new if isinstance(new, list) else [] if new is None else [new])
        return result

    def generic_visit(self, node: N) -> N:
        """Transform the statements inside a statement."""
        if type(node) in _DEFINITIONS:
            return node
        for field in ("body", "orelse", "finalbody"):
            if body := getattr(node, field, None):
                setattr(node, field, self.block(body))
        for part in (*getattr(node, "handlers", ()), *getattr(node, "cases", ())):
            part.body = self.block(part.body)
        return node


class Everywhere(ast.NodeTransformer):
    """Visits a function and the functions nested in it, except those that are left alone."""

    def __init__(self, context: Context) -> None:
        self.context = context

    def run(self, function: ast.FunctionDef) -> None:
        """Transform the body of ``function``, in place."""
        function.body = [self.visit(statement) for statement in function.body]

    def visit(self, node: ast.AST) -> Any:
        """Transform a node unless it is left alone."""
        return node if left_alone(node) else super().visit(node)

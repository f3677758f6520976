"""Small constructors of syntax trees."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Sequence
from typing import TypeVar

OPERATORS = "ag__"
"""The name by which converted code knows ``operators``. It enters as a closure variable."""

N = TypeVar("N", bound=ast.AST)


def name(text: str) -> ast.expr:
    """Load ``a`` or ``a.b.c``."""
    root, *attributes = text.split(".")
    node: ast.expr = ast.Name(root, ast.Load())
    for attribute in attributes:
        node = ast.Attribute(node, attribute, ast.Load())
    return node


def store(text: str) -> ast.Name:
    """Assign to a variable."""
    return ast.Name(text, ast.Store())


def constant(value: object) -> ast.Constant:
    """A literal."""
    return ast.Constant(value)  # type: ignore[arg-type]


def strings(values: Iterable[str]) -> ast.Tuple:
    """A tuple of string literals."""
    return ast.Tuple([ast.Constant(value) for value in values], ast.Load())


def tuple_of(values: Sequence[ast.expr]) -> ast.Tuple:
    """A tuple display."""
    return ast.Tuple(list(values), ast.Load())


def operator(attribute: str) -> ast.Attribute:
    """``ag__.attribute``."""
    return ast.Attribute(ast.Name(OPERATORS, ast.Load()), attribute, ast.Load())


def call(attribute: str, *args: ast.expr, **keywords: ast.expr) -> ast.Call:
    """``ag__.attribute(*args, **keywords)``."""
    return ast.Call(operator(attribute), list(args), [ast.keyword(key, value) for key, value in keywords.items()])


def lazy(body: ast.expr) -> ast.Lambda:
    """``lambda: body``."""
    return ast.copy_location(ast.Lambda(no_arguments(), body), body)


def no_arguments() -> ast.arguments:
    """The parameters of a function without any."""
    return ast.arguments(posonlyargs=[], args=[], kwonlyargs=[], kw_defaults=[], defaults=[])


def assign(target: str, value: ast.expr) -> ast.Assign:
    """``target = value``."""
    return ast.Assign([store(target)], value)


def function(name: str, parameters: Sequence[str], body: list[ast.stmt]) -> ast.FunctionDef:
    """``def name(parameters): body``."""
    arguments = no_arguments()
    arguments.args = [ast.arg(parameter) for parameter in parameters]
    node = ast.FunctionDef(name, arguments, body, [], None)
    if "type_params" in ast.FunctionDef._fields:  # Python 3.12
        node.type_params = []  # type: ignore[attr-defined,unused-ignore]
    return node


def declared(scope_statement: type[ast.Global] | type[ast.Nonlocal], names: Iterable[str]) -> list[ast.stmt]:
    """A ``global`` or ``nonlocal`` statement for ``names``, if there are any."""
    found = sorted(set(names))
    return [scope_statement(found)] if found else []


def located(node: N, like: ast.AST, until: ast.AST | None = None) -> N:
    """Give ``node``, and all in it that has no place yet, the place of ``like`` (only up to the end of ``until``)."""
    if "lineno" in node._attributes:
        ast.copy_location(node, like)
        if until is not None and getattr(until, "end_lineno", None) is not None:
            node.end_lineno = until.end_lineno  # type: ignore[attr-defined]
            node.end_col_offset = until.end_col_offset  # type: ignore[attr-defined]
    place = tuple(getattr(node if "lineno" in node._attributes else like, name, None) for name in PLACE)
    waiting = list(ast.iter_child_nodes(node))
    while waiting:
        inner = waiting.pop()
        if "lineno" not in inner._attributes:
            waiting += ast.iter_child_nodes(inner)
        elif getattr(inner, "lineno", None) is None:
            for name, value in zip(PLACE, place, strict=True):
                setattr(inner, name, value)
            waiting += ast.iter_child_nodes(inner)
    return node


PLACE = ("lineno", "col_offset", "end_lineno", "end_col_offset")


def declare_local(names: Iterable[str]) -> list[ast.stmt]:
    """Statements ``name: None``, which do nothing but make the names local to the function."""
    return [ast.AnnAssign(store(each), constant(None), None, 1) for each in sorted(set(names))]


def prepend(function: ast.FunctionDef, statements: Sequence[ast.stmt]) -> None:
    """Put statements first in a function, after its docstring and declarations."""
    if not statements:
        return
    body = function.body
    first = next((index for index, each in enumerate(body) if not _stays_first(each)), len(body))
    place = body[min(first, len(body) - 1)]
    function.body = body[:first] + [located(each, place) for each in statements] + body[first:]


def _stays_first(node: ast.stmt) -> bool:
    if isinstance(node, (ast.Global, ast.Nonlocal)):
        return True
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)

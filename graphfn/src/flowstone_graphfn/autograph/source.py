"""From a function object to the syntax tree of its source."""

from __future__ import annotations

import ast
import inspect
import linecache
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass
from types import CodeType, FunctionType
from typing import Any, TypeAlias, TypeVar

from flowstone_graphfn.autograph import interactive
from flowstone_graphfn.autograph.errors import SourceError

FunctionNode: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
N = TypeVar("N", bound=ast.AST)

HINT = (
    "Functions made by exec, or typed into an interactive shell without a history of its lines, do not expose their "
    "source: define them in a file or a notebook. If the function needs no conversion, decorate it with "
    "@tf.autograph.experimental.do_not_convert."
)


@dataclass(frozen=True)
class Located:
    """A function in its file.

    Attributes:
        node: Its syntax tree, with the file's own line numbers. It is shared: copy before changing.
        class_name: The innermost class around it, whose name mangles private names, or None.
        filename: The name by which ``linecache`` knows the file.
    """

    node: FunctionNode
    class_name: str | None
    filename: str


@dataclass(frozen=True)
class _File:
    lines: list[str]
    functions: dict[int, list[Located]]
    """By the first line, which is that of the first decorator."""


_FILES_KEPT = 32
_files: OrderedDict[str, _File] = OrderedDict()


def find(function: FunctionType) -> Located:
    """Find the syntax tree of ``function``.

    Raises:
        SourceError: If the source is not available, or has changed since it was compiled.
    """
    code = function.__code__
    file = _file(function)
    candidates = [found for found in file.functions.get(code.co_firstlineno, ()) if _fits(found, code)]
    if len(candidates) > 1:
        candidates = _by_position(candidates, code)
    if not candidates:
        raise SourceError(
            f"the source of {function!r} in {code.co_filename}, line {code.co_firstlineno}, is not what was compiled: "
            "the file has changed since it was imported."
        )
    return candidates[0]


def _file(function: FunctionType) -> _File:
    name = interactive.file_of(function.__code__) or function.__code__.co_filename
    lines = linecache.getlines(name, function.__globals__)
    if not lines:
        try:
            lines = inspect.findsource(function)[0]
        except (OSError, TypeError, IndexError) as error:
            raise SourceError(f"the source code of {function!r} is not available ({error}). {HINT}") from None
    known = _files.get(name)
    if known is not None and (known.lines is lines or known.lines == lines):
        _files.move_to_end(name)
        return known
    try:
        tree = ast.parse("".join(lines), name)
    except SyntaxError as error:
        raise SourceError(f"{name} does not parse any more: {error}. Was it changed since it was imported?") from None
    functions: dict[int, list[Located]] = {}
    for found in _functions(tree, None, name):
        functions.setdefault(_first_line(found.node), []).append(found)
    _files[name] = _File(lines, functions)
    while len(_files) > _FILES_KEPT:
        _files.popitem(last=False)
    return _files[name]


def _functions(node: ast.AST, class_name: str | None, filename: str) -> Iterator[Located]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, FunctionNode):
            yield Located(child, class_name, filename)
        yield from _functions(child, child.name if isinstance(child, ast.ClassDef) else class_name, filename)


def _first_line(node: FunctionNode) -> int:
    decorators = [] if isinstance(node, ast.Lambda) else node.decorator_list
    return decorators[0].lineno if decorators else node.lineno


def mangled(name: str, class_name: str | None) -> str:
    """``name`` as the compiler stores it inside ``class_name``: private names carry the class's."""
    if class_name is None or not name.startswith("__") or name.endswith("__") or "." in name:
        return name
    stripped = class_name.lstrip("_")
    return f"_{stripped}{name}" if stripped else name


def parameters(arguments: ast.arguments) -> list[ast.arg]:
    """All parameters, in the order of ``co_varnames``."""
    found = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    return found + [extra for extra in (arguments.vararg, arguments.kwarg) if extra is not None]


def _fits(found: Located, code: CodeType) -> bool:
    if getattr(found.node, "name", "<lambda>") != code.co_name:
        return False
    names = tuple(mangled(each.arg, found.class_name) for each in parameters(found.node.args))
    return code.co_varnames[: len(names)] == names and code.co_argcount == len(
        found.node.args.posonlyargs + found.node.args.args
    )


def _by_position(candidates: list[Located], code: CodeType) -> list[Located]:
    """The candidates around all of the code's instructions, the smallest first: several lambdas on one line."""
    spots = [
        (line, column, end_line, end_column)
        for line, end_line, column, end_column in code.co_positions()
        if line is not None and column is not None and end_line is not None and end_column
    ]
    if not spots:
        return [found for found in candidates if _compiles_to(found.node, code)]
    first, last = min(spot[:2] for spot in spots), max(spot[2:] for spot in spots)
    around = []
    for found in candidates:
        body = found.node.body if isinstance(found.node, ast.Lambda) else found.node
        start, end = _extent(body)
        if start <= first and last <= end:
            around.append(((-start[0], -start[1]), end, found))
    around.sort(key=lambda each: each[:2])
    return [each[-1] for each in around]


def _compiles_to(node: FunctionNode, code: CodeType) -> bool:
    """Whether a lambda without parts that have a place, such as ``lambda: 1``, is that of ``code``."""
    if not isinstance(node, ast.Lambda):
        return False
    outer = compile(ast.Expression(node), code.co_filename, "eval")
    (made,) = (each for each in outer.co_consts if isinstance(each, CodeType))
    return made.co_code == code.co_code and made.co_consts == code.co_consts


def _extent(node: Any) -> tuple[tuple[int, int], tuple[int, int]]:
    return (node.lineno, node.col_offset), (node.end_lineno, node.end_col_offset)


def clone(node: N) -> N:
    """A deep copy of a syntax tree."""
    copy = type(node).__new__(type(node))
    for field, value in ast.iter_fields(node):
        if isinstance(value, ast.AST):
            value = clone(value)
        elif isinstance(value, list):
            value = [clone(item) if isinstance(item, ast.AST) else item for item in value]
        setattr(copy, field, value)
    return ast.copy_location(copy, node)

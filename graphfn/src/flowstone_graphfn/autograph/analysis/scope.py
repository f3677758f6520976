"""Which names a function binds, declares, and takes from around it."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import TypeAlias

from flowstone_graphfn.autograph.source import FunctionNode, parameters

Comprehension: TypeAlias = ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp
_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


@dataclass
class Scope:
    """The names of one function.

    Attributes:
        bound: Its local variables, parameters included.
        globals: Names declared ``global``.
        nonlocals: Names declared ``nonlocal``.
        reads: Names it reads itself, wherever they are bound.
        around: The variables of the functions around it that are converted with it.
    """

    bound: set[str] = field(default_factory=set)
    globals: set[str] = field(default_factory=set)
    nonlocals: set[str] = field(default_factory=set)
    reads: set[str] = field(default_factory=set)
    around: frozenset[str] = frozenset()


def own_nodes(nodes: Iterable[ast.AST]) -> Iterator[ast.AST]:
    """All nodes evaluated in the same scope as ``nodes``: nested functions and classes only by what they
    evaluate where they stand (decorators, defaults, bases); of comprehensions everything.
    """
    waiting = list(nodes)
    waiting.reverse()
    while waiting:
        node = waiting.pop()
        yield node
        inside = evaluated_here(node)
        inside.reverse()
        waiting += inside


def evaluated_here(node: ast.AST) -> list[ast.AST]:
    """The children of ``node`` that run when it does."""
    match node:
        case ast.FunctionDef() | ast.AsyncFunctionDef():
            return [*node.decorator_list, *_defaults(node.args)]
        case ast.Lambda():
            return _defaults(node.args)
        case ast.ClassDef():
            return [*node.decorator_list, *node.bases, *node.keywords]
        case ast.AnnAssign():
            return [node.target, *([node.value] if node.value is not None else [])]
    found: list[ast.AST] = []
    for name in node._fields:
        value = getattr(node, name, None)
        if isinstance(value, list):
            found += [item for item in value if isinstance(item, ast.AST)]
        elif isinstance(value, ast.AST) and not isinstance(value, _ATOMS):
            found.append(value)
    return found


_ATOMS = (ast.expr_context, ast.boolop, ast.operator, ast.unaryop, ast.cmpop)


def _defaults(arguments: ast.arguments) -> list[ast.AST]:
    return [*arguments.defaults, *(default for default in arguments.kw_defaults if default is not None)]


def body_of(node: FunctionNode) -> list[ast.AST]:
    """The statements of a function, or the expression of a lambda, as a list."""
    return [node.body] if isinstance(node, ast.Lambda) else list(node.body)


def scope_of(node: FunctionNode) -> Scope:
    """The scope of a function."""
    scope = _scope(body_of(node))
    scope.bound |= {each.arg for each in parameters(node.args)}
    return scope


def _scope(body: Iterable[ast.AST]) -> Scope:
    scope = Scope()
    targets: set[int] = set()
    for node in own_nodes(body):
        if isinstance(node, _COMPREHENSIONS):
            for generator in node.generators:
                targets |= {id(name) for name in ast.walk(generator.target) if isinstance(name, ast.Name)}
        if isinstance(node, ast.Name):
            if isinstance(node.ctx, ast.Load):
                scope.reads.add(node.id)
            elif id(node) not in targets:
                scope.bound.add(node.id)
        else:
            scope.bound |= set(names_bound_by(node))
        if isinstance(node, ast.Global):
            scope.globals |= set(node.names)
        elif isinstance(node, ast.Nonlocal):
            scope.nonlocals |= set(node.names)
    scope.bound -= scope.globals | scope.nonlocals
    return scope


def names_bound(node: ast.AST) -> set[str]:
    """The names that a statement, with what is inside it, binds, declares or deletes in its function."""
    scope = _scope([node])
    return scope.bound | scope.globals | scope.nonlocals


def names_bound_by(node: ast.AST) -> list[str]:
    """The names that a node binds other than by a ``Name`` target."""
    match node:
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
            return [name]
        case ast.Import(names=aliases) | ast.ImportFrom(names=aliases):
            return [alias.asname or alias.name.partition(".")[0] for alias in aliases]
        case ast.ExceptHandler(name=str(name)) | ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)):
            return [name]
        case ast.MatchMapping(rest=str(rest)):
            return [rest]
        case _:
            return []


def free_reads(node: ast.AST) -> set[str]:
    """The names that the body of a nested function, lambda, class or comprehension takes from around it."""
    if isinstance(node, _COMPREHENSIONS):
        bound = {n.id for g in node.generators for n in ast.walk(g.target) if isinstance(n, ast.Name)}
        return _reads_with_nested(ast.iter_child_nodes(node)) - bound
    if isinstance(node, ast.ClassDef):
        return _reads_with_nested(node.body)
    assert isinstance(node, FunctionNode)
    scope = scope_of(node)
    return (_reads_with_nested(body_of(node)) - scope.bound) | scope.nonlocals


def _reads_with_nested(body: Iterable[ast.AST]) -> set[str]:
    found: set[str] = set()
    for node in own_nodes(body):
        if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Store):
            found.add(node.id)
        elif isinstance(node, (FunctionNode, ast.ClassDef)):
            found |= free_reads(node)
    return found


def nonlocal_writes(node: ast.AST) -> set[str]:
    """The variables around a nested function that calling it may rebind, also by functions nested in it."""
    found: set[str] = set()
    if isinstance(node, FunctionNode):
        scope = scope_of(node)
        found |= scope.nonlocals
        for inner in own_nodes(body_of(node)):
            if isinstance(inner, FunctionNode):
                found |= nonlocal_writes(inner) - scope.bound
    return found


def is_generator(node: FunctionNode) -> bool:
    """Whether a function is a generator or a coroutine, which AutoGraph leaves as they are."""
    if isinstance(node, ast.AsyncFunctionDef):
        return True
    return any(isinstance(inner, (ast.Yield, ast.YieldFrom, ast.Await)) for inner in own_nodes(body_of(node)))

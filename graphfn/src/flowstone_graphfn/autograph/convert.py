"""From a function to the converted function."""

from __future__ import annotations
import __future__

import ast
import functools
import operator
import weakref
from collections.abc import Iterator
from dataclasses import dataclass, field
from types import CellType, CodeType, FunctionType
from typing import Any

from flowstone_graphfn.autograph import build
from flowstone_graphfn.autograph.analysis.flow import FunctionFlow, analyse
from flowstone_graphfn.autograph.analysis.scope import Scope, body_of, is_generator, own_nodes, scope_of
from flowstone_graphfn.autograph.conversions.base import Context, left_alone
from flowstone_graphfn.autograph.conversions.control_flow import ControlFlow
from flowstone_graphfn.autograph.conversions.declarations import Declarations
from flowstone_graphfn.autograph.conversions.directives import Directives
from flowstone_graphfn.autograph.conversions.expressions import Expressions
from flowstone_graphfn.autograph.conversions.items import Items
from flowstone_graphfn.autograph.conversions.jumps import Jumps
from flowstone_graphfn.autograph.conversions.loads import Loads
from flowstone_graphfn.autograph.conversions.mangle import Mangle
from flowstone_graphfn.autograph.conversions.match import Matches
from flowstone_graphfn.autograph.errors import UnsupportedError
from flowstone_graphfn.autograph.log import tell
from flowstone_graphfn.autograph.naming import Namer
from flowstone_graphfn.autograph.options import Feature, Options
from flowstone_graphfn.autograph.source import clone, find, parameters

_FUTURE_FLAGS = functools.reduce(
    operator.or_, (getattr(__future__, name).compiler_flag for name in __future__.all_feature_names)
)
_FACTORY, _FUNCTION = "ag__factory", "ag__function"


@dataclass(frozen=True)
class Converted:
    """The conversion of one code object, for all functions that share it.

    Attributes:
        code: The new code; its free variables are those of the old and ``ag__``.
        tree: The syntax tree it was compiled from.
    """

    code: CodeType
    tree: ast.FunctionDef


class _Cache:
    """Conversions by code object (by identity: equal code may stand in two files) and options."""

    def __init__(self) -> None:
        self._known: dict[tuple[int, Options], tuple[weakref.ref[CodeType], Converted]] = {}

    def get(self, code: CodeType, options: Options) -> Converted | None:
        found = self._known.get((id(code), options))
        return found[1] if found is not None and found[0]() is code else None

    def put(self, code: CodeType, options: Options, converted: Converted) -> None:
        key = (id(code), options)
        self._known[key] = (weakref.ref(code, lambda _: self._known.pop(key, None)), converted)


_cache = _Cache()


def is_converted(function: FunctionType) -> bool:
    """Whether ``function`` is the result of a conversion, or was nested in a function that was converted."""
    return build.OPERATORS in function.__code__.co_freevars


def converted(function: FunctionType, options: Options, operators: Any) -> FunctionType:
    """The converted twin of ``function``: same name, globals, closure, defaults and lines.

    Raises:
        ConversionError: If it cannot be converted.
    """
    conversion = conversion_of(function, options)
    cells = dict(zip(function.__code__.co_freevars, function.__closure__ or (), strict=True))
    cells[build.OPERATORS] = CellType(operators)
    closure = tuple(cells[name] for name in conversion.code.co_freevars)
    twin = FunctionType(conversion.code, function.__globals__, function.__name__, function.__defaults__, closure)
    twin.__kwdefaults__ = function.__kwdefaults__
    twin.__qualname__ = function.__qualname__
    twin.__doc__ = function.__doc__
    twin.__annotations__ = function.__annotations__
    twin.__module__ = function.__module__
    twin.__dict__.update(function.__dict__)
    return twin


def conversion_of(function: FunctionType, options: Options) -> Converted:
    """Convert the code of ``function``, once.

    Raises:
        ConversionError: If it cannot be converted.
    """
    code = function.__code__
    known = _cache.get(code, options)
    if known is None:
        tell(1, lambda: f"Converting {function.__qualname__} ({code.co_filename}, line {code.co_firstlineno})")
        made = _convert(function, options)
        _cache.put(code, options, made)
        tell(3, lambda: ast.unparse(made.tree))
        return made
    return known


def _convert(function: FunctionType, options: Options) -> Converted:
    code = function.__code__
    located = find(function)
    if is_generator(located.node):
        raise UnsupportedError("generators and coroutines are not converted; they run as plain Python.")
    tree = _as_statement(located.node)
    if located.class_name is not None:
        tree = Mangle(located.class_name).visit(tree)
    names = {inner.id for inner in ast.walk(tree) if isinstance(inner, ast.Name)}
    if build.OPERATORS in names:
        raise UnsupportedError(f"the name {build.OPERATORS} is reserved.")
    transform(tree, Context(Namer(tree), options, "__class__" in code.co_freevars))
    return Converted(_compile(tree, code, located.filename), tree)


def _as_statement(node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda) -> ast.FunctionDef:
    """A copy of the definition without decorators, defaults and annotations: only its code matters."""
    copy = clone(node)
    assert isinstance(copy, (ast.FunctionDef, ast.Lambda))
    if isinstance(copy, ast.Lambda):
        body: list[ast.stmt] = [ast.copy_location(ast.Return(copy.body), copy.body)]
        tree = ast.copy_location(build.function("lambda_function", [], body), copy)
    else:
        tree = build.located(build.function(copy.name, [], copy.body), copy)
        tree.lineno = copy.decorator_list[0].lineno if copy.decorator_list else copy.lineno
    tree.args = copy.args
    tree.args.defaults = []
    tree.args.kw_defaults = [None for _ in tree.args.kwonlyargs]
    for parameter in parameters(tree.args):
        parameter.annotation = None
    return tree


@dataclass
class _Scoped:
    """A function on its way: itself, its scope, its analysis, and the functions nested in it."""

    function: ast.FunctionDef
    scope: Scope
    nested: list[_Scoped]
    flow: FunctionFlow = field(default_factory=FunctionFlow)

    def all(self) -> Iterator[_Scoped]:
        """It, and all that is nested in it, outside first."""
        yield self
        for inner in self.nested:
            yield from inner.all()


def transform(tree: ast.FunctionDef, context: Context) -> None:
    """Apply all conversions to a function, in place."""
    whole = _lowered(tree, context, frozenset())
    _analyse(whole)
    for each in whole.all():
        Loads(each.flow, each.scope).run(each.function)
    Expressions(context).run(tree)
    for each in whole.all():
        ControlFlow(each.flow, each.scope, context.namer).run(each.function)
    if context.options.uses(Feature.NAME_SCOPES):
        _scope_names(tree)


def _scope_names(tree: ast.FunctionDef) -> None:
    """Put the body of a function under ``with ag__.name_scope(name):``."""
    scope = build.call("name_scope", build.constant(tree.name))
    tree.body = [build.located(ast.With([ast.withitem(scope)], tree.body), tree.body[0])]


def _lowered(function: ast.FunctionDef, context: Context, around: frozenset[str]) -> _Scoped:
    """Apply the conversions that make statements simpler, to a function and to those nested in it."""
    before = scope_of(function)
    Declarations(before).run(function)
    Directives().run(function)
    Matches(context.namer).run(function)
    Jumps(context.namer).run(function)
    Items(context.namer, before, around).run(function)
    lost = before.bound - scope_of(function).bound  # bound only in code that is never reached, but local all the same
    build.prepend(function, build.declare_local(lost))
    scope = scope_of(function)
    scope.around = around
    inside = (around | scope.bound) - scope.globals
    definitions = [node for node in own_nodes(body_of(function)) if isinstance(node, ast.FunctionDef)]
    nested = [_lowered(node, context, inside) for node in definitions if not left_alone(node)]
    return _Scoped(function, scope, nested)


def _analyse(scoped: _Scoped) -> None:
    """Analyse a function and those nested in it; what those may leave without a value counts here, too."""
    scoped.flow = analyse(scoped.function, scoped.scope)
    for inner in scoped.nested:
        _analyse(inner)
        scoped.flow.partial |= inner.flow.partial - inner.scope.bound


def _compile(tree: ast.FunctionDef, original: CodeType, filename: str) -> CodeType:
    """Compile a function at the place of ``original``, in the file ``filename``, inside of a factory that has its free variables."""
    free = [*original.co_freevars, build.OPERATORS]
    inner = build.located(build.function(_FUNCTION, [], tree.body), tree)  # its own name must not hide a global one
    inner.args = tree.args
    factory = build.function(_FACTORY, free, [inner])
    module = ast.fix_missing_locations(ast.Module([build.located(factory, tree)], []))
    flags = original.co_flags & _FUTURE_FLAGS
    outer = compile(module, filename, "exec", flags, dont_inherit=True)
    made = _inner(_inner(outer, _FACTORY), _FUNCTION).replace(co_name=original.co_name)
    return _requalified(made, made.co_qualname, original.co_qualname)


def _inner(code: CodeType, name: str) -> CodeType:
    return next(each for each in code.co_consts if isinstance(each, CodeType) and each.co_name == name)


def _requalified(code: CodeType, old: str, new: str) -> CodeType:
    """``code`` with the qualified names of it and what is nested in it as if it stood where the original does."""
    constants = tuple(_requalified(each, old, new) if isinstance(each, CodeType) else each for each in code.co_consts)
    return code.replace(co_consts=constants, co_qualname=new + code.co_qualname.removeprefix(old))

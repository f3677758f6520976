"""How an operator reads and sets the variables that a statement changes."""

from __future__ import annotations

import ast
from collections.abc import Collection

from flowstone_graphfn.autograph import build
from flowstone_graphfn.autograph.analysis.scope import Scope
from flowstone_graphfn.autograph.naming import Namer


def accessors(
    state: list[str], unsafe: Collection[str], scope: Scope, namer: Namer
) -> tuple[list[ast.stmt], list[ast.expr]]:
    """The statements that define a setter, and the arguments ``get_state, set_state, names`` of an operator.

    Args:
        state: Variables and dotted names.
        unsafe: Those that may have no value.
        scope: The scope of the function.
        namer: Makes the setter's name.
    """
    if not state:
        return [], []
    values = [_read(each, each in unsafe) for each in state]
    setter = namer.new("set")
    return [_setter(setter, state, scope, namer)], [
        build.lazy(build.tuple_of(values)),
        build.name(setter),
        build.strings(state),
    ]


def _read(name: str, unsafe: bool) -> ast.expr:
    if not unsafe:
        return build.name(name)
    return build.call("ldu", ast.Lambda(build.no_arguments(), build.name(name)), build.constant(name))


def _setter(setter: str, state: list[str], scope: Scope, namer: Namer) -> ast.stmt:
    values = namer.new("values")
    in_functions = scope.bound | scope.nonlocals | scope.around
    targets: list[ast.expr] = []
    after: list[ast.stmt] = []
    for name in state:
        owner, _, attribute = name.rpartition(".")
        if not owner:
            targets.append(build.store(name))
            continue
        held = namer.new("value")
        targets.append(build.store(held))
        keep = build.call("set_attribute", build.name(held), build.name(owner), build.constant(attribute))
        after.append(ast.Expr(keep))
    body: list[ast.stmt] = [
        *build.declared(ast.Global, scope.globals & set(state)),
        *build.declared(ast.Nonlocal, (in_functions - scope.globals) & set(state)),
        ast.Assign([ast.Tuple(targets, ast.Store())], build.name(values)),
        *after,
    ]
    return build.function(setter, [values], body)

"""Item assignment: tensors do not change, so ``x[i] = v`` gives ``x`` a new value."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import TypeAlias

from flowstone_graphfn.autograph import build
from flowstone_graphfn.autograph.analysis.scope import Scope
from flowstone_graphfn.autograph.conversions.base import OwnScope
from flowstone_graphfn.autograph.naming import Namer
from flowstone_graphfn.autograph.source import clone

_Updatable: TypeAlias = ast.Name | ast.Attribute


class Items(OwnScope):
    """``x[i] = v`` becomes ``x = ag__.set_item(v, x, i)``, ``a.b[i] = v`` ``ag__.set_item_of(v, a, "b", i)``.

    Python containers are changed in place, as ever. The value stands first because Python evaluates it first.

    Args:
        namer: Makes names.
        scope: The scope of the function.
        around: The variables of the functions around it that are converted with it.
    """

    def __init__(self, namer: Namer, scope: Scope, around: frozenset[str]) -> None:
        self.namer = namer
        self.local = scope.bound | scope.globals | scope.nonlocals
        self.around = around
        self.taken: set[str] = set()

    def run(self, function: ast.FunctionDef) -> None:
        """Transform the body of ``function``, in place."""
        super().run(function)
        build.prepend(function, build.declared(ast.Nonlocal, self.taken))

    def visit_Assign(self, node: ast.Assign) -> ast.stmt | list[ast.stmt]:
        """Rewrite assignments that have an item among their targets."""
        parts = [part for target in node.targets for part in ast.walk(target)]
        if not any(isinstance(part, ast.Subscript) and isinstance(part.ctx, ast.Store) for part in parts):
            return node
        if len(node.targets) == 1 and isinstance(node.targets[0], ast.Subscript):
            return self._place([self._store(node.targets[0], node.value)], node)
        if len(node.targets) == 1:
            return self._place(self._unpack(node.targets[0], node.value), node)
        value = self.namer.new("value")
        result: list[ast.stmt] = [build.assign(value, node.value)]
        for target in node.targets:
            result += self._unpack(target, build.name(value))
        return self._place(result, node)

    def visit_AugAssign(self, node: ast.AugAssign) -> ast.stmt | list[ast.stmt]:
        """``x[i] += v``: read, change, store, in Python's order."""
        target = node.target
        if not isinstance(target, ast.Subscript) or not isinstance(target.value, _Updatable):
            return node
        key, item = self.namer.new("key"), self.namer.new("item")
        result: list[ast.stmt] = []
        base = target.value
        if isinstance(base, ast.Attribute):
            owner = self.namer.new("owner")
            result.append(build.assign(owner, base.value))
            base = ast.Attribute(build.name(owner), base.attr, ast.Load())
        result.append(build.assign(key, target.slice))
        result.append(build.assign(item, ast.Subscript(clone(base), build.name(key), ast.Load())))
        result.append(ast.AugAssign(build.store(item), node.op, node.value))
        result.append(self._store(ast.Subscript(base, build.name(key), ast.Store()), build.name(item)))
        return self._place(result, node)

    def _unpack(self, target: ast.expr, value: ast.expr) -> list[ast.stmt]:
        """``a, b[0] = v``: every part to a new variable first, then from left to right to its place."""
        later: list[Callable[[], ast.stmt]] = []

        def hold(part: ast.expr) -> ast.expr:
            if isinstance(part, (ast.Tuple, ast.List)):
                part.elts = [hold(element) for element in part.elts]
                return part
            if isinstance(part, ast.Starred):
                part.value = hold(part.value)
                return part
            held = self.namer.new("value")
            later.append(lambda: self._store(part, build.name(held)))
            return build.store(held)

        first = ast.Assign([hold(target)], value)
        return [first, *(store() for store in later)]

    def _store(self, target: ast.expr, value: ast.expr) -> ast.stmt:
        if not isinstance(target, ast.Subscript) or not isinstance(target.value, _Updatable):
            return ast.Assign([target], value)
        base, key = target.value, target.slice
        key = _slice_object(key)
        if isinstance(base, ast.Attribute):
            owner = base.value
            return ast.Expr(build.call("set_item_of", value, owner, build.constant(base.attr), key))
        new = build.call("set_item", value, build.name(base.id), key)
        if base.id not in self.local and base.id in self.around:
            self.taken.add(base.id)
        if base.id in self.local or base.id in self.taken:
            return build.assign(base.id, new)
        new.keywords.append(ast.keyword("outer", build.constant(base.id)))
        return ast.Expr(new)

    def _place(self, statements: list[ast.stmt], like: ast.stmt) -> list[ast.stmt]:
        return [build.located(statement, like) for statement in statements]


def _slice_object(key: ast.expr) -> ast.expr:
    """The expression of an index outside of square brackets: ``1:2`` becomes ``slice(1, 2, None)``."""
    if isinstance(key, ast.Slice):
        parts = [part if part is not None else build.constant(None) for part in (key.lower, key.upper, key.step)]
        return ast.copy_location(build.call("slice", *parts), key)
    if isinstance(key, ast.Tuple):
        return ast.copy_location(ast.Tuple([_slice_object(part) for part in key.elts], ast.Load()), key)
    return key

"""What one expression or simple statement reads, binds and changes."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from dataclasses import dataclass, field

from flowstone_graphfn.autograph import build
from flowstone_graphfn.autograph.analysis.scope import (
    body_of,
    evaluated_here,
    free_reads,
    names_bound_by,
    nonlocal_writes,
    own_nodes,
    scope_of,
)
from flowstone_graphfn.autograph.source import FunctionNode

MUTATORS = frozenset(
    """
    add append appendleft clear difference_update discard extend extendleft insert intersection_update pop popitem
    popleft remove reverse setdefault sort symmetric_difference_update update
    """.split()
)
"""Methods of lists, dictionaries and sets that change them."""


@dataclass
class Effects:
    """The effects of a piece of code on the variables of its function.

    Attributes:
        reads: Variables whose value it may use.
        binds: Variables that it surely or possibly rebinds.
        sure: Those of ``binds`` that are bound whenever the code completes.
        unbinds: Variables that it may delete.
        attributes: Dotted names that it assigns, such as ``self.count``.
        changes: Variables and dotted names whose contents it may change in place.
    """

    reads: set[str] = field(default_factory=set)
    binds: set[str] = field(default_factory=set)
    sure: set[str] = field(default_factory=set)
    unbinds: set[str] = field(default_factory=set)
    attributes: set[str] = field(default_factory=set)
    changes: set[str] = field(default_factory=set)

    def merge(self, other: Effects) -> None:
        """Add what ``other`` does, in place."""
        for name in ("reads", "binds", "sure", "unbinds", "attributes", "changes"):
            getattr(self, name).update(getattr(other, name))


def dotted(node: ast.AST) -> str | None:
    """``a.b.c`` for a variable or a chain of attributes of one, else None."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        base = dotted(node.value)
        return None if base is None else f"{base}.{node.attr}"
    return None


@dataclass
class Closures:
    """The functions that a function defines, and what using them touches.

    Attributes:
        reads: For the name of each, the variables it takes from around it, also through others.
        writes: Likewise the variables it may rebind.
        changes: Likewise the variables and dotted names whose contents it may change.
        always_live: Variables that a function uses which may be called from anywhere at any time.
    """

    reads: dict[str, set[str]] = field(default_factory=dict)
    writes: dict[str, set[str]] = field(default_factory=dict)
    changes: dict[str, set[str]] = field(default_factory=dict)
    always_live: set[str] = field(default_factory=set)

    @classmethod
    def of(cls, function: FunctionNode) -> Closures:
        """Those of ``function``."""
        closures = cls()
        nodes = list(own_nodes(body_of(function)))
        used_here: set[int] = set()
        for node in nodes:
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
                closures._define(node.name, node)
                if node.decorator_list or isinstance(node, ast.ClassDef):
                    closures.always_live |= closures.reads[node.name]
            elif isinstance(node, ast.Assign) and isinstance(node.value, ast.Lambda):
                for target in node.targets:
                    if isinstance(target, ast.Name):
                        closures._define(target.id, node.value)
                        used_here.add(id(node.value))
            elif isinstance(node, ast.Call):
                used_here |= {id(part) for part in [node.func, *node.args, *(k.value for k in node.keywords)]}
        closures._close()
        for node in nodes:
            if id(node) in used_here:
                continue
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and node.id in closures.reads:
                closures.always_live |= closures.reads[node.id] | {node.id}
            elif isinstance(node, (ast.Lambda, ast.GeneratorExp)):
                closures.always_live |= closures.through(free_reads(node))
        return closures

    def _define(self, name: str, node: ast.AST) -> None:
        self.reads.setdefault(name, set()).update(free_reads(node))
        self.writes.setdefault(name, set()).update(nonlocal_writes(node))
        self.changes.setdefault(name, set()).update(_outer_changes(node))

    def _close(self) -> None:
        changed = True
        while changed:
            changed = False
            for name, reads in self.reads.items():
                for other in list(reads & self.reads.keys()):
                    for table in (self.reads, self.writes, self.changes):
                        if more := table[other] - table[name]:
                            table[name] |= more
                            changed = True

    def through(self, names: set[str]) -> set[str]:
        """``names`` and what the functions among them use."""
        found = set(names)
        for name in names & self.reads.keys():
            found |= self.reads[name]
        return found


def _outer_changes(node: ast.AST) -> set[str]:
    """What a nested function changes of what it takes from around it: contents and attributes."""
    if not isinstance(node, FunctionNode):
        return set()
    effects = effects_of(body_of(node), Closures.of(node))
    bound = scope_of(node).bound
    return {name for name in effects.changes | effects.attributes if name.partition(".")[0] not in bound}


def _changed_by(node: ast.Call) -> str | None:
    """What an operator call for an item assignment changes."""
    assert isinstance(node.func, ast.Attribute)
    if node.func.attr == "set_item":
        return dotted(node.args[1])
    if node.func.attr == "set_item_of" and isinstance(node.args[2], ast.Constant):
        owner = dotted(node.args[1])
        return None if owner is None else f"{owner}.{node.args[2].value!s}"
    return None


def effects_of(nodes: Iterable[ast.AST], closures: Closures) -> Effects:
    """The effects of expressions or simple statements, evaluated in the function's own scope."""
    collector = _Collector(closures)
    for node in nodes:
        collector.visit(node, sure=True)
    return collector.effects


class _Collector:
    def __init__(self, closures: Closures) -> None:
        self.closures = closures
        self.effects = Effects()

    def visit(self, node: ast.AST, sure: bool, local: frozenset[str] = frozenset()) -> None:
        match node:
            case ast.Name(id=name):
                self._name(name, node.ctx, sure, local)
            case ast.BoolOp(values=[first, *rest]):
                self.visit(first, sure, local)
                self._all(rest, False, local)
            case ast.IfExp(test=test, body=body, orelse=orelse):
                self.visit(test, sure, local)
                self._all([body, orelse], False, local)
            case ast.Compare(left=left, comparators=[first, *rest]):
                self._all([left, first], sure, local)
                self._all(rest, False, local)
            case ast.ListComp() | ast.SetComp() | ast.DictComp() | ast.GeneratorExp():
                targets = {n.id for g in node.generators for n in ast.walk(g.target) if isinstance(n, ast.Name)}
                self._all(ast.iter_child_nodes(node), False, local | targets)
            case ast.AnnAssign(value=None):
                pass
            case ast.AugAssign(target=target, value=value):
                self.visit(value, sure, local)
                self._aug(target, sure)
            case ast.Attribute(value=value):
                self._attribute(node)
                self.visit(value, sure, local)
            case ast.Subscript(value=value, slice=index):
                if not isinstance(node.ctx, ast.Load) and (base := dotted(value)) is not None:
                    self.effects.changes.add(base)
                self._all([value, index], sure, local)
            case ast.Call(func=ast.Attribute(value=ast.Name(id=build.OPERATORS))):
                if (base := _changed_by(node)) is not None:
                    self.effects.changes.add(base)
                self._all(node.args, sure, local)
            case ast.Call(func=ast.Attribute(value=base_node, attr=attr)) if attr in MUTATORS:
                if isinstance(base_node, ast.Name) and base_node.id not in local:
                    self.effects.changes.add(base_node.id)
                self._all(ast.iter_child_nodes(node), sure, local)
            case _:
                self._other(node, sure, local)

    def _other(self, node: ast.AST, sure: bool, local: frozenset[str]) -> None:
        if isinstance(node, (FunctionNode, ast.ClassDef)):
            names = set() if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) else free_reads(node)
            self._read(names - local)
        for name in names_bound_by(node):
            self._bind(name, sure)
        self._all(evaluated_here(node), sure, local)

    def _all(self, nodes: Iterable[ast.AST], sure: bool, local: frozenset[str]) -> None:
        for node in nodes:
            self.visit(node, sure, local)

    def _name(self, name: str, context: ast.expr_context, sure: bool, local: frozenset[str]) -> None:
        if name in local:
            return
        if isinstance(context, ast.Load):
            self._read({name})
        elif isinstance(context, ast.Store):
            self._bind(name, sure)
        else:
            self.effects.reads.add(name)
            self.effects.unbinds.add(name)

    def _read(self, names: set[str]) -> None:
        self.effects.reads |= self.closures.through(names)
        for name in names & self.closures.writes.keys():
            self.effects.binds |= self.closures.writes[name]
            self.effects.changes |= self.closures.changes[name]

    def _bind(self, name: str, sure: bool) -> None:
        self.effects.binds.add(name)
        if sure:
            self.effects.sure.add(name)

    def _aug(self, target: ast.expr, sure: bool) -> None:
        if isinstance(target, ast.Name):
            self._read({target.id})
            self._bind(target.id, sure)
            self.effects.changes.add(target.id)
        else:
            self.visit(target, sure)

    def _attribute(self, node: ast.Attribute) -> None:
        if not isinstance(node.ctx, ast.Load) and (name := dotted(node)) is not None:
            self.effects.attributes.add(name)

"""Private names: inside ``class A`` the compiler reads ``self.__x`` as ``self._A__x``; a converted method is compiled
outside of its class, so the names are written out.
"""

from __future__ import annotations

import ast
from typing import TypeVar

from flowstone_graphfn.autograph.source import mangled

N = TypeVar("N", bound=ast.AST)

_FIELDS = ("id", "attr", "arg", "name", "rest")


class Mangle(ast.NodeTransformer):
    """Writes private names of ``class_name`` as the compiler would.

    ``self.__x`` becomes ``self._A__x``.
    """

    def __init__(self, class_name: str) -> None:
        self.class_name = class_name

    def generic_visit(self, node: N) -> N:
        """Rename whatever identifiers the node carries."""
        for field in _FIELDS:
            value = getattr(node, field, None)
            if isinstance(value, str) and not isinstance(node, (ast.alias, ast.keyword)):
                setattr(node, field, mangled(value, self.class_name))
        if isinstance(node, ast.alias):
            bound = node.asname or node.name
            if mangled(bound, self.class_name) != bound:
                node.asname = mangled(bound, self.class_name)
        if isinstance(node, (ast.Global, ast.Nonlocal)):
            node.names = [mangled(name, self.class_name) for name in node.names]
        return super().generic_visit(node)  # type: ignore[return-value]

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.ClassDef:
        """A nested class mangles its own names; only what surrounds its body is this class's."""
        node.name = mangled(node.name, self.class_name)
        node.bases = [self.visit(base) for base in node.bases]
        node.keywords = [self.visit(keyword) for keyword in node.keywords]
        node.decorator_list = [self.visit(decorator) for decorator in node.decorator_list]
        return node

"""Notes that one conversion leaves on statements for the next ones."""

from __future__ import annotations

import ast


def set_loop_flags(node: ast.While | ast.For, flags: list[str]) -> None:
    """Note the variables that end the loop when one of them is true."""
    node.flags = flags  # type: ignore[union-attr]


def loop_flags(node: ast.While | ast.For) -> list[str]:
    """The variables that end the loop."""
    return getattr(node, "flags", [])


def set_loop_options(node: ast.While | ast.For, options: ast.expr) -> None:
    """Note the expression of the options that ``set_loop_options`` gave in this loop."""
    node.loop_options = options  # type: ignore[union-attr]


def loop_options(node: ast.While | ast.For) -> ast.expr | None:
    """The expression of the loop's options, if it has any."""
    return getattr(node, "loop_options", None)


def set_unbound(node: ast.Name) -> None:
    """Note that a local variable may have no value where it is loaded."""
    node.unbound = True  # type: ignore[attr-defined]


def may_be_unbound(node: ast.Name) -> bool:
    """Whether a local variable may have no value where it is loaded."""
    return getattr(node, "unbound", False)

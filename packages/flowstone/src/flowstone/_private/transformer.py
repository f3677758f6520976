"""The base class of AutoGraph's rewriters."""

from __future__ import annotations

import ast
from typing import Any


class Base(ast.NodeTransformer):
    """Rewrites the source of a function.

    Args:
        ctx: What is known of the function.
    """

    def __init__(self, ctx: Any) -> None:
        self.ctx = ctx

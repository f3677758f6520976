"""Structures with variables in them."""

from __future__ import annotations

from typing import Any

from flowstone_core import nest
from flowstone_core.composite import CompositeTensor
from flowstone_core.conversion import convert_to_tensor
from flowstone_core.variable import Variable


def _replaced(value: Any, change: Any) -> Any:
    def visit(leaf: Any) -> Any:
        if isinstance(leaf, Variable):
            return change(leaf)
        if isinstance(leaf, CompositeTensor) and any(isinstance(part, Variable) for part in nest.flatten(leaf, True)):
            return leaf._convert_variables_to_tensors() if hasattr(leaf, "_convert_variables_to_tensors") else leaf
        return leaf

    return nest.map_structure(visit, value)


def convert_variables_to_tensors(values: Any) -> Any:
    """``values`` with what variables hold now in their places."""
    return _replaced(values, convert_to_tensor)


def replace_variables_with_atoms(values: Any) -> Any:
    """``values`` with a 0 in the place of each variable, for comparing structures."""
    return _replaced(values, lambda variable: 0)

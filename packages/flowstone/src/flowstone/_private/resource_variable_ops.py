"""Variables and their specs by their old names."""

from __future__ import annotations

from typing import Any

from flowstone_core.variable import Variable
from flowstone_core.variable_spec import VariableSpec as VariableSpec

BaseResourceVariable = Variable
ResourceVariable = Variable


def is_resource_variable(var: Any) -> bool:
    """Whether ``var`` is a variable."""
    return isinstance(var, Variable)

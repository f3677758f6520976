"""What a Python function gets while it is traced: symbolic tensors, and what is made of them."""

from __future__ import annotations

import weakref
from typing import Any

from flowstone_core import dtypes, nest
from flowstone_core.spec import Spec
from flowstone_core.type_spec import TensorSpec, TypeSpec
from flowstone_core.variable import Variable, VariableAggregation, VariableSynchronization
from flowstone_core.variable_spec import VariableSpec

from flowstone_graphfn.graph import Graph
from flowstone_graphfn.signature import Bound
from flowstone_graphfn.symbolic import SymbolicTensor


class Arguments:
    """Makes the inputs of a graph from trace types (``trace_type.PlaceholderContext``)."""

    def __init__(self, graph: Graph) -> None:
        self._graph = graph
        self._variables: dict[int, Variable] = {}

    def values(self, types: Bound) -> Bound:
        """The arguments to call the Python function with."""
        args, kwargs = types
        return (
            tuple(kind.placeholder_value(self) for kind in args),
            {name: kind.placeholder_value(self) for name, kind in kwargs.items()},
        )

    def placeholder(self, spec: TypeSpec, name: str | None) -> Any:
        """A value of type ``spec`` made of fresh inputs of the graph."""
        if isinstance(spec, TensorSpec):
            return self._graph.add_input(Spec(spec.shape.as_tuple(), spec.dtype), name or "input")
        parts = [self.placeholder(part, name) for part in nest.flatten(spec, expand_composites=True)]
        return nest.pack_sequence_as(spec, parts, expand_composites=True)

    def variable(self, spec: VariableSpec) -> Variable:
        """A variable whose handle is an input of the graph; the same one for the same alias."""
        held = Spec(spec.shape.as_tuple(), spec.dtype)
        handle = self._graph.add_input(Spec((), dtypes.resource, handle=(held,)), "resource")
        alias = spec.alias_id
        if alias is None or alias not in self._variables:
            made = variable_of_handle(handle, spec)
            if alias is None:
                return made
            self._variables[alias] = made
        return self._variables[alias]


def variable_of_handle(handle: SymbolicTensor, spec: VariableSpec) -> Variable:
    """A variable known by its symbolic handle alone: reading and assigning it makes nodes."""
    variable = Variable.__new__(Variable)
    variable._name = handle.node.name
    variable._trainable = spec.trainable
    variable._constraint = None
    variable._synchronization = VariableSynchronization.AUTO
    variable._aggregation = VariableAggregation.NONE
    variable._dtype = spec.dtype
    variable._shape = spec.shape
    variable._handle = handle  # type: ignore[assignment]
    handle.owner = weakref.ref(variable)
    return variable

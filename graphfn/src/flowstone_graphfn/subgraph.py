"""Graphs inside the graph being built: branches, and the tests and bodies of loops."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flowstone_core.interpreter import pop, push
from flowstone_core.spec import Spec
from flowstone_core.tensor import Tensor

from flowstone_graphfn.graph import Graph
from flowstone_graphfn.graph_function import GraphFunction, unique_function_name
from flowstone_graphfn.symbolic import SymbolicTensor
from flowstone_graphfn.trace import GraphBuilder, current_graph


class Subgraph:
    """A graph of its own inside the current one.

    Ops that run while it is entered become its nodes; tensors of the graphs around it are captured. It may be
    entered several times.

    Args:
        name: What it is: ``"cond_true"``, ``"while_body"``, ...
        inputs: What its inputs are like.

    Attributes:
        inputs: Its inputs, captures not among them.
        graph: The graph.
    """

    def __init__(self, name: str, inputs: Sequence[Spec] = ()) -> None:
        self.graph = Graph(unique_function_name(name), current_graph())
        self.builder = GraphBuilder(self.graph)
        self.inputs: list[SymbolicTensor] = [self.graph.add_input(spec, "arg") for spec in inputs]

    def add_input(self, spec: Spec) -> SymbolicTensor:
        """Add an input after the others."""
        tensor = self.graph.add_input(spec, "arg")
        self.inputs.append(tensor)
        return tensor

    def __enter__(self) -> Subgraph:
        push(self.builder)
        return self

    def __exit__(self, *exception: object) -> None:
        pop(self.builder)

    def local(self, tensor: Tensor) -> SymbolicTensor:
        """``tensor`` as one of this graph."""
        return self.builder.local(tensor)

    def captured(self) -> dict[int, Tensor]:
        """The tensors from outside that it uses, by identity."""
        return {id(tensor): tensor for tensor in self.graph.external_captures}

    def finish(self, outputs: Sequence[SymbolicTensor], captures: Sequence[Tensor]) -> GraphFunction:
        """This graph as a function of its inputs and ``captures`` (which may be more than it uses)."""
        extra = [self.graph.capture(tensor) for tensor in captures]
        self.graph.inputs = [*self.inputs, *extra]
        self.graph.outputs = list(outputs)
        return GraphFunction(self.graph)


def captures_of(subgraphs: Sequence[Subgraph]) -> list[Any]:
    """The tensors that one of ``subgraphs`` captures, each once."""
    union: dict[int, Tensor] = {}
    for subgraph in subgraphs:
        union.update(subgraph.captured())
    return list(union.values())

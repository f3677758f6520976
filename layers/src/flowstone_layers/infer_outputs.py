"""Output shapes and types of any function of tensors: it is traced once on placeholders and thrown away."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flowstone_core import nest
from flowstone_core.dtypes import as_dtype
from flowstone_core.interpreter import pop, push, running_under, state
from flowstone_core.spec import Spec
from flowstone_core.tensor import Tensor
from flowstone_graphfn.autograph import api as autograph
from flowstone_graphfn.graph import Graph
from flowstone_graphfn.trace import GraphBuilder, current_graph

from flowstone_layers.keras_tensor import KerasTensor


def infer_outputs(function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """The structure that ``function(*args, **kwargs)`` returns, with a ``KerasTensor`` for each tensor.

    Every ``KerasTensor`` among the arguments becomes a placeholder of its shape and type.
    """
    leaves = nest.flatten((args, kwargs))
    graph = Graph("infer_outputs", current_graph())
    filled = [
        graph.add_input(Spec(leaf.shape, as_dtype(leaf.dtype)), leaf.name) if isinstance(leaf, KerasTensor) else leaf
        for leaf in leaves
    ]
    own_args, own_kwargs = nest.pack_sequence_as((args, kwargs), filled)
    builder = _Scratch(graph)
    push(builder)
    try:
        with autograph.enabled():
            return nest.map_structure(_described, function(*own_args, **own_kwargs))
    finally:
        pop(builder)


def outside() -> running_under:
    """A context outside of the graphs of ``infer_outputs``, in which variables are made with their values."""
    interpreter = state.current
    while isinstance(interpreter, _Scratch):
        interpreter = interpreter.parent
    return running_under(interpreter)


class _Scratch(GraphBuilder):
    """Builds a graph that is looked at and dropped; layers may make their variables meanwhile."""

    def variable_created(self, variable: Any) -> None:
        """Let a function that is being traced around this know; otherwise there is nothing to do."""
        if self.graph.outer is not None:
            super().variable_created(variable)


def _described(value: Any) -> Any:
    if not isinstance(value, Tensor):
        return value
    shape = value.shape
    return KerasTensor(shape.as_tuple(), dtype=value.dtype.name)

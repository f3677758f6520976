"""From a Python function to a concrete function."""

from __future__ import annotations

import weakref
from collections.abc import Callable, Sequence
from typing import Any

from flowstone_core.interpreter import running_under
from flowstone_core.ops.control import PLACEHOLDER
from flowstone_core.tensor import EagerTensor, Tensor

from flowstone_graphfn.arguments import Arguments
from flowstone_graphfn.concrete import ConcreteFunction
from flowstone_graphfn.graph import Graph
from flowstone_graphfn.graph_function import unique_function_name
from flowstone_graphfn.outputs import converted, flat_tensors
from flowstone_graphfn.plan import Plan
from flowstone_graphfn.signature import Bound, FunctionSignature
from flowstone_graphfn.symbolic import SymbolicTensor
from flowstone_graphfn.trace import GraphBuilder, building, current_graph

ONE_TIME_VARIABLES = (
    "tf.function only supports singleton tf.Variables created on the first call. Make sure the tf.Variable is only "
    "created once or created outside tf.function. "
    "See https://www.tensorflow.org/guide/function#creating_tfvariables for more information."
)


class FunctionBuilder(GraphBuilder):
    """Builds the graph of a Python function, which may make variables at its first trace.

    Args:
        graph: The graph to append to.
        may_create: Whether variables may be made.
        known: The tensors that the first call passes, by the input they are passed for: what variables'
            initial values may depend on.
    """

    def __init__(self, graph: Graph, may_create: bool, known: Sequence[tuple[SymbolicTensor, Any]] = ()) -> None:
        super().__init__(graph)
        self.created: list[weakref.ref[Any]] = []
        self._may_create = may_create
        self.known = {id(placeholder): tensor for placeholder, tensor in known}

    def variable_created(self, variable: Any) -> None:
        """Note that a variable is made while tracing.

        Raises:
            ValueError: If this is not the function's first call.
        """
        if not self._may_create:
            raise ValueError(ONE_TIME_VARIABLES)
        self.created.append(weakref.ref(variable))

    def lift(self, tensor: Tensor) -> EagerTensor:
        """The value of a symbolic tensor, for a variable's initial value: computed now, outside of the graph.

        Raises:
            ValueError: If it depends on something that has no value yet.
        """
        return lifted(tensor, self.known)


def lifted(tensor: Tensor, known: dict[int, Any]) -> EagerTensor:
    """The value of ``tensor``, given the values of some placeholders (by identity)."""
    if type(tensor) is EagerTensor:
        return tensor
    assert isinstance(tensor, SymbolicTensor)
    source = tensor.graph
    outer = {id(inner): external for external, inner in source.captures}
    view = Graph("initial_value")
    view.outputs = [tensor]
    view.nodes = _ancestors(tensor)
    values = []
    for node in view.nodes:
        for output in node.outputs if node.op is PLACEHOLDER else ():
            value = known.get(id(output), outer.get(id(output)))
            if value is None:
                raise ValueError(
                    f"A variable's initial value depends on {output!r}, which has no value while the function is "
                    "traced. Make the variable outside the function, or call the function with tensors first."
                )
            view.inputs.append(output)
            values.append(lifted(value, known)._array)
    with running_under(None):
        (array,) = Plan(view).run(*values)
    return EagerTensor(array, tensor.dtype)


def _ancestors(tensor: SymbolicTensor) -> list[Any]:
    """The nodes that ``tensor`` depends on, in order."""
    wanted = {id(tensor.node)}
    found = []
    for node in reversed(tensor.graph.nodes):
        if id(node) in wanted:
            found.append(node)
            wanted.update(id(value.node) for value in node.flat_inputs())
    found.reverse()
    return found


def trace(
    function: Callable[..., Any],
    name: str,
    signature: FunctionSignature,
    types: Bound,
    *,
    may_create: bool = False,
    actual: Sequence[Any] = (),
) -> tuple[ConcreteFunction, bool]:
    """Trace a Python function for arguments of certain types.

    Args:
        function: What to call with symbolic arguments.
        name: Its name.
        signature: Its parameters.
        types: The trace types of its arguments.
        may_create: Whether it may make variables.
        actual: The tensors of the call that made this trace necessary, if they have values.

    Returns:
        The concrete function, and whether variables were made.
    """
    unique = unique_function_name(name)
    graph = Graph(unique, current_graph())
    arguments = Arguments(graph)
    context = building(graph)
    args, kwargs = arguments.values(types)
    known = zip(graph.inputs, actual, strict=False)
    context.builder = builder = FunctionBuilder(graph, may_create, [pair for pair in known if _has_value(pair[1])])
    with context:
        structured = converted(function(*args, **kwargs), name)
        graph.outputs = [builder.local(tensor) for tensor in flat_tensors(structured)]
    return ConcreteFunction(graph, signature, types, structured, unique), bool(builder.created)


def _has_value(tensor: Any) -> bool:
    return type(tensor) is EagerTensor

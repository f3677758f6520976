"""Tracing: the interpreter that appends a node for each op."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from flowstone_core.debugging import numerics_check
from flowstone_core.errors import InaccessibleTensorError, SpecError
from flowstone_core.interpreter import Interpreter, pop, push, state, user_error
from flowstone_core.op import Op
from flowstone_core.ops.control import CONST
from flowstone_core.spec import Spec
from flowstone_core.tensor import EagerTensor, Tensor

from flowstone_graphfn.graph import CustomGradient, Graph, Node, flat_specs, opener
from flowstone_graphfn.location import mark_user
from flowstone_graphfn.symbolic import SymbolicTensor


class GraphBuilder:
    """Builds a graph from the ops that run under it.

    Tensors from outside become inputs of the graph (captures): eager ones and symbolic ones of a graph that is
    being built further out.

    Args:
        graph: The graph to append to.
    """

    building_graph = True

    def __init__(self, graph: Graph) -> None:
        self.parent: Interpreter | None = None
        self.graph = graph
        self.check = numerics_check()

    def execute(self, op: Op, inputs: tuple[Any, ...], attrs: dict[str, Any], name: str | None) -> Any:
        """Append a node that executes ``op``; its outputs, with the shapes that the op's rule infers."""
        outputs = self.add(op, inputs, attrs, name)
        return outputs if self.check is None else self.check.checked(op, outputs)

    def add(self, op: Op, inputs: tuple[Any, ...], attrs: dict[str, Any], name: str | None = None) -> Any:
        """What ``execute`` does."""
        node = self.append(op, inputs, attrs, name)
        outputs = node.outputs
        if len(outputs) == 1 and not op.outputs[0].is_list:
            return outputs[0]
        return node.packed(outputs)

    def append(self, op: Op, inputs: tuple[Any, ...], attrs: dict[str, Any], name: str | None = None) -> Node:
        """Append a node that executes ``op`` on tensors of this graph or from outside.

        Raises:
            ValueError: If shapes do not fit.
            TypeError: If types do not fit.
            InaccessibleTensorError: If an input belongs to a graph that is not being built.
        """
        graph = self.graph
        own: list[Any] = []
        specs: list[Any] = []
        for value in inputs:
            if type(value) is tuple:
                items = tuple([self.local(item) for item in value])
                own.append(items)
                specs.append([item._spec for item in items])
            else:
                tensor = self.local(value)
                own.append(tensor)
                specs.append(tensor._spec)
        local = tuple(own)
        try:
            op.check_types(local)
            inferred = op.infer(*specs, **attrs)
        except SpecError as error:
            raise user_error(error) from None
        return graph.add_node(op, local, attrs, flat_specs(inferred), name, mark_user(2), self.scope())

    def constant(self, tensor: Any) -> SymbolicTensor:
        """A constant node for a freshly made eager tensor; handles are captured."""
        if tensor.dtype.is_handle:
            return self.graph.capture(tensor)
        return self.graph.add_const(tensor, mark=mark_user(2), scope=self.scope())

    def local(self, tensor: Tensor) -> SymbolicTensor:
        """``tensor`` as one of this graph: itself, or the input that stands for it."""
        if type(tensor) is SymbolicTensor:
            if tensor.node._graph is self.graph._self:
                return tensor
            self._check_accessible(tensor)
            if tensor.node.op is CONST:
                return self.graph.repeat_const(tensor)
        return self.graph.capture(tensor)

    def _check_accessible(self, tensor: SymbolicTensor) -> None:
        home = tensor.node._graph()
        outer = self.graph.outer
        while outer is not None:
            if outer is home:
                return
            outer = outer.outer
        raise InaccessibleTensorError(
            f"{tensor!r} is out of scope: it belongs to "
            f"{'a function that is gone' if home is None else f'the function {home.name!r}'}, and is used in "
            f"{self.graph.name!r}. Return it from the function that makes it (loops and branches are functions, "
            f"too), or keep it in a tf.Variable.{tensor.node.made_at()}"
        )

    # -- variables (flowstone_core.variable) ---------------------------------------------------------------

    def variable_created(self, variable: Any) -> None:
        """Tell the function being traced that a variable is made.

        Raises:
            ValueError: If nobody keeps variables here.
        """
        self._around().variable_created(variable)

    def lift(self, tensor: Tensor) -> EagerTensor:
        """The value of a symbolic tensor, for a variable's initial value."""
        return self._around().lift(tensor)

    def _around(self) -> GraphBuilder:
        """The builder around this one."""
        outer = self.parent
        while outer is not None and not isinstance(outer, GraphBuilder):
            outer = outer.parent
        if outer is None:
            raise ValueError(f"Variables cannot be made in {self.graph.name!r}; make them outside of it.")
        return outer

    # -- what observers are told (flowstone_autodiff.recording) ----------------------------------------------

    def record_custom(self, inputs: Sequence[Tensor], outputs: Sequence[Tensor], backward: Any) -> None:
        """Keep a custom gradient with the nodes, for whoever differentiates this graph."""
        own = tuple(self.local(tensor) for tensor in inputs)
        record = (backward, own, tuple(outputs), None)
        self.graph.custom_gradients.append(CustomGradient(len(self.graph.nodes), record))

    def watches(self, tensors: Sequence[Tensor]) -> bool:
        """True: whoever differentiates the graph may ask."""
        return True

    def access(self, handle: Tensor) -> None:
        """Do nothing: reads of variables are nodes."""

    def scope(self) -> str:
        """The name scope of the user, with its slash."""
        scopes = state.name_scopes
        return "/".join(scopes) + "/" if scopes else ""

    def __repr__(self) -> str:
        return f"<GraphBuilder of {self.graph.name!r}>"


class building:
    """A context in which ops append to ``graph``, with a fresh name scope."""

    def __init__(self, graph: Graph) -> None:
        self.builder = GraphBuilder(graph)

    def __enter__(self) -> GraphBuilder:
        self.saved = state.name_scopes
        state.name_scopes = ()
        push(self.builder)
        return self.builder

    def __exit__(self, *exception: object) -> None:
        pop(self.builder)
        state.name_scopes = self.saved


class _Opened(building):
    """``graph.as_default()``: a context in which ops append to a graph that is made by hand."""

    def __enter__(self) -> Graph:  # type: ignore[override]
        return super().__enter__().graph


opener.append(_Opened)


def current_graph() -> Graph | None:
    """The graph being built by this thread, or None."""
    current = state.current
    while current is not None:
        if isinstance(current, GraphBuilder):
            return current.graph
        current = current.parent
    return None


def inside_function() -> bool:
    """Whether a function is being traced now.

    >>> tf.inside_function()
    False
    """
    return current_graph() is not None


def trace_body(name: str, specs: Sequence[Spec], body: Callable[..., Sequence[Any]], outer: Graph | None) -> Graph:
    """Trace ``body``, a function of one tensor for each spec that returns tensors, into a graph of its own.

    This is the bare form, for branches, loops and gradients: no structure, no cache.
    """
    graph = Graph(name, outer)
    arguments = [graph.add_input(spec, f"arg{index}") for index, spec in enumerate(specs)]
    with building(graph) as builder:
        results = body(*arguments)
        graph.outputs = [builder.local(result) for result in results]
    return graph

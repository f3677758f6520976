"""The graph side of AutoGraph, on graphfn's own graphs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any

from flowstone_core import dtypes, nest
from flowstone_core.api import tf
from flowstone_core.conversion import convert_to_tensor
from flowstone_core.interpreter import building_graph
from flowstone_core.ops.control import FAKE_PARAM, IF, STATELESS_IF, STATELESS_WHILE, WHILE
from flowstone_core.scopes import name_scope
from flowstone_core.shapes import TensorShape, as_shape
from flowstone_core.spec import Spec
from flowstone_core.tensor import Tensor
from flowstone_core.variable import Variable

from flowstone_graphfn.autograph import backend
from flowstone_graphfn.autograph.graph_builtins import OVERLOADS
from flowstone_graphfn.autograph.graph_items import set_item
from flowstone_graphfn.autograph.graph_iteration import iteration_of, rows_of
from flowstone_graphfn.execution import execute
from flowstone_graphfn.graph import Graph
from flowstone_graphfn.graph_function import GraphFunction, unique_function_name
from flowstone_graphfn.symbolic import SymbolicTensor
from flowstone_graphfn.trace import building, current_graph


class Branch:
    """A graph inside the current one; see ``backend.Subgraph``."""

    def __init__(self, name: str, specs: Sequence[Spec]) -> None:
        self.graph = Graph(unique_function_name(name, "autograph"), current_graph())
        self.inputs: list[Tensor] = []
        self._open: list[building] = []
        for spec in specs:
            self.add_input(spec)

    def add_input(self, spec: Spec) -> Tensor:
        """Add an input after the others."""
        tensor = self.graph.add_input(Spec(spec.shape, spec.dtype, handle=spec.handle), "loop_var")
        self.inputs.append(tensor)
        return tensor

    def __enter__(self) -> Branch:
        context = building(self.graph)
        context.__enter__()
        self._open.append(context)
        return self

    def __exit__(self, *exception: Any) -> None:
        self._open.pop().__exit__(*exception)

    def finish(self, outputs: Sequence[Tensor], captures: Sequence[Tensor], loop: bool = False) -> GraphFunction:
        """The function: takes the inputs, then a tensor for each of ``captures``; returns ``outputs``.

        With ``loop`` it also returns what it takes for the captures: they stay the same in each iteration.
        """
        with building(self.graph) as builder:
            results = [builder.local(output) for output in outputs]
            captured = [self.graph.capture(tensor) for tensor in captures]
        self.graph.inputs = [*self.inputs, *captured]  # type: ignore[list-item]
        self.graph.outputs = [*results, *captured] if loop else results
        return GraphFunction(self.graph)

    def captures_with(self, outputs: Sequence[Tensor]) -> list[Tensor]:
        """What this graph takes from outside, with ``outputs`` that are from outside themselves."""
        with building(self.graph) as builder:
            for output in outputs:
                builder.local(output)
        return self.graph.external_captures


class GraphBackend:
    """What ``backend.Backend`` asks for."""

    overloads = OVERLOADS

    def is_tensor(self, value: Any) -> bool:
        """Whether ``value`` is one tensor."""
        return isinstance(value, Tensor)

    def is_symbolic(self, value: Any) -> bool:
        """Whether ``value`` is a symbolic tensor, or a variable while a graph is built."""
        return isinstance(value, SymbolicTensor) or (isinstance(value, Variable) and building_graph())

    def predicate(self, value: Any, use: str) -> Tensor:
        """A scalar bool tensor; numbers are true unless they are zero, as in Python."""
        tensor = convert_to_tensor(value)
        if tensor.spec.rank not in (0, None) or tensor.dtype is dtypes.string:
            raise ValueError(
                f"condition of {use} expected to be `tf.bool` scalar, got {tensor!r}; to use as boolean Tensor, use "
                "`tf.cast`, tf.reduce_any or tf.reduce_all; to check for None, use `is not None`"
            )
        return tensor if tensor.dtype is dtypes.bool else tf.cast(tensor, dtypes.bool)

    def logical_not(self, value: Tensor) -> Tensor:
        """The opposite."""
        return tf.logical_not(value)

    def logical_or(self, first: Tensor, second: Tensor) -> Tensor:
        """Either."""
        return tf.logical_or(first, second)

    def logical_and(self, first: Tensor, second: Tensor) -> Tensor:
        """Both."""
        return tf.logical_and(first, second)

    def equal(self, first: Any, second: Any) -> Tensor:
        """Elementwise equality."""
        return tf.equal(first, second)

    def reduce_any(self, value: Tensor) -> Tensor:
        """Whether any element is true."""
        return tf.reduce_any(value)

    def convert(self, value: Any, dtype: Any = None) -> Tensor:
        """A value as a tensor."""
        return convert_to_tensor(value, dtype)

    def components(self, value: Any) -> tuple[list[Tensor], Callable[[Sequence[Tensor]], Any]] | None:
        """The tensors of a composite tensor, an attrs object or a data class."""
        if not (nest.is_composite(value) or nest.is_nested(value)):
            return None
        parts = nest.flatten(value, expand_composites=True)
        return parts, lambda tensors: nest.pack_sequence_as(value, list(tensors), expand_composites=True)

    def spec(self, tensor: Tensor) -> Spec:
        """The static knowledge, without the value."""
        spec = tensor.spec
        return Spec(spec.shape, spec.dtype, handle=spec.handle)

    def with_shape(self, spec: Any, shape: Any) -> Spec:
        """``spec`` with another shape, given as such or by a ``TensorSpec``."""
        dims = as_shape(getattr(shape, "shape", shape)).as_tuple()
        return Spec(dims, spec.dtype, handle=spec.handle)

    def fits(self, spec: Any, general: Any) -> bool:
        """Whether each tensor of ``spec`` has the shape of ``general``."""
        return TensorShape(spec.shape).is_subtype_of(TensorShape(general.shape))

    def placeholder(self, spec: Any) -> Tensor:
        """Zeros; no elements where the size is not known."""
        shape = [0 if size is None else size for size in spec.shape or ()]
        if spec.dtype.is_handle:
            return FAKE_PARAM(dtype=spec.dtype, shape=TensorShape(spec.shape))
        return tf.zeros(shape, spec.dtype)

    def branch(self, name: str, inputs: Sequence[Any] = ()) -> Branch:
        """A new graph."""
        return Branch(name, inputs)

    def cond(
        self, predicate: Tensor, branches: tuple[Any, Any], outputs: tuple[list[Tensor], list[Tensor]]
    ) -> list[Tensor]:
        """An ``If`` of two branches."""
        captures = _union(branch.captures_with(results) for branch, results in zip(branches, outputs, strict=True))
        main, orelse = (branch.finish(results, captures) for branch, results in zip(branches, outputs, strict=True))
        op = IF if main.stateful or orelse.stateful else STATELESS_IF
        types = tuple(tensor.dtype for tensor in outputs[0])
        attrs = op.complete({"then_branch": main, "else_branch": orelse, "Tout": types})
        return execute(op, (predicate, tuple(captures)), attrs)

    def while_loop(
        self,
        test: Any,
        predicate: Tensor,
        body: Any,
        outputs: list[Tensor],
        initial: list[Tensor],
        options: Mapping[str, Any],
    ) -> list[Tensor]:
        """A ``While``."""
        most = options.get("maximum_iterations")
        carried = len(initial)
        if most is not None:
            count = Spec((), dtypes.int32)
            counter, counted = test.add_input(count), body.add_input(count)
            with test:
                predicate = tf.logical_and(predicate, counter < tf.cast(most, dtypes.int32))
            with body:
                outputs = [*outputs, counted + 1]
            initial = [*initial, tf.constant(0)]
        captures = _union([test.captures_with([predicate]), body.captures_with(outputs)])
        cond_function = test.finish([predicate], captures)
        body_function = body.finish(outputs, captures, loop=True)
        shapes = [TensorShape(tensor.spec.shape) for tensor in body.graph.inputs]
        op = WHILE if cond_function.stateful or body_function.stateful else STATELESS_WHILE
        attrs = {
            "cond": cond_function,
            "body": body_function,
            "output_shapes": tuple(shapes),
            "parallel_iterations": options.get("parallel_iterations") or 10,
        }
        return execute(op, ((*initial, *captures),), attrs)[:carried]

    def iteration(self, iterable: Any) -> backend.Iteration | None:
        """How to walk over ``iterable``."""
        return iteration_of(iterable)

    def rows(self, value: Any) -> Any:
        """The rows of a tensor of known length."""
        return rows_of(value)

    def set_item(self, tensor: Tensor, key: Any, value: Any) -> Tensor:
        """``tensor`` with ``value`` at ``key``."""
        return set_item(tensor, key, value)

    def check(self, condition: Any, message: str, data: Sequence[Any] = ()) -> None:
        """An ``Assert``."""
        tf.debugging.Assert(condition, [message, *data])

    def position(self) -> int:
        """The number of nodes of the current graph."""
        graph = current_graph()
        return 0 if graph is None else len(graph.nodes)

    def has_effects(self, since: int) -> bool:
        """Whether one of the nodes from ``since`` on has effects."""
        graph = current_graph()
        return graph is not None and any(not node.op.effects.pure for node in graph.nodes[since:])

    def name_scope(self, name: str) -> AbstractContextManager[Any]:
        """``tf.name_scope``."""
        return name_scope(name)


def _union(groups: Any) -> list[Tensor]:
    """The tensors of several lists, each once, in order."""
    found: dict[int, Tensor] = {}
    for group in groups:
        for tensor in group:
            found.setdefault(id(tensor), tensor)
    return list(found.values())


def register() -> None:
    """Make graphfn's graphs the graph side of AutoGraph."""
    backend.register(GraphBackend())

"""The graph side of AutoGraph, on graphfn's own graphs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any

from flowstone_core import dtypes, nest
from flowstone_core.api import tf
from flowstone_core.conversion import convert_to_tensor
from flowstone_core.interpreter import building_graph
from flowstone_core.ops.control import FAKE_PARAM
from flowstone_core.scopes import name_scope
from flowstone_core.shapes import TensorShape, as_shape
from flowstone_core.spec import Spec
from flowstone_core.tensor import Tensor
from flowstone_core.variable import Variable

from flowstone_graphfn.autograph import backend
from flowstone_graphfn.autograph.graph_builtins import OVERLOADS
from flowstone_graphfn.autograph.graph_items import set_item
from flowstone_graphfn.autograph.graph_iteration import iteration_of, rows_of, walks
from flowstone_graphfn.autograph.graph_lists import GraphList
from flowstone_graphfn.functional import make_cond, make_while
from flowstone_graphfn.subgraph import Subgraph
from flowstone_graphfn.symbolic import SymbolicTensor
from flowstone_graphfn.trace import current_graph


class GraphBackend:
    """What ``backend.Backend`` asks for."""

    overloads = OVERLOADS

    def is_tensor(self, value: Any) -> bool:
        """Whether ``value`` is one tensor."""
        return isinstance(value, Tensor)

    def is_symbolic(self, value: Any) -> bool:
        """Whether ``value`` is a symbolic tensor, or a variable while a graph is built."""
        return isinstance(value, SymbolicTensor) or (isinstance(value, Variable) and building_graph())

    def is_accessible(self, value: Any) -> bool:
        """Whether ``value`` belongs to the current graph or to one around it."""
        if not isinstance(value, SymbolicTensor):
            return True
        graph = current_graph()
        while graph is not None and not graph.owns(value):
            graph = graph.outer
        return graph is not None

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

    def common_shape(self, spec: Any, other: Any) -> TensorShape:
        """The most specific shape that all tensors of both have."""
        return TensorShape(spec.shape).most_specific_compatible_shape(TensorShape(other.shape))

    def placeholder(self, spec: Any) -> Tensor:
        """Zeros; no elements where the size is not known."""
        shape = [0 if size is None else size for size in spec.shape or ()]
        if spec.dtype.is_handle:
            return FAKE_PARAM(dtype=spec.dtype, shape=TensorShape(spec.shape))
        return tf.zeros(shape, spec.dtype)

    def branch(self, name: str, inputs: Sequence[Any] = ()) -> Subgraph:
        """A new graph."""
        return Subgraph(name, inputs)

    def cond(
        self, predicate: Tensor, branches: tuple[Any, Any], outputs: tuple[list[Tensor], list[Tensor]]
    ) -> list[Tensor]:
        """An ``If`` of two branches."""
        local = [[branch.local(tensor) for tensor in each] for branch, each in zip(branches, outputs, strict=True)]
        return make_cond(predicate, branches, local)

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
        return make_while(
            test,
            test.local(predicate),
            body,
            [body.local(tensor) for tensor in outputs],
            initial,
            maximum_iterations=None if most is None else tf.cast(most, dtypes.int32),
            parallel_iterations=options.get("parallel_iterations") or 10,
        )

    def iteration(self, iterable: Any) -> backend.Iteration | None:
        """How to walk over ``iterable``."""
        return iteration_of(iterable)

    def walks(self, iterable: Any) -> bool:
        """Whether a graph walks over ``iterable``."""
        return walks(iterable)

    def rows(self, value: Any) -> Any:
        """The rows of a tensor of known length."""
        return rows_of(value)

    def growing_list(self, elements: Sequence[Any], like: Sequence[Any]) -> GraphList:
        """A list that the graph may change the length of."""
        return GraphList.of(elements, like)

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


def register() -> None:
    """Make graphfn's graphs the graph side of AutoGraph."""
    backend.register(GraphBackend())

"""Graphs: ordered lists of nodes.

The order is the order of the program. Nodes with effects run in it, each once; pure nodes may move or go. A
graph owns its tensors; tensors know their graph weakly, so that a graph, and the variables that it captured,
goes when its function goes.
"""

from __future__ import annotations

import weakref
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import Any, NamedTuple, NoReturn, cast

from flowstone_core.errors import InaccessibleTensorError
from flowstone_core.op import Op, specs_of
from flowstone_core.ops.control import CONST, PLACEHOLDER, control_dependencies
from flowstone_core.scopes import device, name_scope, scope_prefix
from flowstone_core.services import GRAPH_EXPORT, get_service
from flowstone_core.shapes import TensorShape
from flowstone_core.spec import Spec
from flowstone_core.tensor import EagerTensor, Tensor

from flowstone_graphfn.location import Location, Mark, resolve
from flowstone_graphfn.symbolic import SymbolicTensor

# What Python's operators call their nodes, as in TensorFlow: `x + y` is "add", not "AddV2".
_DEFAULT_NAMES = {
    "AddV2": "add",
    "Sub": "sub",
    "Mul": "mul",
    "RealDiv": "truediv",
    "FloorDiv": "floordiv",
    "FloorMod": "mod",
    "Pow": "pow",
    "StridedSlice": "strided_slice",
    "Pack": "stack",
    "Range": "range",
    "StatelessIf": "cond",
    "If": "cond",
    "StatelessWhile": "while",
    "While": "while",
}


class Node:
    """One operation in a graph.

    Attributes:
        op: What it executes.
        inputs: A tensor of this graph for each declared input; a tuple of them for a list input.
        attrs: The attributes that inputs do not determine, complete.
        outputs: Its results, lists of outputs counted flat.
        name: Its unique name, such as ``"layer/add_1"``.
        mark: Where in the user's program it was made (see ``location``).
    """

    __slots__ = ("__weakref__", "_graph", "attrs", "inputs", "mark", "name", "op", "outputs")

    def __init__(
        self,
        graph: weakref.ref[Graph],
        op: Op,
        inputs: tuple[Any, ...],
        attrs: dict[str, Any],
        specs: Iterable[Spec],
        name: str,
        mark: Mark | None,
    ) -> None:
        self._graph = graph
        self.op = op
        self.inputs = inputs
        self.attrs = attrs
        self.name = name
        self.mark = mark
        self.outputs = tuple(SymbolicTensor(self, index, spec) for index, spec in enumerate(specs))

    @property
    def graph(self) -> Graph:
        """The graph that holds this node.

        Raises:
            InaccessibleTensorError: If it is gone.
        """
        graph = self._graph()
        if graph is None:
            raise InaccessibleTensorError(
                f"The node {self.name!r} ({self.op.name}) outlived the function it belongs to.{self.made_at()}"
            )
        return graph

    @property
    def location(self) -> Location | None:
        """The line of the user's program that made this node."""
        return resolve(self.mark)

    def made_at(self) -> str:
        """The location as the end of a message."""
        location = self.location
        return "" if location is None else f"\nIt was made at:\n  {str(location).replace(chr(10), chr(10) + '  ')}"

    @property
    def operation(self) -> Operation:
        """This node as ``tf.Operation``."""
        return Operation(self)

    def replace(self, op: Op, inputs: tuple[Any, ...], attrs: dict[str, Any]) -> None:
        """Execute something else, whose first outputs are the present ones."""
        self.op, self.inputs, self.attrs = op, inputs, attrs
        inferred = flat_specs(op.infer(*specs_of(inputs), **attrs))
        present = len(self.outputs)
        more = (SymbolicTensor(self, present + index, spec) for index, spec in enumerate(inferred[present:]))
        self.outputs = (*self.outputs, *more)

    def flat_inputs(self) -> list[SymbolicTensor]:
        """The inputs, lists of inputs flat."""
        flat: list[SymbolicTensor] = []
        for value in self.inputs:
            if type(value) is tuple:
                flat.extend(value)
            else:
                flat.append(value)
        return flat

    def all_attrs(self) -> dict[str, Any]:
        """The attributes with those that inputs determine: what a ``NodeDef`` holds."""
        return {**self.attrs, **self.op.type_attrs(self.inputs)}

    def packed(self, flat: Sequence[Any]) -> Any:
        """Flat outputs as ``Op.__call__`` returns them: a tensor, a list, a tuple, or None."""
        declared = self.op.outputs
        if len(declared) == 1:
            return list(flat) if declared[0].is_list else flat[0]
        if not declared:
            return None
        known = self.all_attrs()
        packed: list[Any] = []
        position = 0
        for arg in declared:
            if not arg.is_list:
                packed.append(flat[position])
                position += 1
                continue
            count = known[arg.number_attr] if arg.number_attr is not None else len(known[cast(str, arg.type_list_attr)])
            packed.append(list(flat[position : position + count]))
            position += count
        return tuple(packed)

    def __repr__(self) -> str:
        return f"<Node {self.name!r} {self.op.name}>"


class Operation:
    """A node of a graph, as users see it: ``tensor.op``."""

    __slots__ = ("_node",)

    def __init__(self, node: Node) -> None:
        self._node = node

    @property
    def node(self) -> Node:
        """The node."""
        return self._node

    @property
    def name(self) -> str:
        """The unique name in the graph."""
        return self._node.name

    @property
    def type(self) -> str:
        """The op's name, such as ``"MatMul"``."""
        return self._node.op.name

    @property
    def graph(self) -> Graph:
        """The graph."""
        return self._node.graph

    @property
    def inputs(self) -> tuple[SymbolicTensor, ...]:
        """The tensors that it takes."""
        return tuple(self._node.flat_inputs())

    @property
    def outputs(self) -> list[SymbolicTensor]:
        """The tensors that it makes."""
        return list(self._node.outputs)

    @property
    def control_inputs(self) -> list[Operation]:
        """The operations that must run before: none are stored, the order of the nodes says it."""
        return []

    @property
    def device(self) -> str:
        """The device: not decided while tracing."""
        return ""

    @property
    def traceback(self) -> list[Location]:
        """Where it was made."""
        location = self._node.location
        return [] if location is None else [location]

    @property
    def op_def(self) -> Op:
        """The op's schema."""
        return self._node.op

    def values(self) -> tuple[SymbolicTensor, ...]:
        """The tensors that it makes."""
        return self._node.outputs

    def get_attr(self, name: str) -> Any:
        """The value of an attribute.

        Raises:
            ValueError: If there is none of that name.
        """
        attrs = self._node.all_attrs()
        if name not in attrs:
            raise ValueError(f"Operation {self.name!r} has no attr named {name!r}; it has {sorted(attrs)}.")
        value = attrs[name]
        return value.encode() if isinstance(value, str) else value

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Operation) and other._node is self._node

    def __hash__(self) -> int:
        return hash(id(self._node))

    def __repr__(self) -> str:
        return f"<tf.Operation '{self.name}' type={self.type}>"


class CustomGradient(NamedTuple):
    """A user's way back through some nodes.

    Attributes:
        position: The number of nodes before it: it takes the place of what computed its outputs.
        record: (how to go back, inputs, outputs, None), as tapes keep it.
    """

    position: int
    record: tuple[Any, tuple[Any, ...], tuple[Any, ...], None]


class Graph:
    """An ordered list of nodes with inputs and outputs: the body of a function.

    Args:
        name: The name of the function.
        outer: The graph that was being built when this one was begun, if any.

    Attributes:
        nodes: The nodes, in the order of the program.
        inputs: The arguments, then the captures: outputs of ``Placeholder`` nodes.
        outputs: The results.
        custom_gradients: How to go back through parts of it, where the user said so.
        attributes: What the function declares about itself in files, by name.
    """

    def __init__(self, name: str = "graph", outer: Graph | None = None) -> None:
        self.name = name
        self.nodes: list[Node] = []
        self.inputs: list[SymbolicTensor] = []
        self.outputs: list[SymbolicTensor] = []
        self._outer = None if outer is None else weakref.ref(outer)
        self.custom_gradients: list[CustomGradient] = []
        self.attributes: dict[str, Any] = {}
        self._captures: dict[int, tuple[Tensor, SymbolicTensor]] = {}
        self._consts: dict[int, tuple[SymbolicTensor, SymbolicTensor]] = {}
        self._names: dict[str, int] = {}
        self._self = weakref.ref(self)
        self.seed: int | None = None
        self.finalized = False

    # -- by hand -----------------------------------------------------------------------------------------------

    def as_default(self) -> AbstractContextManager[Graph]:
        """A context in which operations become nodes of this graph.

        >>> with tf.Graph().as_default() as graph:
        ...     x = tf.constant(1.0) + 2.0
        >>> [operation.type for operation in graph.get_operations()]
        ['Const', 'Const', 'AddV2']
        """
        return opener[0](self)

    def finalize(self) -> None:
        """Let no more nodes be added."""
        self.finalized = True

    def device(self, device_name_or_function: Any) -> AbstractContextManager[None]:
        """A context that places operations on a device; see ``tf.device``."""
        return device(device_name_or_function)

    def name_scope(self, name: str) -> name_scope:
        """A context that prefixes the names of nodes; see ``tf.name_scope``."""
        return name_scope(name)

    def get_name_scope(self) -> str:
        """The name scope that is open now."""
        return scope_prefix().rstrip("/")

    def control_dependencies(self, control_inputs: Any) -> control_dependencies:
        """A context that does nothing: operations run in the order of the program anyway."""
        return control_dependencies(control_inputs)

    def get_collection(self, name: Any, scope: str | None = None) -> NoReturn:
        """Raise: graphs of TensorFlow 2 have no collections.

        Raises:
            NotImplementedError: Always; keep variables in a tf.Module.
        """
        raise NotImplementedError(f"Graphs have no collections such as {name!r}: keep variables in a tf.Module.")

    # -- building --------------------------------------------------------------------------------------------

    def unique_name(self, name: str, mark_as_used: bool = True) -> str:
        """``name``, or ``name_1``, ``name_2``, ... if it is taken (without regard to case, as in TensorFlow)."""
        if not mark_as_used:
            taken = dict(self._names)
            found = self.unique_name(name)
            self._names = taken
            return found
        key = name.lower()
        count = self._names.get(key)
        if count is None:
            self._names[key] = 0
            return name
        while True:
            count += 1
            candidate = f"{name}_{count}"
            if candidate.lower() not in self._names:
                self._names[key] = count
                self._names[candidate.lower()] = 0
                return candidate

    def add_node(
        self,
        op: Op,
        inputs: tuple[Any, ...],
        attrs: dict[str, Any],
        specs: Iterable[Spec],
        name: str | None = None,
        mark: Mark | None = None,
        scope: str = "",
    ) -> Node:
        """Append a node.

        Args:
            op: The op.
            inputs: Tensors of this graph, as ``Node.inputs`` has them.
            attrs: The attributes that inputs do not determine, complete.
            specs: What is known of the outputs, flat.
            name: The wanted name.
            mark: Where the user made it.
            scope: The name scope, with its slash.
        """
        if self.finalized:
            raise RuntimeError(f"{self!r} is finalized and cannot be modified.")
        wanted = name or _DEFAULT_NAMES.get(op.name, op.name)
        node = Node(self._self, op, inputs, attrs, specs, self.unique_name(scope + wanted), mark)
        self.nodes.append(node)
        return node

    @contextmanager
    def inserting_before(self, node: Node) -> Iterator[None]:
        """A context in which nodes that are added come to stand before ``node``."""
        count = len(self.nodes)
        yield
        added = self.nodes[count:]
        del self.nodes[count:]
        place = next(index for index, other in enumerate(self.nodes) if other is node)
        self.nodes[place:place] = added
        self.custom_gradients = [
            custom._replace(position=custom.position + len(added)) if custom.position > place else custom
            for custom in self.custom_gradients
        ]

    def add_input(self, spec: Spec, name: str = "input", mark: Mark | None = None) -> SymbolicTensor:
        """Append an argument."""
        tensor = self._placeholder(spec, name, mark)
        self.inputs.append(tensor)
        return tensor

    def _placeholder(self, spec: Spec, name: str, mark: Mark | None) -> SymbolicTensor:
        attrs = {"dtype": spec.dtype, "shape": TensorShape(spec.shape)}
        return self.add_node(PLACEHOLDER, (), attrs, (spec,), name, mark).outputs[0]

    def add_const(
        self, value: EagerTensor, name: str = "Const", mark: Mark | None = None, scope: str = ""
    ) -> SymbolicTensor:
        """Append a constant."""
        attrs = {"value": value, "dtype": value.dtype}
        return self.add_node(CONST, (), attrs, (value.spec,), name, mark, scope).outputs[0]

    def repeat_const(self, tensor: SymbolicTensor) -> SymbolicTensor:
        """A constant of another graph as one of this graph: there is no need to pass it in."""
        found = self._consts.get(id(tensor))
        if found is None:
            found = tensor, self.add_const(tensor.node.attrs["value"], tensor.node.name.rpartition("/")[2])
            self._consts[id(tensor)] = found
        return found[1]

    def capture(self, tensor: Tensor, name: str | None = None) -> SymbolicTensor:
        """The input of this graph that stands for a tensor from outside; made at the first request."""
        found = self._captures.get(id(tensor))
        if found is not None:
            return found[1]
        spec = tensor.spec
        if type(tensor) is SymbolicTensor:
            name = name or tensor.node.name.rpartition("/")[2]
            spec = Spec(spec.shape, spec.dtype, handle=spec.handle)
        inner = self.add_input(spec, name or "capture")
        self._captures[id(tensor)] = (tensor, inner)
        return inner

    def add_capture(self, outer: Tensor, inner: SymbolicTensor) -> None:
        """Have the input ``inner`` stand for a tensor from outside: how a graph that was read gets its captures."""
        self._captures[id(outer)] = (outer, inner)

    def owns(self, tensor: Any) -> bool:
        """Whether ``tensor`` was made by a node of this graph."""
        return type(tensor) is SymbolicTensor and tensor.node._graph is self._self

    def set_outer(self, outer: Graph) -> None:
        """Let this graph capture from ``outer``."""
        self._outer = weakref.ref(outer)

    @property
    def outer(self) -> Graph | None:
        """The graph that was being built when this one was begun, if it is still there."""
        return None if self._outer is None else self._outer()

    # -- looking ---------------------------------------------------------------------------------------------

    @property
    def captures(self) -> list[tuple[Tensor, SymbolicTensor]]:
        """(outer tensor, inner placeholder) pairs, in the order of the inputs."""
        return list(self._captures.values())

    @property
    def external_captures(self) -> list[Tensor]:
        """The outer tensors that this graph captured."""
        return [outer for outer, _ in self._captures.values()]

    @property
    def internal_captures(self) -> list[SymbolicTensor]:
        """The inputs that stand for captured tensors."""
        return [inner for _, inner in self._captures.values()]

    @property
    def building_function(self) -> bool:
        """Whether this graph is a function's."""
        return True

    def get_operations(self) -> list[Operation]:
        """The operations, in the order of the program."""
        return [node.operation for node in self.nodes]

    def get_operation_by_name(self, name: str) -> Operation:
        """The operation of that name.

        Raises:
            KeyError: If there is none.
        """
        for node in self.nodes:
            if node.name == name:
                return node.operation
        raise KeyError(f"The name {name!r} refers to an Operation not in the graph.")

    def get_tensor_by_name(self, name: str) -> SymbolicTensor:
        """The tensor of that name, such as ``"add:0"``.

        Raises:
            ValueError: If ``name`` is not of that form.
            KeyError: If there is none.
        """
        node_name, colon, index = name.partition(":")
        if not colon or not index.isdigit():
            raise ValueError(f"The name {name!r} looks like an operation's; a tensor's has a number: {name}:0.")
        outputs = self.get_operation_by_name(node_name).values()
        if int(index) >= len(outputs):
            raise KeyError(f"The operation {node_name!r} has {len(outputs)} outputs; there is no {name!r}.")
        return outputs[int(index)]

    def records(self) -> list[tuple[Any, tuple[Any, ...], Any, Any]]:
        """The nodes as a tape would have recorded them, with the custom gradients in their places."""
        records: list[tuple[Any, tuple[Any, ...], Any, Any]] = []
        customs = list(self.custom_gradients)
        for position, node in enumerate(self.nodes):
            while customs and customs[0].position <= position:
                records.append(customs.pop(0).record)
            if node.outputs and node.inputs:
                records.append((node.op, node.inputs, node.packed(node.outputs), node.attrs))
        records.extend(custom.record for custom in customs)
        return records

    def as_graph_def(
        self, from_version: int | None = None, add_shapes: bool = False, use_pybind11_proto: bool = False
    ) -> Any:
        """This graph as TensorFlow's ``GraphDef`` message; flowstone-savedmodel writes it."""
        return get_service(GRAPH_EXPORT).graph_def(self)

    def __repr__(self) -> str:
        return f"<Graph {self.name!r}: {len(self.inputs)} inputs, {len(self.nodes)} nodes, {len(self.outputs)} outputs>"


opener: list[Callable[[Graph], AbstractContextManager[Graph]]] = []
"""What opens a graph for operations; ``flowstone_graphfn.trace`` puts it here."""


def copy_graph(source: Graph, name: str | None = None) -> tuple[Graph, dict[int, SymbolicTensor]]:
    """A copy of a graph, nodes in the same order with the same names.

    Returns:
        The copy, and a map from ``id`` of the source's tensors to the copy's.
    """
    graph = Graph(name or source.name, source.outer)
    graph._names = dict(source._names)
    mapped: dict[int, SymbolicTensor] = {}
    for node in source.nodes:
        inputs = map_inputs(lambda tensor: mapped[id(tensor)], node.inputs)
        specs = [output._spec for output in node.outputs]
        twin = Node(graph._self, node.op, inputs, node.attrs, specs, node.name, node.mark)
        graph.nodes.append(twin)
        for output, copied in zip(node.outputs, twin.outputs, strict=True):
            mapped[id(output)] = copied
    graph.inputs = [mapped[id(tensor)] for tensor in source.inputs]
    graph.outputs = [mapped[id(tensor)] for tensor in source.outputs]
    graph.custom_gradients = [
        CustomGradient(custom.position, (how, _mapped(inputs, mapped), _mapped(outputs, mapped), None))
        for custom in source.custom_gradients
        for how, inputs, outputs, _ in [custom.record]
    ]
    graph.attributes = source.attributes
    graph._captures = {key: (outer, mapped[id(inner)]) for key, (outer, inner) in source._captures.items()}
    return graph, mapped


def copy_into(
    graph: Graph, body: Graph, arguments: Sequence[SymbolicTensor], call: Node | None = None
) -> list[SymbolicTensor]:
    """Append copies of the nodes of ``body`` to ``graph``, ``arguments`` in the place of its inputs; its outputs."""
    mapped = {id(inner): outer for inner, outer in zip(body.inputs, arguments, strict=True)}
    for node in body.nodes:
        if node.op is PLACEHOLDER and id(node.outputs[0]) in mapped:
            continue
        inputs = map_inputs(lambda tensor: mapped[id(tensor)], node.inputs)
        specs = [output._spec for output in node.outputs]
        mark = node.mark or (None if call is None or node.op is CONST else call.mark)
        copied = graph.add_node(node.op, inputs, node.attrs, specs, node.name, mark)
        for old, new in zip(node.outputs, copied.outputs, strict=True):
            mapped[id(old)] = new
    return [mapped[id(tensor)] for tensor in body.outputs]


def map_inputs(function: Callable[[Any], Any], inputs: tuple[Any, ...]) -> tuple[Any, ...]:
    """``function`` of each tensor in a node's inputs, nested as they are."""
    return tuple([tuple(map(function, value)) if type(value) is tuple else function(value) for value in inputs])


def flat_specs(inferred: Any) -> Sequence[Spec]:
    """What a shape rule returned, as a flat sequence."""
    if type(inferred) is Spec:
        return (inferred,)
    flat: list[Spec] = []
    for item in inferred:
        if type(item) is Spec:
            flat.append(item)
        else:
            flat.extend(item)
    return flat


def _mapped(tensors: Sequence[Any], mapped: dict[int, SymbolicTensor]) -> tuple[Any, ...]:
    """Tensors of a graph as those of its copy; others as they are."""
    return tuple(mapped.get(id(tensor), tensor) for tensor in tensors)

"""TensorFlow's ``FunctionDef`` messages as graphs. Nothing in a message is believed before it is checked."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator, Sequence, Set
from contextlib import contextmanager
from typing import Any

from flowstone_core.dtypes import DType, as_dtype
from flowstone_core.errors import (
    InvalidArgumentError,
    NotFoundError,
    OpError,
    PermissionDeniedError,
    SpecError,
    UnimplementedError,
)
from flowstone_core.op import Op
from flowstone_core.spec import Spec
from flowstone_graphfn.attributes import KNOWN
from flowstone_graphfn.graph import Graph, Node, flat_specs
from flowstone_graphfn.graph_function import GraphFunction
from flowstone_graphfn.symbolic import SymbolicTensor
from flowstone_protos.function_pb2 import FunctionDef
from flowstone_protos.node_def_pb2 import NodeDef

from flowstone_savedmodel.attrvalue import decode_attr
from flowstone_savedmodel.graph_export import output_slots
from flowstone_savedmodel.op_lookup import FILE_OPS, FILLS_FROM_FILE, check_allowed, op_named
from flowstone_savedmodel.tensorproto import proto_to_shape

_CALLS = frozenset(("PartitionedCall", "StatefulPartitionedCall"))
_MOST_CALLS = 64
"""Nobody fills a table through more calls than this."""

_MISFITS = (SpecError, ValueError, TypeError, LookupError, AttributeError, ArithmeticError)


class GraphImporter:
    """Turns the functions of a library into graphs, each once, when it is asked for.

    Args:
        functions: The library.
        allow_files: Whether ops that use files are let in.
    """

    def __init__(self, functions: Iterable[FunctionDef], allow_files: bool = False) -> None:
        self._messages = {message.signature.name: message for message in functions}
        self._allow_files = allow_files
        self._functions: dict[str, GraphFunction] = {}
        self._trusted: frozenset[str] = frozenset()

    def trust(self, names: Iterable[str]) -> None:
        """Let these functions read the files that they are given; only they themselves may call them."""
        self._trusted = frozenset(names)

    def reading_only(self, name: str, assets: Sequence[bool]) -> set[str]:
        """The functions by which *name* fills tables from files, if all these are assets of the model; else none.

        Args:
            name: The function.
            assets: Of what it captured, its last arguments: whether it is the path of an asset.
        """
        found: set[str] = set()
        calls = [(name, len(assets), assets)]
        for each, count, given in calls:  # grows while it is walked
            message = self._messages.get(each)
            if message is None or len(calls) > _MOST_CALLS:
                return set()
            names = [argument.name for argument in message.signature.input_arg]
            paths = {one for one, asset in zip(names[len(names) - count :], given, strict=False) if asset}
            for node in message.node_def:
                if node.op == FILLS_FROM_FILE:
                    if len(node.input) < 2 or node.input[1] not in paths:
                        return set()
                    found.add(each)
                elif node.op in _CALLS:
                    passed = [one in paths for one in node.input if not one.startswith("^")]
                    calls.append((node.attr["f"].func.name, len(passed), passed))
        return {each for each, *_ in calls} if found else set()

    def function(self, name: str) -> GraphFunction:
        """The function of that name, with all that it calls.

        Raises:
            NotFoundError: If it, an op or a function that it calls does not exist.
            InvalidArgumentError: If it is not a legal function.
            PermissionDeniedError: If it holds an op that graphs from outside may not use.
            UnimplementedError: If it holds something that is not supported.
        """
        for each in self._callees_first(name):
            message = self._messages[each]
            self._functions[each] = GraphFunction(self._builder(message, each).build(), each)
        return self._functions[name]

    def _builder(self, message: FunctionDef, name: str) -> _Builder:
        if not self._allow_files and name not in self._trusted and (called := self._trusted & _callees(message)):
            raise PermissionDeniedError(
                None,
                None,
                f"The function {name!r} calls {sorted(called)}, which reads a file of the model and may only be "
                "called by whoever loads it.",
            )
        allowed = FILE_OPS if self._allow_files else {FILLS_FROM_FILE} if name in self._trusted else frozenset()
        return _Builder(message, self._functions, allowed)

    def _callees_first(self, name: str) -> Iterator[str]:
        """What must be built for the function *name*, each after everything that it calls."""
        opened: set[str] = set()
        stack = [name]
        while stack:
            name = stack[-1]
            if name in self._functions:
                stack.pop()
                continue
            if name not in self._messages:
                raise NotFoundError(None, None, f"The graph calls the function {name!r}, which the file lacks.")
            missing = [each for each in _callees(self._messages[name]) if each not in self._functions]
            if not missing:
                stack.pop()
                yield name
                continue
            if name in opened:
                raise UnimplementedError(None, None, f"The function {name!r} calls itself, which is not supported.")
            opened.add(name)
            stack += missing


def _callees(message: FunctionDef) -> set[str]:
    """The names of the functions in the attributes of a function's nodes."""
    found = set()
    for node in message.node_def:
        for key, attr in node.attr.items():
            if not key.startswith("_"):
                if attr.HasField("func"):
                    found.add(attr.func.name)
                found.update(each.name for each in attr.list.func)
    return found


def check_harmless(function: GraphFunction) -> None:
    """Check that a function which runs when a model is loaded computes and fills resources, and does nothing else.

    Raises:
        PermissionDeniedError: If it does.
    """
    seen: set[int] = set()
    functions = [function]
    for each in functions:  # grows while it is walked
        for node in each.graph.nodes:
            values = [value for attr in node.attrs.values() for value in (attr if isinstance(attr, tuple) else (attr,))]
            called = [value for value in values if isinstance(value, GraphFunction)]
            if node.op.effects.world and not called:
                raise PermissionDeniedError(
                    None,
                    None,
                    f"The function {function.name!r} would run {node.op.name} while the model is loaded. Only what "
                    "makes and fills the model's resources may run then.",
                )
            functions += [one for one in called if id(one) not in seen]
            seen.update(map(id, called))


class _Builder:
    """Builds one function's graph."""

    def __init__(self, message: FunctionDef, functions: dict[str, GraphFunction], file_ops: Set[str]) -> None:
        self._message = message
        self._functions = functions
        self._file_ops = file_ops
        self._graph = Graph(message.signature.name)
        self._arguments: dict[str, SymbolicTensor] = {}
        self._nodes: dict[str, tuple[Node, dict[str, int]]] = {}

    def build(self) -> Graph:
        """The graph."""
        signature = self._message.signature
        for number, argument in enumerate(signature.input_arg):
            with self._blaming(f"its argument {argument.name!r}"):
                if argument.number_attr or argument.type_list_attr or argument.type_attr:
                    raise ValueError("functions whose types are open are not supported")
                spec = self._argument_spec(number)
                self._arguments[argument.name] = self._graph.add_input(spec, argument.name)
        for node in _in_order(self._message):
            with self._blaming(f"its node {node.name!r} ({node.op})"):
                self._add(node)
        for result in signature.output_arg:
            with self._blaming(f"its result {result.name!r}"):
                tensor = self._tensor(self._message.ret[result.name])
                if tensor.dtype is not as_dtype(result.type):
                    raise ValueError(f"it is declared {as_dtype(result.type).name} but is {tensor.dtype.name}")
                self._graph.outputs.append(tensor)
        for name in KNOWN & self._message.attr.keys():
            value = self._message.attr[name]
            if value.WhichOneof("value") in ("b", "i", "f", "s"):
                self._graph.attributes[name] = getattr(value, value.WhichOneof("value"))
        return self._graph

    def _argument_spec(self, number: int) -> Spec:
        argument = self._message.signature.input_arg[number]
        dtype = as_dtype(argument.type)
        if dtype.is_handle:
            held = tuple(
                Spec(proto_to_shape(each.shape).as_tuple(), as_dtype(each.dtype)) for each in argument.handle_data
            )
            return Spec((), dtype, handle=held or None)
        shapes = self._message.arg_attr[number].attr["_output_shapes"].list.shape
        if not shapes:
            every = self._message.attr["_input_shapes"].list.shape
            shapes = every[number : number + 1]  # type: ignore[assignment]
        return Spec(proto_to_shape(shapes[0]).as_tuple() if shapes else None, dtype)

    def _add(self, message: NodeDef) -> None:
        """Append the node of *message* to the graph."""
        check_allowed(message.op, message.op in self._file_ops)
        op = op_named(message.op)
        tensors = [self._tensor(name) for name in message.input if not name.startswith("^")]
        inputs = _grouped(op, tensors, message)
        attrs = op.complete(self._attrs(op, message))
        op.check_types(inputs)
        declared = {**attrs, **op.type_attrs(inputs)}
        _check_declared(op, message, declared)
        slots = output_slots(op, declared)
        specs: list[Any] = [
            [item.spec for item in value] if isinstance(value, tuple) else value.spec for value in inputs
        ]
        inferred = flat_specs(op.infer(*specs, **attrs))
        if len(inferred) != len(slots):
            raise ValueError(f"it has {len(inferred)} outputs where {len(slots)} are declared")
        node = self._graph.add_node(op, inputs, attrs, inferred, message.name)
        starts: dict[str, int] = {}
        for position, (name, _) in enumerate(slots):
            starts.setdefault(name, position)
        self._nodes[message.name] = node, starts

    def _attrs(self, op: Op, message: NodeDef) -> dict[str, Any]:
        """The attributes that inputs do not determine."""
        found = {}
        for name, value in message.attr.items():
            if name.startswith("_") or name in op.inferred_attrs:
                continue
            kind = op.attrs[name].kind if name in op.attrs else ""
            decoded = decode_attr(value, kind, self._functions.__getitem__)
            if not kind and decoded not in (None, False, 0, "", ()):  # of a newer TensorFlow, and not at its default
                raise ValueError(f"it has the attribute {name}, which is not known")
            if kind and decoded is not None:
                found[name] = decoded
        return found

    def _tensor(self, reference: str) -> SymbolicTensor:
        """The tensor behind ``argument``, ``node:output:2`` or ``node:2``."""
        name, *rest = reference.split(":")
        if name in self._arguments and name not in self._nodes:
            return self._arguments[name]
        node, starts = self._nodes[name]
        position = int(rest[-1]) if rest else 0
        if len(rest) == 2:
            position += starts[rest[0]]
        if position < 0:
            raise IndexError(f"{reference!r} is not an output")
        return node.outputs[position]

    @contextmanager
    def _blaming(self, what: str) -> Iterator[None]:
        """Turn whatever does not fit into one error that says where."""
        where = f"The function {self._message.signature.name!r} cannot be read: {what}"
        try:
            yield
        except KeyError as error:
            raise InvalidArgumentError(None, None, f"{where} refers to {error}, which is not there.") from None
        except _MISFITS as error:
            raise InvalidArgumentError(None, None, f"{where}: {error}") from None
        except OpError as error:
            raise type(error)(None, None, f"{where}: {error.message}") from None


def _in_order(message: FunctionDef) -> list[NodeDef]:
    """A function's nodes, each after those that feed it or must run before it; otherwise as they stand.

    Raises:
        UnimplementedError: If nodes wait for each other, as in loops of TensorFlow 1.
        InvalidArgumentError: If two nodes have one name.
    """
    numbers = {node.name: number for number, node in enumerate(message.node_def)}
    if len(numbers) != len(message.node_def):
        raise InvalidArgumentError(
            None, None, f"The function {message.signature.name!r} cannot be read: two of its nodes have one name."
        )
    waiting: list[int] = []
    followers: list[list[int]] = [[] for _ in message.node_def]
    for number, node in enumerate(message.node_def):
        before = {name.removeprefix("^").partition(":")[0] for name in node.input}
        known = [numbers[name] for name in before if name in numbers]
        waiting.append(len(known))
        for earlier in known:
            followers[earlier].append(number)
    ready = [number for number, count in enumerate(waiting) if not count]
    order: list[NodeDef] = []
    while ready:
        number = heapq.heappop(ready)
        order.append(message.node_def[number])
        for follower in followers[number]:
            waiting[follower] -= 1
            if not waiting[follower]:
                heapq.heappush(ready, follower)
    if len(order) < len(numbers):
        stuck = next(node.name for number, node in enumerate(message.node_def) if waiting[number])
        raise UnimplementedError(
            None,
            None,
            f"The nodes of the function {message.signature.name!r} wait for each other (one is {stuck!r}): a loop of "
            "TensorFlow 1's control flow, which flowstone does not read yet.",
        )
    return order


def _grouped(op: Op, tensors: Sequence[SymbolicTensor], message: NodeDef) -> tuple[Any, ...]:
    """Flat inputs as the op declares them: a tensor, or a tuple of tensors for a list."""
    grouped: list[Any] = []
    position = 0
    for argument in op.inputs:
        if not argument.is_list:
            grouped.append(tensors[position])
            position += 1
            continue
        if argument.number_attr is not None:
            count = message.attr[argument.number_attr].i
        else:
            count = len(message.attr[argument.type_list_attr or ""].list.type)
        if not 0 <= count <= len(tensors) - position:
            raise ValueError(f"it takes {count} tensors as {argument.name!r} but has {len(tensors) - position}")
        grouped.append(tuple(tensors[position : position + count]))
        position += count
    if position != len(tensors):
        raise ValueError(f"it takes {position} inputs but has {len(tensors)}")
    return tuple(grouped)


def _check_declared(op: Op, message: NodeDef, actual: dict[str, Any]) -> None:
    """Check that the types which a node declares for its inputs are those that they have."""
    for name in op.inferred_attrs & message.attr.keys():
        declared = decode_attr(message.attr[name], "", _no_function)
        if name in actual and declared != actual[name] and not (declared in ((), None) and not actual[name]):
            raise ValueError(f"its attribute {name} is {_plain(declared)} but its inputs say {_plain(actual[name])}")
        actual.setdefault(name, declared)


def _plain(value: Any) -> Any:
    return value.name if isinstance(value, DType) else value


def _no_function(name: str) -> Any:
    raise ValueError(f"the function {name!r} stands where a type should")

"""What a legal graph is. Tests check it after tracing and after every pass; so does ``FLOWSTONE_VERIFY=1``."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from flowstone_core.errors import InternalError, SpecError
from flowstone_core.op import specs_of
from flowstone_core.ops import control
from flowstone_core.shapes import TensorShape
from flowstone_core.spec import Spec

from flowstone_graphfn.graph import Graph, Node, flat_specs
from flowstone_graphfn.graph_function import GraphFunction
from flowstone_graphfn.symbolic import SymbolicTensor


class IllegalGraphError(InternalError):
    """A graph breaks a rule: an error of flowstone itself, or of the program that wrote an imported graph."""


def check_graph(graph: Graph) -> None:
    """Check that ``graph``, and the functions that it holds, are legal.

    A legal graph has nodes with unique names; each takes tensors of earlier nodes of the same graph, of the
    number, nesting and types that its op declares, and has exactly the attributes that inputs do not
    determine; its outputs are what the op's shape rule says or more general. Inputs are outputs of
    ``Placeholder`` nodes, and there are no others. Functions in attributes take and return what their op says.

    Raises:
        IllegalGraphError: If it is not legal; the text names the node and the rule.
    """
    _Checker(graph, set()).check()


class _Checker:
    def __init__(self, graph: Graph, seen: set[int]) -> None:
        self.graph = graph
        self.made: set[int] = set()
        self.seen = seen

    def check(self) -> None:
        """Check everything."""
        self.seen.add(id(self.graph))
        names: set[str] = set()
        inputs = {id(tensor) for tensor in self.graph.inputs}
        for node in self.graph.nodes:
            if not node.name or node.name in names:
                self.fail(node, "its name is taken")
            names.add(node.name)
            if node._graph is not self.graph._self:
                self.fail(node, "it belongs to another graph")
            self.check_inputs(node)
            self.check_attrs(node)
            self.check_outputs(node)
            self.check_functions(node)
            if node.op is control.PLACEHOLDER and id(node.outputs[0]) not in inputs:
                self.fail(node, "it is no input of the graph")
            self.made.update(map(id, node.outputs))
        for what, tensors in (("input", self.graph.inputs), ("output", self.graph.outputs)):
            for tensor in tensors:
                if id(tensor) not in self.made:
                    raise IllegalGraphError(None, None, f"{self.graph.name}: the {what} {tensor!r} is made by no node")

    def fail(self, node: Node, rule: str) -> None:
        """Raise the error that names the node."""
        raise IllegalGraphError(
            None, node.operation, f"{self.graph.name}: the node {node.name!r} ({node.op.name}) is illegal: {rule}"
        )

    def check_inputs(self, node: Node) -> None:
        """Inputs come from earlier nodes, in the declared number, nesting and types."""
        if len(node.inputs) != len(node.op.inputs):
            self.fail(node, f"it has {len(node.inputs)} inputs, its op declares {len(node.op.inputs)}")
        types: dict[str, Any] = {}
        for arg, value in zip(node.op.inputs, node.inputs, strict=True):
            if (type(value) is tuple) != arg.is_list:
                self.fail(node, f"the input {arg.name!r} is {'no' if arg.is_list else 'a'} list")
            for tensor in value if type(value) is tuple else (value,):
                if id(tensor) not in self.made:
                    self.fail(node, f"the input {arg.name!r} is {tensor!r}, which no earlier node makes")
                if arg.type_list_attr is not None:
                    continue
                expected = arg.dtype or types.setdefault(arg.type_attr or "", tensor.dtype)
                if tensor.dtype is not expected:
                    self.fail(node, f"the input {arg.name!r} is {tensor.dtype.name}, not {expected.name}")
        try:
            node.op.check_types(node.inputs)
        except SpecError as error:
            self.fail(node, str(error))

    def check_attrs(self, node: Node) -> None:
        """The attributes are those that inputs do not determine."""
        expected = set(node.op.attrs) - node.op.inferred_attrs
        if set(node.attrs) != expected:
            self.fail(node, f"its attributes are {sorted(node.attrs)}, not {sorted(expected)}")

    def check_outputs(self, node: Node) -> None:
        """The outputs are what the shape rule says, or more general."""
        try:
            inferred = flat_specs(node.op.infer(*specs_of(node.inputs), **node.attrs))
        except SpecError as error:
            self.fail(node, str(error))
            return
        if len(inferred) != len(node.outputs):
            self.fail(node, f"it has {len(node.outputs)} outputs, its op makes {len(inferred)}")
        for index, (tensor, spec) in enumerate(zip(node.outputs, inferred, strict=True)):
            if tensor.node is not node or tensor.index != index:
                self.fail(node, f"its output {index} says it belongs elsewhere")
            if tensor.dtype is not spec.dtype:
                self.fail(node, f"its output {index} is {tensor.dtype.name}, its op makes {spec.dtype.name}")
            if not TensorShape(tensor._spec.shape).is_compatible_with(TensorShape(spec.shape)):
                self.fail(node, f"its output {index} has shape {tensor.shape}, its op makes {TensorShape(spec.shape)}")

    def check_functions(self, node: Node) -> None:
        """Functions in attributes take and return what the op says, and are legal themselves."""
        op, attrs = node.op, node.attrs
        outputs = [tensor._spec for tensor in node.outputs]
        if op in (control.PARTITIONED_CALL, control.STATEFUL_PARTITIONED_CALL):
            self.check_function(node, "f", attrs["f"], _specs(node.inputs[0]), outputs)
        elif op in (control.IF, control.STATELESS_IF):
            for key in ("then_branch", "else_branch"):
                self.check_function(node, key, attrs[key], _specs(node.inputs[1]), outputs)
        elif op in (control.CASE, control.STATELESS_CASE):
            for branch in attrs["branches"]:
                self.check_function(node, "branches", branch, _specs(node.inputs[1]), outputs)
        elif op in (control.WHILE, control.STATELESS_WHILE):
            given = _specs(node.inputs[0])
            self.check_function(node, "body", attrs["body"], given, given)
            self.check_function(node, "cond", attrs["cond"], given, None)
            if len(attrs["cond"].graph.outputs) != 1:
                self.fail(node, "its cond does not have one output")

    def check_function(
        self, node: Node, key: str, function: Any, inputs: Sequence[Spec], outputs: Sequence[Spec] | None
    ) -> None:
        """One function takes and returns these types."""
        if not isinstance(function, GraphFunction):
            self.fail(node, f"its {key} is {function!r}, no function")
        for what, expected, found in (
            ("takes", inputs, function.input_specs),
            ("returns", outputs, function.output_specs),
        ):
            types = [spec.dtype.name for spec in found]
            if expected is not None and types != [spec.dtype.name for spec in expected]:
                self.fail(node, f"its {key} {what} {types}, not {[spec.dtype.name for spec in expected]}")
        if id(function.graph) not in self.seen:
            _Checker(function.graph, self.seen).check()


def _specs(tensors: Iterable[SymbolicTensor]) -> list[Spec]:
    return [tensor._spec for tensor in tensors]

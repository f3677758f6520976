"""How plans write constants, calls, branches and loops: as Python's own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from flowstone_core import dtypes
from flowstone_core.kernels.control import truth
from flowstone_core.ops import control
from flowstone_core.spec import Spec
from flowstone_core.tensor_list import TensorList

from flowstone_graphfn.accumulators import sums_of
from flowstone_graphfn.graph import Graph, Node
from flowstone_graphfn.lists import plain, plain_variable
from flowstone_graphfn.symbolic import SymbolicTensor
from flowstone_graphfn.writer import Forms, Writer, _target, is_scalar

MAX_NESTING = 12
"""How deep branches and loops are written into each other; Python allows 20 blocks."""


def _placeholder(writer: Writer, node: Node) -> None:
    """An input has its value; any other placeholder fails."""
    key = id(node.outputs[0])
    forms = writer.forms
    if not any(key in table for table in (forms.array, forms.scalar, forms.loose, forms.plain)):
        writer.write_kernel(node)


def _const(writer: Writer, node: Node) -> None:
    """A constant is used by its name in the tuple."""
    writer.forms.array[id(node.outputs[0])] = writer.constant(node.attrs["value"]._array)


def _fake(writer: Writer, node: Node) -> None:
    """A value that nobody looks at: of the right type, and as small as it can be."""
    (output,) = node.outputs
    writer.forms.array[id(output)] = writer.constant(fake_value(output._spec))


def _identity(writer: Writer, node: Node) -> None:
    """The same value under another name."""
    source, (output,) = node.inputs[0], node.outputs
    name = writer.local()
    writer.write(f"{name} = {writer.either(source)}", node)
    forms = writer.forms
    (forms.scalar if id(source) in forms.scalar else forms.array)[id(output)] = name


def _call(writer: Writer, node: Node) -> None:
    """A call of another function: its plan's body is called directly."""
    arguments = ", ".join(map(writer.array, node.inputs[0]))
    outputs = [writer.local() for _ in node.outputs]
    writer.write(f"{_target(node, outputs)}{_function(writer, node.attrs['f'])}({arguments})", node)
    for tensor, name in zip(node.outputs, outputs, strict=True):
        writer.forms.array[id(tensor)] = name


def _function(writer: Writer, function: Any) -> str:
    """The name of what runs ``function`` on arrays."""
    body, leaf = function.body_for_plan()
    writer.leaf = writer.leaf and leaf
    return writer.constant(body)


def _condition(writer: Writer, tensor: SymbolicTensor) -> str:
    """The expression that is true where an ``If`` takes it for true."""
    if tensor.dtype is dtypes.bool and tensor._spec.shape == ():
        return writer.either(tensor)
    return f"{writer.constant(truth)}({writer.array(tensor)})"


def _if(writer: Writer, node: Node) -> None:
    """A conditional: Python's own, around the lines of the two branches."""
    cond, inputs = node.inputs
    condition = _condition(writer, cond)
    results = _result_names(writer, node)
    writer.write(f"if {condition}:", node)
    _branch(writer, node.attrs["then_branch"], inputs, results, node)
    writer.write("else:")
    _branch(writer, node.attrs["else_branch"], inputs, results, node)
    _bind_results(writer, node, results)


def _case(writer: Writer, node: Node) -> None:
    """A choice among several branches; the last one serves indices out of range."""
    index, inputs = node.inputs
    selector = writer.either(index)
    results = _result_names(writer, node)
    branches = node.attrs["branches"]
    for number, branch in enumerate(branches[:-1]):
        writer.write(f"{'elif' if number else 'if'} {selector} == {number}:", node)
        _branch(writer, branch, inputs, results, node)
    writer.write("else:" if len(branches) > 1 else "if True:")
    _branch(writer, branches[-1], inputs, results, node)
    _bind_results(writer, node, results)


def _result_names(writer: Writer, node: Node) -> list[str]:
    return [writer.local() for _ in node.outputs]


def _bind_results(writer: Writer, node: Node, names: Sequence[str]) -> None:
    for tensor, name in zip(node.outputs, names, strict=True):
        (writer.forms.scalar if is_scalar(tensor) else writer.forms.array)[id(tensor)] = name


def _branch(
    writer: Writer, function: Any, inputs: Sequence[SymbolicTensor], results: Sequence[str], node: Node
) -> None:
    """The lines of a branch: its nodes, and the assignment of its results."""
    writer.depth += 1
    scalars = [is_scalar(tensor) for tensor in node.outputs]
    values = _inlined(writer, function, _forms_of(writer, inputs), scalars, node)
    writer.write(f"{', '.join(results)} = {', '.join(values)}" if results else "pass")
    writer.depth -= 1


class Known(NamedTuple):
    """A value's names: as an array, as a numpy scalar, as a kernel returned it, as a plain list."""

    array: str | None = None
    scalar: str | None = None
    loose: str | None = None
    plain: str | None = None


def _forms_of(writer: Writer, tensors: Sequence[SymbolicTensor]) -> list[Known]:
    """The names of values; plain lists become objects."""
    forms = writer.forms
    found = []
    for tensor in tensors:
        key = id(tensor)
        array = writer.array(tensor) if key in forms.plain else forms.array.get(key)
        found.append(Known(array, forms.scalar.get(key), forms.loose.get(key)))
    return found


def _inlined(
    writer: Writer,
    function: Any,
    arguments: Sequence[Known],
    scalars: Sequence[bool],
    node: Node,
    lists: Sequence[bool] = (),
    unwanted: Sequence[bool] = (),
) -> list[str]:
    """The lines of a function's body, or a call of it if the nesting is too deep; the names of its results.

    Args:
        writer: The writer.
        function: The function.
        arguments: The names of its arguments.
        scalars: Which results are wanted as numpy scalars.
        node: The node that holds it.
        lists: Which results are wanted as plain lists.
        unwanted: Which results nobody looks at; their names are empty.
    """
    graph: Graph = function.optimized().graph
    outside = writer.forms, writer.graph, writer.uses
    writer.forms, writer.graph, writer.uses = inside, _, _ = Forms(), graph, writer.uses_of(graph)
    tables = (inside.array, inside.scalar, inside.loose, inside.plain)
    for tensor, names in zip(graph.inputs, arguments, strict=True):
        for table, name in zip(tables, names, strict=True):
            if name is not None:
                table[id(tensor)] = name
    if writer.depth > MAX_NESTING and not any(lists) and not inside.plain:
        given = ", ".join(map(writer.array, graph.inputs))
        name = writer.local()
        writer.write(f"{name} = {_function(writer, function)}({given})", node)
        results = [f"{name}[{index}]" + "[()]" * scalar for index, scalar in enumerate(scalars)]
    else:
        writer.write_nodes(graph)
        results = []
        no = [False] * len(scalars)
        for tensor, scalar, listed, useless in zip(graph.outputs, scalars, lists or no, unwanted or no, strict=True):
            if useless:
                results.append("")
            elif listed:
                results.append(plain(writer, tensor, None))
            else:
                results.append(writer.scalar(tensor) if scalar else writer.array(tensor))
    writer.forms, writer.graph, writer.uses = outside
    return results


def _while(writer: Writer, node: Node) -> None:
    """A loop: Python's own, around the lines of the condition and the body; what stays the same is left alone."""
    variables = [_Variable(writer, node, index) for index in range(len(node.outputs))]
    known = [variable.enter(writer) for variable in variables]
    changing = [variable for variable in variables if not variable.fixed]
    names = ", ".join(variable.name for variable in changing)
    if changing:
        writer.write(f"{names} = {', '.join(variable.start for variable in changing)}")
    writer.write("while True:", node)
    writer.depth += 1
    test = node.attrs["cond"]
    tested: Graph = test.optimized().graph
    result = test.graph.outputs[0]
    simple = result.dtype is dtypes.bool and result._spec.shape == ()
    writer.uses_of(tested).lend(tested.inputs)
    (holds,) = _inlined(writer, test, known, [simple], node)
    writer.write(f"if not {holds}: break" if simple else f"if not {writer.constant(truth)}({holds}): break", node)
    scalars = [variable.scalar and not variable.fixed for variable in variables]
    lists = [variable.listed and not variable.fixed for variable in variables]
    fixed = [variable.fixed for variable in variables]
    results = _inlined(writer, node.attrs["body"], known, scalars, node, lists, fixed)
    if changing:
        changed = [result for result, variable in zip(results, variables, strict=True) if not variable.fixed]
        writer.write(f"{names} = {', '.join(changed)}")
    writer.depth -= 1
    for variable in variables:
        variable.leave(writer)


class _Variable:
    """One loop variable while its loop is written.

    Attributes:
        fixed: Whether no iteration changes it.
        scalar: Whether it is held as a numpy scalar.
        listed: Whether it is held as a plain list.
        owned: Whether iterations change its array in place.
        name: Its local, if iterations change it.
        start: What that is before the loop.
    """

    def __init__(self, writer: Writer, node: Node, index: int) -> None:
        body: Graph = node.attrs["body"].optimized().graph
        self._node = node
        self._given: SymbolicTensor = node.inputs[0][index]
        self._output = node.outputs[index]
        self.fixed = body.outputs[index] is body.inputs[index]
        self.scalar = is_scalar(body.inputs[index])
        self.listed = plain_variable(writer, node, index)
        self.owned = self._accumulates(writer, body, node.attrs["cond"].optimized().graph, index)
        self.name = ""
        self.start = ""

    def _accumulates(self, writer: Writer, body: Graph, test: Graph, index: int) -> bool:
        """Whether iterations only add slices to it, and nothing else looks at it."""
        tested = test.inputs[index]
        if self.fixed or self.scalar or self.listed or writer.depth >= MAX_NESTING:
            return False
        if writer.uses_of(test).consumers.get(id(tested)) or test.outputs[0] is tested:
            return False
        sums = sums_of(body, index)
        parts = [node.inputs[1].node for node in sums]
        writer.in_place.update(map(id, (*sums, *parts)))
        writer.uses_of(body).lend([tensor for part in parts for tensor in part.flat_inputs()])  # the sums use them
        return bool(sums)

    def enter(self, writer: Writer) -> Known:
        """Its names inside the loop."""
        given = self._given
        if self.fixed:
            held = writer.forms.plain.get(id(given)) if self.listed else None
            if held is not None:
                return Known(plain=held)
            if self.scalar and is_scalar(given):
                writer.scalar(given)
            else:
                writer.array(given)
            return _forms_of(writer, [given])[0]
        if self.listed:
            self.start = plain(writer, given, self._node)
        elif self.scalar:
            self.start = writer.scalar(given) if is_scalar(given) else f"{writer.array(given)}[()]"
        else:
            self.start = writer.array(given) + ".copy()" * self.owned
        self.name = writer.local()
        if self.owned:
            writer.held.add(self.name)
        if self.listed:
            return Known(plain=self.name)
        return Known(scalar=self.name) if self.scalar else Known(array=self.name)

    def leave(self, writer: Writer) -> None:
        """Note its names after the loop."""
        forms, key = writer.forms, id(self._output)
        if not self.fixed:
            if self.listed:
                forms.plain[key] = self.name
            elif self.scalar:
                (forms.scalar if is_scalar(self._output) else forms.loose)[key] = self.name
            else:
                forms.array[key] = self.name
            return
        # a name of its own: the one before the loop is let go after its last use
        table = forms.scalar if id(self._given) in forms.scalar else forms.array
        if id(self._given) in forms.plain and not writer.uses.consumers.get(key):
            return
        source = writer.either(self._given)
        table[key] = name = writer.local()
        writer.write(f"{name} = {source}")


def fake_value(spec: Spec) -> Any:
    """Some array of ``spec`` that takes no memory (an empty list or None for a handle)."""
    if spec.dtype.is_handle:
        held = spec.handle[0] if spec.handle and spec.dtype is dtypes.variant else None
        return None if held is None else TensorList((), held.dtype, held.shape)
    shape = [0 if size is None else size for size in spec.shape or ()]
    return np.broadcast_to(np.zeros((), spec.dtype.numpy_dtype), shape)


Writer.native.update(
    {
        control.PLACEHOLDER.name: _placeholder,
        control.CONST.name: _const,
        control.FAKE_PARAM.name: _fake,
        control.PARTITIONED_CALL.name: _call,
        control.STATEFUL_PARTITIONED_CALL.name: _call,
        control.IF.name: _if,
        control.STATELESS_IF.name: _if,
        control.CASE.name: _case,
        control.STATELESS_CASE.name: _case,
        control.WHILE.name: _while,
        control.STATELESS_WHILE.name: _while,
        "Identity": _identity,
    }
)

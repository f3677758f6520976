"""How plans write constants, calls, branches and loops: as Python's own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from flowstone_core import dtypes
from flowstone_core.kernels.control import truth
from flowstone_core.ops import control
from flowstone_core.spec import Spec
from flowstone_core.tensor_list import TensorList

from flowstone_graphfn.graph import Graph, Node
from flowstone_graphfn.symbolic import SymbolicTensor
from flowstone_graphfn.writer import Forms, Writer, _target, is_scalar

MAX_NESTING = 12
"""How deep branches and loops are written into each other; Python allows 20 blocks."""


def _placeholder(writer: Writer, node: Node) -> None:
    """An input has its value; any other placeholder fails."""
    key = id(node.outputs[0])
    forms = writer.forms
    if not any(key in table for table in (forms.array, forms.scalar, forms.loose)):
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


Known = tuple[str | None, str | None, str | None]
"""A value's names as an array, as a numpy scalar, and as a kernel returned it."""


def _forms_of(writer: Writer, tensors: Sequence[SymbolicTensor]) -> list[Known]:
    forms = writer.forms
    return [(forms.array.get(id(t)), forms.scalar.get(id(t)), forms.loose.get(id(t))) for t in tensors]


def _inlined(
    writer: Writer, function: Any, arguments: Sequence[Known], scalars: Sequence[bool], node: Node
) -> list[str]:
    """The lines of a function's body, or a call of it if the nesting is too deep; the names of its results.

    Args:
        writer: The writer.
        function: The function.
        arguments: The names of its arguments.
        scalars: Which results are wanted as numpy scalars.
        node: The node that holds it.
    """
    graph: Graph = function.optimized().graph
    outside = writer.forms
    writer.forms = inside = Forms()
    for tensor, (array, scalar, loose) in zip(graph.inputs, arguments, strict=True):
        for table, name in ((inside.array, array), (inside.scalar, scalar), (inside.loose, loose)):
            if name is not None:
                table[id(tensor)] = name
    if writer.depth > MAX_NESTING:
        given = ", ".join(map(writer.array, graph.inputs))
        name = writer.local()
        writer.write(f"{name} = {_function(writer, function)}({given})", node)
        results = [f"{name}[{index}]" + "[()]" * scalar for index, scalar in enumerate(scalars)]
    else:
        writer.write_nodes(graph)
        pairs = zip(graph.outputs, scalars, strict=True)
        results = [writer.scalar(tensor) if scalar else writer.array(tensor) for tensor, scalar in pairs]
    writer.forms = outside
    return results


def _while(writer: Writer, node: Node) -> None:
    """A loop: Python's own, around the lines of the condition and the body; what stays the same is left alone."""
    (inputs,) = node.inputs
    body: Graph = node.attrs["body"].optimized().graph
    fixed = [output is given for output, given in zip(body.outputs, body.inputs, strict=True)]
    scalars = [is_scalar(given) for given in body.inputs]
    known: list[Known] = []
    names: list[str] = []
    values: list[str] = []
    for tensor, stays, scalar in zip(inputs, fixed, scalars, strict=True):
        value = writer.scalar(tensor) if scalar and is_scalar(tensor) else writer.array(tensor)
        if stays:
            known += _forms_of(writer, [tensor])
            continue
        if scalar and not is_scalar(tensor):
            value += "[()]"
        name = writer.local()
        names.append(name)
        values.append(value)
        known.append((None, name, None) if scalar else (name, None, None))
    if names:
        writer.write(f"{', '.join(names)} = {', '.join(values)}")
    writer.write("while True:", node)
    writer.depth += 1
    test = node.attrs["cond"]
    result = test.graph.outputs[0]
    plain = result.dtype is dtypes.bool and result._spec.shape == ()
    (holds,) = _inlined(writer, test, known, [plain], node)
    writer.write(f"if not {holds}: break" if plain else f"if not {writer.constant(truth)}({holds}): break", node)
    results = _inlined(
        writer, node.attrs["body"], known, [s and not f for s, f in zip(scalars, fixed, strict=True)], node
    )
    changed = [result for result, stays in zip(results, fixed, strict=True) if not stays]
    if names:
        writer.write(f"{', '.join(names)} = {', '.join(changed)}")
    writer.depth -= 1
    remaining = iter(names)
    for tensor, given, stays, scalar in zip(node.outputs, inputs, fixed, scalars, strict=True):
        _bind_variable(writer, tensor, given, None if stays else next(remaining), scalar)


def _bind_variable(
    writer: Writer, output: SymbolicTensor, given: SymbolicTensor, name: str | None, scalar: bool
) -> None:
    """Note under which name a loop variable is known after the loop."""
    forms = writer.forms
    if name is not None:
        (forms.scalar if scalar and is_scalar(output) else forms.loose if scalar else forms.array)[id(output)] = name
        return
    # a name of its own: the one before the loop is let go after its last use
    table = forms.scalar if id(given) in forms.scalar else forms.array
    source = writer.either(given)
    table[id(output)] = name = writer.local()
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

"""Plans: a graph as straight-line Python that calls kernels on arrays.

The generated source holds only numbered names. Kernels, constants and attributes reach it through one tuple,
so nothing that a graph contains (names, strings, values) is ever part of the source. Branches and loops are
Python's own; calls of other functions call those functions' plans.
"""

from __future__ import annotations

import functools
import linecache
import weakref
from collections.abc import Callable, Sequence
from itertools import count
from typing import Any, NamedTuple

import numpy as np
from flowstone_core import dtypes, providers
from flowstone_core.interpreter import state
from flowstone_core.kernels.control import truth
from flowstone_core.op import _as_array
from flowstone_core.ops import control
from flowstone_core.spec import Spec
from flowstone_core.tensor_list import TensorList

from flowstone_graphfn.errors import explain_failure
from flowstone_graphfn.graph import Graph, Node
from flowstone_graphfn.quiet import loud, run_quietly
from flowstone_graphfn.symbolic import SymbolicTensor

_numbers = count(1)

MAX_NESTING = 12
"""How deep branches and loops are written into each other; Python allows 20 blocks."""

LARGE = 1024
"""Values of more elements than this (or of unknown size) are let go after their last use."""


recorder: Callable[[Any, Graph], Callable[..., Any]] | None = None
"""While executed graphs are recorded (``executed``): what new plans run instead."""


class Plan:
    """A compiled graph.

    Attributes:
        body: The generated function: arrays (and state objects) in, a tuple of them out.
        run: How to call it: ``body`` under quiet floating point, errors told with the user's lines.
        source: The generated source, to look at.
        steps: What each line of the source executes.
        leaf: Whether no kernel in it runs ops or user code.
    """

    def __init__(self, graph: Graph) -> None:
        writer = _Writer(graph)
        self.name = graph.name
        self.source = writer.text()
        self.leaf = writer.leaf
        self.steps = writer.steps
        file = f"<plan {next(_numbers)} of {self.name}>"
        linecache.cache[file] = (len(self.source), None, self.source.splitlines(True), file)
        weakref.finalize(self, linecache.cache.pop, file, None)
        namespace: dict[str, Any] = {"plan_of_this_code": weakref.ref(self)}
        exec(compile(self.source, file, "exec"), namespace)
        self.body: Callable[..., tuple[Any, ...]] = namespace["make"](tuple(writer.constants))
        if recorder is not None:
            self.run = recorder(self, graph)  # type: ignore[method-assign]

    def run(self, *arrays: Any) -> tuple[Any, ...]:
        """Run it once: one array (or state object) for each input of the graph."""
        try:
            if self.leaf:
                result: tuple[Any, ...] = state.quiet(self.body, *arrays)
            else:
                result = run_quietly(self.body, arrays)
        except Exception as error:  # noqa: BLE001 - it is raised again, explained
            explained = explain_failure(error)
            raise explained from explained.__cause__
        return result


class Step(NamedTuple):
    """What one line of the source executes: a node, and the names of its arguments, nested as its inputs."""

    node: Node
    arguments: tuple[Any, ...] = ()


class _Writer:
    """Writes the source of one plan."""

    def __init__(self, graph: Graph) -> None:
        self.lines: list[str] = []
        self.steps: dict[int, Step] = {}
        self.constants: list[Any] = []
        self.constant_names: dict[int, str] = {}
        self.leaf = True
        self.count = 0
        self.depth = 1
        self.name_of: dict[int, str] = {}
        arguments = [self.new_name(tensor) for tensor in graph.inputs]
        self.header = f"    def run({', '.join(arguments)}):"
        self.write_nodes(graph)
        results = [self.use(tensor) for tensor in graph.outputs]
        self.write(f"return ({', '.join(results)}{',' if len(results) == 1 else ''})")

    def text(self) -> str:
        """The whole source."""
        names = [f"k{index}" for index in range(len(self.constants))]
        unpack = f"    ({', '.join(names)},) = constants" if names else "    pass"
        return "\n".join(["def make(constants):", unpack, self.header, *self.lines, "    return run", ""])

    def write(self, line: str, node: Node | None = None, arguments: tuple[Any, ...] = ()) -> None:
        """Append a line; ``node`` is what it executes, on ``arguments``."""
        self.lines.append("    " * (self.depth + 1) + line)
        if node is not None:
            self.steps[len(self.lines) + 3] = Step(node, arguments)

    def new_name(self, tensor: SymbolicTensor) -> str:
        """A fresh local for a tensor."""
        self.count += 1
        name = self.name_of[id(tensor)] = f"v{self.count}"
        return name

    def constant(self, value: Any) -> str:
        """The name under which ``value`` can be used."""
        name = self.constant_names.get(id(value))
        if name is None:
            name = self.constant_names[id(value)] = f"k{len(self.constants)}"
            self.constants.append(value)
        return name

    def use(self, tensor: SymbolicTensor) -> str:
        """The expression for a tensor."""
        return self.name_of[id(tensor)]

    # -- nodes -----------------------------------------------------------------------------------------------

    def write_nodes(self, graph: Graph) -> None:
        """The lines of a graph's nodes, those that nothing needs left out."""
        needed = needed_nodes(graph)
        last_use = _last_uses(graph, needed)
        for node in needed:
            writer = _NATIVE.get(node.op.name)
            if writer is None:
                self.write_kernel(node)
            else:
                writer(self, node)
            dying = [self.use(t) for t in last_use.get(id(node), ()) if self.use(t)[0] == "v"]
            if dying:
                self.write("del " + ", ".join(dict.fromkeys(dying)))

    def write_kernel(self, node: Node) -> None:
        """The line that calls a node's kernel."""
        op, attrs = node.op, node.attrs
        dtype = op.dispatch_dtype(node.inputs, attrs)
        kernel = op.kernels.get(dtype)
        if kernel is None:
            kernel = op.resolve(dtype)
        for_site = getattr(kernel, "for_site", None)
        if for_site is not None:  # a random op: each node has a stream of its own
            kernel = for_site()
        if attrs:
            kernel = functools.partial(kernel, **attrs)
        if op.kernel(dtype).reentrant:
            self.leaf = False
            kernel = loud(kernel)
        names = tuple(tuple(map(self.use, value)) if type(value) is tuple else self.use(value) for value in node.inputs)
        self.write_call(node, self.constant(kernel), names)

    def write_call(self, node: Node, function: str, names: tuple[Any, ...]) -> None:
        """``outputs = function(arguments)``."""
        arguments = [f"[{', '.join(name)}]" if type(name) is tuple else name for name in names]
        target = _target(node, [self.new_name(tensor) for tensor in node.outputs])
        self.write(f"{target}{function}({', '.join(arguments)})", node, names)
        for tensor in node.outputs:
            self.write_wrapping(tensor, node)

    def write_wrapping(self, tensor: SymbolicTensor, node: Node) -> None:
        """Make an array of what may be a numpy scalar: kernels that reduce to nothing give those."""
        if may_be_scalar(tensor._spec):
            name = self.use(tensor)
            array, wrap = self.constant(np.ndarray), self.constant(_wrapper(tensor._spec))
            self.write(f"if type({name}) is not {array}: {name} = {wrap}({name})", node)

    # -- control flow ------------------------------------------------------------------------------------------

    def write_placeholder(self, node: Node) -> None:
        """An input has its value; any other placeholder fails."""
        if id(node.outputs[0]) not in self.name_of:
            self.write_kernel(node)

    def write_constant(self, node: Node) -> None:
        """A constant is used by its name in the tuple."""
        self.name_of[id(node.outputs[0])] = self.constant(node.attrs["value"]._array)

    def write_fake(self, node: Node) -> None:
        """A value that nobody looks at: of the right type, and as small as it can be."""
        (output,) = node.outputs
        self.name_of[id(output)] = self.constant(fake_value(output._spec))

    def write_function_call(self, node: Node) -> None:
        """A call of another function: its plan's body is called directly."""
        arguments = ", ".join(self.use(tensor) for tensor in node.inputs[0])
        target = _target(node, [self.new_name(tensor) for tensor in node.outputs])
        self.write(f"{target}{self.function(node.attrs['f'])}({arguments})", node)

    def function(self, function: Any) -> str:
        """The name of what runs ``function`` on arrays."""
        body, leaf = function.body_for_plan()
        self.leaf = self.leaf and leaf
        return self.constant(body)

    def condition(self, tensor: SymbolicTensor) -> str:
        """The expression that is true where an ``If`` takes it for true."""
        if tensor.dtype is dtypes.bool and tensor._spec.shape == ():
            return self.use(tensor)
        return f"{self.constant(truth)}({self.use(tensor)})"

    def write_if(self, node: Node) -> None:
        """A conditional: Python's own, around the lines of the two branches."""
        cond, inputs = node.inputs
        results = [self.new_name(tensor) for tensor in node.outputs]
        self.write(f"if {self.condition(cond)}:", node)
        self.write_body(node.attrs["then_branch"], inputs, results, node)
        self.write("else:")
        self.write_body(node.attrs["else_branch"], inputs, results, node)

    def write_case(self, node: Node) -> None:
        """A choice among several branches; the last one serves indices out of range."""
        index, inputs = node.inputs
        results = [self.new_name(tensor) for tensor in node.outputs]
        branches = node.attrs["branches"]
        for number, branch in enumerate(branches[:-1]):
            self.write(f"{'elif' if number else 'if'} {self.use(index)} == {number}:", node)
            self.write_body(branch, inputs, results, node)
        self.write("else:" if len(branches) > 1 else "if True:")
        self.write_body(branches[-1], inputs, results, node)

    def write_body(self, function: Any, inputs: Sequence[SymbolicTensor], results: Sequence[str], node: Node) -> None:
        """The lines of a branch: its nodes, and the assignment of its results."""
        self.depth += 1
        values = self.write_inlined(function, [self.use(tensor) for tensor in inputs], node)
        self.write(f"{', '.join(results)} = {', '.join(values)}" if results else "pass")
        self.depth -= 1

    def write_inlined(self, function: Any, arguments: Sequence[str], node: Node) -> list[str]:
        """The lines of a function's body, or a call of it if the nesting is too deep; the names of its results."""
        graph: Graph = function.graph
        if self.depth > MAX_NESTING:
            self.count += 1
            name = f"v{self.count}"
            self.write(f"{name} = {self.function(function)}({', '.join(arguments)})", node)
            return [f"{name}[{index}]" for index in range(len(graph.outputs))]
        outside = self.name_of
        self.name_of = {id(tensor): name for tensor, name in zip(graph.inputs, arguments, strict=True)}
        self.write_nodes(graph)
        results = [self.use(tensor) for tensor in graph.outputs]
        self.name_of = outside
        return results

    def write_while(self, node: Node) -> None:
        """A loop: Python's own, around the lines of the condition and the body."""
        (inputs,) = node.inputs
        names = [self.new_name(tensor) for tensor in node.outputs]
        if names:
            self.write(f"{', '.join(names)} = {', '.join(map(self.use, inputs))}")
        self.write("while True:", node)
        self.depth += 1
        cond = node.attrs["cond"]
        (holds,) = self.write_inlined(cond, names, node)
        result = cond.graph.outputs[0]
        plain = result.dtype is dtypes.bool and result._spec.shape == ()
        self.write(f"if not {holds}: break" if plain else f"if not {self.constant(truth)}({holds}): break", node)
        values = self.write_inlined(node.attrs["body"], names, node)
        if names:
            self.write(f"{', '.join(names)} = {', '.join(values)}")
        self.depth -= 1


_NATIVE: dict[str, Callable[[_Writer, Node], None]] = {
    control.PLACEHOLDER.name: _Writer.write_placeholder,
    control.CONST.name: _Writer.write_constant,
    control.FAKE_PARAM.name: _Writer.write_fake,
    control.PARTITIONED_CALL.name: _Writer.write_function_call,
    control.STATEFUL_PARTITIONED_CALL.name: _Writer.write_function_call,
    control.IF.name: _Writer.write_if,
    control.STATELESS_IF.name: _Writer.write_if,
    control.CASE.name: _Writer.write_case,
    control.STATELESS_CASE.name: _Writer.write_case,
    control.WHILE.name: _Writer.write_while,
    control.STATELESS_WHILE.name: _Writer.write_while,
}


def may_be_scalar(spec: Spec) -> bool:
    """Whether a kernel's result of this spec may come as a numpy scalar."""
    return not spec.shape and not spec.dtype.is_handle


def fake_value(spec: Spec) -> Any:
    """Some array of ``spec`` that takes no memory (an empty list or None for a handle)."""
    if spec.dtype.is_handle:
        held = spec.handle[0] if spec.handle and spec.dtype is dtypes.variant else None
        return None if held is None else TensorList((), held.dtype, held.shape)
    shape = [0 if size is None else size for size in spec.shape or ()]
    return np.broadcast_to(np.zeros((), spec.dtype.numpy_dtype), shape)


def _wrapper(spec: Spec) -> Callable[[Any], Any]:
    return _string_array if spec.dtype is dtypes.string else np.asarray


def _string_array(value: Any) -> Any:
    return _as_array(value, dtypes.string)


def _target(node: Node, names: Sequence[str]) -> str:
    """The left side of an assignment to a node's outputs."""
    declared = node.op.outputs
    if not declared or not names:
        return ""
    if len(declared) == 1:
        return f"({names[0]},) = " if declared[0].is_list and len(names) == 1 else f"{', '.join(names)} = "
    parts = ["(" + "".join(f"{n}, " for n in part) + ")" if type(part) is list else part for part in node.packed(names)]
    return ", ".join(parts) + " = "


def needed_nodes(graph: Graph) -> list[Node]:
    """The nodes that effects or outputs need, in order."""
    wanted = {id(tensor.node) for tensor in graph.outputs}
    kept = []
    for node in reversed(graph.nodes):
        if id(node) in wanted or not node.op.effects.pure:
            kept.append(node)
            wanted.update(id(tensor.node) for tensor in node.flat_inputs())
    kept.reverse()
    return kept


def _last_uses(graph: Graph, nodes: Sequence[Node]) -> dict[int, list[SymbolicTensor]]:
    """For each node (by identity) the large tensors of this graph that it is the last to use."""
    alive = {id(tensor) for tensor in (*graph.outputs, *graph.inputs)}
    dying: dict[int, list[SymbolicTensor]] = {}
    for node in reversed(nodes):
        for tensor in (*node.flat_inputs(), *node.outputs):
            if id(tensor) not in alive:
                alive.add(id(tensor))
                if _is_large(tensor._spec):
                    dying.setdefault(id(node), []).append(tensor)
    return dying


def _is_large(spec: Spec) -> bool:
    if spec.dtype.is_handle:
        return True
    size = 1
    for extent in spec.shape if spec.shape is not None else (None,):
        if extent is None:
            return True
        size *= extent
    return size > LARGE


live_plans: weakref.WeakSet[Any] = weakref.WeakSet()
"""The functions that hold a plan, to be compiled anew when the choice of kernel providers changes."""


def _forget_plans() -> None:
    for function in list(live_plans):
        function.forget_plan()


providers.subscribe(_forget_plans)

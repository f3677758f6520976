"""Writing the source of plans: one line a node, values in numbered locals."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence, Set
from typing import Any, ClassVar, NamedTuple

import numpy as np
from flowstone_core import dtypes
from flowstone_core.op import _as_array
from flowstone_core.random_state import SiteKernel
from flowstone_core.spec import Spec

from flowstone_graphfn import buffers, compilers
from flowstone_graphfn.buffers import Buffers
from flowstone_graphfn.compilers import Compiled
from flowstone_graphfn.graph import Graph, Node, map_inputs
from flowstone_graphfn.quiet import loud
from flowstone_graphfn.symbolic import SymbolicTensor
from flowstone_graphfn.syntax import DIVISIONS, SCALAR_TYPES, array_template, scalar_template


class Step(NamedTuple):
    """What one line of the source executes: a node, and the names of its arguments, nested as its inputs."""

    node: Node
    arguments: tuple[Any, ...] = ()


class Decisions:
    """What was decided about the nodes of a plan, for when the plan is written anew.

    Attributes:
        items: What is executed of each graph, by the graph's identity: nodes, and parts that compilers execute.
        reasons: The names of nodes that kernels execute, and why no compiler does.
        sites: Kernels that keep a state for each node, by the node's identity.
    """

    def __init__(self) -> None:
        self.items: dict[int, tuple[Graph, Sequence[Node | Compiled]]] = {}
        self.reasons: dict[str, str] = {}
        self.sites: dict[int, tuple[Node, Callable[..., Any]]] = {}


class Forms:
    """Under which names the tensors of one graph are known, by the tensors' identity.

    A scalar can be an array (0-d), a numpy scalar, or whichever a kernel returned (``loose``); it is converted
    where another form is needed. A TensorList can be an object or a plain Python list (``lists``).
    """

    __slots__ = ("array", "loose", "plain", "scalar")

    def __init__(self) -> None:
        self.array: dict[int, str] = {}
        self.plain: dict[int, str] = {}
        self.scalar: dict[int, str] = {}
        self.loose: dict[int, str] = {}


class Uses:
    """Who uses the tensors of one graph, in the order of execution.

    Attributes:
        consumers: What is executed and takes a tensor, by its identity.
        lent: The tensors (by identity) that are used by others, too.
    """

    def __init__(self, graph: Graph, needed: Sequence[Node | Compiled]) -> None:
        self.consumers: dict[int, list[Node | Compiled]] = {}
        for node in needed:
            for key in {id(tensor): None for tensor in node.flat_inputs()}:
                self.consumers.setdefault(key, []).append(node)
        self._results: dict[int, int] = {}
        for tensor in graph.outputs:
            self._results[id(tensor)] = self._results.get(id(tensor), 0) + 1
        self.lent: set[int] = set()

    def lend(self, tensors: Sequence[SymbolicTensor]) -> None:
        """Note that others use these, too: a loop after its condition, a sum in place the slices that it adds."""
        self.lent.update(map(id, tensors))

    def is_last(self, tensor: SymbolicTensor, node: Node | None) -> bool:
        """Whether ``node`` (None: the one place among the results) is the last that uses ``tensor``, and only once."""
        consumers = self.consumers.get(id(tensor), ())
        results = self._results.get(id(tensor), 0)
        if node is None:
            return results == 1
        if results or id(tensor) in self.lent or not consumers or consumers[-1] is not node:
            return False
        return sum(other is tensor for other in node.flat_inputs()) == 1


class Writer:
    """Writes the source of one plan.

    Attributes:
        lines: The lines of the function's body.
        steps: What each line of the source executes.
        parts: The lines that call what compilers made.
        constants: What the source's names ``k0``, ``k1``, ... stand for.
        leaf: Whether no kernel runs ops or user code.
        depth: How deep the present line is nested.
        graph: The graph whose nodes are being written: the plan's, or a body's.
        uses: Who uses its tensors.
        forms: The names of its tensors.
        in_place: Nodes (by identity) that change the array of a loop variable (``accumulators``).
        held: The names of such arrays.
        plain_variables: Which variables of which loops are held as plain lists (``lists``).
        compiled: The parts that compilers execute.
        decisions: What was decided about the nodes.
    """

    native: ClassVar[dict[str, Callable[[Writer, Node], None]]] = {}
    """Ops that are written in their own way (``writer_control``, ``subscripts``)."""

    reads: ClassVar[dict[str, Callable[[Node], list[SymbolicTensor]]]] = {}
    """For ops that, so written, need not all of their inputs: those that they need."""

    claims: ClassVar[list[Callable[[Graph], set[int]]]] = []
    """Which nodes of a graph compilers leave to the lines that are written here."""

    objected: ClassVar[Callable[[Writer, SymbolicTensor, str], str]]
    """Writes a plain list as a ``TensorList`` object; its name (``lists``)."""

    def __init__(self, graph: Graph, plain: compilers.Plain | None = None, known: Decisions | None = None) -> None:
        """Write a graph.

        Args:
            graph: The optimized graph.
            plain: Makes executables that use kernels alone; None if this one uses kernels alone.
            known: What was decided when this graph was written before; filled in.
        """
        self.lines: list[str] = []
        self.compiled: list[Compiled] = []
        self.decisions = Decisions() if known is None else known
        self._plain = plain
        self.steps: dict[int, Step] = {}
        self.parts: dict[int, Compiled] = {}
        self.constants: list[Any] = []
        self.leaf = True
        self.depth = 1
        self.forms = Forms()
        self.in_place: set[int] = set()
        self.held: set[str] = set()
        self.plain_variables: dict[tuple[int, int], bool] = {}
        self._uses: dict[int, tuple[Graph, Sequence[Node | Compiled], Uses]] = {}
        self._constant_names: dict[int, str] = {}
        self._buffers: Buffers | None = None
        self._count = 0
        arguments = []
        for tensor in graph.inputs:
            name = self.local()
            self.forms.array[id(tensor)] = name
            arguments.append(name)
        self._header = f"    def run({', '.join(arguments)}):"
        self.graph, self.uses = graph, self.uses_of(graph)
        self.write_nodes(graph)
        results = [self.array(tensor) for tensor in graph.outputs]
        self.write(f"return ({', '.join(results)}{',' if len(results) == 1 else ''})")

    def text(self) -> str:
        """The whole source."""
        names = [f"k{index}" for index in range(len(self.constants))]
        unpack = f"    ({', '.join(names)},) = constants" if names else "    pass"
        return "\n".join(["def make(constants):", unpack, self._header, *self.lines, "    return run", ""])

    # -- names -----------------------------------------------------------------------------------------------

    def write(self, line: str, node: Node | None = None, arguments: tuple[Any, ...] = ()) -> None:
        """Append a line; ``node`` is what it executes, on ``arguments``."""
        self.lines.append("    " * (self.depth + 1) + line)
        if node is not None:
            self.steps[len(self.lines) + 3] = Step(node, arguments)

    def local(self) -> str:
        """A fresh local."""
        self._count += 1
        return f"v{self._count}"

    def constant(self, value: Any) -> str:
        """The name under which ``value`` can be used."""
        name = self._constant_names.get(id(value))
        if name is None:
            name = self._constant_names[id(value)] = f"k{len(self.constants)}"
            self.constants.append(value)
        return name

    def array(self, tensor: SymbolicTensor) -> str:
        """The name of a tensor's value as an array (or state object)."""
        key = id(tensor)
        name = self.forms.array.get(key)
        if name is None and key in self.forms.plain:
            return Writer.objected(self, tensor, self.forms.plain[key])  # not kept: the list may change
        if name is None:
            source = self.forms.loose.get(key) or self.forms.scalar[key]
            name = self.forms.array[key] = self.local()
            wrap = self.constant(_wrapper(tensor._spec))
            self.write(f"{name} = {wrap}({source})")
        return name

    def scalar(self, tensor: SymbolicTensor) -> str:
        """The name of a scalar's value as a numpy scalar."""
        key = id(tensor)
        name = self.forms.scalar.get(key)
        if name is None:
            value = constant_value(tensor)
            if value is not None:
                name = self.constant(value[()])
            else:
                name = self.local()
                self.write(f"{name} = {self.array(tensor)}[()]")
            self.forms.scalar[key] = name
        return name

    def either(self, tensor: SymbolicTensor) -> str:
        """The name of a value, as a numpy scalar if it is one already."""
        return self.forms.scalar.get(id(tensor)) or self.array(tensor)

    # -- nodes -----------------------------------------------------------------------------------------------

    def write_nodes(self, graph: Graph) -> None:
        """The lines of a graph's nodes, those that nothing needs left out."""
        needed = self.needed(graph)
        last_use = _last_uses(graph, needed, self.uses_of(graph).lent)
        outside = self._buffers
        self._buffers = None
        if last_use:
            self._buffers = Buffers(graph, needed, last_use, self.uses_of(graph).consumers, kernel_of)
        for node in needed:
            if isinstance(node, Compiled):
                self._write_compiled(node)
                self._let_go(last_use.get(id(node), ()))
                continue
            native = self.native.get(node.op.name)
            if native is None:
                self.write_kernel(node)
            else:
                native(self, node)
            self._let_go(last_use.get(id(node), ()))
        self._buffers = outside

    def needed(self, graph: Graph) -> Sequence[Node | Compiled]:
        """What is executed of a graph: what effects or outputs need, in order."""
        return self._known(graph)[1]

    def uses_of(self, graph: Graph) -> Uses:
        """Who uses a graph's tensors."""
        return self._known(graph)[2]

    def _known(self, graph: Graph) -> tuple[Graph, Sequence[Node | Compiled], Uses]:
        found = self._uses.get(id(graph))
        if found is None:
            decided = self.decisions.items.get(id(graph))
            if decided is None:
                decided = self.decisions.items[id(graph)] = graph, self._arranged(graph)
            found = self._uses[id(graph)] = *decided, Uses(*decided)
        return found

    def _arranged(self, graph: Graph) -> Sequence[Node | Compiled]:
        """What is executed of a graph, and by whom."""
        if self._plain is None:
            return needed_nodes(graph)
        nodes = needed_nodes(graph, all_inputs=True)  # a compiler may need inputs that a line of Python does not
        kept = set().union(*(claim(graph) for claim in self.claims))
        items = compilers.arrange(graph, nodes, self._plain, self.decisions.reasons, self._read, kept)
        return needed(graph, items)

    def _read(self, node: Node) -> Sequence[SymbolicTensor]:
        """What a node that is written in its own way reads."""
        reads = self.reads.get(node.op.name)
        return () if reads is None else reads(node)

    def _let_go(self, tensors: Sequence[SymbolicTensor]) -> None:
        """Delete the locals of tensors that are not used any more."""
        tables = (self.forms.array, self.forms.loose)
        if self._buffers is None:
            return
        gone = [tensor for tensor in tensors if not self._buffers.keep(tensor, self.forms.array.get(id(tensor)))]
        names = dict.fromkeys(table[id(tensor)] for tensor in gone for table in tables if id(tensor) in table)
        dying = [name for name in names if name[0] == "v" and name not in self.held]
        if dying:
            self.write("del " + ", ".join(dying))

    def write_kernel(self, node: Node) -> None:
        """A node as an operator of Python, or as a call of its kernel."""
        dtype = node.op.dispatch_dtype(node.inputs, node.attrs)
        kernel = self._site(node, kernel_of(node), dtype)
        if len(node.outputs) == 1 and self._write_operator(node, kernel, dtype):
            return
        if node.attrs:
            kernel = functools.partial(kernel, **node.attrs)
        if node.op.kernel(dtype).reentrant:
            self.leaf = False
            kernel = loud(kernel)
        self.write_call(node, self.constant(kernel))

    def _site(self, node: Node, kernel: Callable[..., Any], dtype: Any) -> Callable[..., Any]:
        """``kernel``, or the one with a state for this node that it has had before."""
        if not isinstance(node.op.served_by[dtype].function, SiteKernel):
            return kernel
        return self.decisions.sites.setdefault(id(node), (node, kernel))[1]

    def _write_compiled(self, compiled: Compiled) -> None:
        """A part that a compiler executes: one call."""
        self.compiled.append(compiled)
        arguments = ", ".join(map(self.array, compiled.part.inputs))
        outputs = [self.local() for _ in compiled.outputs]
        target = "".join(f"{name}, " for name in outputs)
        run = self.constant(compiled.executable.run)
        self.write(f"{'' if not outputs else f'{target.rstrip()} = '}{run}({arguments})")
        self.parts[len(self.lines) + 3] = compiled
        for tensor, name in zip(compiled.outputs, outputs, strict=True):
            self.forms.array[id(tensor)] = name

    def _write_operator(self, node: Node, kernel: Callable[..., Any], dtype: Any) -> bool:
        """Write a node as an operator, if its kernel is one."""
        (output,) = node.outputs
        if any(type(value) is tuple for value in node.inputs):
            return False
        operands: tuple[SymbolicTensor, ...] = node.inputs
        if is_scalar(output) and all(map(is_scalar, operands)):
            template = scalar_template(kernel, dtype) or _division(kernel, operands)
            if template is not None:
                names = tuple(map(self.scalar, operands))
                name = self.forms.scalar[id(output)] = self.local()
                self.write(f"{name} = {template.format(*names)}", node, names)
                return True
        template = array_template(kernel, dtype, node.attrs)
        if template is None or ("@" in template and any(t._spec.rank != 2 for t in operands)):
            return False
        names = tuple(map(self.either, operands))
        target = self._target(node)
        name = target or self.local()
        if target is None:
            self.write(f"{name} = {template.format(*names)}", node, names)
        else:
            self.write(f"{name} = {self.constant(kernel)}({', '.join(names)}, out={target})", node, names)
        self.bind(output, name)
        return True

    def _target(self, node: Node) -> str | None:
        """The name of an array that a node writes its result into."""
        if self._buffers is None:
            return None
        return self._buffers.take(node, lambda tensor: self.forms.array.get(id(tensor)))

    def write_call(self, node: Node, function: str) -> None:
        """``outputs = function(inputs)``."""
        names = map_inputs(self.array, node.inputs)
        arguments = [f"[{', '.join(name)}]" if type(name) is tuple else name for name in names]
        target = self._target(node)
        outputs = [self.local() for _ in node.outputs] if target is None else [target]
        arguments += [f"out={target}"] if target is not None else []
        self.write(f"{_target(node, outputs)}{function}({', '.join(arguments)})", node, names)
        for tensor, name in zip(node.outputs, outputs, strict=True):
            self.bind(tensor, name)

    def bind(self, tensor: SymbolicTensor, name: str) -> None:
        """Note that ``name`` is what a kernel returned for a tensor: a scalar may come as a numpy scalar."""
        (self.forms.loose if may_be_scalar(tensor._spec) else self.forms.array)[id(tensor)] = name


def kernel_of(node: Node) -> Callable[..., Any]:
    """The kernel that executes a node."""
    op = node.op
    dtype = op.dispatch_dtype(node.inputs, node.attrs)
    kernel = op.kernels.get(dtype)
    if kernel is None:
        kernel = op.resolve(dtype)
    found = op.served_by[dtype].function
    if isinstance(found, SiteKernel):  # each node draws from a stream of its own
        return found.for_site()
    if kernel is not found and getattr(kernel, "__wrapped__", None) is not found:
        kernels = op.kernels  # its first result is still to be verified; afterwards another one is there
        return lambda *arrays, **attrs: kernels[dtype](*arrays, **attrs)
    return found  # not one that is timed: a plan times its lines


def is_scalar(tensor: SymbolicTensor) -> bool:
    """Whether a tensor's value can be held as a numpy scalar."""
    return tensor._spec.shape == () and tensor._dtype in SCALAR_TYPES


def may_be_scalar(spec: Spec) -> bool:
    """Whether a kernel's result of this spec may come as a numpy scalar."""
    return not spec.shape and not spec.dtype.is_handle


def constant_value(tensor: SymbolicTensor) -> Any:
    """The array of a ``Const`` node's output; None for other tensors."""
    return tensor.node.attrs["value"]._array if tensor.node.op.name == "Const" else None


def _division(kernel: Callable[..., Any], operands: Sequence[SymbolicTensor]) -> str | None:
    template = DIVISIONS.get(kernel) if kernel in DIVISIONS else None
    divisor = constant_value(operands[-1]) if template is not None else None
    return template if divisor is not None and bool(divisor) else None


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


def needed_nodes(graph: Graph, all_inputs: bool = False) -> list[Node]:
    """The nodes that effects or outputs need, in order.

    Args:
        graph: The graph.
        all_inputs: Whether nodes need all their inputs, also those that they can do without when written here.
    """
    return [node for node in needed(graph, graph.nodes, all_inputs) if isinstance(node, Node)]


def needed(graph: Graph, items: Sequence[Node | Compiled], all_inputs: bool = False) -> list[Node | Compiled]:
    """What effects or outputs need of what is to be executed, in order."""
    wanted = {id(tensor) for tensor in graph.outputs}
    kept: list[Node | Compiled] = []
    for item in reversed(items):
        if any(id(tensor) in wanted for tensor in item.outputs) or not compilers.is_pure(item):
            kept.append(item)
            read = None if all_inputs or isinstance(item, Compiled) else Writer.reads.get(item.op.name)
            wanted.update(map(id, item.flat_inputs() if read is None or isinstance(item, Compiled) else read(item)))
    kept.reverse()
    return kept


def _last_uses(graph: Graph, nodes: Sequence[Node | Compiled], lent: Set[int]) -> dict[int, list[SymbolicTensor]]:
    """For each node (by identity) the large tensors of this graph that it is the last to use; ``lent`` ones live on."""
    alive = {id(tensor) for tensor in (*graph.outputs, *graph.inputs)} | lent
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
    return size > buffers.LARGE

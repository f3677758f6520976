"""Compilers of others: who executes which nodes of a plan.

The contract is written at the hook ``flowstone_compilers``. Each compiler says which nodes it takes; ``arrange``
groups them into the largest parts that can run in one piece, and has them compiled. What nobody takes, and what
fails to compile, is executed by kernels.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence, Set
from dataclasses import dataclass
from typing import Any, Protocol

from flowstone_core import providers
from flowstone_core.hookspecs import CompilerProvider
from flowstone_core.ops import control
from flowstone_core.plugins import COMPILERS, load_group, resolve

from flowstone_graphfn.graph import Graph, Node
from flowstone_graphfn.symbolic import SymbolicTensor

_log = logging.getLogger("flowstone.compilers")

_FREE = (control.CONST, control.PLACEHOLDER)
"""Ops that execute nothing: every part may use their values."""


@dataclass(frozen=True, eq=False)
class Executable:
    """What a compiler makes of a part.

    Attributes:
        run: Takes an array (or state object) for each input of the part; returns an array for each output.
        reads: The inputs (resources) whose variables it reads.
        writes: The inputs whose variables it writes.
        memory: The bytes that one call needs besides its results, where that is known.
        note: A few words for the plan's text form.
        state: Gives a few more: what has become of it so far, such as why it is not in use.
    """

    run: Callable[..., Sequence[Any]]
    reads: tuple[SymbolicTensor, ...] = ()
    writes: tuple[SymbolicTensor, ...] = ()
    memory: int | None = None
    note: str = ""
    state: Callable[[], str] | None = None

    def describe(self) -> str:
        """What is to be said of it in a plan's text form."""
        state = self.state() if self.state is not None else ""
        return "; ".join(filter(None, (self.note, state)))


@dataclass(frozen=True, eq=False)
class Part:
    """Some nodes of a graph that can run in one piece, in the order of the program.

    Attributes:
        name: The function that they belong to.
        nodes: The nodes; the constants that they use are among ``constants``, not here.
        constants: ``Const`` nodes whose values they use.
        inputs: What they use of other nodes, each once.
        outputs: What others, or the function's results, use of them.
        plain: Executes the same nodes through kernels, with the errors that users know.
    """

    name: str
    nodes: tuple[Node, ...]
    constants: tuple[Node, ...]
    inputs: tuple[SymbolicTensor, ...]
    outputs: tuple[SymbolicTensor, ...]
    plain: Callable[..., Sequence[Any]]

    @property
    def graph(self) -> Graph:
        """The part as a graph, of the same nodes: not to be changed."""
        return graph_of(self.name, self.nodes, self.constants, self.inputs, self.outputs)


class Compiler(Protocol):
    """What ``CompilerProvider.compiler`` names."""

    def refuse(self, node: Node) -> str | None:
        """Why this node cannot be compiled; None if it can."""

    def compile(self, part: Part) -> Executable | str:
        """An executable for the part, or why there is none."""


@dataclass(frozen=True, eq=False)
class Compiled:
    """A part with its executable; it stands in a plan where a node might stand."""

    provider: str
    part: Part
    executable: Executable

    @property
    def outputs(self) -> tuple[SymbolicTensor, ...]:
        """What it makes."""
        return self.part.outputs

    def flat_inputs(self) -> tuple[SymbolicTensor, ...]:
        """What it takes."""
        return self.part.inputs


Plain = Callable[[Graph], Callable[..., Sequence[Any]]]
"""Makes the executable of a graph that uses kernels alone."""


Reads = Callable[[Node], Sequence[SymbolicTensor]]
"""What a node reads when it is written as a line of Python: perhaps the entries of a vector, not the vector."""


def arrange(
    graph: Graph,
    nodes: Sequence[Node],
    plain: Plain,
    reasons: dict[str, str],
    reads: Reads = lambda node: (),
    kept: Set[int] = frozenset(),
) -> list[Node | Compiled]:
    """What a plan executes, in order.

    Args:
        graph: The optimized graph.
        nodes: Those of its nodes that are needed, in order.
        plain: Makes the executable that uses kernels alone.
        reasons: Filled in: the names of nodes that kernels execute, and why no compiler does.
        reads: What nodes read besides their inputs.
        kept: Nodes (by identity) that no compiler is offered.
    """
    items: list[Node | Compiled] = list(nodes)
    for provider, compiler in in_use():
        items = _offer(graph, items, provider.name, compiler, plain, reasons, reads, kept)
    return items


def in_use() -> list[tuple[CompilerProvider, Compiler]]:
    """The compilers that the selection leaves in, first choice first."""
    found: list[tuple[int, int, CompilerProvider, Compiler]] = []
    for plugin in load_group(COMPILERS):
        provider = plugin.result
        if provider is None or (place := providers.selected(provider.name)) is None:
            continue
        try:
            found.append((place, -provider.priority, provider, resolve(provider.compiler)))
        except Exception as error:  # noqa: BLE001 - a plug-in may raise anything; kernels serve
            _warn(f"The compiler {plugin} cannot be used: {type(error).__name__}: {error}")
    found.sort(key=lambda item: item[:2])
    return [(provider, compiler) for _, _, provider, compiler in found]


def _offer(
    graph: Graph,
    items: Sequence[Node | Compiled],
    name: str,
    compiler: Compiler,
    plain: Plain,
    reasons: dict[str, str],
    reads: Reads,
    kept: Set[int],
) -> list[Node | Compiled]:
    """Let one compiler choose among the nodes that are left."""
    taken: set[int] = set()
    present = set(map(id, items)) | {
        id(node) for item in items if isinstance(item, Compiled) for node in item.part.nodes
    }
    left_out = {
        id(tensor)
        for node in graph.nodes
        if id(node) not in present and node.op not in _FREE
        for tensor in node.outputs
    }  # such as the vector of a subscript whose entries are taken one by one
    for item in items:
        if isinstance(item, Compiled) or item.op in _FREE or id(item) in kept:
            continue
        if any(id(tensor) in left_out for tensor in item.flat_inputs()):
            reasons[item.name] = f"{name}: an operand of it is never made"
            continue
        try:
            reason = compiler.refuse(item)
        except Exception as error:  # noqa: BLE001 - a plug-in may raise anything; kernels serve
            reason = _failure(name, f"looking at the node {item.name!r} ({item.op.name})", error)
        if reason is None:
            taken.add(id(item))
        else:
            reasons[item.name] = f"{name}: {reason}"
    for node in _scalars_apart(items, taken):
        taken.discard(id(node))
        reasons[node.name] = f"{name}: {ONLY_SCALARS}"
    if not taken:
        return list(items)
    arranged: list[Node | Compiled] = []
    for group in _levels(items, taken, left_out, reads):
        if id(group[0]) not in taken:
            arranged += group
            continue
        nodes = [item for item in group if isinstance(item, Node)]
        part = _part(graph, items, nodes, plain, left_out, reads)
        try:
            made = compiler.compile(part)
        except Exception as error:  # noqa: BLE001 - an internal failure must not break the user's program
            made = _failure(name, f"compiling {len(nodes)} nodes of {graph.name!r}", error)
        if isinstance(made, str):
            reasons.update((node.name, f"{name}: {made}") for node in nodes)
            arranged += nodes
        else:
            for node in nodes:
                reasons.pop(node.name, None)
            arranged.append(Compiled(name, part, made))
    return arranged


def _needs(item: Node | Compiled, left_out: set[int], reads: Reads) -> Iterator[SymbolicTensor]:
    """What an item takes: its inputs, in the place of one that is not made what that is made of, and what it reads."""
    for tensor in item.flat_inputs():
        if id(tensor) in left_out:
            yield from _needs(tensor.node, left_out, reads)
        else:
            yield tensor
    if isinstance(item, Node):
        yield from reads(item)


ONLY_SCALARS = "only scalars: lines of Python are faster than a call"


def _is_scalar(node: Node) -> bool:
    """Whether a node takes and makes nothing but single numbers, and is no loop: compiled loops take nanoseconds."""
    if node.op in (control.WHILE, control.STATELESS_WHILE):
        return False
    tensors = (*node.flat_inputs(), *node.outputs)
    return all(tensor._spec.shape == () and not tensor.dtype.is_handle for tensor in tensors)


def _scalars_apart(items: Sequence[Node | Compiled], taken: set[int]) -> list[Node]:
    """Nodes among the taken ones that, with all taken ones that they are connected to, compute with single numbers."""
    root: dict[int, Node] = {}  # by node: a node that it is connected to, or itself

    def find(node: Node) -> Node:
        while (above := root[id(node)]) is not node:
            root[id(node)] = root[id(above)]
            node = above
        return node

    nodes = [item for item in items if isinstance(item, Node) and id(item) in taken]
    for node in nodes:
        root[id(node)] = node
        for tensor in node.flat_inputs():
            if id(tensor.node) in root:
                root[id(find(tensor.node))] = find(node)
    larger = {id(find(node)) for node in nodes if not _is_scalar(node)}
    return [node for node in nodes if id(find(node)) not in larger]


def _levels(
    items: Sequence[Node | Compiled], taken: set[int], left_out: set[int], reads: Reads
) -> list[list[Node | Compiled]]:
    """The items in an order in which taken ones stand together: groups of only taken ones and of only others.

    An item's level is the least at which everything that it depends on stands at a lower level, or at the same one
    within a group of the same kind. Taken items have the odd levels.
    """
    level_of: dict[int, int] = {}
    groups: dict[int, list[Node | Compiled]] = {}
    written = read = 0  # the least levels that later reads and writes of any state may have
    for item in items:
        odd = id(item) in taken
        level = 1 if odd else 0
        for tensor in _needs(item, left_out, reads):
            level = max(level, level_of.get(id(tensor), 0))
        reading, writing = reads_state(item), changes_state(item)
        if reading or writing:
            level = max(level, written)
        if writing:
            level = max(level, read)
        if level % 2 != odd:
            level += 1
        if reading:
            read = max(read, level)
        if writing:
            written = level
        for tensor in item.outputs:
            level_of[id(tensor)] = level
        groups.setdefault(level, []).append(item)
    return [groups[level] for level in sorted(groups)]


def reads_state(item: Node | Compiled) -> bool:
    """Whether something reads state."""
    return any(effects.reads for effects in _effects(item))


def changes_state(item: Node | Compiled) -> bool:
    """Whether something changes state, or must keep its place for another reason."""
    return any(effects.writes or effects.world for effects in _effects(item))


def is_pure(item: Node | Compiled) -> bool:
    """Whether nobody would notice if something did not run, but for its outputs."""
    return all(effects.pure for effects in _effects(item))


def _effects(item: Node | Compiled) -> list[Any]:
    return [node.op.effects for node in (item.part.nodes if isinstance(item, Compiled) else (item,))]


def _part(
    graph: Graph,
    items: Sequence[Node | Compiled],
    nodes: Sequence[Node],
    plain: Plain,
    left_out: set[int],
    reads: Reads,
) -> Part:
    """The part of these nodes."""
    inside = {id(tensor) for node in nodes for tensor in node.outputs}
    constants: dict[int, Node] = {}
    inputs: dict[int, SymbolicTensor] = {}
    for node in nodes:
        for tensor in node.flat_inputs():
            if tensor.node.op is control.CONST:
                constants[id(tensor.node)] = tensor.node
            elif id(tensor) not in inside:
                inputs[id(tensor)] = tensor
    own = set(map(id, nodes))
    used = {id(tensor) for item in items if id(item) not in own for tensor in _needs(item, left_out, reads)}
    used.update(map(id, graph.outputs))
    outputs = tuple(tensor for node in nodes for tensor in node.outputs if id(tensor) in used)
    parts = tuple(nodes), tuple(constants.values()), tuple(inputs.values()), outputs
    return Part(graph.name, *parts, plain(graph_of(graph.name, *parts)))


def graph_of(
    name: str,
    nodes: Sequence[Node],
    constants: Sequence[Node],
    inputs: Sequence[SymbolicTensor],
    outputs: Sequence[SymbolicTensor],
) -> Graph:
    """A view of some nodes as a graph; the nodes stay those of the graph that they came from."""
    graph = Graph(name)
    graph.nodes = [*constants, *nodes]
    graph.inputs = list(inputs)
    graph.outputs = list(outputs)
    return graph


_warned: set[str] = set()


def _failure(name: str, doing: str, error: Exception) -> str:
    """Log an internal failure of a compiler; the reason to note."""
    reason = f"failed: {type(error).__name__}: {error}"
    _warn(
        f"The compiler {name!r} failed while {doing}; kernels execute this instead. {reason}", f"{name} {reason}", error
    )
    return reason


def _warn(text: str, key: str = "", error: Exception | None = None) -> None:
    """Log something once: what has the same key, or text, is not told again."""
    if (key or text) not in _warned:
        _warned.add(key or text)
        _log.warning(text)
        if error is not None:
            _log.debug("the traceback", exc_info=error)

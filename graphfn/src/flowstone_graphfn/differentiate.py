"""Differentiating graphs: a function's backward function, and a forward function that keeps what it needs.

The graph ``G`` of ``y = f(x)`` is copied to ``F``; the gradient rules of its nodes are traced, in reverse, into a
graph ``B``. What ``B`` captures of ``F`` are the intermediate values it needs: they become extra outputs of
``F``. So ``F: x -> (y, intermediates)`` and ``B: (dy, intermediates) -> dx``.

Calls, branches and loops in ``F`` are upgraded in place: they get further outputs themselves.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from flowstone_autodiff.backprop import backpropagate
from flowstone_autodiff.recorder import TRAINABLE_KINDS
from flowstone_core import dtypes
from flowstone_core.ops.filling import zeros, zeros_like
from flowstone_core.ops.state import VARIABLE_SHAPE
from flowstone_core.spec import Spec
from flowstone_core.tensor import Tensor

from flowstone_graphfn.execution import call
from flowstone_graphfn.graph import Graph, Node, copy_graph
from flowstone_graphfn.graph_function import GraphFunction, unique_function_name
from flowstone_graphfn.outputs import Packer, flat_tensors, packer
from flowstone_graphfn.symbolic import SymbolicTensor
from flowstone_graphfn.trace import building

DEEPER = (
    "A derivative of a derivative of {name} needs values that its call did not keep. Call the function inside both "
    "tapes, and do not call a persistent tape's gradient() inside that tape."
)


@dataclass(frozen=True, slots=True)
class Backward:
    """A traced backward function.

    Attributes:
        function: Takes the gradients of the outputs in ``pattern``, then what it captured; gives those of inputs.
        pattern: Which of the forward function's outputs have a gradient.
        intermediates: What it captured of the forward graph.
        others: What else it captured: tensors from outside, as they are.
        order: Where in the captures the intermediates and others stand (an index each, others negative).
        present: Which of the inputs have a gradient.
        pack: Puts flat results in the place of each input: tensors, ``IndexedSlices``, None.
    """

    function: GraphFunction
    pattern: tuple[bool, ...]
    intermediates: list[SymbolicTensor]
    others: list[Tensor]
    order: list[int]
    present: tuple[bool, ...]
    pack: Packer

    def captured(self, intermediates: Sequence[Any]) -> list[Any]:
        """The captured inputs, given the intermediates' values."""
        return [intermediates[index] if index >= 0 else self.others[~index] for index in self.order]


class Differentiable:
    """A graph function with what is needed to differentiate it.

    Args:
        source: The function.
        deep: Whether derivatives of derivatives will be asked for, so that the forward function keeps what
            those need, too.

    Attributes:
        graph: The graph of the forward function: intermediates are its further outputs.
        count: The number of outputs of the function itself.
        needed: What the backward function needs, in the order it was first asked for; inputs and outputs of
            the function can be among it.
        upgraded: The nodes of ``graph`` that got further outputs, by identity, and how to go back through them.
    """

    def __init__(self, source: GraphFunction, deep: bool) -> None:
        self.name = source.name
        self.deep = deep
        self.graph, self._copies = copy_graph(source.graph, unique_function_name(_stem(source.name), "forward"))
        self.graph.set_outer(source.graph)
        self._source = source
        self.count = len(self.graph.outputs)
        self.needed: list[SymbolicTensor] = []
        self.upgraded: dict[int, Any] = {}
        self._available: dict[int, int] = {id(tensor): ~index for index, tensor in enumerate(self.graph.inputs)}
        for index, tensor in enumerate(self.graph.outputs):
            self._available.setdefault(id(tensor), index)
        self._backwards: dict[tuple[bool, ...], Backward] = {}
        self._forward: GraphFunction | None = None
        self._keep()
        while deep and self._keep():
            pass

    @property
    def forward(self) -> GraphFunction:
        """The function with intermediates as further outputs."""
        if self._forward is None:
            self._forward = GraphFunction(self.graph)
        return self._forward

    def _keep(self) -> bool:
        """Make outputs of what the full backward function needs; whether that added any."""
        before = len(self.graph.outputs)
        pattern = tuple(tensor.dtype._kind in TRAINABLE_KINDS for tensor in self.graph.outputs)
        known = set(map(id, self.needed))
        for tensor in self._trace(pattern).intermediates:
            if id(tensor) not in known:
                known.add(id(tensor))
                self.needed.append(tensor)
            if id(tensor) not in self._available:
                self._available[id(tensor)] = len(self.graph.outputs)
                self.graph.outputs.append(tensor)
        return len(self.graph.outputs) > before

    def _trace(self, pattern: tuple[bool, ...]) -> Backward:
        """Trace the backward function for gradients at the outputs in ``pattern``."""
        graph = Graph(unique_function_name(_stem(self.name), "backward"), self.graph)
        targets = [tensor for tensor, wanted in zip(self.graph.outputs, pattern, strict=False) if wanted]
        weights = [graph.add_input(gradient_spec(target), "gradient") for target in targets]
        sources = self.graph.inputs
        with building(graph) as builder, _Session(self):
            results = backpropagate(self.graph.records(), targets, sources, weights)
            graph.outputs = [builder.local(tensor) for tensor in flat_tensors(results)]
        intermediates: list[SymbolicTensor] = []
        others: list[Tensor] = []
        order = []
        for outer in graph.external_captures:
            mapped = self._copies.get(id(outer), outer)  # a custom gradient knows the source's tensors
            if isinstance(mapped, SymbolicTensor) and self.graph.owns(mapped):
                order.append(len(intermediates))
                intermediates.append(mapped)
            else:
                order.append(~len(others))
                others.append(outer)
        present = tuple(result is not None for result in results)
        return Backward(GraphFunction(graph), pattern, intermediates, others, order, present, packer(results))

    def backward(self, pattern: tuple[bool, ...]) -> Backward:
        """The backward function for gradients at the outputs in ``pattern``.

        Raises:
            LookupError: If it needs what the forward function does not keep.
        """
        found = self._backwards.get(pattern)
        if found is None:
            found = self._trace(pattern)
            if any(id(tensor) not in self._available for tensor in found.intermediates):
                raise LookupError(DEEPER.format(name=repr(self.name)))
            self._backwards[pattern] = found
        return found

    def where(self, tensor: SymbolicTensor) -> int:
        """Which output an intermediate is; for one that is an input, the complement of that index."""
        return self._available[id(tensor)]


class _Session:
    """The functions that this thread is differentiating, so that gradient rules can upgrade their nodes."""

    stack = threading.local()

    def __init__(self, made: Differentiable) -> None:
        self._made = made

    def __enter__(self) -> None:
        self.stack.made = [*getattr(self.stack, "made", []), self._made]

    def __exit__(self, *exception: object) -> None:
        self.stack.made = self.stack.made[:-1]


def differentiating(node: Node) -> Differentiable:
    """The function that ``node`` belongs to and that is being differentiated by this thread.

    Raises:
        LookupError: If there is none.
    """
    for made in getattr(_Session.stack, "made", []):
        if made.graph is node._graph():
            found: Differentiable = made
            return found
    raise LookupError(
        f"{node.op.name} ({node.name!r}) cannot be differentiated: no tape watched its inputs when it was made."
        f"{node.made_at()}"
    )


def _stem(name: str) -> str:
    """``"f"`` of ``"__inference_f_12"``."""
    for kind in ("__inference_", "__forward_", "__backward_"):
        if name.startswith(kind):
            return name.removeprefix(kind).rpartition("_")[0]
    return name


def gradient_spec(tensor: Any) -> Spec:
    """The spec of the gradient that arrives at ``tensor``: for a variable's handle, like the variable."""
    spec: Spec = tensor.spec
    if spec.dtype is dtypes.resource:
        held = spec.handle[0] if spec.handle else Spec(None, dtypes.float32)
        return Spec(held.shape, held.dtype)
    return Spec(spec.shape, spec.dtype, handle=spec.handle)


def zeros_for(tensor: Any) -> Any:
    """The gradient of ``tensor`` where nothing depends on it."""
    spec = gradient_spec(tensor)
    if spec.shape is not None and None not in spec.shape and not spec.dtype.is_handle:
        return zeros(spec.shape, spec.dtype)
    if tensor.dtype is dtypes.resource:
        return zeros(VARIABLE_SHAPE(tensor), spec.dtype)
    return zeros_like(tensor)


def differentiable(function: GraphFunction, deep: bool) -> Differentiable:
    """``function`` with its forward function, traced at the first request."""
    key = "differentiable", deep
    found: Differentiable | None = function.memo.get(key)
    if found is None:
        found = function.memo[key] = Differentiable(function, deep)
    return found


def go_back(made: Differentiable, kept: Callable[[SymbolicTensor], Any], arrived: Sequence[Any]) -> list[Any]:
    """Call the backward function of one call.

    Args:
        made: What was called.
        kept: Gives the value of an intermediate in that call.
        arrived: A gradient or None for each output of the forward function.

    Returns:
        A tensor, ``IndexedSlices`` or None for each input.
    """
    backward = made.backward(tuple(each is not None for each in arrived))
    weights = [each for each in arrived if each is not None]
    captured = backward.captured([kept(tensor) for tensor in backward.intermediates])
    results: list[Any] = backward.pack(call(backward.function, [*weights, *captured]))
    return results

"""Differentiating graphs: a function's backward function, and a forward function that keeps what it needs.

The graph ``G`` of ``y = f(x)`` is copied to ``F``; the gradient rules of its nodes are traced, in reverse, into a
graph ``B``. What ``B`` captures of ``F`` are the intermediate values it needs: they become extra outputs of
``F``. So ``F: x -> (y, intermediates)`` and ``B: (dy, intermediates) -> dx``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flowstone_autodiff.backprop import backpropagate
from flowstone_autodiff.recorder import TRAINABLE_KINDS, Record
from flowstone_core import dtypes
from flowstone_core.ops.filling import zeros_like
from flowstone_core.spec import Spec
from flowstone_core.tensor import Tensor

from flowstone_graphfn.graph import Graph, copy_graph
from flowstone_graphfn.graph_function import GraphFunction, unique_function_name
from flowstone_graphfn.outputs import Packer, flat_tensors, packer
from flowstone_graphfn.symbolic import SymbolicTensor
from flowstone_graphfn.trace import building


def takes_gradient(tensor: Tensor) -> bool:
    """Whether a gradient can arrive at ``tensor``, judging by its type."""
    return tensor.dtype._kind in TRAINABLE_KINDS and tensor.dtype is not dtypes.resource


def records_of(graph: Graph) -> list[Record]:
    """The nodes of a graph as a tape would have recorded them, with the custom gradients in their places."""
    records: list[Record] = []
    customs = list(graph.custom_gradients)
    for position, node in enumerate(graph.nodes):
        while customs and customs[0].position <= position:
            records.append(customs.pop(0).record)
        if node.outputs and node.inputs:
            records.append((node.op, node.inputs, node.packed(node.outputs), node.attrs))
    records.extend(custom.record for custom in customs)
    return records


@dataclass(frozen=True, slots=True)
class Backward:
    """A traced backward function.

    Attributes:
        function: Takes the gradients of the outputs in ``pattern``, then what it captured; gives those of inputs.
        pattern: Which of the forward function's outputs have a gradient.
        intermediates: What it captured of the forward graph.
        others: What else it captured: tensors from outside, as they are.
        order: Where in the captures the intermediates and others stand (an index each, others negative).
        pack: Puts flat results in the place of each input: tensors, ``IndexedSlices``, None.
    """

    function: GraphFunction
    pattern: tuple[bool, ...]
    intermediates: list[SymbolicTensor]
    others: list[Tensor]
    order: list[int]
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
        forward: The function with intermediates as further outputs.
        kept: The intermediates, in the order of those outputs.
    """

    def __init__(self, source: GraphFunction, deep: bool) -> None:
        self.name = source.name
        self.graph, self._copies = copy_graph(source.graph, unique_function_name(_stem(source.name), "forward"))
        self.graph.set_outer(source.graph)
        self.source = source
        self.count = len(self.graph.outputs)
        self._available: dict[int, int] = {id(tensor): ~index for index, tensor in enumerate(self.graph.inputs)}
        for index, tensor in enumerate(self.graph.outputs):
            self._available.setdefault(id(tensor), index)
        self._backwards: dict[tuple[bool, ...], Backward] = {}
        self._keep()
        while deep and self._keep():
            pass
        self.forward = GraphFunction(self.graph)

    def _keep(self) -> bool:
        """Make outputs of what the full backward function needs; whether that added any."""
        before = len(self.graph.outputs)
        backward = self._trace(tuple(takes_gradient(tensor) for tensor in self.graph.outputs))
        for tensor in backward.intermediates:
            if id(tensor) not in self._available:
                self._available[id(tensor)] = len(self.graph.outputs)
                self.graph.outputs.append(tensor)
        return len(self.graph.outputs) > before

    def _trace(self, pattern: tuple[bool, ...]) -> Backward:
        """Trace the backward function for gradients at the outputs in ``pattern``."""
        graph = Graph(unique_function_name(_stem(self.name), "backward"), self.graph)
        targets = [tensor for tensor, wanted in zip(self.graph.outputs, pattern, strict=False) if wanted]
        weights = [graph.add_input(_gradient_spec(target), "gradient") for target in targets]
        with building(graph) as builder:
            results = backpropagate(records_of(self.graph), targets, self.graph.inputs, weights)
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
        return Backward(GraphFunction(graph), pattern, intermediates, others, order, packer(results))

    def backward(self, pattern: tuple[bool, ...]) -> Backward:
        """The backward function for gradients at the outputs in ``pattern``.

        Raises:
            LookupError: If it needs what the forward function does not keep.
        """
        found = self._backwards.get(pattern)
        if found is None:
            found = self._trace(pattern)
            if any(id(tensor) not in self._available for tensor in found.intermediates):
                raise LookupError(
                    f"A derivative of a derivative of {self.name!r} needs values that its call did not keep. Call the "
                    "function inside both tapes, and do not call a persistent tape's gradient() inside that tape."
                )
            self._backwards[pattern] = found
        return found

    def value(self, tensor: SymbolicTensor, inputs: Sequence[Any], outputs: Sequence[Any]) -> Any:
        """The value of an intermediate in one call."""
        index = self._available[id(tensor)]
        return outputs[index] if index >= 0 else inputs[~index]


def _stem(name: str) -> str:
    """``"f"`` of ``"__inference_f_12"``."""
    for kind in ("__inference_", "__forward_", "__backward_"):
        if name.startswith(kind):
            return name.removeprefix(kind).rpartition("_")[0]
    return name


def _gradient_spec(tensor: SymbolicTensor) -> Spec:
    spec = tensor._spec
    return Spec(spec.shape, spec.dtype, handle=spec.handle)


def differentiable(function: GraphFunction, deep: bool) -> Differentiable:
    """``function`` with its forward function, traced at the first request."""
    key = "differentiable", deep
    found: Differentiable | None = function.memo.get(key)
    if found is None:
        found = function.memo[key] = Differentiable(function, deep)
    return found


def gradients_of_call(
    made: Differentiable,
    inputs: Sequence[Tensor],
    outputs: Sequence[Tensor],
    arrived: Sequence[Any],
    call: Any,
) -> list[Any]:
    """Call the backward function of one call.

    Args:
        made: What was called.
        inputs: The inputs of the call.
        outputs: All outputs of the forward function.
        arrived: A gradient or None for each output.
        call: Calls a graph function on tensors.

    Returns:
        A tensor, ``IndexedSlices`` or None for each input.
    """
    pattern = tuple(each is not None for each in arrived)
    try:
        backward = made.backward(pattern)
    except LookupError:
        full = tuple(index < made.count and takes_gradient(t) for index, t in enumerate(made.graph.outputs))
        if pattern == full:
            raise
        arrived = [
            zeros_like(output) if wanted and each is None else each
            for each, output, wanted in zip(arrived, outputs, full, strict=True)
        ]
        backward = made.backward(tuple(each is not None for each in arrived))
    kept = [made.value(tensor, inputs, outputs) for tensor in backward.intermediates]
    weights = [each for each in arrived if each is not None]
    results: list[Any] = backward.pack(call(backward.function, [*weights, *backward.captured(kept)]))
    return results

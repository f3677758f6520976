"""Going back through branches: the branch that was taken keeps its intermediates, the others give fakes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from flowstone_autodiff.aggregate import dense
from flowstone_core.op import Op
from flowstone_core.ops.control import FAKE_PARAM
from flowstone_core.shapes import TensorShape

from flowstone_graphfn.branching import choose
from flowstone_graphfn.differentiate import Differentiable, differentiable, go_back, zeros_for
from flowstone_graphfn.graph import copy_graph
from flowstone_graphfn.graph_function import IFS, GraphFunction, branch_attrs, branches_of, unique_function_name
from flowstone_graphfn.symbolic import SymbolicTensor
from flowstone_graphfn.trace import building


class BranchUpgrade:
    """An ``If`` or ``Case`` whose branches keep what the way back needs.

    Its outputs are those of the node, then the intermediates of the first branch, of the second, ...

    Attributes:
        op: The op to execute.
        attrs: Its attributes.
        count: The number of outputs of the node itself.
    """

    def __init__(self, op: Op, attrs: dict[str, Any], inputs: tuple[Any, ...], deep: bool) -> None:
        self.op = op
        self._made = [differentiable(branch, deep) for branch in branches_of(op, attrs)]
        self.count = self._made[0].count
        kept = [made.graph.outputs[self.count :] for made in self._made]
        self._starts = [self.count + sum(map(len, kept[:index])) for index in range(len(kept))]
        functions = [_with_fakes(made, kept, index) for index, made in enumerate(self._made)]
        types = tuple(tensor.dtype for tensor in functions[0].graph.outputs)
        self.attrs = {**attrs, **branch_attrs(op, functions), "Tout": types, "output_shapes": ()}

    def inputs(self, given: tuple[Any, ...]) -> tuple[Any, ...]:
        """The inputs of the upgraded node: the same."""
        return given

    def backward(self, inputs: tuple[Any, ...], outputs: Sequence[Any], arrived: Sequence[Any]) -> tuple[Any, ...]:
        """A gradient or None for each input, nested as the inputs."""
        selector, arguments = inputs
        parts = []
        wanted = [False] * len(arguments)
        for made, start in zip(self._made, self._starts, strict=True):
            size = len(made.graph.outputs) - self.count
            part = [*arrived[: self.count], *arrived[start : start + size]]
            parts.append(part)
            if any(each is not None for each in part):
                present = made.backward(tuple(each is not None for each in part)).present
                wanted = [a or b for a, b in zip(wanted, present, strict=True)]

        def way_back(index: int) -> Callable[[], list[Any]]:
            made, start, part = self._made[index], self._starts[index], parts[index]

            def kept(tensor: SymbolicTensor) -> Any:
                place = made.where(tensor)
                if place < 0:
                    return arguments[~place]
                return outputs[place if place < self.count else start + place - self.count]

            def run() -> list[Any]:
                empty: list[Any] = [None] * len(arguments)
                found = go_back(made, kept, part) if any(each is not None for each in part) else empty
                return [
                    zeros_for(argument) if gradient is None else dense(gradient)
                    for argument, gradient, want in zip(arguments, found, wanted, strict=True)
                    if want
                ]

            return run

        results = iter(choose(selector, self.op in IFS, [way_back(index) for index in range(len(self._made))]))
        return None, [next(results) if want else None for want in wanted]


def _with_fakes(made: Differentiable, kept: Sequence[Sequence[SymbolicTensor]], own: int) -> GraphFunction:
    """The forward function of one branch, with fakes in the place of the other branches' intermediates."""
    graph, mapped = copy_graph(made.graph, unique_function_name("branch", "forward"))
    outputs = [mapped[id(tensor)] for tensor in made.graph.outputs[: made.count]]
    with building(graph):
        for index, tensors in enumerate(kept):
            for tensor in tensors:
                if index == own:
                    outputs.append(mapped[id(tensor)])
                    continue
                fake = FAKE_PARAM(dtype=tensor.dtype, shape=TensorShape(tensor._spec.shape))
                fake._spec = tensor._spec
                outputs.append(fake)
    graph.outputs = outputs
    return GraphFunction(graph)

"""Going back through calls of functions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flowstone_core.op import Op

from flowstone_graphfn.differentiate import differentiable, go_back
from flowstone_graphfn.execution import call_attrs
from flowstone_graphfn.symbolic import SymbolicTensor


class CallUpgrade:
    """A call that keeps what its way back needs.

    Attributes:
        op: The op to execute.
        attrs: Its attributes.
        count: The number of outputs of the call itself.
    """

    def __init__(self, op: Op, attrs: dict[str, Any], inputs: tuple[Any, ...], deep: bool) -> None:
        self._made = differentiable(attrs["f"], deep)
        self.count = self._made.count
        self.op, self.attrs = call_attrs(self._made.forward)

    def inputs(self, given: tuple[Any, ...]) -> tuple[Any, ...]:
        """The inputs of the upgraded node: the same."""
        return given

    def backward(self, inputs: tuple[Any, ...], outputs: Sequence[Any], arrived: Sequence[Any]) -> tuple[Any, ...]:
        """A gradient or None for each input, nested as the inputs."""
        (arguments,) = inputs

        def kept(tensor: SymbolicTensor) -> Any:
            index = self._made.where(tensor)
            return outputs[index] if index >= 0 else arguments[~index]

        return (go_back(self._made, kept, arrived),)

"""How graphs walk over ranges, tensors, and values that say so themselves."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flowstone_core.api import tf
from flowstone_core.errors import OperatorNotAllowedInGraphError
from flowstone_core.interpreter import building_graph
from flowstone_core.tensor import Tensor
from flowstone_core.tensor_array import TensorArray

from flowstone_graphfn.autograph.backend import Iteration
from flowstone_graphfn.autograph.graph_lists import Elements
from flowstone_graphfn.symbolic import SymbolicTensor

PROTOCOL = "__flowstone_iteration__"
"""The method by which other iterables (datasets, iterators, ragged tensors, tensor arrays) give their ``Iteration``."""


def iteration_of(iterable: Any) -> Iteration | None:
    """The walk of a graph over ``iterable``; None if Python shall iterate.

    Raises:
        ValueError: If it is a scalar.
    """
    if isinstance(iterable, SymbolicTensor):
        if (steps := _range_operands(iterable)) is not None:
            return Range(*steps)
        return _rows(iterable)
    if isinstance(iterable, TensorArray) and building_graph():
        return Elements(iterable.size(), iterable.read)
    method = getattr(type(iterable), PROTOCOL, None)
    if method is None or not building_graph():
        return None
    found: Iteration | None = method(iterable)
    return found


def _rows(tensor: Tensor) -> Elements:
    if tensor.spec.rank == 0:
        raise ValueError(f"Cannot iterate over a scalar tensor: {tensor!r}.")
    known = tensor.spec.shape[0] if tensor.spec.shape is not None else None
    return Elements(known if known is not None else tf.shape(tensor)[0], lambda index: tf.gather(tensor, index))


def walks(iterable: Any) -> bool:
    """Whether ``iteration_of`` gives something; asking adds nothing to the graph."""
    if isinstance(iterable, SymbolicTensor):
        return True
    return building_graph() and (isinstance(iterable, TensorArray) or hasattr(type(iterable), PROTOCOL))


def rows_of(iterable: Any) -> Any:
    """The rows of a symbolic tensor of known length.

    Raises:
        OperatorNotAllowedInGraphError: If the length is not known.
    """
    if isinstance(iterable, SymbolicTensor) and (shape := iterable.spec.shape) and shape[0] is not None:
        return tf.unstack(iterable)
    raise OperatorNotAllowedInGraphError(
        f"Python cannot iterate over {iterable!r}: how many elements it has is only known when the function runs. Use "
        "a `for` statement, tf.map_fn or tf.vectorized_map, or give it a known length."
    )


def _range_operands(tensor: SymbolicTensor) -> tuple[Any, Any, Any] | None:
    node = tensor.node
    if node.op.name != RANGE_NAME or node.inputs[2].spec.scalar() in (None, 0):
        return None
    return node.inputs


RANGE_NAME = "Range"


class Range:
    """``tf.range(start, limit, delta)``, counted without making the tensor."""

    consumes = False

    def __init__(self, start: Tensor, limit: Tensor, delta: Tensor) -> None:
        self._start = start
        self._limit = limit
        self._delta = delta

    def start(self) -> list[Tensor]:
        """The first number."""
        return [self._start]

    def more(self, variables: Sequence[Tensor]) -> Tensor:
        """Whether the number is still before the limit."""
        ascending = (self._delta.spec.scalar() or 0) > 0
        return variables[0] < self._limit if ascending else variables[0] > self._limit

    def item(self, variables: Sequence[Tensor]) -> Tensor:
        """The number."""
        return variables[0]

    def advance(self, variables: Sequence[Tensor]) -> list[Tensor]:
        """The next number."""
        return [variables[0] + self._delta]

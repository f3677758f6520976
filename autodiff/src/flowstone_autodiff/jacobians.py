"""Jacobians: one pass back for each element of the target."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from flowstone_core.infer import product
from flowstone_core.ops.array import reshape, shape
from flowstone_core.ops.filling import one_hot
from flowstone_core.ops.filling import zeros as zeros_of
from flowstone_core.ops.joining import concat, stack
from flowstone_core.tensor import Tensor

from flowstone_autodiff.aggregate import dense
from flowstone_autodiff.backprop import backpropagate
from flowstone_autodiff.recorder import Record
from flowstone_autodiff.sources import element_type, zeros_for


def jacobian(records: list[Record], target: Tensor, sources: Sequence[Tensor], *, at_once: bool) -> list[Any]:
    """``[*target.shape, *source.shape]`` for each source; None where the target does not depend on it."""
    count = _size(target.shape.as_tuple())
    if count == 0:
        return [zeros(target, source) for source in sources]

    def row(index: int) -> list[Any]:
        weight = reshape(one_hot(index, count, dtype=target.dtype), _dims(target))
        return backpropagate(records, [target], sources, [weight])

    return [
        None if stacked is None else reshape(stacked, _joined(_dims(target), _dims(stacked, 1)))
        for stacked in _stacked(row, count, 0)
    ]


def batch_jacobian(records: list[Record], target: Tensor, source: Tensor, *, at_once: bool) -> Any:
    """``[batch, *target.shape[1:], *source.shape[1:]]``."""
    dims = _dims(target)
    known = target.shape.as_tuple()
    count = _size(None if known is None else known[1:])
    joined = _joined(dims, _dims(source, 1))
    if count == 0:
        return zeros_of(joined, source.dtype)
    flat = [dims[0], count]

    def row(index: int) -> list[Any]:
        weight = one_hot(index, count, dtype=target.dtype) + zeros_of(flat, target.dtype)
        return backpropagate(records, [target], [source], [reshape(weight, dims)])

    (stacked,) = _stacked(row, count, 1)
    return zeros_of(joined, source.dtype) if stacked is None else reshape(stacked, joined)


def _stacked(row: Callable[[int], list[Any]], count: int, axis: int) -> list[Any]:
    """The rows of each source as one tensor."""
    rows = [[dense(each) for each in row(index)] for index in range(count)]
    return [None if column[0] is None else stack(column, axis) for column in zip(*rows, strict=True)]


def _size(sizes: tuple[int | None, ...] | None) -> int:
    count = None if sizes is None else product(sizes)
    if count is None:
        raise ValueError("The Jacobian of a tensor whose static shape is not known cannot be computed row by row.")
    return count


def _dims(tensor: Tensor, start: int = 0) -> Any:
    """The sizes from dimension ``start`` on: a list if they are known, else a tensor."""
    known = tensor.shape
    return known.as_list()[start:] if known.is_fully_defined() else shape(tensor)[start:]


def _joined(first: Any, second: Any) -> Any:
    if isinstance(first, list) and isinstance(second, list):
        return first + second
    return concat([first, second], 0)


def zeros(target: Tensor, source: Tensor) -> Any:
    """The Jacobian of what does not depend on ``source``."""
    return zeros_of(_joined(_dims(target), _dims(zeros_for(source))), element_type(source))


def check_batches(target: Tensor, source: Tensor) -> None:
    """Check that both have the same first dimension.

    Raises:
        ValueError: If they have not.
        IndexError: If one has none.
    """
    if 0 in (target.shape.rank, source.shape.rank):
        raise IndexError("batch_jacobian needs a target and a source with a first dimension; one is a scalar.")
    rows, others = (None if tensor.shape.rank is None else tensor.shape[0] for tensor in (target, source))
    if rows is not None and others is not None and rows != others:
        raise ValueError(
            f"Need first dimension of target shape ({target.shape}) and source shape ({source.shape}) to match."
        )

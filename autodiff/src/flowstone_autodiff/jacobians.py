"""Jacobians: one pass back for each element of the target, all of them at once or one by one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from flowstone_core.infer import product
from flowstone_core.ops.array import reshape, shape, transpose
from flowstone_core.ops.filling import eye
from flowstone_core.ops.filling import ones as ones_of
from flowstone_core.ops.filling import zeros as zeros_of
from flowstone_core.ops.joining import concat, stack
from flowstone_core.ops.reduce import reduce_prod
from flowstone_core.tensor import Tensor

from flowstone_autodiff.aggregate import dense
from flowstone_autodiff.backprop import backpropagate
from flowstone_autodiff.batched import vectorized
from flowstone_autodiff.recorder import Record
from flowstone_autodiff.sources import element_type, zeros_for
from flowstone_autodiff.static import sizes


def jacobian(records: list[Record], target: Tensor, sources: Sequence[Tensor], *, at_once: bool) -> list[Any]:
    """``[*target.shape, *source.shape]`` for each source; None where the target does not depend on it."""
    count = _size(_known(target), at_once, target)
    if type(count) is int and count == 0:
        return [zeros(target, source) for source in sources]

    def row(weight: Any) -> list[Any]:
        return [dense(each) for each in backpropagate(records, [target], sources, [reshape(weight, _dims(target))])]

    return [
        None if rows is None else reshape(rows, _joined(_dims(target), _dims(rows, 1)))
        for rows in _rows(row, eye(count, dtype=target.dtype), count, at_once)
    ]


def batch_jacobian(records: list[Record], target: Tensor, source: Tensor, *, at_once: bool) -> Any:
    """``[batch, *target.shape[1:], *source.shape[1:]]``."""
    dims = _dims(target)
    known = _known(target)
    count = _size(None if known is None else known[1:], at_once, target, first=1)
    joined = _joined(dims, _dims(source, 1))
    if type(count) is int and count == 0:
        return zeros_of(joined, source.dtype)
    ones = ones_of(stack([dims[0], 1]), target.dtype)

    def row(weight: Any) -> list[Any]:
        found = backpropagate(records, [target], [source], [reshape(ones * weight, dims)])
        return [dense(each) for each in found]

    (rows,) = _rows(row, eye(count, dtype=target.dtype), count, at_once)
    if rows is None:
        return zeros_of(joined, source.dtype)
    order = [1, 0, *range(2, len(sizes(rows)))]
    return reshape(transpose(rows, order), joined)


def _rows(row: Callable[[Any], list[Any]], units: Tensor, count: Any, at_once: bool) -> list[Any]:
    """What ``row`` gives for each unit vector, stacked."""
    if at_once:
        return vectorized(count, row, [units])
    rows = [row(units[index]) for index in range(count)]
    return [None if column[0] is None else stack(column) for column in zip(*rows, strict=True)]


def _known(tensor: Tensor) -> tuple[int | None, ...] | None:
    return tensor.shape.as_tuple()


def _size(known: tuple[int | None, ...] | None, at_once: bool, target: Tensor, first: int = 0) -> Any:
    """The number of entries: a number if it is known, else a tensor."""
    count = None if known is None else product(known)
    if count is None and not at_once:
        raise ValueError("The Jacobian of a tensor whose static shape is not known cannot be computed row by row.")
    return reduce_prod(shape(target)[first:]) if count is None else count


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

"""Sorting, made of ``top_k``: equal elements keep their order, and gradients flow."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flowstone_core.conversion import convert_to_tensor
from flowstone_core.errors import InvalidArgumentError
from flowstone_core.interpreter import building_graph
from flowstone_core.ops import array, compare, math
from flowstone_core.ops.filling import range as range_
from flowstone_core.ops.nn import top_k
from flowstone_core.ops.selection import where
from flowstone_core.tensor import Tensor, TensorLike


def _descending(values: Tensor, take_values: bool) -> Any:
    found = top_k(values, array.shape(values)[-1])
    return found.values if take_values else found.indices


def _ascending(values: Tensor, take_values: bool) -> Any:
    """The descending order of what runs the other way."""
    if values.dtype.is_unsigned:
        mirror = convert_to_tensor(values.dtype.max, values.dtype)
    elif values.dtype.is_integer:
        mirror = convert_to_tensor(-1, values.dtype)
    else:
        found = _descending(math.negative(values), take_values)
        return math.negative(found) if take_values else found
    found = _descending(math.subtract(mirror, values), take_values)
    return math.subtract(mirror, found) if take_values else found


def _swapped(x: Tensor, axis: int, function: Callable[[Tensor], Any]) -> Any:
    """``function`` of ``x`` with ``axis`` and the last dimension swapped, and swapped back; the rank is not known."""
    last = math.subtract(array.rank(x), 1)
    at = axis if axis >= 0 else math.add(array.rank(x), axis)
    places = range_(array.rank(x))
    swap = where(compare.equal(places, at), last, where(compare.equal(places, last), at, places))
    return array.transpose(function(array.transpose(x, swap)), swap)


def _sorted(values: TensorLike, axis: int, direction: str, take_values: bool) -> Any:
    if direction not in ("ASCENDING", "DESCENDING"):
        raise ValueError(f"Argument `direction` should be one of ASCENDING, DESCENDING. Received: {direction}")
    order = _ascending if direction == "ASCENDING" else _descending
    x = convert_to_tensor(values)
    rank = x.ndim
    if axis in (-1, None if rank is None else rank - 1) and rank != 0:
        return order(x, take_values)
    if rank is None:
        return _swapped(x, axis, lambda turned: order(turned, take_values))
    if not -rank <= axis < rank:
        message = f"Cannot sort along axis {axis}: the tensor has rank {rank}."
        raise ValueError(message) if building_graph() else InvalidArgumentError(None, None, message)
    swap = list(range(rank))
    swap[axis], swap[-1] = swap[-1], swap[axis]
    return array.transpose(order(array.transpose(x, swap), take_values), swap)


def sort(values: TensorLike, axis: int = -1, direction: str = "ASCENDING", name: str | None = None) -> Any:
    """The elements along ``axis``, in order.

    >>> tf.sort([3, 1, 2]).numpy()
    array([1, 2, 3], dtype=int32)

    Args:
        values: Numbers.
        axis: The dimension to sort along.
        direction: ``"ASCENDING"`` or ``"DESCENDING"``.
        name: A name for the operation.

    Raises:
        ValueError: For another direction.
    """
    return _sorted(values, axis, direction, take_values=True)


def argsort(
    values: TensorLike, axis: int = -1, direction: str = "ASCENDING", stable: bool = False, name: str | None = None
) -> Any:
    """Where the elements along ``axis`` come from when they are sorted.

    >>> tf.argsort([3, 1, 2]).numpy()
    array([1, 2, 0], dtype=int32)

    Args:
        values: Numbers.
        axis: The dimension to sort along.
        direction: ``"ASCENDING"`` or ``"DESCENDING"``.
        stable: Ignored: equal elements always keep their order.
        name: A name for the operation.
    """
    return _sorted(values, axis, direction, take_values=False)

"""Gradients of ``flowstone_core.ops.joining``."""

from __future__ import annotations

from typing import Any

from flowstone_core.ops import joining as ops
from flowstone_core.ops.array import reshape, shape, size
from flowstone_core.ops.cast import cast
from flowstone_core.ops.filling import range as number_range
from flowstone_core.ops.joining import concat, stack
from flowstone_core.ops.reduce import reduce_sum
from flowstone_core.tensor import Tensor

from flowstone_autodiff.registry import Call, gradient, not_differentiable
from flowstone_autodiff.static import dims, ints, scalar

not_differentiable(ops.CONCAT_OFFSET)


@gradient(ops.PACK)
def pack_gradient(call: Call, dy: Tensor) -> tuple[list[Tensor]]:
    """Each tensor gets its own slice of ``dy``."""
    return (ops.UNPACK(dy, num=len(call.inputs[0]), axis=call.attrs["axis"]),)


@gradient(ops.UNPACK)
def unpack_gradient(call: Call, dys: list[Tensor]) -> Any:
    """The slices' gradients, stacked."""
    return stack(dys, call.attrs["axis"])


@gradient(ops.PARALLEL_CONCAT)
def parallel_concat_gradient(call: Call, dy: Tensor) -> tuple[list[Tensor]]:
    """Each tensor gets its own slice of ``dy``, with its first dimension of size 1."""
    return (ops.SPLIT(0, dy, num_split=len(call.inputs[0])),)


@gradient(ops.CONCAT_V2)
def concat_gradient(call: Call, dy: Tensor) -> tuple[list[Tensor], None]:
    """Each tensor gets its own part of ``dy``."""
    values, axis = call.inputs
    return _split_like(dy, values, axis), None


@gradient(ops.CONCAT)
def concat_v1_gradient(call: Call, dy: Tensor) -> tuple[None, list[Tensor]]:
    """Each tensor gets its own part of ``dy``."""
    axis, values = call.inputs
    return None, _split_like(dy, values, axis)


def _split_like(dy: Tensor, values: tuple[Tensor, ...], axis: Tensor) -> list[Tensor]:
    known_axis = scalar(axis)
    sizes: Any = [_size_along(value, known_axis) for value in values]
    if None in sizes:
        sizes = stack([shape(value)[axis if known_axis is None else known_axis] for value in values])
    parts: list[Tensor] = ops.SPLIT_V(dy, sizes, axis, num_split=len(values))
    return parts


def _size_along(value: Tensor, axis: int | None) -> int | None:
    known = dims(value)
    return None if known is None or axis is None else known[axis]


@gradient(ops.SPLIT)
def split_gradient(call: Call, dys: list[Tensor]) -> tuple[None, Any]:
    """The parts' gradients, joined."""
    return None, concat(dys, call.inputs[0])


@gradient(ops.SPLIT_V)
def split_v_gradient(call: Call, dys: list[Tensor]) -> tuple[Any, None, None]:
    """The parts' gradients, joined."""
    return concat(dys, call.inputs[2]), None, None


@gradient(ops.TILE)
def tile_gradient(call: Call, dy: Tensor) -> tuple[Any, None]:
    """The sum over the copies: ``dy`` as ``[copies₀, size₀, copies₁, size₁, ...]``, summed over all copies."""
    x, multiples = call.inputs
    sizes, copies = dims(x), ints(multiples)
    if sizes is not None and None not in sizes and copies is not None:
        split = [number for pair in zip(copies, sizes, strict=True) for number in pair]
        return reduce_sum(reshape(dy, split), list(range(0, len(split), 2))), None
    interleaved = reshape(stack([multiples, cast(shape(x), multiples.dtype)], 1), [-1])
    axes = number_range(0, size(interleaved), 2) if sizes is None else list(range(0, 2 * len(sizes), 2))
    return reduce_sum(reshape(dy, interleaved), axes), None

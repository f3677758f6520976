"""The transpose of broadcasting: adding up over the dimensions that an operand was repeated along."""

from __future__ import annotations

from typing import Any

from flowstone_core.ops.array import BROADCAST_GRADIENT_ARGS, reshape, shape
from flowstone_core.ops.reduce import reduce_sum
from flowstone_core.tensor import EagerTensor, Tensor

from flowstone_autodiff.static import dims


def unbroadcast(dy: Any, like: Tensor, other: Tensor | None = None) -> Any:
    """``dy`` summed over the dimensions along which ``like`` was broadcast, in the shape of ``like``.

    Args:
        dy: The gradient of the broadcast result.
        like: The operand whose gradient is wanted.
        other: The other operand, if there were two. Where it is known not to be larger, the operand was not
            broadcast: with partly unknown shapes that often saves a sum.
    """
    if type(dy) is EagerTensor and type(like) is EagerTensor and dy._array.shape == like._array.shape:
        return dy
    have, want = dims(dy), dims(like)
    if have is want or (have == want and None not in have):  # type: ignore[operator]
        return dy
    if have is None or want is None:
        return _dynamic(dy, like)
    lead = len(have) - len(want)
    beside = None if other is None else dims(other)
    axes = list(range(lead))
    for axis, size in enumerate(want, lead):
        if size == 1:
            if have[axis] != 1:
                axes.append(axis)
        elif size is None and not _fixed(beside, axis - len(have)):
            return _dynamic(dy, like)
    if not axes:
        return dy
    if len(axes) == lead:
        return reduce_sum(dy, axes)
    summed = reduce_sum(dy, axes, keepdims=True)
    return summed if not lead else reshape(summed, shape(like) if None in want else want)


def _fixed(beside: tuple[int | None, ...] | None, axis: int) -> bool:
    """Whether an operand of shape ``beside`` cannot have stretched the other along ``axis`` (from the right)."""
    return beside is not None and (-axis > len(beside) or beside[axis] == 1)


def _dynamic(dy: Tensor, like: Tensor) -> Tensor:
    wanted = shape(like)
    axes, _ = BROADCAST_GRADIENT_ARGS(wanted, shape(dy))
    result: Tensor = reshape(reduce_sum(dy, axes), wanted)
    return result

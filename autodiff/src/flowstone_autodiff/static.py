"""What is known of shapes and of integer tensors before they are computed."""

from __future__ import annotations

from typing import Any

from flowstone_core.ops.array import shape
from flowstone_core.tensor import EagerTensor, Tensor


def dims(tensor: Tensor) -> tuple[int | None, ...] | None:
    """The static shape as a plain tuple with None for unknown sizes; None for an unknown rank."""
    return tensor._array.shape if type(tensor) is EagerTensor else tensor.spec.shape


def shape_of(tensor: Tensor) -> Any:
    """The shape as what ``tf.reshape`` takes: a list of sizes if all are known, else a tensor."""
    known = dims(tensor)
    return shape(tensor) if known is None or None in known else list(known)


def ints(tensor: Tensor) -> tuple[int, ...] | None:
    """The entries of a 1-d integer tensor (or the one of a scalar) if all are known, else None."""
    value = tensor._array.tolist() if type(tensor) is EagerTensor else tensor.spec.value
    if isinstance(value, int):
        return (value,)
    return None if value is None or None in value else tuple(value)


def scalar(tensor: Tensor) -> int | None:
    """The value of an integer scalar if it is known, else None."""
    return int(tensor._array) if type(tensor) is EagerTensor else tensor.spec.scalar()


def sizes(tensor: Tensor) -> list[Any]:
    """The sizes, each a number where it is known and else a scalar tensor.

    Raises:
        ValueError: If the rank is not known.
    """
    known = dims(tensor)
    if known is None:
        raise ValueError(f"This gradient needs the number of dimensions of {tensor!r}. State it with tf.ensure_shape.")
    if None not in known:
        return list(known)
    computed = shape(tensor)
    return [computed[axis] if size is None else size for axis, size in enumerate(known)]


def product(factors: list[Any]) -> Any:
    """The product of numbers and scalar tensors."""
    result: Any = 1
    for factor in factors:
        result = factor if type(result) is int and result == 1 else result * factor
    return result

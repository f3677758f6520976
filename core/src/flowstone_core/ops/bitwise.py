"""Bits of integers, element by element."""

from __future__ import annotations

from flowstone_core import infer
from flowstone_core.dtypes import uint8
from flowstone_core.op import Op
from flowstone_core.tensor import Tensor, TensorLike
from flowstone_core.typelists import INTS


def _binary(name: str) -> Op:
    return Op(name, ("x: T", "y: T"), ("z: T",), (INTS,), infer=infer.broadcast)


BITWISE_AND, BITWISE_OR, BITWISE_XOR = map(_binary, ("BitwiseAnd", "BitwiseOr", "BitwiseXor"))
LEFT_SHIFT, RIGHT_SHIFT = map(_binary, ("LeftShift", "RightShift"))
INVERT = Op("Invert", ("x: T",), ("y: T",), (INTS,), infer=infer.unchanged)
POPULATION_COUNT = Op("PopulationCount", ("x: T",), ("y: uint8",), (INTS,), infer=infer.shaped_as_first(uint8))


def bitwise_and(x: TensorLike, y: TensorLike, name: str | None = None) -> Tensor:
    """The bits set in both ``x`` and ``y``.

    >>> tf.bitwise.bitwise_and(6, 3)
    <tf.Tensor: shape=(), dtype=int32, numpy=2>
    """
    return BITWISE_AND(x, y, name=name)


def bitwise_or(x: TensorLike, y: TensorLike, name: str | None = None) -> Tensor:
    """The bits set in ``x`` or ``y``."""
    return BITWISE_OR(x, y, name=name)


def bitwise_xor(x: TensorLike, y: TensorLike, name: str | None = None) -> Tensor:
    """The bits set in exactly one of ``x`` and ``y``."""
    return BITWISE_XOR(x, y, name=name)


def invert(x: TensorLike, name: str | None = None) -> Tensor:
    """Every bit of ``x`` flipped; ``-x - 1`` for signed integers."""
    return INVERT(x, name=name)


def left_shift(x: TensorLike, y: TensorLike, name: str | None = None) -> Tensor:
    """The bits of ``x`` moved up by ``y`` places; shifts beyond the width count as the width less one."""
    return LEFT_SHIFT(x, y, name=name)


def right_shift(x: TensorLike, y: TensorLike, name: str | None = None) -> Tensor:
    """The bits of ``x`` moved down by ``y`` places; signed integers keep their sign."""
    return RIGHT_SHIFT(x, y, name=name)

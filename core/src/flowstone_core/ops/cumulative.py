"""Cumulative sums and products along a dimension."""

from __future__ import annotations

from typing import Any

from flowstone_core import infer
from flowstone_core.composite import is_composite
from flowstone_core.conversion import convert_to_tensor
from flowstone_core.op import Op
from flowstone_core.tensor import Tensor, TensorLike
from flowstone_core.typelists import FLOATS, INDEX, NUMBERS_AND_QUANTIZED


def _cumulative(name: str, types: str) -> Op:
    attrs = ("exclusive: bool = false", "reverse: bool = false", types, INDEX)
    return Op(name, ("x: T", "axis: Tidx"), ("out: T",), attrs, infer=infer.unchanged)


CUMSUM = _cumulative("Cumsum", NUMBERS_AND_QUANTIZED)
CUMPROD = _cumulative("Cumprod", NUMBERS_AND_QUANTIZED)
CUMULATIVE_LOGSUMEXP = _cumulative("CumulativeLogsumexp", FLOATS)


def _scan(op: Op, x: TensorLike, axis: Any, exclusive: bool, reverse: bool, name: str | None) -> Tensor:
    if not is_composite(x):
        x = convert_to_tensor(x)
    return op(x, axis, exclusive=exclusive, reverse=reverse, name=name)


def cumsum(
    x: TensorLike, axis: Any = 0, exclusive: bool = False, reverse: bool = False, name: str | None = None
) -> Tensor:
    """Running sums along a dimension.

    >>> tf.cumsum([1, 2, 3]).numpy()
    array([1, 3, 6], dtype=int32)

    Args:
        x: A numeric tensor.
        axis: The dimension.
        exclusive: Whether each sum leaves out the element itself: ``[0, 1, 3]``.
        reverse: Whether sums run from the end: ``[6, 5, 3]``.
        name: A name for the op in a graph.
    """
    return _scan(CUMSUM, x, axis, exclusive, reverse, name)


def cumprod(
    x: TensorLike, axis: Any = 0, exclusive: bool = False, reverse: bool = False, name: str | None = None
) -> Tensor:
    """Running products along a dimension; arguments as ``tf.cumsum``."""
    return _scan(CUMPROD, x, axis, exclusive, reverse, name)


def cumulative_logsumexp(
    x: TensorLike, axis: Any = 0, exclusive: bool = False, reverse: bool = False, name: str | None = None
) -> Tensor:
    """Running ``log(sum(exp(x)))`` along a dimension, without overflow; arguments as ``tf.cumsum``.

    The exclusive form begins with minus infinity, the logarithm of an empty sum.
    """
    return _scan(CUMULATIVE_LOGSUMEXP, x, axis, exclusive, reverse, name)

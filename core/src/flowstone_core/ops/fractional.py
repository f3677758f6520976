"""Fractional pooling: windows of two sizes in an order by chance, so that the ratio of sizes need not be whole."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from flowstone_core import infer
from flowstone_core.dtypes import int64
from flowstone_core.errors import SpecError
from flowstone_core.op import Op
from flowstone_core.ops.random import SEEDS
from flowstone_core.random_seed import op_seeds
from flowstone_core.shapes import TensorShape
from flowstone_core.spec import Spec
from flowstone_core.tensor import Tensor, TensorLike


def _infer_pool(value: Spec, *, pooling_ratio: Any, **attrs: Any) -> tuple[Spec, Spec, Spec]:
    sizes = infer.with_rank(value, 4, "Fractional pooling: the input")
    if len(pooling_ratio) != 4 or min(pooling_ratio) < 1 or pooling_ratio[0] != 1 or pooling_ratio[3] != 1:
        raise SpecError(
            f"Fractional pooling: pooling_ratio must be [1, rows, columns, 1] of numbers >= 1, got {list(pooling_ratio)}."
        )
    out = [None if size is None else int(size / ratio) for size, ratio in zip(sizes, pooling_ratio, strict=True)]
    if any(size == 0 and whole for size, whole in zip(out, sizes, strict=True)):
        raise SpecError(
            f"Pooling ratio is higher than input dimension size: {list(pooling_ratio)} of {TensorShape(value.shape)}."
        )
    rows, columns = ((None if size is None else size + 1,) for size in out[1:3])
    return Spec(tuple(out), value.dtype), Spec(rows, int64), Spec(columns, int64)


def _infer_max_grad(orig_input: Spec, *others: Spec, **attrs: Any) -> Spec:
    return Spec(tuple(infer.with_rank(orig_input, 4, "FractionalMaxPoolGrad: the input")), orig_input.dtype)


def _infer_avg_grad(orig_input_tensor_shape: Spec, out_backprop: Spec, *others: Spec, **attrs: Any) -> Spec:
    return Spec(tuple(orig_input_tensor_shape.vector() or (None,) * 4), out_backprop.dtype)


_OVERLAPPING = "overlapping: bool = false"
_TYPES = "T: {float, double, int32, int64}"
_SEQUENCES = ("row_pooling_sequence: int64", "col_pooling_sequence: int64")
_ATTRS = (
    "pooling_ratio: list(float) >= 4",
    "pseudo_random: bool = false",
    _OVERLAPPING,
    "deterministic: bool = false",
    *SEEDS,
    _TYPES,
)

FRACTIONAL_MAX_POOL = Op("FractionalMaxPool", ("value: T",), ("output: T", *_SEQUENCES), _ATTRS, infer=_infer_pool)
FRACTIONAL_MAX_POOL_GRAD = Op(
    "FractionalMaxPoolGrad",
    ("orig_input: T", "orig_output: T", "out_backprop: T", *_SEQUENCES),
    ("output: T",),
    (_OVERLAPPING, _TYPES),
    infer=_infer_max_grad,
)
FRACTIONAL_AVG_POOL = Op("FractionalAvgPool", ("value: T",), ("output: T", *_SEQUENCES), _ATTRS, infer=_infer_pool)
FRACTIONAL_AVG_POOL_GRAD = Op(
    "FractionalAvgPoolGrad",
    ("orig_input_tensor_shape: int64", "out_backprop: T", *_SEQUENCES),
    ("output: T",),
    (_OVERLAPPING, _TYPES),
    infer=_infer_avg_grad,
)


class FractionalPool(NamedTuple):
    """What fractional pooling returns: the pooled tensor, and where its windows begin."""

    output: Tensor
    row_pooling_sequence: Tensor
    col_pooling_sequence: Tensor


def _pooled(
    op: Callable[..., Any], value: TensorLike, ratio: Any, pseudo_random: bool, overlapping: bool, seed: int, name: Any
) -> FractionalPool:
    chance = {"deterministic": True, **op_seeds(seed)} if seed else {"deterministic": False}
    return FractionalPool(
        *op(value, pooling_ratio=ratio, pseudo_random=pseudo_random, overlapping=overlapping, name=name, **chance)
    )


def _checked_ratio(ratio: Any) -> list[float]:
    if isinstance(ratio, (list, tuple)):
        if ratio[0] != 1.0 or ratio[-1] != 1.0:
            raise ValueError(f"`pooling_ratio` should begin and end with 1.0. Received: pooling_ratio={ratio}")
    elif not isinstance(ratio, (int, float)):
        raise ValueError(f"`pooling_ratio` should be a number or a list of them. Received: pooling_ratio={ratio}")
    if any(each < 1.0 for each in (ratio if isinstance(ratio, (list, tuple)) else [ratio])):
        raise ValueError(f"`pooling_ratio` elements should be >= 1.0. Received: pooling_ratio={ratio}")
    listed = list(ratio) if isinstance(ratio, (list, tuple)) else [ratio, ratio]
    if len(listed) not in (1, 2, 4):
        raise ValueError(f"`pooling_ratio` should be of length 1, 2 or 4. Received: pooling_ratio={ratio}")
    return listed if len(listed) == 4 else [1.0, *(listed * 2)[:2], 1.0]


def fractional_max_pool(
    value: TensorLike,
    pooling_ratio: Any,
    pseudo_random: bool = False,
    overlapping: bool = False,
    seed: int = 0,
    name: str | None = None,
) -> FractionalPool:
    """The largest element of each window, where windows have two sizes, in an order by chance.

    With ``n`` rows and ratio ``a`` there are ``floor(n / a)`` windows of ``floor(n / floor(n / a))`` rows or one more.
    Source: Graham, Fractional Max-Pooling, 2015.

    >>> x = tf.reshape(tf.range(25.), [1, 5, 5, 1])
    >>> tf.nn.fractional_max_pool(x, [1.0, 1.5, 1.5, 1.0], seed=1).output.shape
    TensorShape([1, 3, 3, 1])

    Args:
        value: ``[batch, height, width, channels]``.
        pooling_ratio: How many times smaller rows and columns become: a number, or ``[1, rows, columns, 1]``.
        pseudo_random: Whether windows begin at ``ceil(a (i + u))`` with one ``u`` by chance, else in a random order.
        overlapping: Whether each window includes the first row and column of the next.
        seed: If not 0, the windows are the same in each call.
        name: A name for the op in a graph.

    Returns:
        The pooled tensor, and where windows begin along rows and columns.

    Raises:
        ValueError: If a ratio is less than 1, or that of batch or channels is not 1.
        tf.errors.InvalidArgumentError: If a ratio is larger than the image.
    """
    return _pooled(FRACTIONAL_MAX_POOL, value, _checked_ratio(pooling_ratio), pseudo_random, overlapping, seed, name)


def fractional_avg_pool(
    value: TensorLike,
    pooling_ratio: Any,
    pseudo_random: bool = False,
    overlapping: bool = False,
    seed: int = 0,
    name: str | None = None,
) -> FractionalPool:
    """``tf.nn.fractional_max_pool`` with the mean of each window; ``pooling_ratio`` is ``[1, rows, columns, 1]``."""
    return _pooled(FRACTIONAL_AVG_POOL, value, pooling_ratio, pseudo_random, overlapping, seed, name)

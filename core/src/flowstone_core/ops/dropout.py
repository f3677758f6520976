"""Dropout, over the random ops."""

from __future__ import annotations

import numbers
from collections.abc import Callable
from typing import Any

from flowstone_core.composite import is_composite
from flowstone_core.conversion import convert_to_tensor
from flowstone_core.interpreter import executing_eagerly
from flowstone_core.ops import array
from flowstone_core.ops.compare import greater_equal
from flowstone_core.ops.math import multiply, reciprocal, subtract
from flowstone_core.ops.random import uniform
from flowstone_core.ops.selection import where
from flowstone_core.ops.stateless_random import stateless_uniform
from flowstone_core.tensor import Tensor, TensorLike
from flowstone_core.variable import Variable


def dropout(
    x: TensorLike, rate: Any, noise_shape: Any = None, seed: int | None = None, name: str | None = None
) -> Tensor:
    """Set elements to 0 with probability ``rate``, and divide the others by ``1 - rate``.

    >>> tf.nn.dropout(tf.ones([2]), rate=0.).numpy()
    array([1., 1.], dtype=float32)

    See Srivastava et al., Dropout: A Simple Way to Prevent Neural Networks from Overfitting, 2014.

    Args:
        x: A floating point tensor.
        rate: The probability, in [0, 1).
        noise_shape: The shape of the random decisions, which broadcast; that of ``x`` by default.
        seed: A seed for this op, beside the global one.
        name: A name for the result in a graph.

    Raises:
        ValueError: If ``rate`` is out of range, or ``x`` is not of floating point type.
    """

    def sampler(shape: Any, dtype: Any) -> Any:
        return uniform(shape, dtype=dtype, seed=seed)

    return general_dropout(x, rate, sampler, noise_shape, name)


def stateless_dropout(
    x: TensorLike, rate: Any, seed: Any, rng_alg: Any = None, noise_shape: Any = None, name: str | None = None
) -> Tensor:
    """``tf.nn.dropout`` that drops the same elements each time it gets the same ``seed``, a pair of integers.

    Args:
        x: A floating point tensor.
        rate: The probability, in [0, 1).
        seed: Two integers.
        rng_alg: The generator, as in ``tf.random.stateless_uniform``.
        noise_shape: The shape of the random decisions, which broadcast.
        name: A name for the result in a graph.
    """

    def sampler(shape: Any, dtype: Any) -> Any:
        return stateless_uniform(shape, seed=seed, dtype=dtype, alg="auto_select" if rng_alg is None else rng_alg)

    return general_dropout(x, rate, sampler, noise_shape, name)


def general_dropout(
    x: TensorLike, rate: Any, uniform_sampler: Callable[..., Any], noise_shape: Any = None, name: str | None = None
) -> Tensor:
    """``tf.nn.dropout`` with random numbers of your own.

    Args:
        x: A floating point tensor.
        rate: The probability, in [0, 1).
        uniform_sampler: Called as ``uniform_sampler(shape=..., dtype=...)``; returns numbers in [0, 1).
        noise_shape: The shape of the random decisions, which broadcast.
        name: A name for the result in a graph.

    Raises:
        ValueError: If ``rate`` is out of range, or ``x`` is not of floating point type.
    """
    if is_composite(x) and hasattr(x, "with_flat_values"):  # a ragged tensor's values
        return x.with_flat_values(general_dropout(x.flat_values, rate, uniform_sampler, noise_shape, name))
    x = convert_to_tensor(x)
    if not x.dtype.is_floating:
        raise ValueError(
            f"`x.dtype` must be a floating point tensor as `x` will be scaled. Received: x.dtype={x.dtype}"
        )
    known = isinstance(rate, numbers.Real)
    if known and not 0 <= rate < 1:
        raise ValueError(f"`rate` must be a scalar tensor or a float in the range [0, 1). Received: rate={rate}")
    if known and rate == 0 and executing_eagerly():
        return x
    limit, scale = _limit_and_scale(rate, x)
    random = uniform_sampler(shape=_noise_shape(x, noise_shape), dtype=x.dtype)
    zero = convert_to_tensor(0, dtype=x.dtype)
    return where(greater_equal(random, limit), multiply(x, scale), zero, name=name)


def _limit_and_scale(rate: Any, x: Tensor) -> tuple[Tensor, Tensor]:
    if isinstance(rate, numbers.Real):
        return convert_to_tensor(rate, dtype=x.dtype), convert_to_tensor(1 / (1 - rate), dtype=x.dtype)  # type: ignore[operator]
    if not isinstance(rate, (Tensor, Variable)):
        raise ValueError(f"`rate` must be a number or a scalar tensor. Received: rate={rate!r}")
    limit = convert_to_tensor(rate, dtype=x.dtype)
    if limit.shape.rank not in (None, 0):
        raise ValueError(f"`rate` must be a scalar tensor. Received: rate of shape {limit.shape}")
    return limit, reciprocal(subtract(convert_to_tensor(1, dtype=x.dtype), limit))


def _noise_shape(x: Tensor, noise_shape: Any) -> Any:
    """The shape of the decisions; Nones in it take the sizes of ``x``."""
    if noise_shape is None:
        return x.shape.as_list() if x.shape.is_fully_defined() else array.shape(x)
    if isinstance(noise_shape, Tensor):
        return noise_shape
    sizes = list(noise_shape)
    if x.shape.rank is not None and len(sizes) == x.shape.rank:
        sizes = [own if size is None else size for size, own in zip(sizes, x.shape.as_list(), strict=True)]
    return sizes

"""Sums of products of two tensors over pairs of dimensions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from flowstone_core import infer
from flowstone_core.conversion import convert_to_tensor
from flowstone_core.dtypes import int32
from flowstone_core.errors import SpecError
from flowstone_core.interpreter import user_error
from flowstone_core.ops import array, filling
from flowstone_core.ops.compare import less, not_equal
from flowstone_core.ops.gathering import gather
from flowstone_core.ops.joining import concat
from flowstone_core.ops.linalg import matmul
from flowstone_core.ops.math import add
from flowstone_core.ops.reduce import reduce_all, reduce_prod
from flowstone_core.ops.selection import boolean_mask, where
from flowstone_core.tensor import Tensor, TensorLike


def tensordot(a: TensorLike, b: TensorLike, axes: Any, name: str | None = None) -> Tensor:
    """The sum of products of ``a`` and ``b`` over pairs of dimensions.

    The result has the remaining dimensions of ``a``, then those of ``b``.

    >>> tf.tensordot([[1., 2.], [3., 4.]], [1., 1.], axes=1).numpy()
    array([3., 7.], dtype=float32)

    Args:
        a: A tensor.
        b: A tensor of the same type.
        axes: A number n, for the last n dimensions of ``a`` and the first n of ``b``; or a pair of (lists of)
            dimensions, those of ``a`` and those of ``b``.
        name: A name for the result in a graph.

    Raises:
        ValueError: If ``axes`` is not of such a form.
        IndexError: If a dimension does not exist (``tf.errors.InvalidArgumentError`` if ``axes`` is a tensor).
    """
    a = convert_to_tensor(a)
    b = convert_to_tensor(b, dtype_hint=a.dtype)
    given = axes
    if not isinstance(axes, (int, np.integer, list, tuple)):
        axes = convert_to_tensor(axes, dtype=int32)
        axes = axes.spec.value if axes.spec.value is not None else axes
    if a.shape.rank is None or b.shape.rank is None or isinstance(axes, Tensor):
        return _of_unknown_rank(a, b, axes, name)
    axes_a, axes_b = _pair(axes, a.shape.rank)
    try:
        axes_a = [infer.axis_in(i, a.shape.rank) for i in axes_a]
        axes_b = [infer.axis_in(i, b.shape.rank) for i in axes_b]
    except SpecError as error:
        raise user_error(error) if isinstance(given, Tensor) else IndexError(str(error)) from None
    left, kept_a = _as_matrix(a, axes_a, contracted_last=True)
    right, kept_b = _as_matrix(b, axes_b, contracted_last=False)
    return array.reshape(matmul(left, right), [*kept_a, *kept_b], name=name)


def _pair(axes: Any, rank: int) -> tuple[list[int], list[int]]:
    """The dimensions of ``a``, of which ``rank`` is the rank, and those of ``b``."""
    if isinstance(axes, int):
        if axes < 0:
            raise ValueError(f"`axes` must be at least 0. Received: {axes}.")
        if axes > rank:
            raise ValueError(f"`axes` must not be larger than the number of dimensions of the tensors: {axes}.")
        return list(range(rank - axes, rank)), list(range(axes))
    if not isinstance(axes, Sequence) or len(axes) != 2:
        raise ValueError(f"`axes` must be an integer or have length 2. Received {axes}.")
    first, second = ([pair] if isinstance(pair, int) else [int(axis) for axis in pair] for pair in axes)
    if len(first) != len(second):
        raise ValueError(f"Different number of contraction axes: {len(first)} and {len(second)}.")
    return first, second


def _as_matrix(x: Tensor, axes: list[int], contracted_last: bool) -> tuple[Tensor, list[Any]]:
    """``x`` as a matrix with the dimensions ``axes`` as columns (or rows), and the sizes of the others."""
    sizes = x.shape.as_list()
    free = [axis for axis in range(len(sizes)) if axis not in axes]
    order = [*free, *axes] if contracted_last else [*axes, *free]
    if order != list(range(len(sizes))):
        x = array.transpose(x, order)
    kept: list[Any] = [sizes[axis] for axis in free]
    if None in kept:
        dynamic = array.shape(x)
        offset = 0 if contracted_last else len(axes)
        kept = [dynamic[offset + i] if size is None else size for i, size in enumerate(kept)]
    contracted: Any = infer.product(tuple(sizes[axis] for axis in axes))
    others = infer.product(tuple(sizes[axis] for axis in free))
    if contracted is None and others is None:
        start = len(free) if contracted_last else 0
        contracted = reduce_prod(array.shape(x)[start : start + len(axes)])
    pair = [-1 if others is None else others, -1 if contracted is None else contracted]
    target = pair if contracted_last else pair[::-1]
    return (x if x.shape.as_list() == target else array.reshape(x, target)), kept


# -- unknown ranks -------------------------------------------------------------------------------------------------


def _of_unknown_rank(a: Tensor, b: Tensor, axes: Any, name: str | None) -> Tensor:
    """As ``tensordot``, with ranks and dimensions found while running."""
    rank_a, rank_b = array.rank(a), array.rank(b)
    if isinstance(axes, int) or (isinstance(axes, Tensor) and axes.shape.rank == 0):
        axes_a, axes_b = filling.range(rank_a - axes, rank_a), filling.range(axes)
    else:
        first, second = (axes[0], axes[1]) if isinstance(axes, Tensor) else _pair(axes, 0)
        axes_a, axes_b = convert_to_tensor(first, dtype=int32), convert_to_tensor(second, dtype=int32)
    left, kept_a = _as_dynamic_matrix(a, axes_a, rank_a, contracted_last=True)
    right, kept_b = _as_dynamic_matrix(b, axes_b, rank_b, contracted_last=False)
    return array.reshape(matmul(left, right), concat([kept_a, kept_b], 0), name=name)


def _as_dynamic_matrix(x: Tensor, axes: Tensor, rank: Tensor, contracted_last: bool) -> tuple[Tensor, Tensor]:
    axes = where(less(axes, 0), add(axes, rank), axes)
    every = filling.range(rank)
    distinct = not_equal(array.expand_dims(every, 1), array.expand_dims(axes, 0))
    free = boolean_mask(every, reduce_all(distinct, 1))
    sizes = array.shape(x)
    kept = gather(sizes, free)
    count = reduce_prod(gather(sizes, axes))
    order = concat([free, axes] if contracted_last else [axes, free], 0)
    target = [reduce_prod(kept), count] if contracted_last else [count, reduce_prod(kept)]
    return array.reshape(array.transpose(x, order), target), kept

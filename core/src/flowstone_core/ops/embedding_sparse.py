"""Rows of embedding matrices, combined over the ids of sparse tensors."""

from __future__ import annotations

from typing import Any

from flowstone_core.conversion import convert_to_tensor
from flowstone_core.dtypes import bfloat16, float16, float32, int32
from flowstone_core.ops import array
from flowstone_core.ops.cast import cast
from flowstone_core.ops.compare import greater, greater_equal
from flowstone_core.ops.elementary import sqrt
from flowstone_core.ops.embedding import embedding_lookup
from flowstone_core.ops.filling import zeros_like
from flowstone_core.ops.gathering import gather
from flowstone_core.ops.joining import concat, stack
from flowstone_core.ops.math import divide_no_nan, multiply, square
from flowstone_core.ops.reduce import reduce_prod
from flowstone_core.ops.searching import unique
from flowstone_core.ops.segment import segment_sum, sparse_segment_mean, sparse_segment_sqrt_n, sparse_segment_sum
from flowstone_core.ops.selection import where
from flowstone_core.ops.sparse import sparse_fill_empty_rows, sparse_reshape
from flowstone_core.ops.sparse_forms import sparse_retain
from flowstone_core.sparse_tensor import SparseTensor
from flowstone_core.tensor import Tensor
from flowstone_core.variable import Variable

_UNWEIGHTED = {"sum": sparse_segment_sum, "mean": sparse_segment_mean, "sqrtn": sparse_segment_sqrt_n}


def embedding_lookup_sparse(
    params: Any,
    sp_ids: SparseTensor,
    sp_weights: SparseTensor | None,
    combiner: str | None = None,
    max_norm: Any = None,
    name: str | None = None,
    allow_fast_lookup: bool = False,
) -> Tensor:
    """For each row of ids, the rows of a matrix that they name, combined to one.

    >>> ids = tf.SparseTensor([[0, 0], [0, 1], [1, 0]], tf.constant([0, 2, 1], tf.int64), [2, 2])
    >>> tf.nn.embedding_lookup_sparse(tf.constant([[1.], [2.], [3.]]), ids, None, combiner="sum").numpy()
    array([[4.],
           [2.]], dtype=float32)

    Args:
        params: The matrix (a tensor or variable), or a list of its parts, one below the other.
        sp_ids: A ``SparseTensor`` of row numbers; each row has at least one.
        sp_weights: A ``SparseTensor`` of the ids' weights, or None for ones.
        combiner: ``"sum"``; ``"mean"`` (the default): the sum over the sum of weights; or ``"sqrtn"``: the sum over the
            root of the sum of squared weights.
        max_norm: The greatest norm that a row of the matrix may have; longer ones are scaled down.
        name: A name for the op in a graph.
        allow_fast_lookup: Accepted.

    Raises:
        TypeError: If ids or weights are not sparse.
        ValueError: If weights do not fit the ids, or there is no such combiner.
        tf.errors.InvalidArgumentError: If an id is out of range.
    """
    combiner = "mean" if combiner is None else combiner
    if combiner not in _UNWEIGHTED:
        raise ValueError(f"combiner must be one of 'mean', 'sqrtn' or 'sum', got {combiner}")
    for value, what in ((sp_ids, "sp_ids"), (sp_weights, "sp_weights")):
        if not isinstance(value, SparseTensor) and not (value is None and what == "sp_weights"):
            raise TypeError(f"{what} must be a SparseTensor, got {type(value).__name__}.")
    rows = sp_ids.indices[:, 0]
    ids, places = unique(sp_ids.values)
    found = embedding_lookup(params, ids, max_norm)
    if sp_weights is None:
        return _UNWEIGHTED[combiner](found, places, rows, name=name)
    sp_ids.values.shape.assert_is_compatible_with(sp_weights.values.shape)
    sp_ids.indices.shape.assert_is_compatible_with(sp_weights.indices.shape)
    return _weighted(gather(found, places), sp_weights.values, cast(rows, int32), combiner)


def _weighted(found: Tensor, weights: Tensor, rows: Tensor, combiner: str) -> Tensor:
    """Sums of weighted embeddings by row; 16-bit ones are added up in float32."""
    wide = float32 if found.dtype in (float16, bfloat16) else found.dtype
    weights = cast(weights, wide)
    column = array.reshape(weights, [-1, *[1] * ((found.ndim or 2) - 1)])
    total = segment_sum(multiply(cast(found, wide), column), rows)
    if combiner == "mean":
        total = divide_no_nan(total, segment_sum(column, rows))
    elif combiner == "sqrtn":
        total = divide_no_nan(total, sqrt(segment_sum(square(column), rows)))
    result: Tensor = cast(total, found.dtype)
    return result


def safe_embedding_lookup_sparse(
    embedding_weights: Any,
    sparse_ids: SparseTensor,
    sparse_weights: SparseTensor | None = None,
    combiner: str = "mean",
    default_id: int | None = None,
    max_norm: Any = None,
    name: str | None = None,
    allow_fast_lookup: bool = False,
) -> Tensor:
    """``tf.nn.embedding_lookup_sparse`` for ids of any rank, of which some may be missing or negative.

    Ids below 0 are left out, and, except for ``"sum"``, those of weights that are not positive.

    >>> ids = tf.SparseTensor([[0, 0], [0, 1], [2, 0]], tf.constant([0, -1, 1], tf.int64), [3, 2])
    >>> tf.nn.safe_embedding_lookup_sparse(tf.constant([[1.], [2.]]), ids).numpy()
    array([[1.],
           [0.],
           [2.]], dtype=float32)

    Args:
        embedding_weights: The matrix (a tensor or variable), or a list of its parts, one below the other.
        sparse_ids: A ``SparseTensor`` of row numbers.
        sparse_weights: A ``SparseTensor`` of the ids' weights, or None for ones.
        combiner: ``"sum"``, ``"mean"`` or ``"sqrtn"``.
        default_id: The id of rows without any; their result is zero if None.
        max_norm: The greatest norm that a row of the matrix may have; longer ones are scaled down.
        name: A name for the op in a graph.
        allow_fast_lookup: Accepted.

    Raises:
        ValueError: If there is no matrix, or no such combiner.
        tf.errors.InvalidArgumentError: If an id is out of range.
    """
    if embedding_weights is None or (isinstance(embedding_weights, (list, tuple)) and not embedding_weights):
        raise ValueError(f"Missing embedding_weights {embedding_weights}.")
    parts = embedding_weights if isinstance(embedding_weights, (list, tuple)) else [embedding_weights]
    dtype = None if sparse_weights is None else sparse_weights.dtype
    parts = [part if isinstance(part, Variable) else convert_to_tensor(part, dtype) for part in parts]
    outer = sparse_ids.dense_shape[:-1]
    ids = sparse_reshape(sparse_ids, stack([reduce_prod(outer), sparse_ids.dense_shape[-1]]))
    weights = None if sparse_weights is None else ids.with_values(sparse_weights.values)
    ids, weights = _retained(ids, weights, greater_equal(ids.values, 0))
    if weights is not None and combiner != "sum":
        ids, weights = _retained(ids, weights, greater(weights.values, 0))
    ids, empty = sparse_fill_empty_rows(ids, default_id or 0)
    if weights is not None:
        weights, _ = sparse_fill_empty_rows(weights, 1.0)
    result = embedding_lookup_sparse(parts, ids, weights, combiner, max_norm)
    if default_id is None:
        result = where(array.expand_dims(empty, 1), zeros_like(result), result)
    shaped: Tensor = array.reshape(result, concat([cast(outer, int32), array.shape(result)[1:]], 0), name=name)
    return shaped


def _retained(ids: SparseTensor, weights: SparseTensor | None, valid: Tensor) -> tuple[SparseTensor, Any]:
    return sparse_retain(ids, valid), None if weights is None else sparse_retain(weights, valid)

"""Rows of embedding matrices."""

from __future__ import annotations

from typing import Any

from flowstone_core.conversion import convert_to_tensor
from flowstone_core.ops import array, filling
from flowstone_core.ops.clip import clip_by_norm
from flowstone_core.ops.gathering import gather
from flowstone_core.ops.joining import concat
from flowstone_core.tensor import Tensor, TensorLike


def embedding_lookup(params: Any, ids: TensorLike, max_norm: Any = None, name: str | None = None) -> Tensor:
    """The rows ``ids`` of a matrix.

    >>> tf.nn.embedding_lookup(tf.constant([[1., 2.], [3., 4.]]), [1, 0]).numpy()
    array([[3., 4.],
           [1., 2.]], dtype=float32)

    Args:
        params: The matrix (a tensor or variable), or a list of its parts, one below the other.
        ids: Row numbers of any shape, or a ragged tensor of them.
        max_norm: The greatest norm that a row may have; longer ones are scaled down.
        name: A name for the op in a graph.

    Raises:
        ValueError: If ``params`` is empty.
        tf.errors.InvalidArgumentError: If a row number is out of range.
    """
    if params is None or (isinstance(params, (list, tuple)) and not params):
        raise ValueError(f"params must be specified. Received: params={params}")
    if hasattr(type(ids), "with_flat_values"):
        return ids.with_flat_values(embedding_lookup(params, ids.flat_values, max_norm, name))
    matrix = params
    if isinstance(params, (list, tuple)):
        matrix = params[0] if len(params) == 1 else concat([convert_to_tensor(part) for part in params], 0)
    rows = gather(matrix, ids, name=name)
    return rows if max_norm is None else clip_rows(rows, convert_to_tensor(ids), max_norm)


def clip_rows(rows: Tensor, ids: Tensor, max_norm: Any) -> Tensor:
    """``rows`` scaled down to norms of at most ``max_norm``; the leading dimensions are those of ``ids``."""
    axes: Any
    if ids.shape.rank is None or rows.shape.rank is None:
        axes = filling.range(array.rank(ids), array.rank(rows))
    else:
        axes = list(range(ids.shape.rank, rows.shape.rank))
    return array.identity(clip_by_norm(rows, max_norm, axes=axes))

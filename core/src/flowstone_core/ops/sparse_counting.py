"""Counts of values as sparse tensors."""

from __future__ import annotations

from typing import Any

from flowstone_core import infer
from flowstone_core.conversion import convert_to_tensor
from flowstone_core.dtypes import int64
from flowstone_core.op import Op
from flowstone_core.ops import array
from flowstone_core.ops.counting import check_mode, dense_weights, sparse_weights
from flowstone_core.sparse_tensor import SparseTensor
from flowstone_core.spec import Spec
from flowstone_core.tensor import TensorLike

_ATTRS = (
    "T: {int32, int64}",
    "minlength: int >= -1 = -1",
    "maxlength: int >= -1 = -1",
    "binary_output: bool",
    "output_type: {int32, int64, float, double}",
)
_OUTPUTS = ("output_indices: int64", "output_values: output_type", "output_dense_shape: int64")


def _counts(rank: int | None, weights: Spec) -> tuple[Spec, Spec, Spec]:
    return Spec((None, rank), int64), Spec((None,), weights.dtype), Spec((rank,), int64)


def _infer_dense(values: Spec, weights: Spec, **attrs: Any) -> tuple[Spec, Spec, Spec]:
    if weights.shape not in (None, (None,), (0,)):  # none at all count as ones
        infer.same_shape(values, weights)
    return _counts(values.rank, weights)


def _infer_sparse(indices: Spec, values: Spec, shape: Spec, weights: Spec, **attrs: Any) -> tuple[Spec, Spec, Spec]:
    known = [spec.shape[-1] for spec, rank in ((indices, 2), (shape, 1)) if spec.shape and len(spec.shape) == rank]
    return _counts(next((size for size in known if size is not None), None), weights)


def _infer_ragged(splits: Spec, values: Spec, weights: Spec, **attrs: Any) -> tuple[Spec, Spec, Spec]:
    infer.with_rank(splits, 1, "RaggedCountSparseOutput: splits")
    return _counts(2, weights)


DENSE_COUNT = Op("DenseCountSparseOutput", ("values: T", "weights: output_type"), _OUTPUTS, _ATTRS, infer=_infer_dense)
RAGGED_COUNT = Op(
    "RaggedCountSparseOutput",
    ("splits: int64", "values: T", "weights: output_type"),
    _OUTPUTS,
    _ATTRS,
    infer=_infer_ragged,
)
SPARSE_COUNT = Op(
    "SparseCountSparseOutput",
    ("indices: int64", "values: T", "dense_shape: int64", "weights: output_type"),
    _OUTPUTS,
    _ATTRS,
    infer=_infer_sparse,
)


def sparse_bincount(
    values: TensorLike,
    weights: Any = None,
    axis: Any = 0,
    minlength: Any = None,
    maxlength: Any = None,
    binary_output: bool = False,
    name: str | None = None,
) -> SparseTensor:
    """How often each number occurs, as a sparse tensor of those that do.

    >>> counts = tf.sparse.bincount([[7, 7, 1], [0, 7, 0]], axis=-1)
    >>> counts.indices.numpy().tolist(), counts.values.numpy().tolist()
    ([[0, 1], [0, 7], [1, 0], [1, 7]], [1, 2, 2, 1])

    Args:
        values: A tensor or ``SparseTensor`` of int32 or int64 numbers that are not negative.
        weights: What each occurrence counts, instead of 1; of the kind and shape of ``values``.
        axis: 0 to count all numbers together, -1 to count each row of a matrix.
        minlength: The least size of the last dimension.
        maxlength: The size of the last dimension; larger numbers are not counted.
        binary_output: Whether to tell only if a number occurs.
        name: A name for the operation.

    Raises:
        ValueError: If weights and binary output are asked for, ``axis`` is another, or weights are of another kind.
        tf.errors.InvalidArgumentError: If a number is negative.
    """
    x: Any = values if isinstance(values, SparseTensor) else convert_to_tensor(values)
    if weights is not None and not isinstance(weights, SparseTensor):
        weights = convert_to_tensor(weights)
    check_mode(weights, axis, binary_output)
    attrs: dict[str, Any] = {
        "minlength": -1 if minlength is None else minlength,
        "maxlength": -1 if maxlength is None else maxlength,
        "binary_output": binary_output,
    }
    if isinstance(x, SparseTensor):
        each = sparse_weights(x, weights, x.dtype)
        if axis == -1:
            return SparseTensor(*SPARSE_COUNT(x.indices, x.values, x.dense_shape, each, name=name, **attrs))
        return SparseTensor(*DENSE_COUNT(x.values, each, name=name, **attrs))
    each = dense_weights(weights, x.dtype)
    if axis != -1:
        x = array.reshape(x, [-1])
        each = array.reshape(each, [-1])
    return SparseTensor(*DENSE_COUNT(x, each, name=name, **attrs))

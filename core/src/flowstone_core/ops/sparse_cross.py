"""Crosses of the features of sparse and dense columns."""

from __future__ import annotations

from typing import Any

from flowstone_core.conversion import convert_to_tensor
from flowstone_core.dtypes import DType, int64, string
from flowstone_core.op import Op
from flowstone_core.ops.cast import cast
from flowstone_core.sparse_tensor import SparseTensor
from flowstone_core.spec import Spec
from flowstone_core.tensor import Tensor

_COLUMNS = ("indices: N * int64", "values: sparse_types", "shapes: N * int64", "dense_inputs: dense_types")
_TYPES = ("sparse_types: list({int64, string}) >= 0", "dense_types: list({int64, string}) >= 0")
_HASH_KEY = 0xDECAFCAFFE


def _crosses(dtype: DType) -> tuple[Spec, Spec, Spec]:
    return Spec((None, 2), int64), Spec((None,), dtype), Spec((2,), int64)


def _infer_cross(*columns: Any, out_type: DType, **attrs: Any) -> tuple[Spec, Spec, Spec]:
    return _crosses(out_type)


def _infer_words(*columns: Any) -> tuple[Spec, Spec, Spec]:
    return _crosses(string)


def _infer_numbers(*columns: Any) -> tuple[Spec, Spec, Spec]:
    return _crosses(int64)


SPARSE_CROSS = Op(
    "SparseCross",
    _COLUMNS,
    ("output_indices: int64", "output_values: out_type", "output_shape: int64"),
    (
        "N: int >= 0",
        "hashed_output: bool",
        "num_buckets: int >= 0",
        "hash_key: int",
        *_TYPES,
        "out_type: {int64, string}",
        "internal_type: {int64, string}",
    ),
    infer=_infer_cross,
)
SPARSE_CROSS_V2 = Op(
    "SparseCrossV2",
    (*_COLUMNS, "sep: string"),
    ("output_indices: int64", "output_values: string", "output_shape: int64"),
    ("N: int >= 0", *_TYPES),
    infer=_infer_words,
)


SPARSE_CROSS_HASHED = Op(
    "SparseCrossHashed",
    (*_COLUMNS, "num_buckets: int64", "strong_hash: bool", "salt: int64"),
    ("output_indices: int64", "output_values: int64", "output_shape: int64"),
    ("N: int >= 0", *_TYPES),
    infer=_infer_numbers,
)


def _columns(inputs: Any) -> tuple[list[Any], list[Any], list[Any], list[Any]]:
    """The parts of the sparse columns, and the dense ones; whole numbers as int64.

    Raises:
        TypeError: If one is neither a tensor nor a sparse tensor.
    """
    if not isinstance(inputs, (list, tuple)):
        raise TypeError(f"Inputs must be a list of tensors and SparseTensors, got {inputs!r}.")
    if not all(isinstance(each, (Tensor, SparseTensor)) for each in inputs):
        raise TypeError(f"All inputs must be Tensor or SparseTensor, got {list(inputs)}.")
    columns = [each if each.dtype is string else cast(each, int64) for each in inputs]
    sparse = [each for each in columns if isinstance(each, SparseTensor)]
    dense = [each for each in columns if not isinstance(each, SparseTensor)]
    return [x.indices for x in sparse], [x.values for x in sparse], [x.dense_shape for x in sparse], dense


def sparse_cross(inputs: Any, name: str | None = None, separator: Any = None) -> SparseTensor:
    """For each row all combinations of one feature of every column, as words.

    >>> words = tf.SparseTensor([[0, 0], [0, 1]], ["a", "b"], [1, 2])
    >>> tf.sparse.cross([words, tf.constant([["c"]])]).values.numpy().tolist()
    [b'a_X_c', b'b_X_c']

    Args:
        inputs: A list of ``SparseTensor`` and tensors of two dimensions, of strings or integers. Sparse columns come
            first in the words.
        name: A name for the operation.
        separator: What stands between the features, ``"_X_"`` by default.

    Returns:
        A ``SparseTensor`` of strings with as many rows.

    Raises:
        TypeError: If an input is neither a tensor nor a sparse tensor.
        tf.errors.InvalidArgumentError: If they have different numbers of rows.
    """
    between = convert_to_tensor("_X_" if separator is None else separator, string)
    return SparseTensor(*SPARSE_CROSS_V2(*_columns(inputs), between, name=name))


def sparse_cross_hashed(
    inputs: Any, num_buckets: int = 0, hash_key: int | None = None, name: str | None = None
) -> SparseTensor:
    """For each row all combinations of one feature of every column, as hashes.

    >>> words = tf.SparseTensor([[0, 0], [0, 1]], ["a", "b"], [1, 2])
    >>> tf.sparse.cross_hashed([words, tf.constant([["c"]])], num_buckets=100).shape
    TensorShape([1, 2])

    Args:
        inputs: A list of ``SparseTensor`` and tensors of two dimensions, of strings or integers.
        num_buckets: How many hashes there are, from 0; as many as fit an int64 if 0.
        hash_key: What hashing begins with.
        name: A name for the operation.

    Returns:
        A ``SparseTensor`` of int64 with as many rows.

    Raises:
        TypeError: If an input is neither a tensor nor a sparse tensor.
        tf.errors.InvalidArgumentError: If they have different numbers of rows.
    """
    indices, values, shapes, dense = _columns(inputs)
    numbers = any(each.dtype is int64 for each in (*values, *dense))
    crossed = SPARSE_CROSS(
        indices,
        values,
        shapes,
        dense,
        hashed_output=True,
        num_buckets=num_buckets,
        hash_key=hash_key or _HASH_KEY,
        out_type=int64,
        internal_type=int64 if numbers else string,
        name=name,
    )
    return SparseTensor(*crossed)

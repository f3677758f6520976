"""Kernels of ``flowstone_core.ops.lookup``: they receive the ``Table`` behind the handle."""

from __future__ import annotations

from typing import Any, cast

import numpy as np

from flowstone_core.dtypes import DType, as_dtype, from_numpy
from flowstone_core.errors import InvalidArgumentError, NotFoundError
from flowstone_core.kernel import KernelSet
from flowstone_core.ops import lookup as ops
from flowstone_core.shapes import TensorShape
from flowstone_core.table import DenseTable, StaticTable, Table
from flowstone_core.vocabulary_file import read_pairs

KERNELS = KernelSet()

_NUMBERS = {"string": "int32 int64 float32 float64 bool", "int32": "int32 float32 float64"}
_MUTABLE = _NUMBERS | {"int64": "string int32 int64 float32 float64"}
_STATIC = {
    "string": f"string {_MUTABLE['string']}",
    "int32": f"string {_MUTABLE['int32']}",
    "int64": _MUTABLE["int64"],
}
_DENSE = _MUTABLE | {"string": "int32 int64 float32 float64 bool", "int64": "int32 int64 float32 float64 bool"}


def _check_types(pairs: dict[str, str], key_dtype: DType, value_dtype: DType) -> None:
    if value_dtype.name not in pairs.get(key_dtype.name, "").split():
        known = "; ".join(f"from {key} to {', '.join(values.split())}" for key, values in pairs.items())
        raise NotFoundError(
            None, None, f"There is no table from {key_dtype.name} to {value_dtype.name}. There are tables {known}."
        )


@KERNELS.add(ops.HASH_TABLE, ops.ANONYMOUS_HASH_TABLE)
def hash_table(*, key_dtype: DType, value_dtype: DType, **names: Any) -> Table:
    """A table that is not filled yet."""
    _check_types(_STATIC, key_dtype, value_dtype)
    return StaticTable(key_dtype, value_dtype)


@KERNELS.add(ops.MUTABLE_HASH_TABLE, ops.ANONYMOUS_MUTABLE_HASH_TABLE)
def mutable_hash_table(*, key_dtype: DType, value_dtype: DType, **names: Any) -> Table:
    """An empty table of scalars."""
    _check_types(_MUTABLE, key_dtype, value_dtype)
    return Table(key_dtype, value_dtype)


@KERNELS.add(ops.MUTABLE_HASH_TABLE_OF_TENSORS, ops.ANONYMOUS_MUTABLE_HASH_TABLE_OF_TENSORS)
def mutable_hash_table_of_tensors(
    *, key_dtype: DType, value_dtype: DType, value_shape: TensorShape, **names: Any
) -> Table:
    """An empty table of vectors."""
    _check_types(_MUTABLE, key_dtype, value_dtype)
    return Table(key_dtype, value_dtype, _known(value_shape))


@KERNELS.add(ops.MUTABLE_DENSE_HASH_TABLE, ops.ANONYMOUS_MUTABLE_DENSE_HASH_TABLE)
def mutable_dense_hash_table(
    empty_key: Any,
    deleted_key: Any,
    *,
    value_dtype: DType,
    value_shape: TensorShape,
    initial_num_buckets: int,
    max_load_factor: float,
    **names: Any,
) -> Table:
    """An empty table with two reserved keys."""
    key_dtype = from_numpy(empty_key.dtype)
    _check_types(_DENSE, key_dtype, value_dtype)
    if empty_key.shape != deleted_key.shape:
        raise InvalidArgumentError(
            None,
            None,
            f"Empty and deleted keys must have the same shape, got {TensorShape(empty_key.shape)} and "
            f"{TensorShape(deleted_key.shape)}.",
        )
    return DenseTable(
        empty_key, deleted_key, key_dtype, value_dtype, _known(value_shape), initial_num_buckets, max_load_factor
    )


def _known(shape: TensorShape) -> tuple[int, ...]:
    sizes = shape.as_tuple()
    if sizes is None or None in sizes:
        raise InvalidArgumentError(None, None, f"The shape of a table's values must be known, got {shape}.")
    return cast("tuple[int, ...]", sizes)


def _checked(table: Any, keys: Any = None, values: Any = None) -> Table:
    """The table, if keys and values have its types."""
    if not isinstance(table, Table):
        raise InvalidArgumentError(None, None, f"The handle leads to a {type(table).__name__}, expected a table.")
    for what, array, dtype in (("keys", keys, table.key_dtype), ("values", values, table.value_dtype)):
        if array is not None and array.dtype != dtype.numpy_dtype:
            raise InvalidArgumentError(
                None, None, f"The table's {what} are {dtype.name}, got {from_numpy(array.dtype).name}."
            )
    return table


@KERNELS.add(ops.LOOKUP_TABLE_FIND)
def find(table: Any, keys: Any, default: Any) -> Any:
    """The values of keys."""
    return _checked(table, keys, default).find(keys, default)


@KERNELS.add(ops.LOOKUP_TABLE_SIZE)
def size(table: Any) -> Any:
    """The number of keys."""
    return np.int64(_checked(table).size())


@KERNELS.add(ops.LOOKUP_TABLE_EXPORT)
def export(table: Any, *, Tkeys: DType, Tvalues: DType) -> tuple[Any, Any]:
    """All keys and values."""
    return _checked(table, np.empty(0, Tkeys.numpy_dtype), np.empty(0, Tvalues.numpy_dtype)).export()


@KERNELS.add(ops.LOOKUP_TABLE_INSERT)
def insert(table: Any, keys: Any, values: Any) -> None:
    """Set values."""
    _checked(table, keys, values).insert(keys, values)


@KERNELS.add(ops.LOOKUP_TABLE_REMOVE)
def remove(table: Any, keys: Any) -> None:
    """Forget keys."""
    _checked(table, keys).remove(keys)


@KERNELS.add(ops.LOOKUP_TABLE_IMPORT)
def replace(table: Any, keys: Any, values: Any) -> None:
    """Replace all."""
    _checked(table, keys, values).replace(keys, values)


@KERNELS.add(ops.INITIALIZE_TABLE)
def initialize(table: Any, keys: Any, values: Any) -> None:
    """Fill a static table."""
    if keys.ndim != 1 or values.shape != keys.shape:
        raise ValueError  # the shape rule explains
    _checked(table, keys, values).replace(keys, values)


@KERNELS.add(ops.INITIALIZE_TABLE_FROM_TEXT_FILE)
def initialize_from_text_file(
    table: Any, filename: Any, *, key_index: int, value_index: int, vocab_size: int, delimiter: str, offset: int
) -> None:
    """Fill a static table from the lines of a file."""
    target = _checked(table)
    if filename.ndim:
        raise InvalidArgumentError(
            None, None, f"The name of a vocabulary file must be a scalar, got shape {TensorShape(filename.shape)}."
        )
    columns = ((key_index, as_dtype(target.key_dtype)), (value_index, as_dtype(target.value_dtype)))
    keys, values = read_pairs(filename[()], columns, vocab_size, delimiter, offset)
    target.replace(keys, values)

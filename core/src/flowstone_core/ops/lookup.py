"""Lookup tables: handles of hash tables, and what is done with them."""

from __future__ import annotations

from typing import Any

from flowstone_core import infer
from flowstone_core.dtypes import DType, int64, resource
from flowstone_core.errors import SpecError
from flowstone_core.op import Effects, Op
from flowstone_core.ops.state import READS, WRITES
from flowstone_core.spec import Spec

_NAMES = ("container: string = ''", "shared_name: string = ''", "use_node_name_sharing: bool = false")
_TYPES = ("key_dtype: type", "value_dtype: type")
_SHAPE = "value_shape: shape = {}"
_BUCKETS = ("initial_num_buckets: int = 131072", "max_load_factor: float = 0.8")
_RESERVED = ("empty_key: key_dtype", "deleted_key: key_dtype")
_MAKES = Effects(stateful=True)


def _table(name: str, *attrs: str, inputs: tuple[str, ...] = ()) -> Op:
    """An op that makes a table."""
    return Op(name, inputs, ("table_handle: resource",), attrs, infer=infer.scalar(resource), effects=_MAKES)


HASH_TABLE = _table("HashTableV2", *_NAMES, *_TYPES)
MUTABLE_HASH_TABLE = _table("MutableHashTableV2", *_NAMES, *_TYPES)
MUTABLE_HASH_TABLE_OF_TENSORS = _table("MutableHashTableOfTensorsV2", *_NAMES, *_TYPES, _SHAPE)
MUTABLE_DENSE_HASH_TABLE = _table("MutableDenseHashTableV2", *_NAMES, *_TYPES, _SHAPE, *_BUCKETS, inputs=_RESERVED)
ANONYMOUS_HASH_TABLE = _table("AnonymousHashTable", *_TYPES)
ANONYMOUS_MUTABLE_HASH_TABLE = _table("AnonymousMutableHashTable", *_TYPES)
ANONYMOUS_MUTABLE_HASH_TABLE_OF_TENSORS = _table("AnonymousMutableHashTableOfTensors", *_TYPES, _SHAPE)
ANONYMOUS_MUTABLE_DENSE_HASH_TABLE = _table(
    "AnonymousMutableDenseHashTable", *_TYPES, _SHAPE, *_BUCKETS, inputs=_RESERVED
)


def _infer_find(table: Spec, keys: Spec, default: Spec) -> Spec:
    return Spec(keys.shape if default.shape == () else None, default.dtype)


def _infer_export(table: Spec, *, Tkeys: DType, Tvalues: DType) -> tuple[Spec, Spec]:
    return Spec(None, Tkeys), Spec(None, Tvalues)


def _infer_initialize(table: Spec, keys: Spec, values: Spec) -> tuple[()]:
    (count,) = infer.with_rank(keys, 1, "InitializeTable: keys")
    (found,) = infer.with_rank(values, 1, "InitializeTable: values")
    if None not in (count, found) and count != found:
        raise SpecError(f"InitializeTable: {count} keys for {found} values.")
    return ()


LOOKUP_TABLE_FIND = Op(
    "LookupTableFindV2",
    ("table_handle: resource", "keys: Tin", "default_value: Tout"),
    ("values: Tout",),
    ("Tin: type", "Tout: type"),
    infer=_infer_find,
    effects=READS,
)
LOOKUP_TABLE_SIZE = Op(
    "LookupTableSizeV2", ("table_handle: resource",), ("size: int64",), infer=infer.scalar(int64), effects=READS
)
LOOKUP_TABLE_EXPORT = Op(
    "LookupTableExportV2",
    ("table_handle: resource",),
    ("keys: Tkeys", "values: Tvalues"),
    ("Tkeys: type", "Tvalues: type"),
    infer=_infer_export,
    effects=READS,
)


def _writer(name: str, *inputs: str, attrs: tuple[str, ...], infer: Any = infer.nothing) -> Op:
    """An op that changes a table."""
    return Op(name, ("table_handle: resource", *inputs), (), attrs, infer=infer, effects=WRITES)


_PAIRS = ("Tin: type", "Tout: type")
LOOKUP_TABLE_INSERT = _writer("LookupTableInsertV2", "keys: Tin", "values: Tout", attrs=_PAIRS)
LOOKUP_TABLE_IMPORT = _writer("LookupTableImportV2", "keys: Tin", "values: Tout", attrs=_PAIRS)
LOOKUP_TABLE_REMOVE = _writer("LookupTableRemoveV2", "keys: Tin", attrs=("Tin: type",))
INITIALIZE_TABLE = _writer(
    "InitializeTableV2", "keys: Tkey", "values: Tval", attrs=("Tkey: type", "Tval: type"), infer=_infer_initialize
)
INITIALIZE_TABLE_FROM_TEXT_FILE = _writer(
    "InitializeTableFromTextFileV2",
    "filename: string",
    attrs=(
        "key_index: int >= -2",
        "value_index: int >= -2",
        "vocab_size: int >= -1 = -1",
        "delimiter: string = '\\t'",
        "offset: int = 0",
    ),
)

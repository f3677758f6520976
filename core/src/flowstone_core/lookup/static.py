"""Tables that are filled once."""

from __future__ import annotations

from typing import Any

from flowstone_core.conversion import constant
from flowstone_core.dtypes import DType, as_dtype, int64, string
from flowstone_core.lookup.interface import LookupInterface
from flowstone_core.ops import lookup as ops
from flowstone_core.ops.cast import cast
from flowstone_core.ops.compare import not_equal
from flowstone_core.ops.math import add
from flowstone_core.ops.selection import where
from flowstone_core.ops.strings import as_string, to_hash_bucket_fast
from flowstone_core.scopes import init_scope
from flowstone_core.tensor import Tensor


class StaticHashTable(LookupInterface):
    """A table that never changes once it is made.

    >>> table = tf.lookup.StaticHashTable(
    ...     tf.lookup.KeyValueTensorInitializer(tf.constant(["a", "b"]), tf.constant([1, 2])), default_value=-1)
    >>> table.lookup(tf.constant(["b", "c"])).numpy()
    array([ 2, -1], dtype=int32)

    Args:
        initializer: What fills it.
        default_value: The value of keys that are not there: a scalar.
        name: A name for the operation.
        experimental_is_anonymous: Changes nothing: a table lives as long as somebody holds it.

    Raises:
        ValueError: If the default value is no scalar.
        tf.errors.NotFoundError: If there are no tables from that type of keys to that type of values.
    """

    _registered_name = "tf.StaticHashTable"

    def __init__(
        self, initializer: Any, default_value: Any, name: str | None = None, experimental_is_anonymous: bool = False
    ) -> None:
        with init_scope():
            super().__init__(initializer.key_dtype, initializer.value_dtype, default_value)
            if self._default.shape.rank:
                raise ValueError(f"The default value must be a scalar, got shape {self._default.shape}.")
        self._initializer = initializer
        self._initialize()

    @property
    def default_value(self) -> Tensor:
        """The value of keys that are not there."""
        return self._default

    def _create_resource(self) -> Tensor:
        handle: Tensor = ops.HASH_TABLE(
            key_dtype=self._key_dtype, value_dtype=self._value_dtype, shared_name=self._shared_name
        )
        return handle

    def _initialize(self) -> None:
        self._initializer.initialize(self)

    def _trackable_children(self) -> dict[str, Any]:
        return {"_initializer": self._initializer}


class StaticVocabularyTable(LookupInterface):
    """A vocabulary: known keys have their numbers, all others share some buckets behind them by their hash.

    >>> init = tf.lookup.KeyValueTensorInitializer(["red", "blue"], tf.constant([0, 1], tf.int64))
    >>> table = tf.lookup.StaticVocabularyTable(init, num_oov_buckets=1)
    >>> table[tf.constant(["blue", "red", "pink"])].numpy()
    array([1, 0, 2])

    Args:
        initializer: What fills it: from strings or integers to int64; None for buckets only.
        num_oov_buckets: How many buckets there are.
        lookup_key_dtype: The type of keys that are looked up, if not the initializer's.
        name: A name for the operation.
        experimental_is_anonymous: Changes nothing: a table lives as long as somebody holds it.

    Raises:
        ValueError: If there is not at least one bucket.
        TypeError: For other types.
    """

    def __init__(
        self,
        initializer: Any,
        num_oov_buckets: int,
        lookup_key_dtype: Any = None,
        name: str | None = None,
        experimental_is_anonymous: bool = False,
    ) -> None:
        if num_oov_buckets <= 0:
            raise ValueError(
                f"StaticVocabularyTable: num_oov_buckets must be positive, got {num_oov_buckets}. "
                "Use tf.lookup.StaticHashTable for a table without buckets."
            )
        self._buckets = num_oov_buckets
        if initializer is None:
            if lookup_key_dtype is None:
                raise TypeError("StaticVocabularyTable: without an initializer, give lookup_key_dtype.")
            self._table = None
        else:
            lookup_key_dtype = lookup_key_dtype or initializer.key_dtype
            _check_vocabulary(initializer.key_dtype, initializer.value_dtype, as_dtype(lookup_key_dtype))
            self._table = StaticHashTable(initializer, -1)
        with init_scope():
            super().__init__(as_dtype(lookup_key_dtype), int64, -1)

    def size(self, name: str | None = None) -> Any:
        """The number of known keys and buckets, an int64."""
        known = constant(0, int64) if self._table is None else self._table.size()
        return add(known, self._buckets)

    def export(self, name: str | None = None) -> Any:
        """The known keys and their numbers."""
        if self._table is None:
            raise NotImplementedError("A StaticVocabularyTable without an initializer has no keys to export.")
        return self._table.export(name)

    def _find(self, keys: Any, default: Any, name: str | None) -> Any:
        if hasattr(keys, "with_values"):
            return keys.with_values(self._find(keys.values, default, name))
        tensor = self._checked(keys)
        text = tensor if tensor.dtype is string else as_string(tensor)
        buckets = to_hash_bucket_fast(text, self._buckets)
        if self._table is None:
            return buckets
        known = self._table.lookup(cast(tensor, self._table.key_dtype) if tensor.dtype is not string else tensor)
        return where(not_equal(known, self._table.default_value), known, add(buckets, self._table.size()))

    @property
    def resource_handle(self) -> Any:
        """The handle of the table of known keys; None if there is none."""
        return None if self._table is None else self._table.resource_handle

    def _create_resource(self) -> Tensor:
        return self._table._create_resource()  # type: ignore[union-attr]

    def _initialize(self) -> None:
        self._table._initialize()  # type: ignore[union-attr]

    def _trackable_children(self) -> dict[str, Any]:
        return {} if self._table is None else self._table._trackable_children()


def _check_vocabulary(key_dtype: DType, value_dtype: DType, lookup_dtype: DType) -> None:
    if value_dtype is not int64:
        raise TypeError(f"StaticVocabularyTable: values must be int64, got {value_dtype.name}.")
    if lookup_dtype is not string and not lookup_dtype.is_integer:
        raise TypeError(f"StaticVocabularyTable: keys must be strings or integers, got {lookup_dtype.name}.")
    if key_dtype.is_integer != lookup_dtype.is_integer:
        raise TypeError(f"StaticVocabularyTable: {lookup_dtype.name} cannot be looked up among {key_dtype.name}.")

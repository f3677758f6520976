"""Tables that change: ``tf.lookup.experimental``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flowstone_core.conversion import convert_to_tensor
from flowstone_core.dtypes import as_dtype
from flowstone_core.lookup.interface import LookupInterface
from flowstone_core.lookup.state import STATE, serialized_table
from flowstone_core.ops import lookup as ops
from flowstone_core.scopes import init_scope
from flowstone_core.tensor import Tensor


class _Mutable(LookupInterface):
    """A table that takes keys and gives them up; checkpoints hold its keys and values."""

    def insert(self, keys: Any, values: Any, name: str | None = None) -> Any:
        """Set the values of keys, known or new.

        Raises:
            TypeError: If keys or values are of other types.
            tf.errors.InvalidArgumentError: If there is not one value for each key.
        """
        tensor = convert_to_tensor(keys, self._key_dtype)
        return ops.LOOKUP_TABLE_INSERT(
            self.resource_handle, tensor, convert_to_tensor(values, self._value_dtype), name=name
        )

    def remove(self, keys: Any, name: str | None = None) -> Any:
        """Forget keys; those that are not there do not matter.

        Raises:
            TypeError: If keys are of another type.
        """
        return ops.LOOKUP_TABLE_REMOVE(self.resource_handle, self._checked(keys), name=name)

    def _serialize_to_tensors(self) -> dict[str, Any]:
        return serialized_table(self.resource_handle)

    def _restore_from_tensors(self, restored: Mapping[str, Any]) -> None:
        if (state := restored.get(STATE)) is not None:
            ops.LOOKUP_TABLE_IMPORT(self.resource_handle, state["-keys"], state["-values"])


class MutableHashTable(_Mutable):
    """A table that grows: values are scalars or vectors.

    >>> table = tf.lookup.experimental.MutableHashTable(tf.string, tf.int64, default_value=-1)
    >>> table.insert(["a", "b"], [1, 2])
    >>> table.lookup(tf.constant(["b", "c"])).numpy()
    array([ 2, -1])

    Args:
        key_dtype: The type of keys.
        value_dtype: The type of values.
        default_value: The value of keys that are not there; its shape is that of values.
        name: A name for the operation.
        checkpoint: Changes nothing, as in TensorFlow 2: checkpoints hold what is in a table that they track.
        experimental_is_anonymous: Changes nothing: a table lives as long as somebody holds it.

    Raises:
        tf.errors.NotFoundError: If there are no tables from that type of keys to that type of values.
    """

    def __init__(
        self,
        key_dtype: Any,
        value_dtype: Any,
        default_value: Any,
        name: str = "MutableHashTable",
        checkpoint: bool = True,
        experimental_is_anonymous: bool = False,
    ) -> None:
        with init_scope():
            super().__init__(as_dtype(key_dtype), as_dtype(value_dtype), default_value)
            self._resource_handle = self._create_resource()

    def _create_resource(self) -> Tensor:
        types: dict[str, Any] = {
            "key_dtype": self._key_dtype,
            "value_dtype": self._value_dtype,
            "shared_name": self._shared_name,
        }
        shape = self._default.shape
        handle: Tensor
        if shape.rank == 0:
            handle = ops.MUTABLE_HASH_TABLE(**types)
        else:
            handle = ops.MUTABLE_HASH_TABLE_OF_TENSORS(**types, value_shape=shape)
        return handle

    def lookup(  # type: ignore[override]  # TensorFlow's signature
        self, keys: Any, dynamic_default_values: Any = None, name: str | None = None
    ) -> Any:
        """The value of each key, or the default.

        Args:
            keys: The keys.
            dynamic_default_values: Defaults for each key, instead of the table's.
            name: A name for the operation.

        Raises:
            TypeError: If keys are of another type than the table's.
        """
        default = self._default if dynamic_default_values is None else dynamic_default_values
        return self._find(keys, convert_to_tensor(default, self._value_dtype), name)


class DenseHashTable(_Mutable):
    """A table that grows, whose keys are any but two.

    >>> table = tf.lookup.experimental.DenseHashTable(
    ...     tf.string, tf.int64, default_value=-1, empty_key="", deleted_key="$")
    >>> table.insert(["a", "b"], [1, 2])
    >>> table.erase(tf.constant(["a"]))
    >>> table[tf.constant(["a", "b"])].numpy()
    array([-1,  2])

    Args:
        key_dtype: The type of keys.
        value_dtype: The type of values.
        default_value: The value of keys that are not there; its shape is that of values.
        empty_key: A key that never occurs; its shape is that of keys.
        deleted_key: Another one.
        initial_num_buckets: For how many keys to reckon at first: a power of two.
        name: A name for the operation.
        checkpoint: Changes nothing, as in TensorFlow 2: checkpoints hold what is in a table that they track.
        experimental_is_anonymous: Changes nothing: a table lives as long as somebody holds it.

    Raises:
        tf.errors.InvalidArgumentError: If the two keys are equal, or the number of buckets is no power of two.
        tf.errors.NotFoundError: If there are no tables from that type of keys to that type of values.
    """

    def __init__(
        self,
        key_dtype: Any,
        value_dtype: Any,
        default_value: Any,
        empty_key: Any,
        deleted_key: Any,
        initial_num_buckets: int | None = None,
        name: str = "MutableDenseHashTable",
        checkpoint: bool = True,
        experimental_is_anonymous: bool = False,
    ) -> None:
        with init_scope():
            super().__init__(as_dtype(key_dtype), as_dtype(value_dtype), default_value)
            reserved: list[Any] = [convert_to_tensor(key, self._key_dtype) for key in (empty_key, deleted_key)]
            self._reserved = [key.numpy() for key in reserved]
            self._size: dict[str, Any] = (
                {} if initial_num_buckets is None else {"initial_num_buckets": initial_num_buckets}
            )
            self._resource_handle = self._create_resource()

    def _create_resource(self) -> Tensor:
        handle: Tensor = ops.MUTABLE_DENSE_HASH_TABLE(
            *(convert_to_tensor(key, self._key_dtype) for key in self._reserved),
            value_dtype=self._value_dtype,
            value_shape=self._default.shape,
            shared_name=self._shared_name,
            **self._size,
        )
        return handle

    def insert_or_assign(self, keys: Any, values: Any, name: str | None = None) -> Any:
        """Set the values of keys, known or new; ``insert`` by another name."""
        return self.insert(keys, values, name)

    def erase(self, keys: Any, name: str | None = None) -> Any:
        """Forget keys; ``remove`` by another name."""
        return self.remove(keys, name)

    def _checked(self, keys: Any) -> Tensor:
        return convert_to_tensor(keys, self._key_dtype)

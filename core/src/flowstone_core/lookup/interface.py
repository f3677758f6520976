"""What all tables have in common."""

from __future__ import annotations

import uuid
from typing import Any

from flowstone_core.conversion import convert_to_tensor
from flowstone_core.dtypes import DType
from flowstone_core.ops import lookup as ops
from flowstone_core.tensor import Tensor
from flowstone_core.trackable_resource import TrackableResource


class LookupInterface(TrackableResource):
    """A table: keys of one type lead to values of another."""

    def __init__(self, key_dtype: DType, value_dtype: DType, default_value: Any) -> None:
        self._key_dtype, self._value_dtype = key_dtype, value_dtype
        self._default = convert_to_tensor(default_value, value_dtype)
        self._shared_name = f"table_{uuid.uuid4().hex}"  # tells tables of one saved model apart

    @property
    def key_dtype(self) -> DType:
        """The type of keys."""
        return self._key_dtype

    @property
    def value_dtype(self) -> DType:
        """The type of values."""
        return self._value_dtype

    @property
    def name(self) -> str | None:
        """None: tables have no names outside of saved models."""
        return None

    def size(self, name: str | None = None) -> Any:
        """The number of keys, an int64."""
        return ops.LOOKUP_TABLE_SIZE(self.resource_handle, name=name)

    def lookup(self, keys: Any, name: str | None = None) -> Any:
        """The value of each key, or the default.

        Raises:
            TypeError: If keys are of another type than the table's.
        """
        return self._find(keys, self._default, name)

    def export(self, name: str | None = None) -> Any:
        """All keys and all values, as two tensors in the same order."""
        return ops.LOOKUP_TABLE_EXPORT(
            self.resource_handle, Tkeys=self._key_dtype, Tvalues=self._value_dtype, name=name
        )

    def __getitem__(self, keys: Any) -> Any:
        return self.lookup(keys)

    def _find(self, keys: Any, default: Any, name: str | None) -> Any:
        if hasattr(keys, "with_values"):  # sparse or ragged keys give sparse or ragged values
            return keys.with_values(self._find(keys.values, default, name))
        return ops.LOOKUP_TABLE_FIND(self.resource_handle, self._checked(keys), default, name=name)

    def _checked(self, keys: Any) -> Tensor:
        """Keys as a tensor of the table's type."""
        tensor = convert_to_tensor(keys, None, self._key_dtype)
        if tensor.dtype is not self._key_dtype:
            raise TypeError(
                f"{type(self).__name__}: the keys must have dtype {self._key_dtype.name}, received {tensor.dtype.name}."
            )
        return tensor

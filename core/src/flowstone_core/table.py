"""The object behind a table's handle: keys and the rows of values that they lead to."""

from __future__ import annotations

import functools
import math
import threading
from collections.abc import Iterable
from itertools import repeat
from typing import Any

import numpy as np

from flowstone_core.dtypes import DType
from flowstone_core.errors import FailedPreconditionError, InvalidArgumentError, UnimplementedError
from flowstone_core.fingerprints import combined, murmur
from flowstone_core.philox import MASK_64
from flowstone_core.shapes import TensorShape


class Table:
    """What a lookup table's resource handle holds.

    Keys lead to rows of one array of values, so that a lookup gathers them all at once. Rows of removed keys are used
    again.

    Attributes:
        key_dtype: The type of keys.
        value_dtype: The type of values.
        value_shape: The shape of one value.
        key_shape: The shape of one key.
        lock: Held by whoever reads or writes the table.
    """

    def __init__(
        self,
        key_dtype: DType,
        value_dtype: DType,
        value_shape: tuple[int, ...] = (),
        key_shape: tuple[int, ...] = (),
    ) -> None:
        self.key_dtype = key_dtype
        self.value_dtype = value_dtype
        self.value_shape = value_shape
        self.key_shape = key_shape
        self.lock = threading.RLock()
        self._rows: dict[Any, int] = {}
        self._free: list[int] = []
        self._values = self._room(0)

    def _room(self, size: int) -> Any:
        return np.empty((size, *self.value_shape), self.value_dtype.numpy_dtype)

    def size(self) -> int:
        """How many keys there are."""
        return len(self._rows)

    def find(self, keys: Any, default: Any) -> Any:
        """The value of each key, or the default (one for all, or one for each)."""
        flat = self.keys_of(keys)
        batch = keys.shape[: keys.ndim - len(self.key_shape)]
        shape = batch + self.value_shape
        with self.lock:
            rows = np.fromiter(map(self._rows.get, flat, repeat(-1)), np.int64, len(flat))
            found = rows >= 0
            if found.all():
                return self._values[rows].reshape(shape)
            self._check_default(default, batch)
            result = np.empty(shape, self.value_dtype.numpy_dtype)
            result[...] = default
            flat_result = result.reshape(len(flat), *self.value_shape)
            flat_result[found] = self._values[rows[found]]
            return result

    def _check_default(self, default: Any, batch: tuple[int, ...]) -> None:
        if default.shape not in (self.value_shape, batch + self.value_shape):
            raise InvalidArgumentError(
                None,
                None,
                f"Expected shape {TensorShape(self.value_shape)} or {TensorShape(batch + self.value_shape)} for the "
                f"default value, got {TensorShape(default.shape)}.",
            )

    def insert(self, keys: Any, values: Any) -> None:
        """Set the values of keys; of a repeated key the last one holds."""
        flat, rows = self.keys_of(keys), self.values_of(keys, values)
        with self.lock:
            self._put(flat, rows)

    def _put(self, keys: list[Any], values: Any) -> None:
        places = []
        for key in keys:
            row = self._rows.get(key)
            if row is None:
                row = self._free.pop() if self._free else len(self._rows)
                self._rows[key] = row
            places.append(row)
        if (needed := len(self._rows) + len(self._free)) > len(self._values):
            grown = self._room(max(needed, 2 * len(self._values)))
            grown[: len(self._values)] = self._values
            self._values = grown
        if places:
            self._values[places] = values

    def remove(self, keys: Any) -> None:
        """Forget keys, as far as they are there."""
        flat = self.keys_of(keys)
        with self.lock:
            for key in flat:
                row = self._rows.pop(key, None)
                if row is not None:
                    self._free.append(row)

    def replace(self, keys: Any, values: Any) -> None:
        """Forget all and insert these."""
        flat, rows = self.keys_of(keys), self.values_of(keys, values)
        with self.lock:
            self._clear()
            self._put(flat, rows)

    def _clear(self) -> None:
        self._rows.clear()
        self._free.clear()
        self._values = self._room(0)

    def export(self) -> tuple[Any, Any]:
        """All keys, and their values, in the order in which they came."""
        with self.lock:
            keys = np.empty((len(self._rows), *self.key_shape), self.key_dtype.numpy_dtype)
            if self._rows:
                keys[...] = np.array(list(self._rows), keys.dtype)
            return keys, self._values[np.fromiter(self._rows.values(), np.int64, len(self._rows))]

    def keys_of(self, keys: Any) -> list[Any]:
        """An array of keys as a list of what can be found in a dictionary."""
        rank = len(self.key_shape)
        if keys.ndim < rank or (rank and keys.shape[keys.ndim - rank :] != self.key_shape):
            raise InvalidArgumentError(
                None,
                None,
                f"Expected keys of shape [..., {TensorShape(self.key_shape)}], got {TensorShape(keys.shape)}.",
            )
        if not rank:
            return list(keys.reshape(-1).tolist())
        return [tuple(row) for row in keys.reshape(-1, math.prod(self.key_shape)).tolist()]

    def values_of(self, keys: Any, values: Any) -> Any:
        """Values as rows, one for each key."""
        expected = keys.shape[: keys.ndim - len(self.key_shape)] + self.value_shape
        if values.shape != expected:
            raise InvalidArgumentError(
                None,
                None,
                f"Expected shape {TensorShape(expected)} for the values of keys of shape {TensorShape(keys.shape)}, "
                f"got {TensorShape(values.shape)}.",
            )
        return values.reshape(-1, *self.value_shape)


class StaticTable(Table):
    """A table that is filled once."""

    def __init__(self, key_dtype: DType, value_dtype: DType) -> None:
        super().__init__(key_dtype, value_dtype)
        self.filled = False

    def _check_filled(self) -> None:
        if not self.filled:
            raise FailedPreconditionError(None, None, "Table not initialized.")

    def find(self, keys: Any, default: Any) -> Any:
        """The value of each key, or the default."""
        self._check_filled()
        return super().find(keys, default)

    def size(self) -> int:
        """How many keys there are."""
        self._check_filled()
        return super().size()

    def export(self) -> tuple[Any, Any]:
        """All keys and values."""
        self._check_filled()
        return super().export()

    def insert(self, keys: Any, values: Any) -> None:
        """Nothing can be inserted."""
        raise UnimplementedError(None, None, "A static table takes no further keys; use a MutableHashTable.")

    def remove(self, keys: Any) -> None:
        """Nothing can be removed."""
        raise UnimplementedError(None, None, "A static table gives no keys up; use a MutableHashTable.")

    def replace(self, keys: Any, values: Any) -> None:
        """Fill the table; again only with the same."""
        flat, rows = self.keys_of(keys), self.values_of(keys, values)
        with self.lock:
            if self.filled:
                self._check_same(flat, rows)
                return
            self._put(*_unique(flat, rows))
            self.filled = True

    def _check_same(self, keys: list[Any], values: Any) -> None:
        known = {key: self._values[row] for key, row in self._rows.items()}
        if known != dict(zip(keys, values, strict=True)):
            raise FailedPreconditionError(None, None, "The table was initialized already, with other data.")


def _unique(keys: list[Any], values: Any) -> tuple[list[Any], Any]:
    """The pairs once each."""
    first: dict[Any, int] = {}
    for place, key in enumerate(keys):
        before = first.setdefault(key, place)
        if before != place and values[before] != values[place]:
            raise FailedPreconditionError(
                None, None, f"The key {key!r} has two values, {values[before]} and {values[place]}; expected one."
            )
    return list(first), values[list(first.values())]


class DenseTable(Table):
    """A table whose keys are any but two, which stand for an empty place and a deleted one.

    Attributes:
        empty_key: What a place without a key exports.
        buckets: How many places there are; a power of two.
    """

    def __init__(
        self,
        empty_key: Any,
        deleted_key: Any,
        key_dtype: DType,
        value_dtype: DType,
        value_shape: tuple[int, ...],
        buckets: int,
        load: float,
    ) -> None:
        super().__init__(key_dtype, value_dtype, value_shape, empty_key.shape)
        if buckets <= 0 or buckets & (buckets - 1):
            raise InvalidArgumentError(None, None, f"initial_num_buckets must be a power of 2, got: {buckets}")
        self.empty_key = empty_key
        self.buckets = buckets
        self._load = load
        (empty,), (deleted,) = super().keys_of(empty_key), super().keys_of(deleted_key)
        if empty == deleted:
            raise InvalidArgumentError(None, None, "Empty and deleted keys cannot be equal")
        self._reserved = {empty: "empty_key", deleted: "deleted_key"}

    def keys_of(self, keys: Any) -> list[Any]:
        """An array of keys as a list; neither reserved key may be among them."""
        found = super().keys_of(keys)
        self._check(found)
        return found

    def _check(self, keys: Iterable[Any]) -> None:
        for reserved in self._reserved.keys() & set(keys):
            raise InvalidArgumentError(
                None, None, f"Using the {self._reserved[reserved]} as a table key is not allowed: {reserved!r}"
            )

    def _put(self, keys: list[Any], values: Any) -> None:
        super()._put(keys, values)
        while len(self._rows) > self.buckets * self._load:
            self.buckets *= 2

    def replace(self, keys: Any, values: Any) -> None:
        """Forget all and insert these, but for reserved keys, which stand for empty places."""
        flat = super().keys_of(keys.reshape(-1, *self.key_shape))
        rows = values.reshape(-1, *self.value_shape)
        kept = [place for place, key in enumerate(flat) if key not in self._reserved]
        with self.lock:
            self._clear()
            self._put([flat[place] for place in kept], rows[kept])

    def export(self) -> tuple[Any, Any]:
        """All places as rows of two matrices: those without a key give the empty key and zeros.

        Each key is where TensorFlow finds it, which takes the matrices for its table as they are.
        """
        with self.lock:
            keys, values = super().export()
            all_keys = np.empty((self.buckets, *self.key_shape), keys.dtype)
            all_keys[...] = self.empty_key
            all_values = np.zeros((self.buckets, *self.value_shape), values.dtype)
            if values.dtype == object:
                all_values[...] = b""
            places = _places(list(self._rows), self.buckets)
            all_keys[places], all_values[places] = keys, values
            return all_keys.reshape(self.buckets, -1), all_values.reshape(self.buckets, -1)


def _places(keys: list[Any], buckets: int) -> list[int]:
    """Where keys stand among the buckets: at their hash, or behind, in steps of 1, 2, 3..."""
    taken: set[int] = set()
    places = []
    for key in keys:
        place, step = _hash(key) % buckets, 0
        while place in taken:
            step += 1
            place = (place + step) % buckets
        taken.add(place)
        places.append(place)
    return places


def _hash(key: Any) -> int:
    if isinstance(key, bytes):
        return murmur(key)
    if isinstance(key, tuple):
        return functools.reduce(lambda before, part: combined(before, _hash(part)), key, 0)
    return int(key) & MASK_64

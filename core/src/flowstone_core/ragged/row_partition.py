"""``tf.experimental.RowPartition``: how a list of values is divided into rows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from flowstone_core.api import tf
from flowstone_core.composite import CompositeTensor
from flowstone_core.dtypes import DType, as_dtype, int32, int64
from flowstone_core.errors import InvalidArgumentError
from flowstone_core.shapes import TensorShape
from flowstone_core.tensor import EagerTensor, Tensor
from flowstone_core.type_spec import TensorSpec, TypeSpec


def integers(value: Any, name: str, dtype: Any = None, dtype_hint: Any = None, rank: int = 1) -> Tensor:
    """``value`` as a tensor of int32 or int64.

    Raises:
        ValueError: If it is of another type or rank.
    """
    if isinstance(value, Tensor):
        tensor = value
    elif isinstance(value, np.ndarray) and value.dtype in (np.int32, np.int64):
        tensor = tf.convert_to_tensor(value)
    else:
        try:
            tensor = tf.convert_to_tensor(value, dtype, dtype_hint or int64)
        except TypeError:
            raise ValueError(f"{name} must have dtype int32 or int64, got {value!r}.") from None
    if tensor.dtype not in (int32, int64):
        raise ValueError(f"{name} must have dtype int32 or int64, got {tensor.dtype.name}.")
    if tensor.ndim not in (None, rank):
        raise ValueError(f"{name}: shape {tensor.shape} must have rank {rank}.")
    return tensor if dtype is None else tf.cast(tensor, dtype)


def require(condition: Any, message: str, what: str = "RowPartition") -> None:
    """Check a scalar condition: at once, or when the function runs.

    Raises:
        tf.errors.InvalidArgumentError: If it does not hold.
    """
    if type(condition) is EagerTensor:
        if not condition:
            raise InvalidArgumentError(None, None, f"Arguments do not form a valid {what}: {message}")
    else:
        tf.debugging.Assert(condition, [f"Arguments do not form a valid {what}: {message}"])


def static_value(tensor: Any) -> int | None:
    """The value of a scalar integer, if it is known."""
    if tensor is None or isinstance(tensor, int):
        return tensor
    known: int | None = tensor.spec.scalar()
    return known


class RowPartition(CompositeTensor):
    """How ``nvals`` values are divided into ``nrows`` rows, one after the other.

    >>> partition = tf.experimental.RowPartition.from_row_lengths([2, 0, 1])
    >>> partition.row_splits().numpy(), partition.value_rowids().numpy()
    (array([0, 2, 2, 3]), array([0, 0, 2]))

    It is made by one of the ``from_...`` methods and gives all of these encodings; what it was made from is kept.
    """

    __slots__ = ("__weakref__", "_known", "_uniform")

    def __init__(self, row_splits: Tensor, uniform_row_length: Any = None, **known: Any) -> None:
        self._known: dict[str, Any] = {"row_splits": row_splits} | known
        self._uniform = uniform_row_length

    # -- making ----------------------------------------------------------------------------------------------------

    @classmethod
    def from_row_splits(
        cls, row_splits: Any, validate: bool = True, dtype: Any = None, dtype_hint: Any = None
    ) -> RowPartition:
        """Row i has the values from ``row_splits[i]`` up to ``row_splits[i + 1]``.

        Raises:
            ValueError: If the splits are of another type than int32 or int64, or not a vector.
            tf.errors.InvalidArgumentError: With ``validate``, if they do not increase from 0.
        """
        splits = integers(row_splits, "row_splits", dtype, dtype_hint)
        if splits.shape.rank == 1 and splits.shape[0] == 0:
            raise ValueError(f"row_splits must not be empty, got {row_splits!r}.")
        if validate:
            require(tf.equal(splits[0], tf.cast(0, splits.dtype)), "row_splits must start at 0.")
            require(tf.reduce_all(tf.less_equal(splits[:-1], splits[1:])), "row_splits must increase.")
        return cls(splits)

    @classmethod
    def from_row_lengths(
        cls, row_lengths: Any, validate: bool = True, dtype: Any = None, dtype_hint: Any = None
    ) -> RowPartition:
        """Row i has ``row_lengths[i]`` values."""
        lengths = integers(row_lengths, "row_lengths", dtype, dtype_hint)
        if validate:
            require(tf.reduce_all(tf.greater_equal(lengths, tf.cast(0, lengths.dtype))), "row_lengths is negative.")
        splits = tf.concat([tf.zeros([1], lengths.dtype), tf.cumsum(lengths)], 0)
        return cls(splits, row_lengths=lengths)

    @classmethod
    def from_value_rowids(
        cls, value_rowids: Any, nrows: Any = None, validate: bool = True, dtype: Any = None, dtype_hint: Any = None
    ) -> RowPartition:
        """Value j belongs to row ``value_rowids[j]``; the ids increase.

        Args:
            value_rowids: The row of each value.
            nrows: The number of rows; by default up to the last one that has a value.
            validate: Whether the ids are checked.
            dtype: The type of the encodings, int32 or int64.
            dtype_hint: A type to prefer.
        """
        rowids = integers(value_rowids, "value_rowids", dtype, dtype_hint)
        if nrows is None:
            rows = tf.reduce_max(tf.concat([rowids[-1:], tf.constant([-1], rowids.dtype)], 0)) + 1
        else:
            rows = tf.cast(integers(nrows, "nrows", None, rowids.dtype, rank=0), rowids.dtype)
            cls._check_row_count(rowids, rows)
        if validate:
            require(tf.reduce_all(rowids[1:] >= rowids[:-1]), "value_rowids must increase.")
            require(tf.reduce_all(rowids >= 0), "value_rowids must not be negative.")
            require(tf.reduce_all(rowids < rows), "value_rowids must be less than nrows.")
        lengths = tf.math.unsorted_segment_sum(tf.ones_like(rowids), rowids, rows)
        splits = tf.concat([tf.zeros([1], rowids.dtype), tf.cumsum(lengths)], 0)
        return cls(splits, row_lengths=lengths, value_rowids=rowids, nrows=rows)

    @staticmethod
    def _check_row_count(rowids: Tensor, rows: Tensor) -> None:
        known = static_value(rows)
        if known is None:
            return
        if known < 0:
            raise ValueError(f"Expected nrows >= 0; got {known}.")
        last = static_value(rowids[-1]) if rowids.shape.rank == 1 and rowids.shape[0] else None
        if last is not None and last >= known:
            raise ValueError(f"Expected nrows >= value_rowids[-1] + 1; got nrows={known}, value_rowids[-1]={last}.")

    @classmethod
    def from_row_starts(
        cls, row_starts: Any, nvals: Any, validate: bool = True, dtype: Any = None, dtype_hint: Any = None
    ) -> RowPartition:
        """Row i begins with value ``row_starts[i]``; the last one ends with the values."""
        starts = integers(row_starts, "row_starts", dtype, dtype_hint)
        total = tf.cast(integers(nvals, "nvals", None, starts.dtype, rank=0), starts.dtype)
        if validate:
            require(tf.reduce_all(starts[:1] == 0), "row_starts must start at 0.")
            require(tf.reduce_all(starts[1:] >= starts[:-1]), "row_starts must increase.")
            require(tf.reduce_all(starts <= total), "row_starts must not exceed the number of values.")
        return cls(tf.concat([starts, total[None]], 0), nvals=total)

    @classmethod
    def from_row_limits(
        cls, row_limits: Any, validate: bool = True, dtype: Any = None, dtype_hint: Any = None
    ) -> RowPartition:
        """Row i ends before value ``row_limits[i]``."""
        limits = integers(row_limits, "row_limits", dtype, dtype_hint)
        splits = tf.concat([tf.zeros([1], limits.dtype), limits], 0)
        return cls.from_row_splits(splits, validate=validate)

    @classmethod
    def from_uniform_row_length(
        cls,
        uniform_row_length: Any,
        nvals: Any = None,
        nrows: Any = None,
        validate: bool = True,
        dtype: Any = None,
        dtype_hint: Any = None,
    ) -> RowPartition:
        """All rows have the same length.

        Args:
            uniform_row_length: The length, a scalar.
            nvals: The number of values; this or ``nrows`` must be given.
            nrows: The number of rows; needed if the length is 0.
            validate: Whether the numbers are checked.
            dtype: The type of the encodings, int32 or int64.
            dtype_hint: A type to prefer.

        Raises:
            ValueError: If neither number is given, or the known ones do not fit.
        """
        if nvals is None and nrows is None:
            raise ValueError("At least one of nvals and nrows must be given.")
        given = [value for value in (uniform_row_length, nvals, nrows) if isinstance(value, Tensor)]
        target = dtype or (given[0].dtype if given else dtype_hint or int64)
        length = tf.cast(integers(uniform_row_length, "uniform_row_length", None, target, rank=0), target)
        known = static_value(length)
        if known is not None and known < 0:
            raise ValueError(f"uniform_row_length must not be negative, got {known}.")
        if nrows is None:
            rows = tf.math.floordiv(tf.cast(nvals, target), tf.maximum(length, tf.constant(1, target)))
        else:
            rows = tf.cast(integers(nrows, "nrows", None, target, rank=0), target)
        if validate and nvals is not None:
            total = static_value(tf.cast(nvals, target))
            count = static_value(rows)
            if total is not None and known is not None and count is not None and count * known != total:
                raise ValueError(
                    f"uniform_row_length={known} and nrows={count} make {count * known} values, got nvals={total}."
                )
            require(tf.equal(rows * length, tf.cast(nvals, target)), "the rows do not use up the values.")
        count = static_value(rows)
        splits = (tf.range(rows + 1) if count is None else tf.range(count + 1, dtype=target)) * length
        return cls(splits, uniform_row_length=length, nrows=rows)

    # -- encodings -------------------------------------------------------------------------------------------------

    def _encoding(self, name: str, compute: Callable[[], Any]) -> Any:
        """An encoding, remembered if it is a value (a symbol may belong to a branch of a graph)."""
        found = self._known.get(name)
        if found is None:
            found = compute()
            if type(found) is EagerTensor:
                self._known[name] = found
        return found

    @property
    def dtype(self) -> DType:
        """The type of the encodings: int32 or int64."""
        dtype: DType = self._known["row_splits"].dtype
        return dtype

    def row_splits(self) -> Any:
        """Where each row begins, and the end: ``nrows + 1`` numbers."""
        return self._known["row_splits"]

    def row_lengths(self) -> Any:
        """How many values each row has."""
        splits = self.row_splits()
        return self._encoding("row_lengths", lambda: splits[1:] - splits[:-1])

    def row_starts(self) -> Any:
        """Where each row begins."""
        return self.row_splits()[:-1]

    def row_limits(self) -> Any:
        """Where each row ends."""
        return self.row_splits()[1:]

    def value_rowids(self) -> Any:
        """The row that each value belongs to."""
        return self._encoding("value_rowids", lambda: tf.repeat(self.row_numbers(), self.row_lengths(), axis=0))

    def nrows(self) -> Any:
        """The number of rows, a scalar tensor."""
        rows = self.row_splits().shape[0] if self.row_splits().shape.rank is not None else None
        if rows is not None:
            return self._encoding("nrows", lambda: tf.constant(rows - 1, self.dtype))
        return self._encoding("nrows", lambda: tf.shape(self.row_splits(), out_type=self.dtype)[0] - 1)

    def row_numbers(self, more: int = 0) -> Any:
        """0, 1, 2, ... for each row and ``more``; of known length if the number of rows is known."""
        known = self.static_nrows
        return tf.range(self.nrows() + more) if known is None else tf.range(known + more, dtype=self.dtype)

    def nvals(self) -> Any:
        """The number of values, a scalar tensor."""
        return self._encoding("nvals", lambda: self.row_splits()[-1])

    def uniform_row_length(self) -> Any:
        """The length that all rows have by construction, or None."""
        return self._uniform

    def offsets_in_rows(self) -> Any:
        """The place of each value in its row.

        >>> tf.experimental.RowPartition.from_row_lengths([2, 1]).offsets_in_rows().numpy()
        array([0, 1, 0])
        """
        return tf.range(self.nvals()) - tf.gather(self.row_starts(), self.value_rowids())

    def is_uniform(self) -> bool:
        """Whether all rows have the same length by construction."""
        return self._uniform is not None

    @property
    def static_nrows(self) -> int | None:
        """The number of rows, if known."""
        shape = self.row_splits().shape
        if shape.rank is not None and shape[0] is not None:
            return int(shape[0]) - 1
        return static_value(self._known.get("nrows"))

    @property
    def static_nvals(self) -> int | None:
        """The number of values, if known."""
        splits = self.row_splits()
        if type(splits) is EagerTensor:
            return int(splits._array[-1])
        return static_value(self._known.get("nvals"))

    @property
    def static_uniform_row_length(self) -> int | None:
        """The length that all rows have by construction, if known."""
        return static_value(self._uniform)

    # -- others like this ------------------------------------------------------------------------------------------

    def with_dtype(self, dtype: Any) -> RowPartition:
        """The same partition with encodings of another type.

        Raises:
            ValueError: If it is not int32 or int64.
        """
        target = as_dtype(dtype)
        if target not in (int32, int64):
            raise ValueError(f"dtype must be int32 or int64, got {target.name}.")
        if target is self.dtype:
            return self
        uniform = None if self._uniform is None else tf.cast(self._uniform, target)
        known = {name: tf.cast(value, target) for name, value in self._known.items()}
        return RowPartition(uniform_row_length=uniform, **known)

    def has_splits(self, splits: Any) -> bool:
        """Whether these are certainly this partition's splits: the same tensor, or equal values."""
        mine = self.row_splits()
        if mine is splits:
            return True
        eager = type(mine) is EagerTensor and type(splits) is EagerTensor
        return eager and np.array_equal(mine._array, splits._array)

    @property
    def _type_spec(self) -> RowPartitionSpec:
        return RowPartitionSpec(self.static_nrows, None, self.static_uniform_row_length, self.dtype)

    def __repr__(self) -> str:
        name = "uniform_row_length" if self.is_uniform() else "row_splits"
        value = self._uniform if self.is_uniform() else self.row_splits()
        text = value._array if type(value) is EagerTensor else value
        return f"tf.RowPartition({name}={text})"


class RowPartitionSpec(TypeSpec):
    """The type of a ``tf.experimental.RowPartition``.

    Args:
        nrows: The number of rows, if known.
        nvals: The number of values, if known.
        uniform_row_length: The length of all rows, if they have one that is known.
        dtype: The type of the encodings.
    """

    __slots__ = ("_dtype", "_nrows", "_nvals", "_uniform_row_length")

    def __init__(
        self, nrows: Any = None, nvals: Any = None, uniform_row_length: Any = None, dtype: Any = int64
    ) -> None:
        self._nrows = TensorShape([nrows])
        self._nvals = TensorShape([nvals])
        self._uniform_row_length = TensorShape([uniform_row_length])
        self._dtype = as_dtype(dtype)

    @classmethod
    def from_value(cls, value: RowPartition) -> RowPartitionSpec:
        """The spec of ``value``."""
        return value._type_spec

    @property
    def value_type(self) -> type[RowPartition]:
        """``tf.experimental.RowPartition``."""
        return RowPartition

    @property
    def dtype(self) -> DType:
        """The type of the encodings."""
        return self._dtype

    @property
    def nrows(self) -> int | None:
        """The number of rows, if known."""
        return self._nrows[0]

    @property
    def nvals(self) -> int | None:
        """The number of values, if known."""
        return self._nvals[0]

    @property
    def uniform_row_length(self) -> int | None:
        """The length of all rows, if known."""
        return self._uniform_row_length[0]

    def _serialize(self) -> tuple[Any, ...]:
        return self._nrows, self._nvals, self._uniform_row_length, self._dtype

    @classmethod
    def _deserialize(cls, serialization: tuple[Any, ...]) -> RowPartitionSpec:
        nrows, nvals, uniform, dtype = serialization
        return cls(nrows[0], nvals[0], uniform[0], dtype)

    @property
    def _component_specs(self) -> list[TensorSpec]:
        return [TensorSpec([None if self.nrows is None else self.nrows + 1], self._dtype)]

    def _to_components(self, value: RowPartition) -> list[Any]:
        return [value.row_splits()]

    def _from_components(self, components: Any) -> RowPartition:
        uniform = self.uniform_row_length
        return RowPartition(components[0], None if uniform is None else tf.constant(uniform, self._dtype))

    def __repr__(self) -> str:
        return (
            f"RowPartitionSpec(nrows={self.nrows}, nvals={self.nvals}, "
            f"uniform_row_length={self.uniform_row_length}, dtype={self._dtype!r})"
        )

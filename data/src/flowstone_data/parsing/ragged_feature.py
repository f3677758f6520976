"""``tf.io.RaggedFeature``: what is wanted as a ragged tensor, and how it is put together."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, NamedTuple

from flowstone_core import dtypes
from flowstone_core.api import tf
from flowstone_core.tensor import Tensor


class RowSplits(NamedTuple):
    """A dimension whose row splits are the feature ``key``."""

    key: str


class RowLengths(NamedTuple):
    """A dimension whose row lengths are the feature ``key``."""

    key: str


class RowStarts(NamedTuple):
    """A dimension whose rows start where the feature ``key`` says."""

    key: str


class RowLimits(NamedTuple):
    """A dimension whose rows end where the feature ``key`` says."""

    key: str


class ValueRowIds(NamedTuple):
    """A dimension whose items are in the rows that the feature ``key`` says."""

    key: str


class UniformRowLength(NamedTuple):
    """A dimension whose rows have ``length`` items each."""

    length: int


_KINDS = (RowSplits, RowLengths, RowStarts, RowLimits, ValueRowIds, UniformRowLength)


class _RaggedFields(NamedTuple):
    dtype: Any
    value_key: str | None
    partitions: tuple[Any, ...]
    row_splits_dtype: Any
    validate: bool


class RaggedFeature(_RaggedFields):
    """A feature of any number of values, as a ragged tensor, which other features may divide further.

    Args:
        dtype: ``tf.float32``, ``tf.int64`` or ``tf.string``: the type of the values.
        value_key: The feature that holds the values; the key of the request by default.
        partitions: How the values are divided inside an example, the outermost dimension first: ``RowSplits(key)``,
            ``RowLengths(key)``, ``RowStarts(key)``, ``RowLimits(key)``, ``ValueRowIds(key)``, whose features are int64, or
            ``UniformRowLength(length)``. All are attributes of this class.
        row_splits_dtype: The type of the row splits.
        validate: Whether to check that partitions fit the values.

    Raises:
        TypeError: If a partition is none of these.
    """

    __slots__ = ()

    RowSplits: ClassVar[Any] = RowSplits
    RowLengths: ClassVar[Any] = RowLengths
    RowStarts: ClassVar[Any] = RowStarts
    RowLimits: ClassVar[Any] = RowLimits
    ValueRowIds: ClassVar[Any] = ValueRowIds
    UniformRowLength: ClassVar[Any] = UniformRowLength

    def __new__(
        cls,
        dtype: Any,
        value_key: str | None = None,
        partitions: Any = (),
        row_splits_dtype: Any = dtypes.int32,
        validate: bool = False,
    ) -> RaggedFeature:
        """Check the partitions."""
        for partition in partitions:
            if not isinstance(partition, _KINDS):
                raise TypeError(
                    f"Argument `partitions` must hold {', '.join(kind.__name__ for kind in _KINDS)}, got {partition!r}."
                )
        return super().__new__(cls, dtype, value_key, tuple(partitions), dtypes.as_dtype(row_splits_dtype), validate)


def keys_of(key: str, feature: RaggedFeature) -> dict[str, Any]:
    """The keys that a request needs parsed, with their types.

    Raises:
        ValueError: If values have a type that examples do not hold.
    """
    dtype = dtypes.as_dtype(feature.dtype)
    if dtype not in (dtypes.int64, dtypes.float32, dtypes.string):
        raise ValueError(f"Argument `dtype` must be int64, float32, or bytes; got {feature.dtype!r} for {key!r}.")
    partitions = [each.key for each in feature.partitions if not isinstance(each, UniformRowLength)]
    return {**dict.fromkeys(partitions, dtypes.int64), feature.value_key or key: dtype}


def put_together(key: str, feature: RaggedFeature, parsed: Mapping[str, Any], single: bool) -> Any:
    """The ragged tensor of a request, from a row of values in ``parsed`` for each example.

    Args:
        key: The key of the request.
        feature: The request.
        parsed: The rows of values of the keys that it needs.
        single: Whether there is one example only, whose own tensor is wanted.
    """
    rows = parsed[feature.value_key or key]
    value, counts = rows.values, rows.row_lengths()
    for partition in reversed(feature.partitions):
        if isinstance(partition, UniformRowLength):
            value, counts = _uniform(value, partition.length), counts // max(partition.length, 1)
        else:
            lengths, counts = _divided(partition, parsed, counts)
            value = tf.RaggedTensor.from_row_lengths(value, lengths, validate=feature.validate)
    if single:
        return _with_splits(value, feature)
    return _with_splits(tf.RaggedTensor.from_row_lengths(value, counts, validate=feature.validate), feature)


def _with_splits(value: Any, feature: RaggedFeature) -> Any:
    """A ragged tensor with row splits of the type asked for; a tensor as it is."""
    return value if isinstance(value, Tensor) else value.with_row_splits_dtype(feature.row_splits_dtype)


def _uniform(value: Any, length: int) -> Any:
    """Rows of ``length`` items: of a tensor, one with a dimension more."""
    if isinstance(value, Tensor):
        return tf.reshape(value, tf.concat([[-1, length], tf.shape(value)[1:]], 0))
    return tf.RaggedTensor.from_uniform_row_length(value, length)


def _divided(partition: Any, parsed: Mapping[str, Any], counts: Any) -> tuple[Any, Any]:
    """The lengths of all rows of a dimension, and how many rows each example has; ``counts`` are the items it divides."""
    given = parsed[partition.key]
    rows = given.row_lengths()
    if isinstance(partition, RowLengths):
        return given.values, rows
    if isinstance(partition, RowSplits):
        return given[:, 1:].values - given[:, :-1].values, tf.maximum(rows - 1, 0)
    if isinstance(partition, RowStarts):
        ends = tf.concat([given, tf.expand_dims(counts, 1)], 1)[:, 1:]
        return ends.values - given.values, rows
    if isinstance(partition, RowLimits):
        starts = tf.concat([tf.zeros_like(tf.expand_dims(counts, 1)), given], 1)[:, :-1]
        return given.values - starts.values, rows
    many = tf.maximum(tf.reduce_max(given, 1) + 1, 0)
    many = tf.where(rows > 0, many, tf.zeros_like(many))
    offsets = tf.repeat(tf.cumsum(many, exclusive=True), rows)
    total = tf.reduce_sum(many)
    found = tf.math.unsorted_segment_sum(tf.ones_like(given.values), given.values + offsets, total)
    return found, many

"""What is wanted of each feature of an example: ``tf.io.FixedLenFeature`` and its kin."""

from __future__ import annotations

from typing import Any, NamedTuple


class FixedLenFeature(NamedTuple):
    """A feature of a fixed shape.

    Attributes:
        shape: The shape.
        dtype: ``tf.float32``, ``tf.int64`` or ``tf.string``.
        default_value: What a missing feature is; None if it must be there.
    """

    shape: Any
    dtype: Any
    default_value: Any = None


class FixedLenSequenceFeature(NamedTuple):
    """A feature of any number of entries of a fixed shape; batches are padded.

    Attributes:
        shape: The shape of an entry.
        dtype: ``tf.float32``, ``tf.int64`` or ``tf.string``.
        allow_missing: Must be True in ``parse_example``: a missing feature has no entries.
        default_value: What batches are padded with.
    """

    shape: Any
    dtype: Any
    allow_missing: bool = False
    default_value: Any = None


class VarLenFeature(NamedTuple):
    """A feature of any number of values, as a sparse tensor.

    Attributes:
        dtype: ``tf.float32``, ``tf.int64`` or ``tf.string``.
    """

    dtype: Any


class SparseFeature(NamedTuple):
    """A feature of values and one or several of coordinates, together a sparse tensor.

    Attributes:
        index_key: The feature of the coordinates, or a list with one for each dimension; they are ``tf.int64``.
        value_key: The feature of the values.
        dtype: ``tf.float32``, ``tf.int64`` or ``tf.string``: the type of the values.
        size: The size of the dimension, or a list with one for each.
        already_sorted: Whether the values stand in the order of their coordinates, so that they need no sorting.
    """

    index_key: Any
    value_key: Any
    dtype: Any
    size: Any
    already_sorted: bool = False

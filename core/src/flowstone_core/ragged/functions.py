"""``tf.ragged``: functions on flat values, masks, partitions, crosses, and segment ids."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from flowstone_core import nest
from flowstone_core.api import tf
from flowstone_core.dtypes import int32, int64, string
from flowstone_core.errors import SpecError
from flowstone_core.interpreter import user_error
from flowstone_core.ops.ragged import RAGGED_CROSS
from flowstone_core.ragged.broadcasting import same_rows
from flowstone_core.ragged.joining import as_ragged_or_tensor, divided
from flowstone_core.ragged.row_partition import RowPartition, integers
from flowstone_core.ragged.tensor import RaggedTensor
from flowstone_core.tensor import Tensor


def map_flat_values(op: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """``op`` of the flat values of ragged arguments, in the same rows.

    >>> tf.ragged.map_flat_values(tf.ones_like, tf.ragged.constant([[1, 2, 3], [], [4, 5]]))
    <tf.RaggedTensor [[1, 1, 1], [], [1, 1]]>

    Args:
        op: Takes the flat values in the places of ragged tensors; its result has as many values.
        *args: Its arguments; ragged tensors may be nested in lists and dictionaries.
        **kwargs: Its keyword arguments.

    Raises:
        ValueError: If the result has another number of values.
        tf.errors.InvalidArgumentError: If the rows of ragged arguments differ.
    """
    ragged = [leaf for leaf in nest.flatten((args, kwargs)) if isinstance(leaf, RaggedTensor)]
    if not ragged:
        return op(*args, **kwargs)
    rows = ragged[0]._nested_row_partitions
    for other in ragged[1:]:
        _check_same_rows(rows, other._nested_row_partitions)

    def flat(leaf: Any) -> Any:
        return leaf.flat_values if isinstance(leaf, RaggedTensor) else leaf

    flat_args, flat_kwargs = nest.map_structure(flat, (args, kwargs))
    result = op(*flat_args, **flat_kwargs)
    if not isinstance(result, Tensor):
        result = tf.convert_to_tensor(result) if not nest.is_composite(result) else result
    expected = ragged[0].flat_values.shape[:1]
    if result.shape.rank == 0 or not expected.is_compatible_with(result.shape[:1]):
        raise ValueError(
            "tf.ragged.map_flat_values requires that the output of `op` have the same outer-dimension size as "
            f"flat_values of any ragged inputs. (output shape: {result.shape}; expected outer dimension size: "
            f"{expected[0] if expected.rank else None})"
        )
    return RaggedTensor._from_nested_row_partitions(result, rows)


def _check_same_rows(a: Sequence[RowPartition], b: Sequence[RowPartition]) -> None:
    """Check that partitions are equal.

    Raises:
        ValueError: If their numbers or types differ.
        tf.errors.InvalidArgumentError: If rows differ.
    """
    if same_rows(a, b):
        return
    if len(a) != len(b):
        raise ValueError(f"Ragged arguments must have the same ragged_rank, got {len(a)} and {len(b)}.")
    known = {a[0].static_nrows, b[0].static_nrows} - {None}
    if len(known) > 1:
        raise ValueError(f"Ragged arguments must have the same number of rows, got {sorted(known)}.")  # type: ignore[type-var]
    if a[0].dtype is not b[0].dtype:
        raise ValueError(f"Ragged arguments have {a[0].dtype.name} and {b[0].dtype.name} row splits.")
    for x, y in zip(a, b, strict=True):
        first, second = x.row_splits(), y.row_splits()
        alike = tf.logical_and(
            tf.equal(tf.size(first), tf.size(second)),
            tf.reduce_all(tf.equal(first[: tf.size(second)], second[: tf.size(first)])),
        )
        tf.debugging.Assert(alike, ["The rows of ragged arguments differ; row splits:", first, second])


def boolean_mask(data: Any, mask: Any, name: str | None = None) -> Any:
    """The values where ``mask`` is true; the dimensions of the mask but its last are kept.

    >>> tf.ragged.boolean_mask([[1, 2, 3], [4, 5, 6]], [[True, False, True], [False, False, True]])
    <tf.RaggedTensor [[1, 3], [6]]>

    Args:
        data: A tensor or ragged tensor.
        mask: Booleans, of the shape that ``data``'s shape begins with; its rank must be known.
        name: A name for the operation.

    Raises:
        ValueError: If the mask is a scalar or its rank is unknown.
    """
    with tf.name_scope(name or "RaggedMask"):
        x = as_ragged_or_tensor(data)
        flags = as_ragged_or_tensor(mask)
        if not flags.dtype.is_bool:
            raise TypeError(f"mask must be boolean, got {flags.dtype.name}.")
        rank = flags.shape.rank
        if rank is None:
            raise ValueError("ragged.boolean_mask: the rank of mask must be known.")
        if rank == 0:
            raise ValueError("mask cannot be scalar.")
        dtypes = [each.row_splits.dtype for each in (x, flags) if isinstance(each, RaggedTensor)]
        splits_type = dtypes[0] if dtypes else int64
        return (
            _masked(x, flags, splits_type)
            if rank == 1
            else _masked(divided(x, rank - 1, splits_type), divided(flags, rank - 1, splits_type), splits_type)
        )


def _masked(x: Any, flags: Any, splits_type: Any) -> Any:
    if isinstance(flags, Tensor):
        if isinstance(x, Tensor):
            return tf.boolean_mask(x, flags)
        return tf.gather(x, tf.where(flags)[:, 0])
    _check_same_rows((x._row_partition,), (flags._row_partition,))
    inner = _masked(x.values, flags.values, splits_type)
    if isinstance(flags.values, RaggedTensor):
        return x.with_values(inner)
    kept = tf.math.unsorted_segment_sum(tf.cast(flags.values, splits_type), flags.value_rowids(), flags.nrows())
    return RaggedTensor(inner, RowPartition.from_row_lengths(kept, validate=False), internal=True)


def row_splits_to_segment_ids(splits: Any, name: str | None = None, out_type: Any = None) -> Any:
    """The row of each value, from row splits.

    >>> tf.ragged.row_splits_to_segment_ids([0, 3, 3, 5]).numpy()
    array([0, 0, 0, 2, 2])

    Args:
        splits: Row splits.
        name: A name for the operation.
        out_type: The type of the ids; that of the splits by default.

    Raises:
        ValueError: If the splits are not a vector of int32 or int64.
    """
    ids = RowPartition.from_row_splits(integers(splits, "splits"), validate=False).value_rowids()
    return ids if out_type is None else tf.cast(ids, out_type)


def segment_ids_to_row_splits(
    segment_ids: Any, num_segments: Any = None, out_type: Any = None, name: str | None = None
) -> Any:
    """Row splits, from the row of each value.

    >>> tf.ragged.segment_ids_to_row_splits([0, 0, 0, 2, 2, 3]).numpy()
    array([0, 3, 3, 5, 6])

    Args:
        segment_ids: The row of each value, increasing.
        num_segments: The number of rows; by default up to the last one that has a value.
        out_type: The type of the splits; by default that of the ids.
        name: A name for the operation.
    """
    ids = integers(
        segment_ids,
        "segment_ids",
        None,
        out_type or (num_segments.dtype if isinstance(num_segments, Tensor) else int64),
    )
    splits = RowPartition.from_value_rowids(ids, num_segments, validate=False).row_splits()
    return splits if out_type is None else tf.cast(splits, out_type)


def stack_dynamic_partitions(data: Any, partitions: Any, num_partitions: Any, name: str | None = None) -> Any:
    """A row for each partition, with the entries of ``data`` that belong to it.

    >>> tf.ragged.stack_dynamic_partitions(["a", "b", "c"], [1, 0, 1], 2)
    <tf.RaggedTensor [[b'b'], [b'a', b'c']]>

    Args:
        data: A tensor or ragged tensor.
        partitions: The partition of each entry: integers, of a shape that the shape of ``data`` begins with.
        num_partitions: The number of partitions.
        name: A name for the operation.

    Raises:
        ValueError: If the rank of ``partitions`` is unknown.
        tf.errors.InvalidArgumentError: If a partition is not less than ``num_partitions``.
    """
    with tf.name_scope(name or "SegmentStack"):
        x, ids = as_ragged_or_tensor(data), as_ragged_or_tensor(partitions)
        splits_type = x.row_splits.dtype if isinstance(x, RaggedTensor) else ids.dtype
        rank = ids.shape.rank
        if rank is None:
            raise ValueError("partitions must have known rank.")
        if rank == 0:
            x, ids = x[None], ids[None]
        elif rank > 1:
            x, ids = (
                x.merge_dims(0, rank - 1) if isinstance(x, RaggedTensor) else _flattened(x, rank),
                _flattened(ids, rank),
            )
        elif not isinstance(ids, Tensor):
            ids = ids.flat_values
        count = tf.cast(num_partitions, splits_type)
        ids = tf.cast(ids, splits_type)
        inside = tf.reduce_all(tf.logical_and(ids >= 0, ids < count))
        tf.debugging.Assert(inside, ["partitions must be in [0, num_partitions)", ids])
        order = tf.argsort(ids, stable=True)
        sizes = tf.math.unsorted_segment_sum(tf.ones_like(ids), ids, count)
        return RaggedTensor(tf.gather(x, order), RowPartition.from_row_lengths(sizes, validate=False), internal=True)


def _flattened(x: Any, rank: int) -> Any:
    if isinstance(x, RaggedTensor):
        return x.merge_dims(0, rank - 1)
    return tf.reshape(x, tf.concat([[-1], tf.shape(x)[rank:]], 0))


def cross(inputs: Any, name: str | None = None) -> RaggedTensor:
    """All combinations of the values of several features, row by row, joined by ``_X_``.

    >>> tf.ragged.cross([tf.ragged.constant([["a"], ["b", "c"]]), tf.ragged.constant([["d"], ["e"]])])
    <tf.RaggedTensor [[b'a_X_d'], [b'b_X_e', b'c_X_e']]>

    Args:
        inputs: Matrices of strings or integers with the same number of rows: ragged, sparse or dense.
        name: A name for the operation.

    Raises:
        ValueError: If one has not two dimensions, or there are none.
        TypeError: If they are no list.
    """
    return _cross(inputs, False, 0, None, name)


def cross_hashed(
    inputs: Any, num_buckets: int = 0, hash_key: int | None = None, name: str | None = None
) -> RaggedTensor:
    """As ``tf.ragged.cross``, but numbers: hashes of the combinations.

    Raises:
        NotImplementedError: Always; hash the strings that ``tf.ragged.cross`` gives.
    """
    raise NotImplementedError(
        "tf.ragged.cross_hashed is not supported. Use tf.strings.to_hash_bucket_fast on the values of tf.ragged.cross."
    )


def _cross(inputs: Any, hashed: bool, num_buckets: int, hash_key: int | None, name: str | None) -> RaggedTensor:
    if not isinstance(inputs, (list, tuple)):
        raise TypeError(f"inputs must be a list, got {type(inputs).__name__}.")
    if not inputs:
        raise ValueError("tf.ragged.cross needs at least one input.")
    features = [each if isinstance(each, tf.SparseTensor) else as_ragged_or_tensor(each) for each in inputs]
    for each in features:
        if each.shape.rank not in (2, None):
            raise user_error(SpecError(f"tf.ragged.cross: inputs must have rank 2, got {each.shape.rank}."))
        if isinstance(each, RaggedTensor) and each.ragged_rank != 1:
            raise ValueError("tf.ragged.cross: ragged inputs must have ragged_rank 1.")
    ragged = [each for each in features if isinstance(each, RaggedTensor)]
    sparse = [each for each in features if isinstance(each, tf.SparseTensor)]
    dense = [_key(each) for each in features if isinstance(each, Tensor)]
    order = "".join(
        "R" if isinstance(each, RaggedTensor) else "D" if isinstance(each, Tensor) else "S" for each in features
    )
    splits_type = int64 if any(each.row_splits.dtype is int64 for each in ragged) or not ragged else int32
    values, splits = RAGGED_CROSS(
        [_key(each.flat_values) for each in ragged],
        [each.row_splits for each in ragged],
        [each.indices for each in sparse],
        [_key(each.values) for each in sparse],
        [each.dense_shape for each in sparse],
        dense,
        input_order=order,
        hashed_output=hashed,
        num_buckets=num_buckets,
        hash_key=hash_key or 0,
        out_values_type=int64 if hashed else string,
        out_row_splits_type=splits_type,
        name=name,
    )
    return RaggedTensor(values, RowPartition(splits), internal=True)


def _key(values: Any) -> Any:
    """Values as one of the two types that features have."""
    if values.dtype is string:
        return values
    if not values.dtype.is_integer:
        raise ValueError(f"Unexpected dtype for inputs: {values.dtype.name}; features are strings or integers.")
    return tf.cast(values, int64)

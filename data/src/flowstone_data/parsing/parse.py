"""``tf.io.parse_example`` and ``parse_single_example``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from flowstone_core import dtypes
from flowstone_core.api import tf
from flowstone_core.conversion import convert_to_tensor
from flowstone_core.dtypes import DType, as_dtype
from flowstone_core.ops.array import expand_dims
from flowstone_core.ops.joining import concat
from flowstone_core.ops.sparse import sparse_reorder
from flowstone_core.shapes import as_shape
from flowstone_core.sparse_tensor import SparseTensor
from flowstone_core.tensor import EagerTensor

from flowstone_data.parsing.features import FixedLenFeature, FixedLenSequenceFeature, SparseFeature, VarLenFeature
from flowstone_data.parsing.ops import PARSE_EXAMPLE
from flowstone_data.parsing.ragged_feature import RaggedFeature, keys_of, put_together


def parse_example(
    serialized: Any, features: Mapping[str, Any], example_names: Any = None, name: str | None = None
) -> dict[str, Any]:
    """The features of serialized ``tf.train.Example`` messages.

    >>> feature = tf.train.Feature(int64_list=tf.train.Int64List(value=[1, 2]))
    >>> example = tf.train.Example(features=tf.train.Features(feature={"a": feature}))
    >>> parsed = tf.io.parse_example([example.SerializeToString()], {"a": tf.io.FixedLenFeature([2], tf.int64)})
    >>> parsed["a"].numpy()
    array([[1, 2]])

    Args:
        serialized: A vector of serialized messages (or a scalar).
        features: Key to what is wanted of it.
        example_names: Names of the examples, for messages.
        name: A name.

    Returns:
        Key to tensor, with the batch size first; a ``tf.SparseTensor`` for ``VarLenFeature`` and ``SparseFeature``, a
        ``tf.RaggedTensor`` for ``RaggedFeature``.

    Raises:
        ValueError: If no features are asked for, or a request is incomplete.
        InvalidArgumentError: If a message is damaged, or a feature is missing, of another type or size.
    """
    if not features:
        raise ValueError("Argument `features` cannot be falsy.")
    sparse = _sparse_types(features)
    ragged = _ragged_types(features)
    composite = (VarLenFeature, SparseFeature, RaggedFeature)
    keys = [key for key in sorted(features) if not isinstance(features[key], composite)]
    requests = [_request(key, features[key]) for key in keys]
    serialized = convert_to_tensor(serialized, dtypes.string)
    names = strings([]) if example_names is None else convert_to_tensor(example_names, dtypes.string)
    indices, values, shapes, dense, flat, splits = PARSE_EXAMPLE(
        serialized,
        names,
        strings(list(sparse)),
        strings(keys),
        strings(list(ragged)),
        [default for _, default in requests],
        num_sparse=len(sparse),
        sparse_types=tuple(sparse.values()),
        ragged_value_types=tuple(ragged.values()),
        ragged_split_types=(dtypes.int64,) * len(ragged),
        dense_shapes=[shape for shape, _ in requests],
        name=name,
    )
    parts = zip(indices, values, shapes, strict=True)
    parsed = dict(zip(sparse, (SparseTensor(*each) for each in parts), strict=True))
    found = dict(zip(keys, dense, strict=True))
    rows = {
        key: tf.RaggedTensor.from_row_splits(value, each, validate=False)
        for key, value, each in zip(ragged, flat, splits, strict=True)
    }
    for key, feature in features.items():
        if isinstance(feature, VarLenFeature):
            found[key] = parsed[key]
        elif isinstance(feature, SparseFeature):
            found[key] = _merged(feature, parsed)
        elif isinstance(feature, RaggedFeature):
            found[key] = put_together(key, feature, rows, serialized.shape.rank == 0)
    return {key: found[key] for key in features}


def parse_single_example(
    serialized: Any, features: Mapping[str, Any], example_names: Any = None, name: str | None = None
) -> dict[str, Any]:
    """The features of one serialized ``tf.train.Example``; like ``parse_example`` without the batch.

    Raises:
        ValueError: If ``serialized`` is not a scalar.
    """
    serialized = convert_to_tensor(serialized, dtypes.string)
    if serialized.shape.rank not in (0, None):
        raise ValueError(f"Input serialized must be a scalar, got shape {serialized.shape}.")
    return parse_example(serialized, features, example_names, name)


def _sparse_types(features: Mapping[str, Any]) -> dict[str, DType]:
    """The keys that are parsed as sparse tensors, with their types.

    Raises:
        ValueError: If two requests want different types of one key, or a request has no type.
    """
    found: dict[str, DType] = {}
    for key, feature in sorted(features.items()):
        wanted: dict[str, Any] = {}
        if isinstance(feature, VarLenFeature):
            wanted = {key: feature.dtype}
        elif isinstance(feature, SparseFeature):
            wanted = {**dict.fromkeys(_listed(feature.index_key), dtypes.int64), feature.value_key: feature.dtype}
        for each, dtype in wanted.items():
            if not dtype:
                raise ValueError(f"Missing type for feature {key!r}. Got feature={feature}.")
            if found.setdefault(each, as_dtype(dtype)) is not as_dtype(dtype):
                raise ValueError(f"Conflicting type {found[each].name} vs {as_dtype(dtype).name} for feature {each!r}.")
    return found


def _ragged_types(features: Mapping[str, Any]) -> dict[str, DType]:
    """The keys that are parsed as rows of values, with their types.

    Raises:
        ValueError: If two requests want different types of one key.
    """
    found: dict[str, DType] = {}
    for key, feature in sorted(features.items()):
        for each, dtype in (keys_of(key, feature) if isinstance(feature, RaggedFeature) else {}).items():
            if found.setdefault(each, dtype) is not dtype:
                raise ValueError(f"Conflicting type {found[each].name} vs {dtype.name} for feature {each!r}.")
    return found


def _listed(value: Any) -> list[Any]:
    return list(value) if isinstance(value, (list, tuple)) else [value]


def _merged(feature: SparseFeature, parsed: Mapping[str, SparseTensor]) -> SparseTensor:
    """The values at the coordinates that other features give: in each example, one for each value.

    Raises:
        ValueError: If there is not one size for each key of coordinates, or one coordinate for each value.
    """
    keys, sizes = _listed(feature.index_key), _listed(feature.size)
    if len(keys) != len(sizes):
        raise ValueError(f"SparseFeature needs a size for each index_key, got {feature}.")
    values = parsed[feature.value_key]
    for key in keys:
        values.values.shape.assert_is_compatible_with(parsed[key].values.shape)
    columns = [values.indices[:, :-1], *(expand_dims(parsed[key].values, 1) for key in keys)]
    shape = concat([values.dense_shape[:-1], convert_to_tensor(sizes, dtypes.int64)], 0)
    merged = SparseTensor(concat(columns, 1), values.values, shape)
    return merged if feature.already_sorted else sparse_reorder(merged)


def strings(values: list[str]) -> EagerTensor:
    """Keys as a vector."""
    return EagerTensor(np.array([value.encode() for value in values], object), dtypes.string)


def _request(key: str, feature: Any) -> tuple[Any, Any]:
    """The shape and the default of a dense feature.

    Raises:
        ValueError: If the request is incomplete.
        NotImplementedError: If it is of another kind.
    """
    if isinstance(feature, FixedLenSequenceFeature):
        if not feature.allow_missing:
            raise ValueError(
                f"Unsupported: FixedLenSequenceFeature requires allow_missing to be True. Found in feature {key!r}."
            )
        return (None, *sizes_of(feature, key)), default_of(feature, 0)
    if isinstance(feature, FixedLenFeature):
        sizes = sizes_of(feature, key)
        return sizes, default_of(feature, int(np.prod(sizes, dtype=np.int64)))
    raise NotImplementedError(
        f"Feature {key!r} asks for {type(feature).__name__}: use FixedLenFeature, FixedLenSequenceFeature, VarLenFeature, "
        "SparseFeature or RaggedFeature."
    )


def sizes_of(feature: Any, key: str) -> tuple[int, ...]:
    """The shape of a dense feature.

    Raises:
        ValueError: If it is not fully known.
    """
    shape = as_shape(feature.shape)
    if not shape.is_fully_defined():
        raise ValueError(f"dense_shapes[{key!r}] must be fully known, got {shape}.")
    return shape.as_tuple()  # type: ignore[return-value]


def default_of(feature: Any, count: int) -> Any:
    """What a missing feature is: ``count`` values, or none if it must be there."""
    dtype = as_dtype(feature.dtype)
    if feature.default_value is None:
        return EagerTensor(np.empty(0, dtype.numpy_dtype), dtype)
    value = convert_to_tensor(feature.default_value, dtype)
    if isinstance(value, EagerTensor) and value._array.size == 1 and count > 1:
        return EagerTensor(np.full(count, value._array.reshape(-1)[0], dtype.numpy_dtype), dtype)
    return value

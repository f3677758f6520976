"""``tf.io.parse_sequence_example`` and ``parse_single_sequence_example``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from flowstone_core import dtypes
from flowstone_core.api import tf
from flowstone_core.conversion import convert_to_tensor
from flowstone_core.dtypes import as_dtype
from flowstone_core.sparse_tensor import SparseTensor
from flowstone_core.tensor import EagerTensor

from flowstone_data.parsing.features import FixedLenFeature, FixedLenSequenceFeature, VarLenFeature
from flowstone_data.parsing.parse import default_of, sizes_of, strings
from flowstone_data.parsing.ragged_feature import RaggedFeature, keys_of, put_together
from flowstone_data.parsing.sequence_ops import PARSE_SEQUENCE_EXAMPLE

_Features = Mapping[str, Any] | None


def parse_sequence_example(
    serialized: Any,
    context_features: _Features = None,
    sequence_features: _Features = None,
    example_names: Any = None,
    name: str | None = None,
) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
    """The features of serialized ``tf.train.SequenceExample`` messages.

    >>> steps = [tf.train.Feature(int64_list=tf.train.Int64List(value=[value])) for value in (1, 2)]
    >>> lists = tf.train.FeatureLists(feature_list={"a": tf.train.FeatureList(feature=steps)})
    >>> message = tf.train.SequenceExample(feature_lists=lists).SerializeToString()
    >>> request = {"a": tf.io.FixedLenSequenceFeature([], tf.int64)}
    >>> context, sequences, lengths = tf.io.parse_sequence_example([message], None, request)
    >>> sequences["a"].numpy(), lengths["a"].numpy()
    (array([[1, 2]]), array([2]))

    Args:
        serialized: A vector of serialized messages.
        context_features: Key to what is wanted of the context: ``FixedLenFeature``, ``VarLenFeature`` or
            ``RaggedFeature``.
        sequence_features: Key to what is wanted of the lists: ``FixedLenSequenceFeature``, ``VarLenFeature`` or
            ``RaggedFeature`` (without partitions).
        example_names: Names of the examples, for messages.
        name: A name.

    Returns:
        The context, the lists (padded with zeros; with the batch and then the steps first), and the number of steps of
        each list that was padded.

    Raises:
        ValueError: If nothing is asked for, or a request is of another kind.
        InvalidArgumentError: If a message is damaged, or a feature is missing, of another type or size.
    """
    serialized = convert_to_tensor(serialized, dtypes.string)
    return _parsed(serialized, context_features, sequence_features, example_names, False, name)


def parse_single_sequence_example(
    serialized: Any,
    context_features: _Features = None,
    sequence_features: _Features = None,
    example_name: Any = None,
    name: str | None = None,
) -> tuple[dict[str, Any], dict[str, Any]]:
    """The features of one serialized ``tf.train.SequenceExample``; like ``parse_sequence_example`` without the batch.

    Raises:
        ValueError: If ``serialized`` is not a scalar.
    """
    serialized = convert_to_tensor(serialized, dtypes.string)
    if serialized.shape.rank not in (0, None):
        raise ValueError(f"Input serialized must be a scalar, got shape {serialized.shape}.")
    return _parsed(serialized, context_features, sequence_features, example_name, True, name)[:2]


def _parsed(
    serialized: Any, context: _Features, sequence: _Features, names: Any, single: bool, name: str | None
) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
    if not (context or sequence):
        raise ValueError("Both `context_features` and `sequence_features` are None or empty: ask for one at least.")
    context, sequence = dict(context or {}), dict(sequence or {})
    _check(context, (FixedLenFeature, VarLenFeature, RaggedFeature))
    _check(sequence, (FixedLenSequenceFeature, VarLenFeature, RaggedFeature))
    in_context, in_lists = (_by_kind(each) for each in (context, sequence))
    fixed, listed = in_context["dense"], in_lists["dense"]
    found = PARSE_SEQUENCE_EXAMPLE(
        serialized,
        strings([]) if names is None else convert_to_tensor(names, dtypes.string),
        strings(list(in_context["sparse"])),
        strings(list(fixed)),
        strings(list(in_context["ragged"])),
        strings(list(in_lists["sparse"])),
        strings(list(listed)),
        strings(list(in_lists["ragged"])),
        EagerTensor(np.array([feature.allow_missing for feature in listed.values()], bool), dtypes.bool),
        [default_of(each, int(np.prod(sizes_of(each, key), dtype=np.int64))) for key, each in fixed.items()],
        Ncontext_sparse=len(in_context["sparse"]),
        context_sparse_types=list(in_context["sparse"].values()),
        context_ragged_value_types=list(in_context["ragged"].values()),
        context_ragged_split_types=[dtypes.int64] * len(in_context["ragged"]),
        context_dense_shapes=[sizes_of(each, key) for key, each in fixed.items()],
        Nfeature_list_sparse=len(in_lists["sparse"]),
        Nfeature_list_dense=len(listed),
        feature_list_dense_types=[as_dtype(each.dtype) for each in listed.values()],
        feature_list_sparse_types=list(in_lists["sparse"].values()),
        feature_list_ragged_value_types=list(in_lists["ragged"].values()),
        feature_list_ragged_split_types=[dtypes.int64] * len(in_lists["ragged"]),
        feature_list_dense_shapes=[sizes_of(each, key) for key, each in listed.items()],
        name=name,
    )
    contexts = {
        **_sparse(in_context["sparse"], *found[:3]),
        **dict(zip(fixed, found[3], strict=True)),
        **_context_ragged(context, in_context["ragged"], *found[4:6], single=single),
    }
    sequences = {
        **_sparse(in_lists["sparse"], *found[6:9]),
        **dict(zip(listed, found[9], strict=True)),
        **_list_ragged(sequence, in_lists["ragged"], *found[11:], single=single),
    }
    lengths = dict(zip(listed, found[10], strict=True))
    return {key: contexts[key] for key in context}, {key: sequences[key] for key in sequence}, lengths


def _check(features: Mapping[str, Any], kinds: tuple[type, ...]) -> None:
    for key, feature in features.items():
        if not isinstance(feature, kinds):
            listed = ", ".join(kind.__name__ for kind in kinds)
            raise ValueError(f"Unsupported {type(feature).__name__} {feature} for key {key!r}: expected {listed}.")


def _by_kind(features: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Requests for dense tensors; the types of keys parsed as sparse ones, and as rows of values."""
    found: dict[str, dict[str, Any]] = {"dense": {}, "sparse": {}, "ragged": {}}
    for key, feature in sorted(features.items()):
        if isinstance(feature, VarLenFeature):
            found["sparse"][key] = as_dtype(feature.dtype)
        elif isinstance(feature, RaggedFeature):
            for each, dtype in keys_of(key, feature).items():
                found["ragged"][each] = dtype
        else:
            found["dense"][key] = feature
    return found


def _sparse(keys: Mapping[str, Any], indices: Any, values: Any, shapes: Any) -> dict[str, Any]:
    parts = zip(keys, indices, values, shapes, strict=True)
    return {key: SparseTensor(*each) for key, *each in parts}


def _context_ragged(
    features: Mapping[str, Any], keys: Mapping[str, Any], values: Any, splits: Any, *, single: bool
) -> dict[str, Any]:
    parts = zip(keys, values, splits, strict=True)
    rows = {key: tf.RaggedTensor.from_row_splits(value, each, validate=False) for key, value, each in parts}
    wanted = {key: feature for key, feature in features.items() if isinstance(feature, RaggedFeature)}
    return {key: put_together(key, feature, rows, single) for key, feature in wanted.items()}


def _list_ragged(
    features: Mapping[str, Any], keys: Mapping[str, Any], values: Any, outer: Any, inner: Any, *, single: bool
) -> dict[str, Any]:
    parts = zip(keys, values, outer, inner, strict=True)
    rows = {
        key: (tf.RaggedTensor.from_row_splits(value, each, validate=False), split) for key, value, split, each in parts
    }
    found = {}
    for key, feature in features.items():
        if isinstance(feature, RaggedFeature):
            if feature.partitions:
                raise NotImplementedError(
                    f"Feature {key!r}: lists of features are not divided by partitions yet. Parse the partitions as "
                    "RaggedFeature of their own, and divide with tf.RaggedTensor.from_row_lengths."
                )
            steps, split = rows[feature.value_key or key]
            made = steps if single else tf.RaggedTensor.from_row_splits(steps, split, validate=False)
            found[key] = made.with_row_splits_dtype(feature.row_splits_dtype)
    return found

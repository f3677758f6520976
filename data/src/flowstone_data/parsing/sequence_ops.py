"""``ParseSequenceExampleV2``: contexts and lists of features of serialized sequence examples."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NoReturn

import numpy as np
from flowstone_core import dtypes
from flowstone_core.dtypes import DType
from flowstone_core.errors import InvalidArgumentError
from flowstone_core.kernel import KernelSet
from flowstone_core.op import Op
from flowstone_core.shapes import TensorShape
from flowstone_core.spec import Spec
from flowstone_protos import example_pb2
from google.protobuf.message import DecodeError

from flowstone_data.parsing.ops import dense_feature, feature_values, ragged_feature, sparse_feature

KERNELS = KernelSet()

_TYPES = "list({float, int64, string}) >= 0 = []"
_SPLITS = "list({int32, int64}) >= 0 = []"
_SHAPES = "list(shape) >= 0 = []"


def _infer(
    serialized: Spec,
    *operands: Any,
    Ncontext_sparse: int,
    context_sparse_types: Sequence[DType],
    context_ragged_value_types: Sequence[DType],
    context_ragged_split_types: Sequence[DType],
    context_dense_shapes: Sequence[TensorShape],
    Nfeature_list_sparse: int,
    Nfeature_list_dense: int,
    feature_list_dense_types: Sequence[DType],
    feature_list_sparse_types: Sequence[DType],
    feature_list_ragged_value_types: Sequence[DType],
    feature_list_ragged_split_types: Sequence[DType],
    feature_list_dense_shapes: Sequence[TensorShape],
) -> tuple[Any, ...]:
    batch = serialized.shape
    rank = None if batch is None else len(batch)

    def sparse(types: Sequence[DType], dimensions: int) -> tuple[list[Spec], ...]:
        size = None if rank is None else rank + dimensions
        indices = [Spec((None, size), dtypes.int64) for _ in types]
        return indices, [Spec((None,), kind) for kind in types], [Spec((size,), dtypes.int64) for _ in types]

    def dense(shape: TensorShape, dtype: DType, *rows: None) -> Spec:
        sizes = shape.as_tuple()
        return Spec(None if batch is None or sizes is None else (*batch, *rows, *sizes), dtype)

    def vectors(types: Sequence[DType]) -> list[Spec]:
        return [Spec((None,), kind) for kind in types]

    defaults = operands[-1]
    return (
        *sparse(context_sparse_types, 1),
        [dense(shape, each.dtype) for shape, each in zip(context_dense_shapes, defaults, strict=True)],
        vectors(context_ragged_value_types),
        vectors(context_ragged_split_types),
        *sparse(feature_list_sparse_types, 2),
        [
            dense(shape, kind, None)
            for shape, kind in zip(feature_list_dense_shapes, feature_list_dense_types, strict=True)
        ],
        [Spec(batch, dtypes.int64) for _ in feature_list_dense_types],
        vectors(feature_list_ragged_value_types),
        vectors(feature_list_ragged_split_types),
        vectors(feature_list_ragged_split_types),
    )


PARSE_SEQUENCE_EXAMPLE = Op(
    "ParseSequenceExampleV2",
    (
        "serialized: string",
        "debug_name: string",
        "context_sparse_keys: string",
        "context_dense_keys: string",
        "context_ragged_keys: string",
        "feature_list_sparse_keys: string",
        "feature_list_dense_keys: string",
        "feature_list_ragged_keys: string",
        "feature_list_dense_missing_assumed_empty: bool",
        "context_dense_defaults: Tcontext_dense",
    ),
    (
        "context_sparse_indices: Ncontext_sparse * int64",
        "context_sparse_values: context_sparse_types",
        "context_sparse_shapes: Ncontext_sparse * int64",
        "context_dense_values: Tcontext_dense",
        "context_ragged_values: context_ragged_value_types",
        "context_ragged_row_splits: context_ragged_split_types",
        "feature_list_sparse_indices: Nfeature_list_sparse * int64",
        "feature_list_sparse_values: feature_list_sparse_types",
        "feature_list_sparse_shapes: Nfeature_list_sparse * int64",
        "feature_list_dense_values: feature_list_dense_types",
        "feature_list_dense_lengths: Nfeature_list_dense * int64",
        "feature_list_ragged_values: feature_list_ragged_value_types",
        "feature_list_ragged_outer_splits: feature_list_ragged_split_types",
        "feature_list_ragged_inner_splits: feature_list_ragged_split_types",
    ),
    (
        "Ncontext_sparse: int >= 0 = 0",
        f"Tcontext_dense: {_TYPES}",
        f"context_sparse_types: {_TYPES}",
        f"context_ragged_value_types: {_TYPES}",
        f"context_ragged_split_types: {_SPLITS}",
        f"context_dense_shapes: {_SHAPES}",
        "Nfeature_list_sparse: int >= 0 = 0",
        "Nfeature_list_dense: int >= 0 = 0",
        f"feature_list_dense_types: {_TYPES}",
        f"feature_list_sparse_types: {_TYPES}",
        f"feature_list_ragged_value_types: {_TYPES}",
        f"feature_list_ragged_split_types: {_SPLITS}",
        f"feature_list_dense_shapes: {_SHAPES}",
    ),
    infer=_infer,
)


def _fail(message: str) -> NoReturn:
    raise InvalidArgumentError(None, None, message)


def _message(data: bytes, index: int) -> Any:
    try:
        return example_pb2.SequenceExample.FromString(data)
    except DecodeError:
        _fail(f"Could not parse sequence example {index}: it is no tf.train.SequenceExample ({data[:32]!r}).")


def _names(keys: Any) -> list[str]:
    return [key.decode() for key in np.ravel(keys)]


@KERNELS.add(PARSE_SEQUENCE_EXAMPLE)
def parse_sequence_example(
    serialized: Any,
    debug_name: Any,
    context_sparse_keys: Any,
    context_dense_keys: Any,
    context_ragged_keys: Any,
    feature_list_sparse_keys: Any,
    feature_list_dense_keys: Any,
    feature_list_ragged_keys: Any,
    feature_list_dense_missing_assumed_empty: Any,
    context_dense_defaults: Sequence[Any],
    *,
    context_sparse_types: Sequence[DType],
    context_ragged_value_types: Sequence[DType],
    context_ragged_split_types: Sequence[DType],
    context_dense_shapes: Sequence[TensorShape],
    feature_list_dense_types: Sequence[DType],
    feature_list_sparse_types: Sequence[DType],
    feature_list_ragged_value_types: Sequence[DType],
    feature_list_ragged_split_types: Sequence[DType],
    feature_list_dense_shapes: Sequence[TensorShape],
    **counts: Any,
) -> tuple[Any, ...]:
    """Parse one sequence example (a scalar) or a batch (a vector)."""
    messages = [_message(data, index) for index, data in enumerate(serialized.ravel())]
    contexts = [message.context.feature for message in messages]
    lists = [message.feature_lists.feature_list for message in messages]
    rank, batch = serialized.ndim, serialized.shape
    context_sparse = [
        sparse_feature(contexts, key, kind, rank)
        for key, kind in zip(_names(context_sparse_keys), context_sparse_types, strict=True)
    ]
    context_dense = [
        dense_feature(contexts, key, default, shape, batch)
        for key, default, shape in zip(
            _names(context_dense_keys), context_dense_defaults, context_dense_shapes, strict=True
        )
    ]
    context_ragged = [
        ragged_feature(contexts, key, kind, splits)
        for key, kind, splits in zip(
            _names(context_ragged_keys), context_ragged_value_types, context_ragged_split_types, strict=True
        )
    ]
    sparse = [
        _sparse(_steps(lists, key, kind), kind, rank)
        for key, kind in zip(_names(feature_list_sparse_keys), feature_list_sparse_types, strict=True)
    ]
    dense = [
        _dense(lists, key, kind, shape, bool(may_miss), batch)
        for key, kind, shape, may_miss in zip(
            _names(feature_list_dense_keys),
            feature_list_dense_types,
            feature_list_dense_shapes,
            feature_list_dense_missing_assumed_empty.reshape(-1),
            strict=True,
        )
    ]
    ragged = [
        _ragged(_steps(lists, key, kind), kind, splits)
        for key, kind, splits in zip(
            _names(feature_list_ragged_keys),
            feature_list_ragged_value_types,
            feature_list_ragged_split_types,
            strict=True,
        )
    ]
    return (
        *_columns(context_sparse, 3),
        context_dense,
        *_columns(context_ragged, 2),
        *_columns(sparse, 3),
        *_columns(dense, 2),
        *_columns(ragged, 3),
    )


def _columns(rows: Sequence[Sequence[Any]], count: int) -> list[list[Any]]:
    return [[row[place] for row in rows] for place in range(count)]


def _steps(lists: Sequence[Any], key: str, dtype: DType) -> list[list[Any]]:
    """For each example the values of each step; a missing list has no steps, a step without values is empty."""
    empty = np.empty(0, dtype.numpy_dtype)
    found = []
    for each in lists:
        steps = each[key].feature if key in each else ()
        values = [feature_values({key: step}, key, dtype) for step in steps]
        found.append([empty if value is None else value for value in values])
    return found


def _joined(steps: list[list[Any]], dtype: DType) -> Any:
    every = [value for own in steps for value in own]
    return np.concatenate(every) if every else np.empty(0, dtype.numpy_dtype)


def _sparse(steps: list[list[Any]], dtype: DType, rank: int) -> tuple[Any, Any, Any]:
    places = [
        (example, time, at)
        for example, own in enumerate(steps)
        for time, value in enumerate(own)
        for at in range(len(value))
    ]
    longest = max((len(value) for own in steps for value in own), default=0)
    shape = (len(steps), max(map(len, steps), default=0), longest)
    indices = np.array(places, np.int64).reshape(-1, 3)
    skipped = 0 if rank else 1
    return indices[:, skipped:], _joined(steps, dtype), np.array(shape[skipped:], np.int64)


def _dense(
    lists: Sequence[Any], key: str, dtype: DType, shape: TensorShape, may_miss: bool, batch: tuple[int, ...]
) -> tuple[Any, Any]:
    """All steps of one shape; shorter examples are filled up with zeros."""
    for index, each in enumerate(lists):
        if key not in each and not may_miss:
            _fail(
                f"Name: example {index}, Feature list '{key}' is required but could not be found. Did you mean to include "
                "it in feature_list_dense_missing_assumed_empty? FixedLenSequenceFeature has allow_missing for that."
            )
    sizes = tuple(shape.as_list())
    count = int(np.prod(sizes, dtype=np.int64))  # type: ignore[arg-type]
    steps = _steps(lists, key, dtype)
    for index, own in enumerate(steps):
        for time, value in enumerate(own):
            if len(value) != count:
                _fail(
                    f"Name: example {index}, Key: {key}, Index: {time}.  Number of {dtype.name} values != expected.  "
                    f"values size: {len(value)} but output shape: {list(sizes)}"
                )
    lengths = np.array([len(own) for own in steps], np.int64)
    fill: Any = b"" if dtype is dtypes.string else 0
    made = np.full((len(steps), int(lengths.max(initial=0)), count), fill, dtype.numpy_dtype)
    for index, own in enumerate(steps):
        for time, value in enumerate(own):
            made[index, time] = value
    return made.reshape((*batch, made.shape[1], *sizes)), lengths.reshape(batch)


def _ragged(steps: list[list[Any]], dtype: DType, splits: DType) -> tuple[Any, Any, Any]:
    outer = np.cumsum([0, *map(len, steps)], dtype=splits.numpy_dtype)
    inner = np.cumsum([0, *(len(value) for own in steps for value in own)], dtype=splits.numpy_dtype)
    return _joined(steps, dtype), outer, inner

"""``ParseExampleV2``: the features of serialized examples, dense, sparse and ragged."""

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

KERNELS = KernelSet()

_TYPES = "{float, int64, string}"


def _infer(
    serialized: Spec,
    names: Spec,
    sparse_keys: Spec,
    dense_keys: Spec,
    ragged_keys: Spec,
    dense_defaults: list[Spec],
    *,
    num_sparse: int,
    sparse_types: Sequence[DType],
    ragged_value_types: Sequence[DType],
    ragged_split_types: Sequence[DType],
    dense_shapes: Sequence[TensorShape],
) -> tuple[Any, ...]:
    batch = serialized.shape
    rank = None if batch is None else len(batch) + 1
    dense = [
        Spec(None if batch is None or shape.rank is None else (*batch, *_rows(shape)), default.dtype)
        for shape, default in zip(dense_shapes, dense_defaults, strict=True)
    ]
    return (
        [Spec((None, rank), dtypes.int64) for _ in range(num_sparse)],
        [Spec((None,), kind) for kind in sparse_types],
        [Spec((rank,), dtypes.int64) for _ in range(num_sparse)],
        dense,
        [Spec((None,), kind) for kind in ragged_value_types],
        [Spec((None,), kind) for kind in ragged_split_types],
    )


def _rows(shape: TensorShape) -> tuple[int | None, ...]:
    return shape.as_tuple() or ()


PARSE_EXAMPLE = Op(
    "ParseExampleV2",
    (
        "serialized: string",
        "names: string",
        "sparse_keys: string",
        "dense_keys: string",
        "ragged_keys: string",
        "dense_defaults: Tdense",
    ),
    (
        "sparse_indices: num_sparse * int64",
        "sparse_values: sparse_types",
        "sparse_shapes: num_sparse * int64",
        "dense_values: Tdense",
        "ragged_values: ragged_value_types",
        "ragged_row_splits: ragged_split_types",
    ),
    (
        f"Tdense: list({_TYPES}) >= 0",
        "num_sparse: int >= 0",
        f"sparse_types: list({_TYPES}) >= 0",
        f"ragged_value_types: list({_TYPES}) >= 0",
        "ragged_split_types: list({int32, int64}) >= 0",
        "dense_shapes: list(shape) >= 0",
    ),
    infer=_infer,
)

_FIELDS = {dtypes.float32: "float_list", dtypes.int64: "int64_list", dtypes.string: "bytes_list"}


def _fail(message: str) -> NoReturn:
    raise InvalidArgumentError(None, None, message)


@KERNELS.add(PARSE_EXAMPLE)
def parse_example(
    serialized: Any,
    names: Any,
    sparse_keys: Any,
    dense_keys: Any,
    ragged_keys: Any,
    dense_defaults: Sequence[Any],
    *,
    sparse_types: Sequence[DType],
    ragged_value_types: Sequence[DType],
    ragged_split_types: Sequence[DType],
    dense_shapes: Sequence[TensorShape],
    **attrs: Any,
) -> tuple[list[Any], ...]:
    """Parse one example (a scalar) or a batch (a vector)."""
    messages = [_message(data, index) for index, data in enumerate(serialized.ravel())]
    dense = [
        dense_feature(messages, key.decode(), default, shape, serialized.shape)
        for key, default, shape in zip(np.ravel(dense_keys), dense_defaults, dense_shapes, strict=True)
    ]
    sparse = [
        sparse_feature(messages, key.decode(), kind, serialized.ndim)
        for key, kind in zip(np.ravel(sparse_keys), sparse_types, strict=True)
    ]
    indices, values, shapes = ([one[part] for one in sparse] for part in range(3))
    ragged = [
        ragged_feature(messages, key.decode(), kind, splits)
        for key, kind, splits in zip(np.ravel(ragged_keys), ragged_value_types, ragged_split_types, strict=True)
    ]
    return indices, values, shapes, dense, [one for one, _ in ragged], [splits for _, splits in ragged]


def _message(data: bytes, index: int) -> Any:
    message = example_pb2.Example()
    try:
        message.ParseFromString(data)
    except DecodeError:
        _fail(f"Could not parse example input, value {index}: it is no serialized tf.train.Example ({data[:32]!r}).")
    return message.features.feature


def feature_values(features: Any, key: str, dtype: DType) -> Any:
    """The values of a feature, or None if it is missing.

    Raises:
        InvalidArgumentError: If it has another type.
    """
    if key not in features:
        return None
    feature = features[key]
    kind = feature.WhichOneof("kind")
    if kind is None:
        return None
    if kind != _FIELDS[dtype]:
        found = next(one.name for one, field in _FIELDS.items() if field == kind)
        _fail(f"Key: {key}.  Data types don't match. Data type: {found} but expected type: {dtype.name}")
    found = getattr(feature, kind).value
    return np.array(found, dtype.numpy_dtype)


def dense_feature(messages: Sequence[Any], key: str, default: Any, shape: TensorShape, batch: tuple[int, ...]) -> Any:
    """A feature of a fixed shape, or with padding if its first size is not known.

    Raises:
        InvalidArgumentError: If it is missing without a default, or of another type or size.
    """
    dtype = dtypes.string if default.dtype == object else dtypes.from_numpy(default.dtype)
    sizes = _rows(shape)
    if sizes and sizes[0] is None:
        return _padded(messages, key, dtype, default, sizes[1:], batch)
    count = int(np.prod(sizes, dtype=np.int64))  # type: ignore[arg-type]
    rows = []
    for index, features in enumerate(messages):
        found = feature_values(features, key, dtype)
        if found is None:
            if default.size != count:
                _fail(
                    f"Name: example {index}, Feature: {key} (data type: {dtype.name}) is required but could not be found. "
                    "Give FixedLenFeature a default_value if it may be missing."
                )
            found = default.ravel()
        elif len(found) != count:
            _fail(
                f"Key: {key}, Index: {index}.  Number of {dtype.name} values != expected.  Values size: {len(found)} but "
                f"output shape: {list(sizes)}"
            )
        rows.append(found)
    stacked = np.concatenate(rows) if rows else np.empty(0, dtype.numpy_dtype)
    return stacked.reshape((*batch, *sizes))


def _padded(
    messages: Sequence[Any], key: str, dtype: DType, default: Any, inner: tuple[Any, ...], batch: tuple[int, ...]
) -> Any:
    """Entries of a fixed shape, any number an example; shorter examples are filled up."""
    size = int(np.prod(inner, dtype=np.int64))
    rows = [feature_values(features, key, dtype) for features in messages]
    rows = [np.empty(0, dtype.numpy_dtype) if row is None else row for row in rows]
    for row in rows:
        if len(row) % max(size, 1):
            _fail(f"Key: {key}.  Number of {dtype.name} values {len(row)} is not a multiple of stride {size}.")
    longest = max((len(row) for row in rows), default=0)
    fill: Any = default.ravel()[0] if default.size else (b"" if dtype is dtypes.string else 0)
    result = np.full((len(rows), longest), fill, dtype.numpy_dtype)
    for index, row in enumerate(rows):
        result[index, : len(row)] = row
    return result.reshape((*batch, longest // max(size, 1), *inner))


def sparse_feature(messages: Sequence[Any], key: str, dtype: DType, rank: int) -> tuple[Any, Any, Any]:
    """A feature of any number of values, as the parts of a sparse tensor."""
    rows = [feature_values(features, key, dtype) for features in messages]
    rows = [np.empty(0, dtype.numpy_dtype) if row is None else row for row in rows]
    columns = np.concatenate([np.arange(len(row), dtype=np.int64) for row in rows]) if rows else np.empty(0, np.int64)
    longest = max((len(row) for row in rows), default=0)
    values = np.concatenate(rows) if rows else np.empty(0, dtype.numpy_dtype)
    if rank == 0:
        return columns[:, None], values, np.array([longest], np.int64)
    examples = np.repeat(np.arange(len(rows), dtype=np.int64), [len(row) for row in rows])
    return np.stack([examples, columns], axis=1), values, np.array([len(rows), longest], np.int64)


def ragged_feature(messages: Sequence[Any], key: str, dtype: DType, splits: DType) -> tuple[Any, Any]:
    """A feature of any number of values, as values and row splits: one row for each example."""
    rows = [feature_values(features, key, dtype) for features in messages]
    rows = [np.empty(0, dtype.numpy_dtype) if row is None else row for row in rows]
    values = np.concatenate(rows) if rows else np.empty(0, dtype.numpy_dtype)
    return values, np.cumsum([0, *map(len, rows)], dtype=splits.numpy_dtype)

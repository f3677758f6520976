"""``tf.io.parse_example`` and ``parse_single_example``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from flowstone_core import dtypes
from flowstone_core.conversion import convert_to_tensor
from flowstone_core.dtypes import as_dtype
from flowstone_core.shapes import as_shape
from flowstone_core.tensor import EagerTensor, Tensor

from flowstone_data.parsing.features import FixedLenFeature, FixedLenSequenceFeature
from flowstone_data.parsing.ops import PARSE_EXAMPLE


def parse_example(
    serialized: Any, features: Mapping[str, Any], example_names: Any = None, name: str | None = None
) -> dict[str, Tensor]:
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
        Key to tensor, with the batch size first.

    Raises:
        ValueError: If no features are asked for, or a request is incomplete.
        InvalidArgumentError: If a message is damaged, or a feature is missing, of another type or size.
    """
    if not features:
        raise ValueError("Argument `features` cannot be falsy.")
    keys = sorted(features)
    shapes, defaults = [], []
    for key in keys:
        shape, default = _request(key, features[key])
        shapes.append(shape)
        defaults.append(default)
    serialized = convert_to_tensor(serialized, dtypes.string)
    names = _strings([]) if example_names is None else convert_to_tensor(example_names, dtypes.string)
    _, _, _, dense, _, _ = PARSE_EXAMPLE(
        serialized,
        names,
        _strings([]),
        _strings(keys),
        _strings([]),
        defaults,
        num_sparse=0,
        sparse_types=(),
        ragged_value_types=(),
        ragged_split_types=(),
        dense_shapes=shapes,
        name=name,
    )
    return dict(zip(keys, dense, strict=True))


def parse_single_example(
    serialized: Any, features: Mapping[str, Any], example_names: Any = None, name: str | None = None
) -> dict[str, Tensor]:
    """The features of one serialized ``tf.train.Example``; like ``parse_example`` without the batch.

    Raises:
        ValueError: If ``serialized`` is not a scalar.
    """
    serialized = convert_to_tensor(serialized, dtypes.string)
    if serialized.shape.rank not in (0, None):
        raise ValueError(f"Input serialized must be a scalar, got shape {serialized.shape}.")
    return parse_example(serialized, features, example_names, name)


def _strings(values: list[str]) -> EagerTensor:
    return EagerTensor(np.array([value.encode() for value in values], object), dtypes.string)


def _request(key: str, feature: Any) -> tuple[Any, Any]:
    """The shape and the default of a dense feature.

    Raises:
        ValueError: If the request is incomplete.
        NotImplementedError: If it is for a sparse or ragged tensor.
    """
    if isinstance(feature, FixedLenSequenceFeature):
        if not feature.allow_missing:
            raise ValueError(
                f"Unsupported: FixedLenSequenceFeature requires allow_missing to be True. Found in feature {key!r}."
            )
        return (None, *_sizes(feature, key)), _default(feature, 0)
    if isinstance(feature, FixedLenFeature):
        sizes = _sizes(feature, key)
        return sizes, _default(feature, int(np.prod(sizes, dtype=np.int64)))
    raise NotImplementedError(
        f"Feature {key!r} asks for {type(feature).__name__}; FixedLenFeature and FixedLenSequenceFeature are parsed now."
    )


def _sizes(feature: Any, key: str) -> tuple[int, ...]:
    shape = as_shape(feature.shape)
    if not shape.is_fully_defined():
        raise ValueError(f"dense_shapes[{key!r}] must be fully known, got {shape}.")
    return shape.as_tuple()  # type: ignore[return-value]


def _default(feature: Any, count: int) -> Any:
    dtype = as_dtype(feature.dtype)
    if feature.default_value is None:
        return EagerTensor(np.empty(0, dtype.numpy_dtype), dtype)
    value = convert_to_tensor(feature.default_value, dtype)
    if isinstance(value, EagerTensor) and value._array.size == 1 and count > 1:
        return EagerTensor(np.full(count, value._array.reshape(-1)[0], dtype.numpy_dtype), dtype)
    return value

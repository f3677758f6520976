"""``tf.io.decode_json_example``: ``tf.train.Example`` messages written as JSON."""

from __future__ import annotations

from typing import Any

import numpy as np
from flowstone_core.dtypes import string
from flowstone_core.errors import InvalidArgumentError
from flowstone_core.infer import shaped_as_first
from flowstone_core.kernel import KernelSet
from flowstone_core.op import Op
from flowstone_core.tensor import Tensor, TensorLike
from flowstone_protos.example_pb2 import Example
from google.protobuf import json_format
from numpy.typing import NDArray

KERNELS = KernelSet()

DECODE_JSON_EXAMPLE = Op(
    "DecodeJSONExample", ("json_examples: string",), ("binary_examples: string",), infer=shaped_as_first(string)
)


@KERNELS.add(DECODE_JSON_EXAMPLE)
def decode(json_examples: NDArray[np.object_]) -> NDArray[np.object_]:
    """Message by message."""
    result = np.empty(json_examples.shape, object)
    for place in np.ndindex(json_examples.shape):
        text: Any = json_examples[place]
        try:
            message = json_format.Parse(text, Example())
        except (json_format.ParseError, UnicodeDecodeError) as error:
            raise InvalidArgumentError(
                None, None, f"DecodeJSONExample: element {list(place)} is no tf.train.Example in JSON: {error}"
            ) from None
        result[place] = message.SerializeToString(deterministic=True)
    return result


def decode_json_example(json_examples: TensorLike, name: str | None = None) -> Tensor:
    """Examples written as JSON as the bytes that ``tf.io.parse_example`` takes.

    >>> text = '{"features": {"feature": {"x": {"int64List": {"value": ["7"]}}}}}'
    >>> example = tf.train.Example.FromString(tf.io.decode_json_example(text).numpy())
    >>> example.features.feature["x"].int64_list.value[0]
    7

    Args:
        json_examples: Strings, each in protobuf's JSON mapping of ``tf.train.Example``.
        name: A name for the operation.

    Raises:
        tf.errors.InvalidArgumentError: If a string is no such message.
    """
    result: Tensor = DECODE_JSON_EXAMPLE(json_examples, name=name)
    return result

"""``tf.io.serialize_tensor`` and ``parse_tensor``: tensors as the bytes of ``TensorProto`` messages."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from flowstone_core.dtypes import DType, as_dtype, from_numpy, string
from flowstone_core.errors import InvalidArgumentError
from flowstone_core.infer import scalar, unknown
from flowstone_core.kernel import KernelSet
from flowstone_core.op import Op
from flowstone_core.services import TensorMessages
from flowstone_core.shapes import TensorShape
from flowstone_core.spec import Spec
from flowstone_core.tensor import Tensor, TensorLike
from flowstone_protos.tensor_pb2 import TensorProto
from google.protobuf.message import DecodeError

from flowstone_savedmodel.tensorproto import proto_to_array, shape_to_proto, string_content

KERNELS = KernelSet()

SERIALIZE_TENSOR = Op("SerializeTensor", ("tensor: T",), ("serialized: string",), ("T: type",), infer=scalar(string))


def _infer_parsed(serialized: Spec, *, out_type: DType) -> Spec:
    return unknown(out_type)()


PARSE_TENSOR = Op(
    "ParseTensor", ("serialized: string",), ("output: out_type",), ("out_type: type",), infer=_infer_parsed
)


def _written(x: Any, as_content: bool = False) -> bytes:
    """A message with the elements as they are in memory, or with all strings (listed, or packed as content)."""
    if not isinstance(x, np.ndarray):
        raise InvalidArgumentError(None, None, f"A {type(x).__name__} has no value that could be serialized.")
    dtype = from_numpy(x.dtype)
    message = TensorProto(dtype=dtype.as_datatype_enum, tensor_shape=shape_to_proto(TensorShape(x.shape)))
    if dtype is string and as_content:
        message.tensor_content = string_content(x.reshape(-1).tolist())
    elif dtype is string:
        message.string_val.extend(x.reshape(-1).tolist())
    else:
        message.tensor_content = x.tobytes()
    return message.SerializeToString(deterministic=True)


def _read(data: bytes, what: str) -> tuple[Any, DType]:
    """The array in a message, and its type.

    Raises:
        InvalidArgumentError: If it is no message.
    """
    try:
        message = TensorProto.FromString(data)
    except DecodeError as error:
        raise InvalidArgumentError(None, None, f"{what}: the string is no TensorProto: {error}.") from None
    return proto_to_array(message)


class _TensorMessages:
    """Arrays as messages, for the ops of other packages."""

    def write(self, array: Any) -> bytes:
        """An array as a serialized message."""
        return _written(array, as_content=True)

    def read(self, message: bytes) -> Any:
        """The array that a serialized message holds."""
        return _read(message, "Reading a serialized tensor")[0]


TENSOR_MESSAGES: Final[TensorMessages] = _TensorMessages()


@KERNELS.add(SERIALIZE_TENSOR)
def serialize(x: Any) -> Any:
    """The message of a tensor."""
    return np.array(_written(x), object)


@KERNELS.add(PARSE_TENSOR)
def parse(serialized: Any, *, out_type: DType) -> Any:
    """What a message holds."""
    if serialized.ndim:
        raise InvalidArgumentError(
            None, None, f"ParseTensor: the message must be a scalar, got shape {TensorShape(serialized.shape)}."
        )
    array, dtype = _read(serialized[()], "ParseTensor")
    if dtype is not out_type:
        raise InvalidArgumentError(
            None, None, f"ParseTensor: the message holds {dtype.name}, expected {out_type.name}."
        )
    return array


def serialize_tensor(tensor: TensorLike, name: str | None = None) -> Tensor:
    """A tensor as a string: the bytes of a ``TensorProto``.

    >>> tf.io.parse_tensor(tf.io.serialize_tensor([1.5, 2.0]), tf.float32).numpy()
    array([1.5, 2. ], dtype=float32)

    Args:
        tensor: The tensor.
        name: A name for the operation.
    """
    result: Tensor = SERIALIZE_TENSOR(tensor, name=name)
    return result


def parse_tensor(serialized: TensorLike, out_type: Any, name: str | None = None) -> Tensor:
    """The tensor that a string of ``serialize_tensor`` (or another serialized ``TensorProto``) holds.

    Args:
        serialized: The string, a scalar.
        out_type: The type of the tensor.
        name: A name for the operation.

    Raises:
        tf.errors.InvalidArgumentError: If the string is no such message, or holds another type.
    """
    result: Tensor = PARSE_TENSOR(serialized, out_type=as_dtype(out_type), name=name)
    return result

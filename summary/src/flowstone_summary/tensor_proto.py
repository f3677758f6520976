"""Arrays as ``TensorProto`` messages."""

from __future__ import annotations

from typing import Any

import numpy as np
from flowstone_core.dtypes import from_numpy
from flowstone_core.errors import InvalidArgumentError
from flowstone_protos.tensor_pb2 import TensorProto
from flowstone_protos.tensor_shape_pb2 import TensorShapeProto
from flowstone_protos.types_pb2 import DT_STRING


def tensor_proto(array: Any) -> TensorProto:
    """The value of a tensor as a message, as TensorFlow's summary kernels write it: raw elements, or byte strings.

    Args:
        array: What a tensor holds: a numpy array; of ``bytes`` objects for strings.

    Raises:
        InvalidArgumentError: It is a resource or variant, which have no value to write.

    Example:

        >>> tensor_proto(np.float32(1.5)).tensor_content
        b'\\x00\\x00\\xc0?'
    """
    if not isinstance(array, (np.ndarray, np.generic)):
        raise InvalidArgumentError(None, None, f"A {type(array).__name__} has no value that a summary could hold.")
    shape = TensorShapeProto(dim=[TensorShapeProto.Dim(size=size) for size in array.shape])
    if array.dtype == object:
        return TensorProto(dtype=DT_STRING, tensor_shape=shape, string_val=array.reshape(-1).tolist())
    dtype = from_numpy(array.dtype).as_datatype_enum
    if array.dtype.byteorder == ">":
        array = array.astype(array.dtype.newbyteorder("<"))
    return TensorProto(dtype=dtype, tensor_shape=shape, tensor_content=array.tobytes())

"""Arrays as ``TensorProto`` messages and back: ``tf.make_tensor_proto`` and ``tf.make_ndarray``."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import Any, Final

import numpy as np
from flowstone_core import dtypes
from flowstone_core.conversion import to_tensor
from flowstone_core.dtypes import DType, as_dtype
from flowstone_core.errors import InvalidArgumentError
from flowstone_core.shapes import TensorShape
from flowstone_core.tensor import EagerTensor
from flowstone_protos.tensor_pb2 import TensorProto
from flowstone_protos.tensor_shape_pb2 import TensorShapeProto
from numpy.typing import NDArray

from flowstone_savedmodel.checkpoint.varint import decode_varint, encode_varint

LARGEST: Final = (1 << 31) - 1
"""A message holds less than 2 GiB; so does, here, the tensor that one stands for."""

MOST_DIMENSIONS: Final = 64
"""As many dimensions as a numpy array can have."""

_EXPANDED: Final = 1 << 16
"""One value that stands for more bytes than this stays one value, seen through a view of stride 0."""

_BITS: Final = (dtypes.float16, dtypes.bfloat16)
_FLOAT8: Final = (
    dtypes.float8_e5m2,
    dtypes.float8_e4m3fn,
    dtypes.float8_e4m3fnuz,
    dtypes.float8_e4m3b11fnuz,
    dtypes.float8_e5m2fnuz,
)
_FIELDS: Final[dict[DType, str]] = {
    dtypes.float32: "float_val",
    dtypes.float64: "double_val",
    dtypes.complex64: "scomplex_val",
    dtypes.complex128: "dcomplex_val",
    dtypes.int64: "int64_val",
    dtypes.uint32: "uint32_val",
    dtypes.uint64: "uint64_val",
    dtypes.bool: "bool_val",
    dtypes.string: "string_val",
    **dict.fromkeys(_BITS, "half_val"),
    **dict.fromkeys(_FLOAT8, "float8_val"),
    **dict.fromkeys((dtypes.int32, dtypes.int16, dtypes.int8, dtypes.uint16, dtypes.uint8), "int_val"),
    **dict.fromkeys((dtypes.qint32, dtypes.qint16, dtypes.qint8, dtypes.quint16, dtypes.quint8), "int_val"),
    **dict.fromkeys((dtypes.int4, dtypes.uint4), "int_val"),
}
# TensorFlow writes these value by value, all other numbers as raw bytes.
_NEVER_RAW: Final = (dtypes.bool, dtypes.string, dtypes.uint16, dtypes.complex64, dtypes.complex128)


def shape_to_proto(shape: TensorShape) -> TensorShapeProto:
    """A static shape as a message; unknown sizes are -1."""
    sizes = shape.as_tuple()
    if sizes is None:
        return TensorShapeProto(unknown_rank=True)
    return TensorShapeProto(dim=[TensorShapeProto.Dim(size=-1 if size is None else size) for size in sizes])


def proto_to_shape(proto: TensorShapeProto) -> TensorShape:
    """The static shape that a message holds.

    Raises:
        ValueError: If a size is neither known nor unknown, or there are too many.
    """
    if proto.unknown_rank:
        return TensorShape(None)
    sizes = [dim.size for dim in proto.dim]
    if len(sizes) > MOST_DIMENSIONS or any(size < -1 for size in sizes):
        raise ValueError(f"{sizes[: MOST_DIMENSIONS + 1]} is not a shape")
    return TensorShape(None if size < 0 else size for size in sizes)


def array_to_proto(array: NDArray[Any], dtype: DType, sizes: tuple[int, ...] | None = None) -> TensorProto:
    """The tensor *array*, whose elements are of *dtype*, as a message.

    Args:
        array: The values.
        dtype: Their type.
        sizes: The shape, if it has more elements than *array*: the last value stands for the rest.

    Raises:
        ValueError: If it would exceed 2 GiB.
        TypeError: If *dtype* has no wire form.
    """
    if dtype not in _FIELDS:
        raise TypeError(f"A tensor of dtype {dtype.name} cannot be put into a TensorProto.")
    if array.nbytes > LARGEST:
        raise ValueError("Cannot create a tensor proto whose content is larger than 2GB.")
    if sizes is None:
        sizes = array.shape
    proto = TensorProto(dtype=dtype.as_datatype_enum, tensor_shape=shape_to_proto(TensorShape(sizes)))
    if array.size > 1 and dtype not in _NEVER_RAW and array.size == math.prod(sizes):
        proto.tensor_content = array.tobytes()
        return proto
    field = _FIELDS[dtype]
    if dtype in _FLOAT8:
        proto.float8_val = array.tobytes()
    elif dtype in _BITS:
        proto.half_val.extend(array.reshape(-1).view(np.uint16).tolist())
    elif dtype.is_complex:
        parts = array.reshape(-1).view(dtype.real_dtype.numpy_dtype)
        getattr(proto, field).extend(parts.tolist())
    else:
        getattr(proto, field).extend(array.reshape(-1).tolist())
    return proto


def proto_to_array(proto: TensorProto) -> tuple[NDArray[Any], DType]:
    """The tensor that a message holds.

    If it lists fewer values than its shape has elements, the last one stands for the rest (zero if there is
    none), as in TensorFlow.

    Raises:
        InvalidArgumentError: If the message contradicts itself, or declares more than 2 GiB.
    """
    try:
        dtype = as_dtype(proto.dtype)
    except TypeError:
        dtype = dtypes.resource
    if dtype not in _FIELDS:
        raise InvalidArgumentError(None, None, f"A TensorProto of type number {proto.dtype} cannot be read.")
    sizes = tuple(dim.size for dim in proto.tensor_shape.dim)
    if proto.tensor_shape.unknown_rank or any(size < 0 for size in sizes) or len(sizes) > MOST_DIMENSIONS:
        raise InvalidArgumentError(None, None, "A TensorProto does not say its whole shape.")
    count = math.prod(sizes)
    if count * dtype.numpy_dtype.itemsize > LARGEST or any(size > LARGEST for size in sizes):
        raise InvalidArgumentError(
            None, None, f"A TensorProto declares {dtype.name} of shape {sizes}, which is more than 2 GiB."
        )
    if proto.tensor_content:
        read = _strings if dtype == dtypes.string else _raw
        return read(proto.tensor_content, dtype, count).reshape(sizes), dtype
    values = _listed(proto, dtype)
    if len(values) > count:
        raise InvalidArgumentError(
            None, None, f"A TensorProto of shape {sizes} lists {len(values)} values, which are too many."
        )
    return _filled(values, count, sizes, dtype), dtype


def _raw(content: bytes, dtype: DType, count: int) -> NDArray[Any]:
    if len(content) != count * dtype.numpy_dtype.itemsize:
        raise InvalidArgumentError(
            None,
            None,
            f"A TensorProto holds {len(content)} bytes, which are not {count} elements of {dtype.name}.",
        )
    raw = np.frombuffer(content, np.uint8)
    return raw != 0 if dtype == dtypes.bool else raw.view(dtype.numpy_dtype)


def _strings(content: bytes, dtype: DType, count: int) -> NDArray[Any]:
    """All lengths as varints, then all strings."""
    found = np.empty(count, object)
    try:
        ends, at = [0], 0
        for _ in range(count):
            length, at = decode_varint(content, at)
            ends.append(ends[-1] + length)
    except ValueError as error:
        raise InvalidArgumentError(None, None, f"A TensorProto does not hold {count} strings: {error}.") from None
    if at + ends[-1] != len(content):
        raise InvalidArgumentError(
            None, None, f"A TensorProto holds {len(content)} bytes, but {count} strings end at byte {at + ends[-1]}."
        )
    found[:] = [content[at + start : at + end] for start, end in pairwise(ends)]
    return found


def string_content(strings: Sequence[bytes]) -> bytes:
    """Strings as ``tensor_content`` holds them."""
    return b"".join([*(encode_varint(len(each)) for each in strings), *strings])


def _listed(proto: TensorProto, dtype: DType) -> NDArray[Any]:
    """The values of the field that belongs to *dtype*."""
    values = getattr(proto, _FIELDS[dtype])
    if dtype in _FLOAT8:
        return np.frombuffer(proto.float8_val, dtype.numpy_dtype)
    if dtype in _BITS:
        return np.array(values, np.int64).astype(np.uint16).view(dtype.numpy_dtype)
    if dtype.is_complex:
        if len(values) % 2:
            raise InvalidArgumentError(None, None, "A TensorProto lists half of a complex number.")
        return np.array(values, dtype.real_dtype.numpy_dtype).view(dtype.numpy_dtype)
    if _FIELDS[dtype] == "int_val":
        return np.array(values, np.int32).astype(dtype.numpy_dtype)
    return np.array(values, dtype.numpy_dtype)


def _filled(values: NDArray[Any], count: int, sizes: tuple[int, ...], dtype: DType) -> NDArray[Any]:
    """*values* as an array of *sizes*, the last one (or zero) repeated."""
    if len(values) == count:
        return values.reshape(sizes)
    if len(values):
        last = values[-1]
    else:
        last = b"" if dtype == dtypes.string else np.zeros((), dtype.numpy_dtype)[()]
    if len(values) <= 1 and count * dtype.numpy_dtype.itemsize > _EXPANDED:
        single = np.empty((), dtype.numpy_dtype)
        single[()] = last
        return np.broadcast_to(single, sizes)
    whole = np.empty(count, dtype.numpy_dtype)
    whole[: len(values)] = values
    whole[len(values) :] = last
    return whole.reshape(sizes)


def make_tensor_proto(
    values: Any,
    dtype: Any = None,
    shape: Any = None,
    verify_shape: bool = False,
    allow_broadcast: bool = False,
) -> TensorProto:
    """Put *values* into a ``TensorProto``.

    Args:
        values: A number, string, nested list, numpy array or eager tensor.
        dtype: The element type; by default what ``tf.constant`` would take.
        shape: The shape, if not that of the values; missing elements are the last value given.
        verify_shape: Whether *values* must have exactly *shape*.
        allow_broadcast: Whether a single value may fill *shape* and nothing else may differ from it.

    Raises:
        ValueError: If both flags are set, there are too many values, or no values.
        TypeError: If the type or the shape does not fit.

    >>> make_tensor_proto([1, 2]).tensor_content
    b'\\x01\\x00\\x00\\x00\\x02\\x00\\x00\\x00'
    """
    if verify_shape and allow_broadcast:
        raise ValueError("allow_broadcast and verify_shape are not both allowed.")
    if isinstance(values, TensorProto):
        return values
    if values is None:
        raise ValueError("None values not supported.")
    wanted = None if dtype is None else as_dtype(dtype)
    if isinstance(values, np.ndarray | np.generic) and wanted is not None and wanted is not dtypes.string:
        values = np.asarray(values).astype(wanted.numpy_dtype)
    tensor = to_tensor(values, wanted)
    if not isinstance(tensor, EagerTensor):
        raise TypeError(f"make_tensor_proto needs values, not the symbolic tensor {tensor!r}.")
    array = tensor._array
    if shape is None:
        return array_to_proto(array, tensor.dtype)
    sizes = tuple(int(size) for size in shape)
    count = math.prod(sizes)
    misfit = f"Expected Tensor's shape: {sizes}, but got {array.shape}."
    if allow_broadcast:
        if array.shape not in ((), (1,)) and array.size != count:
            raise TypeError(misfit)
    elif verify_shape and array.shape != sizes:
        raise TypeError(misfit)
    elif array.size > count:
        raise ValueError(f"Too many elements provided. Takes at most {count}, but got {array.size}.")
    return array_to_proto(array, tensor.dtype, sizes)


def make_ndarray(tensor: TensorProto) -> NDArray[Any]:
    """The numpy array that a ``TensorProto`` holds; strings are ``bytes`` objects.

    Raises:
        TypeError: If its type cannot be held by numpy.
        InvalidArgumentError: If the message contradicts itself.

    >>> make_ndarray(make_tensor_proto([[1.0, 2.0]]))
    array([[1., 2.]], dtype=float32)
    """
    if tensor.dtype not in {dtype.as_datatype_enum for dtype in _FIELDS}:
        raise TypeError(f"Unsupported tensor type: {tensor.dtype}")
    return proto_to_array(tensor)[0].copy()

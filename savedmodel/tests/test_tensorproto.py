"""``TensorProto`` messages of every type, and hostile ones."""

from __future__ import annotations

from typing import Any

import ml_dtypes
import numpy as np
import pytest
from flowstone_core import dtypes
from flowstone_core.dtypes import DType
from flowstone_core.errors import InvalidArgumentError
from flowstone_core.tensor import EagerTensor
from flowstone_protos.tensor_pb2 import TensorProto
from flowstone_protos.tensor_shape_pb2 import TensorShapeProto
from flowstone_savedmodel.tensorproto import array_to_proto, make_ndarray, make_tensor_proto, proto_to_array

NUMERIC = [dtype for dtype in dtypes.ALL if dtype.is_numeric or dtype.is_bool]


@pytest.mark.parametrize("dtype", NUMERIC, ids=lambda dtype: dtype.name)
@pytest.mark.parametrize("shape", [(), (1,), (2, 2), (0, 3)])
def test_round_trip(dtype: DType, shape: tuple[int, ...]) -> None:
    array = np.arange(4)[: int(np.prod(shape))].reshape(shape).astype(dtype.numpy_dtype)
    proto = TensorProto.FromString(array_to_proto(array, dtype).SerializeToString())
    back, back_dtype = proto_to_array(proto)
    assert back_dtype is dtype
    assert back.dtype == dtype.numpy_dtype
    np.testing.assert_array_equal(back, array)


@pytest.mark.parametrize("value", [b"stone", [["a", "b"]], []])
def test_strings(value: Any) -> None:
    array = make_ndarray(make_tensor_proto(value, dtype=dtypes.string))
    expected = np.array(value, np.object_)
    assert array.shape == expected.shape
    assert [item.decode() for item in array.reshape(-1)] == [
        item if isinstance(item, str) else item.decode() for item in expected.reshape(-1)
    ]


def test_defaults_are_those_of_constant() -> None:
    assert make_tensor_proto(1).dtype == dtypes.int32.as_datatype_enum
    assert make_tensor_proto(1.0).dtype == dtypes.float32.as_datatype_enum
    assert make_tensor_proto(np.arange(3.0)).dtype == dtypes.float64.as_datatype_enum
    assert make_tensor_proto(np.arange(3.0), dtypes.float32).dtype == dtypes.float32.as_datatype_enum
    proto = make_tensor_proto(1)
    assert make_tensor_proto(proto) is proto


@pytest.mark.parametrize("values", [[7], [1, 2], []])
def test_the_last_value_fills(values: list[int]) -> None:
    proto = make_tensor_proto(values, dtypes.int32, shape=[2, 2])
    expected = (values + [values[-1] if values else 0] * 4)[:4]
    assert make_ndarray(proto).reshape(-1).tolist() == expected


def test_a_large_fill_takes_no_memory() -> None:
    proto = make_tensor_proto(1.0, shape=[1 << 28])
    array, _ = proto_to_array(proto)
    assert array.strides == (0,)
    assert array[12345] == 1.0


def test_shapes_are_checked() -> None:
    with pytest.raises(ValueError, match="Too many elements"):
        make_tensor_proto([1, 2, 3], shape=[2])
    with pytest.raises(TypeError, match="Expected Tensor's shape"):
        make_tensor_proto([1, 2], shape=[2, 1], verify_shape=True)
    with pytest.raises(TypeError, match="Expected Tensor's shape"):
        make_tensor_proto([1, 2], shape=[3], allow_broadcast=True)
    with pytest.raises(ValueError, match="both"):
        make_tensor_proto([1], shape=[1], verify_shape=True, allow_broadcast=True)
    with pytest.raises(ValueError, match="None"):
        make_tensor_proto(None)
    assert make_ndarray(make_tensor_proto(3, shape=[2], allow_broadcast=True)).tolist() == [3, 3]


def test_handles_have_no_wire_form() -> None:
    handle = EagerTensor(object(), dtypes.resource)
    with pytest.raises(TypeError, match="resource"):
        array_to_proto(np.empty((), np.object_), handle.dtype)


def shape(*sizes: int) -> TensorShapeProto:
    return TensorShapeProto(dim=[TensorShapeProto.Dim(size=size) for size in sizes])


@pytest.mark.parametrize(
    "proto",
    [
        TensorProto(),
        TensorProto(dtype=20),
        TensorProto(dtype=999),
        TensorProto(dtype=1, tensor_shape=TensorShapeProto(unknown_rank=True)),
        TensorProto(dtype=1, tensor_shape=shape(-1)),
        TensorProto(dtype=1, tensor_shape=shape(1 << 40), float_val=[1.0]),
        TensorProto(dtype=1, tensor_shape=shape(0, 1 << 62)),
        TensorProto(dtype=1, tensor_shape=shape(*[1] * 100)),
        TensorProto(dtype=1, tensor_shape=shape(2), tensor_content=b"123"),
        TensorProto(dtype=1, tensor_shape=shape(2), float_val=[1, 2, 3]),
        TensorProto(dtype=8, tensor_shape=shape(2), scomplex_val=[1, 2, 3]),
        TensorProto(dtype=7, tensor_shape=shape(1), string_val=[b"a", b"b"]),
    ],
)
def test_hostile_messages(proto: TensorProto) -> None:
    with pytest.raises(InvalidArgumentError):
        proto_to_array(proto)


def test_unknown_types_are_type_errors() -> None:
    with pytest.raises(TypeError, match="Unsupported"):
        make_ndarray(TensorProto(dtype=20))


def test_sixteen_bit_floats_keep_their_bits() -> None:
    for dtype, numpy_dtype in ((dtypes.bfloat16, ml_dtypes.bfloat16), (dtypes.float16, np.float16)):
        proto = make_tensor_proto(-2.5, dtype)
        assert list(proto.half_val) == [int(np.array(-2.5, numpy_dtype).view(np.uint16))]

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from flowstone_core import dtypes
from flowstone_core.api import tf
from flowstone_core.errors import InvalidArgumentError
from flowstone_core.ops.sparse_messages import deserialize_many_sparse, serialize_many_sparse
from flowstone_core.variable import Variable
from flowstone_protos.tensor_pb2 import TensorProto
from flowstone_savedmodel.tensor_ops import parse_tensor, serialize_tensor


@pytest.mark.parametrize("name", ["float32", "bfloat16", "int8", "uint64", "bool", "complex128"])
@pytest.mark.parametrize("shape", [(), (0, 3), (2, 3)])
def test_there_and_back(name: str, shape: tuple[int, ...]) -> None:
    dtype: Any = getattr(dtypes, name)
    array = np.arange(np.prod(shape, dtype=int)).reshape(shape).astype(dtype.numpy_dtype)
    found = parse_tensor(serialize_tensor(array), dtype)
    assert (found.dtype, found.shape) == (dtype, shape)
    assert np.asarray(found).tolist() == array.tolist()


def test_strings() -> None:
    array = np.array([[b"a", b"\xff"], [b"", b"x" * 300]], object)
    assert np.asarray(parse_tensor(serialize_tensor(array), dtypes.string)).tolist() == array.tolist()


@pytest.mark.parametrize(
    ("call", "text"),
    [
        (lambda: parse_tensor(b"junk", dtypes.float32), "no TensorProto"),
        (lambda: parse_tensor(serialize_tensor([1.0]), dtypes.int32), "holds float32, expected int32"),
        (lambda: parse_tensor([b"", b""], dtypes.int32), "scalar"),
        (lambda: serialize_tensor(Variable(1.0).handle), "no value"),
    ],
)
def test_what_does_not_fit_is_said(call: Any, text: str) -> None:
    with pytest.raises(InvalidArgumentError, match=text):
        call()


@pytest.mark.parametrize("dtype", ["int32", "float32", "string", "bool", "complex64"])
def test_sparse_tensors_as_strings(dtype):
    values = ["a", "", "c"] if dtype == "string" else np.array([1, 0, 1], dtype)
    sparse = tf.SparseTensor([[0, 2], [2, 0], [2, 1]], values, [3, 3])
    rows = serialize_many_sparse(sparse)
    assert rows.shape.as_list() == [3, 3]
    again = deserialize_many_sparse(rows, dtype, rank=1)
    for one, two in ((sparse.indices, again.indices), (sparse.values, again.values)):
        np.testing.assert_array_equal(one.numpy(), two.numpy())
    assert again.dense_shape.numpy().tolist() == [3, 3]


def test_sparse_tensors_as_strings_refuse():
    rows = serialize_many_sparse(tf.sparse.eye(2))
    with pytest.raises(InvalidArgumentError, match="of type int32"):
        deserialize_many_sparse(rows, "int32")
    with pytest.raises(ValueError, match="compatible|shape"):
        deserialize_many_sparse(rows, "float32", rank=2)
    with pytest.raises(InvalidArgumentError, match="no TensorProto"):
        deserialize_many_sparse([["a", "b", "c"]], "float32")
    for wrong in (rows.numpy()[:, ::-1], rows.numpy()[:, [0, 0, 0]]):
        with pytest.raises(InvalidArgumentError, match="no parts of a sparse tensor"):
            deserialize_many_sparse(wrong, "float32")


@pytest.mark.parametrize("content", [b"\x01", b"\x01\x01a", b"\x01\x01abc", b"\x80\x80", b"\xff" * 9 + b"\x01\x00a"])
def test_damaged_strings(content: bytes) -> None:
    message = TensorProto(dtype=dtypes.string.as_datatype_enum, tensor_content=content)
    message.tensor_shape.dim.add(size=2)
    with pytest.raises(InvalidArgumentError, match="A TensorProto"):
        parse_tensor(message.SerializeToString(), dtypes.string)

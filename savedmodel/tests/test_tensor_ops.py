from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from flowstone_core import dtypes
from flowstone_core.errors import InvalidArgumentError
from flowstone_core.variable import Variable
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

from __future__ import annotations

import numpy as np
import pytest
from flowstone_core import dtypes
from flowstone_core.conversion import constant
from flowstone_core.errors import InvalidArgumentError
from flowstone_core.ops import filling as ops
from flowstone_core.shapes import TensorShape
from flowstone_core.spec import Spec

KINDS = ["bool", "int8", "uint64", "float16", "bfloat16", "float32", "float64", "complex128"]


@pytest.mark.parametrize("kind", KINDS)
def test_zeros_and_ones_of_every_type(kind):
    for function, value in ((ops.zeros, 0), (ops.ones, 1)):
        result = function([2, 1], kind)
        assert (result.shape, result.dtype) == ((2, 1), dtypes.as_dtype(kind))
        assert (result.numpy() == value).all()


@pytest.mark.parametrize("shape", [3, (3,), [3], TensorShape([3]), np.array([3]), constant([3]), constant(3)])
def test_shapes_may_be_given_in_many_ways(shape):
    assert ops.zeros(shape).shape == (3,)
    assert ops.ones(shape).numpy().tolist() == [1, 1, 1]


def test_shapes_may_hold_tensors():
    assert ops.zeros([constant(2), 3]).shape == (2, 3)
    assert ops.zeros([]).shape == ()


def test_zeros_refuse():
    with pytest.raises(InvalidArgumentError, match="negative"):
        ops.zeros([-1])
    with pytest.raises(TypeError):
        ops.zeros([2.5])
    with pytest.raises(TypeError):
        ops.ones([2], dtypes.string)
    with pytest.raises(NotImplementedError, match="DTensor"):
        ops.zeros([2], layout="a")


def test_strings_are_filled_with_nothing():
    assert ops.zeros([2], dtypes.string).numpy().tolist() == [b"", b""]
    assert ops.zeros_like(["a"]).numpy().tolist() == [b""]


def test_fill():
    assert ops.fill([2, 1], 9.5).numpy().tolist() == [[9.5], [9.5]]
    assert ops.fill([2], "x").numpy().tolist() == [b"x", b"x"]
    assert ops.FILL.infer(Spec((2,), dtypes.int32, (None, 3)), Spec((), dtypes.float32)).shape == (None, 3)
    for dims, value in (([-1], 1), ([2], [1, 2])):
        with pytest.raises(InvalidArgumentError, match="Fill"):
            ops.fill(dims, value)


def test_like():
    assert ops.zeros_like([[1, 2]]).numpy().tolist() == [[0, 0]]
    assert ops.ones_like([True, False]).numpy().tolist() == [True, True]
    assert ops.ones_like([1, 2], "float64").dtype is dtypes.float64
    with pytest.raises(InvalidArgumentError, match="not in the list of allowed values"):
        ops.ones_like(["a"])


def test_eye():
    assert ops.eye(2, 3).numpy().tolist() == [[1, 0, 0], [0, 1, 0]]
    assert ops.eye(2, batch_shape=[3, 1]).shape == (3, 1, 2, 2)
    assert ops.eye(constant(2), dtype=dtypes.int32).numpy().tolist() == [[1, 0], [0, 1]]
    assert ops.eye(constant(2), batch_shape=constant([2])).shape == (2, 2, 2)


@pytest.mark.parametrize(
    ("arguments", "expected", "kind"),
    [
        ((3,), [0, 1, 2], "int32"),
        ((3.0,), [0, 1, 2], "float32"),
        ((1, 4), [1, 2, 3], "int32"),
        ((3, 1, -1), [3, 2], "int32"),
        ((0, 1, 0.25), [0, 0.25, 0.5, 0.75], "float32"),
        ((constant(2, dtypes.int64), 5.0), [2, 3, 4], "float32"),
        ((constant(2, dtypes.int64),), [0, 1], "int64"),
        ((2, 2), [], "int32"),
    ],
)
def test_range(arguments, expected, kind):
    result = ops.range(*arguments)
    assert (result.numpy().tolist(), result.dtype.name) == (expected, kind)


@pytest.mark.parametrize("arguments", [(3, 10, 0), (3, 1), (1, 3, -1)])
def test_range_refuses(arguments):
    with pytest.raises(InvalidArgumentError, match="Range"):
        ops.range(*arguments)


def test_range_of_a_given_type():
    assert ops.range(3, dtype="int8").dtype is dtypes.int8


def test_one_hot():
    assert ops.one_hot([0, 2, -1, 5], 3).numpy().tolist() == [[1, 0, 0], [0, 0, 1], [0, 0, 0], [0, 0, 0]]
    assert ops.one_hot([0, 1], 2, axis=0, on_value=5, off_value=-1).numpy().tolist() == [[5, -1], [-1, 5]]
    assert ops.one_hot([1], 2, True, False).numpy().tolist() == [[False, True]]
    assert ops.one_hot([1], 2, on_value="a", off_value="b").numpy().tolist() == [[b"b", b"a"]]
    assert ops.one_hot([[0], [1]], 2, axis=1).shape == (2, 2, 1)
    assert ops.one_hot(constant(1, dtypes.uint8), 2).numpy().tolist() == [0, 1]


def test_one_hot_refuses():
    with pytest.raises(InvalidArgumentError, match="depth"):
        ops.one_hot([0], -3)
    with pytest.raises(InvalidArgumentError, match="axis"):
        ops.one_hot([0], 3, axis=4)
    with pytest.raises(TypeError):
        ops.one_hot([0], 3, on_value=constant(1), off_value=constant(1.0))
    with pytest.raises(TypeError, match="both"):
        ops.one_hot([0], 3, dtype=dtypes.string)


def test_one_hot_infers():
    scalar = Spec((), dtypes.float32)
    spec = ops.ONE_HOT.infer(Spec((None, 2), dtypes.int32), Spec((), dtypes.int32, 5), scalar, scalar, axis=-1)
    assert spec.shape == (None, 2, 5)

from __future__ import annotations

import math as python

import ml_dtypes
import numpy as np
import pytest
from flowstone_core import dtypes
from flowstone_core.conversion import constant
from flowstone_core.errors import InvalidArgumentError, NotFoundError
from flowstone_core.ops import math as ops
from flowstone_core.spec import Spec
from hypothesis import given
from hypothesis import strategies as st

ints = st.integers(-100, 100)


@given(x=ints, y=ints.filter(bool))
def test_integer_divisions_are_those_of_python_and_c(x, y):
    a, b = constant(x), constant(y)
    assert int(ops.floordiv(a, b)) == x // y
    assert int(ops.floormod(a, b)) == x % y
    assert int(ops.truncatediv(a, b)) == int(x / y)
    assert int(ops.truncatemod(a, b)) == python.fmod(x, y)
    assert float(ops.truediv(a, b)) == x / y


@pytest.mark.parametrize("function", [ops.floordiv, ops.floormod, ops.truncatediv, ops.truncatemod])
@pytest.mark.parametrize("kind", ["int32", "int64"])
def test_an_integer_divided_by_zero_is_an_error(function, kind):
    with pytest.raises(InvalidArgumentError, match="division by zero"):
        function(constant([1, 2], kind), constant([1, 0], kind))


def test_true_division_chooses_the_type_of_the_result():
    for kind, expected in (("int8", "float32"), ("uint16", "float32"), ("int32", "float64"), ("uint64", "float64")):
        assert ops.truediv(constant([3], kind), constant([2], kind)).dtype == expected
    assert ops.truediv(constant(3.0, "float16"), 2.0).dtype == "float16"
    with pytest.raises(TypeError, match="same dtype"):
        ops.truediv(constant(3), constant(2.0))
    with pytest.raises(TypeError, match="Cannot divide"):
        ops.truediv(constant(True), constant(True))
    with pytest.raises(NotFoundError):
        ops.realdiv(constant(3), constant(2))


def test_no_nan():
    inf, nan = float("inf"), float("nan")
    assert ops.divide_no_nan([1.0, 0.0, 6.0], [0.0, 0.0, 3.0]).numpy().tolist() == [0, 0, 2]
    assert ops.divide_no_nan([1, 6], [0, 3]).dtype == "float64"
    assert ops.multiply_no_nan([inf, nan, 2.0], [0.0, 0.0, 3.0]).numpy().tolist() == [0, 0, 6]
    assert ops.reciprocal_no_nan([0.0, 4.0]).numpy().tolist() == [0, 0.25]


@pytest.mark.parametrize("kind", ["float16", "bfloat16"])
def test_narrow_floats_are_rounded_once(kind):
    numpy_kind = dtypes.as_dtype(kind).as_numpy_dtype
    x = np.linspace(-3, 3, 41).astype(numpy_kind)
    y = np.linspace(5, -2, 41).astype(numpy_kind)
    wide = (x.astype(np.float32) - y.astype(np.float32)) ** 2
    result = ops.squared_difference(x, y)
    assert result.dtype == kind
    assert (result.numpy() == wide.astype(numpy_kind)).all()
    many = [constant(x)] * 5
    assert (ops.add_n(many).numpy() == (5 * x.astype(np.float32)).astype(numpy_kind)).all()


def test_types_are_never_promoted():
    with pytest.raises(InvalidArgumentError, match="tf.cast"):
        ops.multiply(constant([1]), constant([1.0]))
    with pytest.raises(TypeError, match="int32"):
        ops.multiply(constant([1]), 1.5)
    with pytest.raises(InvalidArgumentError, match=r"\(2,\) and \(3,\)"):
        ops.maximum([1, 2], [1, 2, 3])
    with pytest.raises(InvalidArgumentError, match="allowed values"):
        ops.negative(constant([1], "uint8"))


def test_powers():
    assert ops.pow([2, 3], [3, 2]).numpy().tolist() == [8, 9]
    with pytest.raises(InvalidArgumentError, match="negative integer powers"):
        ops.pow([2], [-1])
    assert ops.polyval([1.0, 2.0, 3.0], 10.0).numpy() == 123
    assert ops.polyval([], constant([1.0, 2.0])).numpy().tolist() == [0, 0]
    with pytest.raises(ValueError, match="list"):
        ops.polyval(constant([1.0]), 1.0)


def test_magnitudes():
    assert ops.abs(constant([3 + 4j])).dtype == "float64"
    assert ops.abs(constant([3 + 4j])).numpy().tolist() == [5]
    assert np.allclose(ops.sign(constant([3 + 4j, 0j])).numpy(), [0.6 + 0.8j, 0])
    assert ops.sign([-2.0, 0.0, 5.0]).numpy().tolist() == [-1, 0, 1]
    assert np.isnan(ops.maximum([float("nan"), 1.0], [1.0, float("nan")]).numpy()).all()


def test_rounding_goes_to_even():
    assert ops.round([0.5, 1.5, -2.5, 2.4]).numpy().tolist() == [0, 2, -2, 2]
    assert ops.round([1, 2]).numpy().tolist() == [1, 2]
    assert ops.rint([0.5]).numpy().tolist() == ops.floor([0.7]).numpy().tolist() == ops.ceil([-0.7]).numpy().tolist()
    assert ops.nextafter([1.0], [2.0]).numpy()[0] == np.nextafter(np.float32(1), np.float32(2))


def test_sums_of_many():
    assert ops.add_n([[1, 2], [3, 4], [5, 6]]).numpy().tolist() == [9, 12]
    assert ops.accumulate_n([[1, 2], [3, 4]], shape=[2], tensor_dtype="int32").numpy().tolist() == [4, 6]
    with pytest.raises(ValueError, match="at least one"):
        ops.add_n([])
    with pytest.raises(TypeError):
        ops.add_n(None)
    with pytest.raises(InvalidArgumentError, match="one shape"):
        ops.add_n([[1.0], [1.0, 2.0]])
    with pytest.raises(TypeError, match="float64"):
        ops.accumulate_n([[1.0]], tensor_dtype="float64")


def test_scalars_multiply_anything():
    assert ops.scalar_mul(2, constant([1.5])).numpy().tolist() == [3]
    with pytest.raises(ValueError, match="0-D"):
        ops.scalar_mul([1.0, 2.0], constant([1.0, 2.0]))


def test_strings_are_joined():
    assert ops.add(["a", "b"], "c").numpy().tolist() == [b"ac", b"bc"]


def test_operands_stay():
    x = constant([1.0, 2.0])
    for function in (ops.add, ops.squared_difference, ops.floordiv, ops.maximum):
        function(x, x)
    ops.add_n([x, x, x])
    assert x.numpy().tolist() == [1, 2]


def test_inferred_shapes_broadcast():
    spec = ops.ADD_V2.infer(Spec((None, 1), dtypes.float32), Spec((3,), dtypes.float32))
    assert spec.shape == (None, 3)
    assert ops.ADD_N.infer([Spec((2, None), dtypes.int32), Spec((None, 3), dtypes.int32)]).shape == (2, 3)


def test_bfloat16_is_a_type_like_the_others():
    x = np.array([1.5, -2.0], ml_dtypes.bfloat16)
    for function in (ops.add, ops.multiply, ops.maximum, ops.floordiv, ops.floormod, ops.truediv):
        result = function(x, x)
        assert result.dtype == "bfloat16"
        assert result.numpy().dtype == x.dtype

from __future__ import annotations

import operator

import numpy as np
import pytest
from flowstone_core import dtypes
from flowstone_core.conversion import constant
from flowstone_core.errors import InvalidArgumentError
from flowstone_core.ops import compare as ops
from flowstone_core.spec import Spec
from hypothesis import given
from hypothesis import strategies as st

floats = st.floats(width=32)
PAIRS = [
    (ops.less, operator.lt),
    (ops.less_equal, operator.le),
    (ops.greater, operator.gt),
    (ops.greater_equal, operator.ge),
    (ops.equal, operator.eq),
    (ops.not_equal, operator.ne),
]


@given(x=floats, y=floats)
def test_they_compare_as_python_does(x, y):
    for function, reference in PAIRS:
        assert bool(function(constant(x), constant(y))) is reference(x, y)


def test_strings_have_equality_but_no_order():
    assert ops.equal(["a", "ä"], "ä").numpy().tolist() == [False, True]
    with pytest.raises(InvalidArgumentError, match="allowed values"):
        ops.less("a", "b")


def test_shapes_that_do_not_broadcast():
    for function, _ in PAIRS:
        with pytest.raises(InvalidArgumentError, match="broadcast"):
            function([1, 2], [1, 2, 3])
    lenient = {"incompatible_shape_error": False}
    assert bool(ops.EQUAL([1, 2], [1, 2, 3], **lenient)) is False
    assert bool(ops.NOT_EQUAL([1, 2], [1, 2, 3], **lenient)) is True
    assert ops.EQUAL.infer(Spec((2,), dtypes.int32), Spec((3,), dtypes.int32), **lenient).shape == ()


def test_logic():
    a, b = constant([[True], [False]]), constant([True, False])
    assert ops.logical_and(a, b).numpy().tolist() == [[True, False], [False, False]]
    assert ops.logical_or(a, b).numpy().tolist() == [[True, True], [True, False]]
    assert ops.logical_xor(a, b).numpy().tolist() == [[False, True], [True, False]]
    assert ops.logical_not(b).numpy().tolist() == [False, True]
    with pytest.raises(TypeError):
        ops.logical_not([1, 0])


@pytest.mark.parametrize("kind", ["float16", "bfloat16", "float32", "float64"])
def test_floating_point_values(kind):
    x = constant([1.0, float("inf"), float("-inf"), float("nan")], kind)
    assert ops.is_finite(x).numpy().tolist() == [True, False, False, False]
    assert ops.is_inf(x).numpy().tolist() == [False, True, True, False]
    assert ops.is_nan(x).numpy().tolist() == [False, False, False, True]


def test_nearly_equal():
    assert ops.APPROXIMATE_EQUAL([1.0, 2.0], [1.05, 2.5], tolerance=0.1).numpy().tolist() == [True, False]
    with pytest.raises(InvalidArgumentError, match="same shape"):
        ops.APPROXIMATE_EQUAL([1.0], [1.0, 2.0])


def test_results_are_boolean():
    assert {function(np.float16(1), np.float16(2)).dtype for function, _ in PAIRS} == {dtypes.bool}

from __future__ import annotations

import operator

import pytest
from flowstone_core.conversion import constant
from flowstone_core.errors import InvalidArgumentError
from flowstone_core.ops import bitwise as ops
from hypothesis import given
from hypothesis import strategies as st

KINDS = ["int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64"]


@given(x=st.integers(-128, 127), y=st.integers(-128, 127))
def test_as_python_does(x, y):
    a, b = constant(x, "int8"), constant(y, "int8")
    for function, reference in (
        (ops.bitwise_and, operator.and_),
        (ops.bitwise_or, operator.or_),
        (ops.bitwise_xor, operator.xor),
    ):
        assert int(function(a, b)) == reference(x, y)
    assert int(ops.invert(a)) == ~x
    assert int(ops.POPULATION_COUNT(a)) == (x & 0xFF).bit_count()


@pytest.mark.parametrize("kind", KINDS)
def test_shifts_stay_within_the_width(kind):
    x = constant([1, 1, 1], kind)
    width = 8 * x.dtype.size
    places = constant([0, 3, width - 1], kind)
    moved = ops.left_shift(x, places)
    assert moved.dtype == kind
    assert ops.right_shift(moved, places).numpy().tolist()[:2] == [1, 1]
    beyond = ops.right_shift(constant([5], kind), constant([100], kind))
    assert beyond.numpy().tolist() == [0]


def test_negative_numbers_keep_their_sign():
    assert ops.right_shift([-8, -1], [1, 31]).numpy().tolist() == [-4, -1]
    assert ops.left_shift([3], [-1]).numpy().tolist() == [3]


def test_floats_have_no_bits():
    with pytest.raises(InvalidArgumentError, match="allowed values"):
        ops.bitwise_and([1.0], [2.0])

"""Dimension computes as TensorFlow's: with integers and dimensions; what is unknown stays unknown."""

import operator

import pytest
from flowstone_core.shapes import Dimension

KNOWN, UNKNOWN = Dimension(7), Dimension(None)


@pytest.mark.parametrize("operation", [operator.add, operator.sub, operator.mul, operator.floordiv, operator.mod])
def test_arithmetic(operation):
    assert operation(KNOWN, 3).value == operation(KNOWN, Dimension(3)).value == operation(7, 3)
    assert operation(9, KNOWN).value == operation(9, 7)
    assert operation(KNOWN, None).value is operation(UNKNOWN, 3).value is operation(3, UNKNOWN).value is None


@pytest.mark.parametrize("operation", [operator.lt, operator.le, operator.gt, operator.ge, operator.eq])
def test_comparisons(operation):
    assert operation(KNOWN, 7) == operation(7, 7)
    assert operation(KNOWN, Dimension(8)) == operation(7, 8)
    assert operation(KNOWN, None) is operation(UNKNOWN, 7) is None


def test_a_size_is_not_negative():
    with pytest.raises(ValueError, match=">= 0"):
        1 - KNOWN

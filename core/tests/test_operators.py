from __future__ import annotations

import operator

import numpy as np
import pytest
from flowstone_core.conversion import constant
from flowstone_core.errors import InvalidArgumentError
from flowstone_core.tensor import EagerTensor

x, i, b = constant([1.0, 2.0]), constant([1, 2]), constant([True, False])


class Knows:
    """Knows what an operator with a tensor means."""

    def __radd__(self, other):
        return "right"

    def __rmatmul__(self, other):
        return NotImplemented


@pytest.mark.parametrize(
    ("result", "expected"),
    [
        (x + 1, [2, 3]),
        (1 + x, [2, 3]),
        (x - 1, [0, 1]),
        (3 - x, [2, 1]),
        (x * 2, [2, 4]),
        (x / 2, [0.5, 1]),
        (2 / x, [2, 1]),
        (i / 2, [0.5, 1]),
        (i // 2, [0, 1]),
        (5 // i, [5, 2]),
        (-i % 3, [2, 1]),
        (5 % i, [0, 1]),
        (i**2, [1, 4]),
        (2**i, [2, 4]),
        (-i, [-1, -2]),
        (abs(-i), [1, 2]),
        (i < 2, [True, False]),
        (i <= 2, [True, True]),
        (i > 1, [False, True]),
        (i >= 1, [True, True]),
        (i == [1, 3], [True, False]),
        (i != [1, 3], [False, True]),
        (b & True, [True, False]),
        (True | b, [True, True]),
        (b ^ [True, True], [False, True]),
        (~b, [False, True]),
        (i & 1, [1, 0]),
        (4 | i, [5, 6]),
        (i ^ 3, [2, 1]),
        (~i, [-2, -3]),
        (constant([[1, 2]]) @ constant([[3], [4]]), [[11]]),
        ([[1, 2]] @ constant([[3], [4]]), [[11]]),
        (np.array([1.0, 2.0]) + x, [2, 4]),
        (x + np.array([1, 2]), [2, 4]),
    ],
)
def test_values(result, expected):
    assert type(result) is EagerTensor
    assert result.numpy().tolist() == expected


def test_equality_of_shapes_that_do_not_fit_is_false():
    assert not bool(i == constant([1, 2, 3]))
    assert bool(i != constant([1, 2, 3]))
    assert (i == None) is False  # noqa: E711 - the operator is what is tested
    assert (i != None) is True  # noqa: E711


def test_the_left_operand_takes_the_type_or_is_refused():
    assert (np.float64(2) * x).dtype == "float32"
    with pytest.raises(TypeError):
        1.5 + i
    with pytest.raises(TypeError):
        i * 1.5
    with pytest.raises(InvalidArgumentError):
        i + x


def test_other_types_may_know_the_operator():
    assert x + Knows() == "right"
    with pytest.raises(ValueError, match="unsupported type"):
        x @ Knows()
    with pytest.raises(ValueError, match="unsupported type"):
        x + object()
    with pytest.raises(ValueError):
        x - None


def test_logic_needs_booleans_or_integers():
    with pytest.raises(InvalidArgumentError):
        x & x
    with pytest.raises(InvalidArgumentError):
        operator.invert(x)
    with pytest.raises(InvalidArgumentError):
        b & i


def test_bytes_add_up():
    assert (constant("a") + "b").numpy() == b"ab"
    assert ("a" + constant("b")).numpy() == b"ab"

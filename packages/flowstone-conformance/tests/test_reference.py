"""The references are what everything else is judged by: a few values by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest
from flowstone_conformance import reference
from flowstone_conformance.samples import array, sample, special


def test_broadcast():
    assert reference.broadcast((2, 1), (3,)) == (2, 3)
    assert reference.broadcast((), (0, 3)) == (0, 3)
    assert reference.broadcast((1,), (0,)) == (0,)


def test_elementwise():
    add = reference.elementwise(lambda x, y: x + y)
    np.testing.assert_array_equal(add(array([[1], [2]], "int8"), array([10, 20], "int8")), [[11, 21], [12, 22]])
    assert add(array([100], "int8"), array([100], "int8"))[0] == -56
    assert add(array([250], "uint8"), array([10], "uint8"))[0] == 4
    assert add(np.float16(60000), np.float16(60000)) == math.inf


def test_quietly():
    assert math.isnan(reference.quietly(math.sqrt, -1.0))
    assert reference.quietly(math.exp, 1e9) == math.inf


@pytest.mark.parametrize(("x", "y", "quotient"), [(7, 2, 3), (-7, 2, -3), (7, -2, -3), (-7, -2, 3)])
def test_truncated(x, y, quotient):
    assert reference.truncated(x, y) == quotient
    assert reference.truncated(float(x), float(y)) == quotient


def test_divide():
    assert reference.divide(1.0, 0.0) == math.inf
    assert reference.divide(1.0, -0.0) == -math.inf
    assert math.isnan(reference.divide(0.0, 0.0))


def test_product():
    a, b = array([[1, 2], [3, 4]], "float32"), array([[5], [6]], "float32")
    assert reference.product(a, b).tolist() == [[17.0], [39.0]]
    assert reference.product(a[:, :0], b[:0]).tolist() == [[0.0], [0.0]]


def test_samples_are_the_same_in_every_run():
    assert sample((3,), "float32").tolist() == sample((3,), "float32").tolist()
    assert sample((3,), "float32").tolist() != sample((3,), "float32", seed=1).tolist()
    assert sample((2, 0), "complex64").shape == (2, 0)
    assert sample((50,), "uint8").min() >= 0
    assert len(special("float32", 2)[0]) == 49

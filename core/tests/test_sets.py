from __future__ import annotations

import numpy as np
import pytest
from flowstone_core.errors import InvalidArgumentError
from flowstone_core.ops import sets
from flowstone_core.sparse_tensor import SparseTensor
from hypothesis import given
from hypothesis import strategies as st

rows = st.lists(st.lists(st.integers(0, 4), min_size=3, max_size=3), min_size=2, max_size=2)


def opened(result):
    found = [set() for _ in range(2)]
    for place, value in zip(result.indices.numpy(), result.values.numpy(), strict=True):
        found[place[0]].add(int(value))
    return found


@given(rows, rows)
def test_is_pythons_sets(a, b):
    pairs = list(zip(map(set, a), map(set, b), strict=True))
    assert opened(sets.union(a, b)) == [x | y for x, y in pairs]
    assert opened(sets.intersection(a, b)) == [x & y for x, y in pairs]
    assert opened(sets.difference(a, b)) == [x - y for x, y in pairs]
    assert opened(sets.difference(a, b, aminusb=False)) == [y - x for x, y in pairs]


def test_sparse_and_dense_in_either_order():
    x = SparseTensor([[0, 0], [0, 1]], [1, 2], [2, 2])
    y = np.array([[2], [5]], np.int32)
    assert opened(sets.difference(x, y)) == [{1}, set()]
    assert opened(sets.difference(y, x)) == [set(), {5}]


def test_refusals():
    with pytest.raises(TypeError, match="one type"):
        sets.union([[1]], [[b"a"]])
    with pytest.raises(TypeError, match="float32"):
        sets.union([[1.0]], [[1.0]])
    with pytest.raises(TypeError, match="SparseTensor"):
        sets.set_size([[1]])
    with pytest.raises(InvalidArgumentError, match="agree"):
        sets.union([[1]], [[1], [2]])
    with pytest.raises(InvalidArgumentError, match="at least 2"):
        sets.union([1], [1])
    with pytest.raises(InvalidArgumentError, match="out of order"):
        sets.set_size(SparseTensor([[0, 1], [0, 0]], [1, 2], [1, 2]))

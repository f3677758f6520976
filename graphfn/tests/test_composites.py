"""Composite tensors in functions: arguments, results, captures, branches, loops."""

from __future__ import annotations

import pytest
from flowstone_core.conversion import constant
from flowstone_core.ops import math
from flowstone_core.ops.joining import concat
from flowstone_core.sparse_tensor import SparseTensor, SparseTensorSpec
from flowstone_graphfn.control_flow import cond
from flowstone_graphfn.function import function
from flowstone_graphfn.while_loops import while_loop


def sample(values=(1, 2)):
    return SparseTensor([[0, 0], [1, 1]], list(values), [2, 3])


def test_arguments_and_results():
    traced = []

    @function
    def double(x):
        traced.append((x.shape, x.values.shape, x.dense_shape.shape))
        return {"twice": x.with_values(x.values * 2), "same": x}

    found = double(sample())["twice"]
    assert isinstance(found, SparseTensor)
    assert found.values.numpy().tolist() == [2, 4]
    assert double(SparseTensor([[0, 0]], [5], [2, 3]))["twice"].values.numpy().tolist() == [10]
    assert traced == [([2, 3], [None], [2])]  # one trace for any number of elements


def test_signature():
    @function(input_signature=[SparseTensorSpec([None, None], "int32")])
    def values(x):
        return x.values

    assert values(sample()).numpy().tolist() == [1, 2]
    with pytest.raises(TypeError):
        values(sample([1.0, 2.0]))


def test_branches():
    kept = sample()

    @function
    def choose(first):
        return cond(first, lambda: kept, lambda: math.negative(kept))

    assert choose(constant(True)).values.numpy().tolist() == [1, 2]
    assert choose(constant(False)).values.numpy().tolist() == [-1, -2]

    @function
    def mixed(first):
        return cond(first, lambda: kept, lambda: kept.values)

    with pytest.raises(TypeError, match="same number, type"):
        mixed(constant(True))


def test_loops_may_change_the_number_of_elements():
    @function
    def grow(x):
        def longer(i, x):
            indices, values = concat([x.indices, x.indices], 0), concat([x.values, x.values], 0)
            return i + 1, SparseTensor(indices, values, x.dense_shape)

        return while_loop(lambda i, x: i < 2, longer, [0, x])[1]

    assert grow(sample()).values.numpy().tolist() == [1, 2] * 4

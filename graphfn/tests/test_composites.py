"""Composite tensors in functions: arguments, results, captures, branches, loops."""

from __future__ import annotations

import pytest
from flowstone_core.conversion import constant
from flowstone_core.errors import InvalidArgumentError
from flowstone_core.extension_type import ExtensionType
from flowstone_core.ops import math
from flowstone_core.ops.filling import range as counting
from flowstone_core.ops.joining import concat
from flowstone_core.ops.reduce import reduce_sum
from flowstone_core.ragged.tensor import RaggedTensor, RaggedTensorSpec
from flowstone_core.sparse_tensor import SparseTensor, SparseTensorSpec
from flowstone_core.tensor import Tensor
from flowstone_graphfn.control_flow import cond
from flowstone_graphfn.function import function
from flowstone_graphfn.higher_order import map_fn
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


class Pair(ExtensionType):
    first: Tensor
    second: Tensor
    label: str = ""


def test_extension_types():
    traced = []

    @function
    def swap(x):
        traced.append(x.label)
        return Pair(x.second, x.first * 2, x.label)

    assert swap(Pair([1, 2], [3, 4])).second.numpy().tolist() == [2, 4]
    swap(Pair([5, 6], [7, 8]))
    swap(Pair([5, 6], [7, 8], "other"))
    assert traced == ["", "other"]


def test_extension_types_in_branches_and_loops():
    @function
    def choose(flag, x):
        return cond(flag, lambda: x, lambda: Pair(x.second, x.first))

    x = Pair([1, 2], [3, 4])
    assert choose(constant(False), x).first.numpy().tolist() == [3, 4]

    @function
    def grow(x):
        return while_loop(lambda i, x: i < 3, lambda i, x: (i + 1, Pair(x.first + x.second, x.second)), [0, x])[1]

    assert grow(x).first.numpy().tolist() == [10, 14]


def ragged():
    return RaggedTensor.from_row_lengths([1, 2, 3], [2, 1])


def test_ragged_arguments_and_results():
    traced = []

    @function
    def double(x):
        traced.append(x.shape)
        return x * 2, x[1:], x.to_tensor()

    twice, rest, dense = double(ragged())
    assert twice.to_list() == [[2, 4], [6]]
    assert rest.to_list() == [[3]]
    assert dense.numpy().tolist() == [[1, 2], [3, 0]]
    double(RaggedTensor.from_row_lengths([1], [0, 1]))
    assert traced == [[2, None]]


def test_ragged_signature_and_broadcasting():
    @function(input_signature=[RaggedTensorSpec([None, None], "int32")] * 2)
    def add(x, y):
        return x + y

    assert add(ragged(), ragged()).to_list() == [[2, 4], [6]]
    with pytest.raises(InvalidArgumentError, match="do not broadcast"):
        add(ragged(), RaggedTensor.from_row_lengths([1, 2, 3], [1, 2]))


def test_ragged_in_branches_and_loops():
    @function
    def choose(flag, x):
        return cond(flag, lambda: x, lambda: x[:, ::-1])

    assert choose(constant(False), ragged()).to_list() == [[2, 1], [3]]

    @function
    def grow(x):
        def longer(i, x):
            return i + 1, concat([x, x], 1)

        return while_loop(lambda i, x: i < 2, longer, [0, x])[1]

    assert grow(ragged()).to_list() == [[1, 2] * 4, [3] * 4]


def test_rows_of_ragged_in_autograph():
    @function
    def sums(x):
        total = constant(0)
        for row in x:
            total += reduce_sum(row) * reduce_sum(row)
        return total

    assert sums(ragged()).numpy() == 18


@pytest.mark.parametrize("traced", [False, True])
def test_map_over_and_to_ragged_rows(traced):
    def mapped(x, n):
        return (
            map_fn(reduce_sum, x, fn_output_signature="int32"),
            map_fn(lambda row: row * 2, x),
            map_fn(
                lambda size: math.multiply(counting(size), 3), n, fn_output_signature=RaggedTensorSpec([None], "int32")
            ),
            map_fn(
                lambda size: RaggedTensor.from_row_lengths(counting(size), [1, size - 1]),
                n,
                fn_output_signature=RaggedTensorSpec([2, None], "int32"),
            ),
        )

    sums, doubled, counted, nested = (function(mapped) if traced else mapped)(ragged(), constant([1, 2]))
    assert sums.numpy().tolist() == [3, 3]
    assert doubled.to_list() == [[2, 4], [6]]
    assert counted.to_list() == [[0], [0, 3]]
    assert nested.to_list() == [[[0], []], [[0], [1]]]


def test_map_checks_the_ragged_rank_of_results():
    with pytest.raises(ValueError, match="ragged rank 0, its signature says 1"):
        map_fn(lambda row: row, ragged(), fn_output_signature=RaggedTensorSpec([None, None], "int32"))

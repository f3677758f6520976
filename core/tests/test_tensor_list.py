from __future__ import annotations

import numpy as np
import pytest
from flowstone_core import dtypes
from flowstone_core.errors import InvalidArgumentError, SpecError
from flowstone_core.ops import tensor_list as ops
from flowstone_core.spec import Spec
from flowstone_core.tensor_list import TensorList
from hypothesis import given
from hypothesis import strategies as st

UNKNOWN = np.array(-1, np.int32)
FLOAT = dtypes.float32


def shape(*sizes):
    return np.array(sizes, np.int32)


def a_list(*values, element_shape=UNKNOWN):
    return ops.TENSOR_LIST_FROM_TENSOR(np.array(values, np.float32), element_shape)


def values(handle):
    return [None if item is None else item.tolist() for item in handle._array.items]


ACTIONS = st.lists(
    st.tuples(st.sampled_from(["set", "push", "pop"]), st.integers(0, 9), st.integers(0, 5)), max_size=30
)


@given(ACTIONS)
def test_lists_never_change(actions):
    """Every action makes a new list from some earlier one; all keep what they had."""
    lists = [TensorList([1, 2, 3], dtypes.int32, ())]
    expected = [[1, 2, 3]]
    for action, number, back in actions:
        source = max(0, len(lists) - 1 - back)
        items = list(expected[source])
        if action == "push":
            made = lists[source].push(number)
            items.append(number)
        elif not items:
            continue
        elif action == "pop":
            made, last = lists[source].pop()
            assert last == items.pop()
        else:
            made = lists[source].set(number % len(items), number)
            items[number % len(items)] = number
        lists.append(made)
        expected.append(items)
    assert [each.items for each in lists] == expected


def test_writing_the_newest_list_moves_its_items():
    first = TensorList([0] * 1000, dtypes.int32, ())
    items = first._items
    second = first.set(3, 7)
    assert second._items is items
    assert first[3] == 0
    assert second[3] == 7


def test_making_and_reading():
    handle = ops.TENSOR_LIST_RESERVE(shape(2), 3, element_dtype=FLOAT)
    assert values(handle) == [None] * 3
    handle = ops.TENSOR_LIST_SET_ITEM(handle, 1, [1.0, 2.0])
    assert ops.TENSOR_LIST_STACK(handle, shape(2), element_dtype=FLOAT).numpy().tolist() == [[0, 0], [1, 2], [0, 0]]
    assert ops.TENSOR_LIST_GET_ITEM(handle, 0, shape(-1), element_dtype=FLOAT).numpy().tolist() == [0, 0]
    assert ops.TENSOR_LIST_GATHER(handle, [1, 1], UNKNOWN, element_dtype=FLOAT).shape == (2, 2)
    assert ops.TENSOR_LIST_LENGTH(handle).numpy() == 3
    assert ops.TENSOR_LIST_ELEMENT_SHAPE(handle, shape_type=dtypes.int64).numpy().tolist() == [2]


def test_stack_infers_missing_elements_from_the_others():
    handle = ops.TENSOR_LIST_RESERVE(UNKNOWN, 2, element_dtype=FLOAT)
    with pytest.raises(InvalidArgumentError, match="never set"):
        ops.TENSOR_LIST_STACK(handle, UNKNOWN, element_dtype=FLOAT)
    handle = ops.TENSOR_LIST_SET_ITEM(handle, 0, [1.0])
    assert ops.TENSOR_LIST_STACK(handle, UNKNOWN, element_dtype=FLOAT).numpy().tolist() == [[1], [0]]


def test_push_and_pop():
    handle = ops.EMPTY_TENSOR_LIST(UNKNOWN, 2, element_dtype=FLOAT)
    with pytest.raises(InvalidArgumentError, match="pop from an empty list"):
        ops.TENSOR_LIST_POP_BACK(handle, UNKNOWN, element_dtype=FLOAT)
    for value in (1.0, 2.0):
        handle = ops.TENSOR_LIST_PUSH_BACK(handle, value)
    with pytest.raises(InvalidArgumentError, match="full list"):
        ops.TENSOR_LIST_PUSH_BACK(handle, 3.0)
    handle, last = ops.TENSOR_LIST_POP_BACK(handle, UNKNOWN, element_dtype=FLOAT)
    assert (last.numpy(), values(handle)) == (2, [1])


def test_scatter():
    into = ops.TENSOR_LIST_SCATTER_INTO_EXISTING_LIST(a_list(1.0, 2.0), [5.0, 6.0], [3, 0])
    assert values(into) == [6, 2, None, 5]
    made = ops.TENSOR_LIST_SCATTER_V2([5.0, 6.0], [2, 0], UNKNOWN, -1)
    assert values(made) == [6, None, 5]
    assert values(ops.TENSOR_LIST_SCATTER([5.0], [1], UNKNOWN)) == [None, 5]
    with pytest.raises(InvalidArgumentError, match="in list with size 2"):
        ops.TENSOR_LIST_SCATTER_V2([5.0], [2], UNKNOWN, 2)


def test_split_and_concat():
    handle = ops.TENSOR_LIST_SPLIT([1.0, 2.0, 3.0], UNKNOWN, np.array([1, 0, 2]))
    assert values(handle) == [[1], [], [2, 3]]
    joined, lengths = ops.TENSOR_LIST_CONCAT_V2(handle, UNKNOWN, np.zeros(0, np.int64), element_dtype=FLOAT)
    assert (joined.numpy().tolist(), lengths.numpy().tolist()) == ([1, 2, 3], [1, 0, 2])
    joined, _ = ops.TENSOR_LIST_CONCAT(handle, element_dtype=FLOAT)
    assert joined.numpy().tolist() == [1, 2, 3]
    holed = ops.TENSOR_LIST_RESIZE(handle, 4)
    joined, _ = ops.TENSOR_LIST_CONCAT_V2(holed, shape(-1), np.array([9, 9, 9, 2]), element_dtype=FLOAT)
    assert joined.numpy().tolist() == [1, 2, 3, 0, 0]
    with pytest.raises(InvalidArgumentError, match="add up"):
        ops.TENSOR_LIST_SPLIT([1.0], UNKNOWN, np.array([2]))
    with pytest.raises(InvalidArgumentError, match="scalar shape"):
        ops.TENSOR_LIST_CONCAT(a_list(1.0), element_dtype=FLOAT)


def test_lists_of_lists_and_sums():
    both = ops.TENSOR_LIST_CONCAT_LISTS(a_list(1.0), a_list(2.0), element_dtype=FLOAT)
    assert values(both) == [1, 2]
    assert (both._array + both._array).items == [2, 4]
    assert both._array.zeros_like().items == [0, 0]
    with pytest.raises(InvalidArgumentError):
        both._array + a_list(1.0)._array


@pytest.mark.parametrize(
    "call",
    [
        lambda x: ops.TENSOR_LIST_SET_ITEM(x, 2, 1.0),
        lambda x: ops.TENSOR_LIST_SET_ITEM(x, -1, 1.0),
        lambda x: ops.TENSOR_LIST_GET_ITEM(x, 2, UNKNOWN, element_dtype=FLOAT),
        lambda x: ops.TENSOR_LIST_GET_ITEM(x, 0, UNKNOWN, element_dtype=dtypes.int32),
        lambda x: ops.TENSOR_LIST_GATHER(x, [5], UNKNOWN, element_dtype=FLOAT),
        lambda x: ops.TENSOR_LIST_STACK(x, UNKNOWN, element_dtype=FLOAT, num_elements=3),
        lambda x: ops.TENSOR_LIST_STACK(x, shape(4), element_dtype=FLOAT),
        lambda x: ops.TENSOR_LIST_RESIZE(x, -1),
        lambda x: ops.TENSOR_LIST_SCATTER_INTO_EXISTING_LIST(x, [1.0], [-1]),
        lambda x: ops.TENSOR_LIST_SCATTER_INTO_EXISTING_LIST(x, [1.0], [0, 1]),
        lambda x: ops.TENSOR_LIST_RESERVE(UNKNOWN, -1, element_dtype=FLOAT),
        lambda x: ops.TENSOR_LIST_RESERVE(np.array(3), 1, element_dtype=FLOAT),
    ],
)
def test_mistakes(call):
    with pytest.raises(InvalidArgumentError):
        call(a_list(1.0, 2.0))


def test_elements_must_have_the_lists_shape():
    fixed = ops.TENSOR_LIST_RESERVE(shape(2), 1, element_dtype=FLOAT)
    with pytest.raises(InvalidArgumentError, match="shape"):
        ops.TENSOR_LIST_SET_ITEM(fixed, 0, [1.0])
    assert values(ops.TENSOR_LIST_SET_ITEM(fixed, 3, [1.0, 2.0], resize_if_index_out_of_bounds=True)) == [
        None,
        None,
        None,
        [1, 2],
    ]


def test_inference():
    made = ops.TENSOR_LIST_RESERVE.infer(Spec((2,), dtypes.int32, (-1, 3)), Spec((), dtypes.int32), element_dtype=FLOAT)
    assert made.handle[0].shape == (None, 3)
    index = Spec((), dtypes.int32)
    item = ops.TENSOR_LIST_SET_ITEM.infer(made, index, Spec((2, 3), FLOAT), resize_if_index_out_of_bounds=False)
    assert item.handle[0].shape == (None, 3)
    unknown = Spec((), dtypes.int32, -1)
    assert ops.TENSOR_LIST_GET_ITEM.infer(made, index, unknown, element_dtype=FLOAT).shape == (None, 3)
    given = Spec((2,), dtypes.int32, (4, -1))
    assert ops.TENSOR_LIST_STACK.infer(made, given, element_dtype=FLOAT, num_elements=5).shape == (5, 4, 3)
    with pytest.raises(SpecError):
        ops.TENSOR_LIST_SET_ITEM.infer(made, index, Spec((2,), FLOAT), resize_if_index_out_of_bounds=False)
    whole, lengths = ops.TENSOR_LIST_CONCAT_V2.infer(made, given, Spec((0,), dtypes.int64), element_dtype=FLOAT)
    assert (whole.shape, lengths.shape) == ((None, None), (None,))

from __future__ import annotations

import numpy as np
import pytest
from flowstone_core import dtypes
from flowstone_core.conversion import constant
from flowstone_core.errors import InvalidArgumentError
from flowstone_core.ops import indexing as ops
from flowstone_core.ops.subscript import SliceKey
from flowstone_core.slicing import Masks
from flowstone_core.spec import Spec
from flowstone_core.variable import Variable
from hypothesis import given
from hypothesis import strategies as st

VALUE = np.arange(24, dtype=np.int32).reshape(2, 3, 4)
BOUND = st.none() | st.integers(-6, 6)
RANGE = st.builds(slice, BOUND, BOUND, st.none() | st.integers(-3, 3).filter(bool))
ITEM = st.integers(-2, 1) | RANGE | st.none()


@st.composite
def keys(draw):
    items = draw(st.lists(ITEM, max_size=5))
    while sum(item is not None for item in items) > 3:
        items.pop()
    if draw(st.booleans()):
        items.insert(draw(st.integers(0, len(items))), Ellipsis)
    return tuple(items)


def through_the_op(tensor, key):
    spec = SliceKey(key)
    return ops.STRIDED_SLICE(tensor, spec.begin, spec.end, spec.strides, **spec.masks._asdict())


@given(keys())
def test_subscripts_mean_what_they_mean_in_numpy(key):
    expected = VALUE[key]
    for result in (constant(VALUE)[key], through_the_op(constant(VALUE), key)):
        assert result.shape == expected.shape
        assert result.numpy().tolist() == expected.tolist()


@given(keys())
def test_the_shape_rule_agrees_with_the_kernel(key):
    spec = SliceKey(key)
    operands = [
        Spec(vector.shape, dtypes.int32, tuple(vector.tolist())) for vector in (spec.begin, spec.end, spec.strides)
    ]
    assert (
        ops.STRIDED_SLICE.infer(Spec((2, 3, 4), dtypes.int32), *operands, **spec.masks._asdict()).shape
        == VALUE[key].shape
    )


@given(keys(), st.integers(0, 5))
def test_gradient_and_update_write_where_the_slice_reads(key, number):
    spec = SliceKey(key)
    place = VALUE[key]
    masks = spec.masks._asdict()
    vectors = spec.begin, spec.end, spec.strides
    gradient = ops.STRIDED_SLICE_GRAD(np.array([2, 3, 4], np.int32), *vectors, np.full_like(place, number), **masks)
    expected = np.zeros_like(VALUE)
    expected[key] = number
    assert gradient.numpy().tolist() == expected.tolist()
    updated = ops.TENSOR_STRIDED_SLICE_UPDATE(VALUE, *vectors, np.int32(number), **masks)
    expected = VALUE.copy()
    expected[key] = number
    assert updated.numpy().tolist() == expected.tolist()


@pytest.mark.parametrize(
    "key",
    [5, -3, (0, 0, 0, 0), (..., ...), slice(None, None, 0), 2**40, (0, 3)],
)
def test_what_is_out_of_range_is_an_error(key):
    with pytest.raises(InvalidArgumentError):
        constant(VALUE)[key]


@pytest.mark.parametrize("key", [1.0, "a", slice(1.5, 2), np.True_, np.array([0, 1]), constant([0])])
def test_what_is_no_index_is_a_type_error(key):
    with pytest.raises(TypeError, match="are valid indices"):
        constant(VALUE)[key]


def test_boolean_masks():
    x = constant(VALUE)
    assert x[np.array([True, False])].shape == (1, 3, 4)
    assert (
        x[constant([[True, False, True], [False, False, True]])].numpy().tolist()
        == VALUE[[0, 0, 1], [0, 2, 2]].tolist()
    )
    for scalar in (True, constant(True)):
        with pytest.raises(ValueError, match="mask cannot be scalar"):
            x[scalar]
    with pytest.raises(ValueError, match="incompatible"):
        x[constant([True, False, True])]


def test_integer_tensors_of_several_kinds_are_indices():
    x = constant(VALUE)
    for index in (
        constant(1),
        constant(1, dtypes.int64),
        constant(1, dtypes.int16),
        np.int8(1),
        np.uint8(1),
        np.array(1),
    ):
        assert x[index].numpy().tolist() == VALUE[1].tolist()
    assert x[constant(0) : constant(1, dtypes.int64)].shape == (1, 3, 4)
    assert x[[0, 1]].numpy().tolist() == VALUE[0, 1].tolist()
    assert constant(["a", "b"])[1].numpy() == b"b"


def test_iterating_and_scalars():
    assert [row.numpy().tolist() for row in constant([[1, 2], [3, 4]])] == [[1, 2], [3, 4]]
    assert constant(5)[...].numpy() == 5
    assert constant(5)[None].shape == (1,)
    with pytest.raises(InvalidArgumentError):
        constant(5)[0]


def test_partly_known_shapes_and_values():
    def infer(spec, key):
        operands = SliceKey(key)
        vectors = [
            Spec(vector.shape, dtypes.int32, tuple(vector.tolist()))
            for vector in (operands.begin, operands.end, operands.strides)
        ]
        return ops.STRIDED_SLICE.infer(spec, *vectors, **operands.masks._asdict())

    unknown = Spec((None, 3), dtypes.float32)
    assert infer(unknown, slice(2, 4)).shape == (None, 3)
    assert infer(unknown, (0, slice(1, None))).shape == (2,)
    assert infer(unknown, (slice(None), None)).shape == (None, 1, 3)
    shape = Spec((3,), dtypes.int32, (None, 3, 4))
    assert infer(shape, 1).value == 3
    assert infer(shape, 0).value is None
    assert infer(shape, slice(1, None)).value == (3, 4)
    vector = Spec((1,), dtypes.int32)
    masks = Masks(shrink_axis_mask=1)._asdict()
    assert ops.STRIDED_SLICE.infer(unknown, vector, vector, vector, **masks).shape == (3,)
    assert ops.STRIDED_SLICE.infer(Spec(None, dtypes.int32), vector, vector, vector).shape is None


def test_strided_slice():
    assert ops.strided_slice([1, 2, 3, 4], [1], [3]).numpy().tolist() == [2, 3]
    assert ops.strided_slice([1, 2, 3, 4], [0], [3], [2], end_mask=1).numpy().tolist() == [1, 3]
    for arguments in (([1], [3, 4]), ([1, 1], [3, 4]), (1, 3)):
        with pytest.raises(InvalidArgumentError):
            ops.strided_slice([1, 2, 3, 4], *arguments)
    with pytest.raises(NotImplementedError, match="assign"):
        ops.strided_slice([1], [0], [1], var=Variable([1]))


def test_slice():
    assert ops.slice(VALUE, [0, 1, 0], [1, -1, 2]).numpy().tolist() == VALUE[0:1, 1:, 0:2].tolist()
    for begin, size in (([0, 1, 0], [1, 5, 2]), ([0, 1], [1, 5]), ([0, 1, -1], [1, 1, 1]), ([0, 0, 0], [1, 1, -2])):
        with pytest.raises(InvalidArgumentError):
            ops.slice(VALUE, begin, size)
    begin, size = Spec((2,), dtypes.int32, (1, None)), Spec((2,), dtypes.int32, (-1, 2))
    assert ops.SLICE.infer(Spec((5, None), dtypes.int32), begin, size).shape == (4, 2)


def test_slices_of_variables_can_be_assigned():
    variable = Variable([1, 2, 3])
    before = variable[1:]
    assert variable[1:].assign([7, 8]) is variable
    assert variable.numpy().tolist() == [1, 7, 8]
    assert before.numpy().tolist() == [2, 3]
    variable[0:2].assign([5])
    variable[-1].assign(6)
    assert variable.numpy().tolist() == [5, 5, 6]
    with pytest.raises(InvalidArgumentError):
        variable[1:3].assign([1, 2, 3])
    assert variable.numpy().tolist() == [5, 5, 6]
    assert variable[constant([True, False, True])].numpy().tolist() == [5, 6]

from __future__ import annotations

import numpy as np
import pytest
from flowstone_core import dtypes
from flowstone_core.conversion import constant
from flowstone_core.errors import InvalidArgumentError, OutOfRangeError
from flowstone_core.ops.tensor_list import TENSOR_LIST_RESERVE
from flowstone_core.tensor_array import TensorArray, TensorArraySpec


def in_place(size=3, **options):
    return TensorArray(dtypes.float32, size=size, **options)


def with_flow(size=3, dynamic_size=False, element_shape=None):
    """The array as graphs have it."""
    flow = TENSOR_LIST_RESERVE(np.array(-1, np.int32), size, element_dtype=dtypes.float32)
    return TensorArray(dtypes.float32, flow=flow, dynamic_size=dynamic_size, element_shape=element_shape)


BOTH = pytest.mark.parametrize("make", [in_place, with_flow])


@BOTH
def test_write_read_stack(make):
    array = make()
    for index in range(3):
        array = array.write(index, [index, 2.0 * index])
    assert array.stack().numpy().tolist() == [[0, 0], [1, 2], [2, 4]]
    assert array.gather([2, 0]).numpy().tolist() == [[2, 4], [0, 0]]
    assert array.concat().numpy().tolist() == [0, 0, 1, 2, 2, 4]
    assert array.read(constant(1)).numpy().tolist() == [1, 2]
    assert array.size().numpy() == 3
    assert (array.dtype, array.element_shape, array.dynamic_size) == (dtypes.float32, [2], False)
    assert array.identity().size().numpy() == 3


@BOTH
def test_unstack_scatter_split(make):
    assert make().unstack([1.0, 2.0, 3.0]).stack().numpy().tolist() == [1, 2, 3]
    assert make().scatter([2, 0], [5.0, 6.0]).stack().numpy().tolist() == [6, 0, 5]
    parts = make().split([1.0, 2.0, 3.0], [1, 0, 2])
    assert parts.read(2).numpy().tolist() == [2, 3]
    assert make(dynamic_size=True, size=0).write(2, 1.0).stack().numpy().tolist() == [0, 0, 1]


@BOTH
def test_shapes_and_types_are_checked(make):
    with pytest.raises(ValueError, match=r"shape"):
        make().write(0, [1.0]).write(1, [1.0, 2.0])
    with pytest.raises(ValueError, match=r"shape"):
        make(element_shape=[3]).write(0, [1.0])
    with pytest.raises((ValueError, InvalidArgumentError), match="int32"):
        make().write(0, constant(1))


def test_places_out_of_range():
    for call in (lambda a: a.write(3, 1.0), lambda a: a.write(-1, 1.0), lambda a: a.read(5), lambda a: a.read(-1)):
        with pytest.raises(OutOfRangeError):
            call(in_place())
    for call in (lambda a: a.write(3, 1.0), lambda a: a.read(5)):
        with pytest.raises(InvalidArgumentError):
            call(with_flow())


def test_elements_are_read_once_unless_asked_otherwise():
    array = in_place().write(0, 1.0)
    assert array.read(0).numpy() == 1
    with pytest.raises(InvalidArgumentError, match="clear_after_read"):
        array.read(0)
    array = in_place(clear_after_read=False).write(0, 1.0)
    assert (array.read(0).numpy(), array.read(0).numpy()) == (1, 1)


def test_in_eager_mode_writing_changes_the_array():
    array = in_place()
    assert array.write(0, 1.0) is array
    flow = with_flow()
    later = flow.write(0, [1.0])
    assert later is not flow
    assert flow.flow._array.items[0] is None


def test_elements_of_different_shapes():
    array = in_place(infer_shape=False).write(0, [1.0]).write(1, [1.0, 2.0])
    assert array.read(1).numpy().tolist() == [1, 2]
    assert in_place(size=0).stack().shape == (0,)
    assert in_place(size=0, element_shape=[2]).stack().shape == (0, 2)
    with pytest.raises(ValueError):
        in_place().stack()
    assert in_place(element_shape=[2]).stack().shape == (3, 2)


def test_mistakes():
    with pytest.raises(ValueError, match="Size must be declared"):
        TensorArray(dtypes.float32)
    with pytest.raises(TypeError, match="variant"):
        TensorArray(dtypes.float32, flow=constant(1.0))
    with pytest.raises(ValueError, match="static size"):
        in_place(size=2).unstack([1.0, 2.0, 3.0])
    with pytest.raises(InvalidArgumentError, match="sum of lengths"):
        in_place().split([1.0], [2])
    with pytest.raises(InvalidArgumentError, match="size of lengths"):
        in_place().split([1.0], [1])
    with pytest.raises(InvalidArgumentError, match="scalar shape"):
        in_place(size=1).write(0, 1.0).concat()
    with pytest.raises(NotImplementedError):
        in_place().grad("a")
    assert in_place().close() is None
    assert in_place().handle is None


def test_spec():
    array = in_place(element_shape=[3], dynamic_size=True)
    spec = array._type_spec
    assert spec == TensorArraySpec([3], dtypes.float32, True, True)
    (flow,) = spec._to_components(array.write(0, [1.0, 2.0, 3.0]))
    back = spec._from_components([flow])
    assert back.stack().numpy().tolist() == [[1, 2, 3], [0, 0, 0], [0, 0, 0]]
    assert (back.element_shape, spec.value_type) == ([3], TensorArray)
    assert not spec.is_compatible_with(in_place())

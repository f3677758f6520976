from __future__ import annotations

import numpy as np
import pytest
from flowstone_core import dtypes
from flowstone_core.errors import InvalidArgumentError, SpecError
from flowstone_core.ops import array as ops
from flowstone_core.spec import Spec

MATRIX = np.arange(6, dtype=np.float32).reshape(2, 3)


@pytest.mark.parametrize(
    ("shape", "expected"),
    [([6], (6,)), ([-1], (6,)), ([3, -1], (3, 2)), ([1, 2, -1], (1, 2, 3)), (6, (6,)), ((3, 2), (3, 2))],
)
def test_reshape_keeps_the_order_of_elements(shape, expected):
    result = ops.reshape(MATRIX, shape)
    assert result.shape == expected
    assert result.numpy().ravel().tolist() == [0, 1, 2, 3, 4, 5]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ([0, 4], [-1, 0], (4, 0)),
        ([0, 4], [0, -1, 2], (0, 2, 2)),
        ([0, 4], [3, -1], (3, 0)),
        ([0], [-1], (0,)),
        ([2, 0], [0, 5], (0, 5)),
    ],
)
def test_reshape_of_empty_tensors_infers_as_tensorflow_does(old, new, expected):
    assert ops.reshape(np.zeros(old), new).shape == expected


@pytest.mark.parametrize("shape", [[4], [4, -1], [-1, -1], [-2, 3], [7]])
def test_reshape_refuses(shape):
    with pytest.raises(InvalidArgumentError, match=r"[Rr]eshape"):
        ops.reshape(MATRIX, shape)


@pytest.mark.parametrize(
    ("x", "shape", "expected"),
    [
        ((None, 28, 28), (None, 784), (None, 784)),
        ((4, 28, 28), (-1, 784), (4, 784)),
        ((None, 28, 28), (-1, 784), (None, 784)),
        ((3, 4), (None, 4), (3, 4)),
        (None, (2, -1), (2, None)),
    ],
)
def test_reshape_infers_from_partly_known_shapes(x, shape, expected):
    wanted = Spec((len(shape),), dtypes.int32, shape)
    assert ops.RESHAPE.infer(Spec(x, dtypes.float32), wanted).shape == expected


def test_reshape_infers_the_rank_of_an_unknown_shape():
    assert ops.RESHAPE.infer(Spec((2,), dtypes.int32), Spec((3,), dtypes.int32)).shape == (None, None, None)
    assert ops.RESHAPE.infer(Spec((2,), dtypes.int32), Spec((None,), dtypes.int32)).shape is None
    with pytest.raises(SpecError, match="needs a multiple of 4"):
        ops.RESHAPE.infer(Spec((6,), dtypes.int32), Spec((2,), dtypes.int32, (4, -1)))


def test_shape_queries():
    assert ops.shape(MATRIX).numpy().tolist() == [2, 3]
    assert ops.shape(MATRIX, dtypes.int64).dtype is dtypes.int64
    assert ops.shape(1.0).numpy().shape == (0,)
    assert ops.size(MATRIX).numpy() == 6
    assert ops.rank(MATRIX).numpy() == 2
    assert [shape.numpy().tolist() for shape in ops.shape_n([[1], [1, 2]])] == [[1], [2]]


def test_shape_of_a_partly_known_tensor_is_a_partly_known_value():
    spec = ops.SHAPE.infer(Spec((None, 3), dtypes.float32), out_type=dtypes.int32)
    assert (spec.shape, spec.value) == ((2,), (None, 3))


@pytest.mark.parametrize(("axis", "expected"), [(0, (1, 2, 3)), (1, (2, 1, 3)), (-1, (2, 3, 1)), (-3, (1, 2, 3))])
def test_expand_dims(axis, expected):
    assert ops.expand_dims(MATRIX, axis).shape == expected
    assert ops.EXPAND_DIMS.infer(Spec((2, 3), dtypes.float32), Spec((), dtypes.int32, axis)).shape == expected


@pytest.mark.parametrize("axis", [3, -4])
def test_expand_dims_out_of_range(axis):
    with pytest.raises(InvalidArgumentError, match="expand dim"):
        ops.expand_dims(MATRIX, axis)


@pytest.mark.parametrize(("axis", "expected"), [(None, (2,)), (0, (2, 1)), ([-1], (1, 2)), ([0, 2], (2,))])
def test_squeeze(axis, expected):
    assert ops.squeeze(np.zeros([1, 2, 1]), axis).shape == expected


@pytest.mark.parametrize("axis", [1, 3, -4])
def test_squeeze_refuses(axis):
    with pytest.raises(InvalidArgumentError, match=r"squeeze|range"):
        ops.squeeze(np.zeros([1, 2, 1]), axis)


def test_transpose():
    assert ops.transpose(MATRIX).numpy().tolist() == MATRIX.T.tolist()
    assert ops.transpose(np.zeros([2, 3, 4]), [2, 0, 1]).shape == (4, 2, 3)
    assert ops.transpose(np.zeros([2, 3, 4]), [-1, 0, 1]).shape == (4, 2, 3)
    assert ops.transpose([[1 + 2j]], conjugate=True).numpy()[0, 0] == 1 - 2j
    assert ops.transpose(3.0).numpy() == 3


@pytest.mark.parametrize("perm", [[0, 0], [0, 2], [0]])
def test_transpose_refuses_what_is_no_permutation(perm):
    with pytest.raises(InvalidArgumentError, match="perm"):
        ops.transpose(MATRIX, perm)


def test_identity_keeps_values_and_stop_gradient_too():
    assert ops.identity(MATRIX).numpy().tolist() == MATRIX.tolist()
    assert ops.stop_gradient([1, 2]).numpy().tolist() == [1, 2]
    first, second = ops.identity_n([1, [2.0]])
    assert (first.dtype, second.dtype) == (dtypes.int32, dtypes.float32)


def test_check_numerics_names_what_it_found():
    assert ops.check_numerics([1.0], "fine").numpy().tolist() == [1.0]
    with pytest.raises(InvalidArgumentError, match="loss : Tensor had Inf and NaN values"):
        ops.check_numerics([np.nan, np.inf], "loss")


def test_broadcasting():
    assert ops.broadcast_to([1, 2], [2, 2]).numpy().tolist() == [[1, 2], [1, 2]]
    assert ops.broadcast_dynamic_shape([2, 1], [3]).numpy().tolist() == [2, 3]
    for shape in ([3], [2, 1], [2, -1]):
        with pytest.raises(InvalidArgumentError):
            ops.broadcast_to([1, 2], shape)


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [
        ([2, 3], [3], ([], [0])),
        ([2, 1, 3], [1, 1], ([1], [0, 1, 2])),
        ([2, 3], [2, 3], ([], [])),
        ([1], [1], ([], [])),
        ([1, 1], [1], ([0, 1], [0, 1])),
        ([], [2], ([0], [])),
    ],
)
def test_broadcast_gradient_args(a, b, expected):
    operands = (np.array(shape, np.int32) for shape in (a, b))
    assert tuple(axes.numpy().tolist() for axes in ops.BROADCAST_GRADIENT_ARGS(*operands)) == expected


def test_ensure_shape():
    assert ops.ensure_shape([1, 2], [None]).shape == (2,)
    with pytest.raises(InvalidArgumentError, match="not compatible"):
        ops.ensure_shape([1, 2], [3])


@pytest.mark.parametrize(
    ("value", "target", "expected"),
    [
        (np.float32(1), "uint32", 0x3F800000),
        (np.array([1, 2], np.int32), "int16", [[1, 0], [2, 0]]),
        (np.array([[1, 0], [2, 0]], np.int16), "int32", [1, 2]),
        (np.array([1, 2], np.float32), "complex64", 1 + 2j),
    ],
)
def test_bitcast(value, target, expected):
    assert ops.bitcast(value, target).numpy().tolist() == expected


def test_bitcast_needs_whole_elements():
    with pytest.raises(InvalidArgumentError, match="last dimension"):
        ops.bitcast([1, 2, 3], "complex64")


@pytest.mark.parametrize("kind", ["int8", "int32", "uint16", "float16", "bfloat16", "float32", "float64"])
def test_range_computes_in_its_type(kind):
    dtype = dtypes.as_dtype(kind)
    start, limit, delta = (np.array(v, dtype.numpy_dtype) for v in (1, 8, 3))
    assert ops.RANGE(start, limit, delta).numpy().tolist() == [1, 4, 7]


def test_range_infers_its_values():
    spec = ops.RANGE.infer(*(Spec((), dtypes.int32, v) for v in (4, 0, -2)))
    assert (spec.shape, spec.value) == ((2,), (4, 2))

from __future__ import annotations

import numpy as np
import pytest
from flowstone_core import dtypes
from flowstone_core.conversion import constant
from flowstone_core.errors import InvalidArgumentError, SpecError
from flowstone_core.ops import joining as ops
from flowstone_core.spec import Spec

A = np.arange(6, dtype=np.float32).reshape(2, 3)


@pytest.mark.parametrize("axis", [0, 1, 2, -1, -3])
@pytest.mark.parametrize("kind", ["float32", "int64", "bool", "complex64", "bfloat16"])
def test_stack_is_numpys(axis, kind):
    parts = [A.astype(dtypes.as_dtype(kind).numpy_dtype), (A * 2).astype(dtypes.as_dtype(kind).numpy_dtype)]
    result = ops.stack([constant(part) for part in parts], axis)
    assert result.dtype is dtypes.as_dtype(kind)
    assert result.numpy().tolist() == np.stack(parts, axis).tolist()


def test_stack_of_python_values_and_of_a_tensor():
    assert ops.stack([1, 2.5]).numpy().tolist() == [1, 2.5]
    assert ops.stack(constant([[1, 2]]), 1).numpy().tolist() == [[1], [2]]
    assert ops.stack([]).shape == (0,)
    assert ops.stack([b"a", "b"]).numpy().tolist() == [b"a", b"b"]
    assert ops.stack([constant("a"), constant("b")]).numpy().tolist() == [b"a", b"b"]


def test_nested_lists_of_tensors_are_packed():
    one = constant(1.0)
    assert constant([[one, 2], [3, one]]).numpy().tolist() == [[1, 2], [3, 1]]
    assert constant([[one, 2]]).dtype is dtypes.float32


def test_stack_refuses():
    with pytest.raises(ValueError, match=r"not in range \[-1, 1\)"):
        ops.stack([1, 2], axis=3)
    with pytest.raises(InvalidArgumentError, match="equal"):
        ops.stack([constant([1]), constant([1, 2])])


def test_unstack():
    assert [part.numpy().tolist() for part in ops.unstack(A)] == A.tolist()
    assert [part.numpy().tolist() for part in ops.unstack(A, axis=-1)] == A.T.tolist()
    assert [part.numpy() for part in ops.unstack(["a", "b"])] == [b"a", b"b"]
    with pytest.raises(ValueError, match="not in range"):
        ops.unstack(A, axis=4)
    with pytest.raises(ValueError, match="not in range"):
        ops.unstack(3.0)
    with pytest.raises(InvalidArgumentError, match="into 4"):
        ops.unstack(A, num=4)


@pytest.mark.parametrize("axis", [0, 1, -1, -2])
def test_concat_is_numpys(axis):
    assert ops.concat([A, A], axis).numpy().tolist() == np.concatenate([A, A], axis).tolist()


def test_concat_takes_types_from_the_first_operand():
    assert ops.concat([[1.0], [2]], 0).dtype is dtypes.float32
    with pytest.raises(TypeError):
        ops.concat([[1], [2.0]], 0)
    with pytest.raises(InvalidArgumentError, match="never promoted"):
        ops.concat([constant([1]), constant([2.0])], 0)


@pytest.mark.parametrize(
    ("values", "axis", "message"),
    [
        ([A, np.zeros([3, 3], np.float32)], 1, "dimension 0 differs"),
        ([A, A], 5, "out of range"),
        ([1, 2], 0, "scalars"),
        ([A, A[0]], 0, "ranks"),
    ],
)
def test_concat_refuses(values, axis, message):
    with pytest.raises(InvalidArgumentError, match=message):
        ops.concat(values, axis)


def test_concat_of_one_is_the_identity():
    assert ops.concat(A, 0).numpy().tolist() == A.tolist()
    assert ops.concat([A], 0).numpy().tolist() == A.tolist()
    with pytest.raises(TypeError):
        ops.concat([A], 1.5)


def test_concat_infers():
    zero = Spec((), dtypes.int32, 0)
    known, unknown = Spec((2, None), dtypes.float32), Spec((None, 3), dtypes.float32)
    assert ops.CONCAT_V2.infer([known, unknown], zero).shape == (None, 3)
    assert ops.CONCAT_V2.infer([known, known], zero).shape == (4, None)
    assert ops.CONCAT_V2.infer([known, unknown], Spec((), dtypes.int32)).shape == (None, None)
    sizes = [Spec((1,), dtypes.int32, (None,)), Spec((2,), dtypes.int32, (3, 4))]
    assert ops.CONCAT_V2.infer(sizes, zero).value == (None, 3, 4)


def test_concat_offset():
    axis, shapes = np.array(1, np.int32), [np.array([2, n], np.int32) for n in (3, 4, 5)]
    assert [offset.numpy().tolist() for offset in ops.CONCAT_OFFSET(axis, shapes)] == [[0, 0], [0, 3], [0, 7]]


def test_split():
    assert [part.numpy().tolist() for part in ops.split([1, 2, 3, 4], 2)] == [[1, 2], [3, 4]]
    assert [part.shape for part in ops.split(A, [1, -1], axis=1)] == [(2, 1), (2, 2)]
    assert [part.shape for part in ops.split(A, 3, axis=-1)] == [(2, 1)] * 3


@pytest.mark.parametrize(
    ("sizes", "axis"),
    [(2, 1), ([1, 1], 1), ([2, 3], 1), ([-1, -1], 1), ([4, -1], 1), ([1, 2], 3), (3, 2), ([-2, 5], 1)],
)
def test_split_refuses(sizes, axis):
    with pytest.raises(InvalidArgumentError, match=r"split|range|Sizes"):
        ops.split(A, sizes, axis)


def test_split_infers():
    x, axis = Spec((None, 6), dtypes.float32), Spec((), dtypes.int32, 1)
    assert [part.shape for part in ops.SPLIT.infer(axis, x, num_split=2)] == [(None, 3)] * 2
    sizes = Spec((2,), dtypes.int32, (2, -1))
    assert [part.shape for part in ops.SPLIT_V.infer(x, sizes, axis, num_split=2)] == [(None, 2), (None, 4)]
    with pytest.raises(SpecError, match="not a multiple"):
        ops.SPLIT.infer(axis, x, num_split=4)


def test_tile():
    assert ops.tile(A, [2, 1]).numpy().tolist() == np.tile(A, [2, 1]).tolist()
    assert ops.TILE.infer(Spec((None, 3), dtypes.float32), Spec((2,), dtypes.int32, (2, 2))).shape == (None, 6)
    for multiples in ([2], [2, -1]):
        with pytest.raises(InvalidArgumentError, match="multiples"):
            ops.tile(A, multiples)


def test_meshgrid():
    x, y = ops.meshgrid([1, 2], [3, 4, 5])
    assert (x.numpy().tolist(), y.numpy().tolist()) == ([[1, 2]] * 3, [[3, 3], [4, 4], [5, 5]])
    x, y = ops.meshgrid([1, 2], [3, 4, 5], indexing="ij")
    assert (x.shape, y.numpy().tolist()) == ((2, 3), [[3, 4, 5]] * 2)
    assert [grid.shape for grid in ops.meshgrid([1, 2], [3], [4, 5, 6])] == [(1, 2, 3)] * 3
    with pytest.raises(ValueError, match="indexing"):
        ops.meshgrid([1], indexing="xx")
    with pytest.raises(TypeError, match="invalid keyword"):
        ops.meshgrid([1], index="xy")

from __future__ import annotations

import numpy as np
import pytest
from flowstone_core import dtypes
from flowstone_core.conversion import constant
from flowstone_core.errors import InvalidArgumentError
from flowstone_core.ops import sequences as ops
from flowstone_core.spec import Spec


def test_linspace():
    assert ops.linspace(0.0, 10.0, 5).numpy().tolist() == [0, 2.5, 5, 7.5, 10]
    assert ops.linspace(0, 10, 3).dtype is dtypes.float64
    assert ops.linspace([0.0, 1.0], [2.0, 5.0], 3, axis=-1).numpy().tolist() == [[0, 1, 2], [1, 3, 5]]
    assert [ops.linspace(1.0, 2.0, count).numpy().tolist() for count in (0, 1, 2)] == [[], [1], [1, 2]]
    with pytest.raises(TypeError, match="integer"):
        ops.linspace(0.0, 1.0, 2.5)


def test_lin_space_op():
    result = ops.LIN_SPACE(np.float16(0), np.float16(1), np.int32(3))
    assert (result.numpy().tolist(), result.dtype) == ([0, 0.5, 1], dtypes.float16)
    assert ops.LIN_SPACE.infer(*(Spec((), dtypes.float32),) * 2, Spec((), dtypes.int32, 4)).shape == (4,)
    with pytest.raises(InvalidArgumentError, match="positive"):
        ops.LIN_SPACE(0.0, 1.0, 0)


def test_sequence_mask():
    assert ops.sequence_mask([1, 0, 2]).numpy().tolist() == [[True, False], [False, False], [True, True]]
    assert ops.sequence_mask([[1]], 3, "float32").numpy().tolist() == [[[1, 0, 0]]]
    with pytest.raises(ValueError, match="scalar"):
        ops.sequence_mask([1], [2])


@pytest.mark.parametrize("axis", [None, 0, 1, -1])
@pytest.mark.parametrize("repeats", [2, [3], [1, 2], [0, 1]])
def test_repeat_is_numpys(axis, repeats):
    value = np.arange(4).reshape(2, 2)
    if axis is None and np.size(repeats) == 2:
        repeats = [*repeats, 1, 1]
    assert ops.repeat(value, repeats, axis).numpy().tolist() == np.repeat(value, repeats, axis).tolist()


def test_repeat_refuses():
    assert ops.repeat(3, 2).numpy().tolist() == [3, 3]
    with pytest.raises(ValueError, match="not compatible"):
        ops.repeat([1, 2], [1, 2, 3])
    with pytest.raises(ValueError, match="axis"):
        ops.repeat([1, 2], 2, axis=1)
    with pytest.raises(ValueError, match="one number"):
        ops.repeat([1, 2], constant([[1, 2]]))

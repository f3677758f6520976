from __future__ import annotations

import numpy as np
import pytest
from flowstone_core import dtypes
from flowstone_core.errors import InvalidArgumentError, SpecError
from flowstone_core.ops import selection as ops
from flowstone_core.spec import Spec

CUBE = np.arange(12).reshape(2, 3, 2)


def test_where_with_values_broadcasts():
    assert ops.where([True, False], 1.0, [2.0, 3.0]).numpy().tolist() == [1, 3]
    assert ops.where([[True], [False]], "a", ["b", "c"]).numpy().tolist() == [[b"a", b"a"], [b"b", b"c"]]
    assert ops.where(True, [1, 2], 3).numpy().tolist() == [1, 2]
    with pytest.raises(InvalidArgumentError, match="broadcast"):
        ops.where([True, False], [1.0, 2.0, 3.0], [1.0, 2.0])
    with pytest.raises(ValueError, match="both be"):
        ops.where([True], 1)
    with pytest.raises(TypeError):
        ops.where([1, 0], 1, 2)


def test_where_without_values_gives_indices():
    assert ops.where([1, 0, 3]).numpy().tolist() == [[0], [2]]
    assert ops.where(np.zeros([2, 2])).shape == (0, 2)
    with pytest.raises(InvalidArgumentError, match="scalar"):
        ops.where(True)
    assert ops.WHERE.infer(Spec((None, 3), dtypes.bool)).shape == (None, 2)


def test_select_takes_a_vector_of_rows():
    rows = ops.SELECT([True, False], np.ones([2, 2], np.int32), np.zeros([2, 2], np.int32))
    assert rows.numpy().tolist() == [[1, 1], [0, 0]]
    with pytest.raises(InvalidArgumentError):
        ops.SELECT([True], np.ones([2]), np.ones([3]))
    with pytest.raises(SpecError):
        cube = Spec((2, 2, 2), dtypes.int32)
        ops.SELECT.infer(Spec((2, 2), dtypes.bool), cube, cube)


@pytest.mark.parametrize(
    ("mask", "axis"),
    [([True, False], None), ([[True, False, True], [False] * 3], 0), ([True, False, True], 1), ([False, True], -1)],
)
def test_boolean_mask_is_numpys(mask, axis):
    index = (slice(None),) * ((axis or 0) % 3)
    assert ops.boolean_mask(CUBE, mask, axis).numpy().tolist() == CUBE[(*index, np.array(mask))].tolist()


def test_boolean_mask_refuses():
    with pytest.raises(ValueError, match="scalar"):
        ops.boolean_mask(CUBE, True)
    with pytest.raises(ValueError, match="incompatible"):
        ops.boolean_mask(CUBE, [True, False, True])

from __future__ import annotations

import math

import numpy as np
import pytest
from flowstone_core.conversion import constant
from flowstone_core.errors import InvalidArgumentError
from flowstone_core.ops import cumulative as ops
from hypothesis import given
from hypothesis import strategies as st


@given(st.lists(st.integers(-9, 9), max_size=6), st.booleans(), st.booleans())
def test_running_sums(values, exclusive, reverse):
    listed = values[::-1] if reverse else values
    sums = [sum(listed[: i + (0 if exclusive else 1)]) for i in range(len(values))]
    expected = sums[::-1] if reverse else sums
    result = ops.cumsum(constant(values, "int32"), exclusive=exclusive, reverse=reverse)
    assert result.numpy().tolist() == expected


def test_products_and_dimensions():
    x = np.arange(1.0, 7.0).reshape(2, 3)
    assert ops.cumprod(x, axis=1).numpy().tolist() == np.cumprod(x, axis=1).tolist()
    assert ops.cumprod(x, axis=-2, exclusive=True).numpy().tolist() == [[1, 1, 1], [1, 2, 3]]
    for axis in (2, -3):
        with pytest.raises(InvalidArgumentError, match="range"):
            ops.cumsum(x, axis)
    with pytest.raises(InvalidArgumentError, match="scalar"):
        ops.cumsum(x, constant([0]))


def test_logarithms_of_sums_do_not_overflow():
    result = ops.cumulative_logsumexp([1000.0, 1000.0, -math.inf]).numpy()
    assert np.allclose(result, [1000, 1000 + math.log(2), 1000 + math.log(2)])
    assert ops.cumulative_logsumexp([1.0, 2.0], exclusive=True).numpy().tolist() == [-math.inf, 1]


def test_narrow_floats_add_up_in_float32():
    x = np.full(2000, 0.1, np.float16)
    assert abs(float(ops.cumsum(x).numpy()[-1]) - 2000 * float(np.float16(0.1))) <= 0.0625

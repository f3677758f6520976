from __future__ import annotations

import numpy as np
import pytest
from flowstone_core.errors import InvalidArgumentError
from flowstone_core.ops import quantization as ops

x = np.random.RandomState(0).uniform(-8, 8, 1000).astype(np.float32)


@pytest.mark.parametrize("narrow", [False, True])
def test_few_values_and_zero_among_them(narrow):
    got = ops.fake_quant_with_min_max_args(x, -1.3, 2.9, num_bits=3, narrow_range=narrow).numpy()
    values = np.unique(got)
    assert len(values) == (7 if narrow else 8)
    assert 0 in values
    assert np.allclose(np.diff(values), 4.2 / (6 if narrow else 7))
    inside = (x > values[0]) & (x < values[-1])
    assert np.abs(got - x)[inside].max() <= np.diff(values).max() / 2 + 1e-6


def test_gradients_go_where_the_numbers_went():
    dy = np.ones_like(x)
    inside, low, high = ops.fake_quant_with_min_max_vars_gradient(dy, x, -2.0, 2.0)
    assert inside.numpy().sum() + low.numpy() + high.numpy() == 1000


def test_each_channel_has_its_limits():
    rows = x.reshape(-1, 2)
    got = ops.fake_quant_with_min_max_vars_per_channel(rows, [-1.0, -4.0], [1.0, 4.0]).numpy()
    for channel, limit in enumerate((1.0, 4.0)):
        alone = ops.fake_quant_with_min_max_vars(rows[:, channel], -limit, limit).numpy()
        assert np.array_equal(got[:, channel], alone)


def test_there_and_back():
    got = ops.quantize_and_dequantize_v2(x, 0.0, 0.0, num_bits=5).numpy()
    step = np.abs(x).max() / 16  # -16 to 15 steps
    assert np.abs(got - x).max() <= step * 1.1
    assert len(np.unique(got)) <= 32


def test_limits_are_checked():
    with pytest.raises(InvalidArgumentError, match="smaller"):
        ops.fake_quant_with_min_max_args(x, 1.0, 1.0)
    with pytest.raises(InvalidArgumentError, match="num_bits"):
        ops.fake_quant_with_min_max_vars(x, 0.0, 1.0, num_bits=1)
    with pytest.raises(InvalidArgumentError, match="channel"):
        ops.fake_quant_with_min_max_vars_per_channel(x.reshape(-1, 2), [1.0], [2.0])
    with pytest.raises(InvalidArgumentError, match="range"):
        ops.quantize_and_dequantize_v2(x, 1.0, 0.0, range_given=True)

from __future__ import annotations

import numpy as np
import pytest
from flowstone_core import dtypes
from flowstone_core.conversion import constant
from flowstone_core.errors import InvalidArgumentError
from flowstone_core.indexed_slices import IndexedSlices
from flowstone_core.ops import clip as ops
from hypothesis import given
from hypothesis import strategies as st


def test_values():
    assert ops.clip_by_value([1, 5, -3], 0, 2).numpy().tolist() == [1, 2, 0]
    with pytest.raises(ValueError, match="compatible"):
        ops.clip_by_value([1.0, 2.0], [[0.0], [1.0]], 2.0)
    assert ops.CLIP_BY_VALUE([1.0, 5.0], 0.0, 2.0).numpy().tolist() == [1, 2]
    with pytest.raises(InvalidArgumentError, match="do not broadcast"):
        ops.CLIP_BY_VALUE(1.0, [0.0, 0.0], [1.0, 1.0])


@given(st.lists(st.floats(-100, 100, width=32), min_size=1), st.floats(0.125, 50, width=32))
def test_norms_end_up_within_the_limit(values, limit):
    result = ops.clip_by_norm(constant(values), limit).numpy()
    assert np.linalg.norm(result) <= limit * (1 + 1e-5)
    if np.linalg.norm(values) <= limit * (1 - 1e-5):
        assert np.allclose(result, values, rtol=1e-5)


def test_global_norms():
    tensors = [constant([3.0]), None, constant([[4.0]])]
    assert ops.global_norm(tensors).numpy() == 5
    clipped, norm = ops.clip_by_global_norm(tensors, 1.0)
    assert norm.numpy() == 5
    assert np.allclose(clipped[0].numpy(), [0.6])
    assert clipped[1] is None
    assert np.isnan(ops.clip_by_global_norm([constant([float("inf")])], 1.0)[0][0].numpy()).all()
    with pytest.raises(TypeError, match="sequence"):
        ops.global_norm(constant([1.0]))


def test_rows_of_gradients():
    slices = IndexedSlices(constant([[3.0], [4.0]]), constant([0, 2]), constant([3, 1]))
    clipped, norm = ops.clip_by_global_norm([slices], 1.0)
    assert norm.numpy() == 5
    assert isinstance(clipped[0], IndexedSlices)
    assert np.allclose(clipped[0].values.numpy(), [[0.6], [0.8]])
    assert isinstance(ops.clip_by_value(slices, 0.0, 3.5), IndexedSlices)
    assert isinstance(ops.clip_by_norm(slices, 1.0), IndexedSlices)


@pytest.mark.parametrize("target", [t.name for t in dtypes.INTEGER])
@pytest.mark.parametrize("source", ["float32", "float64", "bfloat16", "int64", "int8", "uint64"])
def test_saturation_stays_in_range(source, target):
    extremes = [dtypes.as_dtype(source).min, 0, dtypes.as_dtype(source).max]
    x = constant(np.array(extremes, dtypes.as_dtype(source).as_numpy_dtype))
    low, zero, high = ops.saturate_cast(x, target).numpy().tolist()
    limits = dtypes.as_dtype(target)
    assert limits.min <= low <= zero == 0 <= high <= limits.max
    assert low == max(int(extremes[0]), limits.min)
    if source not in ("float32", "bfloat16", "float64"):
        assert high == min(int(extremes[2]), limits.max)


def test_saturation_of_floats_and_complex_numbers():
    assert np.isfinite(ops.saturate_cast([1e30, -1e30], "float16").numpy()).all()
    assert (
        ops.saturate_cast(constant([1e300 - 1e300j]), "complex64").numpy()[0]
        == complex(*2 * [3.4028235e38]).conjugate()
    )
    assert ops.saturate_cast(constant([300 + 5j]), "uint8").numpy().tolist() == [255]

from __future__ import annotations

import numpy as np
import pytest
from flowstone_core import dtypes
from flowstone_core.errors import InvalidArgumentError, SpecError
from flowstone_core.ops import counting
from flowstone_core.spec import Spec

random = np.random.RandomState(0)


def test_counts_of_numbers():
    numbers = random.randint(0, 9, (5, 7))
    counts = counting.bincount(numbers)
    assert counts.dtype is dtypes.int32
    assert np.array_equal(counts.numpy(), np.bincount(numbers.reshape(-1)))
    rows = counting.bincount(numbers, axis=-1, minlength=12).numpy()
    assert np.array_equal(rows, [np.bincount(row, minlength=12) for row in numbers])


def test_counts_with_weights():
    numbers, weights = random.randint(0, 9, (5, 7)), random.rand(5, 7)
    assert np.allclose(
        counting.bincount(numbers, weights).numpy(), np.bincount(numbers.reshape(-1), weights.reshape(-1))
    )
    assert np.allclose(
        counting.bincount(numbers, weights, axis=-1, maxlength=4).numpy()[2],
        np.bincount(numbers[2], weights[2], minlength=9)[:4],
    )


def test_occurrence_only():
    assert counting.bincount([3, 3, 1], binary_output=True).numpy().tolist() == [0, 1, 0, 1]
    with pytest.raises(ValueError, match="mutually exclusive"):
        counting.bincount([1], weights=[1.0], binary_output=True)


def test_negative_numbers_are_refused():
    with pytest.raises(InvalidArgumentError):
        counting.bincount([-1, 2])
    with pytest.raises(ValueError, match="axis"):
        counting.bincount([1], axis=1)


def test_histogram_counts_the_ends_for_all_beyond():
    values = random.normal(size=1000)
    counts = counting.histogram_fixed_width(values, [-1.0, 1.0], nbins=8, dtype=dtypes.int64)
    assert counts.dtype is dtypes.int64
    assert np.array_equal(counts.numpy(), np.histogram(values.clip(-1, 1), bins=8, range=(-1, 1))[0])
    bins = counting.histogram_fixed_width_bins(values, [-1.0, 1.0], nbins=8).numpy()
    assert np.array_equal(np.bincount(bins), counts.numpy())


def test_confusion_of_classes():
    matrix = counting.confusion_matrix([1, 2, 2], [1, 0, 2], num_classes=4, weights=[1.0, 2.0, 3.0], dtype="float32")
    assert matrix.numpy().tolist() == [[0, 0, 0, 0], [0, 1, 0, 0], [2, 0, 3, 0], [0, 0, 0, 0]]


def test_order():
    assert counting.is_non_decreasing([[1, 1], [2, 3]]).numpy()
    assert not counting.is_strictly_increasing([1, 1]).numpy()
    assert counting.is_strictly_increasing([]).numpy()
    with pytest.raises(TypeError):
        counting.is_non_decreasing(["a"])


def test_shapes_are_known_early():
    size = Spec((), dtypes.int32, value=np.int32(5))
    weights = Spec((0,), dtypes.float32)
    attrs = {"binary_output": False}
    assert counting.DENSE_BINCOUNT.infer(Spec((3, 4), dtypes.int32), size, weights, **attrs).shape == (3, 5)
    with pytest.raises(SpecError):
        counting.DENSE_BINCOUNT.infer(Spec((3, 4, 1), dtypes.int32), size, weights, **attrs)

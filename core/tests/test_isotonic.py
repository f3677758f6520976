from __future__ import annotations

import itertools

import numpy as np
from flowstone_core import dtypes
from flowstone_core.ops.isotonic import isotonic_regression

random = np.random.RandomState(0)


def nearest_falling(values: np.ndarray) -> np.ndarray:
    """By trying every way to cut the sequence into constant parts."""
    best, least = values, np.inf
    for cuts in itertools.product([False, True], repeat=len(values) - 1):
        parts = np.split(values, [i + 1 for i, cut in enumerate(cuts) if cut])
        fitted = np.concatenate([np.full(len(part), part.mean()) for part in parts])
        error = ((fitted - values) ** 2).sum()
        if (np.diff(fitted) <= 0).all() and error < least:
            best, least = fitted, error
    return best


def test_nearest_of_all_sequences_that_fall():
    values = random.normal(size=(20, 7))
    fitted, segments = isotonic_regression(values)
    assert np.allclose(fitted.numpy(), [nearest_falling(row) for row in values])
    assert segments.dtype is dtypes.int32
    for row, parts in zip(fitted.numpy(), segments.numpy(), strict=True):
        assert np.array_equal(np.diff(parts), (np.diff(row) != 0).astype(int))


def test_rising_is_falling_turned_around():
    values = random.normal(size=(3, 9))
    rising = isotonic_regression(values, decreasing=False)[0].numpy()
    assert np.allclose(rising, -isotonic_regression(-values)[0].numpy())


def test_along_another_axis():
    values = random.normal(size=(6, 2))
    assert np.array_equal(isotonic_regression(values, axis=0)[0].numpy(), isotonic_regression(values.T)[0].numpy().T)


def test_integers_become_floats():
    assert isotonic_regression(np.array([1, 2], np.int8))[0].dtype is dtypes.float32
    assert isotonic_regression(np.array([1, 2]))[0].dtype is dtypes.float64


def test_a_scalar_is_its_own_fit():
    fitted, segments = isotonic_regression(1.5)
    assert (float(fitted), int(segments)) == (1.5, 0)

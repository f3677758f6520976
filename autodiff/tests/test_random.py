"""Samples of a gamma distribution move with its parameter; what TensorFlow cannot differentiate says so."""

from __future__ import annotations

import numpy as np
import pytest
from flowstone_autodiff.tape import GradientTape
from flowstone_core.conversion import constant
from flowstone_core.ops.array import BITCAST
from flowstone_core.ops.counting import bincount
from flowstone_core.ops.random import gamma
from flowstone_core.ops.searching import unique
from flowstone_core.random_seed import set_seed


def gradient(function, *values):
    x = constant(values)
    with GradientTape() as tape:
        tape.watch(x)
        y = function(x)
    return tape.gradient(y, x)


def test_samples_move_with_alpha():
    """TensorFlow 2.21 gives the same numbers for this seed."""
    set_seed(3)
    found = gradient(lambda alpha: gamma([4], alpha, seed=2), 0.7, 1.5, 2.5)
    np.testing.assert_allclose(found, [3.5714, 4.0976, 2.9427], rtol=1e-4)


def test_the_mean_moves_by_one():
    set_seed(1)
    found = gradient(lambda alpha: gamma([20000], alpha, seed=1), 0.5, 3.0)
    np.testing.assert_allclose(np.asarray(found) / 20000, [1.0, 1.0], rtol=0.05)


@pytest.mark.parametrize(
    "function",
    [
        lambda x: unique(x)[0],
        lambda x: bincount(constant([1, 2, 2]), weights=x, dtype=x.dtype),
        lambda x: BITCAST(BITCAST(x, type=x.dtype), type=x.dtype),
    ],
)
def test_what_has_no_rule_says_so(function):
    with pytest.raises(LookupError, match="No gradient defined"):
        gradient(function, 1.0, 2.0, 3.0)

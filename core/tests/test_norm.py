from __future__ import annotations

import numpy as np
import pytest
from flowstone_core.ops import norm as ops

x = np.random.RandomState(0).normal(size=(2, 3, 4))


@pytest.mark.parametrize("ord", ["fro", 1, 2, np.inf])
@pytest.mark.parametrize("keepdims", [False, True])
@pytest.mark.parametrize("axis", [(1, 2), (0, 2), (-1, 0)])
def test_matrices(ord, keepdims, axis):
    expected = np.linalg.norm(x, ord, axis, keepdims)
    assert np.allclose(ops.norm(x, ord, axis, keepdims).numpy(), expected)


@pytest.mark.parametrize("ord", [1, 2, 3, 0.5, np.inf])
@pytest.mark.parametrize("axis", [0, 1, -1])
def test_vectors(ord, axis):
    assert np.allclose(ops.norm(x, ord, axis).numpy(), np.linalg.norm(x, ord, axis))


def test_all_elements():
    assert np.isclose(ops.norm(x).numpy(), np.sqrt((x**2).sum()))
    assert ops.norm(x, keepdims=True).shape == (1, 1, 1)
    assert np.isclose(ops.norm(x + 1j, 1, 0).numpy(), np.linalg.norm(x + 1j, 1, 0)).all()


@pytest.mark.parametrize(
    "options",
    [
        {"ord": "fro"},
        {"ord": "x"},
        {"ord": -1},
        {"ord": 3, "axis": [0, 1]},
        {"axis": [1, 1]},
        {"axis": [0, 1, 2]},
        {"axis": 1.5},
    ],
)
def test_refusals(options):
    with pytest.raises(ValueError, match="must be"):
        ops.norm(x, **options)


def test_normalize():
    unit, norms = ops.normalize(x, axis=1)
    assert np.allclose(ops.norm(unit, axis=1).numpy(), 1)
    assert np.allclose((unit * norms).numpy(), x)

from __future__ import annotations

import numpy as np
import pytest
from flowstone_core.conversion import constant
from flowstone_core.errors import InvalidArgumentError
from flowstone_core.ops import banded as ops


def numbers(*shape, seed=0):
    return np.random.RandomState(seed).normal(size=shape)


def whole(compact):
    above, main, below = np.moveaxis(compact, -2, 0)
    make = np.vectorize(lambda row, k: np.diag(row, k), signature="(n),()->(m,m)")
    return make(main, 0) + make(above[..., :-1], 1) + make(below[..., 1:], -1)


@pytest.mark.parametrize("batch", [(), (2, 3)])
@pytest.mark.parametrize("size", [1, 2, 3, 6])
def test_tridiagonal(batch, size):
    compact, rhs = numbers(*batch, 3, size), numbers(*batch, size, 2, seed=1)
    matrix = whole(compact)
    solution = ops.tridiagonal_solve(compact, constant(rhs))
    assert np.allclose(matrix @ solution.numpy(), rhs)
    if size > 1:
        assert np.allclose(ops.tridiagonal_solve(matrix, constant(rhs), "matrix").numpy(), solution.numpy())
    assert np.allclose(ops.tridiagonal_matmul(compact, rhs).numpy(), matrix @ rhs)


def test_formats():
    compact, rhs = numbers(3, 4), numbers(4, seed=1)
    matrix = whole(compact)
    sequence = [compact[0, :3], compact[1], compact[2, 1:]]
    for diagonals in (sequence, list(compact)):
        assert np.allclose(matrix @ ops.tridiagonal_solve(diagonals, constant(rhs), "sequence").numpy(), rhs)
    turned = ops.tridiagonal_solve(compact, constant(rhs[None]), transpose_rhs=True)
    assert np.allclose(matrix @ turned.numpy(), rhs[:, None])
    with pytest.raises(ValueError, match="format"):
        ops.tridiagonal_solve(compact, rhs, "other")
    with pytest.raises(ValueError, match="Expected 3"):
        ops.tridiagonal_solve(compact[:2], rhs)
    with pytest.raises(ValueError, match="lengths"):
        ops.tridiagonal_solve([compact[0, :1], compact[1], compact[2]], rhs, "sequence")
    with pytest.raises(NotImplementedError, match="perturb"):
        ops.tridiagonal_solve(compact, rhs, perturb_singular=True)


def test_pivots():
    compact = np.array([[1.0, 1.0, 0.0], [0.0, 1.0, 1.0], [0.0, 1.0, 1.0]])
    rhs = np.ones((3, 1))
    assert np.allclose(whole(compact) @ ops.tridiagonal_solve(compact, constant(rhs)).numpy(), rhs)
    with pytest.raises(InvalidArgumentError, match="pivot"):
        ops.tridiagonal_solve(compact, constant(rhs), partial_pivoting=False)


@pytest.mark.parametrize("lower", [True, False])
@pytest.mark.parametrize("adjoint", [True, False])
@pytest.mark.parametrize("count", [1, 2, 4])
def test_triangular(lower, adjoint, count):
    bands = numbers(count, 4) + 1j * numbers(count, 4, seed=1)
    matrix = np.zeros((4, 4), complex)
    for d in range(count):
        if lower:
            matrix += np.diag(bands[d, d:], -d)
        else:
            matrix += np.diag(bands[count - 1 - d, : 4 - d], d)
    rhs = numbers(2, 4, 3).astype(complex)
    solution = ops.banded_triangular_solve(bands, rhs, lower, adjoint).numpy()
    assert np.allclose((matrix.conj().T if adjoint else matrix) @ solution, rhs)


def test_zeros_on_the_diagonal():
    with pytest.raises(InvalidArgumentError, match="not invertible"):
        ops.banded_triangular_solve([[0.0, 1.0]], [[1.0], [1.0]])

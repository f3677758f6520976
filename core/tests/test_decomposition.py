from __future__ import annotations

import numpy as np
import pytest
from flowstone_core import dtypes
from flowstone_core.conversion import constant
from flowstone_core.errors import InvalidArgumentError
from flowstone_core.ops import decomposition as ops
from flowstone_core.ops import solvers
from flowstone_core.spec import Spec

KINDS = ["float32", "float64", "complex64", "complex128"]


def numbers(*shape, seed=0, kind="float64"):
    random = np.random.RandomState(seed)
    x = random.normal(size=shape)
    return (x + 1j * random.normal(size=shape) if "complex" in kind else x).astype(kind)


def close(a, b, kind="float64"):
    a, b = (x.numpy() if hasattr(x, "numpy") else x for x in (a, b))
    tolerance = 1e-4 if kind in ("float32", "complex64") else 1e-10
    return a.dtype == b.dtype and np.allclose(a, b, rtol=tolerance, atol=tolerance)


def adjoint(x):
    return np.conj(np.swapaxes(x, -1, -2))


def positive(*shape, kind="float64"):
    a = numbers(*shape, kind=kind)
    return a @ adjoint(a) + np.eye(shape[-1], dtype=kind)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("batch", [(), (2, 3)])
def test_factors_multiply_to_the_matrix(kind, batch):
    p, a = positive(*batch, 4, 4, kind=kind), numbers(*batch, 4, 4, kind=kind)
    lower = ops.cholesky(p).numpy()
    assert close(lower @ adjoint(lower), p, kind)
    assert (np.triu(lower, 1) == 0).all()
    s, u, v = (x.numpy() for x in ops.svd(a))
    assert close((u * s[..., None, :].astype(kind)) @ adjoint(v), a, kind)
    e, v = (x.numpy() for x in ops.eigh(p))
    assert close((v * e[..., None, :]) @ adjoint(v), p, kind)
    e, v = (x.numpy() for x in ops.eig(a))
    assert np.allclose(a @ v, v * e[..., None, :], atol=1e-3)
    lu, order = ops.lu(a)
    assert close(solvers.lu_reconstruct(lu, order), a, kind)
    assert close(solvers.lu_matrix_inverse(lu, order), np.linalg.inv(a), kind)


@pytest.mark.parametrize("kind", KINDS)
def test_equations(kind):
    a, b = numbers(2, 4, 4, kind=kind), numbers(2, 4, 3, seed=1, kind=kind)
    assert close(a @ ops.solve(a, b).numpy(), b, kind)
    assert close(adjoint(a) @ ops.solve(a, b, adjoint=True).numpy(), b, kind)
    for lower in (True, False):
        triangle = np.tril(a) if lower else np.triu(a)
        assert close(triangle @ ops.triangular_solve(a, b, lower=lower).numpy(), b, kind)
        assert close(adjoint(triangle) @ ops.triangular_solve(a, b, lower, adjoint=True).numpy(), b, kind)
    assert close(ops.inv(a).numpy() @ a, np.broadcast_to(np.eye(4, dtype=kind), a.shape), kind)
    lu, order = ops.lu(a)
    assert close(solvers.lu_solve(lu, order, b), ops.solve(a, b), kind)
    p = positive(4, 4, kind=kind)
    assert close(p @ solvers.cholesky_solve(ops.cholesky(p), b[0]).numpy(), b[0], kind)


def test_determinants():
    a = numbers(3, 4, 4)
    assert close(ops.det(a), np.linalg.det(a))
    sign, logarithm = ops.slogdet(a)
    assert close(sign.numpy() * np.exp(logarithm.numpy()), np.linalg.det(a))
    assert ops.slogdet(np.zeros((2, 2))).log_abs_determinant.numpy() == -np.inf
    p = positive(4, 4)
    assert np.isclose(solvers.logdet(p).numpy(), np.log(np.linalg.det(p)))


def test_singular_matrices():
    zero = np.zeros((2, 2))
    for attempt in (lambda: ops.inv(zero), lambda: ops.solve(zero, zero), lambda: ops.lu(zero)):
        with pytest.raises(InvalidArgumentError, match="not invertible"):
            attempt()
    assert np.isinf(ops.triangular_solve(zero, [[1.0], [1.0]]).numpy()[0])
    indefinite = np.array([[[1.0, 2.0], [2.0, 1.0]], [[4.0, 0.0], [0.0, 9.0]]])
    factors = ops.cholesky(indefinite).numpy()
    assert np.isnan(factors[0][np.tril_indices(2)]).all()
    assert factors[1].tolist() == [[2, 0], [0, 3]]


@pytest.mark.parametrize("function", [ops.cholesky, ops.inv, ops.det, ops.lu, ops.sqrtm, ops.expm])
def test_matrices_must_be_square(function):
    with pytest.raises(InvalidArgumentError, match="(?i)square"):
        function(numbers(2, 3))
    with pytest.raises(InvalidArgumentError):
        function(constant([1.0]))


def test_least_squares():
    a, b = numbers(6, 3), numbers(6, 2, seed=1)
    reference = np.linalg.lstsq(a, b)[0]
    for fast in (True, False):
        assert close(solvers.lstsq(a, b, fast=fast), reference)
        assert close(solvers.lstsq(a.T, b[:3], fast=fast), np.linalg.pinv(a.T) @ b[:3])
    damped = np.linalg.solve(a.T @ a + 0.5 * np.eye(3), a.T @ b)
    assert close(solvers.lstsq(a, b, l2_regularizer=0.5), damped)
    with pytest.raises(InvalidArgumentError, match="fast=False"):
        solvers.lstsq(np.zeros((3, 2)), np.zeros((3, 1)))


def test_ranks_and_pseudo_inverses():
    a = numbers(5, 2) @ numbers(2, 4, seed=1)
    assert solvers.matrix_rank(a).numpy() == 2
    assert close(solvers.pinv(a), np.linalg.pinv(a, rcond=1e-12))
    for function in (solvers.pinv, solvers.matrix_rank):
        with pytest.raises(TypeError, match="float"):
            function([[1, 2]])


@pytest.mark.parametrize("kind", KINDS)
def test_functions_of_matrices(kind):
    a = numbers(2, 4, 4, kind=kind)
    p = positive(4, 4, kind=kind)
    root = ops.sqrtm(p).numpy()
    assert close(root @ root, p, kind)
    general = (a + 5 * np.eye(4)).astype(kind)
    root = ops.sqrtm(general).numpy()
    assert close(root @ root, general, kind)
    e, v = np.linalg.eig(a)
    exponential = (v * np.exp(e)[..., None, :]) @ np.linalg.inv(v)
    assert np.allclose(ops.expm(a).numpy(), exponential, rtol=1e-3, atol=1e-3)
    if "complex" in kind:
        assert close(ops.expm(ops.logm(general)), general, kind)


def test_exponentials_of_large_and_special_matrices():
    nilpotent = np.array([[0.0, 1000.0], [0.0, 0.0]])
    assert np.allclose(ops.expm(nilpotent).numpy(), [[1, 1000], [0, 1]])
    assert ops.expm(np.zeros((0, 0))).shape == (0, 0)
    angle = 30.0
    turn = np.array([[0.0, -angle], [angle, 0.0]])
    assert np.allclose(ops.expm(turn).numpy(), [[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    with pytest.raises(ValueError, match="int32"):
        ops.expm([[1, 2], [3, 4]])


def test_tridiagonal_eigenvalues():
    alpha, beta = numbers(5), numbers(4, seed=1)
    matrix = np.diag(alpha) + np.diag(beta, 1) + np.diag(beta, -1)
    expected = np.linalg.eigvalsh(matrix)
    assert close(solvers.eigh_tridiagonal(alpha, beta), expected)
    assert close(solvers.eigh_tridiagonal(alpha, beta, select="i", select_range=(1, 2)), expected[1:3])
    chosen = solvers.eigh_tridiagonal(alpha, beta, select="v", select_range=(expected[0], expected[2]))
    assert len(chosen.numpy()) in (2, 3)
    with pytest.raises(ValueError, match="select"):
        solvers.eigh_tridiagonal(alpha, beta, select="x")


def test_inference():
    square = Spec((None, 3, None), dtypes.float32)
    assert ops.CHOLESKY.infer(square).shape == (None, 3, 3)
    assert ops.MATRIX_DETERMINANT.infer(square).shape == (None,)
    s, u, v = ops.SVD.infer(Spec((5, 3), dtypes.float32), compute_uv=True, full_matrices=False)
    assert (s.shape, u.shape, v.shape) == ((3,), (5, 3), (3, 3))
    assert ops.MATRIX_SOLVE.infer(square, Spec((3, 2), dtypes.float32), adjoint=False).shape == (None, 3, 2)


def test_gradient_of_cholesky():
    p, direction = positive(3, 3), numbers(3, 3, seed=2)
    lower = np.linalg.cholesky(p)
    gradient = ops.CHOLESKY_GRAD(lower, np.tril(direction)).numpy()
    step = 1e-6 * (direction + direction.T)
    change = np.sum(np.tril(direction) * (np.linalg.cholesky(p + step) - np.linalg.cholesky(p - step))) / 2
    assert np.isclose(np.sum(gradient * step), change, rtol=1e-5)

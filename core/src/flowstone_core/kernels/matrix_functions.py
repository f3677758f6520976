"""Square roots, logarithms and exponentials of stacks of matrices.

The algorithms are those of N. J. Higham, Functions of Matrices, 2008: chapters 6, 10 and 11.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from flowstone_core.errors import InvalidArgumentError


def _norm(x: Any) -> float:
    """The largest 1-norm in the stack."""
    return float(np.abs(x).sum(axis=-2).max(initial=0.0))


# -- square root ---------------------------------------------------------------------------------------------------


def square_root(a: Any) -> Any:
    """The principal square root: by eigenvectors where they are well conditioned, else by iteration."""
    wide = a.astype(np.complex128 if a.dtype.kind == "c" else np.float64)
    if np.allclose(wide, np.conj(np.swapaxes(wide, -1, -2)), rtol=1e-13, atol=0):
        values, vectors = np.linalg.eigh(wide)
        if a.dtype.kind != "c" and values.min(initial=0.0) < -1e-10 * np.abs(values).max(initial=0.0):
            return np.full_like(a, np.nan)
        roots = np.sqrt(np.maximum(values, 0) if a.dtype.kind != "c" else values.astype(np.complex128))
        result = np.matmul(vectors * roots[..., None, :], np.conj(np.swapaxes(vectors, -1, -2)))
        return result.astype(a.dtype)
    return _denman_beavers(wide).astype(a.dtype)


def _denman_beavers(a: Any, steps: int = 60) -> Any:
    """The product form of the iteration of Denman and Beavers, with determinantal scaling."""
    size = a.shape[-1]
    identity = np.eye(size, dtype=a.dtype)
    m, x = a, a
    for _ in range(steps):
        try:
            inverse = np.linalg.inv(m)
        except np.linalg.LinAlgError:
            raise InvalidArgumentError(None, None, "The matrix has no square root that iteration finds.") from None
        far = np.abs(m - identity).max(axis=(-1, -2), keepdims=True) > 1e-2
        scale = np.abs(np.linalg.det(m))[..., None, None] ** (-1.0 / (2 * size))
        scale = np.where(far & np.isfinite(scale) & (scale > 0), scale, 1.0)
        squared = scale * scale
        x = 0.5 * scale * np.matmul(x, identity + inverse / squared)
        m = 0.5 * (identity + (squared * m + inverse / squared) / 2)
        if _norm(m - identity) <= size * 1e-15:
            break
    return x


# -- logarithm -----------------------------------------------------------------------------------------------------

_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(10)


def logarithm(a: Any) -> Any:
    """The principal logarithm: square roots until the matrix is near the identity, then a Padé approximant.

    ``log(I + X) ≈ Σ w_j X (I + x_j X)⁻¹`` with the nodes and weights of Gauss and Legendre on [0, 1].
    """
    x = a.astype(np.complex128)
    identity = np.eye(x.shape[-1])
    roots = 0
    while _norm(x - identity) > 0.25 and roots < 60:
        x = _denman_beavers(x)
        roots += 1
    rest = x - identity
    result = np.zeros_like(x)
    for node, weight in zip((_NODES + 1) / 2, _WEIGHTS / 2, strict=True):
        result += weight * np.linalg.solve(identity + node * rest, rest)
    return (result * 2.0**roots).astype(a.dtype)


# -- exponential ---------------------------------------------------------------------------------------------------

_PADE_13 = (
    64764752532480000.0,
    32382376266240000.0,
    7771770303897600.0,
    1187353796428800.0,
    129060195264000.0,
    10559470521600.0,
    670442572800.0,
    33522128640.0,
    1323241920.0,
    40840800.0,
    960960.0,
    16380.0,
    182.0,
    1.0,
)
_LARGEST_NORM = 5.371920351148152
"""Up to this 1-norm the approximant of order 13 is exact to double precision (Higham 2005, table 2.3)."""


def exponential(a: Any) -> Any:
    """Scaling, the Padé approximant of order 13, and squaring."""
    if a.size == 0:
        return a
    x = a.astype(np.complex128 if a.dtype.kind == "c" else np.float64)
    norms = np.abs(x).sum(axis=-2).max(axis=-1)
    with_size = np.where(np.isfinite(norms) & (norms > 0), norms, 1.0)
    squarings = np.maximum(0, np.ceil(np.log2(with_size / _LARGEST_NORM))).astype(np.int64)
    x = x / (2.0**squarings)[..., None, None]
    identity = np.eye(x.shape[-1])
    b = _PADE_13
    x2 = np.matmul(x, x)
    x4 = np.matmul(x2, x2)
    x6 = np.matmul(x4, x2)
    odd = np.matmul(x6, b[13] * x6 + b[11] * x4 + b[9] * x2) + b[7] * x6 + b[5] * x4 + b[3] * x2 + b[1] * identity
    u = np.matmul(x, odd)
    v = np.matmul(x6, b[12] * x6 + b[10] * x4 + b[8] * x2) + b[6] * x6 + b[4] * x4 + b[2] * x2 + b[0] * identity
    result = np.linalg.solve(v - u, v + u)
    for step in range(int(squarings.max(initial=0))):
        again = (squarings > step)[..., None, None]
        result = np.where(again, np.matmul(result, result), result)
    return result.astype(a.dtype)

from __future__ import annotations

import numpy as np
import pytest
from flowstone_core.linear_operator.diag import LinearOperatorDiag
from flowstone_core.linear_operator.full_matrix import LinearOperatorFullMatrix
from flowstone_core.ops.conjugate_gradient import conjugate_gradient

random = np.random.RandomState(0)
FACTOR = random.normal(size=(2, 5, 5))
MATRIX = FACTOR @ FACTOR.transpose(0, 2, 1) + 5 * np.eye(5)
OPERATOR = LinearOperatorFullMatrix(MATRIX, is_self_adjoint=True, is_positive_definite=True)
RHS = random.normal(size=(3, 1, 5))


@pytest.mark.parametrize("conditioned", [False, True])
@pytest.mark.parametrize("started", [False, True])
def test_solves(conditioned, started):
    preconditioner = LinearOperatorDiag(1 / np.diagonal(MATRIX, axis1=1, axis2=2)) if conditioned else None
    state = conjugate_gradient(OPERATOR, RHS, preconditioner, np.ones((3, 2, 5)) if started else None, tol=1e-10)
    expected = np.linalg.solve(MATRIX, np.broadcast_to(RHS, (3, 2, 5))[..., None])[..., 0]
    assert np.allclose(state.x.numpy(), expected)
    assert np.allclose(state.r.numpy(), RHS - OPERATOR.matvec(state.x).numpy())
    assert state.i.numpy() <= 6


def test_stops():
    assert conjugate_gradient(OPERATOR, RHS, max_iter=2).i.numpy() == 2
    assert conjugate_gradient(OPERATOR, RHS, tol=1.1).i.numpy() == 0


def test_needs_hints():
    with pytest.raises(ValueError, match="positive definite"):
        conjugate_gradient(LinearOperatorDiag([1.0]), [1.0])

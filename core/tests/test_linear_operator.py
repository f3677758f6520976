from __future__ import annotations

import numpy as np
import pytest
from flowstone_core.errors import InvalidArgumentError
from flowstone_core.linear_operator.adjoint import LinearOperatorAdjoint
from flowstone_core.linear_operator.base import LinearOperator
from flowstone_core.linear_operator.block_diag import LinearOperatorBlockDiag
from flowstone_core.linear_operator.block_lower_triangular import LinearOperatorBlockLowerTriangular
from flowstone_core.linear_operator.composition import LinearOperatorComposition
from flowstone_core.linear_operator.diag import LinearOperatorDiag
from flowstone_core.linear_operator.full_matrix import LinearOperatorFullMatrix
from flowstone_core.linear_operator.householder import LinearOperatorHouseholder
from flowstone_core.linear_operator.identity import LinearOperatorIdentity, LinearOperatorScaledIdentity
from flowstone_core.linear_operator.inversion import LinearOperatorInversion
from flowstone_core.linear_operator.kronecker import LinearOperatorKronecker
from flowstone_core.linear_operator.low_rank_update import LinearOperatorLowRankUpdate
from flowstone_core.linear_operator.lower_triangular import LinearOperatorLowerTriangular
from flowstone_core.linear_operator.permutation import LinearOperatorPermutation
from flowstone_core.linear_operator.toeplitz import LinearOperatorToeplitz
from flowstone_core.linear_operator.tridiag import LinearOperatorTridiag
from flowstone_core.linear_operator.zeros import LinearOperatorZeros
from flowstone_core.nest import flatten, pack_sequence_as
from flowstone_core.shapes import TensorShape
from flowstone_core.variable import Variable

random = np.random.RandomState(0)
M = random.normal(size=(2, 4, 4)) + 5 * np.eye(4)
C = M + 1j * random.normal(size=M.shape)
D = random.uniform(0.5, 2, 4)
COLUMN = D + np.array([4, 0, 0, 0])
U = random.normal(size=(2, 4, 2))


def full(matrix, **hints):
    return LinearOperatorFullMatrix(matrix, **hints)


def kinds():
    """Operators, and their matrices as numpy makes them."""
    i, j = np.indices((4, 4))
    spd = M @ M.transpose(0, 2, 1)
    axis = U[..., 0]
    return {
        "full": (full(M), M),
        "complex": (full(C), C),
        "spd": (full(spd, is_self_adjoint=True, is_positive_definite=True), spd),
        "diag": (LinearOperatorDiag(D), np.diag(D)),
        "complex_diag": (LinearOperatorDiag(C[0, 0]), np.diag(C[0, 0])),
        "lower": (LinearOperatorLowerTriangular(M), np.tril(M)),
        "identity": (LinearOperatorIdentity(4, [2], "float64"), np.stack([np.eye(4)] * 2)),
        "scaled": (
            LinearOperatorScaledIdentity(4, np.array([2.0, 3.0])),
            np.array([2.0, 3.0])[:, None, None] * np.eye(4),
        ),
        "householder": (
            LinearOperatorHouseholder(axis),
            np.eye(4) - 2 * axis[..., None] * axis[:, None, :] / (axis**2).sum(-1)[:, None, None],
        ),
        "permutation": (
            LinearOperatorPermutation([[2, 0, 1, 3], [1, 0, 3, 2]], "float64"),
            np.eye(4)[[[2, 0, 1, 3], [1, 0, 3, 2]]],
        ),
        "tridiag": (
            LinearOperatorTridiag([D[:], D + 4, D], "sequence"),
            np.diag(D + 4) + np.diag(D[:3], 1) + np.diag(D[1:], -1),
        ),
        "toeplitz": (
            LinearOperatorToeplitz(COLUMN, D),
            np.where(i >= j, COLUMN[abs(i - j)], D[abs(i - j)]),
        ),
        "composition": (LinearOperatorComposition([full(M), LinearOperatorDiag(D)]), M * D),
        "adjoint": (LinearOperatorAdjoint(full(C)), C.conj().transpose(0, 2, 1)),
        "inversion": (LinearOperatorInversion(full(M)), np.linalg.inv(M)),
        "kronecker": (
            LinearOperatorKronecker([full(M[:, :2, :2]), full(M[0, 2:, 2:])]),
            np.stack([np.kron(m, M[0, 2:, 2:]) for m in M[:, :2, :2]]),
        ),
        "update": (
            LinearOperatorLowRankUpdate(full(C), C[..., :2], 1j + D[:2], C[..., 1:3]),
            C + C[..., :2] @ np.diag(1j + D[:2]) @ C[..., 1:3].conj().transpose(0, 2, 1),
        ),
        "blocks": (
            LinearOperatorBlockDiag([full(M[:, :3, :3]), LinearOperatorDiag(D[:1])]),
            np.stack([np.block([[m, np.zeros((3, 1))], [np.zeros((1, 3)), D[:1]]]) for m in M[:, :3, :3]]),
        ),
        "lower_blocks": (
            LinearOperatorBlockLowerTriangular([[full(M[:, :3, :3])], [full(U[:, :1, [0, 1, 0]]), full(D[:1, None])]]),
            np.stack(
                [
                    np.block([[m, np.zeros((3, 1))], [u, D[:1]]])
                    for m, u in zip(M[:, :3, :3], U[:, :1, [0, 1, 0]], strict=True)
                ]
            ),
        ),
    }


KINDS = kinds()


@pytest.fixture(params=list(KINDS))
def pair(request):
    return KINDS[request.param]


def close(got, expected):
    np.testing.assert_allclose(got.numpy(), expected, rtol=1e-9, atol=1e-11)


def test_dense_and_numbers(pair):
    operator, matrix = pair
    close(operator.to_dense(), matrix)
    close(operator.diag_part(), np.diagonal(matrix, axis1=-2, axis2=-1))
    close(operator.trace(), np.trace(matrix, axis1=-2, axis2=-1))
    close(operator.determinant(), np.linalg.det(matrix))
    close(operator.log_abs_determinant(), np.log(abs(np.linalg.det(matrix))))
    close(operator.cond(), np.linalg.cond(matrix))
    close(operator.add_to_tensor(np.ones(matrix.shape, matrix.dtype)), matrix + 1)
    assert operator.shape == matrix.shape
    assert operator.shape_tensor().numpy().tolist() == list(matrix.shape)
    operator.assert_non_singular()


@pytest.mark.parametrize("adjoint", [False, True])
@pytest.mark.parametrize("adjoint_arg", [False, True])
def test_products_and_solutions(pair, adjoint, adjoint_arg):
    operator, matrix = pair
    x = random.normal(size=(3, 1, 4, 2)).astype(matrix.dtype)
    given = x.conj().swapaxes(-1, -2) if adjoint_arg else x
    used = matrix.conj().swapaxes(-1, -2) if adjoint else matrix
    close(operator.matmul(given, adjoint, adjoint_arg), used @ x)
    close(
        operator.solve(given, adjoint, adjoint_arg),
        np.linalg.solve(used, np.broadcast_to(x, (3, *used.shape[:-2], 4, 2)) if used.ndim == 3 else x),
    )
    close(operator.matvec(x[0, 0, :, 0], adjoint), used @ x[0, 0, :, 0])
    close(operator.solvevec(x[0, 0, :, 0], adjoint), np.linalg.solve(used, x[0, 0])[..., 0])


def test_other_operators(pair):
    operator, matrix = pair
    close(operator.H.to_dense(), matrix.conj().swapaxes(-1, -2))
    close(operator.inverse().to_dense(), np.linalg.inv(matrix))
    for other, theirs in KINDS.values():
        if other.dtype is operator.dtype:
            product, quotient = (operator @ other).to_dense(), operator.solve(other).to_dense()
            close(product + np.zeros_like(matrix @ theirs), matrix @ theirs)  # a batch of identities has no effect
            close(quotient + np.zeros_like(matrix @ theirs), np.linalg.inv(matrix) @ theirs)


def test_it_is_a_composite_value(pair):
    operator, matrix = pair
    parts = flatten(operator, expand_composites=True)
    again = pack_sequence_as(operator, parts, expand_composites=True)
    assert type(again) is type(operator)
    close(again.to_dense(), matrix)
    assert again._type_spec == operator._type_spec


def test_users_make_their_own():
    class Twice(LinearOperator):
        def _shape(self):
            return TensorShape([3, 3])

        def _matmul(self, x, adjoint=False, adjoint_arg=False):
            return 2.0 * x

    operator = Twice("float32", is_self_adjoint=True, is_positive_definite=True)
    close(operator.to_dense(), 2 * np.eye(3))
    close(operator.determinant(), 8)
    close(operator.solvevec(np.ones(3, "float32")), [0.5] * 3)
    assert isinstance(operator.cholesky(), LinearOperatorLowerTriangular)


def test_parts_of_a_batch():
    assert LinearOperatorDiag(U[..., 0])[1].shape == (4, 4)
    close(full(M)[1:].to_dense(), M[1:])
    close(LinearOperatorScaledIdentity(2, [1.0, 2.0])[..., 1].to_dense(), 2 * np.eye(2))


def test_operands_in_parts():
    for name in ("blocks", "lower_blocks"):
        operator, matrix = KINDS[name]
        x = random.normal(size=(2, 4))
        got = operator.matvec([x[:, :3], x[:, 3:]])
        assert isinstance(got, list)
        close(got[0], (matrix @ x[..., None])[:, :3, 0])
        close(
            operator.solvevec([x[:, :3], x[:, 3:]], adjoint=True)[1],
            np.linalg.solve(matrix.swapaxes(1, 2), x[..., None])[:, 3:, 0],
        )


def test_variables_stay_variables():
    variable = Variable([1.0, 2.0])
    operator = LinearOperatorDiag(variable)
    variable.assign([3.0, 4.0])
    close(operator.determinant(), 12)
    assert operator.variables == (variable,)


@pytest.mark.parametrize(
    "make",
    [
        lambda: LinearOperatorDiag([1.0], is_self_adjoint=False),
        lambda: LinearOperatorDiag([1.0], is_square=False),
        lambda: LinearOperatorDiag(1.0),
        lambda: full([1.0]),
        lambda: full(M, is_positive_definite=True, is_non_singular=False),
        lambda: full(M, is_square=False).is_square,
        lambda: full(U).inverse(),
        lambda: full(M).cholesky(),
        lambda: full(M).matmul(U[:, :3]),
        lambda: full(M) @ full(U.swapaxes(1, 2)),
        lambda: LinearOperatorIdentity(-1),
        lambda: LinearOperatorZeros(2, is_non_singular=True),
        lambda: LinearOperatorHouseholder([1.0], is_positive_definite=True),
        lambda: LinearOperatorComposition([]),
        lambda: LinearOperatorTridiag(M[:, :2]),
        lambda: LinearOperatorBlockLowerTriangular([[full(M)], [full(M)]]),
        lambda: LinearOperatorLowRankUpdate(full(M), U[:, :3]),
    ],
)
def test_misuse(make):
    with pytest.raises(ValueError, match=r".+"):
        make()


def test_other_errors():
    with pytest.raises(TypeError, match="dtype"):
        full(M).matmul(np.ones((4, 1), "float32"))
    with pytest.raises(NotImplementedError, match="square"):
        full(U).determinant()
    with pytest.raises(NotImplementedError, match="singular"):
        LinearOperatorZeros(2).solvevec([1.0, 1.0])
    with pytest.raises(NotImplementedError, match="self-adjoint"):
        full(M).eigvals()
    with pytest.raises(InvalidArgumentError, match="zero values"):
        LinearOperatorDiag([1.0, 0.0]).assert_non_singular()
    with pytest.raises(InvalidArgumentError, match="adjoint"):
        full(M).assert_self_adjoint()
    with pytest.raises(InvalidArgumentError):
        full(-np.eye(2), is_self_adjoint=True).assert_positive_definite()

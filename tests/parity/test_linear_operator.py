"""Linear operators against TensorFlow's: kinds and hints of what they give, numbers, errors."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

pytest.importorskip("tensorflow", reason="parity needs TensorFlow: nox -s parity")

import flowstone
import tensorflow

pytestmark = pytest.mark.filterwarnings("ignore")

_RANDOM = np.random.RandomState(0)
_MATRIX = _RANDOM.normal(size=(2, 3, 3)) + 4 * np.eye(3)
_SYMMETRIC = _MATRIX @ _MATRIX.transpose(0, 2, 1)
_DIAG = _RANDOM.uniform(0.5, 2, (3,))
_WIDE = _RANDOM.normal(size=(3, 4))
_RHS = _RANDOM.normal(size=(2, 3, 2))
_COMPLEX = _MATRIX + 1j * _RANDOM.normal(size=(2, 3, 3))
_SPECTRUM = np.array([3.0, 1 + 2j, 2 - 1j])
_SYMMETRIC_SPECTRUM = np.array([3.0, 1.5, 1.5])
_POSITIVE = {"is_self_adjoint": True, "is_positive_definite": True}


def operators(tf: Any) -> dict[str, Any]:
    """One of each kind, 3 x 3 unless it says otherwise."""
    la = tf.linalg
    full, diag = la.LinearOperatorFullMatrix, la.LinearOperatorDiag
    small = full(_MATRIX[:, :2, :2])
    return {
        "full": full(_MATRIX),
        "complex": full(_COMPLEX),
        "wide": full(_WIDE),
        "positive": full(_SYMMETRIC, **_POSITIVE),
        "diag": diag(_DIAG),
        "complex_diag": diag(_COMPLEX[0, 0]),
        "positive_diag": diag(_DIAG, is_positive_definite=True),
        "lower": la.LinearOperatorLowerTriangular(_MATRIX),
        "identity": la.LinearOperatorIdentity(3, dtype=tf.float64),
        "batch_identity": la.LinearOperatorIdentity(3, [2], dtype=tf.float64),
        "scaled": la.LinearOperatorScaledIdentity(3, np.float64(2.5)),
        "positive_scaled": la.LinearOperatorScaledIdentity(3, np.array([2.5, 0.5]), is_positive_definite=True),
        "zeros": la.LinearOperatorZeros(3, dtype=tf.float64),
        "wide_zeros": la.LinearOperatorZeros(3, 4, dtype=tf.float64, is_square=False, is_self_adjoint=False),
        "householder": la.LinearOperatorHouseholder(_RHS[:, :, 0]),
        "permutation": la.LinearOperatorPermutation([2, 0, 1], dtype=tf.float64),
        "tridiag": la.LinearOperatorTridiag(_MATRIX),
        "tridiag_sequence": la.LinearOperatorTridiag([_DIAG, _DIAG + 3, _DIAG], "sequence"),
        "tridiag_matrix": la.LinearOperatorTridiag(_MATRIX, "matrix"),
        "toeplitz": la.LinearOperatorToeplitz(_RHS[:, :, 0] + 1, _RHS[:, :, 1]),
        "circulant": la.LinearOperatorCirculant(_SPECTRUM, input_output_dtype=tf.complex128),
        "real_circulant": la.LinearOperatorCirculant(_DIAG, input_output_dtype=tf.complex128),
        "batch_circulant": la.LinearOperatorCirculant(_COMPLEX[:, 0], input_output_dtype=tf.complex128),
        "symmetric_circulant": la.LinearOperatorCirculant(
            _SYMMETRIC_SPECTRUM, input_output_dtype=tf.float64, **_POSITIVE
        ),
        "circulant2d": la.LinearOperatorCirculant2D(_COMPLEX[:, :1], input_output_dtype=tf.complex128),
        "circulant3d": la.LinearOperatorCirculant3D(_COMPLEX[:1, :1], input_output_dtype=tf.complex128),
        "composition": la.LinearOperatorComposition([diag(_DIAG), full(_MATRIX)]),
        "adjoint": la.LinearOperatorAdjoint(full(_COMPLEX)),
        "inversion": la.LinearOperatorInversion(full(_MATRIX)),
        "kronecker": la.LinearOperatorKronecker([small, diag(_DIAG)]),
        "positive_kronecker": la.LinearOperatorKronecker([full(_SYMMETRIC, **_POSITIVE), diag(_DIAG, **_POSITIVE)]),
        "blocks": la.LinearOperatorBlockDiag([small, diag(_DIAG[:1])]),
        "lower_blocks": la.LinearOperatorBlockLowerTriangular([[small], [full(_WIDE[:1, :2]), diag(_DIAG[:1])]]),
        "update": la.LinearOperatorLowRankUpdate(diag(_DIAG), _RHS, _DIAG[:2], _RHS[::-1] + 1),
        "positive_update": la.LinearOperatorLowRankUpdate(diag(_DIAG, is_positive_definite=True), _RHS),
    }


NAMES = list(operators(tensorflow))
NUMBERS = (
    *("to_dense", "determinant", "log_abs_determinant", "trace", "diag_part", "eigvals", "cond", "shape_tensor"),
    *("batch_shape_tensor", "domain_dimension_tensor", "assert_non_singular", "assert_positive_definite"),
    *("assert_self_adjoint", "tensor_rank_tensor", "range_dimension_tensor"),
)


@pytest.fixture(scope="module", params=NAMES)
def pair(request: Any) -> tuple[Any, Any]:
    name = request.param
    return operators(flowstone)[name], operators(tensorflow)[name]


def outcome(function: Any) -> Any:
    """What a call gives, or the name of its error."""
    try:
        return function()
    except Exception as error:  # noqa: BLE001 - any exception is an outcome
        return type(error).__name__


def compare(mine: Any, theirs: Any, what: str) -> None:
    """Operators by kind, name and hints, tensors by numbers."""
    if theirs is None or isinstance(theirs, str):
        assert mine is theirs or mine == theirs, f"{what}: {mine}, expected {theirs}"
        return
    assert not isinstance(mine, str), f"{what}: {mine}, expected {theirs}"
    if isinstance(theirs, tensorflow.linalg.LinearOperator):
        assert type(mine).__name__ == type(theirs).__name__, what
        assert described(mine) == described(theirs), what
        mine, theirs = mine.to_dense(), outcome(theirs.to_dense)
        if isinstance(theirs, str):  # TensorFlow's tridiagonal operators do not broadcast, ours do
            return
    assert mine.dtype.name == theirs.dtype.name, what
    assert tuple(mine.shape) == tuple(theirs.shape), what
    np.testing.assert_allclose(mine, theirs, rtol=1e-6, atol=1e-9, err_msg=what)


def described(operator: Any) -> dict[str, Any]:
    names = ("is_square", "is_non_singular", "is_self_adjoint", "is_positive_definite")
    return {name: getattr(operator, name) for name in names} | {"shape": tuple(operator.shape)}


def test_hints_and_names(pair: Any) -> None:
    mine, theirs = pair
    assert described(mine) == described(theirs)
    assert mine.name == theirs.name
    assert mine.dtype.name == theirs.dtype.name
    assert list(mine.parameters) == list(theirs.parameters)


@pytest.mark.parametrize("method", NUMBERS)
def test_numbers(pair: Any, method: str) -> None:
    mine, theirs = pair
    if theirs.dtype.is_complex and method == "assert_non_singular":
        pytest.skip("TensorFlow compares a real number with a complex one")
    expected = outcome(getattr(theirs, method))
    if isinstance(expected, str) and expected == "RecursionError":
        pytest.skip("TensorFlow's asserts call themselves without end")
    compare(outcome(getattr(mine, method)), expected, f"{theirs.name}.{method}")


@pytest.mark.parametrize("method", ["adjoint", "inverse", "cholesky"])
def test_other_operators(pair: Any, method: str) -> None:
    mine, theirs = pair
    compare(outcome(getattr(mine, method)), outcome(getattr(theirs, method)), f"{theirs.name}.{method}")


@pytest.mark.parametrize("adjoint", [False, True])
@pytest.mark.parametrize("adjoint_arg", [False, True])
@pytest.mark.parametrize("method", ["matmul", "solve"])
def test_products_and_solutions(pair: Any, method: str, adjoint: bool, adjoint_arg: bool) -> None:
    theirs = pair[1]
    size = theirs.range_dimension if adjoint is (method == "matmul") else theirs.domain_dimension
    x = np.random.RandomState(1).normal(size=(2, 2, size) if adjoint_arg else (2, size, 2))
    if theirs.dtype.is_complex:
        x = x * (1 + 2j)
    mine, expected = (outcome(lambda o=o: getattr(o, method)(x, adjoint, adjoint_arg)) for o in pair)
    if not (
        isinstance(expected, str) and expected == "InvalidArgumentError"
    ):  # TensorFlow's tridiagonal operators do not broadcast, ours do
        compare(mine, expected, f"{theirs.name}.{method}")


@pytest.mark.parametrize("adjoint", [False, True])
@pytest.mark.parametrize("method", ["matvec", "solvevec"])
def test_vectors(pair: Any, method: str, adjoint: bool) -> None:
    theirs = pair[1]
    size = theirs.range_dimension if adjoint is (method == "matvec") else theirs.domain_dimension
    x = np.random.RandomState(1).normal(size=(*theirs.batch_shape, size)) * (1 + 2j if theirs.dtype.is_complex else 1)
    mine, expected = (outcome(lambda o=o: getattr(o, method)(x, adjoint)) for o in pair)
    compare(mine, expected, f"{theirs.name}.{method}")


def test_sums(pair: Any) -> None:
    mine, theirs = pair
    x = np.ones(theirs.shape.as_list()) * (1 + 1j if theirs.dtype.is_complex else 1.0)
    compare(outcome(lambda: mine.add_to_tensor(x)), outcome(lambda: theirs.add_to_tensor(x)), theirs.name)


def wrong_in_tensorflow(operator: Any, name: str) -> bool:
    """Products with zeros that are not square: TensorFlow makes square ones of them, and fails."""
    return name == "wide_zeros" or (operator.name == "LinearOperatorZeros" and name == "wide")


def test_algebra(pair: Any) -> None:
    mine, theirs = pair
    ours, others = operators(flowstone), operators(tensorflow)
    for name in NAMES:
        if others[name].dtype == theirs.dtype and not wrong_in_tensorflow(theirs, name):
            for method in ("matmul", "solve"):
                results = (
                    outcome(lambda n=name, m=method: getattr(mine, m)(ours[n])),
                    outcome(lambda n=name, m=method: getattr(theirs, m)(others[n])),
                )
                if (
                    not isinstance(results[1], str) or results[1] != "InvalidArgumentError"
                ):  # TensorFlow's own operators do not broadcast
                    compare(*results, f"{theirs.name}.{method}({name})")


@pytest.mark.parametrize("options", [{}, {"max_iter": 2}, {"tol": 0.1}])
def test_conjugate_gradient(options: dict[str, Any]) -> None:
    states = []
    for tf in (flowstone, tensorflow):
        operator = operators(tf)["positive"]
        states.append(tf.linalg.experimental.conjugate_gradient(operator, tf.constant(_RHS[:, :, 0]), **options))
    mine, theirs = states
    assert mine._fields == theirs._fields
    for name in mine._fields:
        compare(getattr(mine, name), getattr(theirs, name), name)

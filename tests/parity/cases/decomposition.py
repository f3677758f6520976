"""Decompositions of matrices; signs and orders that are free are taken away by absolute values and sorting."""

from casekit import COMPLEX, D, R, T, case

_A, _B, _C = R((4, 4), "float64"), R((2, 3, 4, 4), "float64"), R((4, 4), "complex128")
_P = T([[4.0, 2.0, 0.6], [2.0, 5.0, 1.0], [0.6, 1.0, 3.0]], "float64")
_PC = T([[4.0, 1j], [-1j, 3.0]], "complex128")
_ZERO = T([[0.0, 0.0], [0.0, 0.0]])
_TYPES = ("float32", "float64", *COMPLEX)

UNLIKE = {
    r"cholesky.*float16": "TensorFlow has no kernel for this type",
}
OTHER_SHAPES = {
    r"norm\(.*ord=2, axis=\[-2, -1\]": "of an unknown rank there is no order of dimensions; of known shapes more is known",
}
MORE_SHAPES = {
    r"expm\(": "more is known than in TensorFlow: matrices are square",
}

CASES = [
    *(case("linalg.cholesky", T([[4.0, 2.0], [2.0, 3.0]], dtype)) for dtype in (*_TYPES, "float16")),
    case("linalg.cholesky", _P),
    case("linalg.cholesky", _PC),
    *(
        case(f"linalg.{name}", R((4, 3)))
        for name in ("cholesky", "inv", "det", "slogdet", "eigvalsh", "expm", "sqrtm", "lu")
    ),
    *(case(f"linalg.{name}", T([1.0])) for name in ("cholesky", "inv", "det", "svd", "qr")),
    *(case(f"linalg.{name}", T([[1, 2], [3, 4]])) for name in ("cholesky", "inv", "det", "svd", "qr")),
    *(case("linalg.inv", R((3, 3), dtype), rtol=1e-3) for dtype in _TYPES),
    *(case("linalg.inv", x) for x in (_A, _B, _C)),
    case("linalg.inv", _C, adjoint=True),
    case("linalg.inv", _ZERO),
    *(case("linalg.det", R((3, 3), dtype), rtol=1e-4) for dtype in _TYPES),
    *(case(f"linalg.{name}", x) for name in ("det", "slogdet") for x in (_A, _B, _C, _ZERO)),
    case("linalg.logdet", _P),
    case("linalg.solve", _A, R((4, 2), "float64")),
    case("linalg.solve", _A, R((4, 2), "float64"), adjoint=True),
    case("linalg.solve", _B, R((2, 3, 4, 1), "float64")),
    case("linalg.solve", _ZERO, R((2, 1))),
    case("linalg.solve", _A, R((3, 2), "float64")),
    *(
        case("linalg.triangular_solve", _A, R((4, 2), "float64"), lower=lower, adjoint=adjoint)
        for lower in (True, False)
        for adjoint in (True, False)
    ),
    case("linalg.triangular_solve", _C, _C, lower=False, adjoint=True),
    case("linalg.triangular_solve", _B, R((4, 2), "float64")),
    case("linalg.triangular_solve", T([[1.0, 0.0], [1.0, 0.0]]), R((2, 1))),
    case("linalg.triangular_solve", _A, R((3, 2), "float64")),
    *(case("linalg.qr", R(shape, "float64")) for shape in ((5, 3), (3, 5), (2, 4, 4))),
    case("linalg.qr", R((5, 3), "float64"), full_matrices=True),
    *(case("linalg.svd", R(shape, "float64"), compute_uv=False) for shape in ((5, 3), (3, 5), (2, 4, 4))),
    case("linalg.svd", _C, compute_uv=False),
    case("linalg.eigvalsh", _P),
    case("linalg.eigvalsh", _PC),
    *(case("linalg.lu", x) for x in (_A, _B, _C, _ZERO)),
    case("linalg.lu", R((3, 3)), output_idx_type=D("int64"), rtol=1e-4),
    case("linalg.sqrtm", _P),
    case("linalg.sqrtm", _PC),
    case("linalg.logm", _PC),
    *(case("linalg.expm", x) for x in (_A, _B, _C)),
    case("linalg.expm", R((3, 3), "float64", -30.0, 30.0), rtol=1e-7),
    # what follows from them
    case("linalg.cholesky_solve", T([[2.0, 0.0], [1.0, 1.0]]), R((2, 1))),
    case("linalg.lstsq", R((5, 3), "float64"), R((5, 1), "float64")),
    case("linalg.lstsq", R((5, 3), "float64"), R((5, 1), "float64"), l2_regularizer=0.5),
    case("linalg.lstsq", R((3, 5), "float64"), R((3, 1), "float64"), fast=False),
    case("linalg.pinv", R((5, 3), "float64")),
    case("linalg.pinv", R((2, 3, 5), "float64")),
    case("linalg.pinv", _C),
    case("linalg.matrix_rank", R((5, 3), "float64")),
    case("linalg.matrix_rank", T([[1.0, 1.0], [1.0, 1.0]])),
    case("linalg.tridiagonal_solve", R((3, 4), "float64"), R((4, 2), "float64", seed=1)),
    case("linalg.tridiagonal_solve", R((3, 4), "float64"), R((4,), "float64", seed=1)),
    case("linalg.tridiagonal_solve", _A, R((4, 1), "float64"), diagonals_format="matrix"),
    case("linalg.tridiagonal_matmul", R((3, 4), "float64"), R((4, 2), "float64")),
    case("linalg.tridiagonal_matmul", _A, R((4, 2), "float64"), diagonals_format="matrix"),
    *(
        case("linalg.banded_triangular_solve", R((2, 4), "float64", 1.0, 2.0), R((4, 2), "float64"), lower, adjoint)
        for lower in (True, False)
        for adjoint in (True, False)
    ),
    case("linalg.eigh_tridiagonal", R((4,), "float64"), R((3,), "float64", seed=1), graph=False),
    # norms
    *(case("norm", R((2, 3, 4), "float64"), axis=axis) for axis in (None, 1, -1, [-2, -1], [0, 2])),
    *(case("norm", R((2, 3, 4), "float64"), ord=o, axis=[-2, -1]) for o in ("fro", 1, 2, 3)),
    *(case("norm", R((5,), "float64"), ord=o) for o in (1, 2, 3, 0.5, -1, "fro", "foo")),
    *(case("norm", R((5,), "float64"), ord=float("inf"), axis=a, keepdims=True) for a in (0, None)),
    case("norm", R((3,), "complex64")),
    case("norm", T([3, 4])),
    case("norm", R((2, 2)), axis=[1, 1]),
    case("linalg.normalize", R((2, 3)), axis=1),
]

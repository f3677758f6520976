"""Products of matrices, Einstein sums, transposition."""

from casekit import COMPLEX, FLOATS, INTS, NUMBERS, D, R, T, case

_EINSUMS = [
    ("ij,jk->ik", (2, 3), (3, 4)),
    ("ij,jk", (2, 3), (3, 4)),
    ("bij,bjk->bik", (2, 3, 4), (2, 4, 2)),
    ("...ij,...jk->...ik", (2, 1, 3, 4), (5, 4, 2)),
    ("...ij,...jk->...ki", (3, 4), (2, 4, 2)),
    ("i,j->ij", (2,), (3,)),
    ("ij,ij->", (2, 3), (2, 3)),
    ("ij,ij->j", (2, 3), (2, 3)),
    ("abc,cd->abd", (2, 3, 4), (4, 5)),
    ("abc,bad->dc", (2, 3, 4), (3, 2, 5)),
    ("ij->ji", (2, 3)),
    ("ii->i", (3, 3)),
    ("ii", (3, 3)),
    ("ijk->k", (2, 3, 4)),
    ("...i->i...", (2, 3, 4)),
    ("ij,jk,kl->il", (2, 3), (3, 4), (4, 2)),
    ("ij,k->ij", (2, 3), (4,)),
    ("ij,jk->ik", (2, 3), (4, 4)),
    ("ij,jk->ik", (2, 3), (3, 4, 1)),
    ("ij->ijk", (2, 3)),
    ("ij", (2, 3), (3, 4)),
]
_DOTS = [1, 2, 0, [[1], [0]], [[0, 1], [1, 0]], [[-1], [0]], 3, [[0, 1], [0]], [[5], [0]]]

UNLIKE = {
    r"^matmul\(.*'uint": "TensorFlow has no kernel for this type",
}

CASES = [
    *(case("matmul", R((2, 3), dtype), R((3, 2), dtype, seed=1)) for dtype in NUMBERS),
    *(case("matmul", R((2, 2, 3), dtype), R((2, 3, 2), dtype, seed=1)) for dtype in NUMBERS),
    *(
        case("matmul", R((3, 3), dtype), R((3, 3), dtype, seed=1), **{key: True})
        for dtype in ("float32", *COMPLEX)
        for key in ("transpose_a", "transpose_b", "adjoint_a", "adjoint_b")
    ),
    *(
        case("matmul", R((2, 3, 3), dtype), R((2, 3, 3), dtype, seed=1), **{key: True})
        for dtype in ("float32", "complex64")
        for key in ("transpose_a", "transpose_b", "adjoint_a", "adjoint_b")
    ),
    case("matmul", R((4, 2, 3)), R((3, 2))),
    case("matmul", R((2, 3)), R((4, 3, 2))),
    case("matmul", R((5, 1, 2, 3)), R((4, 3, 2))),
    case("matmul", R((2, 3)), R((2, 3))),
    case("matmul", R((2, 2, 3)), R((3, 3, 2))),
    case("matmul", R((3,)), R((3,))),
    case("matmul", R((3,)), R((3, 2))),
    case("matmul", R((2, 3)), R((3, 2), "float64")),
    case("matmul", R((2, 3)), R((3, 2)), transpose_a=True, adjoint_a=True),
    case("matmul", R((0, 3)), R((3, 2))),
    case("matmul", R((2, 0)), R((0, 2))),
    case("matmul", R((2, 3)), R((3, 2)), a_is_sparse=True),
    case("matmul", R((2, 3), "bfloat16"), R((3, 2), "bfloat16"), b_is_sparse=True),
    case("matmul", R((2, 3), "int8"), R((3, 2), "int8"), output_type=D("int32")),
    case("matmul", [[1.0, 2.0]], [[3.0], [4.0]]),
    case("matmul", T([[True]]), T([[True]])),
    *(case("op:matmul", R(a), R(b)) for a, b in (((2, 3), (3, 2)), ((4, 2, 3), (3, 2)), ((3,), (3,)))),
    case("op:matmul", R((2, 3)), [[1.0], [2.0], [3.0]]),
    case("op:matmul", [[1.0, 2.0, 3.0]], R((3, 2))),
    case("linalg.matvec", R((2, 3)), R((3,))),
    case("linalg.matvec", R((4, 2, 3)), R((4, 3))),
    case("linalg.matvec", R((4, 2, 3)), R((3,))),
    case("linalg.matvec", R((2, 3)), R((2,)), transpose_a=True),
    case("linalg.matvec", R((2, 3), "complex64"), R((2,), "complex64"), adjoint_a=True),
    case("linalg.matvec", R((2, 3)), R((2,))),
    *(case("linalg.matrix_transpose", R(shape, "complex64")) for shape in ((2, 3), (2, 3, 4), (3,))),
    case("linalg.matrix_transpose", R((2, 3), "complex64"), conjugate=True),
    case("linalg.adjoint", R((2, 3, 2), "complex64")),
    *(case("linalg.cross", R((2, 3), dtype), R((2, 3), dtype, seed=1)) for dtype in (*FLOATS, *INTS)),
    case("linalg.cross", R((2, 2)), R((2, 2))),
    case("linalg.cross", R((3,)), R((2, 3))),
    *(case("tensordot", R((2, 3)), R((3, 2)), axes) for axes in _DOTS),
    case("tensordot", R((2, 3, 4)), R((4, 3, 2)), [[2, 1], [0, 1]]),
    case("tensordot", R((3,)), R((3,)), 1),
    case("tensordot", R((2, 3, 4)), R((4, 5)), 1),
    *(
        case("einsum", equation, *(R(shape, seed=i) for i, shape in enumerate(shapes)))
        for equation, *shapes in _EINSUMS
    ),
    *(
        case("einsum", "ij,jk->ik", R((2, 3), dtype), R((3, 2), dtype, seed=1))
        for dtype in (*FLOATS, *COMPLEX, "int32")
    ),
    case("einsum", "i->ii", R((3,))),
    case("einsum", "ij,jk->ik", R((2, 3)), R((3, 2)), optimize="optimal"),
]

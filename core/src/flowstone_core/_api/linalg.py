"""Matrices: products, Einstein sums."""

from __future__ import annotations

from flowstone_core._api.names import public

PUBLIC: dict[str, str] = (
    public(
        "flowstone_core.ops.linalg",
        {
            "adjoint": "linalg.adjoint",
            "cross": "linalg.cross",
            "matmul": ". linalg.matmul",
            "matrix_transpose": "linalg.matrix_transpose",
            "matvec": "linalg.matvec",
        },
    )
    | public(
        "flowstone_core.ops.diagonal",
        {
            name: f"linalg.{name}"
            for name in "band_part diag diag_part set_diag tensor_diag tensor_diag_part trace".split()
        },
    )
    | public(
        "flowstone_core.ops.decomposition",
        {
            name: f"linalg.{name}"
            for name in """
            cholesky det eigh eigvalsh expm inv logm lu slogdet solve svd triangular_solve
        """.split()
        }
        | {"eig": ". linalg.eig", "eigvals": ". linalg.eigvals", "sqrtm": "linalg.sqrtm matrix_square_root"},
    )
    | public("flowstone_core.ops.norm", {"norm": ". linalg.norm", "normalize": "linalg.normalize"})
    | public(
        "flowstone_core.ops.solvers",
        {
            name: f"linalg.{name}"
            for name in """
                cholesky_solve eigh_tridiagonal logdet lstsq lu_matrix_inverse lu_reconstruct lu_solve matrix_rank pinv
            """.split()
        },
    )
    | public(
        "flowstone_core.ops.banded",
        {name: f"linalg.{name}" for name in "banded_triangular_solve tridiagonal_matmul tridiagonal_solve".split()},
    )
    | public("flowstone_core.ops.conjugate_gradient", {"conjugate_gradient": "linalg.experimental.conjugate_gradient"})
    | public("flowstone_core.ops.tensordot", {"tensordot": ". linalg.tensordot"})
    | public("flowstone_core.ops.einsum", {"einsum": ". linalg.einsum"})
)

"""Matrices: products, Einstein sums."""

from __future__ import annotations

from flowstone_core._api.names import public

PUBLIC: dict[str, str] = public(
    "flowstone_core.ops.linalg",
    {
        "adjoint": "linalg.adjoint",
        "cross": "linalg.cross",
        "matmul": ". linalg.matmul",
        "matrix_transpose": "linalg.matrix_transpose",
        "matvec": "linalg.matvec",
        "tensordot": ". linalg.tensordot",
    },
) | public("flowstone_core.ops.einsum", {"einsum": ". linalg.einsum"})

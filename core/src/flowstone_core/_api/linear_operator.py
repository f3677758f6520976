"""``tf.linalg.LinearOperator`` and its kinds."""

from __future__ import annotations

from flowstone_core._api.names import public

_KINDS = {
    "adjoint": "Adjoint",
    "base": "",
    "block_diag": "BlockDiag",
    "block_lower_triangular": "BlockLowerTriangular",
    "circulant": "Circulant Circulant2D Circulant3D",
    "composition": "Composition",
    "diag": "Diag",
    "full_matrix": "FullMatrix",
    "householder": "Householder",
    "identity": "Identity ScaledIdentity",
    "inversion": "Inversion",
    "kronecker": "Kronecker",
    "low_rank_update": "LowRankUpdate",
    "lower_triangular": "LowerTriangular",
    "permutation": "Permutation",
    "toeplitz": "Toeplitz",
    "tridiag": "Tridiag",
    "zeros": "Zeros",
}

PUBLIC: dict[str, str] = {}
for _module, _kinds in _KINDS.items():
    for _kind in _kinds.split() or [""]:
        _name = f"LinearOperator{_kind}"
        PUBLIC |= public(f"flowstone_core.linear_operator.{_module}", {_name: f"linalg.{_name}"})

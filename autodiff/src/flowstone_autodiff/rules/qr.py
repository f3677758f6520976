"""The gradient of ``flowstone_core.ops.qr``.

See Roberts and Roberts, QR and LQ decomposition matrix backpropagation algorithms for square, wide, and deep
matrices (2020).
"""

from __future__ import annotations

from typing import Any

from flowstone_core.ops import qr as ops
from flowstone_core.ops.cast import cast
from flowstone_core.ops.complex import real
from flowstone_core.ops.decomposition import MATRIX_TRIANGULAR_SOLVE
from flowstone_core.ops.joining import concat
from flowstone_core.ops.math import add, subtract
from flowstone_core.tensor import Tensor

from flowstone_autodiff.matrices import adjoint, diagonal, diagonal_matrix, matmul, strictly_lower
from flowstone_autodiff.registry import Call, gradient
from flowstone_autodiff.static import dims


@gradient(ops.QR)
def qr_gradient(call: Call, dq: Tensor, dr: Tensor) -> Any:
    """``A = Q R``: ``(dQ + Q C(R dRᴴ - dQᴴ Q)) R⁻ᴴ``, where ``C`` mirrors the lower triangle.

    Of wide matrices the square part is differentiated so; the other columns are ``Q`` times those of ``R``.
    """
    q, r = call.outputs
    rows, columns = (dims(call.inputs[0]) or (None, None))[-2:]
    if rows is None or columns is None:
        raise ValueError("The gradient of tf.linalg.qr needs sizes that are known when the function is traced.")
    if rows > columns and call.attrs["full_matrices"]:
        raise NotImplementedError(
            "The gradient of tf.linalg.qr is not offered for full_matrices=True and more rows than columns: the "
            "further columns of Q are not determined."
        )
    if rows >= columns:
        return _tall(q, r, dq, dr)
    rest = call.inputs[0][..., rows:]
    d_rest = dr[..., rows:]
    square = _tall(q, r[..., :rows], add(dq, matmul(rest, d_rest, adjoint_b=True)), dr[..., :rows])
    return concat([square, matmul(q, d_rest)], -1)


def _tall(q: Tensor, r: Tensor, dq: Tensor, dr: Tensor) -> Any:
    middle = subtract(matmul(r, dr, adjoint_b=True), matmul(dq, q, adjoint_a=True))
    below = strictly_lower(middle)
    mirrored = add(add(below, adjoint(below)), diagonal_matrix(cast(real(diagonal(middle)), middle.dtype)))
    turned = add(dq, matmul(q, mirrored))
    return adjoint(MATRIX_TRIANGULAR_SOLVE(r, adjoint(turned), lower=False))

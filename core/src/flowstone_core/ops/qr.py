"""The QR decomposition."""

from __future__ import annotations

from typing import NamedTuple

from flowstone_core.errors import SpecError
from flowstone_core.op import Op
from flowstone_core.shapes import TensorShape
from flowstone_core.spec import Spec
from flowstone_core.tensor import Tensor, TensorLike


def _infer_qr(x: Spec, *, full_matrices: bool) -> tuple[Spec, Spec]:
    if x.shape is None:
        return Spec(None, x.dtype), Spec(None, x.dtype)
    if len(x.shape) < 2:
        raise SpecError(f"Qr takes matrices, got a tensor of shape {TensorShape(x.shape)}.")
    *batch, m, n = x.shape
    small = None if m is None or n is None else min(m, n)
    inner = m if full_matrices else small
    return Spec((*batch, m, inner), x.dtype), Spec((*batch, inner, n), x.dtype)


QR = Op(
    "Qr",
    ("input: T",),
    ("q: T", "r: T"),
    ("full_matrices: bool = false", "T: {double, float, half, complex64, complex128}"),
    infer=_infer_qr,
)


class Qr(NamedTuple):
    """What ``tf.linalg.qr`` returns."""

    q: Tensor
    r: Tensor


def qr(input: TensorLike, full_matrices: bool = False, name: str | None = None) -> Qr:
    """``A = Q R`` for each innermost matrix: Q with orthonormal columns, R upper triangular.

    >>> q, r = tf.linalg.qr([[3.0, 1.0], [4.0, 2.0]])
    >>> bool(tf.reduce_all(tf.abs(tf.matmul(q, r) - [[3.0, 1.0], [4.0, 2.0]]) < 1e-5))
    True

    Args:
        input: Matrices ``[..., m, n]``.
        full_matrices: Whether Q is ``[..., m, m]``, instead of ``[..., m, min(m, n)]``.
        name: A name for the operation.

    Raises:
        tf.errors.InvalidArgumentError: If ``input`` has less than two dimensions.
    """
    return Qr(*QR(input, full_matrices=full_matrices, name=name))

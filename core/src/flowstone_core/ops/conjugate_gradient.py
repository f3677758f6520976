"""Linear equations by the method of conjugate gradients, which needs products only."""

from __future__ import annotations

from typing import Any, NamedTuple

from flowstone_core import dtypes
from flowstone_core.conversion import convert_to_tensor
from flowstone_core.ops import array, filling
from flowstone_core.ops.compare import greater, less, logical_and
from flowstone_core.ops.complex import conj, real
from flowstone_core.ops.joining import concat
from flowstone_core.ops.math import add, divide, multiply, subtract
from flowstone_core.ops.norm import norm
from flowstone_core.ops.reduce import reduce_any, reduce_sum
from flowstone_core.services import CONTROL_FLOW, get_service
from flowstone_core.tensor import TensorLike


class CGState(NamedTuple):
    """What ``tf.linalg.experimental.conjugate_gradient`` returns.

    Attributes:
        i: The number of steps.
        x: The solution.
        r: What is left, ``rhs - A x``.
        p: The next direction.
        gamma: ``r^H M r``, where ``M`` is the preconditioner.
    """

    i: Any
    x: Any
    r: Any
    p: Any
    gamma: Any


def conjugate_gradient(
    operator: Any,
    rhs: TensorLike,
    preconditioner: Any = None,
    x: Any = None,
    tol: float = 1e-5,
    max_iter: Any = 20,
    name: str | None = "conjugate_gradient",
) -> CGState:
    """The ``x`` with ``A x = rhs`` for self-adjoint, positive definite matrices.

    >>> matrix = [[4., 1.], [1., 3.]]
    >>> operator = tf.linalg.LinearOperatorFullMatrix(matrix, is_self_adjoint=True, is_positive_definite=True)
    >>> tf.linalg.experimental.conjugate_gradient(operator, tf.constant([1., 2.])).x.numpy().round(4)
    array([0.0909, 0.6364], dtype=float32)

    See M. R. Hestenes, E. Stiefel, Methods of Conjugate Gradients for Solving Linear Systems, 1952.

    Args:
        operator: A ``tf.linalg.LinearOperator`` whose hints say that it is self-adjoint and positive definite.
        rhs: Vectors, ``[..., n]``.
        preconditioner: An operator close to the inverse of ``operator``.
        x: Where to start; zeros by default.
        tol: The part of ``‖rhs‖`` that may be left.
        max_iter: The greatest number of steps.
        name: A name for the result in a graph.

    Raises:
        ValueError: Unless the operator is known to be self-adjoint and positive definite.
    """
    if not (operator.is_self_adjoint and operator.is_positive_definite):
        raise ValueError("Expected a self-adjoint, positive definite operator.")
    b = convert_to_tensor(rhs, dtype_hint=operator.dtype)
    if x is None:
        batch = array.broadcast_dynamic_shape(array.shape(b)[:-1], operator.batch_shape_tensor())
        start = filling.zeros(concat([batch, array.shape(b)[-1:]], 0), b.dtype)
        left = add(b, start)
    else:
        start = convert_to_tensor(x, dtype=b.dtype)
        left = subtract(b, operator.matvec(start))
    limit = multiply(convert_to_tensor(tol, dtype=b.dtype.real_dtype), real(norm(left, axis=-1)))
    conditioned = left if preconditioner is None else preconditioner.matvec(left)
    state = CGState(convert_to_tensor(0, dtype=dtypes.int32), start, left, conditioned, _dot(left, conditioned))

    def unfinished(i: Any, x: Any, r: Any, p: Any, gamma: Any) -> Any:
        return logical_and(less(i, max_iter), reduce_any(greater(real(norm(r, axis=-1)), limit)))

    def step(i: Any, x: Any, r: Any, p: Any, gamma: Any) -> tuple[Any, ...]:
        moved = operator.matvec(p)
        length = array.expand_dims(divide(gamma, _dot(p, moved)), -1)
        x, r = add(x, multiply(length, p)), subtract(r, multiply(length, moved))
        q = r if preconditioner is None else preconditioner.matvec(r)
        following = _dot(r, q)
        p = add(q, multiply(array.expand_dims(divide(following, gamma), -1), p))
        return add(i, 1), x, r, p, following

    return CGState(*get_service(CONTROL_FLOW).while_loop(unfinished, step, tuple(state)))


def _dot(a: Any, b: Any) -> Any:
    return reduce_sum(multiply(conj(a), b), -1)

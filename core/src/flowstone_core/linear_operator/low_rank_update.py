"""Operators that are others plus a matrix of low rank."""

from __future__ import annotations

from typing import Any

from flowstone_core.conversion import convert_to_tensor
from flowstone_core.linear_operator import arrays
from flowstone_core.linear_operator.base import LinearOperator
from flowstone_core.linear_operator.diag import LinearOperatorDiag
from flowstone_core.linear_operator.hints import required
from flowstone_core.linear_operator.identity import LinearOperatorIdentity
from flowstone_core.ops import array
from flowstone_core.ops.complex import conj
from flowstone_core.ops.decomposition import cholesky, det, slogdet
from flowstone_core.ops.diagonal import diag_part
from flowstone_core.ops.elementary import exp, log
from flowstone_core.ops.joining import concat
from flowstone_core.ops.linalg import matmul
from flowstone_core.ops.math import add, multiply, subtract
from flowstone_core.ops.reduce import reduce_sum
from flowstone_core.ops.solvers import cholesky_solve
from flowstone_core.shapes import TensorShape


class LinearOperatorLowRankUpdate(LinearOperator):
    """Another operator's matrices plus ``U D V^H``, where ``D`` is diagonal and small.

    Solutions use the identity of Woodbury, determinants the lemma of determinants, both with the small matrix
    ``C = D⁻¹ + V^H L⁻¹ U``.

    >>> base = tf.linalg.LinearOperatorDiag([1., 2.])
    >>> tf.linalg.LinearOperatorLowRankUpdate(base, [[1.], [1.]]).to_dense().numpy()
    array([[2., 1.],
           [1., 3.]], dtype=float32)

    Args:
        base_operator: The operator ``L``, ``[..., m, n]``.
        u: ``[..., m, r]``.
        diag_update: The diagonals of ``D``, ``[..., r]``; ones by default.
        v: ``[..., n, r]``; ``u`` by default.
        is_diag_update_positive: Whether ``diag_update`` is positive.
        is_non_singular: Whether the sums have inverses.
        is_self_adjoint: Whether they equal their adjoints; known if ``L`` does and ``v`` is ``u``.
        is_positive_definite: Whether they are positive definite; known if ``L`` and ``D`` are and ``v`` is ``u``.
        is_square: Whether they are square.
        name: A name.

    Raises:
        ValueError: If shapes do not fit, or hints contradict each other.
    """

    _composite_tensor_fields = ("base_operator", "u", "diag_update", "v")

    def __init__(
        self,
        base_operator: Any,
        u: Any,
        diag_update: Any = None,
        v: Any = None,
        is_diag_update_positive: bool | None = None,
        is_non_singular: bool | None = None,
        is_self_adjoint: bool | None = None,
        is_positive_definite: bool | None = None,
        is_square: bool | None = None,
        name: str = "LinearOperatorLowRankUpdate",
    ) -> None:
        parameters = {
            "base_operator": base_operator,
            "u": u,
            "diag_update": diag_update,
            "v": v,
            "is_diag_update_positive": is_diag_update_positive,
            "is_non_singular": is_non_singular,
            "is_self_adjoint": is_self_adjoint,
            "is_positive_definite": is_positive_definite,
            "is_square": is_square,
            "name": name,
        }
        self._base_operator = base_operator
        self._u = arrays.parameter(u, "u")
        self._v_given = v is not None
        self._v = self._u if v is None else arrays.parameter(v, "v")
        self._diag_update = None if diag_update is None else arrays.parameter(diag_update, "diag_update")
        for each, rows, title in (
            (self._u, base_operator.range_dimension, "u"),
            (self._v, base_operator.domain_dimension, "v"),
        ):
            arrays.at_least(each, 2, title)
            if each.dtype is not base_operator.dtype:
                raise TypeError(f"{title} has dtype {each.dtype.name}, base_operator has {base_operator.dtype.name}.")
            if each.shape.rank is not None and None not in (rows, each.shape[-2]) and rows != each.shape[-2]:
                raise ValueError(f"Dimensions {rows} and {each.shape[-2]} are not compatible: base_operator, {title}.")
        if self._diag_update is None:
            is_diag_update_positive = required(
                is_diag_update_positive, "is_diag_update_positive must be True or None without a diag_update."
            )
        symmetric = not self._v_given and base_operator.is_self_adjoint
        if is_self_adjoint is None and symmetric and not base_operator.dtype.is_complex:
            is_self_adjoint = True
        self._capacitance_is_positive = bool(
            symmetric and base_operator.is_positive_definite and is_diag_update_positive
        )
        if self._capacitance_is_positive:
            for hint in (is_positive_definite, is_self_adjoint):
                if hint is False:
                    raise ValueError(
                        "Arguments imply self-adjoint positive-definite operator. Received a hint that it is not."
                    )
            is_positive_definite = is_self_adjoint = True
        self._is_diag_update_positive = is_diag_update_positive
        super().__init__(
            base_operator.dtype,
            None,
            is_non_singular,
            is_self_adjoint,
            is_positive_definite,
            is_square,
            name,
            parameters,
        )

    @property
    def u(self) -> Any:
        """``U``."""
        return self._u

    @property
    def v(self) -> Any:
        """``V``."""
        return self._v

    @property
    def is_diag_update_positive(self) -> bool | None:
        """Whether ``D`` is positive, if known."""
        return self._is_diag_update_positive

    @property
    def diag_update(self) -> Any:
        """The diagonals of ``D``, or None."""
        return self._diag_update

    @property
    def diag_operator(self) -> Any:
        """``D`` as an operator."""
        if self._diag_update is not None:
            return LinearOperatorDiag(self._diag_update, is_positive_definite=self._is_diag_update_positive)
        rank = array.shape(self._u)[-1] if self._u.shape[-1] is None else self._u.shape[-1]
        return LinearOperatorIdentity(rank, dtype=self.dtype)

    @property
    def base_operator(self) -> Any:
        """``L``."""
        return self._base_operator

    def _shape(self) -> TensorShape:
        shape: TensorShape = self._base_operator.shape
        if shape.rank is None or self._u.shape.rank is None or self._v.shape.rank is None:
            return TensorShape(None)
        batches = [shape[:-2], self._u.shape[:-2], self._v.shape[:-2]]
        if self._diag_update is not None:
            batches.append(self._diag_update.shape[:-1])
        return arrays.common_batch(*batches).concatenate(shape[-2:])

    def _shape_tensor(self) -> Any:
        own = self._base_operator.shape_tensor()
        batches = [own[:-2], array.shape(self._u)[:-2], array.shape(self._v)[:-2]]
        if self._diag_update is not None:
            batches.append(array.shape(self._diag_update)[:-1])
        return concat([arrays.dynamic_common_batch(batches), own[-2:]], 0)

    def _matmul(self, x: Any, adjoint: bool = False, adjoint_arg: bool = False) -> Any:
        u, v, d = self._u, self._v, self.diag_operator
        base = self._base_operator.matmul(x, adjoint=adjoint, adjoint_arg=adjoint_arg)
        if adjoint:
            return add(base, matmul(v, d.matmul(matmul(u, x, adjoint_a=True, adjoint_b=adjoint_arg), adjoint=True)))
        return add(base, matmul(u, d.matmul(matmul(v, x, adjoint_a=True, adjoint_b=adjoint_arg))))

    def _to_dense(self) -> Any:
        return add(
            self._base_operator.to_dense(), matmul(self._u, self.diag_operator.matmul(self._v, adjoint_arg=True))
        )

    def _diag_part(self) -> Any:
        """That of ``L``, and the rows of ``U D`` times the conjugated rows of ``V``."""
        product = multiply(convert_to_tensor(self._u), conj(convert_to_tensor(self._v)))
        if self._diag_update is not None:
            product = multiply(product, array.expand_dims(self._diag_update, -2))
        return add(reduce_sum(product, -1), self._base_operator.diag_part())

    def _capacitance(self) -> Any:
        inner = matmul(self._v, self._base_operator.solve(convert_to_tensor(self._u)), adjoint_a=True)
        return self.diag_operator.inverse().add_to_tensor(inner)

    def _determinant(self) -> Any:
        if self._capacitance_is_positive:
            return exp(self._log_abs_determinant())
        small = multiply(det(self._capacitance()), self.diag_operator.determinant())
        return multiply(small, self._base_operator.determinant())

    def _log_abs_determinant(self) -> Any:
        capacitance = self._capacitance()
        if self._capacitance_is_positive:
            diagonal = diag_part(cholesky(capacitance))
            small = multiply(convert_to_tensor(2, dtype=self.dtype), reduce_sum(log(diagonal), -1))
        else:
            small = slogdet(capacitance)[1]
        small = add(small, self.diag_operator.log_abs_determinant())
        return add(small, self._base_operator.log_abs_determinant())

    def _solve(self, rhs: Any, adjoint: bool = False, adjoint_arg: bool = False) -> Any:
        base = self._base_operator
        u, v = (self._v, self._u) if adjoint else (self._u, self._v)
        first = base.solve(rhs, adjoint=adjoint, adjoint_arg=adjoint_arg)
        inner = matmul(v, first, adjoint_a=True)
        capacitance = self._capacitance()
        if self._capacitance_is_positive:
            small = cholesky_solve(cholesky(capacitance), inner)
        else:
            small = arrays.solve_broadcast(capacitance, inner, adjoint)
        return subtract(first, base.solve(matmul(u, small), adjoint=adjoint))

"""Operators of adjoints."""

from __future__ import annotations

from typing import Any

from flowstone_core.linear_operator import arrays
from flowstone_core.linear_operator.enclosing import EnclosingOperator
from flowstone_core.linear_operator.hints import inherited
from flowstone_core.ops.complex import conj
from flowstone_core.ops.joining import concat
from flowstone_core.ops.linalg import adjoint as adjoint_of
from flowstone_core.shapes import TensorShape


class LinearOperatorAdjoint(EnclosingOperator):
    """The conjugated transposes of another operator's matrices.

    >>> operator = tf.linalg.LinearOperatorFullMatrix([[1., 2.], [3., 4.]])
    >>> tf.linalg.LinearOperatorAdjoint(operator).to_dense().numpy()
    array([[1., 3.],
           [2., 4.]], dtype=float32)

    Args:
        operator: The operator.
        is_non_singular: As the operator's.
        is_self_adjoint: As the operator's.
        is_positive_definite: As the operator's.
        is_square: As the operator's.
        name: A name; that of the operator with ``_adjoint`` by default.
    """

    def __init__(
        self,
        operator: Any,
        is_non_singular: bool | None = None,
        is_self_adjoint: bool | None = None,
        is_positive_definite: bool | None = None,
        is_square: bool | None = None,
        name: str | None = None,
    ) -> None:
        parameters = {
            "operator": operator,
            "is_non_singular": is_non_singular,
            "is_self_adjoint": is_self_adjoint,
            "is_positive_definite": is_positive_definite,
            "is_square": is_square,
            "name": name,
        }
        self._operator = operator
        super().__init__(
            operator.dtype,
            None,
            inherited(is_non_singular, operator.is_non_singular, "is_non_singular"),
            inherited(is_self_adjoint, operator.is_self_adjoint, "is_self_adjoint"),
            inherited(is_positive_definite, operator.is_positive_definite, "is_positive_definite"),
            inherited(is_square, operator.is_square, "is_square"),
            name or f"{operator.name}_adjoint",
            parameters,
        )

    def _shape(self) -> TensorShape:
        shape: TensorShape = self._operator.shape
        return shape if shape.rank is None else TensorShape([*shape[:-2], shape[-1], shape[-2]])

    def _shape_tensor(self) -> Any:
        shape = self._operator.shape_tensor()
        return concat([shape[:-2], shape[-1:], shape[-2:-1]], 0)

    def _linop_adjoint(self) -> Any:
        return self._operator

    def _matmul(self, x: Any, adjoint: bool = False, adjoint_arg: bool = False) -> Any:
        return self._operator.matmul(x, adjoint=not adjoint, adjoint_arg=adjoint_arg)

    def _matvec(self, x: Any, adjoint: bool = False) -> Any:
        return self._operator.matvec(x, adjoint=not adjoint)

    def _solve(self, rhs: Any, adjoint: bool = False, adjoint_arg: bool = False) -> Any:
        return self._operator.solve(rhs, adjoint=not adjoint, adjoint_arg=adjoint_arg)

    def _solvevec(self, rhs: Any, adjoint: bool = False) -> Any:
        return self._operator.solvevec(rhs, adjoint=not adjoint)

    def _conjugate(self, value: Any) -> Any:
        return arrays.conj_if(value, self.dtype.is_complex)

    def _determinant(self) -> Any:
        return self._conjugate(self._operator.determinant())

    def _log_abs_determinant(self) -> Any:
        return self._operator.log_abs_determinant()

    def _trace(self) -> Any:
        return self._conjugate(self._operator.trace())

    def _diag_part(self) -> Any:
        return self._conjugate(self._operator.diag_part())

    def _to_dense(self) -> Any:
        return adjoint_of(self._operator.to_dense())

    def _eigvals(self) -> Any:
        return conj(self._operator.eigvals())

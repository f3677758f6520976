"""Operators of inverses."""

from __future__ import annotations

from typing import Any

from flowstone_core.linear_operator.enclosing import EnclosingOperator
from flowstone_core.linear_operator.hints import inherited, required
from flowstone_core.ops.math import negative, reciprocal
from flowstone_core.shapes import TensorShape


class LinearOperatorInversion(EnclosingOperator):
    """The inverses of another operator's matrices: products solve, solutions multiply.

    >>> operator = tf.linalg.LinearOperatorFullMatrix([[1., 0.], [0., 4.]])
    >>> tf.linalg.LinearOperatorInversion(operator).matvec([1., 2.]).numpy()
    array([1. , 0.5], dtype=float32)

    Args:
        operator: The operator.
        is_non_singular: True.
        is_self_adjoint: As the operator's.
        is_positive_definite: As the operator's.
        is_square: As the operator's.
        name: A name; that of the operator with ``_inv`` by default.

    Raises:
        ValueError: If a hint says that there are no inverses.
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
        if False in (operator.is_non_singular, is_non_singular):
            raise ValueError(
                "operator and supplied hints must have `is_non_singular` equal to `True` or `None`. "
                f"Found operator.is_non_singular={operator.is_non_singular}, is_non_singular={is_non_singular}"
            )
        self._operator = operator
        super().__init__(
            operator.dtype,
            None,
            inherited(is_non_singular, operator.is_non_singular, "is_non_singular"),
            inherited(is_self_adjoint, operator.is_self_adjoint, "is_self_adjoint"),
            inherited(is_positive_definite, operator.is_positive_definite, "is_positive_definite"),
            required(inherited(is_square, operator.is_square, "is_square"), "Only square operators have inverses."),
            name or f"{operator.name}_inv",
            parameters,
        )

    def _shape(self) -> TensorShape:
        shape: TensorShape = self._operator.shape
        return shape

    def _shape_tensor(self) -> Any:
        return self._operator.shape_tensor()

    def _linop_inverse(self) -> Any:
        return self._operator

    def _linop_solve(self, left_operator: Any, right_operator: Any) -> Any:
        return self._operator.matmul(right_operator) if left_operator is self else None

    def _matmul(self, x: Any, adjoint: bool = False, adjoint_arg: bool = False) -> Any:
        return self._operator.solve(x, adjoint=adjoint, adjoint_arg=adjoint_arg)

    def _solve(self, rhs: Any, adjoint: bool = False, adjoint_arg: bool = False) -> Any:
        return self._operator.matmul(rhs, adjoint=adjoint, adjoint_arg=adjoint_arg)

    def _determinant(self) -> Any:
        return reciprocal(self._operator.determinant())

    def _log_abs_determinant(self) -> Any:
        return negative(self._operator.log_abs_determinant())

    def _eigvals(self) -> Any:
        return reciprocal(self._operator.eigvals())

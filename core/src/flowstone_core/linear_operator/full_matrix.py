"""Operators that hold their matrices."""

from __future__ import annotations

from typing import Any

from flowstone_core.conversion import convert_to_tensor
from flowstone_core.linear_operator import arrays
from flowstone_core.linear_operator.base import FLOATS_AND_COMPLEX, LinearOperator, check_dtype
from flowstone_core.ops import array
from flowstone_core.ops.linalg import matmul
from flowstone_core.shapes import TensorShape


class LinearOperatorFullMatrix(LinearOperator):
    """Any matrices, ``[..., m, n]``.

    >>> operator = tf.linalg.LinearOperatorFullMatrix([[1., 2.], [3., 4.]])
    >>> operator.determinant().numpy().round(3)
    np.float32(-2.0)

    Args:
        matrix: ``[..., m, n]``, floating or complex.
        is_non_singular: Whether the matrices have inverses.
        is_self_adjoint: Whether they equal their adjoints.
        is_positive_definite: Whether they are positive definite.
        is_square: Whether they are square.
        name: A name.
    """

    _composite_tensor_fields = ("matrix",)
    _experimental_parameter_ndims_to_matrix_ndims = {"matrix": 2}

    def __init__(
        self,
        matrix: Any,
        is_non_singular: bool | None = None,
        is_self_adjoint: bool | None = None,
        is_positive_definite: bool | None = None,
        is_square: bool | None = None,
        name: str = "LinearOperatorFullMatrix",
    ) -> None:
        parameters = {
            "matrix": matrix,
            "is_non_singular": is_non_singular,
            "is_self_adjoint": is_self_adjoint,
            "is_positive_definite": is_positive_definite,
            "is_square": is_square,
            "name": name,
        }
        self._matrix = arrays.parameter(matrix, "matrix")
        arrays.at_least(self._matrix, 2, "matrix")
        check_dtype(self._matrix.dtype, FLOATS_AND_COMPLEX, "matrix")
        super().__init__(
            self._matrix.dtype,
            None,
            is_non_singular,
            is_self_adjoint,
            is_positive_definite,
            is_square,
            name,
            parameters,
        )

    @property
    def matrix(self) -> Any:
        """The matrices."""
        return self._matrix

    def _shape(self) -> TensorShape:
        shape: TensorShape = self._matrix.shape
        return shape

    def _shape_tensor(self) -> Any:
        return array.shape(self._matrix)

    def _matmul(self, x: Any, adjoint: bool = False, adjoint_arg: bool = False) -> Any:
        return matmul(self._matrix, x, adjoint_a=adjoint, adjoint_b=adjoint_arg)

    def _to_dense(self) -> Any:
        return convert_to_tensor(self._matrix)

"""Operators of lower triangular matrices."""

from __future__ import annotations

from typing import Any

from flowstone_core.linear_operator import arrays
from flowstone_core.linear_operator.base import FLOATS_AND_COMPLEX, LinearOperator, check_dtype
from flowstone_core.linear_operator.hints import required
from flowstone_core.ops import array
from flowstone_core.ops.cast import cast
from flowstone_core.ops.compare import not_equal
from flowstone_core.ops.decomposition import triangular_solve
from flowstone_core.ops.diagonal import band_part, diag_part
from flowstone_core.ops.elementary import log
from flowstone_core.ops.linalg import matmul
from flowstone_core.ops.math import abs as absolute
from flowstone_core.ops.reduce import reduce_all, reduce_prod, reduce_sum
from flowstone_core.ops.script import Assert
from flowstone_core.shapes import TensorShape


class LinearOperatorLowerTriangular(LinearOperator):
    """Lower triangular matrices.

    >>> tf.linalg.LinearOperatorLowerTriangular([[1., 9.], [3., 4.]]).to_dense().numpy()
    array([[1., 0.],
           [3., 4.]], dtype=float32)

    Args:
        tril: ``[..., n, n]``; what is above the diagonal counts as 0.
        is_non_singular: Whether no element of the diagonal is 0.
        is_self_adjoint: Whether the matrices are diagonal and real.
        is_positive_definite: Whether they are positive definite.
        is_square: True.
        name: A name.

    Raises:
        ValueError: If ``is_square`` is False, or there are fewer than two dimensions.
    """

    _composite_tensor_fields = ("tril",)
    _experimental_parameter_ndims_to_matrix_ndims = {"tril": 2}

    def __init__(
        self,
        tril: Any,
        is_non_singular: bool | None = None,
        is_self_adjoint: bool | None = None,
        is_positive_definite: bool | None = None,
        is_square: bool | None = None,
        name: str = "LinearOperatorLowerTriangular",
    ) -> None:
        parameters = {
            "tril": tril,
            "is_non_singular": is_non_singular,
            "is_self_adjoint": is_self_adjoint,
            "is_positive_definite": is_positive_definite,
            "is_square": is_square,
            "name": name,
        }
        is_square = required(is_square, "Only square lower triangular operators supported at this time.")
        self._tril = arrays.parameter(tril, "tril")
        arrays.at_least(self._tril, 2, "tril")
        check_dtype(self._tril.dtype, FLOATS_AND_COMPLEX, "tril")
        super().__init__(
            self._tril.dtype,
            None,
            is_non_singular,
            is_self_adjoint,
            is_positive_definite,
            is_square,
            name,
            parameters,
        )

    @property
    def tril(self) -> Any:
        """The matrices as they were given."""
        return self._tril

    def _shape(self) -> TensorShape:
        shape: TensorShape = self._tril.shape
        return shape

    def _shape_tensor(self) -> Any:
        return array.shape(self._tril)

    def _assert_non_singular(self) -> Any:
        message = "Singular operator:  Diagonal contained zero values."
        return Assert(reduce_all(not_equal(self._diag_part(), 0)), [message, self._diag_part()])

    def _matmul(self, x: Any, adjoint: bool = False, adjoint_arg: bool = False) -> Any:
        return matmul(self._to_dense(), x, adjoint_a=adjoint, adjoint_b=adjoint_arg)

    def _solve(self, rhs: Any, adjoint: bool = False, adjoint_arg: bool = False) -> Any:
        return triangular_solve(self._to_dense(), arrays.adjoint_if(rhs, adjoint_arg), lower=True, adjoint=adjoint)

    def _determinant(self) -> Any:
        return reduce_prod(self._diag_part(), -1)

    def _log_abs_determinant(self) -> Any:
        return cast(reduce_sum(log(absolute(self._diag_part())), -1), self.dtype)

    def _diag_part(self) -> Any:
        return diag_part(self._tril)

    def _to_dense(self) -> Any:
        return band_part(self._tril, -1, 0)

    def _eigvals(self) -> Any:
        return self._diag_part()

"""Operators that hold their diagonals."""

from __future__ import annotations

from typing import Any

from flowstone_core.conversion import convert_to_tensor
from flowstone_core.linear_operator import arrays
from flowstone_core.linear_operator.base import FLOATS_AND_COMPLEX, LinearOperator, check_dtype
from flowstone_core.linear_operator.hints import hints_of, of_commuting_product, of_product, required
from flowstone_core.linear_operator.lower_triangular import LinearOperatorLowerTriangular
from flowstone_core.ops import array
from flowstone_core.ops.cast import cast
from flowstone_core.ops.compare import equal, greater, not_equal
from flowstone_core.ops.complex import conj, imag, real
from flowstone_core.ops.diagonal import diag, diag_part, set_diag
from flowstone_core.ops.elementary import log, sqrt
from flowstone_core.ops.joining import concat
from flowstone_core.ops.math import abs as absolute
from flowstone_core.ops.math import add, divide, multiply, reciprocal
from flowstone_core.ops.reduce import reduce_all, reduce_max, reduce_min, reduce_prod, reduce_sum
from flowstone_core.ops.script import Assert
from flowstone_core.shapes import TensorShape


class LinearOperatorDiag(LinearOperator):
    """Diagonal matrices.

    >>> tf.linalg.LinearOperatorDiag([1., 2.]).solvevec([3., 4.]).numpy()
    array([3., 2.], dtype=float32)

    Args:
        diag: The diagonals, ``[..., n]``.
        is_non_singular: Whether no element is 0.
        is_self_adjoint: Whether all elements are real; known for real types.
        is_positive_definite: Whether all elements are positive.
        is_square: True.
        name: A name.

    Raises:
        ValueError: If a hint is wrong for any diagonal matrix.
    """

    _composite_tensor_fields = ("diag",)
    _experimental_parameter_ndims_to_matrix_ndims = {"diag": 1}

    def __init__(
        self,
        diag: Any,
        is_non_singular: bool | None = None,
        is_self_adjoint: bool | None = None,
        is_positive_definite: bool | None = None,
        is_square: bool | None = None,
        name: str = "LinearOperatorDiag",
    ) -> None:
        parameters = {
            "diag": diag,
            "is_non_singular": is_non_singular,
            "is_self_adjoint": is_self_adjoint,
            "is_positive_definite": is_positive_definite,
            "is_square": is_square,
            "name": name,
        }
        self._diag = arrays.parameter(diag, "diag")
        arrays.at_least(self._diag, 1, "diag")
        check_dtype(self._diag.dtype, FLOATS_AND_COMPLEX, "diag")
        if not self._diag.dtype.is_complex:
            is_self_adjoint = required(is_self_adjoint, "A real diagonal operator is always self adjoint.")
        is_square = required(is_square, "Only square diagonal operators currently supported.")
        super().__init__(
            self._diag.dtype,
            None,
            is_non_singular,
            is_self_adjoint,
            is_positive_definite,
            is_square,
            name,
            parameters,
        )

    @property
    def diag(self) -> Any:
        """The diagonals."""
        return self._diag

    def _shape(self) -> TensorShape:
        shape: TensorShape = self._diag.shape
        return shape.concatenate(shape[-1:])

    def _shape_tensor(self) -> Any:
        sizes = array.shape(self._diag)
        return concat([sizes, sizes[-1:]], 0)

    def _assert_non_singular(self) -> Any:
        message = "Singular operator:  Diagonal contained zero values."
        return Assert(reduce_all(not_equal(self._diag, 0)), [message, self._diag])

    def _assert_positive_definite(self) -> Any:
        values = real(self._diag) if self.dtype.is_complex else self._diag
        return Assert(reduce_all(greater(values, 0)), ["Diagonal operator had diagonal entries <= 0.", values])

    def _assert_self_adjoint(self) -> Any:
        if not self.dtype.is_complex:
            return None
        message = "This diagonal operator contained non-zero imaginary values.  Thus it was not self-adjoint."
        return Assert(reduce_all(equal(imag(self._diag), 0)), [message, self._diag])

    # -- operators -------------------------------------------------------------------------------------------------

    def _linop_adjoint(self) -> Any:
        return LinearOperatorDiag(conj(self._diag), **hints_of(self)._asdict())

    def _linop_inverse(self) -> Any:
        return LinearOperatorDiag(reciprocal(self._diag), **hints_of(self)._asdict())

    def _linop_cholesky(self) -> Any:
        return LinearOperatorDiag(sqrt(self._diag), **hints_of(self)._asdict())

    def _linop_matmul(self, left_operator: Any, right_operator: Any) -> Any:
        if isinstance(left_operator, LinearOperatorDiag):
            if isinstance(right_operator, LinearOperatorDiag):
                hints = of_commuting_product(left_operator, right_operator)
                return LinearOperatorDiag(multiply(left_operator.diag, right_operator.diag), **hints._asdict())
            if isinstance(right_operator, LinearOperatorLowerTriangular):
                rows = multiply(arrays.column(left_operator.diag), right_operator.to_dense())
                return _triangular(rows, left_operator, right_operator)
        elif isinstance(left_operator, LinearOperatorLowerTriangular):
            columns = multiply(left_operator.to_dense(), array.expand_dims(self._diag, -2))
            return _triangular(columns, left_operator, right_operator)
        return None

    def _linop_solve(self, left_operator: Any, right_operator: Any) -> Any:
        if not isinstance(left_operator, LinearOperatorDiag):
            return None
        if isinstance(right_operator, LinearOperatorDiag):
            hints = of_commuting_product(left_operator, right_operator)
            return LinearOperatorDiag(divide(right_operator.diag, left_operator.diag), **hints._asdict())
        if isinstance(right_operator, LinearOperatorLowerTriangular):
            rows = divide(right_operator.to_dense(), arrays.column(left_operator.diag))
            return _triangular(rows, left_operator, right_operator)
        return None

    # -- tensors ---------------------------------------------------------------------------------------------------

    def _matmul(self, x: Any, adjoint: bool = False, adjoint_arg: bool = False) -> Any:
        return multiply(arrays.column(arrays.conj_if(self._diag, adjoint)), arrays.adjoint_if(x, adjoint_arg))

    def _matvec(self, x: Any, adjoint: bool = False) -> Any:
        return multiply(arrays.conj_if(self._diag, adjoint), x)

    def _solve(self, rhs: Any, adjoint: bool = False, adjoint_arg: bool = False) -> Any:
        return divide(arrays.adjoint_if(rhs, adjoint_arg), arrays.column(arrays.conj_if(self._diag, adjoint)))

    def _determinant(self) -> Any:
        return reduce_prod(self._diag, -1)

    def _log_abs_determinant(self) -> Any:
        return cast(reduce_sum(log(absolute(self._diag)), -1), self.dtype)

    def _to_dense(self) -> Any:
        return diag(self._diag)

    def _diag_part(self) -> Any:
        return convert_to_tensor(self._diag)

    def _add_to_tensor(self, x: Any) -> Any:
        return set_diag(x, add(diag_part(x), self._diag))

    def _eigvals(self) -> Any:
        return convert_to_tensor(self._diag)

    def _cond(self) -> Any:
        sizes = absolute(self._diag)
        return divide(reduce_max(sizes, -1), reduce_min(sizes, -1))


def _triangular(values: Any, left: Any, right: Any) -> LinearOperatorLowerTriangular:
    hints = of_product(left, right)
    return LinearOperatorLowerTriangular(
        values,
        is_non_singular=hints.is_non_singular,
        is_square=True,
    )

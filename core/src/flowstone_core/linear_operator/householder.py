"""Operators of reflections."""

from __future__ import annotations

from typing import Any

from flowstone_core.conversion import convert_to_tensor
from flowstone_core.errors import InvalidArgumentError
from flowstone_core.linear_operator import arrays
from flowstone_core.linear_operator.base import FLOATS_AND_COMPLEX, LinearOperator, check_dtype
from flowstone_core.linear_operator.hints import required
from flowstone_core.ops import array, filling
from flowstone_core.ops.cast import cast
from flowstone_core.ops.complex import conj
from flowstone_core.ops.diagonal import diag_part, set_diag
from flowstone_core.ops.joining import concat
from flowstone_core.ops.linalg import matmul
from flowstone_core.ops.math import abs as absolute
from flowstone_core.ops.math import add, divide, multiply, negative, square, subtract
from flowstone_core.ops.reduce import reduce_sum
from flowstone_core.shapes import TensorShape


class LinearOperatorHouseholder(LinearOperator):
    """Reflections at the hyperplane to which an axis is orthogonal: ``I - 2 v v^H / ‖v‖²``.

    >>> tf.linalg.LinearOperatorHouseholder([1., 0.]).matvec([3., 4.]).numpy()
    array([-3.,  4.], dtype=float32)

    Args:
        reflection_axis: The axes ``v``, ``[..., n]``.
        is_non_singular: True.
        is_self_adjoint: True.
        is_positive_definite: False.
        is_square: True.
        name: A name.

    Raises:
        ValueError: If a hint is wrong for a reflection.
    """

    _composite_tensor_fields = ("reflection_axis",)
    _experimental_parameter_ndims_to_matrix_ndims = {"reflection_axis": 1}

    def __init__(
        self,
        reflection_axis: Any,
        is_non_singular: bool | None = None,
        is_self_adjoint: bool | None = None,
        is_positive_definite: bool | None = None,
        is_square: bool | None = None,
        name: str = "LinearOperatorHouseholder",
    ) -> None:
        parameters = {
            "reflection_axis": reflection_axis,
            "is_non_singular": is_non_singular,
            "is_self_adjoint": is_self_adjoint,
            "is_positive_definite": is_positive_definite,
            "is_square": is_square,
            "name": name,
        }
        self._reflection_axis = arrays.parameter(reflection_axis, "reflection_axis")
        arrays.at_least(self._reflection_axis, 1, "reflection_axis")
        check_dtype(self._reflection_axis.dtype, FLOATS_AND_COMPLEX, "reflection_axis")
        if is_positive_definite:
            raise ValueError("A Householder operator is always non-positive definite.")
        required(is_self_adjoint, "A Householder operator is always self adjoint.")
        required(is_square, "A Householder operator is always square.")
        super().__init__(self._reflection_axis.dtype, None, is_non_singular, True, False, True, name, parameters)

    @property
    def reflection_axis(self) -> Any:
        """The axes."""
        return self._reflection_axis

    def _shape(self) -> TensorShape:
        shape: TensorShape = self._reflection_axis.shape
        return shape.concatenate(shape[-1:])

    def _shape_tensor(self) -> Any:
        sizes = array.shape(self._reflection_axis)
        return concat([sizes, sizes[-1:]], 0)

    def _assert_non_singular(self) -> Any:
        return None

    def _assert_positive_definite(self) -> Any:
        raise InvalidArgumentError(None, None, "Householder operators are always non-positive definite.")

    def _assert_self_adjoint(self) -> Any:
        return None

    def _linop_adjoint(self) -> Any:
        return self

    def _linop_inverse(self) -> Any:
        return self

    def _squares(self) -> Any:
        axis = convert_to_tensor(self._reflection_axis)
        return cast(square(absolute(axis)), self.dtype)

    def _norm(self) -> Any:
        """``‖v‖²``, with a dimension of size 1."""
        return reduce_sum(self._squares(), -1, keepdims=True)

    def _matmul(self, x: Any, adjoint: bool = False, adjoint_arg: bool = False) -> Any:
        x = arrays.adjoint_if(x, adjoint_arg)
        axis = arrays.column(convert_to_tensor(self._reflection_axis))
        along = matmul(axis, x, adjoint_a=True)
        scaled = divide(multiply(convert_to_tensor(2, dtype=self.dtype), axis), arrays.column(self._norm()))
        return subtract(x, matmul(scaled, along))

    def _solve(self, rhs: Any, adjoint: bool = False, adjoint_arg: bool = False) -> Any:
        return self._matmul(rhs, adjoint, adjoint_arg)

    def _trace(self) -> Any:
        return add(filling.zeros(self.batch_shape_tensor(), self.dtype), self._rank_less_two())

    def _rank_less_two(self) -> Any:
        return cast(self.domain_dimension_tensor() - 2, self.dtype)

    def _determinant(self) -> Any:
        return negative(filling.ones(self.batch_shape_tensor(), self.dtype))

    def _log_abs_determinant(self) -> Any:
        return filling.zeros(self.batch_shape_tensor(), self.dtype)

    def _to_dense(self) -> Any:
        axis = arrays.column(convert_to_tensor(self._reflection_axis))
        scaled = divide(multiply(convert_to_tensor(-2, dtype=self.dtype), axis), arrays.column(self._norm()))
        products = matmul(scaled, conj(axis), transpose_b=True)
        return set_diag(products, add(diag_part(products), convert_to_tensor(1, dtype=self.dtype)))

    def _diag_part(self) -> Any:
        shares = divide(self._squares(), self._norm())
        return subtract(
            convert_to_tensor(1, dtype=self.dtype), multiply(convert_to_tensor(2, dtype=self.dtype), shares)
        )

    def _eigvals(self) -> Any:
        shape = self.shape_tensor()
        ones = filling.ones(concat([shape[:-2], shape[-1:] - 1], 0), self.dtype)
        return concat([negative(filling.ones(concat([shape[:-2], [1]], 0), self.dtype)), ones], -1)

    def _cond(self) -> Any:
        return filling.ones(self.batch_shape_tensor(), self.dtype)

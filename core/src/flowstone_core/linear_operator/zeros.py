"""Operators of matrices of zeros."""

from __future__ import annotations

from typing import Any

from flowstone_core.dtypes import float32
from flowstone_core.errors import InvalidArgumentError
from flowstone_core.linear_operator import arrays
from flowstone_core.linear_operator.base import LinearOperator
from flowstone_core.linear_operator.identity import (
    batch_tensor,
    known_batch,
    known_size,
    whole_scalar,
    whole_vector,
)
from flowstone_core.ops import array, filling
from flowstone_core.ops.joining import concat
from flowstone_core.ops.math import minimum
from flowstone_core.shapes import TensorShape


class LinearOperatorZeros(LinearOperator):
    """Matrices of zeros.

    >>> tf.linalg.LinearOperatorZeros(2).matvec([1., 2.]).numpy()
    array([0., 0.], dtype=float32)

    Args:
        num_rows: The number of rows.
        num_columns: The number of columns; that of rows by default.
        batch_shape: The shape of the batch; none by default.
        dtype: The element type; float32 by default.
        is_non_singular: False.
        is_self_adjoint: Whether the matrices are square.
        is_positive_definite: False.
        is_square: Whether the matrices are square.
        assert_proper_shapes: Accepted; operations check shapes themselves.
        name: A name.

    Raises:
        ValueError: If a hint is wrong for zeros.
    """

    def __init__(
        self,
        num_rows: Any,
        num_columns: Any = None,
        batch_shape: Any = None,
        dtype: Any = None,
        is_non_singular: bool | None = False,
        is_self_adjoint: bool | None = True,
        is_positive_definite: bool | None = False,
        is_square: bool | None = True,
        assert_proper_shapes: bool = False,
        name: str = "LinearOperatorZeros",
    ) -> None:
        parameters = {
            "num_rows": num_rows,
            "num_columns": num_columns,
            "batch_shape": batch_shape,
            "dtype": dtype,
            "is_non_singular": is_non_singular,
            "is_self_adjoint": is_self_adjoint,
            "is_positive_definite": is_positive_definite,
            "is_square": is_square,
            "assert_proper_shapes": assert_proper_shapes,
            "name": name,
        }
        if not is_self_adjoint and is_square:
            raise ValueError("A zero operator is always self adjoint.")
        if is_non_singular:
            raise ValueError("A zero operator is always singular.")
        if is_positive_definite:
            raise ValueError("A zero operator is always not positive-definite.")
        self._num_rows = whole_scalar(num_rows, "num_rows")
        self._num_columns = self._num_rows if num_columns is None else whole_scalar(num_columns, "num_columns")
        self._batch = whole_vector(batch_shape, "batch_shape")
        if is_square and num_columns is not None:
            sizes = known_size(self._num_rows), known_size(self._num_columns)
            if None not in sizes and sizes[0] != sizes[1]:
                raise ValueError(f"LinearOperatorZeros initialized as is_square=True, but got {sizes[0]} != {sizes[1]}")
        super().__init__(dtype or float32, None, False, is_self_adjoint, False, is_square, name, parameters)

    def _shape(self) -> TensorShape:
        return known_batch(self._batch).concatenate([known_size(self._num_rows), known_size(self._num_columns)])

    def _shape_tensor(self) -> Any:
        rows, columns = array.reshape(self._num_rows, [1]), array.reshape(self._num_columns, [1])
        return concat([batch_tensor(self._batch), rows, columns], 0)

    def _assert_non_singular(self) -> Any:
        raise InvalidArgumentError(None, None, "Zero operators are always non-invertible.")

    def _assert_positive_definite(self) -> Any:
        raise InvalidArgumentError(None, None, "Zero operators are always non-positive definite.")

    def _assert_self_adjoint(self) -> Any:
        return None

    def _linop_matmul(self, left_operator: Any, right_operator: Any) -> Any:
        if left_operator.is_square and right_operator.is_square:
            return self
        rows, columns = left_operator.range_dimension_tensor(), right_operator.domain_dimension_tensor()
        batch = array.broadcast_dynamic_shape(left_operator.batch_shape_tensor(), right_operator.batch_shape_tensor())
        return LinearOperatorZeros(rows, columns, batch, self.dtype, False, False, False, False)

    def _matmul(self, x: Any, adjoint: bool = False, adjoint_arg: bool = False) -> Any:
        sizes = array.shape(arrays.adjoint_if(x, adjoint_arg))
        rows = array.reshape(self._num_columns if adjoint else self._num_rows, [1])
        batch = array.broadcast_dynamic_shape(sizes[:-2], self.batch_shape_tensor())
        return filling.zeros(concat([batch, rows, sizes[-1:]], 0), self.dtype)

    def _determinant(self) -> Any:
        return filling.zeros(self.batch_shape_tensor(), self.dtype)

    def _trace(self) -> Any:
        return filling.zeros(self.batch_shape_tensor(), self.dtype)

    def _diag_part(self) -> Any:
        least = array.reshape(minimum(self._num_rows, self._num_columns), [1])
        return filling.zeros(concat([self.batch_shape_tensor(), least], 0), self.dtype)

    def _to_dense(self) -> Any:
        return filling.zeros(self.shape_tensor(), self.dtype)

    def _add_to_tensor(self, x: Any) -> Any:
        self._check_fit(x.shape, -1, -1)
        self._check_fit(x.shape, -2, -2)
        return x

    def _eigvals(self) -> Any:
        return self._diag_part()

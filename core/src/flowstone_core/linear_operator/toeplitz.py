"""Operators of Toeplitz matrices."""

from __future__ import annotations

from typing import Any

from flowstone_core.conversion import convert_to_tensor
from flowstone_core.linear_operator import arrays
from flowstone_core.linear_operator.base import LinearOperator
from flowstone_core.linear_operator.hints import required
from flowstone_core.ops import array, filling
from flowstone_core.ops.cast import cast
from flowstone_core.ops.compare import equal
from flowstone_core.ops.complex import conj
from flowstone_core.ops.gathering import gather
from flowstone_core.ops.joining import concat
from flowstone_core.ops.linalg import matmul
from flowstone_core.ops.math import multiply
from flowstone_core.ops.rearranging import reverse
from flowstone_core.ops.reduce import reduce_all
from flowstone_core.ops.script import Assert
from flowstone_core.shapes import TensorShape


class LinearOperatorToeplitz(LinearOperator):
    """Matrices whose diagonals are constant, by their first columns and rows.

    >>> tf.linalg.LinearOperatorToeplitz([1., 2., 3.], [1., 4., 5.]).to_dense().numpy()
    array([[1., 4., 5.],
           [2., 1., 4.],
           [3., 2., 1.]], dtype=float32)

    Args:
        col: The first columns, ``[..., n]``.
        row: The first rows, ``[..., n]``; their first elements do not count.
        is_non_singular: Whether the matrices have inverses.
        is_self_adjoint: Whether they equal their adjoints.
        is_positive_definite: Whether they are positive definite.
        is_square: True.
        name: A name.

    Raises:
        ValueError: If ``is_square`` is False, or there are no dimensions.
    """

    _composite_tensor_fields = ("col", "row")
    _experimental_parameter_ndims_to_matrix_ndims = {"col": 1, "row": 1}

    def __init__(
        self,
        col: Any,
        row: Any,
        is_non_singular: bool | None = None,
        is_self_adjoint: bool | None = None,
        is_positive_definite: bool | None = None,
        is_square: bool | None = None,
        name: str = "LinearOperatorToeplitz",
    ) -> None:
        parameters = {
            "col": col,
            "row": row,
            "is_non_singular": is_non_singular,
            "is_self_adjoint": is_self_adjoint,
            "is_positive_definite": is_positive_definite,
            "is_square": is_square,
            "name": name,
        }
        self._col = arrays.parameter(col, "col")
        self._row = arrays.parameter(row, "row")
        for each, title in ((self._col, "col"), (self._row, "row")):
            arrays.at_least(each, 1, title)
        sizes = [each.shape[-1] if each.shape.rank is not None else None for each in (self._col, self._row)]
        if None not in sizes and sizes[0] != sizes[1]:
            raise ValueError(f"Expected `col` and `row` to have the same last dimension, got {sizes}.")
        is_square = required(is_square, "Only square Toeplitz operators currently supported.")
        super().__init__(
            self._row.dtype,
            None,
            is_non_singular,
            is_self_adjoint,
            is_positive_definite,
            is_square,
            name,
            parameters,
        )

    @property
    def col(self) -> Any:
        """The first columns."""
        return self._col

    @property
    def row(self) -> Any:
        """The first rows."""
        return self._row

    def _shape(self) -> TensorShape:
        if self._col.shape.rank is None or self._row.shape.rank is None:
            return TensorShape(None)
        batch = arrays.common_batch(self._col.shape[:-1], self._row.shape[:-1])
        return batch.concatenate([self._row.shape[-1]] * 2)

    def _shape_tensor(self) -> Any:
        common = array.broadcast_dynamic_shape(array.shape(self._col), array.shape(self._row))
        return concat([common, common[-1:]], 0)

    def _assert_self_adjoint(self) -> Any:
        message = "row and col are not conjugates, and so this operator is not self-adjoint."
        return Assert(reduce_all(equal(self._row, conj(self._col))), [message, self._row, self._col])

    def _to_dense(self) -> Any:
        size = self.domain_dimension_tensor()
        batch = self.batch_shape_tensor()
        col, row = arrays.spread(self._col, batch, 1), arrays.spread(self._row, batch, 1)
        diagonals = concat([reverse(col, [-1]), row[..., 1:]], -1)  # from the lowest to the highest
        places = filling.range(size)
        return gather(diagonals, size - 1 + places - arrays.column(places), axis=-1)

    def _matmul(self, x: Any, adjoint: bool = False, adjoint_arg: bool = False) -> Any:
        return matmul(self._to_dense(), x, adjoint_a=adjoint, adjoint_b=adjoint_arg)

    def _first(self) -> Any:
        shared = filling.ones(self.batch_shape_tensor(), self.dtype)
        return multiply(convert_to_tensor(self._col)[..., 0], shared)

    def _trace(self) -> Any:
        return multiply(cast(self.domain_dimension_tensor(), self.dtype), self._first())

    def _diag_part(self) -> Any:
        ones = filling.ones(array.reshape(self.domain_dimension_tensor(), [1]), self.dtype)
        return multiply(arrays.column(self._first()), ones)

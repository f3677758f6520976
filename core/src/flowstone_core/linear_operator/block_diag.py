"""Operators of block diagonal matrices."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import Any

from flowstone_core.linear_operator import arrays
from flowstone_core.linear_operator.blocks import BlockOperator, joined
from flowstone_core.linear_operator.composition import one_dtype
from flowstone_core.linear_operator.hints import hints_of, shared
from flowstone_core.ops import array
from flowstone_core.ops.joining import concat
from flowstone_core.ops.math import add, multiply
from flowstone_core.ops.rearranging import pad
from flowstone_core.shapes import TensorShape


def total(sizes: Any) -> Any:
    """The sum of sizes, None if one is not known."""
    found = list(sizes)
    return None if None in found else functools.reduce(lambda a, b: a + b, found)


class LinearOperatorBlockDiag(BlockOperator):
    """Matrices with other operators' along the diagonal, and zeros elsewhere.

    >>> a, b = tf.linalg.LinearOperatorDiag([1., 2.]), tf.linalg.LinearOperatorFullMatrix([[3.]])
    >>> tf.linalg.LinearOperatorBlockDiag([a, b]).diag_part().numpy()
    array([1., 2., 3.], dtype=float32)

    Args:
        operators: The blocks, from the upper left.
        is_non_singular: Whether there are inverses; known if all blocks have one.
        is_self_adjoint: Whether the matrices equal their adjoints; known if all blocks do.
        is_positive_definite: Whether they are positive definite; known if all blocks are.
        is_square: Whether they are square, known if all blocks are.
        name: A name; those of the blocks, joined by ``_ds_``, by default.

    Raises:
        ValueError: If the list is empty, or a hint contradicts those of the blocks.
        TypeError: If types differ.
    """

    _composite_tensor_fields = ("operators",)

    def __init__(
        self,
        operators: Any,
        is_non_singular: bool | None = None,
        is_self_adjoint: bool | None = None,
        is_positive_definite: bool | None = None,
        is_square: bool | None = True,
        name: str | None = None,
    ) -> None:
        parameters = {
            "operators": operators,
            "is_non_singular": is_non_singular,
            "is_self_adjoint": is_self_adjoint,
            "is_positive_definite": is_positive_definite,
            "is_square": is_square,
            "name": name,
        }
        self._operators = list(operators)
        dtype = one_dtype(self._operators)
        square = None if any(operator.is_square is False for operator in self._operators) else is_square
        super().__init__(
            dtype,
            None,
            self._derived("is_non_singular", is_non_singular),
            self._derived("is_self_adjoint", is_self_adjoint),
            self._derived("is_positive_definite", is_positive_definite),
            square,
            name or "_ds_".join(operator.name for operator in self._operators),
            parameters,
        )

    def _derived(self, key: str, value: bool | None) -> bool | None:
        because = f"Blocks that all have {key}=True make a matrix that has it too; the hint says not."
        return shared(self._operators, key, value, because)

    @property
    def operators(self) -> list[Any]:
        """The blocks."""
        return self._operators

    def _row_operators(self) -> Sequence[Any]:
        return self._operators

    def _column_operators(self) -> Sequence[Any]:
        return self._operators

    def _shape(self) -> TensorShape:
        batch = arrays.common_batch(*(operator.batch_shape for operator in self._operators))
        rows = total(operator.range_dimension for operator in self._operators)
        columns = total(operator.domain_dimension for operator in self._operators)
        return batch.concatenate([rows, columns])

    def _shape_tensor(self) -> Any:
        batch = arrays.dynamic_common_batch([operator.batch_shape_tensor() for operator in self._operators])
        rows = total(operator.range_dimension_tensor() for operator in self._operators)
        columns = total(operator.domain_dimension_tensor() for operator in self._operators)
        return concat([batch, array.reshape(rows, [1]), array.reshape(columns, [1])], 0)

    def _assert_non_singular(self) -> Any:
        for operator in self._operators:
            operator.assert_non_singular()

    def _assert_self_adjoint(self) -> Any:
        for operator in self._operators:
            operator.assert_self_adjoint()

    def _assert_positive_definite(self) -> Any:
        for operator in self._operators:
            operator.assert_positive_definite()

    # -- operators -------------------------------------------------------------------------------------------------

    def _each(self, function: Any, suffix: str) -> LinearOperatorBlockDiag:
        blocks = [function(operator) for operator in self._operators]
        return LinearOperatorBlockDiag(blocks, **hints_of(self)._asdict(), name=self.name + suffix)

    def _linop_adjoint(self) -> Any:
        return self._each(lambda operator: operator.adjoint(), "_adjoint")

    def _linop_inverse(self) -> Any:
        return self._each(lambda operator: operator.inverse(), "_inv")

    def _linop_cholesky(self) -> Any:
        if not all(operator.is_self_adjoint and operator.is_positive_definite for operator in self._operators):
            return super()._linop_cholesky()
        factors = [operator.cholesky() for operator in self._operators]
        return LinearOperatorBlockDiag(factors, is_non_singular=True, is_square=True)

    def _blockwise(self, left: Any, right: Any, function: Any) -> Any:
        if not isinstance(left, LinearOperatorBlockDiag) or not isinstance(right, LinearOperatorBlockDiag):
            return None
        sizes = [operator.domain_dimension for operator in left.operators]
        if None in sizes or sizes != [operator.range_dimension for operator in right.operators]:
            return None
        pairs = zip(left.operators, right.operators, strict=True)
        return LinearOperatorBlockDiag([function(one, other) for one, other in pairs], is_square=None)

    def _linop_matmul(self, left_operator: Any, right_operator: Any) -> Any:
        return self._blockwise(left_operator, right_operator, lambda one, other: one.matmul(other))

    def _linop_solve(self, left_operator: Any, right_operator: Any) -> Any:
        return self._blockwise(left_operator, right_operator, lambda one, other: one.solve(other))

    # -- tensors ---------------------------------------------------------------------------------------------------

    def _multiply_parts(self, parts: list[Any], adjoint: bool) -> list[Any]:
        pairs = zip(self._operators, parts, strict=True)
        return [operator.matmul(part, adjoint=adjoint) for operator, part in pairs]

    def _solve_parts(self, parts: list[Any], adjoint: bool) -> list[Any]:
        pairs = zip(self._operators, parts, strict=True)
        return [operator.solve(part, adjoint=adjoint) for operator, part in pairs]

    def _determinant(self) -> Any:
        return functools.reduce(multiply, (operator.determinant() for operator in self._operators))

    def _log_abs_determinant(self) -> Any:
        return functools.reduce(add, (operator.log_abs_determinant() for operator in self._operators))

    def _diag_part(self) -> Any:
        if not all(operator.is_square for operator in self._operators):
            return super()._diag_part()
        return joined([operator.diag_part() for operator in self._operators], -1)

    def _trace(self) -> Any:
        if not all(operator.is_square for operator in self._operators):
            return super()._trace()
        return functools.reduce(add, (operator.trace() for operator in self._operators))

    def _to_dense(self) -> Any:
        columns, before, rows = self.domain_dimension_tensor(), 0, []
        for operator in self._operators:
            dense = operator.to_dense()
            size = array.shape(dense)[-1]
            rank = dense.shape.rank
            margins = [[0, 0]] * ((rank or 2) - 1) + [[before, columns - before - size]]
            rows.append(pad(dense, margins))
            before = before + size
        result = joined(rows, -2)
        return array.ensure_shape(result, self.shape)

    def _eigvals(self) -> Any:
        if not all(operator.is_self_adjoint for operator in self._operators):
            return super()._eigvals()
        return joined([operator.eigvals() for operator in self._operators], -1)

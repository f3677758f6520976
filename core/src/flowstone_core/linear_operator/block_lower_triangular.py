"""Operators of block lower triangular matrices."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import Any

from flowstone_core.linear_operator import arrays
from flowstone_core.linear_operator.block_diag import total
from flowstone_core.linear_operator.blocks import BlockOperator, joined
from flowstone_core.linear_operator.composition import one_dtype
from flowstone_core.linear_operator.full_matrix import LinearOperatorFullMatrix
from flowstone_core.linear_operator.hints import hints_of, required
from flowstone_core.ops import array
from flowstone_core.ops.joining import concat
from flowstone_core.ops.math import add, multiply, negative, subtract
from flowstone_core.shapes import TensorShape


def _check_sizes(rows: list[list[Any]]) -> None:
    for number, row in enumerate(rows):
        if len(row) != number + 1:
            raise ValueError(
                f"The `operators` argument must be a nested list, row i with i + 1 operators; row {number} has {len(row)}."
            )
        for column, operator in enumerate(row):
            pairs = (
                (operator.domain_dimension, rows[column][column].domain_dimension, "column"),
                (operator.range_dimension, row[-1].range_dimension, "row"),
            )
            for size, expected, what in pairs:
                if None not in (size, expected) and size != expected:
                    raise ValueError(
                        f"Operators of one {what} of blocks must have one size: {operator.name} has {size}, the block on "
                        f"the diagonal {expected}."
                    )


class LinearOperatorBlockLowerTriangular(BlockOperator):
    """Matrices with other operators' as blocks on and below the diagonal, and zeros above.

    >>> a, b, c = (tf.linalg.LinearOperatorFullMatrix([[x]]) for x in (1., 2., 4.))
    >>> tf.linalg.LinearOperatorBlockLowerTriangular([[a], [b, c]]).to_dense().numpy()
    array([[1., 0.],
           [2., 4.]], dtype=float32)

    Args:
        operators: The rows of blocks: row ``i`` has ``i + 1``.
        is_non_singular: Whether there are inverses; known if all blocks on the diagonal have one.
        is_self_adjoint: Whether the matrices equal their adjoints.
        is_positive_definite: Whether they are positive definite.
        is_square: True.
        name: A name.

    Raises:
        ValueError: If rows have other lengths, or sizes do not fit.
        TypeError: If types differ.
    """

    _composite_tensor_fields = ("operators",)

    def __init__(
        self,
        operators: Any,
        is_non_singular: bool | None = None,
        is_self_adjoint: bool | None = None,
        is_positive_definite: bool | None = None,
        is_square: bool | None = None,
        name: str = "LinearOperatorBlockLowerTriangular",
    ) -> None:
        parameters = {
            "operators": operators,
            "is_non_singular": is_non_singular,
            "is_self_adjoint": is_self_adjoint,
            "is_positive_definite": is_positive_definite,
            "is_square": is_square,
            "name": name,
        }
        self._operators = [list(row) for row in operators]
        dtype = one_dtype([operator for row in self._operators for operator in row])
        _check_sizes(self._operators)
        diagonal = self._column_operators()
        if any(operator.is_square is False for operator in diagonal):
            raise ValueError("Matrices along the diagonal of `operators` must be square.")
        if any(operator.is_non_singular is False for operator in diagonal):
            if is_non_singular:
                raise ValueError("A block on the diagonal is singular, so is_non_singular cannot be True.")
            is_non_singular = False
        elif is_non_singular is None and all(operator.is_non_singular for operator in diagonal):
            is_non_singular = True
        is_square = required(is_square, "`LinearOperatorBlockLowerTriangular` must be square.")
        super().__init__(
            dtype, None, is_non_singular, is_self_adjoint, is_positive_definite, is_square, name, parameters
        )

    @property
    def operators(self) -> list[list[Any]]:
        """The rows of blocks."""
        return self._operators

    def _row_operators(self) -> Sequence[Any]:
        return self._column_operators()

    def _column_operators(self) -> Sequence[Any]:
        return [row[-1] for row in self._operators]

    def _blocks(self) -> list[Any]:
        return [operator for row in self._operators for operator in row]

    def _shape(self) -> TensorShape:
        batch = arrays.common_batch(*(operator.batch_shape for operator in self._blocks()))
        diagonal = self._column_operators()
        rows = total(operator.range_dimension for operator in diagonal)
        columns = total(operator.domain_dimension for operator in diagonal)
        return batch.concatenate([rows, columns])

    def _shape_tensor(self) -> Any:
        batch = arrays.dynamic_common_batch([operator.batch_shape_tensor() for operator in self._blocks()])
        size = array.reshape(total(operator.domain_dimension_tensor() for operator in self._column_operators()), [1])
        return concat([batch, size, size], 0)

    def _assert_non_singular(self) -> Any:
        for operator in self._column_operators():
            operator.assert_non_singular()

    def _linop_inverse(self) -> Any:
        """Column by column: ``X[i, j] = -A[i, i]⁻¹ Σ A[i, k] X[k, j]`` over the ``k`` from ``j`` to ``i - 1``."""
        count = len(self._operators)
        inverse: list[list[Any]] = [[None] * (row + 1) for row in range(count)]
        for column in range(count):
            inverse[column][column] = self._operators[column][column].inverse()
            solved = {column: inverse[column][column].to_dense()}
            for row in range(column + 1, count):
                terms = [self._operators[row][k].matmul(block) for k, block in solved.items()]
                solved[row] = negative(self._operators[row][row].solve(functools.reduce(add, terms)))
                inverse[row][column] = LinearOperatorFullMatrix(solved[row])
        return LinearOperatorBlockLowerTriangular(inverse, **hints_of(self)._asdict())

    def _multiply_parts(self, parts: list[Any], adjoint: bool) -> list[Any]:
        count = len(self._operators)
        results = []
        for place in range(count):
            others = range(place, count) if adjoint else range(place + 1)
            terms = [
                self._operators[max(place, other)][min(place, other)].matmul(parts[other], adjoint=adjoint)
                for other in others
            ]
            results.append(functools.reduce(add, terms))
        return results

    def _solve_parts(self, parts: list[Any], adjoint: bool) -> list[Any]:
        """By substitution, forward or (for the adjoint) backward."""
        count = len(self._operators)
        found: dict[int, Any] = {}
        for place in range(count - 1, -1, -1) if adjoint else range(count):
            rest = parts[place]
            for other, solved in found.items():
                block = self._operators[max(place, other)][min(place, other)]
                rest = subtract(rest, block.matmul(solved, adjoint=adjoint))
            found[place] = self._operators[place][place].solve(rest, adjoint=adjoint)
        return [found[place] for place in range(count)]

    def _determinant(self) -> Any:
        return functools.reduce(multiply, (operator.determinant() for operator in self._column_operators()))

    def _log_abs_determinant(self) -> Any:
        return functools.reduce(add, (operator.log_abs_determinant() for operator in self._column_operators()))

    def _diag_part(self) -> Any:
        return joined([operator.diag_part() for operator in self._column_operators()], -1)

    def _trace(self) -> Any:
        return functools.reduce(add, (operator.trace() for operator in self._column_operators()))

    def _eigvals(self) -> Any:
        return joined([operator.eigvals() for operator in self._column_operators()], -1)

"""Operators that are products of others."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import Any

from flowstone_core.linear_operator import arrays
from flowstone_core.linear_operator.base import LinearOperator
from flowstone_core.linear_operator.hints import shared
from flowstone_core.ops import array
from flowstone_core.ops.joining import concat
from flowstone_core.ops.math import add, multiply
from flowstone_core.shapes import TensorShape


def one_dtype(operators: Sequence[Any]) -> Any:
    """The type that all operators have.

    Raises:
        ValueError: If there is no operator.
        TypeError: If types differ.
    """
    if not operators:
        raise ValueError(f"Expected a non-empty list of operators. Found: {operators}")
    kinds = {operator.dtype.name for operator in operators}
    if len(kinds) > 1:
        found = " ".join(f"({operator.name}, {operator.dtype.name})" for operator in operators)
        raise TypeError(f"Expected all operators to have the same dtype.  Found {found}")
    return operators[0].dtype


class LinearOperatorComposition(LinearOperator):
    """The products ``A B ... Z`` of other operators' matrices.

    >>> a, b = tf.linalg.LinearOperatorDiag([1., 2.]), tf.linalg.LinearOperatorFullMatrix([[1., 1.], [1., 1.]])
    >>> tf.linalg.LinearOperatorComposition([a, b]).matvec([1., 1.]).numpy()
    array([2., 4.], dtype=float32)

    Args:
        operators: The operators, from the left.
        is_non_singular: Whether the products have inverses; known if all operators have.
        is_self_adjoint: Whether the products equal their adjoints.
        is_positive_definite: Whether they are positive definite.
        is_square: Whether they are square.
        name: A name; those of the operators, joined by ``_o_``, by default.

    Raises:
        ValueError: If the list is empty, or shapes do not fit.
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
        for left, right in zip(self._operators, self._operators[1:], strict=False):
            sizes = left.domain_dimension, right.range_dimension
            if None not in sizes and sizes[0] != sizes[1]:
                raise ValueError(f"Dimensions {sizes[0]} and {sizes[1]} are not compatible: {left.name}, {right.name}.")
        because = "The composition of non-singular operators is always non-singular; the hint says it is not."
        is_non_singular = shared(self._operators, "is_non_singular", is_non_singular, because)
        super().__init__(
            dtype,
            None,
            is_non_singular,
            is_self_adjoint,
            is_positive_definite,
            is_square,
            name or "_o_".join(operator.name for operator in self._operators),
            parameters,
        )

    @property
    def operators(self) -> list[Any]:
        """The operators, from the left."""
        return self._operators

    def _shape(self) -> TensorShape:
        first, last = self._operators[0], self._operators[-1]
        batch = arrays.common_batch(*(operator.batch_shape for operator in self._operators))
        return batch.concatenate([first.range_dimension, last.domain_dimension])

    def _shape_tensor(self) -> Any:
        first, last = self._operators[0], self._operators[-1]
        batch = arrays.dynamic_common_batch([operator.batch_shape_tensor() for operator in self._operators])
        rows, columns = first.range_dimension_tensor(), last.domain_dimension_tensor()
        return concat([batch, array.reshape(rows, [1]), array.reshape(columns, [1])], 0)

    def _assert_non_singular(self) -> Any:
        if all(operator.is_square for operator in self._operators):
            for operator in self._operators:
                operator.assert_non_singular()
            return None
        return super()._assert_non_singular()

    def _matmul(self, x: Any, adjoint: bool = False, adjoint_arg: bool = False) -> Any:
        result = arrays.adjoint_if(x, adjoint_arg)
        for operator in self._operators if adjoint else self._operators[::-1]:
            result = operator.matmul(result, adjoint=adjoint)
        return result

    def _solve(self, rhs: Any, adjoint: bool = False, adjoint_arg: bool = False) -> Any:
        result = arrays.adjoint_if(rhs, adjoint_arg)
        for operator in self._operators[::-1] if adjoint else self._operators:
            result = operator.solve(result, adjoint=adjoint)
        return result

    def _all_square(self) -> bool:
        return all(operator.is_square for operator in self._operators)

    def _determinant(self) -> Any:
        if not self._all_square():
            return super()._determinant()
        return functools.reduce(multiply, (operator.determinant() for operator in self._operators))

    def _log_abs_determinant(self) -> Any:
        if not self._all_square():
            return super()._log_abs_determinant()
        return functools.reduce(add, (operator.log_abs_determinant() for operator in self._operators))

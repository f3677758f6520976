"""Operators that are Kronecker products of others."""

from __future__ import annotations

import functools
from typing import Any

from flowstone_core.linear_operator import arrays
from flowstone_core.linear_operator.base import LinearOperator
from flowstone_core.linear_operator.composition import one_dtype
from flowstone_core.linear_operator.hints import hints_of, shared
from flowstone_core.ops import array
from flowstone_core.ops.cast import cast
from flowstone_core.ops.joining import concat
from flowstone_core.ops.linalg import matrix_transpose
from flowstone_core.ops.math import add, divide, multiply, pow
from flowstone_core.shapes import TensorShape


def _product(sizes: Any) -> Any:
    found = list(sizes)
    return None if None in found else functools.reduce(lambda a, b: a * b, found)


class LinearOperatorKronecker(LinearOperator):
    """The Kronecker products of other operators' matrices: each element of the first times the whole of the next.

    >>> a, b = tf.linalg.LinearOperatorDiag([1., 2.]), tf.linalg.LinearOperatorDiag([3., 4.])
    >>> tf.linalg.LinearOperatorKronecker([a, b]).diag_part().numpy()
    array([3., 4., 6., 8.], dtype=float32)

    Args:
        operators: The operators, from the left.
        is_non_singular: Whether the products have inverses; known if all operators have.
        is_self_adjoint: Whether they equal their adjoints; known if all operators do.
        is_positive_definite: Whether they are positive definite; known if all operators are.
        is_square: Whether they are square.
        name: A name; those of the operators, joined by ``_x_``, by default.

    Raises:
        ValueError: If the list is empty, or a hint contradicts those of the operators.
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
        super().__init__(
            dtype,
            None,
            self._derived("is_non_singular", is_non_singular),
            self._derived("is_self_adjoint", is_self_adjoint),
            self._derived("is_positive_definite", is_positive_definite),
            is_square,
            name or "_x_".join(operator.name for operator in self._operators),
            parameters,
        )

    def _derived(self, key: str, value: bool | None) -> bool | None:
        because = f"The Kronecker product of operators that have {key}=True has it too; the hint says not."
        return shared(self._operators, key, value, because)

    @property
    def operators(self) -> list[Any]:
        """The operators, from the left."""
        return self._operators

    def _shape(self) -> TensorShape:
        batch = arrays.common_batch(*(operator.batch_shape for operator in self._operators))
        rows = _product(operator.range_dimension for operator in self._operators)
        columns = _product(operator.domain_dimension for operator in self._operators)
        return batch.concatenate([rows, columns])

    def _shape_tensor(self) -> Any:
        batch = arrays.dynamic_common_batch([operator.batch_shape_tensor() for operator in self._operators])
        rows = _product(operator.range_dimension_tensor() for operator in self._operators)
        columns = _product(operator.domain_dimension_tensor() for operator in self._operators)
        return concat([batch, array.reshape(rows, [1]), array.reshape(columns, [1])], 0)

    def _assert_non_singular(self) -> Any:
        if all(operator.is_square for operator in self._operators):
            for operator in self._operators:
                operator.assert_non_singular()
            return None
        return super()._assert_non_singular()

    def _assert_self_adjoint(self) -> Any:
        if all(operator.is_square for operator in self._operators):
            for operator in self._operators:
                operator.assert_self_adjoint()
            return None
        return super()._assert_self_adjoint()

    # -- operators -------------------------------------------------------------------------------------------------

    def _each(self, function: Any, suffix: str) -> LinearOperatorKronecker:
        return LinearOperatorKronecker(
            [function(operator) for operator in self._operators], **hints_of(self)._asdict(), name=self.name + suffix
        )

    def _linop_adjoint(self) -> Any:
        return self._each(lambda operator: operator.adjoint(), "_adjoint")

    def _linop_inverse(self) -> Any:
        return self._each(lambda operator: operator.inverse(), "_inv")

    def _linop_cholesky(self) -> Any:
        if not all(operator.is_self_adjoint and operator.is_positive_definite for operator in self._operators):
            return super()._linop_cholesky()
        factors = [operator.cholesky() for operator in self._operators]
        return LinearOperatorKronecker(factors, is_non_singular=True, is_square=True)

    # -- tensors ---------------------------------------------------------------------------------------------------

    def _along_each(self, x: Any, sizes: Any, apply: Any) -> Any:
        """``apply(operator, matrices)`` along each of the dimensions that the rows of ``x`` are made of.

        The first of them becomes the rows of a matrix, all others its columns; the result goes to the end.
        """
        columns = array.shape(x)[-1]
        for operator, size in zip(self._operators, sizes, strict=True):
            batch = array.shape(x)[:-2]
            x = array.reshape(x, concat([batch, array.reshape(size, [1]), [-1]], 0))
            x = matrix_transpose(apply(operator, x))
        batch = array.shape(x)[:-2]
        return matrix_transpose(array.reshape(x, concat([batch, array.reshape(columns, [1]), [-1]], 0)))

    def _matmul(self, x: Any, adjoint: bool = False, adjoint_arg: bool = False) -> Any:
        x = arrays.adjoint_if(x, adjoint_arg)
        sizes = [o.range_dimension_tensor() if adjoint else o.domain_dimension_tensor() for o in self._operators]
        static = x.shape
        result = self._along_each(x, sizes, lambda operator, value: operator.matmul(value, adjoint=adjoint))
        return self._shaped(result, static, -1 if adjoint else -2)

    def _solve(self, rhs: Any, adjoint: bool = False, adjoint_arg: bool = False) -> Any:
        rhs = arrays.adjoint_if(rhs, adjoint_arg)
        sizes = [o.domain_dimension_tensor() if adjoint else o.range_dimension_tensor() for o in self._operators]
        static = rhs.shape
        result = self._along_each(rhs, sizes, lambda operator, value: operator.solve(value, adjoint=adjoint))
        return self._shaped(result, static, -2 if adjoint else -1)

    def _shaped(self, result: Any, operand: TensorShape, own: int) -> Any:
        if operand.rank is None or self.shape.rank is None:
            return result
        batch = arrays.common_batch(self.batch_shape, operand[:-2])
        return array.ensure_shape(result, batch.concatenate([self.shape[own], operand[-1]]))

    def _all_square(self) -> bool:
        return all(operator.is_square for operator in self._operators)

    def _exponent(self, operator: Any) -> Any:
        total = cast(self.domain_dimension_tensor(), self.dtype)
        return divide(total, cast(operator.domain_dimension_tensor(), self.dtype))

    def _determinant(self) -> Any:
        if not self._all_square():
            return super()._determinant()
        return functools.reduce(multiply, (pow(o.determinant(), self._exponent(o)) for o in self._operators))

    def _log_abs_determinant(self) -> Any:
        if not self._all_square():
            return super()._log_abs_determinant()
        return functools.reduce(add, (multiply(o.log_abs_determinant(), self._exponent(o)) for o in self._operators))

    def _trace(self) -> Any:
        if not self._all_square():
            return super()._trace()
        return functools.reduce(multiply, (operator.trace() for operator in self._operators))

    def _outer(self, vectors: Any) -> Any:
        """The products of all elements, the first slowest."""
        result, *others = vectors
        for other in others:
            products = multiply(arrays.column(result), array.expand_dims(other, -2))
            result = array.reshape(products, concat([array.shape(products)[:-2], [-1]], 0))
        return result

    def _diag_part(self) -> Any:
        if not self._all_square():
            return super()._diag_part()
        return self._outer([operator.diag_part() for operator in self._operators])

    def _eigvals(self) -> Any:
        if not all(operator.is_self_adjoint for operator in self._operators):
            return super()._eigvals()
        return self._outer([operator.eigvals() for operator in self._operators])

    def _to_dense(self) -> Any:
        result, *others = (operator.to_dense() for operator in self._operators)
        for other in others:
            result = _kronecker(result, other)
        return result


def _kronecker(a: Any, b: Any) -> Any:
    """The Kronecker product of two stacks of matrices."""
    left = array.expand_dims(arrays.column(a), -3)  # [..., m, 1, n, 1]
    right = array.expand_dims(array.expand_dims(b, -2), -4)  # [..., 1, p, 1, q]
    products = multiply(left, right)
    shape = array.shape(products)
    rows, columns = shape[-4] * shape[-3], shape[-2] * shape[-1]
    return array.reshape(products, concat([shape[:-4], array.reshape(rows, [1]), array.reshape(columns, [1])], 0))

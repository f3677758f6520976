"""Operators of the identity, and of multiples of it."""

from __future__ import annotations

from typing import Any

from flowstone_core.conversion import convert_to_tensor
from flowstone_core.dtypes import float32, int32
from flowstone_core.linear_operator import arrays
from flowstone_core.linear_operator.base import FLOATS_AND_COMPLEX, LinearOperator, check_dtype
from flowstone_core.linear_operator.diag import LinearOperatorDiag
from flowstone_core.linear_operator.hints import hints_of, of_commuting_product, required
from flowstone_core.ops import array, filling
from flowstone_core.ops.cast import cast
from flowstone_core.ops.compare import equal, greater
from flowstone_core.ops.complex import conj, imag, real
from flowstone_core.ops.diagonal import diag_part, set_diag
from flowstone_core.ops.elementary import log, sqrt
from flowstone_core.ops.joining import concat
from flowstone_core.ops.math import abs as absolute
from flowstone_core.ops.math import add, divide, multiply, pow, reciprocal
from flowstone_core.ops.reduce import reduce_all
from flowstone_core.ops.script import Assert
from flowstone_core.shapes import TensorShape
from flowstone_core.tensor import EagerTensor


def whole_scalar(value: Any, name: str) -> Any:
    """A size as an int32 scalar.

    Raises:
        ValueError: If it is no scalar, or negative.
        TypeError: If it is no whole number.
    """
    size = convert_to_tensor(value)
    if not size.dtype.is_integer:
        raise TypeError(f"Argument {name} must be integer type.  Found: {value}")
    if size.shape.rank not in (0, None):
        raise ValueError(f"Argument {name} must be a 0-D Tensor.  Found: {value}")
    if isinstance(size, EagerTensor) and int(size) < 0:
        raise ValueError(f"Argument {name} must be non-negative.  Found: {value}")
    return cast(size, int32)


def whole_vector(value: Any, name: str) -> Any:
    """The shape of a batch as an int32 vector; None for no batch.

    Raises:
        ValueError: If it is no vector, or has negative entries.
    """
    if value is None:
        return None
    shape = convert_to_tensor(value, dtype_hint=int32)
    if not shape.dtype.is_integer:
        raise TypeError(f"Argument {name} must be integer type.  Found: {value}")
    if shape.shape.rank not in (1, None):
        raise ValueError(f"Argument {name} must be a 1-D Tensor.  Found: {value}")
    if isinstance(shape, EagerTensor) and (shape.numpy() < 0).any():
        raise ValueError(f"Argument {name} must be non-negative.  Found: {value}")
    return cast(shape, int32)


def known_size(size: Any) -> int | None:
    """The value of a size, if it is known while tracing."""
    found: int | None = size.spec.scalar()
    return found


def known_batch(batch: Any) -> TensorShape:
    """The static shape of a batch."""
    return TensorShape([] if batch is None else batch.spec.vector())


def batch_tensor(batch: Any) -> Any:
    """The shape of a batch as a tensor."""
    return convert_to_tensor([], dtype=int32) if batch is None else batch


class LinearOperatorIdentity(LinearOperator):
    """Identity matrices.

    >>> tf.linalg.LinearOperatorIdentity(2).add_to_tensor([[1., 2.], [3., 4.]]).numpy()
    array([[2., 2.],
           [3., 5.]], dtype=float32)

    Args:
        num_rows: The number of rows.
        batch_shape: The shape of the batch; none by default.
        dtype: The element type; float32 by default.
        is_non_singular: True.
        is_self_adjoint: True.
        is_positive_definite: True.
        is_square: True.
        assert_proper_shapes: Accepted; operations check shapes themselves.
        name: A name.

    Raises:
        ValueError: If a hint is False.
    """

    def __init__(
        self,
        num_rows: Any,
        batch_shape: Any = None,
        dtype: Any = None,
        is_non_singular: bool | None = True,
        is_self_adjoint: bool | None = True,
        is_positive_definite: bool | None = True,
        is_square: bool | None = True,
        assert_proper_shapes: bool = False,
        name: str = "LinearOperatorIdentity",
    ) -> None:
        parameters = {
            "num_rows": num_rows,
            "batch_shape": batch_shape,
            "dtype": dtype,
            "is_non_singular": is_non_singular,
            "is_self_adjoint": is_self_adjoint,
            "is_positive_definite": is_positive_definite,
            "is_square": is_square,
            "assert_proper_shapes": assert_proper_shapes,
            "name": name,
        }
        if not is_self_adjoint:
            raise ValueError("An identity operator is always self adjoint.")
        if not is_non_singular:
            raise ValueError("An identity operator is always non-singular.")
        if not is_positive_definite:
            raise ValueError("An identity operator is always positive-definite.")
        if not is_square:
            raise ValueError("An identity operator is always square.")
        self._num_rows = whole_scalar(num_rows, "num_rows")
        self._batch = whole_vector(batch_shape, "batch_shape")
        super().__init__(dtype or float32, None, True, True, True, True, name, parameters)

    def _shape(self) -> TensorShape:
        size = known_size(self._num_rows)
        return known_batch(self._batch).concatenate([size, size])

    def _shape_tensor(self) -> Any:
        rows = array.reshape(self._num_rows, [1])
        return concat([batch_tensor(self._batch), rows, rows], 0)

    def _assert_non_singular(self) -> Any:
        return None

    def _assert_positive_definite(self) -> Any:
        return None

    def _assert_self_adjoint(self) -> Any:
        return None

    def _linop_adjoint(self) -> Any:
        return self

    def _linop_inverse(self) -> Any:
        return self

    def _linop_cholesky(self) -> Any:
        return self

    def _linop_matmul(self, left_operator: Any, right_operator: Any) -> Any:
        return right_operator if isinstance(left_operator, LinearOperatorIdentity) else left_operator

    def _linop_solve(self, left_operator: Any, right_operator: Any) -> Any:
        return right_operator if isinstance(left_operator, LinearOperatorIdentity) else left_operator.inverse()

    def _with_batch(self, x: Any) -> Any:
        if self._batch is None or (self.batch_shape.rank == 0):
            return x
        return arrays.spread(x, self._batch)

    def _matmul(self, x: Any, adjoint: bool = False, adjoint_arg: bool = False) -> Any:
        return self._with_batch(arrays.adjoint_if(x, adjoint_arg))

    def _solve(self, rhs: Any, adjoint: bool = False, adjoint_arg: bool = False) -> Any:
        return self._with_batch(arrays.adjoint_if(rhs, adjoint_arg))

    def _ones(self) -> Any:
        return filling.ones(self.batch_shape_tensor(), self.dtype)

    def _determinant(self) -> Any:
        return self._ones()

    def _log_abs_determinant(self) -> Any:
        return filling.zeros(self.batch_shape_tensor(), self.dtype)

    def _trace(self) -> Any:
        return multiply(cast(self.domain_dimension_tensor(), self.dtype), self._ones())

    def _diag_part(self) -> Any:
        return filling.ones(self.shape_tensor()[:-1], self.dtype)

    def _add_to_tensor(self, x: Any) -> Any:
        self._check_fit(x.shape, -1, -1)
        return set_diag(x, add(diag_part(x), convert_to_tensor(1, dtype=self.dtype)))

    def _eigvals(self) -> Any:
        return self._diag_part()

    def _cond(self) -> Any:
        return self._ones()


class LinearOperatorScaledIdentity(LinearOperator):
    """Multiples of identity matrices.

    >>> tf.linalg.LinearOperatorScaledIdentity(2, 3.).matvec([1., 2.]).numpy()
    array([3., 6.], dtype=float32)

    Args:
        num_rows: The number of rows.
        multiplier: The factor of each matrix; its shape is that of the batch.
        is_non_singular: Whether no factor is 0.
        is_self_adjoint: Whether all factors are real; known for real types.
        is_positive_definite: Whether all factors are positive.
        is_square: True.
        assert_proper_shapes: Accepted; operations check shapes themselves.
        name: A name.

    Raises:
        ValueError: If a hint is wrong for any multiple of the identity.
    """

    _composite_tensor_fields = ("multiplier",)
    _experimental_parameter_ndims_to_matrix_ndims = {"multiplier": 0}

    def __init__(
        self,
        num_rows: Any,
        multiplier: Any,
        is_non_singular: bool | None = None,
        is_self_adjoint: bool | None = None,
        is_positive_definite: bool | None = None,
        is_square: bool | None = True,
        assert_proper_shapes: bool = False,
        name: str = "LinearOperatorScaledIdentity",
    ) -> None:
        parameters = {
            "num_rows": num_rows,
            "multiplier": multiplier,
            "is_non_singular": is_non_singular,
            "is_self_adjoint": is_self_adjoint,
            "is_positive_definite": is_positive_definite,
            "is_square": is_square,
            "assert_proper_shapes": assert_proper_shapes,
            "name": name,
        }
        self._multiplier = arrays.parameter(multiplier, "multiplier")
        check_dtype(self._multiplier.dtype, FLOATS_AND_COMPLEX, "multiplier")
        if not self._multiplier.dtype.is_complex:
            is_self_adjoint = required(is_self_adjoint, "A real diagonal operator is always self adjoint.")
        if not is_square:
            raise ValueError("A ScaledIdentity operator is always square.")
        self._num_rows = whole_scalar(num_rows, "num_rows")
        super().__init__(
            self._multiplier.dtype,
            None,
            is_non_singular,
            is_self_adjoint,
            is_positive_definite,
            is_square,
            name,
            parameters,
        )

    @property
    def multiplier(self) -> Any:
        """The factors."""
        return self._multiplier

    def _shape(self) -> TensorShape:
        size = known_size(self._num_rows)
        shape: TensorShape = self._multiplier.shape
        return shape.concatenate([size, size])

    def _shape_tensor(self) -> Any:
        rows = array.reshape(self._num_rows, [1])
        return concat([array.shape(self._multiplier), rows, rows], 0)

    def _assert_non_singular(self) -> Any:
        return Assert(reduce_all(greater(absolute(self._multiplier), 0)), ["LinearOperator was singular"])

    def _assert_positive_definite(self) -> Any:
        values = real(self._multiplier) if self.dtype.is_complex else self._multiplier
        return Assert(reduce_all(greater(values, 0)), ["LinearOperator was not positive definite."])

    def _assert_self_adjoint(self) -> Any:
        if not self.dtype.is_complex:
            return None
        return Assert(reduce_all(equal(imag(self._multiplier), 0)), ["LinearOperator was not self-adjoint"])

    # -- operators -------------------------------------------------------------------------------------------------

    def _like(self, multiplier: Any) -> LinearOperatorScaledIdentity:
        return LinearOperatorScaledIdentity(self._num_rows, multiplier, **hints_of(self)._asdict())

    def _linop_adjoint(self) -> Any:
        return self._like(conj(self._multiplier))

    def _linop_inverse(self) -> Any:
        return self._like(reciprocal(self._multiplier))

    def _linop_cholesky(self) -> Any:
        return self._like(sqrt(self._multiplier))

    def _linop_matmul(self, left_operator: Any, right_operator: Any) -> Any:
        return self._combined(left_operator, right_operator, multiply)

    def _linop_solve(self, left_operator: Any, right_operator: Any) -> Any:
        return self._combined(left_operator, right_operator, lambda left, right: divide(right, left))

    def _combined(self, left: Any, right: Any, function: Any) -> Any:
        """The operator of ``function(left, right)``, element by element, if both are diagonal."""
        hints = of_commuting_product(left, right)._asdict()
        if isinstance(left, LinearOperatorDiag):
            return LinearOperatorDiag(function(left.diag, arrays.column(right.multiplier)), **hints)
        if isinstance(right, LinearOperatorDiag):
            return LinearOperatorDiag(function(arrays.column(left.multiplier), right.diag), **hints)
        if isinstance(left, LinearOperatorScaledIdentity) and isinstance(right, LinearOperatorScaledIdentity):
            return LinearOperatorScaledIdentity(self._num_rows, function(left.multiplier, right.multiplier), **hints)
        return None

    # -- tensors ---------------------------------------------------------------------------------------------------

    def _factors(self, conjugate: bool = False) -> Any:
        return arrays.column(arrays.column(arrays.conj_if(self._multiplier, conjugate)))

    def _matmul(self, x: Any, adjoint: bool = False, adjoint_arg: bool = False) -> Any:
        return multiply(self._factors(adjoint), arrays.adjoint_if(x, adjoint_arg))

    def _solve(self, rhs: Any, adjoint: bool = False, adjoint_arg: bool = False) -> Any:
        return divide(arrays.adjoint_if(rhs, adjoint_arg), self._factors(adjoint))

    def _determinant(self) -> Any:
        return pow(self._multiplier, cast(self._num_rows, self.dtype))

    def _log_abs_determinant(self) -> Any:
        return multiply(cast(self._num_rows, self.dtype), cast(log(absolute(self._multiplier)), self.dtype))

    def _trace(self) -> Any:
        return multiply(self._multiplier, cast(self._num_rows, self.dtype))

    def _diag_part(self) -> Any:
        return multiply(arrays.column(self._multiplier), filling.ones(array.reshape(self._num_rows, [1]), self.dtype))

    def _add_to_tensor(self, x: Any) -> Any:
        self._check_fit(x.shape, -1, -1)
        return set_diag(x, add(diag_part(x), arrays.column(self._multiplier)))

    def _eigvals(self) -> Any:
        return self._diag_part()

    def _cond(self) -> Any:
        one = filling.ones(array.shape(self._multiplier), self.dtype)
        return divide(multiply(one, self._multiplier), self._multiplier)

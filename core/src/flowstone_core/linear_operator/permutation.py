"""Operators of permutations."""

from __future__ import annotations

from typing import Any

from flowstone_core.conversion import convert_to_tensor
from flowstone_core.dtypes import float32
from flowstone_core.linear_operator import arrays
from flowstone_core.linear_operator.base import LinearOperator
from flowstone_core.linear_operator.hints import required
from flowstone_core.ops import array, filling
from flowstone_core.ops.cast import cast
from flowstone_core.ops.compare import equal
from flowstone_core.ops.gathering import gather
from flowstone_core.ops.joining import concat
from flowstone_core.ops.reduce import reduce_all
from flowstone_core.ops.script import Assert
from flowstone_core.ops.sort import argsort, sort
from flowstone_core.shapes import TensorShape


class LinearOperatorPermutation(LinearOperator):
    """Permutation matrices: row ``i`` of the product is row ``perm[i]`` of the operand.

    >>> tf.linalg.LinearOperatorPermutation([2, 0, 1]).matvec([10., 20., 30.]).numpy()
    array([30., 10., 20.], dtype=float32)

    Args:
        perm: Permutations of the numbers below ``n``, ``[..., n]``.
        dtype: The element type.
        is_non_singular: True.
        is_self_adjoint: Whether each permutation is its own inverse.
        is_positive_definite: Whether the permutations change nothing.
        is_square: True.
        name: A name.

    Raises:
        ValueError: If a hint is wrong for any permutation.
    """

    _composite_tensor_fields = ("perm",)
    _experimental_parameter_ndims_to_matrix_ndims = {"perm": 1}

    def __init__(
        self,
        perm: Any,
        dtype: Any = float32,
        is_non_singular: bool | None = None,
        is_self_adjoint: bool | None = None,
        is_positive_definite: bool | None = None,
        is_square: bool | None = None,
        name: str = "LinearOperatorPermutation",
    ) -> None:
        parameters = {
            "perm": perm,
            "dtype": dtype,
            "is_non_singular": is_non_singular,
            "is_self_adjoint": is_self_adjoint,
            "is_positive_definite": is_positive_definite,
            "is_square": is_square,
            "name": name,
        }
        required(is_non_singular, "A Permutation operator is always non-singular.")
        required(is_square, "A Permutation operator is always square.")
        self._perm = arrays.parameter(perm, "perm")
        arrays.at_least(self._perm, 1, "perm")
        if not self._perm.dtype.is_integer:
            raise TypeError(f"Argument perm must have integer dtype. Found: {self._perm.dtype.name}")
        super().__init__(dtype, None, is_non_singular, is_self_adjoint, is_positive_definite, True, name, parameters)

    @property
    def perm(self) -> Any:
        """The permutations."""
        return self._perm

    def _shape(self) -> TensorShape:
        shape: TensorShape = self._perm.shape
        return shape.concatenate(shape[-1:])

    def _shape_tensor(self) -> Any:
        sizes = array.shape(self._perm)
        return concat([sizes, sizes[-1:]], 0)

    def _assert_non_singular(self) -> Any:
        places = filling.range(0, self.domain_dimension_tensor(), dtype=self._perm.dtype)
        found = reduce_all(equal(sort(convert_to_tensor(self._perm), axis=-1), places))
        return Assert(found, ["`perm` must be a vector of unique integers, a permutation.", self._perm])

    def _moved(self, x: Any, perm: Any) -> Any:
        """The rows of ``x`` in the order of ``perm``; batches broadcast."""
        x = arrays.spread(x, self.batch_shape_tensor())
        perm = arrays.spread(perm, array.shape(x)[:-2], 1)
        return gather(x, perm, axis=-2, batch_dims=-1) if perm.shape.rank != 1 else gather(x, perm, axis=-2)

    def _matmul(self, x: Any, adjoint: bool = False, adjoint_arg: bool = False) -> Any:
        perm = convert_to_tensor(self._perm)
        return self._moved(arrays.adjoint_if(x, adjoint_arg), argsort(perm, axis=-1) if adjoint else perm)

    def _solve(self, rhs: Any, adjoint: bool = False, adjoint_arg: bool = False) -> Any:
        return self._matmul(rhs, not adjoint, adjoint_arg)

    def _to_dense(self) -> Any:
        places = filling.range(0, self.domain_dimension_tensor(), dtype=self._perm.dtype)
        return cast(equal(arrays.column(self._perm), places), self.dtype)

    def _diag_part(self) -> Any:
        places = filling.range(0, self.domain_dimension_tensor(), dtype=self._perm.dtype)
        return cast(equal(self._perm, places), self.dtype)

    def _log_abs_determinant(self) -> Any:
        return filling.zeros(self.batch_shape_tensor(), self.dtype)

    def _cond(self) -> Any:
        return filling.ones(self.batch_shape_tensor(), self.dtype)

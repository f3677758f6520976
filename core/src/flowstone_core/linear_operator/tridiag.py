"""Operators of tridiagonal matrices."""

from __future__ import annotations

from typing import Any

from flowstone_core.conversion import convert_to_tensor
from flowstone_core.linear_operator import arrays
from flowstone_core.linear_operator.base import LinearOperator
from flowstone_core.linear_operator.hints import required
from flowstone_core.ops import array
from flowstone_core.ops.banded import tridiagonal_matmul, tridiagonal_solve
from flowstone_core.ops.compare import equal
from flowstone_core.ops.complex import conj
from flowstone_core.ops.diagonal import diag, diag_part
from flowstone_core.ops.joining import concat, stack
from flowstone_core.ops.rearranging import roll
from flowstone_core.ops.reduce import reduce_all
from flowstone_core.ops.script import Assert
from flowstone_core.shapes import TensorShape

_FORMATS = ("matrix", "sequence", "compact")


class LinearOperatorTridiag(LinearOperator):
    """Tridiagonal matrices.

    >>> operator = tf.linalg.LinearOperatorTridiag([[1., 1., 0.], [2., 2., 2.], [0., 1., 1.]])
    >>> operator.matvec([1., 1., 1.]).numpy()
    array([3., 4., 3.], dtype=float32)

    Args:
        diagonals: Above, on and below the diagonal: ``[..., 3, n]`` if compact (the last of the first row and the
            first of the last do not count), a list of three ``[..., n]``, or matrices ``[..., n, n]``.
        diagonals_format: ``"compact"``, ``"sequence"`` or ``"matrix"``.
        is_non_singular: Whether the matrices have inverses.
        is_self_adjoint: Whether they equal their adjoints.
        is_positive_definite: Whether they are positive definite.
        is_square: True.
        name: A name.

    Raises:
        ValueError: If the format is another, or shapes do not fit it.
    """

    _composite_tensor_fields = ("diagonals",)

    def __init__(
        self,
        diagonals: Any,
        diagonals_format: str = "compact",
        is_non_singular: bool | None = None,
        is_self_adjoint: bool | None = None,
        is_positive_definite: bool | None = None,
        is_square: bool | None = None,
        name: str = "LinearOperatorTridiag",
    ) -> None:
        parameters = {
            "diagonals": diagonals,
            "diagonals_format": diagonals_format,
            "is_non_singular": is_non_singular,
            "is_self_adjoint": is_self_adjoint,
            "is_positive_definite": is_positive_definite,
            "is_square": is_square,
            "name": name,
        }
        if diagonals_format not in _FORMATS:
            raise ValueError(f"Expected `diagonals_format` to be one of {_FORMATS}, got {diagonals_format!r}.")
        if diagonals_format == "sequence":
            self._diagonals: Any = [arrays.parameter(each, "diagonal") for each in diagonals]
            dtype = self._diagonals[0].dtype
        else:
            self._diagonals = arrays.parameter(diagonals, "diagonals")
            arrays.at_least(self._diagonals, 2, "diagonals")
            dtype = self._diagonals.dtype
            rows, columns = self._diagonals.shape[-2:] if self._diagonals.shape.rank is not None else (None, None)
            if diagonals_format == "compact" and rows not in (3, None):
                raise ValueError(f"Expected 3 diagonals got {rows}")
            if diagonals_format == "matrix" and None not in (rows, columns) and rows != columns:
                raise ValueError(f"Expected square matrix, got shape {self._diagonals.shape}")
        self._diagonals_format = diagonals_format
        is_square = required(is_square, "Only square tridiagonal operators supported.")
        super().__init__(
            dtype, None, is_non_singular, is_self_adjoint, is_positive_definite, is_square, name, parameters
        )

    @property
    def diagonals(self) -> Any:
        """The diagonals as they were given."""
        return self._diagonals

    @property
    def diagonals_format(self) -> str:
        """Their format."""
        return self._diagonals_format

    def _shape(self) -> TensorShape:
        if self._diagonals_format == "sequence":
            shapes = [each.shape for each in self._diagonals]
            if any(shape.rank is None for shape in shapes):
                return TensorShape(None)
            batch = arrays.common_batch(*(shape[:-1] for shape in shapes))
            return batch.concatenate([shapes[1][-1]] * 2)
        shape: TensorShape = self._diagonals.shape
        return shape if shape.rank is None else shape[:-2].concatenate([shape[-1]] * 2)

    def _shape_tensor(self) -> Any:
        shape = array.shape(self._rows())
        return concat([shape[:-2], shape[-1:], shape[-1:]], 0)

    def _rows(self) -> Any:
        """The compact form."""
        if self._diagonals_format == "compact":
            return convert_to_tensor(self._diagonals)
        if self._diagonals_format == "matrix":
            return diag_part(self._diagonals, k=(-1, 1), align="LEFT_RIGHT")
        batch = arrays.dynamic_common_batch([array.shape(each) for each in self._diagonals])
        return stack([array.broadcast_to(each, batch) for each in self._diagonals], axis=-2)

    def _assert_self_adjoint(self) -> Any:
        rows = self._rows()
        above, middle, below = rows[..., 0, :-1], rows[..., 1, :], rows[..., 2, 1:]
        fits = reduce_all(equal(above, conj(below))) & reduce_all(equal(middle, conj(middle)))
        return Assert(fits, ["Matrix was not equal to its adjoint.", rows])

    def _adjoint_rows(self) -> Any:
        rows = conj(self._rows())
        return stack([roll(rows[..., 2, :], -1, -1), rows[..., 1, :], roll(rows[..., 0, :], 1, -1)], axis=-2)

    def _matmul(self, x: Any, adjoint: bool = False, adjoint_arg: bool = False) -> Any:
        rows, x = self._fitting(adjoint, arrays.adjoint_if(x, adjoint_arg))
        return tridiagonal_matmul(rows, x)

    def _solve(self, rhs: Any, adjoint: bool = False, adjoint_arg: bool = False) -> Any:
        rows, rhs = self._fitting(adjoint, arrays.adjoint_if(rhs, adjoint_arg))
        return tridiagonal_solve(rows, rhs, partial_pivoting=True)

    def _fitting(self, adjoint: bool, x: Any) -> Any:
        rows = self._adjoint_rows() if adjoint else self._rows()
        return arrays.spread(rows, array.shape(x)[:-2]), arrays.spread(x, self.batch_shape_tensor())

    def _diag_part(self) -> Any:
        return self._rows()[..., 1, :]

    def _to_dense(self) -> Any:
        if self._diagonals_format == "matrix":
            return convert_to_tensor(self._diagonals)
        size = self.domain_dimension
        return diag(
            self._rows(),
            k=(-1, 1),
            num_rows=-1 if size is None else size,
            num_cols=-1 if size is None else size,
            align="LEFT_RIGHT",
        )

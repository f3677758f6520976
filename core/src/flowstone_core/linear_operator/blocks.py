"""Vectors in parts, one for each block of an operator."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flowstone_core import nest
from flowstone_core.conversion import convert_to_tensor
from flowstone_core.linear_operator import arrays
from flowstone_core.linear_operator.base import LinearOperator
from flowstone_core.ops import array
from flowstone_core.ops.joining import concat, split
from flowstone_core.ops.linalg import adjoint as adjoint_of


class BlockOperator(LinearOperator):
    """The base of operators made of blocks; their operands may come in parts, as lists of tensors."""

    def _row_operators(self) -> Sequence[Any]:
        """An operator of each row of blocks."""
        raise NotImplementedError("_row_operators")

    def _column_operators(self) -> Sequence[Any]:
        """An operator of each column of blocks."""
        raise NotImplementedError("_column_operators")

    def _row_sizes(self) -> list[Any]:
        return [_size(operator, "range_dimension") for operator in self._row_operators()]

    def _column_sizes(self) -> list[Any]:
        return [_size(operator, "domain_dimension") for operator in self._column_operators()]

    def _multiply_parts(self, parts: list[Any], adjoint: bool) -> list[Any]:
        raise NotImplementedError("_multiply_parts")

    def _solve_parts(self, parts: list[Any], adjoint: bool) -> list[Any]:
        raise NotImplementedError("_solve_parts")

    # -- operands in parts -----------------------------------------------------------------------------------------

    def _in_parts(self, x: Any) -> bool:
        """Whether an operand is a list of tensors, not of numbers."""
        if not isinstance(x, (list, tuple)) or len(x) != len(self._column_operators()):
            return False
        return all(hasattr(part, "shape") or (nest.is_nested(part) and nest.is_nested(part[0])) for part in x)

    def _vectors_in_parts(self, x: Any) -> bool:
        return (
            isinstance(x, (list, tuple))
            and len(x) == len(self._column_operators())
            and all(hasattr(part, "shape") or nest.is_nested(part) for part in x)
        )

    def _converted(self, x: Any, sizes: list[Any], axis: int) -> list[Any]:
        parts = [convert_to_tensor(part, dtype=None if hasattr(part, "dtype") else self.dtype) for part in x]
        for part, size in zip(parts, sizes, strict=True):
            if part.dtype is not self.dtype:
                raise TypeError(f"Expected argument to have dtype {self.dtype}. Found: {part.dtype} in tensor {part}")
            if part.shape.rank is not None and isinstance(size, int) and part.shape[axis] not in (size, None):
                raise ValueError(f"Dimensions {size} and {part.shape[axis]} are not compatible: {self.name}, {part}.")
        return parts

    def matmul(self, x: Any, adjoint: bool = False, adjoint_arg: bool = False, name: str = "matmul") -> Any:
        """The product ``A x`` with matrices, with a list of matrices (one for each block), or with an operator."""
        if not isinstance(x, LinearOperator) and self._in_parts(x):
            sizes = self._row_sizes() if adjoint else self._column_sizes()
            parts = self._converted(x, sizes, -1 if adjoint_arg else -2)
            return self._multiply_parts([arrays.adjoint_if(part, adjoint_arg) for part in parts], adjoint)
        return super().matmul(x, adjoint, adjoint_arg, name)

    def matvec(self, x: Any, adjoint: bool = False, name: str = "matvec") -> Any:
        """The product ``A x`` with vectors, or with a list of vectors (one for each block)."""
        if self._vectors_in_parts(x):
            parts = self._converted(x, self._row_sizes() if adjoint else self._column_sizes(), -1)
            return _squeezed(self._multiply_parts([arrays.column(part) for part in parts], adjoint))
        return super().matvec(x, adjoint, name)

    def solve(self, rhs: Any, adjoint: bool = False, adjoint_arg: bool = False, name: str = "solve") -> Any:
        """The ``X`` with ``A X = rhs``, for matrices, a list of matrices (one for each block), or an operator."""
        if not isinstance(rhs, LinearOperator) and self._in_parts(rhs):
            self._check_solvable()
            sizes = self._column_sizes() if adjoint else self._row_sizes()
            parts = self._converted(rhs, sizes, -1 if adjoint_arg else -2)
            return self._solve_parts([arrays.adjoint_if(part, adjoint_arg) for part in parts], adjoint)
        return super().solve(rhs, adjoint, adjoint_arg, name)

    def solvevec(self, rhs: Any, adjoint: bool = False, name: str = "solve") -> Any:
        """The ``x`` with ``A x = rhs``, for vectors or a list of vectors (one for each block)."""
        if self._vectors_in_parts(rhs):
            self._check_solvable()
            parts = self._converted(rhs, self._column_sizes() if adjoint else self._row_sizes(), -1)
            return _squeezed(self._solve_parts([arrays.column(part) for part in parts], adjoint))
        return super().solvevec(rhs, adjoint, name)

    # -- whole operands --------------------------------------------------------------------------------------------

    def _matmul(self, x: Any, adjoint: bool = False, adjoint_arg: bool = False) -> Any:
        whole = adjoint_of(x) if adjoint_arg else x
        parts = split(whole, self._row_sizes() if adjoint else self._column_sizes(), axis=-2)
        return joined(self._multiply_parts(parts, adjoint), -2)

    def _solve(self, rhs: Any, adjoint: bool = False, adjoint_arg: bool = False) -> Any:
        whole = adjoint_of(rhs) if adjoint_arg else rhs
        parts = split(whole, self._column_sizes() if adjoint else self._row_sizes(), axis=-2)
        return joined(self._solve_parts(parts, adjoint), -2)


def _size(operator: Any, name: str) -> Any:
    known = getattr(operator, name)
    return getattr(operator, f"{name}_tensor")() if known is None else known


def _squeezed(columns: list[Any]) -> list[Any]:
    return [array.squeeze(part, [-1]) for part in columns]


def joined(parts: list[Any], axis: int) -> Any:
    """Parts side by side; their batches broadcast."""
    events = -axis
    batch = arrays.dynamic_common_batch([array.shape(part)[:-events] for part in parts])
    if any(part.shape.rank is None or part.shape[:-events] != parts[0].shape[:-events] for part in parts):
        parts = [arrays.spread(part, batch, events) for part in parts]
    return concat(parts, axis)

"""What operators have in common that are made of one other: its adjoint, its inverse."""

from __future__ import annotations

from typing import Any

from flowstone_core.linear_operator.base import LinearOperator


class EnclosingOperator(LinearOperator):
    """The base of operators that keep another, and are as singular, self-adjoint and well conditioned as it is."""

    _composite_tensor_fields = ("operator",)

    _operator: Any

    @property
    def operator(self) -> Any:
        """The operator that this one is made of."""
        return self._operator

    def _assert_non_singular(self) -> Any:
        return self._operator.assert_non_singular()

    def _assert_positive_definite(self) -> Any:
        return self._operator.assert_positive_definite()

    def _assert_self_adjoint(self) -> Any:
        return self._operator.assert_self_adjoint()

    def _cond(self) -> Any:
        return self._operator.cond()

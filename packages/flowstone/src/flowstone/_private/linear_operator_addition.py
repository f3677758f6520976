"""Sums of linear operators."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flowstone_core.api import tf

SUPPORTED_OPERATORS = ("LinearOperatorDiag", "LinearOperatorLowerTriangular", "LinearOperatorScaledIdentity")


def add_operators(
    operators: Sequence[Any], operator_name: str | None = None, addition_tiers: Any = None, name: str | None = None
) -> list[Any]:
    """One operator for the sum of all, a dense one unless all are diagonal."""
    if len(operators) < 2:
        return list(operators)
    if all(isinstance(each, tf.linalg.LinearOperatorDiag | tf.linalg.LinearOperatorIdentity) for each in operators):
        diagonal = tf.add_n([each.diag_part() + tf.zeros_like(operators[0].diag_part()) for each in operators])
        return [tf.linalg.LinearOperatorDiag(diagonal, name=operator_name or "sum")]
    return [tf.linalg.LinearOperatorFullMatrix(tf.add_n([each.to_dense() for each in operators]))]

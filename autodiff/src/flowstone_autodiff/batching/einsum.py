"""Batching of ``flowstone_core.ops.einsum``: one more label."""

from __future__ import annotations

from typing import Any

from flowstone_core.einsum_equation import Equation, parse_equation
from flowstone_core.ops import einsum as ops

from flowstone_autodiff.batch_registry import BatchCall, batch

_LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"


@batch(ops.EINSUM)
def einsum(call: BatchCall) -> Any:
    """The batch is a label that the result keeps."""
    equation = parse_equation(call.attrs["equation"])
    used = "".join(equation.inputs)
    label = next((letter for letter in _LETTERS if letter not in used), None)
    if label is None:
        return NotImplemented
    labels = tuple(label + each if flag else each for each, flag in zip(equation.inputs, call.batched[0], strict=True))
    return ops.EINSUM(list(call.inputs[0]), equation=str(Equation(labels, label + equation.output)))

"""Gradients of ``flowstone_core.ops.array``."""

from __future__ import annotations

from typing import Any

from flowstone_core.ops import array as ops
from flowstone_core.ops.array import RANGE, reshape, shape, size, transpose
from flowstone_core.ops.gathering import scatter_nd
from flowstone_core.tensor import Tensor

from flowstone_autodiff.broadcasting import unbroadcast
from flowstone_autodiff.registry import AS_IN_TENSORFLOW, Call, gradient, not_differentiable, undefined
from flowstone_autodiff.static import ints, shape_of

not_differentiable(
    ops.BROADCAST_ARGS,
    ops.BROADCAST_GRADIENT_ARGS,
    ops.RANGE,
    ops.RANK,
    ops.SHAPE,
    ops.SHAPE_N,
    ops.SIZE,
    ops.STOP_GRADIENT,
)
undefined(ops.BITCAST, because=AS_IN_TENSORFLOW)

# -- identity and markers --------------------------------------------------------------------------------------


@gradient(ops.IDENTITY, ops.SNAPSHOT, ops.GUARANTEE_CONST, ops.ENSURE_SHAPE, sparse=True)
def identity_gradient(call: Call, dy: Any) -> Any:
    """``x``: ``dy``."""
    return dy


@gradient(ops.IDENTITY_N, sparse=True, missing=True)
def identity_n_gradient(call: Call, dys: list[Any]) -> tuple[list[Any]]:
    """Each tensor gets the gradient of its copy."""
    return (dys,)


@gradient(ops.PREVENT_GRADIENT)
def prevent_gradient_gradient(call: Call, dy: Tensor) -> Any:
    """Raise: that is what the op is for."""
    raise LookupError(f"Gradient explicitly disabled. Reason: {call.attrs['message']!r}")


@gradient(ops.CHECK_NUMERICS)
def check_numerics_gradient(call: Call, dy: Tensor) -> Any:
    """``x``: ``dy``, checked as well."""
    return ops.CHECK_NUMERICS(dy, message=_GRADIENT_MESSAGE + " " + call.attrs["message"])


@gradient(ops.CHECK_NUMERICS_V2)
def check_numerics_v2_gradient(call: Call, dy: Tensor) -> Any:
    """``x``: ``dy``, checked as well."""
    return ops.CHECK_NUMERICS_V2(dy, message=_GRADIENT_MESSAGE + " " + call.attrs["message"])


_GRADIENT_MESSAGE = "Not a number (NaN) or infinity (Inf) values detected in gradient."

# -- shapes ----------------------------------------------------------------------------------------------------


@gradient(ops.RESHAPE, ops.EXPAND_DIMS)
def reshape_gradient(call: Call, dy: Tensor) -> tuple[Any, None]:
    """``dy`` in the shape of the input."""
    return reshape(dy, shape_of(call.inputs[0])), None


@gradient(ops.SQUEEZE)
def squeeze_gradient(call: Call, dy: Tensor) -> Any:
    """``dy`` in the shape of the input."""
    return reshape(dy, shape_of(call.inputs[0]))


@gradient(ops.TRANSPOSE)
def transpose_gradient(call: Call, dy: Tensor) -> tuple[Any, None]:
    """``dy`` with its dimensions in their old places."""
    return transpose(dy, inverse(call.inputs[1])), None


@gradient(ops.CONJUGATE_TRANSPOSE)
def conjugate_transpose_gradient(call: Call, dy: Tensor) -> tuple[Any, None]:
    """``dy`` with its dimensions in their old places, conjugated."""
    return transpose(dy, inverse(call.inputs[1]), conjugate=True), None


def inverse(perm: Tensor) -> Any:
    """The permutation that undoes ``perm``."""
    known = ints(perm)
    if known is None:
        return scatter_nd(reshape(perm, [-1, 1]), RANGE(0, size(perm), 1), shape(perm))
    undone = [0] * len(known)
    for place, axis in enumerate(known):
        undone[axis] = place
    return undone


@gradient(ops.BROADCAST_TO)
def broadcast_to_gradient(call: Call, dy: Tensor) -> tuple[Any, None]:
    """The sum over the repetitions."""
    return unbroadcast(dy, call.inputs[0]), None

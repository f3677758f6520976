"""Gradients of ``flowstone_core.ops.state``: a variable's gradient arrives at its handle."""

from __future__ import annotations

from typing import Any

from flowstone_core.ops import state as ops
from flowstone_core.ops.array import squeeze
from flowstone_core.ops.cast import cast
from flowstone_core.ops.gathering import scatter_nd
from flowstone_core.tensor import Tensor

from flowstone_autodiff.registry import Call, gradient, not_differentiable
from flowstone_autodiff.rules.gathering import scattered, slices
from flowstone_autodiff.static import dims, ints

not_differentiable(
    ops.ASSIGN,
    ops.ASSIGN_ADD,
    ops.ASSIGN_SUB,
    ops.DESTROY_RESOURCE,
    ops.DISABLE_COPY_ON_READ,
    ops.IS_INITIALIZED,
    ops.SCATTER_ADD,
    ops.SCATTER_DIV,
    ops.SCATTER_MAX,
    ops.SCATTER_MIN,
    ops.SCATTER_MUL,
    ops.SCATTER_ND_ADD,
    ops.SCATTER_ND_MAX,
    ops.SCATTER_ND_MIN,
    ops.SCATTER_ND_SUB,
    ops.SCATTER_ND_UPDATE,
    ops.SCATTER_SUB,
    ops.SCATTER_UPDATE,
    ops.VAR_HANDLE,
    ops.VARIABLE_SHAPE,
)


@gradient(ops.READ_VARIABLE, sparse=True)
def read_variable_gradient(call: Call, dy: Any) -> Any:
    """The value's gradient is the variable's."""
    return dy


@gradient(ops.RESOURCE_GATHER)
def resource_gather_gradient(call: Call, dy: Tensor) -> tuple[Any, None]:
    """The gathered rows' gradients, as slices."""
    handle, indices = call.inputs
    batch_dims = call.attrs["batch_dims"]
    whole = _shape_of_variable(handle)
    if not batch_dims:
        return slices(dy, indices, whole), None
    own = whole if isinstance(whole, list) else [whole[axis] for axis in range(whole.shape[0])]
    return scattered(dy, indices, own, batch_dims, batch_dims), None


@gradient(ops.RESOURCE_GATHER_ND)
def resource_gather_nd_gradient(call: Call, dy: Tensor) -> tuple[Any, None]:
    """The gathered slices' gradients, added up in place; as slices where rows were gathered."""
    handle, indices = call.inputs
    whole = ops.VARIABLE_SHAPE(handle)
    known = dims(indices)
    if known is not None and len(known) == 2 and known[-1] == 1:
        return slices(dy, squeeze(indices, [-1]), _shape_of_variable(handle)), None
    return scatter_nd(indices, dy, cast(whole, indices.dtype)), None


def _shape_of_variable(handle: Tensor) -> Any:
    whole = ops.VARIABLE_SHAPE(handle)
    known = ints(whole)
    return whole if known is None else list(known)

"""Gradients of ``flowstone_core.ops.sparse_cwise``: the dense operand's are added up where it was broadcast."""

from __future__ import annotations

from typing import Any

from flowstone_core.dtypes import int64
from flowstone_core.ops import sparse_cwise as ops
from flowstone_core.ops.array import shape
from flowstone_core.ops.cast import cast
from flowstone_core.ops.compare import not_equal
from flowstone_core.ops.gathering import gather_nd, scatter_nd
from flowstone_core.ops.math import divide, multiply, negative
from flowstone_core.ops.reduce import reduce_sum
from flowstone_core.tensor import Tensor

from flowstone_autodiff.conjugate import conj
from flowstone_autodiff.registry import Call, gradient
from flowstone_autodiff.static import sizes


def _places(call: Call) -> Tensor:
    """Where each element meets the dense operand."""
    indices, _, _, dense = call.inputs
    rank = len(sizes(dense))
    own = indices[:, indices.shape[1] - rank :]
    return multiply(own, cast(not_equal(shape(dense, int64), 1), int64))


def _met(call: Call) -> Tensor:
    """The dense operand's element that each sparse one meets."""
    dense = call.inputs[3]
    result: Tensor = gather_nd(dense, _places(call)) if sizes(dense) else dense
    return result


def _collected(call: Call, values: Tensor) -> Tensor:
    """What each element gives to the dense operand, added up."""
    dense = call.inputs[3]
    result: Tensor = scatter_nd(_places(call), values, shape(dense, int64)) if sizes(dense) else reduce_sum(values)
    return result


@gradient(ops.SPARSE_DENSE_CWISE_ADD)
def sparse_dense_cwise_add_gradient(call: Call, dy: Tensor) -> tuple[None, Any, None, Any]:
    """Both get the gradient."""
    return None, dy, None, _collected(call, dy)


@gradient(ops.SPARSE_DENSE_CWISE_MUL)
def sparse_dense_cwise_mul_gradient(call: Call, dy: Tensor) -> tuple[None, Any, None, Any]:
    """Each gets the gradient times the other."""
    values = multiply(dy, conj(_met(call)))
    return None, values, None, _collected(call, multiply(dy, conj(call.inputs[1])))


@gradient(ops.SPARSE_DENSE_CWISE_DIV)
def sparse_dense_cwise_div_gradient(call: Call, dy: Tensor) -> tuple[None, Any, None, Any]:
    """As of a quotient: ``dy / b`` and ``-dy a / b²``."""
    values = divide(dy, conj(_met(call)))
    return None, values, None, _collected(call, negative(multiply(values, conj(call.output))))

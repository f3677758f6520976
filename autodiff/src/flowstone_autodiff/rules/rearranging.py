"""Gradients of ``flowstone_core.ops.rearranging``: elements are moved back."""

from __future__ import annotations

from typing import Any

from flowstone_core.ops import rearranging as ops
from flowstone_core.ops.array import shape
from flowstone_core.ops.indexing import SLICE
from flowstone_core.ops.math import negative
from flowstone_core.tensor import Tensor

from flowstone_autodiff.registry import Call, gradient, not_differentiable

not_differentiable(ops.INVERT_PERMUTATION)

Pair = tuple[Any, None]
Triple = tuple[Any, None, None]

# -- padding -----------------------------------------------------------------------------------------------------


@gradient(ops.PAD)
def pad_gradient(call: Call, dy: Tensor) -> Pair:
    """The part of ``dy`` without the padding."""
    return _inside(call, dy), None


@gradient(ops.PAD_V2)
def pad_v2_gradient(call: Call, dy: Tensor) -> Triple:
    """The part of ``dy`` without the padding; the padding's value counts as a constant, as in TensorFlow."""
    return _inside(call, dy), None, None


def _inside(call: Call, dy: Tensor) -> Any:
    x, paddings = call.inputs[:2]
    return SLICE(dy, paddings[:, 0], shape(x, paddings.dtype))


@gradient(ops.MIRROR_PAD)
def mirror_pad_gradient(call: Call, dy: Tensor) -> Pair:
    """The gradients of an element and of its mirror images, added up."""
    return ops.MIRROR_PAD_GRAD(dy, call.inputs[1], mode=call.attrs["mode"]), None


@gradient(ops.MIRROR_PAD_GRAD)
def mirror_pad_grad_gradient(call: Call, dz: Tensor) -> Pair:
    """The sums' gradients, mirrored again."""
    return ops.MIRROR_PAD(dz, call.inputs[1], mode=call.attrs["mode"]), None


# -- reversing and rolling ---------------------------------------------------------------------------------------


@gradient(ops.REVERSE_V2)
def reverse_gradient(call: Call, dy: Tensor) -> Pair:
    """``dy``, reversed again."""
    return ops.REVERSE_V2(dy, call.inputs[1]), None


@gradient(ops.REVERSE_SEQUENCE)
def reverse_sequence_gradient(call: Call, dy: Tensor) -> Pair:
    """``dy``, reversed again."""
    return ops.REVERSE_SEQUENCE(dy, call.inputs[1], **call.attrs), None


@gradient(ops.ROLL)
def roll_gradient(call: Call, dy: Tensor) -> Triple:
    """``dy``, rolled back."""
    _, shift, axis = call.inputs
    return ops.ROLL(dy, negative(shift), axis), None, None


# -- blocks ------------------------------------------------------------------------------------------------------


@gradient(ops.SPACE_TO_BATCH_ND)
def space_to_batch_nd_gradient(call: Call, dy: Tensor) -> Triple:
    """``dy``, put back together."""
    return ops.BATCH_TO_SPACE_ND(dy, *call.inputs[1:]), None, None


@gradient(ops.BATCH_TO_SPACE_ND)
def batch_to_space_nd_gradient(call: Call, dy: Tensor) -> Triple:
    """``dy``, cut again."""
    return ops.SPACE_TO_BATCH_ND(dy, *call.inputs[1:]), None, None


@gradient(ops.SPACE_TO_BATCH)
def space_to_batch_gradient(call: Call, dy: Tensor) -> Pair:
    """``dy``, put back together."""
    return ops.BATCH_TO_SPACE(dy, call.inputs[1], **call.attrs), None


@gradient(ops.BATCH_TO_SPACE)
def batch_to_space_gradient(call: Call, dy: Tensor) -> Pair:
    """``dy``, cut again."""
    return ops.SPACE_TO_BATCH(dy, call.inputs[1], **call.attrs), None


@gradient(ops.SPACE_TO_DEPTH)
def space_to_depth_gradient(call: Call, dy: Tensor) -> Any:
    """``dy``, put back together."""
    return ops.DEPTH_TO_SPACE(dy, **call.attrs)


@gradient(ops.DEPTH_TO_SPACE)
def depth_to_space_gradient(call: Call, dy: Tensor) -> Any:
    """``dy``, cut again."""
    return ops.SPACE_TO_DEPTH(dy, **call.attrs)

"""Numpy kernels of ``flowstone_core.ops.nn``."""

from __future__ import annotations

from typing import Any

import numpy as np

from flowstone_core.dtypes import DType, int32
from flowstone_core.errors import SpecError
from flowstone_core.kernel import KernelSet
from flowstone_core.kernels.precision import add_with_narrow
from flowstone_core.ops import nn as ops

KERNELS = KernelSet()


# -- biases --------------------------------------------------------------------------------------------------------


@KERNELS.add(ops.BIAS_ADD)
def bias_add(value: Any, bias: Any, *, data_format: str) -> Any:
    """Add along the dimension of channels."""
    axis = 1 if data_format == "NCHW" else value.ndim - 1
    if value.ndim < 2 or bias.ndim != 1 or bias.shape[0] != value.shape[axis]:
        raise ValueError(f"{bias.shape} does not fit the channels of {value.shape}")
    if axis != value.ndim - 1:
        bias = bias.reshape((-1,) + (1,) * (value.ndim - 2))
    return np.add(value, bias)


@KERNELS.add(ops.BIAS_ADD_V1)
def bias_add_v1(value: Any, bias: Any) -> Any:
    """Add along the last dimension."""
    return bias_add(value, bias, data_format="NHWC")


@add_with_narrow(KERNELS, ops.BIAS_ADD_GRAD)
def bias_add_grad(out_backprop: Any, *, data_format: str) -> Any:
    """The sum over all dimensions but that of channels."""
    if out_backprop.ndim < 2:
        raise SpecError(f"BiasAddGrad: the input tensor must be at least 2D, got shape {out_backprop.shape}.")
    axis = 1 if data_format == "NCHW" else out_backprop.ndim - 1
    others = tuple(i for i in range(out_backprop.ndim) if i != axis)
    return np.add.reduce(out_backprop, others, out_backprop.dtype)


@add_with_narrow(KERNELS, ops.L2_LOSS)
def l2_loss(t: Any) -> Any:
    """Half the sum of squares."""
    flat = t.reshape(-1)
    return np.dot(flat, flat) * t.dtype.type(0.5)


# -- the largest ---------------------------------------------------------------------------------------------------


def _keys(x: Any) -> Any:
    """Numbers that are in the order from the largest down, nan first."""
    if x.dtype.kind == "u":
        return np.iinfo(x.dtype).max - x
    if x.dtype.kind == "i":
        return -1 - x  # no overflow, unlike -x
    keys = -x.astype(np.float32) if x.dtype.itemsize == 2 else -x
    return np.where(np.isnan(keys), keys.dtype.type(-np.inf), keys)


def _first(keys: Any, k: int) -> Any:
    """The positions of the ``k`` smallest along the last dimension, in order, the first of equal ones first."""
    if k > 0 and 8 * k < keys.shape[-1]:
        few = np.sort(np.argpartition(keys, k - 1, axis=-1)[..., :k], axis=-1)
        found = np.take_along_axis(keys, few, -1)
        if (keys <= found.max(-1, keepdims=True)).sum() == few.size:  # else some of equal ones are left out
            return np.take_along_axis(few, np.argsort(found, axis=-1, kind="stable"), -1)
    return np.argsort(keys, axis=-1, kind="stable")[..., :k]


def largest(input: Any, k: int, index_type: DType) -> tuple[Any, Any]:
    """The ``k`` largest along the last dimension, in order, and where they are."""
    if input.ndim == 0:
        raise SpecError("TopK: the input must have at least one dimension.")
    columns = input.shape[-1]
    if not 0 <= k <= columns:
        raise SpecError(f"TopK: input must have at least k columns. Had {columns}, needed {k}.")
    if k == 1 and input.dtype.kind in "iu":
        order = np.argmax(input, axis=-1)[..., None]
    else:
        order = _first(_keys(input), k)
    return np.take_along_axis(input, order, axis=-1), order.astype(index_type.numpy_dtype)


@KERNELS.add(ops.TOP_K)
def top_k(input: Any, *, k: int, sorted: bool) -> Any:
    """The largest, in order whether asked or not."""
    values, order = largest(input, k, int32)
    return values, order


@KERNELS.add(ops.TOP_K_V2)
def top_k_v2(input: Any, k: Any, *, sorted: bool, index_type: DType) -> Any:
    """The largest, in order whether asked or not."""
    if k.ndim != 0:
        raise SpecError(f"TopK: k must be a scalar, got shape {k.shape}.")
    return largest(input, int(k), index_type)


@KERNELS.add(ops.IN_TOP_K_V2)
def in_top_k_v2(predictions: Any, targets: Any, k: Any) -> Any:
    """Whether fewer than ``k`` predictions are higher than the target's."""
    return in_top_k(predictions, targets, k=int(k))


@KERNELS.add(ops.IN_TOP_K)
def in_top_k(predictions: Any, targets: Any, *, k: int) -> Any:
    """Whether fewer than ``k`` predictions are higher than the target's."""
    if predictions.ndim != 2 or targets.ndim != 1 or predictions.shape[0] != targets.shape[0]:
        raise SpecError(
            f"InTopK takes [rows, classes] predictions and [rows] targets, got {predictions.shape} and {targets.shape}."
        )
    classes = predictions.shape[1]
    valid = (targets >= 0) & (targets < classes)
    if classes == 0:
        return np.zeros(targets.shape, np.bool_)
    rows = np.arange(targets.shape[0])
    chosen = predictions[rows, np.where(valid, targets, 0)][:, None]
    higher = (predictions > chosen).sum(axis=1)
    return valid & np.isfinite(chosen[:, 0]) & np.isfinite(predictions).all(axis=1) & (higher < k)


@KERNELS.add(ops.NTH_ELEMENT)
def nth_element(input: Any, n: Any, *, reverse: bool) -> Any:
    """What would stand at position ``n`` if the last dimension were sorted."""
    if input.ndim == 0 or not 0 <= int(n) < input.shape[-1]:
        raise SpecError(f"NthElement: n must be in [0, {input.shape[-1:]}), got {int(n)}.")
    position = input.shape[-1] - 1 - int(n) if reverse else int(n)
    return np.partition(input, position, axis=-1)[..., position]

"""Batching of ``flowstone_core.ops.activations``."""

from __future__ import annotations

from flowstone_core.ops import activations as ops

from flowstone_autodiff.batch_registry import elementwise, rowwise

elementwise(ops.ELU, ops.LEAKY_RELU, ops.RELU, ops.RELU6, ops.SELU, ops.SOFTSIGN)
rowwise(
    ops.ELU_GRAD,
    ops.LEAKY_RELU_GRAD,
    ops.RELU6_GRAD,
    ops.RELU_GRAD,
    ops.SELU_GRAD,
    ops.SOFTPLUS_GRAD,
    ops.SOFTSIGN_GRAD,
    data=2,
)

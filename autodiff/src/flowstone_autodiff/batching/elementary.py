"""Batching of ``flowstone_core.ops.elementary``."""

from __future__ import annotations

from flowstone_core.ops import elementary as ops

from flowstone_autodiff.batch_registry import broadcasting, elementwise, rowwise

elementwise(
    ops.ACOS,
    ops.ACOSH,
    ops.ASIN,
    ops.ASINH,
    ops.ATAN,
    ops.ATANH,
    ops.COS,
    ops.COSH,
    ops.EXP,
    ops.EXPM1,
    ops.LOG,
    ops.LOG1P,
    ops.RSQRT,
    ops.SIGMOID,
    ops.SIN,
    ops.SINH,
    ops.SOFTPLUS,
    ops.SQRT,
    ops.TAN,
    ops.TANH,
)
broadcasting(ops.ATAN2, ops.XDIVY, ops.XLOG1PY, ops.XLOGY)
rowwise(ops.RSQRT_GRAD, ops.SIGMOID_GRAD, ops.SQRT_GRAD, ops.TANH_GRAD, data=2)

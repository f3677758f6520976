"""All lowering rules: importing this module fills the tables."""

from flowstone_kernels_simd import (
    control,
    conv,
    depthwise,
    gemm,
    pool,
    rules_array,
    rules_gather,
    rules_list,
    rules_math,
    rules_reduce,
    rules_state,
)
from flowstone_kernels_simd.lowering import REFUSALS, RULES

FAMILIES = (
    *(rules_math, rules_array, rules_gather, rules_list, rules_reduce, rules_state),
    *(gemm, conv, depthwise, pool, control),
)

__all__ = ["FAMILIES", "REFUSALS", "RULES"]

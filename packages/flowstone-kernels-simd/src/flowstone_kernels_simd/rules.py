"""All lowering rules: importing this module fills the tables."""

from flowstone_kernels_simd import (
    control,
    conv,
    cumulative,
    depthwise,
    einsum,
    gemm,
    pool,
    rules_array,
    rules_gather,
    rules_list,
    rules_math,
    rules_norm,
    rules_pad,
    rules_places,
    rules_reduce,
    rules_scatter,
    rules_state,
)
from flowstone_kernels_simd.lowering import REFUSALS, RULES, TAKES_NARROW

FAMILIES = (
    *(
        rules_math,
        rules_array,
        rules_pad,
        rules_places,
        rules_gather,
        rules_scatter,
        rules_list,
        rules_reduce,
        rules_norm,
        rules_state,
    ),
    *(gemm, einsum, conv, depthwise, pool, cumulative, control),
)

_MOVING = """
    Gather GatherV2 ResourceGather If StatelessIf While StatelessWhile ReadVariableOp AssignVariableOp
    AssignAddVariableOp AssignSubVariableOp GatherNd StridedSliceGrad VariableShape EmptyTensorList TensorListReserve
    TensorListFromTensor TensorListPushBack TensorListPopBack TensorListSetItem TensorListGetItem TensorListStack
    TensorListLength
"""
"""Further ops that take 16-bit floats: they move them, or leave the arithmetic to other rules."""

TAKES_NARROW.update(dict.fromkeys(_MOVING.split(), False))

__all__ = ["FAMILIES", "REFUSALS", "RULES", "TAKES_NARROW"]

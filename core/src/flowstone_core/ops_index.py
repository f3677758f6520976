"""Where each of core's ops lives: the one line to add for a new op.

It names ops without importing them, so that a saved graph's op finds its module, its kernels
(``kernels/<family>.py``) and its gradient (``flowstone_autodiff/rules/<family>.py``).
"""

from __future__ import annotations

from typing import Final

FAMILIES: Final[dict[str, str]] = {
    "math": """
        Abs Acos Acosh Add AddN AddV2 Asin Asinh Atan Atan2 Atanh Ceil Conj Cos Cosh Digamma Div DivNoNan
        Erf Erfc Erfinv Exp Expm1 Floor FloorDiv FloorMod Imag Inv IsFinite IsInf IsNan Lgamma Log Log1p Maximum
        Minimum Mod Mul MulNoNan Ndtri Neg NextAfter Pow Real RealDiv Reciprocal Rint Round Rsqrt Sigmoid Sign Sin
        Sinh Sqrt Square SquaredDifference Sub Tan Tanh TruncateDiv TruncateMod Xdivy Xlogy Xlog1py
        Equal NotEqual Less LessEqual Greater GreaterEqual ApproximateEqual LogicalAnd LogicalOr LogicalNot
        Cast ClipByValue Complex ComplexAbs Angle
    """,
    "control": """
        Const Placeholder PlaceholderWithDefault FakeParam NoOp PartitionedCall StatefulPartitionedCall
        If StatelessIf Case StatelessCase While StatelessWhile
    """,
    "state": """
        VarHandleOp ReadVariableOp AssignVariableOp AssignAddVariableOp AssignSubVariableOp VarIsInitializedOp
        DestroyResourceOp VariableShape ResourceGather ResourceGatherNd ResourceScatterAdd ResourceScatterSub
        ResourceScatterMul ResourceScatterDiv ResourceScatterMin ResourceScatterMax ResourceScatterUpdate
        ResourceScatterNdAdd ResourceScatterNdSub ResourceScatterNdMin ResourceScatterNdMax ResourceScatterNdUpdate
    """,
}

FAMILY_OF: Final[dict[str, str]] = {op: family for family, ops in FAMILIES.items() for op in ops.split()}

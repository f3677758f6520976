"""How elementwise ops, casts and selections are lowered."""

from __future__ import annotations

from typing import Any

from flowstone_core.shapes import broadcast_all
from flowstone_graphfn.graph import Node

from flowstone_kernels_simd.ir import FLOATS, NARROW, SCALARS
from flowstone_kernels_simd.lists import Blank, List, zeros_for
from flowstone_kernels_simd.lowering import REFUSALS, RULES, TAKES_NARROW, Lowering, rule
from flowstone_kernels_simd.values import Unsupported, Value

ANY = frozenset(SCALARS)
NUMBERS = ANY - {"bool"}
REALS = frozenset((*FLOATS, *NARROW))
INTEGERS = NUMBERS - REALS
BOOLS = frozenset({"bool"})

TYPES: dict[frozenset[str], str] = {
    NUMBERS: """
        AddV2 Add Sub Mul Maximum Minimum Neg Abs Square SquaredDifference Sign Less LessEqual Greater GreaterEqual
        Relu Relu6 ReluGrad Relu6Grad ClipByValue Round
    """,
    REALS: """
        RealDiv Reciprocal Inv ReciprocalGrad InvGrad Sqrt SqrtGrad Rsqrt RsqrtGrad Exp Expm1 Log Log1p Tanh TanhGrad
        Tan Asin Acos Atan Atan2 Sinh Cosh Asinh Acosh Atanh Erfc Lgamma Xlog1py
        Sigmoid SigmoidGrad Softplus SoftplusGrad Softsign SoftsignGrad Elu EluGrad Selu SeluGrad LeakyRelu
        LeakyReluGrad Erf Sin Cos Pow Floor Ceil Rint IsNan IsInf IsFinite DivNoNan MulNoNan Xdivy Xlogy
    """,
    INTEGERS: "BitwiseAnd BitwiseOr BitwiseXor Invert LeftShift RightShift PopulationCount",
    frozenset(FLOATS): "ApproximateEqual",
    BOOLS: "LogicalAnd LogicalOr LogicalNot",
    ANY: "Equal NotEqual SelectV2",
}
"""The ops that become one elementwise operation, by the types of their operands."""

_BOOLEAN = frozenset(
    "Less LessEqual Greater GreaterEqual Equal NotEqual IsNan IsInf IsFinite LogicalAnd LogicalOr LogicalNot ApproximateEqual".split()
)

_ATTRS = {"ApproximateEqual": ("tolerance",), "LeakyRelu": ("alpha",), "LeakyReluGrad": ("alpha",)}


def _elementwise(low: Lowering, node: Node, inputs: list[Any]) -> Value:
    attrs = {name: node.attrs[name] for name in _ATTRS.get(node.op.name, ())}
    dtype = "bool" if node.op.name in _BOOLEAN else "uint8" if node.op.name == "PopulationCount" else None
    if node.op.name == "SelectV2":
        attrs["of"] = dtype = inputs[1].dtype
    made = low.op(node.op.name, *inputs, dtype=dtype, **attrs)
    if node.op.name == "ClipByValue" and made.shape != inputs[0].shape:
        raise Unsupported("limits that do not broadcast to the operand")
    return made


def _broadcast(node: Node) -> bool:
    """Whether the shapes of the operands are known to broadcast."""
    shapes = [tensor._spec.shape for tensor in node.flat_inputs()]
    if any(shape is None or None in shape for shape in shapes):
        return False
    try:
        broadcast_all(shapes)
    except ValueError:
        return False
    return True


def refuse_types(allowed: frozenset[str]) -> Any:
    """What refuses nodes with operands of other types."""

    def refuse(node: Node) -> str | None:
        wrong = [tensor.dtype.name for tensor in node.flat_inputs() if tensor.dtype.name not in allowed]
        if node.op.name == "SelectV2" and wrong == []:
            return None
        if not node.attrs.get("incompatible_shape_error", True) and not _broadcast(node):
            return "shapes that do not broadcast are allowed here"
        return f"{wrong[0]} operands" if wrong else None

    return refuse


for _types, _names in TYPES.items():
    for _name in _names.split():
        RULES[_name] = _elementwise
        REFUSALS[_name] = refuse_types(_types)
        TAKES_NARROW[_name] = False


@rule("Identity", "StopGradient", "PreventGradient", "Snapshot", "GuaranteeConst", widened=False)
def _identity(low: Lowering, node: Node, inputs: list[Any]) -> Value:
    value: Value = inputs[0]
    return value


@rule("AddN", widened=True)
def _add_n(low: Lowering, node: Node, inputs: list[Any]) -> Value:
    total: Value = inputs[0][0]
    for value in inputs[0][1:]:
        if value.shape != total.shape:
            raise Unsupported("AddN of several shapes")
        total = low.op("AddV2", total, value)
    return total


REFUSALS["AddN"] = refuse_types(NUMBERS)


@rule("Cast", widened=False)
def _cast(low: Lowering, node: Node, inputs: list[Any]) -> Value:
    to = node.attrs["DstT"].name
    return low.op("Cast", inputs[0], dtype=to, to=to) if to != inputs[0].dtype else inputs[0]


def _refuse_cast(node: Node) -> str | None:
    source, target = node.inputs[0].dtype.name, node.outputs[0].dtype.name
    if source in REALS and target not in (*REALS, "bool", "int32", "int64"):
        return f"casts from {source} to {target}"
    return "a cast that truncates" if node.attrs["Truncate"] else None


REFUSALS["Cast"] = _refuse_cast


@rule("OnesLike", "ZerosLike", widened=False)
def _like(low: Lowering, node: Node, inputs: list[Any]) -> Value | Blank:
    if isinstance(inputs[0], List | Blank):
        return zeros_for(inputs[0])
    number = low.number(inputs[0].dtype, 1 if node.op.name == "OnesLike" else 0)
    return low.spread(number, inputs[0].shape)


@rule("Fill", widened=False)
def _fill(low: Lowering, node: Node, inputs: list[Any]) -> Value:
    return low.spread(inputs[1], low.shape_of(node))


@rule("BiasAdd", "BiasAddV1", widened=False)
def _bias_add(low: Lowering, node: Node, inputs: list[Any]) -> Value:
    value, bias = inputs
    if node.attrs.get("data_format") == "NCHW":
        bias = low.reshape(bias, (*bias.shape, *[1] * (len(value.shape) - 2)))
    return low.op("AddV2", value, bias)


for _name in ("BiasAdd", "BiasAddV1"):
    REFUSALS[_name] = refuse_types(NUMBERS)


@rule("FloorDiv", "FloorMod", "TruncateDiv", "TruncateMod", "Mod", "Div", widened=False)
def _divided(low: Lowering, node: Node, inputs: list[Any]) -> Value:
    value, divisor = inputs
    name = node.op.name
    if divisor.dtype in REALS:
        return low.op("RealDiv" if name == "Div" else name, value, divisor)
    if divisor.op == "constant":
        if divisor.attrs["number"] == 0:
            raise Unsupported("a division by 0")
    else:
        low.check(low.op("Equal", divisor, low.number(divisor.dtype, 0), dtype="bool"))
    return low.op("TruncateDiv" if name == "Div" else name, value, divisor)


for _name in ("FloorDiv", "FloorMod", "TruncateDiv", "TruncateMod", "Mod", "Div"):
    REFUSALS[_name] = refuse_types(NUMBERS)


@rule("Select", widened=False)
def _select(low: Lowering, node: Node, inputs: list[Any]) -> Value:
    condition, one, other = inputs
    if len(condition.shape) == 1 and len(one.shape) > 1:
        condition = low.reshape(condition, (*condition.shape, *[1] * (len(one.shape) - 1)))
    if one.shape != other.shape:
        raise Unsupported("a selection of different shapes")
    return low.op("SelectV2", condition, one, other, dtype=one.dtype, of=one.dtype)

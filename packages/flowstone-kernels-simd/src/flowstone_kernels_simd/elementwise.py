"""The elementwise operations that loops fuse: how each is written on vectors, and what it costs."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, cast

from flowstone_kernels_simd import vmath
from flowstone_kernels_simd.ir import FLOATS, SIZES, UNSIGNED
from flowstone_kernels_simd.vectors import Vectors

Write = Callable[..., str]
"""``write(vectors, dtype of the first operand, *operands, **attrs)`` gives the result's name."""

OPERATIONS: dict[str, Write] = {}
"""By the name that ``Value.op`` has."""

COSTLY: set[str] = set()
"""Operations that are not done twice."""


def operation(*names: str, costly: bool = False) -> Callable[[Write], Write]:
    """A decorator that registers how operations are written."""

    def register(write: Write) -> Write:
        for name in names:
            OPERATIONS[name] = write
            if costly:
                COSTLY.add(name)
        return write

    return register


for _name, _method in {
    "AddV2": Vectors.plus,
    "Add": Vectors.plus,
    "Sub": Vectors.minus,
    "Mul": Vectors.times,
    "RealDiv": Vectors.over,
    "Maximum": Vectors.larger,
    "Minimum": Vectors.smaller,
    "Neg": Vectors.negative,
    "Abs": Vectors.magnitude,
}.items():
    OPERATIONS[_name] = cast(Write, _method)

for _name, _how in {
    "Less": "lt",
    "LessEqual": "le",
    "Greater": "gt",
    "GreaterEqual": "ge",
    "Equal": "eq",
    "NotEqual": "ne",
}.items():

    def _compare(v: Vectors, t: str, a: str, b: str, how: str = _how) -> str:
        if t == "bool":
            different = v.logic("xor", t, a, b)
            return different if how == "ne" else v.invert(different)
        return v.compare(how, t, a, b)

    OPERATIONS[_name] = _compare

for _name, _function in {
    "Exp": vmath.exp,
    "Expm1": vmath.expm1,
    "Log": vmath.log,
    "Log1p": vmath.log1p,
    "Tanh": vmath.tanh,
    "Sigmoid": vmath.sigmoid,
    "Softplus": vmath.softplus,
    "Erf": vmath.erf,
    "Sin": vmath.sin,
    "Cos": vmath.cos,
    "Pow": vmath.power,
    "Tan": vmath.tan,
    "Asin": vmath.asin,
    "Acos": vmath.acos,
    "Atan": vmath.atan,
    "Atan2": vmath.atan2,
    "Sinh": vmath.sinh,
    "Cosh": vmath.cosh,
    "Asinh": vmath.asinh,
    "Acosh": vmath.acosh,
    "Atanh": vmath.atanh,
    "Erfc": vmath.erfc,
    "Lgamma": vmath.lgamma,
}.items():
    operation(_name, costly=True)(cast(Write, _function))

for _name, _word in {
    "LogicalAnd": "and",
    "LogicalOr": "or",
    "BitwiseAnd": "and",
    "BitwiseOr": "or",
    "BitwiseXor": "xor",
}.items():

    def _bitwise(v: Vectors, t: str, a: str, b: str, word: str = _word) -> str:
        return v.logic(word, t, a, b)

    OPERATIONS[_name] = _bitwise


@operation("LogicalNot")
def _not(v: Vectors, t: str, a: str) -> str:
    return v.invert(a)


@operation("Invert")
def _invert(v: Vectors, t: str, a: str) -> str:
    return v.logic("xor", t, a, v.const(t, -1))


@operation("Copy")
def _copy(v: Vectors, t: str, a: str) -> str:
    return a


@operation("Cast")
def _cast(v: Vectors, t: str, a: str, to: str) -> str:
    return v.cast(t, to, a)


@operation("Square")
def _square(v: Vectors, t: str, a: str) -> str:
    return v.times(t, a, a)


@operation("SquaredDifference")
def _squared_difference(v: Vectors, t: str, a: str, b: str) -> str:
    return _square(v, t, v.minus(t, a, b))


@operation("Sqrt")
def _sqrt(v: Vectors, t: str, a: str) -> str:
    return v.intrinsic("sqrt", t, a)


@operation("Rsqrt")
def _rsqrt(v: Vectors, t: str, a: str) -> str:
    return v.over(t, v.const(t, 1.0), v.intrinsic("sqrt", t, a))


@operation("Reciprocal", "Inv")
def _reciprocal(v: Vectors, t: str, a: str) -> str:
    return v.over(t, v.const(t, 1.0), a)


for _name, _word in {"Floor": "floor", "Ceil": "ceil", "Rint": "rint", "Round": "rint"}.items():

    def _rounded(v: Vectors, t: str, a: str, word: str = _word) -> str:
        return v.intrinsic(word, t, a) if t in FLOATS else a

    OPERATIONS[_name] = _rounded


@operation("Sign")
def _sign(v: Vectors, t: str, a: str) -> str:
    if t in UNSIGNED:
        return v.choose(t, v.compare("gt", t, a, v.zero(t)), v.const(t, 1), v.zero(t))
    y = v.choose(t, v.compare("gt", t, a, v.zero(t)), v.const(t, 1), a if t in FLOATS else v.zero(t))
    return v.choose(t, v.compare("lt", t, a, v.zero(t)), v.const(t, -1), y)


@operation("IsNan")
def _is_nan(v: Vectors, t: str, a: str) -> str:
    return v.compare("nan", t, a, a)


@operation("IsInf")
def _is_inf(v: Vectors, t: str, a: str) -> str:
    return v.compare("eq", t, v.magnitude(t, a), v.const(t, math.inf))


@operation("IsFinite")
def _is_finite(v: Vectors, t: str, a: str) -> str:
    return v.compare("lt", t, v.magnitude(t, a), v.const(t, math.inf))


@operation("SelectV2")
def _select(v: Vectors, t: str, condition: str, a: str, b: str, of: str) -> str:
    return v.choose(of, condition, a, b)


@operation("ClipByValue")
def _clip(v: Vectors, t: str, a: str, low: str, high: str) -> str:
    return v.larger(t, v.smaller(t, a, high), low)


@operation("DivNoNan")
def _div_no_nan(v: Vectors, t: str, a: str, b: str) -> str:
    return v.choose(t, v.compare("eq", t, b, v.zero(t)), v.zero(t), v.over(t, a, b))


@operation("MulNoNan")
def _mul_no_nan(v: Vectors, t: str, a: str, b: str) -> str:
    return v.choose(t, v.compare("eq", t, b, v.zero(t)), v.zero(t), v.times(t, a, b))


@operation("Xdivy")
def _xdivy(v: Vectors, t: str, a: str, b: str) -> str:
    return v.choose(t, v.compare("eq", t, a, v.zero(t)), v.zero(t), v.over(t, a, b))


@operation("Xlogy", costly=True)
def _xlogy(v: Vectors, t: str, a: str, b: str) -> str:
    return v.choose(t, v.compare("eq", t, a, v.zero(t)), v.zero(t), v.times(t, a, vmath.log(v, t, b)))


@operation("Xlog1py", costly=True)
def _xlog1py(v: Vectors, t: str, a: str, b: str) -> str:
    return v.choose(t, v.compare("eq", t, a, v.zero(t)), v.zero(t), v.times(t, a, vmath.log1p(v, t, b)))


@operation("ApproximateEqual")
def _approximately(v: Vectors, t: str, a: str, b: str, tolerance: float) -> str:
    return v.compare("lt", t, v.magnitude(t, v.minus(t, a, b)), v.const(t, tolerance))


# -- quotients and remainders, bits ------------------------------------------------------------------------------------


def _quotient(v: Vectors, t: str, a: str, b: str) -> str:
    """Integers' quotient, rounded towards 0. The lanes that divide by 0 are looked at by nobody."""
    kind, zero = v.kind(t), v.zero(t)
    if t in UNSIGNED:
        return v.value(f"udiv {kind} {a}, {v.choose(t, v.compare('eq', t, b, zero), v.const(t, 1), b)}")
    minus = v.compare("eq", t, b, v.const(t, -1))  # the most negative number over -1 would trap
    tame = v.logic("or", "bool", minus, v.compare("eq", t, b, zero))
    made = v.value(f"sdiv {kind} {a}, {v.choose(t, tame, v.const(t, 1), b)}")
    return v.choose(t, minus, v.negative(t, a), made)


def _inexact_negative(v: Vectors, t: str, rest: str, b: str) -> str:
    """Whether there is a rest, of another sign than the divisor."""
    below = v.logic("xor", "bool", _below_zero(v, t, rest), _below_zero(v, t, b))
    return v.logic("and", "bool", below, v.compare("ne", t, rest, v.zero(t)))


@operation("TruncateDiv", costly=True)
def _truncate_div(v: Vectors, t: str, a: str, b: str) -> str:
    return v.intrinsic("trunc", t, v.over(t, a, b)) if t in FLOATS else _quotient(v, t, a, b)


@operation("TruncateMod", "Mod", costly=True)
def _truncate_mod(v: Vectors, t: str, a: str, b: str) -> str:
    if t in FLOATS:
        return vmath.libm(v, "fmod", t, a, b)
    return v.minus(t, a, v.times(t, _quotient(v, t, a, b), b))


@operation("FloorDiv", costly=True)
def _floor_div(v: Vectors, t: str, a: str, b: str) -> str:
    if t in FLOATS:
        return v.intrinsic("floor", t, v.over(t, a, b))
    made = _quotient(v, t, a, b)
    if t in UNSIGNED:
        return made
    rest = v.minus(t, a, v.times(t, made, b))
    return v.choose(t, _inexact_negative(v, t, rest, b), v.minus(t, made, v.const(t, 1)), made)


@operation("FloorMod", costly=True)
def _floor_mod(v: Vectors, t: str, a: str, b: str) -> str:
    rest = _truncate_mod(v, t, a, b)
    if t in UNSIGNED:
        return rest
    made = v.choose(t, _inexact_negative(v, t, rest, b), v.plus(t, rest, b), rest)
    if t not in FLOATS:
        return made
    return v.choose(t, v.compare("eq", t, made, v.zero(t)), v.intrinsic("copysign", t, made, b), made)


def _places(v: Vectors, t: str, b: str) -> str:
    """Shift counts brought into the width."""
    return v.smaller(t, v.larger(t, b, v.zero(t)), v.const(t, 8 * SIZES[t] - 1))


@operation("LeftShift")
def _left_shift(v: Vectors, t: str, a: str, b: str) -> str:
    return v.logic("shl", t, a, _places(v, t, b))


@operation("RightShift")
def _right_shift(v: Vectors, t: str, a: str, b: str) -> str:
    return v.logic("lshr" if t in UNSIGNED else "ashr", t, a, _places(v, t, b))


@operation("PopulationCount")
def _population_count(v: Vectors, t: str, a: str) -> str:
    return v.cast(t, "uint8", v.intrinsic("ctpop", t, a))


# -- activations and their gradients -----------------------------------------------------------------------------------

_SELU_SCALE = 1.0507009873554804934193349852946
_SELU_SCALE_ALPHA = 1.7580993408473768599402175208123


def _positive(v: Vectors, t: str, a: str) -> str:
    return v.compare("gt", t, a, v.zero(t))


def _below_zero(v: Vectors, t: str, a: str) -> str:
    return v.compare("lt", t, a, v.zero(t))


@operation("Relu")
def _relu(v: Vectors, t: str, a: str) -> str:
    return v.larger(t, a, v.zero(t))


@operation("Relu6")
def _relu6(v: Vectors, t: str, a: str) -> str:
    return v.smaller(t, v.larger(t, a, v.zero(t)), v.const(t, 6))


@operation("ReluGrad")
def _relu_grad(v: Vectors, t: str, gradients: str, features: str) -> str:
    return v.choose(t, _positive(v, t, features), gradients, v.zero(t))


@operation("Relu6Grad")
def _relu6_grad(v: Vectors, t: str, gradients: str, features: str) -> str:
    inside = v.logic("and", "bool", _positive(v, t, features), v.compare("lt", t, features, v.const(t, 6)))
    return v.choose(t, inside, gradients, v.zero(t))


@operation("LeakyRelu")
def _leaky_relu(v: Vectors, t: str, a: str, alpha: float) -> str:
    return v.choose(t, _positive(v, t, a), a, v.times(t, a, v.const(t, alpha)))


@operation("LeakyReluGrad")
def _leaky_relu_grad(v: Vectors, t: str, gradients: str, features: str, alpha: float) -> str:
    return v.choose(t, _positive(v, t, features), gradients, v.times(t, gradients, v.const(t, alpha)))


@operation("Elu", costly=True)
def _elu(v: Vectors, t: str, a: str) -> str:
    return v.choose(t, _below_zero(v, t, a), vmath.expm1(v, t, a), a)


@operation("EluGrad")
def _elu_grad(v: Vectors, t: str, gradients: str, outputs: str) -> str:
    below = v.times(t, gradients, v.plus(t, outputs, v.const(t, 1)))
    return v.choose(t, _below_zero(v, t, outputs), below, gradients)


@operation("Selu", costly=True)
def _selu(v: Vectors, t: str, a: str) -> str:
    below = v.times(t, v.const(t, _SELU_SCALE_ALPHA), vmath.expm1(v, t, a))
    return v.choose(t, _below_zero(v, t, a), below, v.times(t, v.const(t, _SELU_SCALE), a))


@operation("SeluGrad")
def _selu_grad(v: Vectors, t: str, gradients: str, outputs: str) -> str:
    below = v.plus(t, outputs, v.const(t, _SELU_SCALE_ALPHA))
    return v.times(t, gradients, v.choose(t, _below_zero(v, t, outputs), below, v.const(t, _SELU_SCALE)))


@operation("SoftplusGrad", costly=True)
def _softplus_grad(v: Vectors, t: str, gradients: str, features: str) -> str:
    e = vmath.exp(v, t, v.negative(t, features))
    return v.over(t, gradients, v.plus(t, e, v.const(t, 1)))


@operation("Softsign")
def _softsign(v: Vectors, t: str, a: str) -> str:
    return v.over(t, a, v.plus(t, v.magnitude(t, a), v.const(t, 1)))


@operation("SoftsignGrad")
def _softsign_grad(v: Vectors, t: str, gradients: str, features: str) -> str:
    return v.over(t, gradients, _square(v, t, v.plus(t, v.magnitude(t, features), v.const(t, 1))))


@operation("TanhGrad")
def _tanh_grad(v: Vectors, t: str, y: str, dy: str) -> str:
    return v.times(t, dy, v.minus(t, v.const(t, 1), v.times(t, y, y)))


@operation("SigmoidGrad")
def _sigmoid_grad(v: Vectors, t: str, y: str, dy: str) -> str:
    return v.times(t, v.times(t, dy, y), v.minus(t, v.const(t, 1), y))


@operation("SqrtGrad")
def _sqrt_grad(v: Vectors, t: str, y: str, dy: str) -> str:
    return v.over(t, v.times(t, dy, v.const(t, 0.5)), y)


@operation("RsqrtGrad")
def _rsqrt_grad(v: Vectors, t: str, y: str, dy: str) -> str:
    return v.times(t, v.times(t, dy, v.times(t, y, v.const(t, -0.5))), v.times(t, y, y))


@operation("ReciprocalGrad", "InvGrad")
def _reciprocal_grad(v: Vectors, t: str, y: str, dy: str) -> str:
    return v.times(t, v.times(t, v.negative(t, y), dy), y)


@operation("MatchColumn")
def _match_column(v: Vectors, t: str, label: str, column: str) -> str:
    """Whether a position is the labelled one."""
    return v.compare("eq", t, label, column)


def write(v: Vectors, op: str, t: str, operands: list[str], attrs: dict[str, Any]) -> str:
    """An operation on vectors."""
    return OPERATIONS[op](v, t, *operands, **attrs)

"""Elementary functions of vectors.

For float32 they are own polynomials: minimax fits (by weighted least squares, iterated towards equal ripple) of the
functions named beside them, with the largest error measured by ``tests/test_vmath.py`` against mpmath: at most 2 ulp.
float64 goes lane by lane to the C library's functions, which are correct to 1 ulp.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from flowstone_kernels_simd.ir import SCALARS
from flowstone_kernels_simd.vectors import Vectors

F, D = "float32", "float64"

# (exp(r) - 1 - r) / r² on |r| <= ln(2) / 2
_EXP = (
    0.500000004724106,
    0.1666666680541055,
    0.04166635153638301,
    0.008333275726955922,
    0.0013941249894460067,
    0.00019912726004166895,
)
# (log(1 + f) - f + f²/2) / f³ on [sqrt(1/2) - 1, sqrt(2) - 1]
_LOG = (
    0.3333331043911415,
    -0.24999986613076705,
    0.20002226660913267,
    -0.16669250123195348,
    0.14218656710018743,
    -0.1238435963985001,
    0.11872996885814592,
    -0.11789750353668565,
    0.06915254656016331,
)
# erf(x) / x - 1 in x² on [0, 1]
_ERF = (
    0.1283791670631571,
    -0.376126384838018,
    0.11283782747086311,
    -0.026865445814524293,
    0.005221074858377425,
    -0.0008484711159035525,
    0.00011270542375093054,
    -9.680130340144057e-06,
)
# -log(1 - erf(x)) on [1, 4]
_ERFC = (
    -0.0002043633209232799,
    1.1296611749932837,
    0.6330395721405171,
    0.10863904884950129,
    -0.025373595298162854,
    0.00428240183398299,
    -0.0004637937315727736,
    2.5315758854874064e-05,
    -2.5139431368397673e-07,
)
# 2 x exp(x²) erfc(x) - 1 in 13 / (8 x) - 19 / 16 on [3/4, 10.1]
_ERFC_TAIL = (
    -0.05712398451485906,
    -0.20895867547335445,
    0.012807121999786375,
    0.020654194032452798,
    -0.015553065801906883,
    0.007037056535840881,
    -0.0019036778082857845,
    -0.00016127508184256948,
    0.000421805502125951,
    -0.00034082810450780947,
    0.0005112395365949593,
    -0.00030181926518414146,
    -0.00010936717902809537,
    0.00010842779429171942,
)
# (tanh(x) / x - 1) / x² in x² on |x| <= 0.64
_TANH = (
    -0.3333333019012309,
    0.13333180532097455,
    -0.05394339879959527,
    0.021681637860863454,
    -0.008128989701624177,
    0.0020977122815913998,
)
# (sin(r) / r - 1) / r² and (cos(r) - 1 + r²/2) / r⁴ in r² on |r| <= π/4
_SIN = (-0.1666666664142501, 0.008333329362153008, -0.00019839327104202527, 2.718237021308616e-06)
_COS = (0.04166666662247344, -0.0013888883722365083, 2.479951170549752e-05, -2.720954352625743e-07)
# log2(m) / s in s² for s = (m - 1) / (m + 1), m in [sqrt(1/2), sqrt(2)]; 2^r on |r| <= 1/2
_LOG2 = (
    2.8853900817779365,
    0.9617966939242751,
    0.5770780173054909,
    0.4121983911019521,
    0.3206172442340744,
    0.26141387831623136,
    0.24331440244009855,
)
_EXP2 = (
    1.0000000000000138,
    0.6931471805598726,
    0.24022650695646008,
    0.05550410866865116,
    0.00961812919295627,
    0.0013333557627563854,
    0.00015403434275655672,
    1.5252976929296215e-05,
    1.325956047366457e-06,
    1.0152199919169541e-07,
)


def polynomial(v: Vectors, t: str, x: str, coefficients: Sequence[float]) -> str:
    """``c0 + c1 x + c2 x² + ...`` by Horner's rule."""
    result = v.const(t, coefficients[-1])
    for coefficient in reversed(coefficients[:-1]):
        result = v.fma(t, result, x, v.const(t, coefficient))
    return result


def libm(v: Vectors, name: str, t: str, *operands: str) -> str:
    """The C library's function, lane by lane."""
    scalar = SCALARS[t]
    function = name + ("f" if t == F else "")
    v.module.declare(f"{scalar} @{function}({', '.join([scalar] * len(operands))})")
    result = "poison"
    for index in range(v.lanes):
        lanes = ", ".join(f"{scalar} {v.lane(t, operand, index)}" for operand in operands)
        one = v.value(f"call {scalar} @{function}({lanes})")
        result = v.value(f"insertelement {v.kind(t)} {result}, {scalar} {one}, i64 {index}")
    return result


# -- exponentials ----------------------------------------------------------------------------------------------------

_SHIFT = 12582912.0  # 1.5 · 2²³: adding it rounds to an integer, which the low bits then hold
_LN2_HIGH, _LN2_LOW = 0.693359375, -2.12194440054690583e-4


def _reduced(v: Vectors, x: str) -> tuple[str, str]:
    """``x = n ln(2) + r``: n as an integer, and r."""
    shifted = v.fma(F, x, v.const(F, 1 / math.log(2)), v.const(F, _SHIFT))
    rounded = v.minus(F, shifted, v.const(F, _SHIFT))
    r = v.fma(F, rounded, v.const(F, -_LN2_HIGH), x)
    r = v.fma(F, rounded, v.const(F, -_LN2_LOW), r)
    n = v.minus("int32", v.bits(F, shifted), v.const("int32", 0x4B400000))
    return n, r


def _power_of_two(v: Vectors, n: str) -> str:
    """``2^n`` for a normal result."""
    biased = v.plus("int32", n, v.const("int32", 127))
    return v.unbits(F, v.logic("shl", "int32", biased, v.const("int32", 23)))


def _clamped(v: Vectors, x: str, low: float, high: float) -> str:
    """Between limits; nan stays."""
    x = v.choose(F, v.compare("gt", F, x, v.const(F, high)), v.const(F, high), x)
    return v.choose(F, v.compare("lt", F, x, v.const(F, low)), v.const(F, low), x)


def _expm1_of_reduced(v: Vectors, r: str) -> str:
    """``exp(r) - 1`` for ``|r| <= ln(2) / 2``."""
    return v.fma(F, v.times(F, r, r), polynomial(v, F, r, _EXP), r)


def _scaled(v: Vectors, y: str, n: str) -> str:
    """``2^n y``, in two steps: 2^n itself may not be a normal number."""
    half = v.logic("ashr", "int32", n, v.const("int32", 1))
    rest = v.minus("int32", n, half)
    return v.times(F, v.times(F, y, _power_of_two(v, half)), _power_of_two(v, rest))


def exp(v: Vectors, t: str, x: str) -> str:
    """``exp(x)``, denormal results included."""
    if t == D:
        return libm(v, "exp", t, x)
    n, r = _reduced(v, _clamped(v, x, -104.0, 89.0))
    return _scaled(v, v.plus(F, _expm1_of_reduced(v, r), v.const(F, 1.0)), n)


def expm1(v: Vectors, t: str, x: str) -> str:
    """``exp(x) - 1`` without cancellation: ``2^n (exp(r) - 1) + (2^n - 1)``."""
    if t == D:
        return libm(v, "expm1", t, x)
    n, r = _reduced(v, _clamped(v, x, -25.0, 89.0))
    s = _expm1_of_reduced(v, r)
    scale = _power_of_two(v, v.minus("int32", n, v.const("int32", 1)))  # half of it: 2^128 is no number
    y = v.fma(F, s, scale, v.minus(F, scale, v.const(F, 0.5)))
    y = v.plus(F, y, y)
    zero = v.compare("eq", F, x, v.const(F, 0.0))
    return v.choose(F, zero, x, y)


# -- logarithms ------------------------------------------------------------------------------------------------------


def log(v: Vectors, t: str, x: str) -> str:
    """``log(x)``: -inf of 0, nan below it; denormal operands included."""
    if t == D:
        return libm(v, "log", t, x)
    tiny = v.compare("lt", F, x, v.const(F, 2.0**-126))
    scaled = v.choose(F, tiny, v.times(F, x, v.const(F, 2.0**24)), x)
    y = _log_of_normal(v, scaled, tiny)
    y = v.choose(F, v.compare("eq", F, x, v.const(F, math.inf)), x, y)
    y = v.choose(F, v.compare("eq", F, x, v.const(F, 0.0)), v.const(F, -math.inf), y)
    bad = v.logic("or", "bool", v.compare("lt", F, x, v.const(F, 0.0)), v.compare("nan", F, x, x))
    return v.choose(F, bad, v.const(F, math.nan), y)


def _log_of_normal(v: Vectors, x: str, scaled: str | None = None) -> str:
    i = "int32"
    offset = v.minus(i, v.bits(F, x), v.const(i, 0x3F3504F3))  # the bits of sqrt(1/2)
    exponent = v.logic("ashr", i, offset, v.const(i, 23))
    mantissa = v.minus(i, v.bits(F, x), v.logic("shl", i, exponent, v.const(i, 23)))
    e = v.cast(i, F, exponent)
    if scaled is not None:
        e = v.choose(F, scaled, v.minus(F, e, v.const(F, 24.0)), e)
    f = v.minus(F, v.unbits(F, mantissa), v.const(F, 1.0))
    z = v.times(F, f, f)
    p = v.times(F, v.times(F, polynomial(v, F, f, _LOG), f), z)
    p = v.fma(F, e, v.const(F, _LN2_LOW), p)
    p = v.fma(F, z, v.const(F, -0.5), p)
    return v.fma(F, e, v.const(F, _LN2_HIGH), v.plus(F, f, p))


def log1p(v: Vectors, t: str, x: str) -> str:
    """``log(1 + x)``: the rounding error of the sum is added to the logarithm."""
    if t == D:
        return libm(v, "log1p", t, x)
    u = v.plus(F, x, v.const(F, 1.0))
    lost = v.minus(F, x, v.minus(F, u, v.const(F, 1.0)))
    y = v.plus(F, log(v, F, u), v.over(F, lost, u))
    edge = v.logic("or", "bool", v.compare("eq", F, u, v.const(F, math.inf)), v.compare("eq", F, u, v.const(F, 0.0)))
    y = v.choose(F, edge, log(v, F, u), y)
    small = v.compare("lt", F, v.magnitude(F, x), v.const(F, 2.0**-24))
    return v.choose(F, small, x, y)


# -- sigmoids --------------------------------------------------------------------------------------------------------


def tanh(v: Vectors, t: str, x: str) -> str:
    """``tanh(x)``: a polynomial near 0, else ``1 - 2 / (exp(2|x|) + 1)``."""
    if t == D:
        return libm(v, "tanh", t, x)
    size = v.magnitude(F, x)
    z = v.times(F, x, x)
    near = v.fma(F, v.times(F, polynomial(v, F, z, _TANH), z), x, x)
    e = exp(v, F, v.plus(F, size, size))
    far = v.minus(F, v.const(F, 1.0), v.over(F, v.const(F, 2.0), v.plus(F, e, v.const(F, 1.0))))
    far = v.intrinsic("copysign", F, far, x)
    return v.choose(F, v.compare("lt", F, size, v.const(F, 0.625)), near, far)


def sigmoid(v: Vectors, t: str, x: str) -> str:
    """``1 / (1 + exp(-x))``, by the exponential that does not overflow."""
    e = exp(v, t, v.negative(t, v.magnitude(t, x)))
    one = v.const(t, 1.0)
    top = v.choose(t, v.compare("lt", t, x, v.const(t, 0.0)), e, one)
    return v.over(t, top, v.plus(t, one, e))


def softplus(v: Vectors, t: str, x: str) -> str:
    """``max(x, 0) + log1p(exp(-|x|))``."""
    rest = log1p(v, t, exp(v, t, v.negative(t, v.magnitude(t, x))))
    return v.plus(t, v.larger(t, x, v.const(t, 0.0)), rest)


def erf(v: Vectors, t: str, x: str) -> str:
    """``erf(x)``: a polynomial below 1, ``1 - exp(-p(|x|))`` above."""
    if t == D:
        return libm(v, "erf", t, x)
    size = v.magnitude(F, x)
    z = v.times(F, x, x)
    near = v.fma(F, polynomial(v, F, z, _ERF), x, x)
    capped = v.choose(F, v.compare("gt", F, size, v.const(F, 4.0)), v.const(F, 4.0), size)
    e = exp(v, F, v.negative(F, polynomial(v, F, capped, _ERFC)))
    far = v.intrinsic("copysign", F, v.minus(F, v.const(F, 1.0), e), x)
    y = v.choose(F, v.compare("lt", F, size, v.const(F, 1.0)), near, far)
    return v.choose(F, v.compare("nan", F, x, x), x, y)


def erfc(v: Vectors, t: str, x: str) -> str:
    """``1 - erf(x)``: below 3/4 by erf's polynomial; above ``exp(-x²) (1 + w) / (2x)`` with a polynomial w, denormals included.

    The rounding errors of x² and of the quotient are known exactly (``fma``) and go into the exponent.
    """
    if t == D:
        return libm(v, "erfc", t, x)
    one, half = v.const(F, 1.0), v.const(F, 0.5)
    z = v.times(F, x, x)
    near = v.fma(F, v.negative(F, x), polynomial(v, F, z, _ERF), v.minus(F, one, x))
    size = v.magnitude(F, x)
    capped = v.choose(F, v.compare("gt", F, size, v.const(F, 10.1)), v.const(F, 10.1), size)
    minus = v.negative(F, capped)
    square = v.times(F, capped, capped)
    quotient = v.over(F, half, capped)
    w = polynomial(v, F, v.fma(F, quotient, v.const(F, 3.25), v.const(F, -1.1875)), _ERFC_TAIL)
    n, r = _reduced(v, v.negative(F, square))
    r = v.minus(F, r, v.fma(F, capped, capped, v.negative(F, square)))
    r = v.fma(F, v.fma(F, minus, quotient, half), v.const(F, 2.0), r)
    e = _expm1_of_reduced(v, r)
    far = _scaled(v, v.fma(F, quotient, v.fma(F, e, w, v.plus(F, e, w)), quotient), n)
    far = v.choose(F, v.compare("lt", F, x, v.const(F, 0.0)), v.minus(F, v.const(F, 2.0), far), far)
    return v.choose(F, v.compare("lt", F, size, v.const(F, 0.75)), near, far)


# -- trigonometry ----------------------------------------------------------------------------------------------------

_HALF_PI = (1.5707963267948966, 6.123233995736766e-17)
_LARGEST = 2.0**30


def _circular(v: Vectors, x: str, turn: int, function: str) -> str:
    """``sin(x + turn π/2)``. The argument is reduced in float64; beyond 2³⁰ the C library serves."""
    wide = v.cast(F, D, x)
    n = v.intrinsic("rint", D, v.times(D, wide, v.const(D, 2 / math.pi)))
    r = v.fma(D, n, v.const(D, -_HALF_PI[0]), wide)
    r = v.cast(D, F, v.fma(D, n, v.const(D, -_HALF_PI[1]), r))
    shifted = v.plus(D, n, v.const(D, 6755399441055744.0))  # 1.5 · 2⁵²: the low bits are the integer
    quadrant = v.cast("int64", "int32", v.bits(D, shifted))
    quadrant = v.plus("int32", quadrant, v.const("int32", turn))
    z = v.times(F, r, r)
    sine = v.fma(F, v.times(F, polynomial(v, F, z, _SIN), z), r, r)
    cosine = v.fma(F, z, v.const(F, -0.5), v.times(F, v.times(F, z, z), polynomial(v, F, z, _COS)))
    cosine = v.plus(F, cosine, v.const(F, 1.0))
    odd = v.compare("ne", "int32", v.logic("and", "int32", quadrant, v.const("int32", 1)), "zeroinitializer")
    y = v.choose(F, odd, cosine, sine)
    sign = v.logic("shl", "int32", v.logic("and", "int32", quadrant, v.const("int32", 2)), v.const("int32", 30))
    y = v.unbits(F, v.logic("xor", "int32", v.bits(F, y), sign))
    return _libm_where_large(v, function, x, y)


def sin(v: Vectors, t: str, x: str) -> str:
    """``sin(x)``."""
    if t == D:
        return libm(v, "sin", t, x)
    y = _circular(v, x, 0, "sin")
    return v.choose(F, v.compare("eq", F, x, v.const(F, 0.0)), x, y)


def cos(v: Vectors, t: str, x: str) -> str:
    """``cos(x)``."""
    return libm(v, "cos", t, x) if t == D else _circular(v, x, 1, "cos")


# -- powers ----------------------------------------------------------------------------------------------------------


def power(v: Vectors, t: str, x: str, y: str) -> str:
    """``x ** y`` as C defines it; for float32 by a logarithm and an exponential in float64."""
    if t == D:
        return libm(v, "pow", t, x, y)
    one, zero = v.const(F, 1.0), v.const(F, 0.0)
    size = v.magnitude(F, x)
    exponent = v.cast(F, D, y)
    logarithm = _log2(v, v.cast(F, D, size))
    result = v.cast(D, F, _exp2(v, v.times(D, exponent, logarithm)))
    whole = v.compare("eq", F, v.intrinsic("trunc", F, y), y)
    half = v.times(F, y, v.const(F, 0.5))
    odd = v.logic("and", "bool", whole, v.compare("ne", F, v.intrinsic("trunc", F, half), half))
    below = v.compare("lt", "int32", v.bits(F, x), "zeroinitializer")
    result = v.choose(F, v.logic("and", "bool", below, odd), v.negative(F, result), result)
    finite = v.compare("lt", F, size, v.const(F, math.inf))
    undefined = v.logic("and", "bool", v.compare("lt", F, x, zero), v.logic("and", "bool", finite, v.invert(whole)))
    result = v.choose(F, undefined, v.const(F, math.nan), result)
    endless = v.compare("eq", F, v.magnitude(F, y), v.const(F, math.inf))
    result = v.choose(F, v.logic("and", "bool", endless, v.compare("eq", F, size, one)), one, result)
    nan = v.logic("or", "bool", v.compare("nan", F, x, x), v.compare("nan", F, y, y))
    result = v.choose(F, nan, v.const(F, math.nan), result)
    is_one = v.logic("or", "bool", v.compare("eq", F, x, one), v.compare("eq", F, y, zero))
    return v.choose(F, is_one, one, result)


def _log2(v: Vectors, x: str) -> str:
    """``log2(x)`` of float64 that came from float32 and are not negative."""
    i = "int64"
    bits = v.bits(D, x)
    offset = v.minus(i, bits, v.const(i, 0x3FE6A09E667F3BCD))
    exponent = v.logic("ashr", i, offset, v.const(i, 52))
    m = v.unbits(D, v.minus(i, bits, v.logic("shl", i, exponent, v.const(i, 52))))
    s = v.over(D, v.minus(D, m, v.const(D, 1.0)), v.plus(D, m, v.const(D, 1.0)))
    narrow = v.cast("int32", D, v.cast(i, "int32", exponent))
    y = v.fma(D, polynomial(v, D, v.times(D, s, s), _LOG2), s, narrow)
    y = v.choose(D, v.compare("eq", D, x, v.const(D, 0.0)), v.const(D, -math.inf), y)
    return v.choose(D, v.compare("eq", D, x, v.const(D, math.inf)), x, y)


def _exp2(v: Vectors, x: str) -> str:
    """``2^x`` of float64, to the precision and range of float32."""
    x = v.choose(D, v.compare("gt", D, x, v.const(D, 200.0)), v.const(D, 200.0), x)
    x = v.choose(D, v.compare("lt", D, x, v.const(D, -200.0)), v.const(D, -200.0), x)
    shifted = v.plus(D, x, v.const(D, 6755399441055744.0))
    r = v.minus(D, x, v.minus(D, shifted, v.const(D, 6755399441055744.0)))
    n = v.minus("int64", v.bits(D, shifted), v.const("int64", 0x4338000000000000))
    biased = v.plus("int64", n, v.const("int64", 1023))
    scale = v.unbits(D, v.logic("shl", "int64", biased, v.const("int64", 52)))
    return v.times(D, polynomial(v, D, r, _EXP2), scale)


# -- functions by way of float64 ---------------------------------------------------------------------------------------

# atan(x) / x in x² on |x| <= tan(π/8); sin(r) / r and cos(r) in r² on |r| <= π/4
_ATAN64 = (
    0.9999999999999718,
    -0.33333333330737674,
    0.19999999598132379,
    -0.142856901332366,
    0.11110378684362923,
    -0.09078315026454231,
    0.07563180921449338,
    -0.05872646500586389,
    0.030635443974418367,
)
_SIN64 = (
    0.9999999999999948,
    -0.1666666666661352,
    0.008333333323660397,
    -0.00019841263244918644,
    2.75552675340755e-06,
    -2.475654531922431e-08,
)
_COS64 = (
    1.0000000000000002,
    -0.5000000000000165,
    0.0416666666668683,
    -0.0013888888895111022,
    2.480158592755964e-05,
    -2.7556250509911354e-07,
    2.068345807743468e-09,
)


def _with_nan(v: Vectors, y: str, *operands: str) -> str:
    """``y``, but nan where an operand is."""
    for x in operands:
        y = v.choose(F, v.compare("nan", F, x, x), x, y)
    return y


def _atan2(v: Vectors, y: str, x: str) -> str:
    """The angle of ``(x, y)``, float64 that came from float32: the smaller over the larger, then by octants."""
    ax, ay = v.magnitude(D, x), v.magnitude(D, y)
    steep = v.compare("gt", D, ay, ax)
    low, high = v.choose(D, steep, ax, ay), v.choose(D, steep, ay, ax)
    both = v.compare("eq", D, low, v.const(D, math.inf))
    low, high = (v.choose(D, both, v.const(D, 1.0), each) for each in (low, high))
    beyond = v.compare("gt", D, low, v.times(D, high, v.const(D, math.tan(math.pi / 8))))
    top = v.choose(D, beyond, v.minus(D, low, high), low)
    bottom = v.choose(D, beyond, v.plus(D, low, high), high)
    bottom = v.choose(D, v.compare("eq", D, bottom, v.const(D, 0.0)), v.const(D, 1.0), bottom)
    t = v.over(D, top, bottom)
    angle = v.times(D, t, polynomial(v, D, v.times(D, t, t), _ATAN64))
    angle = v.plus(D, angle, v.choose(D, beyond, v.const(D, math.pi / 4), v.const(D, 0.0)))
    angle = v.choose(D, steep, v.minus(D, v.const(D, math.pi / 2), angle), angle)
    left = v.compare("lt", "int64", v.bits(D, x), v.zero("int64"))
    angle = v.choose(D, left, v.minus(D, v.const(D, math.pi), angle), angle)
    return v.intrinsic("copysign", D, angle, y)


def atan2(v: Vectors, t: str, y: str, x: str) -> str:
    """The angle of ``(x, y)``."""
    if t == D:
        return libm(v, "atan2", t, y, x)
    return _with_nan(v, v.cast(D, F, _atan2(v, v.cast(F, D, y), v.cast(F, D, x))), y, x)


def atan(v: Vectors, t: str, x: str) -> str:
    """``atan(x)``."""
    if t == D:
        return libm(v, "atan", t, x)
    return _with_nan(v, v.cast(D, F, _atan2(v, v.cast(F, D, x), v.const(D, 1.0))), x)


def asin(v: Vectors, t: str, x: str) -> str:
    """``asin(x)``: the angle of ``(sqrt(1 - x²), x)``."""
    if t == D:
        return libm(v, "asin", t, x)
    wide = v.cast(F, D, x)
    return v.cast(D, F, _nan_beyond_one(v, wide, _atan2(v, wide, _other_leg(v, wide))))


def acos(v: Vectors, t: str, x: str) -> str:
    """``acos(x)``: the angle of ``(x, sqrt(1 - x²))``."""
    if t == D:
        return libm(v, "acos", t, x)
    wide = v.cast(F, D, x)
    return v.cast(D, F, _nan_beyond_one(v, wide, _atan2(v, _other_leg(v, wide), wide)))


def _other_leg(v: Vectors, x: str) -> str:
    one = v.const(D, 1.0)
    return v.intrinsic("sqrt", D, v.times(D, v.minus(D, one, x), v.plus(D, one, x)))


def _nan_beyond_one(v: Vectors, x: str, y: str) -> str:
    return v.choose(D, v.compare("le", D, v.magnitude(D, x), v.const(D, 1.0)), y, v.const(D, math.nan))


def tan(v: Vectors, t: str, x: str) -> str:
    """``tan(x)``; beyond 2³⁰ by the C library."""
    if t == D:
        return libm(v, "tan", t, x)
    wide = v.cast(F, D, x)
    n = v.intrinsic("rint", D, v.times(D, wide, v.const(D, 2 / math.pi)))
    r = v.fma(D, n, v.const(D, -_HALF_PI[0]), wide)
    r = v.fma(D, n, v.const(D, -_HALF_PI[1]), r)
    z = v.times(D, r, r)
    sine, cosine = v.times(D, r, polynomial(v, D, z, _SIN64)), polynomial(v, D, z, _COS64)
    shifted = v.plus(D, n, v.const(D, 6755399441055744.0))
    odd = v.logic("and", "int64", v.bits(D, shifted), v.const("int64", 1))
    turned = v.compare("ne", "int64", odd, v.zero("int64"))
    y = v.over(D, v.choose(D, turned, v.negative(D, cosine), sine), v.choose(D, turned, sine, cosine))
    return _libm_where_large(v, "tan", x, v.cast(D, F, y))


def _libm_where_large(v: Vectors, function: str, x: str, y: str) -> str:
    """``y``, where reducing the argument in float64 is exact enough; the C library's result beyond."""
    slot = v.slot(v.kind(F), 64)
    v.do(f"store {v.kind(F)} {y}, ptr {slot}")
    large = v.invert(v.compare("le", F, v.magnitude(F, x), v.const(F, _LARGEST)))
    name = f"@llvm.vector.reduce.or.v{v.lanes}i1"
    v.module.declare(f"i1 {name}(<{v.lanes} x i1>)")
    with v.when(v.value(f"call i1 {name}(<{v.lanes} x i1> {large})")):
        v.do(f"store {v.kind(F)} {v.choose(F, large, libm(v, function, F, x), y)}, ptr {slot}")
    return v.value(f"load {v.kind(F)}, ptr {slot}")


def _exponentials(v: Vectors, x: str) -> tuple[str, str]:
    """``exp(x)`` and ``exp(-x)`` in float64, up to the range of float32."""
    y = v.times(D, v.cast(F, D, x), v.const(D, 1 / math.log(2)))
    return _exp2(v, y), _exp2(v, v.negative(D, y))


def sinh(v: Vectors, t: str, x: str) -> str:
    """``(exp(x) - exp(-x)) / 2``; near 0 the beginning of its series."""
    if t == D:
        return libm(v, "sinh", t, x)
    up, down = _exponentials(v, x)
    y = v.cast(D, F, v.times(D, v.minus(D, up, down), v.const(D, 0.5)))
    cubed = v.times(F, v.times(F, x, x), x)
    near = v.compare("lt", F, v.magnitude(F, x), v.const(F, 2.0**-7))
    return _with_nan(v, v.choose(F, near, v.fma(F, cubed, v.const(F, 1 / 6), x), y), x)


def cosh(v: Vectors, t: str, x: str) -> str:
    """``(exp(x) + exp(-x)) / 2``."""
    if t == D:
        return libm(v, "cosh", t, x)
    up, down = _exponentials(v, x)
    return _with_nan(v, v.cast(D, F, v.times(D, v.plus(D, up, down), v.const(D, 0.5))), x)


def _log(v: Vectors, x: str) -> str:
    """``log(x)`` of float64 that are not negative."""
    return v.times(D, _log2(v, x), v.const(D, math.log(2)))


def asinh(v: Vectors, t: str, x: str) -> str:
    """``log(|x| + sqrt(x² + 1))`` with the sign of x; near 0 the beginning of its series."""
    if t == D:
        return libm(v, "asinh", t, x)
    wide = v.cast(F, D, v.magnitude(F, x))
    root = v.intrinsic("sqrt", D, v.fma(D, wide, wide, v.const(D, 1.0)))
    y = v.intrinsic("copysign", F, v.cast(D, F, _log(v, v.plus(D, wide, root))), x)
    cubed = v.times(F, v.times(F, x, x), x)
    near = v.compare("lt", F, v.magnitude(F, x), v.const(F, 2.0**-7))
    return _with_nan(v, v.choose(F, near, v.fma(F, cubed, v.const(F, -1 / 6), x), y), x)


def acosh(v: Vectors, t: str, x: str) -> str:
    """``log(x + sqrt((x - 1) (x + 1)))``."""
    if t == D:
        return libm(v, "acosh", t, x)
    wide, one = v.cast(F, D, x), v.const(D, 1.0)
    root = v.intrinsic("sqrt", D, v.times(D, v.minus(D, wide, one), v.plus(D, wide, one)))
    y = v.cast(D, F, _log(v, v.plus(D, wide, root)))
    y = v.choose(F, v.compare("ge", F, x, v.const(F, 1.0)), y, v.const(F, math.nan))
    return _with_nan(v, y, x)


def atanh(v: Vectors, t: str, x: str) -> str:
    """``log((1 + x) / (1 - x)) / 2``; near 0 the beginning of its series."""
    if t == D:
        return libm(v, "atanh", t, x)
    wide, one = v.cast(F, D, v.magnitude(F, x)), v.const(D, 1.0)
    inside = v.compare("le", D, wide, one)
    tame = v.choose(D, inside, wide, v.const(D, 0.0))
    y = v.times(D, _log(v, v.over(D, v.plus(D, one, tame), v.minus(D, one, tame))), v.const(D, 0.5))
    y = v.intrinsic("copysign", F, v.cast(D, F, v.choose(D, inside, y, v.const(D, math.nan))), x)
    cubed = v.times(F, v.times(F, x, x), x)
    near = v.compare("lt", F, v.magnitude(F, x), v.const(F, 2.0**-7))
    return _with_nan(v, v.choose(F, near, v.fma(F, cubed, v.const(F, 1 / 3), x), y), x)


def lgamma(v: Vectors, t: str, x: str) -> str:
    """``log |gamma(x)|``, by the C library."""
    return libm(v, "lgamma", t, x) if t == D else v.cast(D, F, libm(v, "lgamma", D, v.cast(F, D, x)))

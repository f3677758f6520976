"""Exponentials, logarithms, roots, trigonometric and hyperbolic functions."""

from casekit import COMPLEX, FLOATS, R, T, case, inf, nan

UNARY = (
    *("exp", "math.expm1", "math.log", "math.log1p", "sqrt", "math.rsqrt", "sin", "cos", "tan", "asin", "acos", "atan"),
    *("sinh", "cosh", "tanh", "asinh", "acosh", "atanh", "sigmoid"),
)
_SPECIAL = [nan, inf, -inf, 0.0, -0.0, 1.0, -1.0, 100.0, -100.0, 1e-4, 3.0]

CASES = [
    *(case(name, R((3, 2), dtype)) for name in UNARY for dtype in (*FLOATS, *COMPLEX)),
    *(case(name, R((4,), dtype, 1.0, 9.0)) for name in ("acosh", "math.log") for dtype in FLOATS),
    *(case(name, R((4,), dtype, -0.9, 0.9)) for name in ("asin", "acos", "atanh") for dtype in FLOATS),
    *(case(name, T(_SPECIAL), atol=1e-30 if name in ("sigmoid", "exp") else None) for name in UNARY),
    *(case(name, T(_SPECIAL, "float64")) for name in UNARY),
    *(case(name, T([1, 2])) for name in UNARY),
    *(case(name, T([True])) for name in ("exp", "sigmoid")),
    *(case(name, T([], "float32")) for name in ("exp", "sigmoid", "math.rsqrt")),
    *(case("atan2", R((5,), dtype), R((5,), dtype, seed=1)) for dtype in FLOATS),
    case("atan2", T([0.0, -0.0, 0.0, -0.0, 1.0, inf]), T([1.0, -1.0, -1.0, 1.0, 0.0, inf])),
    case("atan2", T([1, 2]), T([1, 2])),
    *(
        case(f"math.{name}", T([0.0, 0.0, 1.0, 2.0], dtype), T([0.0, nan, 2.0, 0.0], dtype))
        for name in ("xdivy", "xlogy", "xlog1py")
        for dtype in (*FLOATS, *COMPLEX)
        if dtype not in COMPLEX or name != "xdivy"
    ),
    case("math.xlogy", T([2.0]), 3),
    *(case("math.log_sigmoid", R((4,), dtype, -9.0, 9.0)) for dtype in FLOATS),
    case("math.log_sigmoid", T([-100.0, 0.0, 100.0]), atol=1e-20),
    *(case("math.softplus", R((4,), dtype, -9.0, 9.0)) for dtype in FLOATS),
    case("math.softplus", T([-100.0, 0.0, 100.0]), atol=1e-20),
]

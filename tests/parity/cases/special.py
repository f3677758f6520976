"""Special functions."""

from casekit import FLOATS, R, T, case, inf, nan

_NORMAL = ("erf", "erfc", "erfinv", "ndtri", "lgamma", "digamma")
_SPECIAL = [nan, inf, -inf, 0.0, 1.0, -1.0, 0.5, 2.0, -2.5, 1e-8, 30.0]

UNLIKE = {
    r"(erfinv|ndtri).*float16'|(lgamma|digamma).*bfloat16'": "TensorFlow has no kernel for this type",
    r"erf\(T\(\[nan, inf.*float64": "TensorFlow's erf of infinity is nan in float64",
    r"erfinv\(T\(\[nan, inf": "TensorFlow's erfinv loses small arguments",
}

CASES = [
    *(case(f"math.{name}", R((6,), dtype, -0.9, 0.9)) for name in ("erf", "erfc", "erfinv") for dtype in FLOATS),
    *(case(f"math.{name}", R((6,), dtype, 0.1, 9.0)) for name in ("lgamma", "digamma") for dtype in FLOATS),
    *(case("math.ndtri", R((6,), dtype, 0.01, 0.99)) for dtype in FLOATS),
    *(case(f"math.{name}", T(_SPECIAL), atol=1e-30) for name in _NORMAL),
    *(case(f"math.{name}", T(_SPECIAL, "float64"), atol=1e-30) for name in _NORMAL),
    *(case(f"math.{name}", T([1, 2])) for name in _NORMAL),
]

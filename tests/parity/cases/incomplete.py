"""Incomplete gamma and beta functions, polygamma, zeta."""

from casekit import R, T, case, inf, nan

_A = [0.0, 1.0, 2.0, -1.0, 1.0, 0.0, nan, 1.0, inf, 5.0]
_X = [1.0, 0.0, 2.0, 1.0, -1.0, 0.0, 1.0, inf, 1.0, 5.0]


CASES = [
    *(
        case(f"math.{name}", T(_A, dtype), T(_X, dtype))
        for name in ("igamma", "igammac")
        for dtype in ("float32", "float64")
    ),
    *(
        case(f"math.{name}", R((4,), "float64", 0.1, 9.0), R((3, 1), "float64", 0.1, 20.0))
        for name in ("igamma", "igammac")
    ),
    *(
        case(f"math.{name}", R((4,), "float64", 300.0, 900.0), R((4,), "float64", 300.0, 900.0))
        for name in ("igamma", "igammac")
    ),
    *(case(f"math.{name}", T([1, 2]), T([1, 2])) for name in ("igamma", "polygamma", "zeta")),
    *(case(f"math.{name}", T([1.0, 2.0]), T([1.0, 2.0, 3.0])) for name in ("igamma", "polygamma", "zeta")),
    case("math.betainc", T([1.0, 2.0, -1.0, 0.0, 2.0]), T([1.0, 2.0, 1.0, 1.0, 2.0]), T([0.5, 0.3, 0.5, 0.5, 0.0])),
    case("math.betainc", T([2.0, 2.0, nan, 5.0]), T([2.0, 2.0, 1.0, 3.0]), T([1.0, 1.5, 0.5, 0.9])),
    case(
        "math.betainc",
        R((5,), "float64", 0.1, 50.0),
        R((5,), "float64", 0.1, 50.0, seed=1),
        R((5,), "float64", 0.0, 1.0),
    ),
    case("math.betainc", T(1.0), T([1.0, 2.0]), T(0.5)),
    case("math.betainc", T([1.0, 2.0]), T([1.0, 2.0, 3.0]), T(0.5)),
    case("math.betainc", T([1.0], "float16"), T([1.0], "float16"), T([0.5], "float16")),
    case("math.polygamma", T([0.0, 1.0, 2.0, 3.0, 1.5, -1.0, 1.0]), T([1.0, 2.0, 3.0, 4.0, 2.0, 1.0, -1.5])),
    case("math.polygamma", T([0.0, 1.0, 2.0, 3.0], "float64"), T([[0.5], [20.0]], "float64")),
    case("math.zeta", T([2.0, 3.0, 1.0, 0.5, 2.0, 2.0, nan]), T([1.0, 2.0, 1.0, 1.0, 0.0, -1.5, 1.0])),
    case("math.zeta", R((4,), "float64", 1.5, 9.0), R((4,), "float64", 0.1, 20.0)),
    case("math.lbeta", R((2, 3), "float32", 0.1, 9.0)),
    case("math.lbeta", T([], "float32")),
    case("math.lbeta", T(1.0)),
    *(case("math.erfcinv", T([0.0, 0.5, 1.0, 1.5, 2.0, 3.0], dtype)) for dtype in ("float32", "float64")),
]

"""Cumulative sums and products."""

from casekit import FLOATS, NUMBERS, R, T, case, inf

_FLAGS = [{}, {"exclusive": True}, {"reverse": True}, {"exclusive": True, "reverse": True}]

CASES = [
    *(case(name, R((2, 3)), axis=1, **flags) for name in ("cumsum", "math.cumprod") for flags in _FLAGS),
    *(case("math.cumulative_logsumexp", R((2, 3)), axis=1, **flags) for flags in _FLAGS),
    *(case(name, R((3,), dtype)) for name in ("cumsum", "math.cumprod") for dtype in NUMBERS),
    *(case("math.cumulative_logsumexp", R((3,), dtype)) for dtype in FLOATS),
    *(case("cumsum", R((2, 3, 2)), axis=axis) for axis in (0, -1, -3, 3)),
    case("cumsum", R((2, 3)), axis=T(1)),
    case("cumsum", R((2, 3)), axis=T([1])),
    case("cumsum", T([True])),
    case("cumsum", T([], "float32")),
    case("cumsum", T([], "float32", (0, 2)), axis=1, exclusive=True),
    case("cumsum", T(1.0)),
    case("math.cumulative_logsumexp", T([-inf, 2.0, 1000.0])),
    case("math.cumulative_logsumexp", T([1, 2])),
]

"""Comparisons, logic, tests of floating point values."""

from casekit import FLOATS, INTS, R, T, case, inf, nan

ORDER = ("less", "less_equal", "greater", "greater_equal")
_SPECIAL = [nan, inf, -inf, 0.0, -0.0, 1.5]

CASES = [
    *(case(name, T([1, 2, 3], dtype), T([3, 2, 1], dtype)) for name in ORDER for dtype in (*FLOATS, *INTS)),
    *(case(name, T(_SPECIAL), T([[nan], [inf], [0.0]])) for name in (*ORDER, "equal", "not_equal")),
    *(case(f"math.{name}", T(_SPECIAL, dtype)) for name in ("is_nan", "is_inf", "is_finite") for dtype in FLOATS),
    *(case(name, R((2, 1, 3)), R((4, 1))) for name in (*ORDER, "equal", "not_equal")),
    *(case(name, T([1, 2]), T([1, 2, 3])) for name in (*ORDER, "equal", "not_equal")),
    *(case(name, T([1, 2]), T([1.0, 2.0])) for name in (*ORDER, "equal", "not_equal")),
    *(case(name, T([1, 2]), 1.5) for name in (*ORDER, "equal", "not_equal")),
    *(case(name, T([1, 2]), 2) for name in (*ORDER, "equal", "not_equal")),
    *(case(name, T(["a", "b"]), T("a")) for name in (*ORDER, "equal", "not_equal")),
    *(case(name, T([True, False]), T(True)) for name in (*ORDER, "equal", "not_equal")),
    *(case(name, T([1 + 2j, 2]), T([1 + 2j, 3])) for name in (*ORDER, "equal", "not_equal")),
    *(case(f"op:{name}", T([1.0, 2.0]), T([1.0, 3.0])) for name in ("eq", "ne", "lt", "le", "gt", "ge")),
    *(case(f"op:{name}", T([1, 2]), 2) for name in ("eq", "ne", "lt", "le", "gt", "ge")),
    *(case(f"op:{name}", 2, T([1, 2])) for name in ("eq", "ne", "lt", "le", "gt", "ge")),
    *(case(f"op:{name}", T([1, 2]), T([1, 2, 3])) for name in ("eq", "ne")),
    *(case(f"op:{name}", T([1, 2]), None) for name in ("eq", "ne")),
    *(case(f"op:{name}", T(["a"]), "a") for name in ("eq", "ne")),
    *(case(f"logical_{name}", T([True, False]), T([[True], [False]])) for name in ("and", "or")),
    case("math.logical_xor", T([True, False]), T([[True], [False]])),
    case("logical_not", T([True, False])),
    case("logical_not", T([1, 0])),
    case("logical_and", T([1, 0]), T([True, False])),
    case("logical_and", 1, True),
    *(case(f"op:{name}", T([True, False]), T([[True], [False]])) for name in ("and_", "or_", "xor")),
    *(case(f"op:{name}", True, T([True, False])) for name in ("and_", "or_", "xor")),
    case("op:and_", T([True]), T([1])),
    case("op:inv", T([True, False])),
    case("equal", T([], "float32"), T([], "float32")),
    case("math.is_nan", T([1, 2])),
]

"""Reductions, positions of extrema, cumulative sums."""

from casekit import COMPLEX, FLOATS, INTS, NUMBERS, D, R, T, case, inf, nan

NUMERIC = ("reduce_sum", "reduce_mean", "reduce_prod")
ORDERED = ("reduce_max", "reduce_min")
ALL = (*NUMERIC, *ORDERED)
_AXES = (None, 0, 1, -1, [0, 2], [-1, 0], [0, 1, 2], [])

CASES = [
    *(case(name, R((2, 3, 2)), axis=axis) for name in ALL for axis in _AXES),
    *(case(name, R((2, 3, 2)), axis=axis, keepdims=True) for name in ALL for axis in _AXES),
    *(case(name, R((2, 3), dtype), axis=1) for name in NUMERIC for dtype in NUMBERS),
    *(case(name, R((2, 3), dtype), axis=1) for name in ORDERED for dtype in (*FLOATS, *INTS)),
    *(case(name, R((2, 3)), axis=T([0])) for name in ALL),
    *(case(name, R((2, 3)), axis=T(1, "int64"), keepdims=True) for name in ALL),
    *(case(name, R((2, 3)), axis=axis) for name in ALL for axis in (2, -3, [0, 0], 1.0)),
    *(case(name, T(3.0)) for name in ALL),
    *(case(name, T([], "float32")) for name in ALL),
    *(case(name, T([], "float32", (0, 3)), axis=0) for name in ALL),
    *(case(name, T([], "int32")) for name in ALL),
    *(case(name, T([1.0, nan, inf])) for name in ALL),
    *(case(name, T(["a"])) for name in ALL),
    *(case(name, T([True])) for name in ALL),
    *(case(name, T([200, 100, 7], "uint8")) for name in ALL),
    *(case(name, T([-1, -2], dtype)) for name in ALL for dtype in ("int8", "int32")),
    *(case(name, R((2, 3), "bool"), axis=axis) for name in ("reduce_all", "reduce_any") for axis in (None, 0, [0, 1])),
    *(case(name, R((2, 3), "bool"), axis=1, keepdims=True) for name in ("reduce_all", "reduce_any")),
    *(case(name, T([], "bool")) for name in ("reduce_all", "reduce_any")),
    *(case(name, T([1, 0])) for name in ("reduce_all", "reduce_any")),
    *(case("math.reduce_euclidean_norm", R((2, 3), dtype), axis=1) for dtype in (*FLOATS, *COMPLEX, "int32")),
    *(case("reduce_logsumexp", R((2, 3), dtype, -9.0, 9.0), axis=1) for dtype in FLOATS),
    *(case("reduce_logsumexp", T(values)) for values in ([1000.0, 1000.0], [-inf, -inf], [inf, 1.0], [nan, 1.0], [])),
    case("reduce_logsumexp", R((2, 3)), keepdims=True),
    case("reduce_logsumexp", T([1])),
    *(
        case(name, R((2, 3), dtype), axis=1)
        for name in ("math.reduce_variance", "math.reduce_std")
        for dtype in (*FLOATS, *COMPLEX)
    ),
    case("math.reduce_variance", T([1, 2])),
    case("math.reduce_std", R((2, 3)), keepdims=True),
    *(case("math.count_nonzero", R((2, 3), dtype), axis=0) for dtype in (*NUMBERS, "bool")),
    case("math.count_nonzero", T(["a", "", ""])),
    case("math.count_nonzero", T([[1, 0], [0, 0]]), keepdims=True, dtype=D("int32")),
    # positions
    *(case(name, R((3, 4), dtype), axis=1) for name in ("argmax", "argmin") for dtype in (*FLOATS, *INTS)),
    *(case(name, R((3, 4), "bool"), axis=0) for name in ("argmax", "argmin")),
    *(case(name, T([1, 3, 3, 1])) for name in ("argmax", "argmin")),
    *(case(name, T([1.0, nan, 2.0, 0.0])) for name in ("argmax", "argmin")),
    *(case(name, T([nan, nan])) for name in ("argmax", "argmin")),
    *(case(name, T([inf, -inf, inf])) for name in ("argmax", "argmin")),
    *(case(name, R((2, 3, 4)), axis=axis) for name in ("argmax", "argmin") for axis in (None, 0, -1, 3)),
    *(case(name, R((2, 3)), axis=1, output_type=D("int32")) for name in ("argmax", "argmin")),
    *(case(name, R((2, 3)), axis=1, output_type=D("float32")) for name in ("argmax", "argmin")),
    *(case(name, T([], "float32")) for name in ("argmax", "argmin")),
    *(case(name, T([], "float32", (0, 3)), axis=1) for name in ("argmax", "argmin")),
    *(case(name, T(5)) for name in ("argmax", "argmin")),
    case("argmax", R((2, 3)), axis=1, output_type=D("uint16")),
]

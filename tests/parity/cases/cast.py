"""Casts between all types, complex numbers, clipping."""

from casekit import COMPLEX, FLOATS, INTS, NUMBERS, D, R, T, case, inf, nan

CASES = [
    *(case("cast", R((4,), source, 0.0, 9.0), D(target)) for source in NUMBERS for target in (*NUMBERS, "bool")),
    *(case("cast", T([True, False]), D(target)) for target in (*NUMBERS, "bool")),
    case("cast", T([1.7, -1.7, nan, inf, -inf, 3e9, -3e9]), D("int32")),
    case("cast", T([1.7, -1.7, nan, inf, -inf, 3e9, 1e19]), D("int64")),
    case("cast", T([1.7, -1.7, 300.0]), D("uint8")),
    case("cast", T([0.0, -0.0, 0.5, nan]), D("bool")),
    case("cast", T([300, -1]), D("uint8")),
    case("cast", T([1 + 2j, 0]), D("bool")),
    case("cast", T("a"), D("float32")),
    case("cast", T([1]), D("string")),
    case("cast", T(["a"]), D("string")),
    case("cast", T([1e10, 1e-10, 65519.9]), D("float16")),
    case("cast", [1, 2], "float32"),
    case("cast", 1.5, D("int32")),
    case("cast", T([1]), "no such type"),
    # saturating casts
    case("saturate_cast", T([-5, 300]), D("uint8")),
    case("saturate_cast", T([-5.5, 300.7]), D("uint8")),
    case("saturate_cast", T([1e10, -1e10, inf, -inf]), D("int32")),
    case("saturate_cast", T([1e10, -1e10, inf]), D("uint32")),
    case("saturate_cast", T([1e10, -1e10]), D("float16")),
    case("saturate_cast", T([1e300, -1e300], "float64"), D("float32")),
    case("saturate_cast", T([1e30, -1e30]), D("bfloat16")),
    case("saturate_cast", T([2**40, -(2**40)], "int64"), D("int32")),
    case("saturate_cast", T([-1], "int64"), D("uint64")),
    case("saturate_cast", T([1, 2]), D("float32")),
    case("saturate_cast", T([1e300 + 1j], "complex128"), D("complex64")),
    case("saturate_cast", T([300 + 1j], "complex128"), D("uint8")),
    case("saturate_cast", T([1.0, 2.0]), D("complex64")),
    # complex numbers
    *(case("complex", R((3,), dtype), R((3,), dtype, seed=1)) for dtype in FLOATS),
    case("complex", R((3, 1)), R((2,))),
    case("complex", T([1.0]), T([1.0], "float64")),
    case("complex", T([1]), T([1])),
    *(
        case(f"math.{name}", R((3,), dtype))
        for name in ("real", "imag", "conj", "angle")
        for dtype in (*COMPLEX, "float32", "float64")
    ),
    *(case(f"math.{name}", T("a")) for name in ("real", "conj")),
    case("math.angle", T([1j, -1.0, 1.0, 0j, -1j])),
    *(case(name, R((3,), dtype)) for name in ("math.real", "math.conj") for dtype in INTS),
]

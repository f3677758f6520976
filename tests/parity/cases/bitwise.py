"""Bits of integers."""

from casekit import INTS, T, case

BINARY = ("bitwise_and", "bitwise_or", "bitwise_xor", "left_shift", "right_shift")

CASES = [
    *(case(f"bitwise.{name}", T([6, 3, 100], dtype), T([3, 3, 2], dtype)) for name in BINARY for dtype in INTS),
    *(case(f"bitwise.{name}", T([-6, -1], "int8"), T([3, 100], "int8")) for name in BINARY),
    *(case(f"bitwise.{name}", T([-6, 5]), T([-1, -2])) for name in BINARY),
    *(case(f"bitwise.{name}", T([1.0]), T([1.0])) for name in BINARY),
    *(case("bitwise.invert", T([0, 5], dtype)) for dtype in INTS),
    case("bitwise.invert", T([-5], "int16")),
    *(case(f"op:{name}", T([6, 3]), T([3, 1])) for name in ("and_", "or_", "xor")),
    *(case(f"op:{name}", T([6, 3]), 2) for name in ("and_", "or_", "xor")),
    *(case(f"op:{name}", 2, T([6, 3])) for name in ("and_", "or_", "xor")),
    *(case(f"op:{name}", T([6.0]), T([3.0])) for name in ("and_", "or_", "xor")),
    case("op:inv", T([6, 3])),
    case("op:inv", T([6.0])),
]

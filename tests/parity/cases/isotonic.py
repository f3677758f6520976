"""Isotonic regression."""

from casekit import R, T, case

CASES = [
    case("nn.isotonic_regression", T([1.0, 3.0, 2.0, 5.0, 4.0])),
    case("nn.isotonic_regression", T([[1.0, 3.0, 2.0, 5.0, 4.0]]), decreasing=False),
    *(
        case("nn.isotonic_regression", T([1, 3, 2], dtype))
        for dtype in ("int32", "int8", "int64", "float64", "float16")
    ),
    *(case("nn.isotonic_regression", R((3, 4, 5), "float64"), axis=axis) for axis in (0, 1, -1)),
    case("nn.isotonic_regression", T([])),
    case("nn.isotonic_regression", T(1.0)),
]

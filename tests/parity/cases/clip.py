"""Clipping by values and norms."""

from casekit import R, T, case, inf, nan

CASES = [
    case("clip_by_value", T([1.0, 5.0, -3.0]), -1.0, 2.0),
    case("clip_by_value", T([1, 5, -3]), -1, 2),
    case("clip_by_value", T([1.0, 5.0, -3.0]), T([0.0, 1.0, 2.0]), T([1.0, 2.0, 3.0])),
    case("clip_by_value", T([1.0, 5.0]), T([[0.0], [1.0]]), 3.0),
    case("clip_by_value", T([1.0, nan]), 0.0, 3.0),
    case("clip_by_value", T([1, 5]), 0.5, 3),
    case("clip_by_value", T([1.0, 5.0]), 3, 2),
    case("clip_by_norm", T([3.0, 4.0]), 1.0),
    case("clip_by_norm", T([3.0, 4.0]), 10.0),
    case("clip_by_norm", T([[3.0, 4.0], [0.0, 0.0]]), 1.0, axes=1),
    case("clip_by_norm", R((2, 3, 2)), 0.5, axes=[1, 2]),
    case("clip_by_norm", T([3.0, 4.0]), T([1.0, 2.0])),
    case("clip_by_norm", T([3.0]), T([1.0, 2.0])),
    case("clip_by_norm", T([0.0, 0.0]), 1.0),
    case("linalg.global_norm", [T([3.0, 4.0]), T([12.0])]),
    case("linalg.global_norm", [T([3.0, 4.0]), None]),
    case("linalg.global_norm", []),
    case("linalg.global_norm", [T([3.0, 4.0]), T([nan])]),
    case("clip_by_global_norm", [T([3.0, 4.0]), T([12.0])], 1.0),
    case("clip_by_global_norm", [T([3.0, 4.0]), T([12.0])], T(1.0)),
    case("clip_by_global_norm", [T([3.0, 4.0]), None], 100.0),
    case("clip_by_global_norm", [T([3.0, inf])], 1.0),
    case("clip_by_global_norm", T([3.0, 4.0]), 1.0),
    case("clip_by_global_norm", [T([3.0, 4.0], "float64")], T(1.0, "float64")),
]

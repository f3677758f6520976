"""Unique values, sorted sequences, coordinates, sorting."""

from casekit import D, R, T, case, nan

DIRECTIONS = ("ASCENDING", "DESCENDING")

CASES = [
    *(
        case(name, x)
        for name in ("unique", "unique_with_counts")
        for x in (
            T([3, 1, 3, 2, 1]),
            T(["b", "a", "b"]),
            T([1.0, nan, nan, -0.0, 0.0]),
            T([True, False, True]),
            T([1.5, 1.5, 0.5], "bfloat16"),
            T([1, 2, 1], "uint8"),
            T([], "float32"),
            T([[1]]),
            T(5),
        )
    ),
    case("unique", T([3, 1]), D("int64")),
    case("raw_ops.Bucketize", input=T([[-5, 10000], [150, 10], [5, 100]]), boundaries=[0.0, 10.0, 100.0]),
    case("raw_ops.Bucketize", input=T([nan, 10.0, -1.0]), boundaries=[0.0, 10.0]),
    case("raw_ops.Bucketize", input=T([1.0], "float64"), boundaries=[]),
    case("raw_ops.Bucketize", input=T([1.0]), boundaries=[2.0, 1.0]),
    case("unique", T([3, 1]), D("float32")),
    case("compat.v1.setdiff1d", T([1, 2, 3, 4, 2]), T([2, 5])),
    case("compat.v1.setdiff1d", T(["a", "b"]), T(["a"]), D("int64")),
    case("compat.v1.setdiff1d", T([[1]]), T([2])),
    *(
        case("searchsorted", sequence, values, side)
        for side in ("left", "right")
        for sequence, values in (
            (T([1, 2, 2, 3]), T([2, 0, 4, 2])),
            (T([[1, 2, 3], [4, 5, 6]]), T([[2], [7]])),
            (T([], "float32"), T([1.0])),
            (T([[1, 2, 3], [4, 5, 6]]), T([2, 7])),
            (T([1, 2]), T([2.0])),
            (R((2, 2, 3), low=1, high=1), R((2, 2, 2), low=1, high=1)),
            (T([1, 2]), T(5)),
        )
    ),
    case("searchsorted", T([1.0, 2.0]), T([2.0]), out_type=D("int64")),
    case("searchsorted", T([1]), T([1]), "middle"),
    *(
        case("unravel_index", T(indices), T(dims))
        for indices, dims in (([5, 7], [3, 3]), (5, [3, 3]), ([5, 9], [3, 3]), ([-1], [3, 3]), ([1], [0, 3]))
    ),
    case("unravel_index", T([1]), T(3)),
    case("unravel_index", T([[1]]), T([2, 2])),
    case("unravel_index", T([1], "int64"), T([2, 2], "int64")),
    *(
        case(name, x, direction=direction)
        for name in ("sort", "argsort")
        for direction in DIRECTIONS
        for x in (
            T([3, 1, 2, 1]),
            T([[3, 1], [2, 5]]),
            R((2, 3, 4)),
            *(T([3, 0, 100, 1, 3], dtype) for dtype in ("uint8", "int8", "float16", "bfloat16", "uint64", "float64")),
            T([-(2**31), 5, 2**31 - 1]),
            T([], "float32"),
            T(["b", "a"]),
            T([True, False]),
        )
    ),
    *(case(name, R((2, 3, 4)), axis) for name in ("sort", "argsort") for axis in (0, 1, 2, -1, -3)),
    *(case(name, R((2, 3, 4)), axis, graph=False) for name in ("sort", "argsort") for axis in (3, -4)),
    case("sort", T(5), graph=False),
    case("sort", T([1]), direction="UP"),
]

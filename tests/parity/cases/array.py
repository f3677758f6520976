"""Shapes, identities, broadcasting."""

from casekit import D, R, T, case, inf, nan

M = T([[1, 2, 3], [4, 5, 6]])
TYPES = ("bool", "int8", "uint64", "float16", "bfloat16", "float64", "complex64", "string")


def of(dtype):
    return T(["a", "b"] if dtype == "string" else [True, False] if dtype == "bool" else [1, 2], dtype)


CASES = [
    *(case("identity", of(dtype)) for dtype in TYPES),
    case("identity", [1, 2.5]),
    case("identity_n", [T([1]), T([2.0, 3.0])]),
    case("stop_gradient", M),
    case("guarantee_const", M),
    *(case("shape", x) for x in (M, T(1), T([], "float32"), ["a"])),
    case("shape", M, D("int64")),
    case("shape", M, out_type=D("float32"), unlike="TensorFlow folds it and does not look at the type"),
    case("shape_n", [T([1]), T([[1, 2]])]),
    case("shape_n", [T([1]), T([[1, 2]])], D("int64")),
    case("size", M),
    case("size", M, D("int64")),
    case("size", T([], "float32")),
    case("rank", M),
    case("rank", "x"),
    *(case("reshape", M, shape) for shape in ([6], [-1], [3, 2], [3, -1], [1, -1, 1, 3], 6, T([3, 2]), T([3, -1]))),
    case("reshape", M, [-1, -1], unlike="TensorFlow's graph optimizer loses the mistake"),
    *(case("reshape", M, shape) for shape in ([4], [4, -1], [-2, 3], [7], [2.0, 3.0], [[6]], [0, -1])),
    *(case("reshape", R((0, 4)), shape) for shape in ([-1, 0], [0, -1, 2], [3, -1], [0], [-1], [2, 0, -1])),
    case("reshape", T(5), []),
    case("reshape", T([5]), []),
    *(case("expand_dims", M, axis) for axis in (0, 1, 2, -1, -3, 3, -4, T(1), [0], 1.0)),
    *(case("squeeze", R((1, 2, 1)), *axis) for axis in ((), (0,), (-1,), ([0, 2],), ([],), (1,), (3,), (-4,))),
    case("squeeze", T(1)),
    *(case("transpose", R((2, 3, 4)), *perm) for perm in ((), ([2, 0, 1],), ([-1, 0, 1],), (T([1, 0, 2]),))),
    *(case("transpose", M, perm) for perm in ([0, 0], [0, 2], [0], [1.0, 0.0], [[1, 0]])),
    case("transpose", T([[1 + 2j, 3]]), conjugate=True),
    case("transpose", M, conjugate=True),
    case("transpose", T(3)),
    case("transpose", T([1, 2])),
    case("transpose", [[1, 2], [3, 4]]),
    *(
        case("broadcast_to", T([1, 2]), shape)
        for shape in ([2, 2], [3, 1, 2], [2], [3], [2, 1], [2, -1], [], T([2, 2]))
    ),
    case("broadcast_to", T([[1], [2]]), [2, 3]),
    case("broadcast_to", T("a"), [2]),
    case("broadcast_to", T([], "float32"), [2, 0]),
    *(case("broadcast_dynamic_shape", T(a), T(b)) for a, b in (([2, 1], [3]), ([1], [4, 5]), ([2], [3]))),
    case("broadcast_dynamic_shape", [], [3]),
    *(case("ensure_shape", T([1, 2]), shape) for shape in ([2], [None], [3], [2, 1], [None, None])),
    *(
        case("bitcast", T(values, dtype), D(target))
        for values, dtype, target in (
            ([1.0, -2.0], "float32", "uint32"),
            ([1, 2], "int32", "int16"),
            ([[1, 0], [2, 0]], "int16", "int32"),
            ([1, 2], "float32", "complex64"),
            ([1, 2, 3], "int32", "float64"),
            (1, "int32", "float64"),
            (1.0, "float64", "uint8"),
            ([1.0], "bfloat16", "int16"),
            ([1, 2], "int32", "bool"),
            (["a"], "string", "int32"),
        )
    ),
    *(case("debugging.check_numerics", T(values), "here") for values in ([1.0], [nan], [1.0, inf], [-inf, nan], [1])),
    *(case("debugging.check_numerics", T([1.0], dtype), "here") for dtype in ("float16", "bfloat16", "float64")),
    case("fill", [2, 3], 7),
    case("fill", T([2, 3]), T("x")),
    case("fill", T([2], "int64"), 1.5),
    case("fill", [], True),
    case("fill", 2, 1),
    case("fill", [2, -3], 1),
    case("fill", [2], [1]),
    case("fill", [2], [1, 2]),
    case("fill", [2.0], 1),
]

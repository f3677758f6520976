"""Sparse tensors: conversion, order and shape, joining and cutting, elements."""

from casekit import FLOATS, INTS, D, S, T, case

PLACES = [[0, 1], [1, 0], [1, 3]]
SHUFFLED = [[1, 3], [0, 1], [1, 0]]
X = S(PLACES, [5, 6, 7], [3, 4])
UNORDERED = S(SHUFFLED, [5, 6, 7], [3, 4])
EMPTY = S([], [], [3, 4], "float32")
WORDS = S(PLACES, ["a", "", "c"], [3, 4])
OUTSIDE = S([[0, 1], [5, 0]], [1, 2], [3, 4])
REPEATED = S([[0, 1], [0, 1]], [1, 2], [3, 4])
CUBE = S([[0, 0, 1], [0, 2, 0], [1, 1, 1]], [1.0, 2.0, 3.0], [2, 3, 2])
ROW = S([[1], [3]], [1, 2], [5])
SCALAR = S([[]], [5], [])
SOME = (X, UNORDERED, EMPTY, WORDS, CUBE, ROW)
DENSE = T([1, 2])

CASES = [
    *(case("sparse.to_dense", x) for x in (*SOME, OUTSIDE, REPEATED, SCALAR, DENSE, S([[0]], [1], [-1]))),
    *(case("sparse.to_dense", S(PLACES, [1, 0, 1], [3, 4], dtype)) for dtype in (*FLOATS, *INTS, "bool", "complex64")),
    *(case("sparse.to_dense", x, 9, validate_indices=False) for x in (X, UNORDERED, REPEATED, OUTSIDE)),
    case("sparse.to_dense", WORDS, default_value="-"),
    case("sparse.to_dense", X, default_value=1.5),
    case("sparse.to_dense", X, default_value=[1, 2]),
    *(
        case("sparse.from_dense", x)
        for x in (
            T([[0, 1], [2, 0]]),
            T([0.0, -0.0, float("nan"), 2.0]),
            T(["", "a"]),
            T([True, False]),
            T(3),
            T(0),
            T([], "float32"),
            T([[0, 1j]], "complex64"),
            X,
        )
    ),
    *(case("sparse.reorder", x) for x in (*SOME, OUTSIDE, REPEATED, DENSE, SCALAR)),
    *(
        case("sparse.reshape", X, T(shape))
        for shape in ([4, 3], [-1], [2, -1, 3], [12, 1], [5], [-1, -1], [0, -1], [-2])
    ),
    *(case("sparse.reshape", X, shape) for shape in ([4, 3], [-1, 6], [5], [-1, -1])),
    case("sparse.reshape", EMPTY, [12]),
    case("sparse.reshape", S([], [], [0, 3], "int32"), [3, -1]),
    case("sparse.reshape", S([], [], [0, 3], "int32"), [0, 5]),
    case("sparse.reshape", OUTSIDE, [12]),
    case("sparse.reshape", SCALAR, [1]),
    case("sparse.reshape", DENSE, [1]),
    *(case("sparse.concat", axis, inputs) for axis in (0, 1, -1, 2, -3) for inputs in ([X, X], [X, UNORDERED, X])),
    case("sparse.concat", 0, [X]),
    case("sparse.concat", 0, []),
    case("sparse.concat", 0, [X, DENSE]),
    case("sparse.concat", 0, X),
    case("sparse.concat", 0, [X, CUBE]),
    case("sparse.concat", 0, [X, WORDS]),
    case("sparse.concat", 0, [WORDS, WORDS]),
    case("sparse.concat", 1, [CUBE, CUBE]),
    *(
        case("sparse.concat", axis, [X, S([[4, 4]], [8], [5, 5])], expand)
        for axis in (0, 1, -1)
        for expand in (False, True)
    ),
    *(
        case("sparse.slice", x, start, size)
        for x in (X, UNORDERED)
        for start, size in (([0, 0], [3, 4]), ([1, 0], [1, 9]), ([0, 1], [2, 2]), ([5, 0], [1, 1]), ([0, 0], [0, 0]))
    ),
    case("sparse.slice", CUBE, T([0, 1, 0], "int64"), T([2, 2, 2], "int64")),
    case("sparse.slice", X, [0], [1]),
    case("sparse.slice", X, [0, 0], [1]),
    case("sparse.slice", X, [-1, 0], [1, 1]),
    case("sparse.slice", X, [0, 0], [-1, -1]),
    case("sparse.slice", DENSE, [0], [1]),
    *(
        case("sparse.split", X, parts, axis)
        for parts, axis in ((1, 0), (2, 0), (3, 1), (4, -1), (5, 1), (2, 2), (0, 0))
    ),
    case("sparse.split", CUBE, 3, 1),
    case("sparse.split", EMPTY, 2, 1),
    case("sparse.split", X, axis=0),
    case("sparse.split", X, num_split=2),
    case("sparse.split"),
    *(
        case("sparse.fill_empty_rows", x, 9)
        for x in (X, UNORDERED, CUBE, ROW, EMPTY, OUTSIDE, S([], [], [0, 2], "int32"))
    ),
    case("sparse.fill_empty_rows", WORDS, "-"),
    case("sparse.fill_empty_rows", X, 1.5),
    case("sparse.fill_empty_rows", X, [1]),
    case("sparse.fill_empty_rows", SCALAR, 1),
    case("sparse.fill_empty_rows", S([[0, 0]], [1], [0, 2]), 1),
    *(case("sparse.expand_dims", x, axis) for x in (X, ROW) for axis in (None, 0, 1, -1, -2)),
    *(case("sparse.expand_dims", X, axis) for axis in (2, -3, 3, -4)),
    case("sparse.expand_dims", X, T(1)),
    case("sparse.expand_dims", X, 1.0),
    case("sparse.expand_dims", X, "x"),
    *(case("sparse.eye", *sizes) for sizes in ((2,), (2, 3), (3, 2), (0,), (2.0,), (T(2),), (2, None, D("int32")))),
    case("sparse.eye", 2, dtype=D("string")),
    case("sparse.eye", -1),
    *(
        case("sparse.to_indicator", S([[0, 0], [0, 1]], [3, 1], [2, 2], dtype), 4)
        for dtype in ("int32", "int64", "float32")
    ),
    case("sparse.to_indicator", S([[0, 0], [0, 1]], [3, 4], [2, 2]), 4),
    case("sparse.to_indicator", S([[0, 0], [0, 1]], [3, 3], [2, 2]), 4),
    case("sparse.to_indicator", DENSE, 4),
    *(case("sparse.transpose", x) for x in SOME),
    *(case("sparse.transpose", CUBE, perm) for perm in ([0, 2, 1], [2, 0, 1], [0, 1, 2])),
    case("sparse.transpose", X, T([1, 0])),
    case("sparse.transpose", X, [0, 5]),
    *(
        case("sparse.retain", X, mask)
        for mask in ([True, False, True], [False] * 3, T([True, True, False]), [True], [[True]])
    ),
    case("sparse.retain", DENSE, [True]),
    *(case("sparse.reset_shape", x) for x in (X, ROW, EMPTY)),
    *(case("sparse.reset_shape", X, shape) for shape in ([5, 5], [3, 4], [2, 4], [5], [5, 5, 5], T([3, 9]), T([1, 1]))),
    case("sparse.reset_shape", X, [[5, 5]]),
    case("sparse.reset_shape", DENSE),
    case("shape", X),
    case("shape", X, D("int64")),
    case("rank", X),
    case("size", X),
    *(
        case(f"math.{name}", CUBE)
        for name in ("abs", "sin", "tanh", "sqrt", "square", "erf", "sign", "negative", "exp")
    ),
    case("cast", X, D("float32")),
    case("identity", X),
    case("stop_gradient", CUBE),
    *(case("io.serialize_sparse", x) for x in (X, WORDS, EMPTY, SCALAR, DENSE)),
    *(case("io.serialize_many_sparse", x) for x in (X, WORDS, CUBE, SCALAR)),
    case("io.deserialize_many_sparse", T([["a", "b", "c"]]), D("int32")),
    case("io.deserialize_many_sparse", T(["a", "b", "c"]), D("int32")),
    *(case(name, X, 1) for name in ("add", "reduce_sum", "convert_to_tensor")),
]

UNLIKE = {
    r"from_dense\(T\(\[\[0, 1j": "TensorFlow has no kernel that compares complex numbers with zero here",
    r"from_dense\(T\(\d": "a scalar is refused while tracing, not when the function runs",
    r"expand_dims\(S.*, -4": "an axis out of range is refused while tracing, below as above",
}
MORE_SHAPES = {
    r"reset_shape\(S.*\[5, 5\]\)|reset_shape\(S.*\[3, 4\]\)$": "TensorFlow fails where the rank is not known",
    r"^size": "TensorFlow infers no scalar where the rank is not known",
    r"^sparse\.(reorder|concat|fill_empty_rows|expand_dims)": "the rank is known of either indices or dense_shape",
}

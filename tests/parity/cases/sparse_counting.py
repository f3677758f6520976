"""Counts of the elements of sparse tensors, and counts as sparse tensors."""

from casekit import D, S, T, case

PLACES = [[0, 0], [1, 1], [1, 2]]
X = S(PLACES, [1, 2, 2], [3, 3])
LONG = S(PLACES, [1, 2, 2], [3, 3], "int64")
WEIGHTS = S(PLACES, [1.0, 2.0, 0.5], [3, 3])
ELSEWHERE = S([[0, 0], [1, 1], [2, 2]], [1.0, 2.0, 0.5], [3, 3])
EMPTY = S([], [], [3, 3], "int32")
VECTOR = S([[1], [3]], [4, 0], [5])
CUBE = S([[0, 0, 1]], [1], [2, 2, 2])
MATRIX = T([[1, 2, 2], [0, 0, 5]])

CASES = [
    *(
        case(name, x, axis=axis, **more)
        for name in ("math.bincount", "sparse.bincount")
        for x in (X, LONG, EMPTY, VECTOR, MATRIX, T([3, 1, 3], "int64"))
        for axis in (0, -1)
        for more in ({}, {"binary_output": True}, {"minlength": 7}, {"maxlength": 2}, {"minlength": 7, "maxlength": 4})
        if not (x is EMPTY and name == "math.bincount")
    ),
    *(
        case(name, x, weights, axis=axis)
        for name in ("math.bincount", "sparse.bincount")
        for x, weights in (
            (X, WEIGHTS),
            (X, ELSEWHERE),
            (X, T([1.0, 2.0, 3.0])),
            (MATRIX, T([[1.0, 2.0, 0.5], [1.0, 1.0, 1.0]])),
            (MATRIX, T([1.0, 2.0])),
        )
        for axis in (0, -1)
    ),
    *(
        case(name, *arguments, **more)
        for name in ("math.bincount", "sparse.bincount")
        for arguments, more in (
            ((X,), {"axis": 1}),
            ((X, WEIGHTS), {"binary_output": True}),
            ((CUBE,), {"axis": -1}),
            ((S([[0]], [-1], [1]),), {}),
            ((S([[0, 0]], [-1], [1, 1]),), {"axis": -1}),
        )
    ),
    case("math.bincount", X, dtype=D("float32")),
    case("math.bincount", X, dtype=D("int64"), axis=-1),
    case("math.bincount", WEIGHTS),
    case("sparse.bincount", WEIGHTS),
    case("sparse.bincount", WEIGHTS, axis=-1),
    case("sparse.bincount", T([1.5])),
    case("sparse.bincount", T([-1])),
    case("sparse.bincount", T([[[1]]]), axis=-1),
    case("sparse.bincount", T([1]), axis=None),
]

UNLIKE = {
    r"bincount\(S\(\[\[0, 0, 1": "of more than 2 dimensions TensorFlow counts some, by what stands in the first",
    r"math.bincount\(S\(\[\[0, 0\]\], \[-1": "TensorFlow leaves out negative values here, and refuses them elsewhere",
}
MORE_SHAPES = {
    r"math.bincount\(S": "the values of a sparse tensor are known to be a vector",
    r"math.bincount\(T.*axis=-1": "TensorFlow loses the number of rows",
}

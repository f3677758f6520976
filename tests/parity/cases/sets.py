"""Operations on sets."""

from casekit import S, T, case

OPERATIONS = ("difference", "intersection", "union")
A = T([[9, 5, 9], [9, 0, 5], [1, 1, 1]])
B = T([[5, 8], [2, 0], [1, 3]])
SPARSE = S([[0, 0], [0, 1], [2, 0], [2, 2]], [5, 9, 1, 7], [3, 3])
OTHER = S([[0, 0], [1, 0], [2, 1]], [9, 2, 1], [3, 2])
EMPTY = S([], [], [3, 3], "int32")
WORDS = T([["b", "a", ""], ["b", "b", "c"]])
CUBE = S([[0, 0, 0], [0, 1, 1], [1, 1, 0]], [1, 2, 3], [2, 2, 2])

MORE_SHAPES = {
    r"sets\..*S\(.*S\(": "the rank is known of either indices or dense_shape",
}

CASES = [
    *(
        case(f"sets.{name}", x, y)
        for name in OPERATIONS
        for x, y in (
            (A, B),
            (A, SPARSE),
            (SPARSE, A),
            (SPARSE, OTHER),
            (SPARSE, EMPTY),
            (EMPTY, EMPTY),
            (A, EMPTY),
            (WORDS, T([["c", "a"], ["", "b"]])),
            (CUBE, T([[[1, 5], [2, 3]], [[0, 0], [3, 3]]])),
            (CUBE, CUBE),
            (T([[[1, 2], [3, 4]]]), T([[[1], [5]]])),
            (A, T([[5, 8], [2, 0]])),
            (A, T([1, 2])),
            (T([1, 2]), T([2, 3])),
            (A, CUBE),
            (SPARSE, CUBE),
            (A, T([[5, 8], [2, 0], [1, 3]], "int64")),
            (T([[1.0]]), T([[1.0]])),
            (T([[True]]), T([[True]])),
            (A, S([[0, 1], [0, 0]], [1, 2], [3, 2])),
            (A, S([[5, 1]], [1], [3, 2])),
            (T([], "int32", (0, 2)), T([], "int32", (0, 3))),
            ([[1, 2]], [[2]]),
        )
    ),
    *(
        case(f"sets.{name}", T([[1, 2, 3]], d), T([[2]], d))
        for name in OPERATIONS
        for d in ("int8", "int16", "uint8", "uint16", "int64", "uint32")
    ),
    case("sets.difference", A, B, aminusb=False),
    case("sets.difference", A, SPARSE, aminusb=False),
    case("sets.difference", SPARSE, A, aminusb=False),
    case("sets.difference", SPARSE, OTHER, aminusb=False),
    case("sets.union", A, S([[0, 1], [0, 0]], [1, 2], [3, 2]), validate_indices=False),
    *(
        case("sets.size", x)
        for x in (SPARSE, EMPTY, CUBE, S([[0, 0], [0, 1]], [5, 5], [2, 2]), A, S([[0, 1], [0, 0]], [1, 2], [3, 2]))
    ),
    case("sets.size", S([[0, 1]], [1.0], [3, 2])),
    case("sets.size", S([[0]], [1], [3])),
]

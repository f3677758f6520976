"""Crosses of features."""

from casekit import S, T, case

WORDS = S([[0, 0], [1, 0], [1, 1]], ["a", "b", "c"], [2, 2])
OTHERS = S([[0, 0], [0, 2], [1, 0]], ["d", "a rather longer word than 16", "f"], [2, 3])
NUMBERS = S([[0, 0], [1, 0], [1, 1]], [1, -2, 3], [2, 2])
HOLES = S([[1, 0]], ["g"], [2, 1])
DENSE = T([["x", "y"], ["z", ""]])
DENSE_NUMBERS = T([[7], [8]])

CASES = [
    *(
        case(name, inputs)
        for name in ("sparse.cross", "sparse.cross_hashed")
        for inputs in (
            [WORDS, OTHERS],
            [WORDS, DENSE],
            [DENSE, WORDS],
            [WORDS],
            [WORDS, OTHERS, DENSE, DENSE_NUMBERS],
            [NUMBERS, WORDS],
            [NUMBERS, DENSE_NUMBERS],
            [DENSE, DENSE_NUMBERS],
            [WORDS, HOLES],
            [WORDS, S([[0, 0]], ["a"], [3, 1])],
            [WORDS, S([[0]], ["a"], [2])],
            [WORDS, T(["x", "y"])],
            [WORDS, T([[1.5], [2.5]])],
            [WORDS, [["x"], ["y"]]],
            WORDS,
        )
    ),
    case("sparse.cross", [WORDS, DENSE], separator="-"),
    case("sparse.cross", [WORDS, DENSE], separator=""),
    *(case("sparse.cross_hashed", [WORDS, OTHERS], buckets) for buckets in (1, 100, 12345678)),
    case("sparse.cross_hashed", [WORDS, NUMBERS], 0, 42),
    case("sparse.cross_hashed", [WORDS, NUMBERS], 1000, -42),
    case("sparse.cross_hashed", [WORDS], -1),
]

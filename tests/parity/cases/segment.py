"""Segment reductions."""

from casekit import COMPLEX, FLOATS, INTS, R, T, case

SORTED = ("sum", "mean", "prod", "min", "max")
UNSORTED = (*SORTED, "sqrt_n")

CASES = [
    *(
        case(f"math.segment_{kind}", T([1, 2, 3, 4], dtype), T([0, 0, 3, 3]))
        for kind in SORTED
        for dtype in FLOATS + INTS
    ),
    *(
        case(f"math.segment_{kind}", T([1 + 2j, 2, 3], dtype), T([0, 0, 1]))
        for kind in ("sum", "prod")
        for dtype in COMPLEX
    ),
    *(case(f"math.segment_{kind}", R((5, 2, 3)), T([0, 0, 1, 1, 4], "int64")) for kind in SORTED),
    *(case(f"math.segment_{kind}", T([-3, 2, -4, 1]), T([0, 0, 1, 1])) for kind in SORTED),
    *(
        case(f"math.segment_{kind}", data, ids)
        for kind in SORTED
        for data, ids in (
            (T([1.0, 2.0, 3.0]), T([0, 1, 0])),
            (T([1.0, 2.0, 3.0]), T([0, 1])),
            (T([1.0, 2.0]), T([-1, 1])),
            (T([], "float32", (0, 2)), T([], "int32")),
            (T([1.0, 2.0]), T([[0, 1]])),
            (T(1.0), T([0])),
            (T([1.0]), T([0.0])),
            (T([True]), T([0])),
        )
    ),
    *(
        case(f"math.unsorted_segment_{kind}", data, ids, count)
        for kind in UNSORTED
        for data, ids, count in (
            (T([1.0, 2.0, 3.0]), T([2, 0, 2]), 4),
            (T([1, 2, 3]), T([2, -1, 0]), 4),
            (T([1.0, 2.0, 3.0], "float64"), T([2, 0, 2], "int64"), T(3)),
            (T([1.0, 2.0], "float16"), T([1, 1]), 2),
            (T([[1.0, 2.0], [3.0, 4.0]]), T([[0, 1], [1, 1]]), 3),
            (R((4, 3, 2)), T([1, 0, 1, 3]), 4),
            (T([1.0, 2.0]), T([0, 4]), 4),
            (T([1.0, 2.0]), T([0]), 4),
            (T([1.0, 2.0]), T([0, 0]), -1),
            (T([], "float32"), T([], "int32"), 2),
            (T([1.0, 2.0]), T([0.0, 1.0]), 2),
        )
    ),
    *(
        case(f"sparse.segment_{kind}", T([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]], dtype), T([0, 2, 1, 1]), T([0, 0, 2, 2]))
        for kind in ("sum", "mean", "sqrt_n")
        for dtype in FLOATS
    ),
    *(
        case(f"sparse.segment_{kind}", T([1.0, 2.0, 3.0]), T(indices), T(ids), count)
        for kind in ("sum", "mean", "sqrt_n")
        for indices, ids, count in (
            ([0, 1], [0, 2], 5),
            ([0, 5], [0, 2], 5),
            ([0, 1], [2, 0], None),
            ([0, 1], [0, 2], 1),
            ([0, 1], [0], None),
            ([], [], None),
        )
    ),
    case("sparse.segment_sum", T([1, 2, 3]), T([0, 1], "int64"), T([0, 0], "int64"), T(2)),
    case("sparse.segment_mean", T([1, 2, 3]), T([0, 1]), T([0, 0])),
]

"""Arithmetic with sparse tensors: sums, products, extrema, reductions, softmax."""

from casekit import FLOATS, INTS, S, T, case

PLACES = [[0, 1], [1, 0], [1, 3]]
OTHERS = [[0, 0], [1, 0], [2, 2]]
SHAPE = [3, 4]
A = S(PLACES, [5.0, 6.0, -7.0], SHAPE)
B = S(OTHERS, [1.0, -6.0, 3.0], SHAPE)
LONGER = S(OTHERS, [1.0, -6.0, 3.0], [3, 5])
INT = S(PLACES, [5, 6, -7], SHAPE)
EMPTY = S([], [], SHAPE, "float32")
CUBE = S([[0, 0, 1], [0, 2, 0], [1, 1, 0], [1, 1, 1]], [1.0, 2.0, 3.0, -4.0], [2, 3, 2])
ROW = S([[1], [3]], [1.0, 2.0], [5])
UNORDERED = S([[1, 3], [0, 1], [1, 0]], [5.0, 6.0, -7.0], SHAPE)
DENSE = T([[1.0] * 4, [2.0] * 4, [3.0] * 4])
MATRIX = T([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0], [7.0, 8.0]])
COMPLEX = S(PLACES, [1 + 2j, 3j, 4], SHAPE, "complex64")
COMPLEX_MATRIX = T([[1j, 2], [3, 4j], [5, 6], [7, 8j]], "complex64")

CASES = [
    case("sparse.add", A, B),
    case("sparse.add", A, B, 4.0),
    case("sparse.add", A, B, 0.5),
    case("sparse.add", A, B, T(4.0)),
    case("sparse.add", A, B, [1.0]),
    *(
        case("sparse.add", S(PLACES, [5, 6, 7], SHAPE, dtype), S(OTHERS, [1, 2, 3], SHAPE, dtype), 6)
        for dtype in ("float32", "float64", "int8", "int16", "int32", "int64")
    ),
    case("sparse.add", COMPLEX, COMPLEX, 5.0),
    *(case("sparse.add", A, other) for other in (EMPTY, DENSE, LONGER, INT, ROW, T(1.0), T([1.0] * 4), T([[1]]))),
    case("sparse.add", DENSE, A),
    case("sparse.add", EMPTY, EMPTY),
    case("sparse.add", DENSE, DENSE),
    case("sparse.add", S([[5, 0]], [1.0], SHAPE), DENSE),
    case("sparse.add", UNORDERED, DENSE),
    case("sparse.add", S([[0, 0], [0, 0]], [1.0, 2.0], SHAPE), DENSE),
    *(
        case(f"sparse.{name}", x, y)
        for name in ("maximum", "minimum")
        for x, y in (
            (A, B),
            (A, EMPTY),
            (INT, S(OTHERS, [1, -6, 3], SHAPE)),
            (A, LONGER),
            (A, INT),
            (A, ROW),
            (A, DENSE),
        )
    ),
    *(
        case("sparse.sparse_dense_matmul", *arguments)
        for arguments in (
            (A, MATRIX),
            (A, DENSE, True),
            (A, DENSE, False, True),
            (A, T([[1.0, 2.0, 3.0]] * 2), True, True),
            (EMPTY, MATRIX),
            (UNORDERED, MATRIX),
            (INT, T([[1, 2]] * 4)),
            (COMPLEX, COMPLEX_MATRIX),
            (COMPLEX, T([[1j, 2], [3, 4j], [5, 6]], "complex64"), True),
            (COMPLEX, T([[1j, 2, 3, 4]], "complex64"), False, True),
            (T([[1j, 2, 3]], "complex64"), COMPLEX),
            (T([[1.0, 2.0, 3.0]]), A),
            (T([[1.0], [2.0], [3.0]]), A, True),
            (T([[1.0, 2.0, 3.0, 4.0]]), A, False, True),
            (T([[1.0], [2.0], [3.0], [4.0]]), A, True, True),
            (A, B),
            (A, DENSE),
            (A, T([[1, 2]] * 4)),
            (A, T([1.0, 2.0, 3.0, 4.0])),
            (CUBE, MATRIX),
            (DENSE, MATRIX),
            (S([[0, 9]], [1.0], SHAPE), MATRIX),
        )
    ),
    *(
        case("sparse.sparse_dense_matmul", S(PLACES, [5, 6, 7], SHAPE, dtype), T([[1, 2]] * 4, dtype))
        for dtype in (*FLOATS, "int32", "complex128")
    ),
    *(
        case(f"sparse.reduce_{name}", x, axis, keepdims, to_sparse)
        for name in ("sum", "max")
        for x in (A, CUBE)
        for axis in (None, 0, 1, -1, [0, 1], [-1, 0], [])
        for keepdims in (None, True)
        for to_sparse in (False, True)
    ),
    *(
        case(f"sparse.reduce_{name}", x, axis)
        for name in ("sum", "max")
        for x, axis in ((EMPTY, 0), (EMPTY, None), (INT, 1), (UNORDERED, 1), (ROW, 0), (A, 2), (A, [0, 0]), (A, T(0)))
    ),
    *(
        case(f"sparse.reduce_{name}", S(PLACES, [5, 6, 7], SHAPE, d), 1)
        for name in ("sum", "max")
        for d in (*FLOATS, *INTS)
    ),
    case("sparse.reduce_sum", COMPLEX, 1),
    case("sparse.reduce_max", COMPLEX, 1),
    *(case("sparse.softmax", x) for x in (A, CUBE, EMPTY, ROW, INT)),
    *(case("sparse.softmax", S(PLACES, [5, 6, 7], SHAPE, dtype)) for dtype in FLOATS),
    *(
        case(f"op:{name}", x, y)
        for name in ("mul", "truediv")
        for x, y in (
            (A, DENSE),
            (A, T([1.0, 2.0, 3.0, 4.0])),
            (A, T([[1.0], [2.0], [3.0]])),
            (A, 2.0),
            (INT, 2),
            (INT, T([[2], [0], [3]])),
            (A, T(2)),
            (A, T([[1.0, 2.0]])),
            (A, T([[[1.0]]])),
            (CUBE, T([[1.0], [2.0], [3.0]])),
            (EMPTY, 2.0),
            (DENSE, A),
            (2.0, A),
            (A, B),
            (S([[5, 0]], [1.0], SHAPE), DENSE),
        )
    ),
    *(case(f"op:{name}", A, A) for name in ("add", "sub", "matmul", "pow", "lt")),
]

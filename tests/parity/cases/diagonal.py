"""Diagonals of matrices."""

from casekit import COMPLEX, NUMBERS, D, R, T, case

ALIGN = ("RIGHT_LEFT", "LEFT_RIGHT", "LEFT_LEFT", "RIGHT_RIGHT")

MORE_SHAPES = {
    r"linalg\.diag\(.*k=.*(align|R\(|num_)|linalg\.diag\(R.*k=": "TensorFlow takes unknown sizes for -1",
    r"set_diag\(.*k=\(": "TensorFlow takes unknown sizes for -1",
}

OTHER_SHAPES = {
    r"linalg\.diag\(T\(\[1, 2, 3\]\), k=-?[13]\)": "TensorFlow takes an unknown length for -1: the shape is wrong",
}

CASES = [
    *(case("linalg.diag_part", R((3, 4), dtype)) for dtype in (*NUMBERS, "bool")[:-1]),
    *(case("linalg.diag", R((3,), dtype)) for dtype in NUMBERS),
    *(case("linalg.diag_part", R((2, 3, 4)), k=k) for k in (0, 1, -1, 3, -2, 4, -3, (0, 0), (-1, 1), (1, 2), (2, 1))),
    *(case("linalg.diag_part", R((3, 4)), k=(-1, 2), align=align, padding_value=-1) for align in ALIGN),
    *(case("linalg.diag_part", R((5, 2)), k=(-3, 1), align=align) for align in ALIGN),
    case("linalg.diag_part", T([1.0])),
    case("linalg.diag_part", R((3, 3)), k=[0, 1, 2]),
    *(case("linalg.diag", T([1, 2, 3]), k=k) for k in (0, 1, -1, 3)),
    *(case("linalg.diag", R((3, 3)), k=(-1, 1), align=align) for align in ALIGN),
    *(case("linalg.diag", R((2, 3)), k=k) for k in ((-1, 0), (0, 1), (1, 2), (-2, -1), (2, 1), (0, 3))),
    case("linalg.diag", T([1, 2, 3]), num_rows=4, padding_value=9),
    case("linalg.diag", T([1, 2, 3]), k=-1, num_cols=3, num_rows=4),
    case("linalg.diag", T([1, 2, 3]), num_rows=2),
    case("linalg.diag", T([1, 2, 3]), num_rows=5, num_cols=5),
    case("linalg.diag", T([1, 2, 3]), k=T(1)),
    case("linalg.diag", T(1)),
    case("linalg.set_diag", R((3, 4)), T([0.0, 0.0, 0.0])),
    case("linalg.set_diag", R((2, 3, 4)), R((2, 3))),
    *(case("linalg.set_diag", R((3, 4)), R((2, 3)), k=(0, 1), align=align) for align in ALIGN),
    case("linalg.set_diag", R((3, 4)), T([0.0, 0.0]), k=2),
    case("linalg.set_diag", R((3, 4)), T([0.0, 0.0])),
    case("linalg.set_diag", R((3, 4)), T([0, 0, 0])),
    *(case("linalg.band_part", R((2, 3, 4)), low, high) for low in (-1, 0, 1, 4) for high in (-1, 0, 1)),
    case("linalg.band_part", T([1.0]), 0, 0),
    case("linalg.band_part", R((3, 3)), T(1), T(0)),
    *(case("linalg.tensor_diag", R(shape, "int32")) for shape in ((3,), (2, 2), ())),
    *(case("linalg.tensor_diag", R((2,), dtype)) for dtype in COMPLEX),
    *(case("linalg.tensor_diag_part", R(shape)) for shape in ((3, 3), (2, 3, 2, 3), (2, 3), (3,))),
    *(case("linalg.trace", R(shape, "int32")) for shape in ((3, 3), (2, 3), (2, 3, 3))),
    case("linalg.eye", 2, 3, batch_shape=[2], dtype=D("int32")),
]

"""Zeros, ones, ranges, one-hot vectors, sequences."""

from casekit import NUMBERS, D, T, case

TYPES = (*NUMBERS, "bool")

MORE_SHAPES = {
    r"repeat\(.*\[\d, \d": "TensorFlow adds known repeats up for negative axes only, and fails inside for unknown ranks",
}

OTHER_SHAPES = {
    r"repeat\(.*, T\(2\), axis=1": "repeats of unknown rank may be several, for which the rank of the input must be known"
}

CASES = [
    *(case(name, [2, 1], D(dtype)) for name in ("zeros", "ones") for dtype in (*TYPES, "string")),
    *(case(f"{name}_like", T([[1, 0]], dtype)) for name in ("zeros", "ones") for dtype in TYPES),
    *(case(f"{name}_like", T([1, 0]), D("float64")) for name in ("zeros", "ones")),
    case("zeros_like", T(["a"])),
    case("ones_like", T(["a"])),
    case("zeros_like", [1, 2.5]),
    *(case("zeros", shape) for shape in ((), [], 3, (3,), T([2, 3]), T(2), T([1], "int64"), [0, 2], [-1], [[1]])),
    case("zeros", [2.5], unlike="TensorFlow cuts the size to 2 in graphs"),
    case("zeros", [T(2), 3]),
    case("ones", [T(2), 3]),
    case("eye", 2),
    case("eye", 2, 3),
    case("eye", 3, 2, [2], D("int32")),
    case("eye", 2, batch_shape=[2, 1]),
    case("eye", T(2)),
    case("eye", 2, T(3), T([2])),
    case("eye", 0),
    case("eye", 2, dtype=D("bool")),
    case("eye", 2, dtype=D("complex64")),
    case("eye", -1),
    *(
        case("range", *arguments)
        for arguments in (
            (3,),
            (3.0,),
            (1, 4),
            (0, 1, 0.1),
            (0.0, 1.0, 0.3),
            (3, 1, -1),
            (10, 0, -3),
            (2, 2),
            (T(5),),
            (T(5, "int64"),),
            (T(2, "int64"), 5.0),
            (T(1.5), 4),
            (T(2, "bfloat16"),),
            (T(0.5, "float16"), 3),
            (3, 10, 0),
            (3, 1),
            (1, 3, -1),
            ([3],),
            ([1, 2],),
        )
    ),
    *(case("range", 1, 7, 2, D(dtype)) for dtype in ("int64", "bfloat16", "float64")),
    case("range", 1, 7, 2, D("float16"), unlike="TensorFlow's shape rule does not know the type"),
    *(case("range", 1, 7, 2, D(t), unlike="TensorFlow has no kernel for it") for t in ("int16", "uint16")),
    case("range", T(5, "int16"), unlike="an AssertionError without words"),
    case("range", "a", unlike="an AssertionError without words"),
    case("range", 2.5, dtype=D("int32")),
    *(
        case("one_hot", *arguments)
        for arguments in (
            (T([0, 2, -1, 5]), 3),
            (T([[0], [1]]), 2),
            (T(1), 3),
            (T([0, 1], "uint8"), 3),
            (T([0, 1], "int64"), 3, 5, -1),
            (T([0, 1]), 3, 5.0, 0.5, 0),
            (T([[0], [1]]), 2, None, None, 1),
            (T([0, 1]), T(3)),
            (T([0, 1]), 0),
            (T([], "int32"), 3),
            (T([0, 1]), -3),
            (T([0, 1]), 3, None, None, 4),
            (T([0, 1]), 3, None, None, -2),
            (T([0.0, 1.0]), 3),
            (T([0, 1]), [3, 4]),
        )
    ),
    *(case("one_hot", T([0, 2]), 3, dtype=D(dtype)) for dtype in (*TYPES, "string")),
    case("one_hot", T([0]), 2, on_value=5),
    case("one_hot", T([0]), 2, off_value=5),
    case("one_hot", T([0]), 2, on_value=5, dtype=D("float32")),
    case("one_hot", T([0]), 2, on_value="a", off_value="b"),
    case("one_hot", T([0]), 2, on_value="a"),
    case("one_hot", T([0]), 2, on_value=T(1), off_value=T(1.0)),
    *(
        case("linspace", *arguments)
        for arguments in (
            (0.0, 10.0, 5),
            (0, 10, 3),
            (T(1.0, "float64"), T(2.0, "float64"), 4),
            (T([0.0, 1.0]), T([5.0, 10.0]), 4),
            (T([0.0, 1.0]), T([5.0, 10.0]), 4, None, 1),
            (T([0.0, 1.0]), T([5.0, 10.0]), 4, None, -1),
            (T([[0.0], [1.0]]), T([5.0, 10.0]), 3),
            (0.0, 10.0, 1),
            (0.0, 10.0, 0),
            (0.0, 10.0, 2),
            (0.0, 10.0, T(3)),
            (0.0, 10.0, T(3, "int64")),
            (0.0, 10.0, 3.0),
            (5.0, 1.0, 3),
            (T(1.0, "float16"), T(2.0, "float16"), 3),
        )
    ),
    case("linspace", 0.0, 10.0, -1, graph=False),
    case("sequence_mask", T([1, 3, 2])),
    case("sequence_mask", T([1, 3, 2]), 5),
    case("sequence_mask", T([1, 3, 2]), 2, D("int32")),
    case("sequence_mask", T([[1], [0]]), dtype=D("float32")),
    case("sequence_mask", T(2), T(4)),
    case("sequence_mask", T([1, 3], "int64"), T(4, "int64")),
    case("sequence_mask", T([1, 3], "int64"), 4),
    case("sequence_mask", T([1, 3]), [2]),
    case("sequence_mask", T([1.5, 3.0])),
    case("sequence_mask", T([], "int32")),
    case("sequence_mask", T([-2, -1])),
    case("repeat", T([1, 2]), 3),
    case("repeat", T([1, 2]), [1, 3]),
    case("repeat", T([1, 2]), T([0, 3])),
    case("repeat", T([[1, 2], [3, 4]]), 2),
    case("repeat", T([[1, 2], [3, 4]]), [1, 2], axis=0),
    case("repeat", T([[1, 2], [3, 4]]), [1, 2], axis=-1),
    case("repeat", T([[1, 2], [3, 4]]), T(2), axis=1),
    case("repeat", T(3), 2),
    case("repeat", T(["a", "b"]), [2]),
    case("repeat", T([1, 2]), [1, 2, 3]),
    case("repeat", T([1, 2]), [1, 2], axis=3),
    case("repeat", T([1, 2]), 0),
]

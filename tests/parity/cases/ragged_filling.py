"""Empty rows of ragged tensors, counts of their rows, and hashed crosses: ops by their names."""

from casekit import Case, D, R, T, case

_IDS = T([0, 0, 2, 4], "int64")
_COUNTS = {"values": T([1, 1, 3, 0, 3]), "binary_output": False}
_SPLITS = T([0, 2, 2, 5], "int64")
_COLUMNS = {
    "indices": [T([[0, 0], [1, 0], [1, 1]], "int64")],
    "values": [T(["a", "b", "c"])],
    "shapes": [T([2, 2], "int64")],
    "dense_inputs": [T([["x"], ["y"]])],
}
_NUMBERS = [T([["x"], ["y"]]), T([[5], [-6]], "int64")]

CASES = [
    *(
        case("ragged_fill_empty_rows", _IDS, T([1, 0, 1, 1], dtype), T(6, "int64"), T(0, dtype))
        for dtype in ("float32", "int32", "int64", "bool")
    ),
    case("ragged_fill_empty_rows", T([2, 0], "int64"), T(["a", "b"]), T(3, "int64"), "-"),
    case("ragged_fill_empty_rows", T([2, 5], "int64"), T([1, 2]), T(3, "int64"), 9),
    case("ragged_fill_empty_rows", T([2], "int64"), T([1, 2]), T(3, "int64"), 9),
    case("ragged_fill_empty_rows", T([2], "int64"), T([1]), T([3], "int64"), 9),
    case("ragged_fill_empty_rows", T([2], "int64"), T([1]), T(3, "int64"), T([9])),
    case("ragged_fill_empty_rows", T([2], "int64"), T([[1]]), T(3, "int64"), 9),
    case("ragged_fill_empty_rows", T([1], "int64"), T([1.0]), T(0, "int64"), 9.0),
    case("ragged_fill_empty_rows", T([], "int64"), T([], "float32"), T(-1, "int64"), 9.0),
    case("grad:ragged_fill_empty_rows", _IDS, R((4,)), T(6, "int64"), T(9.0)),
    case("ragged_fill_empty_rows_grad", T([0, 2, 3], "int64"), R((5,))),
    case("ragged_fill_empty_rows_grad", T([0, 7], "int64"), R((5,))),
    *(
        case("raw_ops.RaggedCountSparseOutput", splits=_SPLITS, weights=T(weights, "float32"), **_COUNTS, **limits)
        for weights in ([], [1, 2, 3, 4, 5])
        for limits in ({}, {"minlength": 6}, {"maxlength": 3})
    ),
    *(
        case("raw_ops.RaggedCountSparseOutput", splits=T(splits, "int64"), weights=T([], "float32"), **_COUNTS)
        for splits in ([1, 2, 5], [0, 2, 4], [0], [])
    ),
    case(
        "raw_ops.RaggedCountSparseOutput",
        splits=T([0, 1], "int64"),
        values=T([-1]),
        weights=T([], "float32"),
        binary_output=False,
    ),
    *(
        Case(
            "raw_ops.SparseCrossHashed",
            kwargs={**_COLUMNS, "num_buckets": buckets, "strong_hash": strong, "salt": [3, 4]},
        )
        for buckets in (0, 100)
        for strong in (False, True)
    ),
    Case(
        "raw_ops.SparseCrossHashed",
        kwargs={**_COLUMNS, "dense_inputs": _NUMBERS, "num_buckets": 0, "strong_hash": False, "salt": [3, 4]},
    ),
    *(
        case(
            "sparse.sampled_addmm",
            T([[0, 0], [1, 1], [2, 0]]),
            R((3,), dtype, seed=1),
            T([3, 2]),
            R((3, 4), dtype, seed=2),
            R((4, 2), dtype, seed=3),
            **scales,
            output_type=D(dtype),
        )
        for dtype in ("float32", "float64")
        for scales in ({}, {"alpha": 0.5, "beta": 2.0})
    ),
    case(
        "sparse.sampled_addmm",
        T([[[0, 1], [1, 0]], [[0, 0], [1, 0]]]),
        R((2, 2)),
        T([2, 2]),
        R((2, 2, 3), seed=1),
        R((2, 3, 2), seed=2),
    ),
    case("sparse.sampled_addmm", [[0, 0]], T([1.0], "float64"), [1, 1], R((1, 4), "float64"), R((4, 1), "float64")),
]

OTHER_SHAPES = {
    r"RaggedCountSparseOutput": "TensorFlow does not say that there are two dimensions",
    r"sampled_addmm": "TensorFlow needs the rank of the matrices",
}

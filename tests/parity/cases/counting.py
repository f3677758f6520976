"""Counts of values: bins, histograms, confusion matrices; order."""

from casekit import R, T, case, nan

_ROWS = T([[1, 1, 3], [0, 0, 1]])

MORE_SHAPES = {
    r"math\.bincount\(T\(\[\[1, 1.*axis=-1": "the number of rows is known",
}

CASES = [
    case("math.bincount", T([1, 1, 3])),
    case("math.bincount", T([1, 1, 3]), weights=T([1.0, 2.0, 3.0])),
    case("math.bincount", T([1, 1, 3]), weights=T([1, 2, 3], "int64")),
    case("math.bincount", T([1, 1, 3]), weights=T([1, 2, 3]), dtype="float32"),
    case("math.bincount", T([1, 1, 3]), weights=T([1.0])),
    *(case("math.bincount", T([1, 1, 3]), minlength=length) for length in (0, 2, 6, -1)),
    *(case("math.bincount", T([1, 1, 3]), maxlength=length) for length in (0, 2, 6)),
    case("math.bincount", T([1, 1, 3]), minlength=2, maxlength=3),
    *(case("math.bincount", T([1, 1, 3]), dtype=dtype) for dtype in ("int64", "float32", "float64")),
    *(case("math.bincount", _ROWS, axis=axis) for axis in (None, 0, -1, 1)),
    *(case("math.bincount", _ROWS, axis=axis, binary_output=True) for axis in (None, -1)),
    case("math.bincount", _ROWS, axis=-1, weights=T([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])),
    case("math.bincount", T([1, 2]), axis=-1),
    case("math.bincount", T([[[1, 2]]]), axis=-1),
    case("math.bincount", T([-1, 2])),
    case("math.bincount", T(3)),
    case("math.bincount", T([], "int32")),
    case("math.bincount", T([], "int32"), minlength=3),
    *(case("math.bincount", T([1, 2], dtype)) for dtype in ("int64", "uint8", "float32")),
    case("math.bincount", T([1, 1]), binary_output=True, weights=T([1.0, 2.0])),
    case("math.confusion_matrix", T([1, 2, 4]), T([2, 2, 4])),
    case("math.confusion_matrix", T([1, 2, 4]), T([2, 2, 4]), num_classes=3),
    case("math.confusion_matrix", T([1, 2]), T([2, -2])),
    case("math.confusion_matrix", T([[1], [2]]), T([2, 2]), weights=T([0.5, 1.0]), dtype="float32"),
    case("math.confusion_matrix", T([1, 2]), T([2, 1]), weights=T([1, 5])),
    case("math.confusion_matrix", T([1, 2]), T([[2], [1]]), num_classes=5),
    case("math.confusion_matrix", T([1, 2]), T([2, 1, 1])),
    *(
        case(f"{name}", T([-1.0, 0.0, 1.5, 2.0, 5.0, 15.0]), T([0.0, 5.0]), nbins=bins, dtype=dtype)
        for name in ("histogram_fixed_width", "histogram_fixed_width_bins")
        for bins in (1, 5)
        for dtype in ("int32", "int64")
    ),
    *(
        case(f"{name}", R((40,), "float64", -1.0, 1.0), T([-0.5, 0.5], "float64"))
        for name in ("histogram_fixed_width", "histogram_fixed_width_bins")
    ),
    *(
        case(f"{name}", T([[-1, 0, 1], [2, 5, 15]]), T([0, 5]), nbins=5)
        for name in ("histogram_fixed_width", "histogram_fixed_width_bins")
    ),
    case("histogram_fixed_width", T([1.0, nan]), T([0.0, 5.0]), nbins=5),
    case("histogram_fixed_width", T([1.0]), T([5.0, 0.0]), nbins=5),
    case("histogram_fixed_width", T([1.0]), T([0.0, 5.0]), nbins=0),
    case("histogram_fixed_width", T([]), T([0.0, 5.0])),
    *(
        case(f"math.{name}", T(x))
        for name in ("is_non_decreasing", "is_strictly_increasing")
        for x in ([1, 2, 2], [1.0, 2.0, 3.0], [2, 1], [[1, 2], [1, 3]], [], 3, ["a", "b"], [True, False])
    ),
]

"""Softmax and cross-entropies."""

from casekit import FLOATS, R, T, case, inf

CASES = [
    *(case(f"nn.{name}", R((2, 3), dtype, -9.0, 9.0)) for name in ("softmax", "log_softmax") for dtype in FLOATS),
    *(case(f"nn.{name}", R((2, 3, 2)), axis=axis) for name in ("softmax", "log_softmax") for axis in (0, 1, -1, -2, 3)),
    *(case(f"nn.{name}", T([1000.0, 0.0, -inf])) for name in ("softmax", "log_softmax")),
    *(case(f"nn.{name}", T([1, 2])) for name in ("softmax", "log_softmax")),
    *(case(f"nn.{name}", T([], "float32", (2, 0))) for name in ("softmax", "log_softmax")),
    *(
        case("nn.softmax_cross_entropy_with_logits", R((2, 3), dtype, 0.0, 1.0), R((2, 3), dtype, seed=1))
        for dtype in FLOATS
    ),
    case("nn.softmax_cross_entropy_with_logits", R((2, 4, 3)), R((2, 4, 3), seed=1)),
    case("nn.softmax_cross_entropy_with_logits", R((3,)), R((3,), seed=1)),
    case("nn.softmax_cross_entropy_with_logits", R((2, 3)), R((2, 3), seed=1), axis=0),
    case("nn.softmax_cross_entropy_with_logits", R((1, 3)), R((2, 3), seed=1)),
    case("nn.softmax_cross_entropy_with_logits", R((2, 2)), R((2, 3), seed=1)),
    case("nn.softmax_cross_entropy_with_logits", T([[1, 0]]), T([[1.0, 2.0]])),
    *(case("nn.sparse_softmax_cross_entropy_with_logits", T([2, 0]), R((2, 3), dtype)) for dtype in FLOATS),
    case("nn.sparse_softmax_cross_entropy_with_logits", T([[2, 0], [1, 1]], "int64"), R((2, 2, 3))),
    case("nn.sparse_softmax_cross_entropy_with_logits", T(1), R((3,))),
    case("nn.sparse_softmax_cross_entropy_with_logits", T([2, 3]), R((2, 3))),
    case("nn.sparse_softmax_cross_entropy_with_logits", T([2, -1]), R((2, 3))),
    case("nn.sparse_softmax_cross_entropy_with_logits", T([[2, 0]]), R((2, 3))),
    case("nn.sparse_softmax_cross_entropy_with_logits", T([2]), R((2, 3))),
    case("nn.sparse_softmax_cross_entropy_with_logits", T([2.0, 1.0]), R((2, 3))),
    *(
        case("nn.sigmoid_cross_entropy_with_logits", R((4,), dtype, 0.0, 1.0), R((4,), dtype, -9.0, 9.0))
        for dtype in FLOATS
    ),
    case("nn.sigmoid_cross_entropy_with_logits", T([1.0]), T([1.0, 2.0])),
    case("nn.sigmoid_cross_entropy_with_logits", T([1]), T([1.0])),
    case("nn.sigmoid_cross_entropy_with_logits", T([1.0])),
    case("nn.weighted_cross_entropy_with_logits", R((4,), "float32", 0.0, 1.0), R((4,), seed=1), 2.0),
    case("nn.weighted_cross_entropy_with_logits", T([1.0]), T([1.0, 2.0]), 2.0),
]

"""Biases, norms, the largest elements, normalization, dropout, embeddings."""

from casekit import COMPLEX, FLOATS, INTS, NUMBERS, D, R, T, case, inf, nan

OTHER_SHAPES = {r"approx_max_k": "TensorFlow's shape rule gives more columns where aggregate_to_topk is False"}

UNLIKE = {
    r"grad:nn.approx_max_k.*aggregate_to_topk=False": "TensorFlow's gradient fails in graphs on its own wrong shapes"
}

CASES = [
    *(case("nn.bias_add", R((2, 3), dtype), R((3,), dtype, seed=1)) for dtype in NUMBERS),
    case("nn.bias_add", R((2, 3, 4)), R((4,))),
    case("nn.bias_add", R((2, 3, 4, 5)), R((3,)), data_format="NCHW"),
    case("nn.bias_add", R((2, 3)), R((2,))),
    case("nn.bias_add", R((3,)), R((3,))),
    case("nn.bias_add", R((2, 3)), R((3,)), data_format="XX"),
    *(case("nn.l2_loss", R((2, 3), dtype)) for dtype in FLOATS),
    *(case("math.l2_normalize", R((2, 3), dtype), axis=1) for dtype in (*FLOATS, *COMPLEX)),
    case("math.l2_normalize", T([0.0, 0.0])),
    case("math.l2_normalize", T([1, 2])),
    case("math.zero_fraction", T([0, 1, 0, 0])),
    case("nn.log_poisson_loss", R((4,), "float32", 0.0, 5.0), R((4,))),
    case("nn.log_poisson_loss", R((4,), "float32", 0.0, 5.0), R((4,)), compute_full_loss=True),
    *(case("math.top_k", R((2, 5), dtype), k=3) for dtype in (*FLOATS, *INTS)),
    *(case("math.top_k", T([3, 1, 3, 2]), k=k) for k in (0, 1, 4, 5, -1)),
    case("math.top_k", R((2, 3)), k=T(2)),
    case("math.top_k", R((2, 3)), k=2, index_type=D("int64")),
    case("math.top_k", T(1.0)),
    case("math.in_top_k", T([1, 0]), R((2, 4)), 2),
    case("math.in_top_k", T([1, 7]), R((2, 4)), 2),
    case("math.in_top_k", T([1, 2]), T([[1.0, 2.0, 2.0], [1.0, 1.0, 1.0]]), 1),
    case("math.in_top_k", T([1, 0]), T([[1.0, inf, 2.0], [1.0, nan, 1.0]]), 1),
    case("math.in_top_k", T([1]), R((2, 4)), 2),
    # moments and normalization
    *(case("nn.moments", R((2, 3, 2), dtype), [0, 1]) for dtype in FLOATS),
    *(case("nn.moments", R((2, 3)), axes, keepdims=True) for axes in ([0], [1], [0, 1], 0)),
    case("nn.weighted_moments", R((2, 3)), [1], R((2, 3), "float32", 0.0, 2.0)),
    case("nn.sufficient_statistics", R((2, 3)), [0]),
    case("nn.sufficient_statistics", R((2, 3)), [0], shift=T(1.0)),
    case("nn.normalize_moments", T(4.0), T([2.0]), T([3.0]), T(1.0)),
    case("nn.normalize_moments", T(4.0), T([2.0]), T([3.0]), None),
    case("nn.batch_normalization", R((2, 3)), R((3,)), R((3,), "float32", 0.1, 2.0), R((3,)), R((3,), seed=1), 1e-3),
    case("nn.batch_normalization", R((2, 3)), R((3,)), R((3,), "float32", 0.1, 2.0), None, None, 1e-3),
    case("nn.local_response_normalization", R((1, 2, 2, 7)), depth_radius=2, bias=1.0, alpha=0.5, beta=0.75),
    case("nn.local_response_normalization", R((2, 2))),
    # dropout, whose numbers are TensorFlow's too
    case("nn.dropout", R((3, 4)), 0.0),
    *(case("nn.dropout", R((3, 4)), rate) for rate in (1.0, -0.1, 1.5)),
    case("nn.dropout", T([1, 2]), 0.5),
    case("nn.experimental.stateless_dropout", R((3, 4)), 0.3, T([1, 2])),
    case("nn.experimental.stateless_dropout", R((3, 4)), 0.3, T([1, 2]), noise_shape=[3, 1]),
    case("nn.embedding_lookup", R((4, 3)), T([[1], [0]])),
    case("nn.embedding_lookup", R((4, 3)), T([1, 3]), max_norm=1.0),
    case("nn.embedding_lookup", R((4, 3)), T([4])),
    case("nn.embedding_lookup", [R((2, 3)), R((1, 3), seed=1)], T([2, 0, 1])),
    *(
        case(f"{kind}nn.approx_max_k", R((3, 9), dtype), 4, **more)
        for kind in ("", "grad:")
        for dtype in ("float32", "float16", "bfloat16")
        for more in ({}, {"recall_target": 0.5, "aggregate_to_topk": False})
    ),
    *(case("math.approx_max_k", x, k) for x in (T([[1.0, 1.0, 2.0, 2.0, 0.0]]), R((4,), "float64")) for k in (0, 3, 9)),
]

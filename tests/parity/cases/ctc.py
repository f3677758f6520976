"""Connectionist temporal classification."""

from casekit import R, T, case

_LOGITS = R((6, 3, 5))
_LABELS = T([[1, 2, 2], [3, 0, 0], [4, 1, 3]])
_LENGTHS = {"label_length": T([3, 1, 3]), "logit_length": T([6, 4, 5])}

CASES = [
    case("nn.ctc_loss", _LABELS, _LOGITS, **_LENGTHS, rtol=1e-4),
    case("nn.ctc_loss", T([[1, 2, 2], [3, 1, 1], [0, 1, 3]]), _LOGITS, **_LENGTHS, blank_index=-1, rtol=1e-4),
    case("nn.ctc_loss", T([[1, 3, 3], [3, 1, 1], [0, 1, 3]]), _LOGITS, **_LENGTHS, blank_index=2, rtol=1e-4),
    case("nn.ctc_loss", _LABELS, R((3, 6, 5)), **_LENGTHS, logits_time_major=False, rtol=1e-4),
    case("nn.ctc_loss", _LABELS, R((6, 3, 5), "float64"), **_LENGTHS, rtol=1e-4),
    *(
        case("nn.ctc_greedy_decoder", R((6, 3, 4), dtype), T([6, 3, 2]), merge_repeated=merge, blank_index=blank)
        for dtype in ("float32", "float64")
        for merge in (True, False)
        for blank in (None, 0, -2)
    ),
    case("nn.ctc_greedy_decoder", R((6, 3, 4)), T([6, 3])),
    case("nn.ctc_greedy_decoder", R((6, 3, 4)), T([6, 3, 7])),
    case("nn.ctc_greedy_decoder", R((6, 3)), T([6, 3, 2])),
    *(
        case(
            "nn.ctc_beam_search_decoder", R((6, 3, 4), dtype), T([6, 3, 4]), beam_width=width, top_paths=top, rtol=1e-4
        )
        for dtype in ("float32", "float64")
        for width, top in ((100, 1), (50, 3), (4, 2))
    ),
    case("nn.ctc_beam_search_decoder", R((6, 3, 4)), T([6, 3, 4]), beam_width=2, top_paths=3),
    case("nn.collapse_repeated", T([[1, 1, 2, 2, 1], [3, 3, 3, 0, 0]]), T([5, 3])),
    case("nn.collapse_repeated", T([[1, 1, 2]]), T([2])),
    case("nn.ctc_unique_labels", T([[3, 4, 4, 3], [1, 2, 3, 4]])),
]
MORE_SHAPES = {
    r"ctc_unique_labels": "more is known than in TensorFlow: rows are as long as before",
}

UNLIKE = {r"ctc_loss.*float64": "TensorFlow's dense loss takes float32 only"}

"""Parity cases of whole recurrent steps: LSTM and GRU cells, LSTMs over sequences, and their gradients.

Sequences have full length: what TensorFlow's outputs hold behind ``seq_len_max`` is not determined.
"""

from casekit import R, T, case

_LSTM = {
    "cs_prev": R((2, 4), seed=1),
    "h_prev": R((2, 4), seed=2),
    "w": R((7, 16), seed=3),
    "wci": R((4,), seed=4),
    "wcf": R((4,), seed=5),
    "wco": R((4,), seed=6),
    "b": R((16,), seed=7),
}
_HALF = {key: R(each.shape, "float16", seed=each.seed) for key, each in _LSTM.items()}
_GRU = {
    "h_prev": R((2, 4), seed=1),
    "w_ru": R((7, 8), seed=2),
    "w_c": R((7, 4), seed=3),
    "b_ru": R((8,), seed=4),
    "b_c": R((4,), seed=5),
}
_STATES = {key: R((2, 4), low=0.1, high=0.9, seed=8 + at) for at, key in enumerate(("i", "cs", "f", "o", "ci", "co"))}
_LONG = {key: R((5, *each.shape), low=0.1, high=0.9, seed=each.seed) for key, each in _STATES.items()}
_GRADS = {"cs_grad": R((2, 4), seed=20), "h_grad": R((2, 4), seed=21)}
_LONG_GRADS = {"h": R((5, 2, 4), seed=22), "cs_grad": R((5, 2, 4), seed=20), "h_grad": R((5, 2, 4), seed=21)}
_CLIPS = (
    {},
    {"use_peephole": True},
    {"cell_clip": 0.2, "use_peephole": True},
    {"cell_clip": -1.0},
)

MORE_SHAPES = {r"BlockLSTM": "the number of cells is known of other arguments than TensorFlow looks at"}

CASES = [
    *(case("raw_ops.LSTMBlockCell", x=R((2, 3)), **_LSTM, **attrs) for attrs in (*_CLIPS, {"forget_bias": 0.0})),
    case("raw_ops.LSTMBlockCell", x=R((2, 3), "float16"), **_HALF, use_peephole=True, atol=1e-2),
    *(
        case("raw_ops.LSTMBlockCellGrad", x=R((2, 3)), **_LSTM, **_STATES, **_GRADS, use_peephole=peephole)
        for peephole in (False, True)
    ),
    *(
        case(f"raw_ops.{name}", seq_len_max=T(5, "int64"), x=R((5, 2, 3)), **_LSTM, **attrs)
        for name in ("BlockLSTM", "BlockLSTMV2")
        for attrs in _CLIPS
    ),
    *(
        case(f"grad:raw_ops.{name}", seq_len_max=T(5, "int64"), x=R((5, 2, 3)), **_LSTM, use_peephole=peephole)
        for name in ("BlockLSTM", "BlockLSTMV2")
        for peephole in (False, True)
    ),
    *(
        case(
            f"raw_ops.{name}",
            seq_len_max=T(5, "int64"),
            x=R((5, 2, 3)),
            **_LSTM,
            **_LONG,
            **_LONG_GRADS,
            use_peephole=peephole,
            rtol=1e-4,
            atol=1e-4,
        )
        for name in ("BlockLSTMGrad", "BlockLSTMGradV2")
        for peephole in (False, True)
    ),
    case("raw_ops.GRUBlockCell", x=R((2, 3)), **_GRU),
    case(
        "raw_ops.GRUBlockCellGrad",
        x=R((2, 3)),
        **_GRU,
        **{key: R((2, 4), low=0.1, high=0.9, seed=at) for at, key in enumerate("ruc", 30)},
        d_h=R((2, 4), seed=9),
    ),
    # misuse
    case("raw_ops.LSTMBlockCell", x=R((3, 3)), **_LSTM),
    case("raw_ops.LSTMBlockCell", x=R((2, 3)), **(_LSTM | {"w": R((6, 16))})),
    case("raw_ops.LSTMBlockCell", x=R((2, 3)), **(_LSTM | {"b": R((12,))})),
    case("raw_ops.BlockLSTM", seq_len_max=T(5, "int64"), x=R((2, 3)), **_LSTM),
    case("raw_ops.GRUBlockCell", x=R((2, 3)), **(_GRU | {"b_c": R((3,))})),
    case("raw_ops.GRUBlockCell", x=R((3, 3)), **_GRU),
]

UNLIKE = {
    r"grad:raw_ops.BlockLSTMV2": "TensorFlow's gradient takes the gates in the order of BlockLSTM, so it is no derivative",
}

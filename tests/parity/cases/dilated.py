"""Pooling in any number of dimensions, dilated."""

from casekit import R, case

_X = R((1, 6, 5, 2))

CASES = [
    *(
        case("nn.pool", x, window, kind, padding=padding)
        for x, window in ((R((2, 7, 3)), [3]), (_X, [3, 2]), (R((1, 4, 5, 3, 2)), [2, 3, 2]))
        for kind in ("MAX", "AVG")
        for padding in ("VALID", "SAME")
    ),
    *(case("nn.pool", _X, [2, 2], kind, dilations=[2, 1]) for kind in ("MAX", "AVG")),
    case("nn.pool", R((2, 9, 3)), [3], "MAX", dilations=[3]),
    case("nn.pool", _X, [2, 2], "AVG", strides=[2, 3], padding="SAME"),
    case("nn.pool", _X, [2, 2], "MAX", dilations=[2, 2], padding="SAME"),
    case("nn.pool", _X, [2, 2], "MAX", dilations=[2, 2], strides=[2, 1]),
    case("nn.pool", _X, [2, 2], "MIN"),
    case("nn.pool", _X, [2], "MAX"),
    case("nn.pool", _X, [2, 2], "MAX", strides=[2]),
    case("nn.pool", _X, [2, 2], "MAX", strides=[0, 1]),
    case("nn.pool", R((2, 3)), [2], "MAX"),
    case("nn.pool", R((2, 3, 4, 5, 6, 7)), [2, 2, 2, 2], "MAX"),
]

MORE_SHAPES = {}

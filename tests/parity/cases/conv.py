"""Convolutions."""

from casekit import FLOATS, R, case

_PADS = [[0, 0], [1, 2], [0, 1], [0, 0]]
_X, _W = R((2, 5, 6, 3)), R((3, 2, 3, 4), seed=1)

UNLIKE = {
    r"conv2d\(R\(\(1, 2, 2, 1\)": "TensorFlow returns garbage for windows larger than the image",
}
MORE_SHAPES = {
    r"depthwise.*dilations|atrous_conv2d\(": "TensorFlow refuses unknown sizes",
    r"atrous_conv2d_transpose": "more is known than in TensorFlow",
}

CASES = [
    *(
        case("nn.conv2d", _X, _W, strides, padding, atol=1e-5)
        for strides in (1, 2, [1, 2, 1, 1])
        for padding in ("SAME", "VALID")
    ),
    *(case("nn.conv2d", R((1, 4, 4, 2), dtype), R((2, 2, 2, 1), dtype), 1, "SAME", atol=1e-5) for dtype in FLOATS),
    case("nn.conv2d", _X, _W, 1, _PADS, atol=1e-5),
    case("nn.conv2d", _X, _W, 1, "SAME", dilations=2, atol=1e-5),
    case("nn.conv2d", _X, _W, 1, "VALID", dilations=[1, 2, 1, 1], atol=1e-5),
    case("nn.conv2d", R((2, 4, 4, 4)), R((2, 2, 2, 6)), 1, "SAME", note="groups", atol=1e-5),
    case("nn.conv2d", R((2, 2, 4, 4, 2)), R((2, 2, 2, 3)), 1, "SAME", note="batches of batches", atol=1e-5),
    case("nn.conv2d", _X, R((3, 2, 2, 4)), 1, "SAME"),
    case("nn.conv2d", _X, R((3, 2, 3)), 1, "SAME"),
    case("nn.conv2d", R((1, 2, 2, 1)), R((3, 3, 1, 1)), 1, "VALID"),
    case("nn.conv2d", _X, _W, 0, "SAME"),
    case("nn.conv2d", _X, _W, [1, 1, 1], "SAME"),
    case("nn.conv2d", _X, _W, 1, "FOO"),
    case("nn.conv2d", _X, R((3, 2, 3, 4), "float64"), 1, "SAME"),
    case("nn.conv1d", R((2, 6, 3)), R((3, 3, 2)), 1, "SAME", atol=1e-5),
    case("nn.conv1d", R((2, 6, 3)), R((3, 3, 2)), 2, "VALID", atol=1e-5),
    case("nn.conv1d", R((2, 6, 3)), R((3, 3, 2)), 1, "SAME", dilations=2, atol=1e-5),
    case("nn.conv3d", R((1, 3, 4, 3, 2)), R((2, 2, 2, 2, 2)), [1, 1, 1, 1, 1], "SAME", atol=1e-5),
    case("nn.conv3d", R((1, 3, 4, 3, 2)), R((2, 2, 2, 2, 2)), [1, 1, 2, 1, 1], "VALID", atol=1e-5),
    case("nn.conv2d_transpose", R((1, 3, 3, 4)), R((2, 2, 3, 4)), [1, 6, 6, 3], 2, atol=1e-5),
    case("nn.conv2d_transpose", R((1, 3, 3, 4)), R((2, 2, 3, 4)), [1, 6, 6, 3], 2, "VALID", atol=1e-5),
    case("nn.conv2d_transpose", R((1, 3, 3, 4)), R((2, 2, 3, 4)), [1, 3, 3, 3], 1, atol=1e-5),
    case("nn.conv1d_transpose", R((1, 3, 4)), R((2, 3, 4)), [1, 6, 3], 2, atol=1e-5),
    case("nn.conv3d_transpose", R((1, 2, 2, 2, 2)), R((2, 2, 2, 1, 2)), [1, 4, 4, 4, 1], 2, atol=1e-5),
    case("nn.conv_transpose", R((1, 3, 3, 4)), R((2, 2, 3, 4)), [1, 6, 6, 3], 2, atol=1e-5),
    case("nn.convolution", R((2, 6, 3)), R((3, 3, 2)), atol=1e-5),
    case("nn.convolution", _X, _W, strides=2, padding="SAME", atol=1e-5),
    case("nn.convolution", R((1, 3, 4, 3, 2)), R((2, 2, 2, 2, 2)), atol=1e-5),
    case("nn.atrous_conv2d", _X, _W, 2, "SAME", atol=1e-5),
    case("nn.atrous_conv2d_transpose", R((1, 3, 3, 4)), R((2, 2, 3, 4)), [1, 3, 3, 3], 2, "SAME", atol=1e-5),
    case("nn.depthwise_conv2d", _X, R((3, 2, 3, 2)), [1, 1, 1, 1], "SAME", atol=1e-5),
    case("nn.depthwise_conv2d", _X, R((3, 2, 3, 1)), [1, 2, 2, 1], "VALID", atol=1e-5),
    case("nn.depthwise_conv2d", _X, R((3, 2, 3, 2)), [1, 1, 1, 1], "SAME", dilations=[2, 2], atol=1e-5),
    case("nn.depthwise_conv2d", _X, R((3, 2, 2, 2)), [1, 1, 1, 1], "SAME"),
    case(
        "nn.depthwise_conv2d_backprop_input",
        [1, 4, 4, 2],
        R((2, 2, 2, 1)),
        R((1, 4, 4, 2)),
        [1, 1, 1, 1],
        "SAME",
        atol=1e-5,
    ),
    case(
        "nn.depthwise_conv2d_backprop_filter",
        R((1, 4, 4, 2)),
        [2, 2, 2, 1],
        R((1, 4, 4, 2)),
        [1, 1, 1, 1],
        "SAME",
        atol=1e-5,
    ),
    case("nn.separable_conv2d", _X, R((3, 2, 3, 2)), R((1, 1, 6, 4)), [1, 1, 1, 1], "SAME", atol=1e-5),
]

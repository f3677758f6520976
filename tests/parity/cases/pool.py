"""Pooling, dilation, erosion."""

from casekit import FLOATS, D, R, case

_X = R((2, 5, 6, 3))

CASES = [
    *(case(f"nn.{name}_pool2d", _X, 2, 2, padding) for name in ("max", "avg") for padding in ("SAME", "VALID")),
    *(
        case(f"nn.{name}_pool2d", _X, [3, 2], [1, 2], padding)
        for name in ("max", "avg")
        for padding in ("SAME", "VALID")
    ),
    *(case(f"nn.{name}_pool2d", R((1, 4, 4, 1), dtype), 2, 2, "VALID") for name in ("max", "avg") for dtype in FLOATS),
    case("nn.max_pool2d", R((1, 4, 4, 1), "int32"), 2, 2, "VALID"),
    case("nn.avg_pool2d", R((1, 4, 4, 1), "int32"), 2, 2, "VALID"),
    case("nn.max_pool2d", _X, 2, 1, [[0, 0], [1, 0], [1, 1], [0, 0]]),
    *(case(f"nn.{name}_pool2d", _X, 7, 1, "VALID") for name in ("max", "avg")),
    *(case(f"nn.{name}_pool2d", _X, 0, 1, "VALID") for name in ("max", "avg")),
    *(case(f"nn.{name}_pool1d", R((2, 5, 3)), 2, 2, "SAME", shapes=False) for name in ("max", "avg")),
    *(case(f"nn.{name}_pool3d", R((1, 3, 4, 5, 2)), 2, 2, "SAME") for name in ("max", "avg")),
    *(case(f"nn.{name}_pool", R((2, 5, 3)), 2, 2, "VALID", shapes=False) for name in ("max", "avg")),
    *(case(f"nn.{name}_pool", R((1, 3, 4, 5, 2)), 2, 2, "VALID", shapes=False) for name in ("max", "avg")),
    *(case(f"nn.{name}_pool", R((3, 3)), 2, 2, "VALID") for name in ("max", "avg")),
    case("nn.max_pool_with_argmax", _X, 2, 2, "VALID"),
    case("nn.max_pool_with_argmax", _X, 3, 2, "SAME", output_dtype=D("int32"), include_batch_in_index=True),
    case("nn.dilation2d", _X, R((3, 2, 3)), [1, 1, 1, 1], "SAME", "NHWC", [1, 1, 1, 1]),
    case("nn.dilation2d", _X, R((3, 2, 3)), [1, 2, 1, 1], "VALID", "NHWC", [1, 2, 1, 1]),
    case("nn.dilation2d", _X, R((3, 2, 2)), [1, 1, 1, 1], "SAME", "NHWC", [1, 1, 1, 1]),
    case("nn.erosion2d", _X, R((3, 2, 3)), [1, 1, 1, 1], "SAME", "NHWC", [1, 1, 1, 1]),
]

"""Pooling, dilation, erosion."""

from casekit import FLOATS, D, R, case

_X = R((2, 5, 6, 3))

OTHER_SHAPES = {
    r"(?i)fractional": "TensorFlow's shape rule says that the sequences have one number less than they have",
}

MORE_SHAPES = {
    r"dilation2d|erosion2d": "more is known than in TensorFlow: each size on its own",
}

UNLIKE = {
    r"fractional.*\[1\.0, 10\.0": "that nothing is left is said while tracing, not only when it runs",
    r"fractional_avg.*\[2\.0, 1\.5": "InvalidArgumentError, as for fractional_max_pool, not UnimplementedError",
}

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
    *(case(f"nn.{name}_pool1d", R((2, 5, 3)), 2, 2, "SAME") for name in ("max", "avg")),
    *(case(f"nn.{name}_pool3d", R((1, 3, 4, 5, 2)), 2, 2, "SAME") for name in ("max", "avg")),
    *(case(f"nn.{name}_pool", R((2, 5, 3)), 2, 2, "VALID") for name in ("max", "avg")),
    *(case(f"nn.{name}_pool", R((1, 3, 4, 5, 2)), 2, 2, "VALID") for name in ("max", "avg")),
    *(case(f"nn.{name}_pool", R((3, 3)), 2, 2, "VALID") for name in ("max", "avg")),
    case("nn.max_pool_with_argmax", _X, 2, 2, "VALID"),
    case("nn.max_pool_with_argmax", _X, 3, 2, "SAME", output_dtype=D("int32"), include_batch_in_index=True),
    case("nn.dilation2d", _X, R((3, 2, 3)), [1, 1, 1, 1], "SAME", "NHWC", [1, 1, 1, 1]),
    case("nn.dilation2d", _X, R((3, 2, 3)), [1, 2, 1, 1], "VALID", "NHWC", [1, 2, 1, 1]),
    case("nn.dilation2d", _X, R((3, 2, 2)), [1, 1, 1, 1], "SAME", "NHWC", [1, 1, 1, 1]),
    case("nn.erosion2d", _X, R((3, 2, 3)), [1, 1, 1, 1], "SAME", "NHWC", [1, 1, 1, 1]),
    *(
        case(f"{kind}nn.fractional_{name}_pool", x, ratio, pseudo_random, overlapping, seed=3)
        for kind in ("", "grad:")
        for name in ("max", "avg")
        for pseudo_random in (False, True)
        for overlapping in (False, True)
        for x, ratio in (
            (R((2, 9, 11, 2)), [1.0, 1.5, 1.7, 1.0]),
            (R((1, 17, 8, 1), "float64"), [1.0, 2.6, 1.1, 1.0]),
            (R((1, 6, 9, 1)), [1.0, 3.0, 1.0, 1.0]),
        )
    ),
    *(
        case(f"nn.fractional_{name}_pool", R((1, 7, 6, 2), dtype, -20, 20), [1.0, 1.4, 2.5, 1.0], seed=7)
        for name in ("max", "avg")
        for dtype in ("int32", "int64")
    ),
    *(
        case(f"nn.fractional_{name}_pool", x, ratio, seed=3)
        for name in ("max", "avg")
        for x in (R((1, 9, 9, 1)), R((9, 9, 1)))
        for ratio in ([2.0, 1.5, 1.5, 1.0], [1.0, 0.5, 1.5, 1.0], [1.0, 10.0, 1.5, 1.0], [1.0, 1.5])
    ),
    *(case("nn.fractional_max_pool", R((1, 9, 9, 1)), ratio, seed=3) for ratio in (1.5, 2, 0.5, "2", [1.0, 1.0])),
    case(
        "raw_ops.FractionalMaxPool",
        value=R((1, 9, 9, 1)),
        pooling_ratio=[1.0, 1.5, 1.5, 1.0],
        deterministic=True,
        seed=3,
        seed2=4,
    ),
    case("raw_ops.FractionalMaxPool", value=R((1, 9, 9, 1)), pooling_ratio=[1.0, 1.5, 1.5, 1.0], seed=3),
]

"""Images: resizing, colours, flips, crops, changes by chance, quality."""

from casekit import D, R, T, case

_X = R((2, 5, 7, 3), low=0.0, high=1.0)
_ONE = R((5, 7, 3), low=0.0, high=1.0)
_BYTES = R((2, 5, 7, 3), "uint8", 0, 255)
_BOXES = T([[0.1, 0.2, 0.8, 0.9], [0.0, 0.0, 1.0, 1.0], [-0.5, 0.2, 1.5, 0.6], [0.9, 0.8, 0.1, 0.2]])
_METHODS = ("bilinear", "nearest", "bicubic", "area", "lanczos3", "lanczos5", "gaussian", "mitchellcubic")
_PIXELS = ("uint8", "uint16", "int8", "int32", "float16", "float32", "float64")

OTHER_SHAPES = {
    r".": "most functions here ask for known ranks in other places than TensorFlow's do; the ops' rules are its own",
}

UNLIKE = {
    r"resize\(.*(\[0, 2\]|\[-1, 2\]|\(1, 0, 4, 1\))|crop_and_resize.*\[0, 3\]": "what is wrong is said while tracing, not only when it runs",
    r"adjust_hue.*2\.0": "TensorFlow checks the number only outside of tf.function",
}

CASES = [
    *(
        case("image.resize", _X, size, method, antialias=antialias, rtol=1e-4, atol=1e-5)
        for method in _METHODS
        for antialias in (False, True)
        for size in ([3, 4], [9, 10], [5, 7], [10, 3])
    ),
    *(case("image.resize", _BYTES, [4, 4], method, rtol=1e-5) for method in _METHODS),
    *(case("image.resize", R((4, 6, 1), dtype), [2, 9]) for dtype in ("float16", "float64", "int32", "bfloat16")),
    *(case("image.resize", _ONE, [10, 9], method, True, rtol=1e-5) for method in _METHODS[:4]),
    *(
        case("grad:image.resize", _X, [4, 9], method, antialias=antialias, rtol=1e-4, atol=1e-4)
        for method in _METHODS
        if method != "area"
        for antialias in (False, True)
    ),
    *(
        case("image.resize", *arguments)
        for arguments in ((_X, [2]), (_X, 2), (_X, [2.0, 2.0]), (_X, [0, 2]), (_X, [-1, 2]))
    ),
    case("image.resize", R((3, 4)), [2, 2]),
    case("image.resize", _X, [2, 2], "cubic"),
    case("image.resize", R((1, 0, 4, 1)), [2, 2]),
    *(case("image.resize_with_pad", _X, *size, rtol=1e-5, atol=1e-6) for size in ((10, 10), (3, 10), (4, 4), (0, 4))),
    *(
        case("image.convert_image_dtype", R((4,), one, 0, 1 if "float" in one else 100), D(other), saturate)
        for one in _PIXELS
        for other in _PIXELS
        for saturate in (False, True)
        if not (one == "float16" and other == "int32")
    ),
    case("image.convert_image_dtype", T([0.0, 1.2, -1.0]), D("uint8"), True),
    case("image.convert_image_dtype", T([1.0]), D("complex64")),
    case("image.convert_image_dtype", T([True]), D("uint8")),
    *(
        case(f"image.{name}", images)
        for name in ("flip_left_right", "flip_up_down", "rot90", "transpose", "rgb_to_grayscale")
        for images in (_X, _ONE, _BYTES, R((3,)))
    ),
    *(case("image.rot90", _ONE, k) for k in (0, 2, 3, -1, 5)),
    case("image.rot90", _ONE, T(3)),
    *(
        case(f"image.{name}", images, rtol=1e-4, atol=1e-5)
        for name in ("rgb_to_hsv", "hsv_to_rgb", "rgb_to_yiq", "yiq_to_rgb", "rgb_to_yuv", "yuv_to_rgb")
        for images in (
            _X,
            R((4, 3), "float64", 0, 1),
            R((4, 3), "uint8", 0, 255),
            T([[0.0, 0.0, 0.0], [1.0, 1.0, 0.5]]),
        )
    ),
    *(case(f"image.{name}", R((4, 2))) for name in ("rgb_to_hsv", "hsv_to_rgb")),
    case("grad:image.rgb_to_hsv", R((20, 3), "float64", 0.1, 1)),
    case("image.grayscale_to_rgb", R((2, 3, 1))),
    *(case("image.grayscale_to_rgb", R(shape)) for shape in ((3, 2), (1,))),
    *(
        case(f"image.{name}", images, by, rtol=1e-4, atol=1e-5)
        for name, several in (
            ("adjust_brightness", (0.2, -0.3)),
            ("adjust_contrast", (0.5, 2.0)),
            ("adjust_gamma", (0.5, 2.0, -1.0)),
            ("adjust_hue", (0.3, -0.4, 2.0)),
            ("adjust_saturation", (0.0, 0.4, 3.0)),
            ("central_crop", (0.5, 0.6, 1.0, 0.0, 1.5)),
        )
        for by in several
        for images in (_X, _ONE, _BYTES)
    ),
    *(case("image.per_image_standardization", images, rtol=1e-4, atol=1e-5) for images in (_X, _BYTES, _ONE)),
    *(
        case("image.crop_to_bounding_box", _X, *box)
        for box in ((1, 2, 3, 3), (0, 0, 5, 7), (-1, 0, 2, 2), (1, 0, 5, 2), (0, 0, 0, 2))
    ),
    *(case("image.pad_to_bounding_box", _X, *box) for box in ((1, 2, 9, 9), (0, 0, 5, 7), (-1, 0, 9, 9), (1, 0, 5, 9))),
    *(case("image.resize_with_crop_or_pad", _X, *size) for size in ((4, 9), (8, 3), (5, 7), (3, 4), (0, 2))),
    *(
        case(f"image.stateless_random_{name}", images, *bounds, seed=seed, rtol=1e-4, atol=1e-5)
        for name, bounds in (
            ("brightness", (0.2,)),
            ("contrast", (0.2, 0.9)),
            ("hue", (0.2,)),
            ("saturation", (0.2, 0.9)),
            ("flip_left_right", ()),
            ("flip_up_down", ()),
        )
        for images in (_X, _ONE)
        for seed in ([1, 2], [3, 4])
    ),
    *(case("image.stateless_random_crop", _X, [1, 3, 4, 2], seed=seed) for seed in ([1, 2], [3, 4])),
    case("image.stateless_random_crop", _X, [3, 3, 4, 2], seed=[1, 2]),
    *(
        case(f"image.random_{name}", _ONE, *bounds)
        for name, bounds in (
            ("brightness", (-0.1,)),
            ("contrast", (0.9, 0.2)),
            ("contrast", (-0.9, 0.2)),
            ("hue", (0.7,)),
            ("saturation", (0.9, 0.2)),
            ("jpeg_quality", (90, 20)),
            ("jpeg_quality", (-1, 20)),
        )
    ),
    *(
        case(f"image.{name}", _X, rtol=1e-5, atol=1e-5)
        for name in ("total_variation", "image_gradients", "sobel_edges")
    ),
    *(case(f"grad:image.{name}", _X, rtol=1e-5, atol=1e-5) for name in ("total_variation", "sobel_edges")),
    case("image.total_variation", _ONE, rtol=1e-5),
    case("image.total_variation", R((3, 3))),
    *(
        case(
            "image.ssim",
            R((1, 14, 13, 2), low=0, high=1),
            R((1, 14, 13, 2), low=0, high=1, seed=1),
            1.0,
            rtol=1e-4,
            **more,
        )
        for more in ({}, {"filter_size": 5}, {"return_index_map": True}, {"filter_size": 20})
    ),
    case("image.ssim", _X, _ONE, 1.0, filter_size=3, rtol=1e-4),
    case("image.ssim", _X, R((2, 5, 6, 3)), 1.0),
    case(
        "image.ssim_multiscale",
        R((1, 25, 26, 1), low=0, high=1),
        R((1, 25, 26, 1), low=0.1, high=1),
        1.0,
        power_factors=(0.4, 0.6),
        filter_size=5,
        rtol=1e-4,
    ),
    case("image.psnr", _X, R((2, 5, 7, 3), low=0, high=1, seed=1), 1.0, rtol=1e-5),
    case("image.psnr", _BYTES, R((2, 5, 7, 3), "uint8", 0, 255, seed=1), 255, rtol=1e-5),
    *(
        case(f"io.decode_{name}", contents)
        for name in ("image", "png", "jpeg", "gif", "bmp")
        for contents in ("", "hello", T(["a"]))
    ),
    case("image.encode_jpeg", R((8, 9, 2), "uint8", 0, 255)),
    case("image.encode_jpeg", R((8, 9, 3), "uint8", 0, 255), quality=101),
    case("io.is_jpeg", T([b"\xff\xd8\xff\x00", b"PNG"])),
    *(
        case("image.crop_and_resize", R((2, 6, 7, 3)), _BOXES, T([0, 1, 1, 0]), size, method, 3.0, rtol=1e-4, atol=1e-5)
        for method in ("bilinear", "nearest")
        for size in ([2, 3], [1, 1], [7, 9])
    ),
    *(
        case("grad:image.crop_and_resize", R((2, 6, 7, 3)), _BOXES, T([0, 1, 1, 0]), size, method, rtol=1e-4, atol=1e-3)
        for method in ("bilinear", "nearest")
        for size in ([2, 3], [7, 9])
    ),
    *(
        case("image.crop_and_resize", *arguments)
        for arguments in (
            (R((2, 6, 7, 3)), _BOXES, T([0, 1, 2, 0]), [2, 3]),
            (R((2, 6, 7, 3)), _BOXES, T([0, 1]), [2, 3]),
            (R((6, 7, 3)), _BOXES, T([0, 1, 1, 0]), [2, 3]),
            (R((2, 6, 7, 3)), _BOXES, T([0, 1, 1, 0]), [0, 3]),
        )
    ),
    *(
        case(f"{kind}image.extract_patches", R((2, 6, 7, 3)), [1, *size, 1], [1, *step, 1], [1, *rate, 1], padding)
        for kind in ("", "grad:")
        for size, step, rate, padding in (
            ((2, 2), (1, 1), (1, 1), "SAME"),
            ((3, 2), (2, 1), (1, 2), "VALID"),
            ((3, 3), (2, 3), (1, 1), "SAME"),
        )
    ),
    *(
        case(f"image.non_max_suppression{kind}", R((30, 4), low=0, high=1), R((30,), low=0, high=1), 12, limit, least)
        for kind in ("", "_with_scores")
        for limit in (0.2, 0.5, 1.0, 1.5)
        for least in (0.0, 0.4)
    ),
    case(
        "image.non_max_suppression_with_scores",
        R((30, 4), low=0, high=1),
        R((30,), low=0, high=1),
        12,
        soft_nms_sigma=0.5,
        rtol=1e-4,
    ),
    case("image.non_max_suppression", R((30, 4)), R((29,)), 12),
    case("image.non_max_suppression", R((30, 4)), R((30,)), -1),
    case("image.non_max_suppression_overlaps", R((9, 9), low=0, high=1), R((9,)), 5),
    *(
        case(
            "image.combined_non_max_suppression",
            R((2, 12, classes, 4), low=0, high=1.2),
            R((2, 12, 3), low=0, high=1),
            4,
            10,
            0.3,
            0.2,
            pad_per_class=pad,
        )
        for classes in (1, 3)
        for pad in (False, True)
    ),
    *(
        case("image.draw_bounding_boxes", R((2, 6, 7, 3), low=0, high=1), R((2, 5, 4), low=-0.5, high=1.5), colors)
        for colors in (None, T([[1.0, 0.5, 0.25]]))
    ),
]

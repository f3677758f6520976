"""Images: resizing, colours, flips, crops, changes by chance, quality."""

from casekit import D, R, T, case

_X = R((2, 5, 7, 3), low=0.0, high=1.0)
_ONE = R((5, 7, 3), low=0.0, high=1.0)
_BYTES = R((2, 5, 7, 3), "uint8", 0, 255)
_BOXES = T([[0.1, 0.2, 0.8, 0.9], [0.0, 0.0, 1.0, 1.0], [-0.5, 0.2, 1.5, 0.6], [0.9, 0.8, 0.1, 0.2]])
_METHODS = ("bilinear", "nearest", "bicubic", "area", "lanczos3", "lanczos5", "gaussian", "mitchellcubic")
_SHIFTS = T([[1.0, 0.1, 2.3, -0.2, 1.2, -1.1, 0.0, 0.0], [0.8, 0.0, -3.0, 0.3, 0.9, 2.0, 0.02, -0.01]])
_WHERE = {
    "REFLECT": T([[1.0, 0.0, -9.5, 0.0, 1.0, 14.2, 0.0, 0.0]]),
    "WRAP": T([[1.0, 0.0, -9.5, 0.0, 1.0, 14.2, 0.0, 0.0]]),
    "NEAREST": T([[2.0, 0.3, -3.5, 0.1, 1.7, 1.2, 0.0, 0.0]]),
    "CONSTANT": T([[1.0, 0.0, -1.0, 0.0, 1.0, 0.0, 0.5, -1.0]]),
}
# lossless files of 2 x 3 pixels, three channels and four
_WEBP = (
    b"RIFF0\x00\x00\x00WEBPVP8L$\x00\x00\x00/\x02@\x00\x00/ \x10H\x08\xe2\xd8\x9fq\x899\xb9\xc6\xc9\xfc'\xb6\xa1\xa6m\x036"
    b"\xd4\xf9\x97S#\xfa\x1f\xd3\x0b"
)
_WEBP_OPAQUE = (
    b"RIFF6\x00\x00\x00WEBPVP8L*\x00\x00\x00/\x02@\x00\x10/ \x16L\xfc\xed\xf6\xc6\x93\xc4\x87\xb3\t\xb2m\xfc\x11\xb7\xfd.?"
    b'\xe1I\xbe\x18\x04\x02\x94\xb1\xe2\x81O"\xfa\x1f\xef\x00'
)
_PIXELS = ("uint8", "uint16", "int8", "int32", "float16", "float32", "float64")

MORE_SHAPES = {
    r"resize\(|extract_patches|central_crop": "TensorFlow asks for a known rank, which is not needed",
    r"rot90": "more is known than in TensorFlow of turned images",
    r"rgb_to_y|y.._to_rgb": "TensorFlow fails inside where the rank is not known",
    r"grad:image\.crop_and_resize": "boxes are known to have four numbers",
    r"grad:raw_ops\.ImageProjectiveTransformV3": "the gradient is known to have the shape of the images",
}

UNLIKE = {
    r"decode_jpeg.*RIFF\d\\x": "TensorFlow's result has four dimensions, while its shape rule promises three",
    r"interpolation='CUBIC'": "TensorFlow gives zeros for an interpolation that it does not have",
    r"(resize\(.*(\[0, 2\]|\[-1, 2\]|\(1, 0, 4, 1\))|crop_and_resize.*\[0, 3\]|transforms=R\(\((3, 8|2, 6)\)|glimpse.*\[-1, 2\])": "what is wrong is said while tracing, not only when it runs",
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
    *(
        case(
            f"{kind}raw_ops.ImageProjectiveTransformV3",
            images=_X,
            transforms=transforms,
            output_shape=[6, 8],
            fill_value=0.5,
            interpolation=interpolation,
            fill_mode=fill_mode,
            rtol=1e-4,
            atol=1e-4,
        )
        for kind in ("", "grad:")
        for interpolation in ("NEAREST", "BILINEAR")
        for fill_mode, one in _WHERE.items()
        for transforms in (_SHIFTS, one)
    ),
    *(
        case(
            "raw_ops.ImageProjectiveTransformV2",
            images=R((2, 4, 4, 1), dtype, 0, 100),
            transforms=_SHIFTS,
            output_shape=[4, 5],
            interpolation="BILINEAR",
            fill_mode="CONSTANT",
        )
        for dtype in ("uint8", "int32", "int64", "float16", "bfloat16", "float64")
    ),
    *(
        case(
            "raw_ops.ImageProjectiveTransformV3",
            images=images,
            transforms=transforms,
            output_shape=size,
            fill_value=0.0,
            interpolation=interpolation,
        )
        for images, transforms, size, interpolation in (
            (_X, _SHIFTS, [6, 8], "CUBIC"),
            (_X, _SHIFTS, [0, 8], "NEAREST"),
            (_X, _SHIFTS, [8], "NEAREST"),
            (_ONE, _SHIFTS, [6, 8], "NEAREST"),
            (_X, R((3, 8)), [6, 8], "NEAREST"),
            (_X, R((2, 6)), [6, 8], "NEAREST"),
        )
    ),
    *(
        case(
            "image.extract_glimpse",
            _X,
            size,
            [[0.0, 0.5], offset],
            centered=centered,
            normalized=normalized,
            noise="zero",
        )
        for size in ([3, 2], [7, 9])
        for offset in ([-1.0, 1.0], [0.3, 2.7])
        for centered in (True, False)
        for normalized in (True, False)
    ),
    *(
        case(
            "raw_ops.ExtractGlimpse",
            input=_X,
            size=[3, 2],
            offsets=[[0.3, 0.5], [-1.0, 1.0]],
            centered=centered,
            normalized=normalized,
            uniform_noise=False,
            noise="zero",
        )
        for centered in (True, False)
        for normalized in (True, False)
    ),
    *(
        case("image.extract_glimpse", images, size, offsets, noise=noise)
        for images, size, offsets, noise in (
            (_X, [3, 2], [[0.0, 0.0], [0.0, 0.0]], "none"),
            (_X, [3], [[0.0, 0.0], [0.0, 0.0]], "zero"),
            (_X, [3, 2], [[0.0, 0.0]], "zero"),
            (_X, [3, 2], [0.0, 0.0], "zero"),
            (_ONE, [3, 2], [[0.0, 0.0]], "zero"),
            (_X, [-1, 2], [[0.0, 0.0], [0.0, 0.0]], "zero"),
        )
    ),
    case("grad:image.extract_glimpse", _X, [3, 2], [[0.0, 0.0], [0.0, 0.0]], noise="zero"),
    *(
        case("image.stateless_sample_distorted_bounding_box", size, boxes, seed, covered, **more)
        for size, boxes in (
            ([50, 60, 3], [[[0.1, 0.2, 0.6, 0.8]]]),
            ([33, 17, 1], [[[0.0, 0.0, 0.3, 0.4], [0.5, 0.5, 1.0, 0.9]]]),
        )
        for seed in ([1, 2], [3, 4], [7, -5])
        for covered, more in (
            (0.1, {}),
            (0.7, {"aspect_ratio_range": [0.3, 3.0], "area_range": [0.3, 0.6]}),
            (0.9, {"max_attempts": 2}),
            (0.0, {"area_range": [0.01, 0.02], "aspect_ratio_range": [1.0, 1.0]}),
        )
    ),
    *(
        case("image.stateless_sample_distorted_bounding_box", size, boxes, [1, 2], covered, **more)
        for size, boxes, covered, more in (
            ([50, 60], [[[0.1, 0.2, 0.6, 0.8]]], 0.1, {}),
            ([50, 60, 3], [[[0.1, 0.2, 1.6, 0.8]]], 0.1, {}),
            ([50, 60, 3], [[[0.6, 0.2, 0.1, 0.8]]], 0.1, {}),
            ([50, 60, 3], [[0.1, 0.2, 0.6, 0.8]], 0.1, {}),
            ([50, 60, 3], R((0, 0, 4)), 0.1, {}),
            ([50, 60, 3], R((0, 0, 4)), 0.1, {"use_image_if_no_bounding_boxes": True}),
            ([50, 60, 3], [[[0.1, 0.2, 0.6, 0.8]]], 2.0, {}),
            ([50, 60, 3], [[[0.1, 0.2, 0.6, 0.8]]], -2.0, {}),
            ([50, 60, 3], [[[0.1, 0.2, 0.6, 0.8]]], 0.1, {"max_attempts": 0}),
            ([50, 60, 3], [[[0.1, 0.2, 0.6, 0.8]]], 0.1, {"area_range": [0.5, 2.0]}),
            ([50, 60, 3], [[[0.1, 0.2, 0.6, 0.8]]], 0.1, {"aspect_ratio_range": [2.0, 0.5]}),
        )
    ),
    case("grad:image.adjust_contrast", _X, 2.0),
    *(
        case(name, contents, **more)
        for name, more in (
            ("io.decode_webp", {}),
            ("image.decode_webp", {"channels": 3}),
            ("io.decode_webp", {"channels": 4}),
            ("io.decode_webp", {"channels": 1}),
            ("io.decode_image", {}),
            ("io.decode_image", {"expand_animations": False}),
            ("io.decode_image", {"dtype": D("float32")}),
            ("io.decode_jpeg", {}),
            ("io.decode_gif", {}),
        )
        for contents in (_WEBP, _WEBP_OPAQUE, b"RIFF0000WEBP", b"abc")
    ),
]

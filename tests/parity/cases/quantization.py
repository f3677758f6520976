"""Quantization in floating point."""

from casekit import FLOATS, R, T, case

_X = R((20,), "float32", -8, 8)
_MATRIX = R((4, 3), "float32", -8, 8)
_LOW, _HIGH = T([-2.0, 0.0, 1.0]), T([3.0, 0.0, 4.0])

UNLIKE = {
    r"quantize_and_dequantize.*float16'": "TensorFlow has no kernel for this type",
    r"range_given=True, axis=(0|1|-1)": "TensorFlow's kernel takes scalar limits only",
    r"args\(R\(\(3,\), 'float64'": "TensorFlow's error has another type while tracing",
    r"args_gradient\(R\(\(3,": "shapes that differ are noticed while tracing",
}

CASES = [
    *(
        case("quantization.fake_quant_with_min_max_args", _X, low, high, num_bits=bits, narrow_range=narrow)
        for low, high in ((-6.0, 6.0), (-1.3, 2.9), (1.0, 4.0), (-4.0, -1.0))
        for bits in (2, 8, 16)
        for narrow in (False, True)
    ),
    case("quantization.fake_quant_with_min_max_args", _X),
    case("quantization.fake_quant_with_min_max_args", _X, 1.0, 1.0),
    *(case("quantization.fake_quant_with_min_max_args", _X, num_bits=bits) for bits in (1, 17)),
    case("quantization.fake_quant_with_min_max_args", R((3,), "float64")),
    case("quantization.fake_quant_with_min_max_args_gradient", R((20,)), _X, -1.3, 2.9),
    case("quantization.fake_quant_with_min_max_args_gradient", R((3,)), _X),
    *(
        case("quantization.fake_quant_with_min_max_vars", _X, T(low), T(high), num_bits=4)
        for low, high in ((-1.3, 2.9), (0.0, 0.0), (1.0, 4.0))
    ),
    case("quantization.fake_quant_with_min_max_vars", _X, T([1.0]), T(2.0)),
    case("quantization.fake_quant_with_min_max_vars_gradient", R((20,)), _X, T(-1.3), T(2.9)),
    case("quantization.fake_quant_with_min_max_vars_gradient", R((20,)), _X, T(0.0), T(0.0)),
    case("quantization.fake_quant_with_min_max_vars_per_channel", _MATRIX, _LOW, _HIGH, num_bits=3),
    case("quantization.fake_quant_with_min_max_vars_per_channel", _MATRIX, T([1.0]), T([2.0])),
    case("quantization.fake_quant_with_min_max_vars_per_channel_gradient", R((4, 3)), _MATRIX, _LOW, _HIGH),
    *(
        case(
            f"quantization.{name}",
            R((5, 2), dtype),
            T(-1.0, dtype),
            T(1.5, dtype),
            range_given=given,
            signed_input=signed,
        )
        for name in ("quantize_and_dequantize", "quantize_and_dequantize_v2")
        for dtype in FLOATS
        for given in (False, True)
        for signed in (False, True)
    ),
    *(
        case(
            "quantization.quantize_and_dequantize_v2",
            _X,
            T(-3.0),
            T(5.0),
            range_given=given,
            round_mode=mode,
            num_bits=4,
            narrow_range=narrow,
        )
        for given in (False, True)
        for mode in ("HALF_TO_EVEN", "HALF_UP")
        for narrow in (False, True)
    ),
    *(
        case(
            "quantization.quantize_and_dequantize_v2",
            _MATRIX,
            T([-1.0] * size),
            T([2.0] * size),
            range_given=True,
            axis=axis,
        )
        for axis, size in ((0, 4), (1, 3), (-1, 3))
    ),
    case("quantization.quantize_and_dequantize_v2", _MATRIX, T([-1.0]), T([2.0]), axis=1),
    case("quantization.quantize_and_dequantize_v2", _MATRIX, T(2.0), T(-1.0), range_given=True),
    case("quantization.quantize_and_dequantize_v2", _MATRIX, T(2.0), T(3.0), num_bits=0),
    case("quantization.quantize_and_dequantize_v2", _MATRIX, T(-1.0), T(1.0), axis=3, range_given=True),
]

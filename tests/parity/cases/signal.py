"""Fourier and cosine transforms, frames, windows, mel spectra, sound."""

from casekit import D, R, T, case

_X = R((2, 3, 6))
_LONG = R((2, 40))
_Z = R((2, 3, 4), "complex64")
_WIDE = "complex128"
_REALS = ("float32", "float64")
_LENGTHS = {"": ([4], [7], [6]), "2d": ([2, 4], [4, 7]), "3d": ([1, 2, 4], [3, 4, 7])}
_TRANSFORMS = [f"{inverse}fft{rank}" for inverse in ("", "i") for rank in ("", "2d", "3d")]

MORE_SHAPES = {
    r"signal\.(irfft|dct|idct|mdct)": "TensorFlow asks for a known rank, which is not needed",
    r"signal\.i?r?fft3d": "TensorFlow forgets the sizes that are known",
    r"inverse_mdct": "TensorFlow asks for known sizes, which is not needed",
    r"fftshift\(.*None\)": "no rank, no dimensions to shift: a ValueError that says so; TensorFlow's is a TypeError from inside",
}
UNLIKE = {r"grad:signal\.i?rfft.*\[(2, )?4\]": "in TensorFlow the gradient of a transform that cuts does not trace"}

CASES = [
    *(case(f"signal.{name}", R((2, 3, 4), dtype)) for name in _TRANSFORMS for dtype in ("complex64", _WIDE)),
    *(case(f"grad:signal.{name}", R((2, 3, 4), _WIDE)) for name in _TRANSFORMS),
    *(case(f"signal.{name}", T(1.0 + 0j)) for name in ("fft", "ifft2d")),
    case("signal.fft", T([1.0, 2.0])),
    case("signal.fft", T([1, 2])),
    *(case(f"signal.rfft{rank}", R((2, 3, 6), dtype)) for rank in _LENGTHS for dtype in _REALS),
    *(case(f"signal.irfft{rank}", R((2, 3, 4), dtype)) for rank in _LENGTHS for dtype in ("complex64", _WIDE)),
    *(case(f"signal.rfft{rank}", _X, length) for rank, lengths in _LENGTHS.items() for length in lengths),
    *(case(f"signal.irfft{rank}", _Z, length) for rank, lengths in _LENGTHS.items() for length in lengths),
    *(
        case(f"grad:signal.rfft{rank}", R((2, 3, 6), "float64"), length)
        for rank, lengths in _LENGTHS.items()
        if rank != "3d"
        for length in (None, *lengths)
    ),
    *(
        case(f"grad:signal.irfft{rank}", R((2, 3, 4), _WIDE), length)
        for rank, lengths in _LENGTHS.items()
        if rank != "3d"
        for length in (None, *lengths)
    ),
    case("signal.rfft", T([1, 2, 3])),
    case("signal.rfft", [1, 2, 3]),
    case("signal.rfft", T(1.0)),
    case("signal.rfft", _X, [2, 3]),
    case("signal.irfft", T([1.0, 2.0])),
    *(
        case(f"signal.{name}", R(shape), axes)
        for name in ("fftshift", "ifftshift")
        for shape in ((5,), (2, 3))
        for axes in (None, 0, [0], -1)
    ),
    case("signal.fftshift", R((2, 3)), [0, 1]),
    *(
        case("signal.frame", _LONG, length, step, pad_end=pad)
        for length, step in ((4, 2), (5, 3), (3, 7), (0, 2), (50, 4))
        for pad in (False, True)
    ),
    case("signal.frame", R((2, 9, 3)), 4, 3, axis=1),
    case("signal.frame", R((2, 9, 3)), 4, 3, pad_end=True, pad_value=7.0, axis=-2),
    case("signal.frame", T(["a", "b", "c"]), 2, 1, pad_end=True, pad_value="z"),
    case("signal.frame", _LONG, T(5), T(3)),
    case("grad:signal.frame", R((2, 9)), 4, 3, pad_end=True),
    *(case("signal.frame", *arguments) for arguments in ((T(1.0), 2, 1), (_LONG, -1, 3), (_LONG, [4], 3))),
    *(case("signal.overlap_and_add", _X, step) for step in (1, 2, 4, 6, 8)),
    case("signal.overlap_and_add", R((3, 4), "int32"), 2),
    case("grad:signal.overlap_and_add", _X, 4),
    *(case("signal.overlap_and_add", *arguments) for arguments in ((T([1.0]), 1), (_X, 1.5), (_X, [1]), (_X, 0))),
    *(
        case(f"signal.{name}_window", length, dtype=D(dtype))
        for name in ("hann", "hamming", "vorbis", "kaiser", "kaiser_bessel_derived")
        for length, dtype in ((1, "float32"), (2, "float32"), (5, "float64"), (6, "float32"), (8, "float64"))
    ),
    *(case(f"signal.{name}_window", 6, False) for name in ("hann", "hamming")),
    *(case("signal.kaiser_window", 9, beta) for beta in (0.0, 1.0, 30.0)),
    *(case(f"signal.{name}_window", [4]) for name in ("hann", "vorbis", "kaiser")),
    *(case(f"signal.{name}_window", 4, dtype=D("int32")) for name in ("hann", "vorbis", "kaiser")),
    case("signal.hann_window", T(6)),
    *(
        case("signal.stft", _LONG, 8, 4, *more, pad_end=pad)
        for more in ((), (16,), (16, None), (10,))
        for pad in (False, True)
    ),
    case("signal.stft", _LONG, 6, 5),
    case("signal.stft", R((40,), "float64"), 7, 3),
    case("signal.stft", T(1.0), 8, 4),
    case("grad:signal.stft", R((2, 20), "float64"), 8, 4),
    *(case("signal.inverse_stft", R((2, 5, 5), "complex64"), length, 4) for length in (8, 6)),
    case("signal.inverse_stft", R((2, 5, 9), "complex64"), 8, 4, 16),
    case("signal.inverse_stft", R((2, 5, 5), "complex64"), 12, 4, 8, window_fn=None),
    case("signal.inverse_stft", T([1.0 + 0j]), 8, 4),
    case("grad:signal.inverse_stft", R((2, 3, 5), _WIDE), 8, 4),
    *(
        case(f"signal.{name}", R((2, 6), dtype), type, norm=norm)
        for name in ("dct", "idct")
        for type in (1, 2, 3, 4)
        for norm in ((None, "ortho") if type > 1 else (None,))
        for dtype in _REALS
    ),
    *(case("signal.dct", _X, type, n=n) for type in (1, 2, 3, 4) for n in (3, 9)),
    *(case("grad:signal.dct", R((5,), "float64"), type) for type in (1, 2, 3, 4)),
    case("signal.dct", _X, 5),
    case("signal.dct", _X, axis=0),
    case("signal.dct", _X, n=0),
    case("signal.dct", _X, norm="x"),
    case("signal.dct", _X, 1, norm="ortho"),
    *(case("signal.mdct", _LONG, 8, pad_end=pad, norm=norm) for pad in (False, True) for norm in (None, "ortho")),
    case("signal.mdct", _LONG, 8, window_fn=None),
    case("signal.mdct", _LONG, 6),
    *(case("signal.inverse_mdct", R((2, 3, 4)), norm=norm) for norm in (None, "ortho")),
    case("signal.inverse_mdct", R((2, 3, 4)), window_fn=None),
    case("signal.linear_to_mel_weight_matrix"),
    case("signal.linear_to_mel_weight_matrix", 5, 33, 16000, 50.0, 7000.0, D("float64")),
    *(
        case("signal.linear_to_mel_weight_matrix", **{name: value})
        for name, value in (
            ("num_mel_bins", 0),
            ("lower_edge_hertz", -1.0),
            ("lower_edge_hertz", 4000.0),
            ("upper_edge_hertz", 5000.0),
            ("sample_rate", 0),
            ("dtype", D("int32")),
        )
    ),
    case("signal.mfccs_from_log_mel_spectrograms", _X),
    case("signal.mfccs_from_log_mel_spectrograms", R((2, 0))),
    case("grad:signal.mfccs_from_log_mel_spectrograms", R((2, 5), "float64")),
    case("audio.encode_wav", R((5, 2), low=-1.2, high=1.2), 8000),
    case("audio.encode_wav", R((5,)), 8000),
    case("audio.encode_wav", R((5, 0)), 8000),
    case("audio.encode_wav", R((5, 1)), 0),
    case("audio.encode_wav", R((5, 1)), -8),
    *(case("audio.decode_wav", contents) for contents in ("", "RIFFxxxxWAVE", T(["a"]))),
]

"""Sound files, and the spectrograms and cepstral coefficients that older graphs hold as ops of their own."""

from __future__ import annotations

from typing import Any

from flowstone_core import dtypes, infer
from flowstone_core.errors import SpecError
from flowstone_core.op import Op
from flowstone_core.spec import Spec


def _infer_decode_wav(contents: Spec, *, desired_channels: int, desired_samples: int) -> tuple[Spec, Spec]:
    if contents.shape not in (None, ()):
        raise SpecError(f"DecodeWav takes the contents of one file, a scalar string; got shape {contents.shape}.")
    shape = tuple(None if wanted == -1 else wanted for wanted in (desired_samples, desired_channels))
    if any(size is not None and size < 0 for size in shape):
        raise SpecError(f"DecodeWav: desired samples and channels must be -1 or at least 0, got {shape}.")
    return Spec(shape, dtypes.float32), Spec((), dtypes.int32)


def _infer_spectrogram(input: Spec, *, window_size: int, stride: int, magnitude_squared: bool) -> Spec:
    samples, channels = infer.with_rank(input, 2, "AudioSpectrogram: the input")
    count = None if samples is None else frame_count(samples, window_size, stride)
    return Spec((channels, count, transform_length(window_size) // 2 + 1), dtypes.float32)


def frame_count(samples: int, window_size: int, stride: int) -> int:
    """How many windows lie in a sound."""
    if window_size < 2 or stride < 1:
        raise SpecError(f"AudioSpectrogram: window_size must be at least 2 and stride 1, got {window_size}, {stride}.")
    return max(0, 1 + (samples - window_size) // stride)


def transform_length(window_size: int) -> int:
    """The power of two that holds a window."""
    return 1 << max(0, window_size - 1).bit_length()


def _infer_mfcc(spectrogram: Spec, sample_rate: Spec, *, dct_coefficient_count: int, **attrs: Any) -> Spec:
    channels, frames, _ = infer.with_rank(spectrogram, 3, "Mfcc: the spectrogram")
    return Spec((channels, frames, dct_coefficient_count), dtypes.float32)


DECODE_WAV = Op(
    "DecodeWav",
    ("contents: string",),
    ("audio: float", "sample_rate: int32"),
    ("desired_channels: int = -1", "desired_samples: int = -1"),
    infer=_infer_decode_wav,
)
AUDIO_SPECTROGRAM = Op(
    "AudioSpectrogram",
    ("input: float",),
    ("spectrogram: float",),
    ("window_size: int", "stride: int", "magnitude_squared: bool = false"),
    infer=_infer_spectrogram,
)
MFCC = Op(
    "Mfcc",
    ("spectrogram: float", "sample_rate: int32"),
    ("output: float",),
    (
        "upper_frequency_limit: float = 4000",
        "lower_frequency_limit: float = 20",
        "filterbank_channel_count: int = 40",
        "dct_coefficient_count: int = 13",
    ),
    infer=_infer_mfcc,
)

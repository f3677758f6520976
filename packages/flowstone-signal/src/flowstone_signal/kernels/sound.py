"""Kernels of ``flowstone_signal.ops.sound``.

WAV: http://soundfile.sapp.org/doc/WaveFormat/. The spectrogram's window and the coefficients' filters are those of
TensorFlow's ops, which differ a little from ``tf.signal``'s.
"""

from __future__ import annotations

import struct
from typing import Any

import numpy as np
from flowstone_core.errors import InvalidArgumentError, SpecError
from flowstone_core.kernel import KernelSet

from flowstone_signal.ops import sound as ops

KERNELS = KernelSet()


def _bad(text: str) -> InvalidArgumentError:
    return InvalidArgumentError(None, None, f"DecodeWav: {text}")


def _chunks(contents: bytes) -> dict[bytes, bytes]:
    """The parts of a WAV file by name."""
    if contents[:4] != b"RIFF" or contents[8:12] != b"WAVE":
        raise _bad("the contents do not begin as a WAV file does, with RIFF and WAVE.")
    found: dict[bytes, bytes] = {}
    at = 12
    while at + 8 <= len(contents):
        name, size = contents[at : at + 4], int.from_bytes(contents[at + 4 : at + 8], "little")
        if at + 8 + size > len(contents):
            raise _bad(
                f"the part {name!r} says it has {size} bytes, but the file ends {len(contents) - at - 8} behind."
            )
        if name == b"data" and name in found:
            raise _bad("more than one part holds data.")
        found[name] = contents[at + 8 : at + 8 + size]
        at += 8 + size
    return found


@KERNELS.add(ops.DECODE_WAV)
def decode_wav(contents: Any, *, desired_channels: int, desired_samples: int) -> Any:
    """The frames of a file of 16-bit PCM, over 32768."""
    if contents.ndim:
        raise SpecError(f"DecodeWav takes the contents of one file, a scalar string; got shape {contents.shape}.")
    if min(desired_channels, desired_samples) < -1:
        raise SpecError(f"DecodeWav: desired sizes are -1 or at least 0, got {desired_channels}, {desired_samples}.")
    parts = _chunks(contents.item())
    if len(parts.get(b"fmt ", b"")) < 16 or b"data" not in parts:
        raise _bad("the file lacks the part that says its format, or the one that holds the data.")
    code, channels, rate, byte_rate, frame_bytes, bits = struct.unpack("<HHIIHH", parts[b"fmt "][:16])
    if code != 1 or bits != 16:
        raise _bad(f"only 16-bit PCM is supported (format 1), the file has format {code} with {bits} bits.")
    if not channels or frame_bytes != 2 * channels or byte_rate != rate * frame_bytes:
        raise _bad(f"{channels} channels, {frame_bytes} bytes a frame and {byte_rate} bytes a second do not fit.")
    data = parts[b"data"]
    frames = len(data) // frame_bytes
    samples = np.frombuffer(data, "<i2", frames * channels).reshape(frames, channels)
    wanted = channels if desired_channels == -1 else desired_channels
    if wanted != channels:
        samples = samples[:, np.minimum(np.arange(wanted), channels - 1)]
    count = frames if desired_samples == -1 else desired_samples
    audio = np.zeros((count, wanted), np.float32)
    audio[:frames] = samples[:count]
    audio /= np.float32(32768)
    return audio, np.array(rate, np.uint32).astype(np.int32)


@KERNELS.add(ops.AUDIO_SPECTROGRAM)
def audio_spectrogram(input: Any, *, window_size: int, stride: int, magnitude_squared: bool) -> Any:
    """Magnitudes of the spectra of windows, weighted by a periodic Hann window."""
    if input.ndim != 2:
        raise SpecError(f"AudioSpectrogram takes sound of shape [samples, channels], got {input.shape}.")
    count, length = ops.frame_count(len(input), window_size, stride), ops.transform_length(window_size)
    if not count:
        return np.zeros((input.shape[1], 0, length // 2 + 1), np.float32)
    window = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(window_size) / window_size)
    views = np.lib.stride_tricks.sliding_window_view(input.T.astype(np.float64), window_size, axis=1)[:, ::stride]
    spectra = np.fft.rfft(views * window, length)
    power = spectra.real**2 + spectra.imag**2
    return (power if magnitude_squared else np.sqrt(power)).astype(np.float32)


def _mel(hertz: Any) -> Any:
    return 1127.0 * np.log1p(hertz / 700.0)


def _filters(bins: int, rate: float, lowest: float, highest: float, count: int) -> Any:
    """The weight of each bin of a spectrum in each filter, ``[bins, count]``; None if filters reach beyond the spectrum.

    Filters are triangles on the mel scale. A bin between the tops of two of them is shared by both.
    """
    if bins < 2 or rate <= 0 or not 0 <= lowest < highest or count < 1:
        raise SpecError(
            f"Mfcc: {count} filters from {lowest} to {highest} Hz do not fit {bins} bins at {rate} samples a second."
        )
    low, high = _mel(lowest), _mel(highest)
    tops = low + (high - low) / (count + 1) * np.arange(1, count + 2)
    hertz = 0.5 * rate / (bins - 1)
    first, last = int(1.5 + lowest / hertz), int(highest / hertz)
    if last >= bins:
        return None
    weights = np.zeros((bins, count))
    places = np.arange(max(first, 0), last + 1)
    mels = _mel(places * hertz)
    above = np.minimum(np.searchsorted(tops, mels, side="left"), count)  # the first top that is not below
    start = np.where(above == 0, low, tops[np.maximum(above - 1, 0)])
    share = (tops[above] - mels) / (tops[above] - start)
    falls, rises = above > 0, above < count
    weights[places[falls], above[falls] - 1] += share[falls]
    weights[places[rises], above[rises]] += 1 - share[rises]
    return weights


@KERNELS.add(ops.MFCC)
def mfcc(
    spectrogram: Any,
    sample_rate: Any,
    *,
    upper_frequency_limit: float,
    lower_frequency_limit: float,
    filterbank_channel_count: int,
    dct_coefficient_count: int,
) -> Any:
    """The cosine transform of the logarithms of what passes the filters, of squared magnitudes' roots."""
    if spectrogram.ndim != 3:
        raise SpecError(f"Mfcc takes a spectrogram of shape [channels, frames, bins], got {spectrogram.shape}.")
    count = filterbank_channel_count
    if not 0 < dct_coefficient_count <= count:
        raise SpecError(f"Mfcc: {dct_coefficient_count} coefficients of {count} filters are not possible.")
    weights = _filters(spectrogram.shape[2], float(sample_rate), lower_frequency_limit, upper_frequency_limit, count)
    if weights is None:  # nothing was heard there: TensorFlow gives zeros
        return np.zeros((*spectrogram.shape[:2], dct_coefficient_count), np.float32)
    passed = np.maximum(np.sqrt(spectrogram.astype(np.float64)) @ weights, 1e-12)
    place = np.arange(dct_coefficient_count)[:, None] * (np.arange(count) + 0.5)
    return (np.log(passed) @ (np.sqrt(2 / count) * np.cos(np.pi / count * place)).T).astype(np.float32)

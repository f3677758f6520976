"""The summaries of TensorFlow 1, which graphs made with it still write: values are computed here, in one place.

TensorFlow 2's API writes tensors (``scalars.py`` and its siblings) and needs none of this.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np
from flowstone_core.errors import InvalidArgumentError
from flowstone_core.png import encode_png
from flowstone_core.wav import encode_wav
from flowstone_protos.histogram_pb2 import HistogramProto
from flowstone_protos.summary_pb2 import Summary

_LARGEST = math.ldexp(2 - 2**-52, 1023)
_TINY = 1e-6


def _bucket_limits() -> np.ndarray[Any, Any]:
    """The upper ends of the buckets: 0, ±1e-12, ±1.1e-12, ... (each 10 % more) below 1e20, ± the largest double."""
    positive = []
    limit = 1e-12
    while limit < 1e20:
        positive.append(limit)
        limit *= 1.1
    positive.append(_LARGEST)
    return np.array([*(-x for x in reversed(positive)), 0.0, *positive])


_LIMITS = _bucket_limits()


def scalar_value(tag: str, value: Any) -> Summary.Value:
    """One number."""
    return Summary.Value(tag=tag, simple_value=float(value))


def histogram_value(tag: str, values: np.ndarray[Any, Any]) -> Summary.Value:
    """The numbers of elements in exponentially growing buckets; runs of empty buckets count as one.

    Raises:
        InvalidArgumentError: If an element is not finite.
    """
    flat = values.reshape(-1).astype(np.float64)
    if not np.isfinite(flat).all():
        what = "Nan" if np.isnan(flat).any() else "Infinity"
        raise InvalidArgumentError(None, None, f"{what} in summary histogram for: {tag}")
    index = np.minimum(np.searchsorted(_LIMITS, flat, side="right"), len(_LIMITS) - 1)
    counts = np.bincount(index, minlength=len(_LIMITS))
    last_of_run = (counts > 0) | (np.append(counts[1:], 1) > 0)
    empty = not flat.size
    histogram = HistogramProto(
        min=_LARGEST if empty else flat.min(),
        max=-_LARGEST if empty else flat.max(),
        num=flat.size,
        sum=flat.sum(),
        sum_squares=np.square(flat).sum(),
        bucket_limit=_LIMITS[last_of_run].tolist(),
        bucket=counts[last_of_run].tolist(),
    )
    return Summary.Value(tag=tag, histo=histogram)


def image_values(
    tag: str, images: np.ndarray[Any, Any], max_images: int, bad_color: np.ndarray[Any, Any]
) -> Iterator[Summary.Value]:
    """The first ``max_images`` images, floats scaled to bytes, pixels that are not finite in ``bad_color``.

    Raises:
        InvalidArgumentError: If the shapes do not fit.
    """
    if images.ndim != 4 or images.shape[3] not in (1, 3, 4):
        shape = list(images.shape)
        raise InvalidArgumentError(None, None, f"Tensor must be 4-D with last dim 1, 3, or 4, not {shape}")
    height, width, channels = images.shape[1:]
    if bad_color.ndim != 1 or len(bad_color) < channels:
        shape = list(bad_color.shape)
        raise InvalidArgumentError(None, None, f"bad_color must have a value for each channel, got shape {shape}")
    for index, image in enumerate(images[:max_images]):
        pixels = image if image.dtype == np.uint8 else _to_bytes(image, bad_color[:channels])
        try:
            encoded = encode_png(pixels)
        except ValueError as error:
            raise InvalidArgumentError(None, None, f"Summary {tag!r}: {error}") from None
        yield Summary.Value(
            tag=f"{tag}/image/{index}" if max_images > 1 else f"{tag}/image",
            image=Summary.Image(height=height, width=width, colorspace=channels, encoded_image_string=encoded),
        )


def _to_bytes(image: np.ndarray[Any, Any], bad_color: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """One float image as bytes: [0, max] to [0, 255] if nothing is negative, else 0 to 128 and the rest around it."""
    image = image.astype(np.float32) if image.dtype.itemsize < 4 else image
    good = np.isfinite(image).all(axis=-1)
    finite = image[good]
    low, high = (finite.min(), finite.max()) if finite.size else (0.0, 0.0)
    reach, target, offset = (high, 255, 0) if low >= 0 else (max(abs(low), abs(high)), 127, 128)
    scale = 0.0 if reach < _TINY else np.float32(target) / np.float32(reach)
    pixels = np.empty(image.shape, np.uint8)
    pixels[good] = (finite * image.dtype.type(scale) + image.dtype.type(offset)).astype(np.uint8)
    pixels[~good] = bad_color
    return pixels


def audio_values(
    tag: str, clips: np.ndarray[Any, Any], sample_rate: float, max_outputs: int
) -> Iterator[Summary.Value]:
    """The first ``max_outputs`` clips of ``[clips, frames, channels]`` or ``[clips, frames]`` as WAV files.

    Raises:
        InvalidArgumentError: If the shape or the rate does not fit.
    """
    if clips.ndim not in (2, 3):
        shape = list(clips.shape)
        raise InvalidArgumentError(None, None, f"Tensor must be 3-D or 2-D, got: {shape}")
    clips = clips if clips.ndim == 3 else clips[:, :, None]
    for index, clip in enumerate(clips[:max_outputs]):
        try:
            encoded = encode_wav(clip, int(sample_rate))
        except ValueError as error:
            raise InvalidArgumentError(None, None, f"Summary {tag!r}: {error}") from None
        yield Summary.Value(
            tag=f"{tag}/audio/{index}" if max_outputs > 1 else f"{tag}/audio",
            audio=Summary.Audio(
                sample_rate=sample_rate,
                num_channels=clip.shape[1],
                length_frames=clip.shape[0],
                encoded_audio_string=encoded,
                content_type="audio/wav",
            ),
        )

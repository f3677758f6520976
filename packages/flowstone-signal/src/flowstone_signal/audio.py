"""``tf.audio``: WAV files."""

from __future__ import annotations

from typing import Any, NamedTuple

from flowstone_core.ops.media import ENCODE_WAV
from flowstone_core.tensor import Tensor, TensorLike

from flowstone_signal.ops.sound import DECODE_WAV


class DecodeWav(NamedTuple):
    """What ``tf.audio.decode_wav`` returns: the samples, and how many there are a second."""

    audio: Tensor
    sample_rate: Tensor


def decode_wav(
    contents: TensorLike, desired_channels: int = -1, desired_samples: int = -1, name: str | None = None
) -> DecodeWav:
    """The samples of a WAV file, as numbers in [-1, 1).

    >>> audio, rate = tf.audio.decode_wav(tf.audio.encode_wav([[0.5], [-0.25]], 8000))
    >>> audio.numpy().tolist(), int(rate)
    ([[0.5], [-0.25]], 8000)

    Args:
        contents: The bytes of the file: 16-bit PCM.
        desired_channels: The number of channels of the result: the file's are cut, or the last one is repeated. -1 for
            the file's.
        desired_samples: The number of frames of the result: the file's are cut, or continued with zeros. -1 for the
            file's.
        name: A name for the op in a graph.

    Returns:
        ``audio``, float32 of shape ``[samples, channels]``, and ``sample_rate``, int32.

    Raises:
        tf.errors.InvalidArgumentError: The contents are no such file.
    """
    found: Any = DECODE_WAV(contents, desired_channels=desired_channels, desired_samples=desired_samples, name=name)
    return DecodeWav(*found)


def encode_wav(audio: TensorLike, sample_rate: TensorLike, name: str | None = None) -> Tensor:
    """A sound as the contents of a WAV file of 16-bit PCM.

    Args:
        audio: float32 of shape ``[samples, channels]``; values outside [-1, 1) are cut.
        sample_rate: Samples a second, int32.
        name: A name for the op in a graph.

    Returns:
        A scalar string.

    Raises:
        tf.errors.InvalidArgumentError: The shape is another, there are no channels, or the rate is not positive.
    """
    return ENCODE_WAV(audio, sample_rate, name=name)

"""The mel scale, in which equal distances are heard as equal, and cepstral coefficients.

The scale is ``m = 1127 ln(1 + f / 700)``: https://en.wikipedia.org/wiki/Mel_scale
"""

from __future__ import annotations

from typing import Any

from flowstone_core import dtypes
from flowstone_core.api import tf
from flowstone_core.dtypes import as_dtype
from flowstone_core.tensor import Tensor, TensorLike

from flowstone_signal.cosine import dct
from flowstone_signal.sizes import number, size


def _mel(hertz: Tensor) -> Tensor:
    return 1127.0 * tf.math.log(1.0 + hertz / 700.0)


def linear_to_mel_weight_matrix(
    num_mel_bins: Any = 20,
    num_spectrogram_bins: Any = 129,
    sample_rate: Any = 8000,
    lower_edge_hertz: Any = 125.0,
    upper_edge_hertz: Any = 3800.0,
    dtype: Any = dtypes.float32,
    name: str | None = None,
) -> Tensor:
    """The matrix that turns spectra into mel spectra: triangles, equally wide on the mel scale.

    ``tf.matmul(spectra, matrix)`` adds up, for each mel bin, what lies under its triangle. The first entry of a
    spectrum, of frequency 0, has no weight.

    Args:
        num_mel_bins: The number of triangles.
        num_spectrogram_bins: The entries of a spectrum, ``fft_length // 2 + 1``.
        sample_rate: The samples a second, of which half is the highest frequency of a spectrum.
        lower_edge_hertz: Where the first triangle begins.
        upper_edge_hertz: Where the last triangle ends.
        dtype: A floating point type.
        name: A name for the op in a graph.

    Returns:
        ``[num_spectrogram_bins, num_mel_bins]``.

    Raises:
        ValueError: A number is not positive, or the edges are not in order below half the sample rate.
    """
    rate = number(sample_rate) if not isinstance(sample_rate, float) else sample_rate
    dtype = as_dtype(dtype)
    if num_mel_bins <= 0:
        raise ValueError(f"num_mel_bins must be positive. Got: {num_mel_bins}")
    if lower_edge_hertz < 0.0:
        raise ValueError(f"lower_edge_hertz must be non-negative. Got: {lower_edge_hertz}")
    if lower_edge_hertz >= upper_edge_hertz:
        raise ValueError(f"lower_edge_hertz {lower_edge_hertz} >= upper_edge_hertz {upper_edge_hertz}")
    if isinstance(rate, (int, float)):
        if rate <= 0:
            raise ValueError(f"sample_rate must be positive. Got: {rate}")
        if upper_edge_hertz > rate / 2:
            raise ValueError(
                f"upper_edge_hertz must not be larger than the Nyquist frequency (sample_rate / 2). "
                f"Got {upper_edge_hertz} for sample_rate: {rate}"
            )
    if not dtype.is_floating:
        raise ValueError(f"dtype must be a floating point type. Got: {dtype!r}")
    highest = tf.cast(rate, dtype) / 2.0
    bins = _mel(tf.linspace(tf.zeros([], dtype), highest, num_spectrogram_bins)[1:])[:, None]
    edges = tf.linspace(
        _mel(tf.cast(lower_edge_hertz, dtype)), _mel(tf.cast(upper_edge_hertz, dtype)), num_mel_bins + 2
    )
    lower, center, upper = edges[:-2], edges[1:-1], edges[2:]
    rising, falling = (bins - lower) / (center - lower), (upper - bins) / (upper - center)
    triangles = tf.maximum(tf.zeros([], dtype), tf.minimum(rising, falling))
    return tf.pad(triangles, [[1, 0], [0, 0]], name=name)


def mfccs_from_log_mel_spectrograms(log_mel_spectrograms: TensorLike, name: str | None = None) -> Tensor:
    """Cepstral coefficients: the cosine transform of logarithmic mel spectra, over ``√2N``.

    Args:
        log_mel_spectrograms: ``[..., num_mel_bins]``, float32 or float64.
        name: A name for the op in a graph.

    Returns:
        A tensor of the same shape; often only the first dozen coefficients of each frame are kept.

    Raises:
        ValueError: There are no mel bins.
    """
    x = tf.convert_to_tensor(log_mel_spectrograms)
    x.shape.with_rank_at_least(1)
    count = size(x, -1)
    if type(count) is int and count == 0:
        raise ValueError(f"num_mel_bins must be positive. Got: {x.shape}")
    return tf.multiply(dct(x, type=2), tf.math.rsqrt(2.0 * tf.cast(count, x.dtype)), name=name)

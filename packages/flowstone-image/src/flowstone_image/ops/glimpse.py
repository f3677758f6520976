"""Windows of images at given places, with noise where they reach beyond the image."""

from __future__ import annotations

from typing import Any

from flowstone_core import dtypes, infer
from flowstone_core.api import tf
from flowstone_core.errors import SpecError
from flowstone_core.op import Op
from flowstone_core.shapes import TensorShape
from flowstone_core.spec import Spec
from flowstone_core.tensor import Tensor, TensorLike


def _infer_glimpse(input: Spec, size: Spec, offsets: Spec, **attrs: Any) -> Spec:
    batch, _, _, channels = infer.with_rank(input, 4, "ExtractGlimpse: the images")
    count, two = infer.with_rank(offsets, 2, "ExtractGlimpse: offsets")
    if size.shape not in (None, (2,), (None,)):
        raise SpecError(f"ExtractGlimpse: size must have 2 numbers, got shape {TensorShape(size.shape)}.")
    if two not in (None, 2) or (None not in (batch, count) and batch != count):
        raise SpecError(
            f"ExtractGlimpse: offsets must have shape [{batch}, 2], one row an image, got {TensorShape(offsets.shape)}."
        )
    known = size.vector() or (None, None)
    if any(number is not None and number < 0 for number in known):
        raise SpecError(f"ExtractGlimpse: the size must not be negative, got {list(known)}.")
    return Spec((count if batch is None else batch, *known, channels), dtypes.float32)


_INPUTS = ("input: float", "size: int32", "offsets: float")
_ATTRS = (
    "centered: bool = true",
    "normalized: bool = true",
    "uniform_noise: bool = true",
    "noise: string = 'uniform'",
)
EXTRACT_GLIMPSE = Op("ExtractGlimpse", _INPUTS, ("glimpse: float",), _ATTRS, infer=_infer_glimpse)
EXTRACT_GLIMPSE_V2 = Op("ExtractGlimpseV2", _INPUTS, ("glimpse: float",), _ATTRS, infer=_infer_glimpse)


def extract_glimpse(
    input: TensorLike,
    size: TensorLike,
    offsets: TensorLike,
    centered: bool = True,
    normalized: bool = True,
    noise: str = "uniform",
    name: str | None = None,
) -> Tensor:
    """A window of each image; where it reaches beyond the image there is noise.

    >>> x = tf.reshape(tf.range(9.), [1, 3, 3, 1])
    >>> tf.image.extract_glimpse(x, [2, 2], [[1., 0.]], centered=False, normalized=False, noise="zero")[0, :, :, 0].numpy()
    array([[3., 4.],
           [6., 7.]], dtype=float32)

    Args:
        input: float32, ``[batch, height, width, channels]``.
        size: ``[rows, columns]`` of the windows.
        offsets: ``[batch, 2]``: where they are, row and column.
        centered: Whether offsets count from the middle of the image, else from its upper left pixel.
        normalized: Whether offsets are fractions: with ``centered`` the middle of a window lies at
            ``(1 + offset) / 2`` of the image. Otherwise they are pixels, and say where a window begins.
        noise: ``"uniform"`` between the least and the greatest number of the image; ``"gaussian"`` with mean and
            deviation of the image's channel; or ``"zero"``.
        name: A name for the op in a graph.

    Raises:
        tf.errors.InvalidArgumentError: A shape, a size or the kind of noise is another.
    """
    return EXTRACT_GLIMPSE_V2(
        tf.convert_to_tensor(input, dtypes.float32),
        size,
        offsets,
        centered=centered,
        normalized=normalized,
        noise=noise,
        uniform_noise=False,
        name=name,
    )

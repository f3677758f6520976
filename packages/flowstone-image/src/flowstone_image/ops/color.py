"""Ops on the colours of images ``[..., 3]``."""

from __future__ import annotations

from typing import Any

from flowstone_core.errors import SpecError
from flowstone_core.op import Op
from flowstone_core.shapes import TensorShape
from flowstone_core.spec import Spec
from flowstone_core.tensor import Tensor, TensorLike


def _infer_colors(images: Spec, **attrs: Any) -> Spec:
    if images.shape is not None:
        if not images.shape:
            raise SpecError("Images have at least one dimension, of 3 colours; got a scalar.")
        if images.shape[-1] not in (None, 3):
            raise SpecError(f"Images must have 3 channels (colours), got shape {TensorShape(images.shape)}.")
        return Spec((*images.shape[:-1], 3), images.dtype)
    return Spec(None, images.dtype)


def _infer_adjusted(rank: int, colors: bool) -> Any:
    def infer(images: Spec, by: Spec) -> Spec:
        if images.shape is not None and len(images.shape) < rank:
            raise SpecError(f"Images must have at least {rank} dimensions, got shape {TensorShape(images.shape)}.")
        if by.shape not in (None, ()):
            raise SpecError(f"The adjustment must be a scalar, got shape {TensorShape(by.shape)}.")
        if colors and images.shape is not None and images.shape[-1] not in (None, 3):
            raise SpecError(f"Images must have 3 channels (colours), got shape {TensorShape(images.shape)}.")
        return Spec(images.shape, images.dtype)

    return infer


_FLOATS = ("T: {half, bfloat16, float, double} = DT_FLOAT",)
_NARROW = ("T: {half, float} = DT_FLOAT",)

RGB_TO_HSV = Op("RGBToHSV", ("images: T",), ("output: T",), _FLOATS, infer=_infer_colors)
HSV_TO_RGB = Op("HSVToRGB", ("images: T",), ("output: T",), _FLOATS, infer=_infer_colors)
ADJUST_CONTRAST = Op(
    "AdjustContrastv2",
    ("images: T", "contrast_factor: float"),
    ("output: T",),
    _NARROW,
    infer=_infer_adjusted(3, False),
)
ADJUST_HUE = Op("AdjustHue", ("images: T", "delta: float"), ("output: T",), _NARROW, infer=_infer_adjusted(3, True))
ADJUST_SATURATION = Op(
    "AdjustSaturation", ("images: T", "scale: float"), ("output: T",), _NARROW, infer=_infer_adjusted(3, True)
)


def rgb_to_hsv(images: TensorLike, name: str | None = None) -> Tensor:
    """Colours as hue, saturation and value, all in [0, 1] for colours in [0, 1].

    Value is the largest of red, green and blue; saturation the difference to the smallest, over the value; hue the
    place on the colour circle, 0 for red, 1/3 for green, 2/3 for blue.

    >>> tf.image.rgb_to_hsv([[1., 0., 0.], [0., .5, 0.]]).numpy()
    array([[0.  , 1.  , 1.  ],
           [0.33, 1.  , 0.5 ]], dtype=float32)

    Args:
        images: ``[..., 3]``, of a floating point type.
        name: A name for the op in a graph.

    Raises:
        tf.errors.InvalidArgumentError: The last dimension is not 3.
    """
    return RGB_TO_HSV(images, name=name)


def hsv_to_rgb(images: TensorLike, name: str | None = None) -> Tensor:
    """The inverse of ``tf.image.rgb_to_hsv``."""
    return HSV_TO_RGB(images, name=name)

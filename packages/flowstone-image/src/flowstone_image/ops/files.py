"""Ops that decode and encode files of images."""

from __future__ import annotations

from typing import Any

from flowstone_core import dtypes
from flowstone_core.dtypes import DType
from flowstone_core.errors import SpecError
from flowstone_core.op import Op
from flowstone_core.shapes import TensorShape
from flowstone_core.spec import Spec


def _one_file(contents: Spec) -> None:
    if contents.shape not in (None, ()):
        raise SpecError(
            f"contents must be the bytes of one file, a scalar string, got shape {TensorShape(contents.shape)}."
        )


def _infer_jpeg(contents: Spec, *, channels: int, **attrs: Any) -> Spec:
    _one_file(contents)
    return Spec((None, None, channels or None), dtypes.uint8)


def _infer_cropped(contents: Spec, crop_window: Spec, *, channels: int, **attrs: Any) -> Spec:
    _one_file(contents)
    if crop_window.shape not in (None, (4,), (None,)):
        raise SpecError(f"crop_window must have 4 numbers, got shape {TensorShape(crop_window.shape)}.")
    _, _, height, width = crop_window.vector() or (None,) * 4
    return Spec((height, width, channels or None), dtypes.uint8)


def _infer_png(contents: Spec, *, channels: int, dtype: DType) -> Spec:
    _one_file(contents)
    return Spec((None, None, channels or None), dtype)


def _infer_bmp(contents: Spec, *, channels: int) -> Spec:
    _one_file(contents)
    return Spec((None, None, channels or None), dtypes.uint8)


def _infer_gif(contents: Spec) -> Spec:
    _one_file(contents)
    return Spec((None, None, None, 3), dtypes.uint8)


def _infer_image(contents: Spec, *, channels: int, dtype: DType, expand_animations: bool) -> Spec:
    _one_file(contents)
    return Spec(None if expand_animations else (None, None, channels or None), dtype)


def _infer_webp(contents: Spec, *, channels: int, dtype: DType) -> Spec:
    _one_file(contents)
    return Spec((None, None, None, channels or None), dtype)


def _infer_jpeg_shape(contents: Spec, *, output_type: DType) -> Spec:
    _one_file(contents)
    return Spec((3,), output_type)


def _infer_encode(image: Spec, **attrs: Any) -> Spec:
    if image.shape is not None and len(image.shape) != 3:
        raise SpecError(f"EncodeJpeg: an image has 3 dimensions, got shape {TensorShape(image.shape)}.")
    return Spec((), dtypes.string)


def _infer_encode_quality(images: Spec, quality: Spec) -> Spec:
    return _infer_encode(images)


_CONTENTS = ("contents: string",)
_JPEG_ATTRS = (
    "channels: int = 0",
    "ratio: int = 1",
    "fancy_upscaling: bool = true",
    "try_recover_truncated: bool = false",
    "acceptable_fraction: float = 1",
    "dct_method: string = ''",
)
DECODE_JPEG = Op("DecodeJpeg", _CONTENTS, ("image: uint8",), _JPEG_ATTRS, infer=_infer_jpeg)
DECODE_AND_CROP_JPEG = Op(
    "DecodeAndCropJpeg",
    (*_CONTENTS, "crop_window: int32"),
    ("image: uint8",),
    _JPEG_ATTRS,
    infer=_infer_cropped,
)
ENCODE_JPEG = Op(
    "EncodeJpeg",
    ("image: uint8",),
    _CONTENTS,
    (
        "format: {'', 'grayscale', 'rgb'} = ''",
        "quality: int = 95",
        "progressive: bool = false",
        "optimize_size: bool = false",
        "chroma_downsampling: bool = true",
        "density_unit: {'in', 'cm'} = 'in'",
        "x_density: int = 300",
        "y_density: int = 300",
        "xmp_metadata: string = ''",
    ),
    infer=_infer_encode,
)
ENCODE_JPEG_QUALITY = Op(
    "EncodeJpegVariableQuality", ("images: uint8", "quality: int32"), _CONTENTS, infer=_infer_encode_quality
)
EXTRACT_JPEG_SHAPE = Op(
    "ExtractJpegShape",
    _CONTENTS,
    ("image_shape: output_type",),
    ("output_type: {int32, int64} = DT_INT32",),
    infer=_infer_jpeg_shape,
)
DECODE_PNG = Op(
    "DecodePng",
    _CONTENTS,
    ("image: dtype",),
    ("channels: int = 0", "dtype: {uint8, uint16} = DT_UINT8"),
    infer=_infer_png,
)
DECODE_GIF = Op("DecodeGif", _CONTENTS, ("image: uint8",), infer=_infer_gif)
DECODE_BMP = Op("DecodeBmp", _CONTENTS, ("image: uint8",), ("channels: int = 0",), infer=_infer_bmp)
DECODE_IMAGE = Op(
    "DecodeImage",
    _CONTENTS,
    ("image: dtype",),
    ("channels: int = 0", "dtype: {uint8, uint16, float} = DT_UINT8", "expand_animations: bool = true"),
    infer=_infer_image,
)
DECODE_WEBP = Op(
    "DecodeWebP",
    _CONTENTS,
    ("image: dtype",),
    ("channels: int = 0", "dtype: {uint8} = DT_UINT8"),
    infer=_infer_webp,
)

"""Kernels of ``flowstone_image.ops.files``, on Pillow, which is imported when the first file is read or written."""

from __future__ import annotations

import functools
import io
from importlib import import_module
from typing import Any

import numpy as np
from flowstone_core.errors import InvalidArgumentError, SpecError
from flowstone_core.kernel import KernelSet

from flowstone_image.ops import files as ops

KERNELS = KernelSet()

_MAGIC = {b"\xff\xd8\xff": "JPEG", b"\x89PNG": "PNG", b"GIF8": "GIF", b"BM": "BMP"}
_MODES = {1: "L", 2: "LA", 3: "RGB", 4: "RGBA"}


@functools.cache
def _pillow() -> Any:
    return import_module("PIL.Image")


def _bad(text: str) -> InvalidArgumentError:
    return InvalidArgumentError(None, None, text)


def _kind(contents: Any, op: str) -> str:
    """The format of a file, by how it begins."""
    if contents.ndim:
        raise SpecError(f"{op} takes the bytes of one file, a scalar string, got shape {contents.shape}.")
    data = contents.item()
    for start, kind in _MAGIC.items():
        if data.startswith(start):
            return kind
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "WEBP"
    raise _bad(
        f"{op}: unknown image file format. One of JPEG, PNG, GIF, BMP, WebP required; it begins with {data[:4]!r}."
    )


def _opened(contents: Any, kind: str, op: str) -> Any:
    """The file, checked to be of a format; its pixels are not read yet."""
    try:
        return _pillow().open(io.BytesIO(contents.item()), formats=[kind])
    except Exception as error:  # noqa: BLE001 - Pillow raises many types for files that are broken
        raise _bad(f"{op}: the contents are no {kind} file that can be read: {error}") from None


def _pixels(image: Any, mode: str, op: str) -> Any:
    """The pixels in a mode, ``[height, width, channels]``."""
    try:
        array = np.asarray(image if image.mode == mode else image.convert(mode))
    except Exception as error:  # noqa: BLE001 - broken or cut files
        raise _bad(f"{op}: the image cannot be decoded: {error}") from None
    return array[:, :, None] if array.ndim == 2 else array


def _native(image: Any) -> int:
    """The channels that a file has of itself."""
    if image.mode == "P":
        return 4 if "transparency" in image.info else 3
    if image.mode in ("1", "L", "I", "I;16", "I;16B", "F"):
        return 2 if "transparency" in image.info else 1
    if image.mode == "RGB" and "transparency" in image.info:
        return 4
    return {"LA": 2, "RGBA": 4, "PA": 4}.get(image.mode, 3)


def _check_channels(channels: int, allowed: tuple[int, ...], op: str) -> None:
    if channels not in allowed:
        raise _bad(f"{op}: channels must be one of {', '.join(map(str, allowed))}, got {channels}.")


# -- JPEG ----------------------------------------------------------------------------------------------------------


def _jpeg(contents: Any, channels: int, ratio: int, partial: bool, op: str) -> Any:
    _check_channels(channels, (0, 1, 3), op)
    if ratio not in (1, 2, 4, 8):
        raise _bad(f"{op}: ratio must be 1, 2, 4 or 8, got {ratio}.")
    image = _opened(contents, "JPEG", op)
    mode = _MODES[channels or (1 if image.mode == "L" else 3)]
    width, height = image.size
    image.draft(
        mode if image.mode in ("L", "RGB", "YCbCr") else image.mode, (max(1, width // ratio), max(1, height // ratio))
    )
    if partial:
        image_file: Any = import_module("PIL.ImageFile")
        parser_flag = image_file.LOAD_TRUNCATED_IMAGES
        image_file.LOAD_TRUNCATED_IMAGES = True
        try:
            return _pixels(image, mode, op)
        finally:
            image_file.LOAD_TRUNCATED_IMAGES = parser_flag
    return _pixels(image, mode, op)


@KERNELS.add(ops.DECODE_JPEG)
def decode_jpeg(contents: Any, *, channels: int, ratio: int, try_recover_truncated: bool, **attrs: Any) -> Any:
    """A JPEG's pixels; of other formats too, as in TensorFlow."""
    kind = _kind(contents, "DecodeJpeg")
    if kind != "JPEG":
        return _other(contents, kind, channels, "DecodeJpeg")
    return _jpeg(contents, channels, ratio, try_recover_truncated, "DecodeJpeg")


@KERNELS.add(ops.DECODE_AND_CROP_JPEG)
def decode_and_crop_jpeg(
    contents: Any, crop_window: Any, *, channels: int, ratio: int, try_recover_truncated: bool, **attrs: Any
) -> Any:
    """A part of a JPEG."""
    if crop_window.shape != (4,):
        raise SpecError(f"crop_window must have 4 numbers, got shape {crop_window.shape}.")
    if _kind(contents, "DecodeAndCropJpeg") != "JPEG":
        raise _bad("DecodeAndCropJpeg: the contents are no JPEG file.")
    pixels = _jpeg(contents, channels, ratio, try_recover_truncated, "DecodeAndCropJpeg")
    y, x, height, width = map(int, crop_window)
    if min(y, x) < 0 or min(height, width) < 1 or y + height > pixels.shape[0] or x + width > pixels.shape[1]:
        raise _bad(f"DecodeAndCropJpeg: the window {crop_window.tolist()} is not in an image of {pixels.shape}.")
    return pixels[y : y + height, x : x + width]


@KERNELS.add(ops.EXTRACT_JPEG_SHAPE)
def extract_jpeg_shape(contents: Any, *, output_type: Any) -> Any:
    """Height, width and channels, from the file's head."""
    if _kind(contents, "ExtractJpegShape") != "JPEG":
        raise _bad("ExtractJpegShape: the contents are no JPEG file.")
    image = _opened(contents, "JPEG", "ExtractJpegShape")
    return np.array([image.height, image.width, len(image.getbands())], output_type.numpy_dtype)


def _encoded(image: Any, format: str, op: str, **options: Any) -> Any:
    if image.ndim != 3:
        raise SpecError(f"{op}: an image has 3 dimensions, got shape {image.shape}.")
    wanted = {"": (1, 3), "grayscale": (1,), "rgb": (3,)}[format]
    if image.shape[2] not in wanted or not image.size:
        raise _bad(f"{op}: images have {' or '.join(map(str, wanted))} channels and are not empty, got {image.shape}.")
    if not 0 <= options["quality"] <= 100:
        raise _bad(f"{op}: quality must be in [0, 100], got {options['quality']}.")
    buffer = io.BytesIO()
    # quality 0 is Pillow's word for its default; 1 has the same tables as 0
    options["quality"] = max(1, options["quality"])
    pixels = image[:, :, 0] if image.shape[2] == 1 else image
    _pillow().fromarray(np.ascontiguousarray(pixels)).save(buffer, "JPEG", **options)
    contents = np.empty((), object)
    contents[()] = buffer.getvalue()
    return contents


@KERNELS.add(ops.ENCODE_JPEG)
def encode_jpeg(
    image: Any,
    *,
    format: str,
    quality: int,
    progressive: bool,
    optimize_size: bool,
    chroma_downsampling: bool,
    density_unit: str,
    x_density: int,
    y_density: int,
    xmp_metadata: Any,
) -> Any:
    """The bytes of a JPEG file."""
    inch = 1.0 if density_unit == "in" else 2.54
    xmp = xmp_metadata if isinstance(xmp_metadata, bytes) else xmp_metadata.encode()
    return _encoded(
        image,
        format,
        "EncodeJpeg",
        quality=quality,
        progressive=progressive,
        optimize=optimize_size,
        subsampling=2 if chroma_downsampling else 0,
        dpi=(round(x_density * inch), round(y_density * inch)),
        **({"xmp": xmp} if xmp else {}),
    )


@KERNELS.add(ops.ENCODE_JPEG_QUALITY)
def encode_jpeg_quality(images: Any, quality: Any) -> Any:
    """The same, with a quality that is computed."""
    return _encoded(images, "", "EncodeJpegVariableQuality", quality=int(quality), subsampling=2)


# -- other formats -----------------------------------------------------------------------------------------------------


_GRAY = np.array([9797, 19234, 3737], np.int32)
"""How much of red, green and blue is grey, in 1/32768: libpng's, as TensorFlow sets it."""


def _png(contents: Any, channels: int, dtype: Any, op: str) -> Any:
    _check_channels(channels, (0, 1, 3, 4), op)
    image = _opened(contents, "PNG", op)
    if image.mode.startswith("I"):  # 16-bit grey; its other depths are read with 8 bits
        deep = _pixels(image, "I", op).astype(np.uint16)
        if channels >= 3:
            opaque = np.full_like(deep, 65535)
            deep = np.concatenate([deep, deep, deep, opaque][:channels], 2)
        return deep if dtype == np.uint16 else (deep >> 8).astype(np.uint8)
    if dtype == np.uint16 and contents.item()[24:25] == b"\x10":
        raise _bad(f"{op}: 16-bit colour is not read in full depth. Decode with dtype=tf.uint8.")
    wanted = channels or _native(image)
    if wanted == 1 and _native(image) > 2:
        colors = _pixels(image, "RGBA" if _native(image) == 4 else "RGB", op)[:, :, :3]
        pixels = ((colors @ _GRAY) >> 15).astype(np.uint8)[:, :, None]
    else:
        pixels = _pixels(image, _MODES[wanted], op)
    return pixels if dtype == np.uint8 else pixels.astype(np.uint16) * np.uint16(257)


def _gif(contents: Any, op: str) -> Any:
    """All frames, each as it is seen: drawn over those before."""
    image = _opened(contents, "GIF", op)
    frames = []
    try:
        for number in range(image.n_frames):
            image.seek(number)
            frames.append(_pixels(image, "RGB", op))
    except EOFError as error:
        raise _bad(f"{op}: the file ends within a frame: {error}") from None
    return np.stack(frames)


def _bmp(contents: Any, channels: int, op: str) -> Any:
    _check_channels(channels, (0, 3, 4), op)
    image = _opened(contents, "BMP", op)
    return _pixels(image, _MODES[channels or {"L": 1, "RGBA": 4}.get(image.mode, 3)], op)


def _webp(contents: Any, channels: int, op: str) -> Any:
    """All frames, ``[frames, height, width, channels]``, with the channels that the file has."""
    if channels not in (0, 3, 4):
        raise _bad(f"{op}: WebP only supports 3 or 4 channels, got {channels}.")
    image = _opened(contents, "WEBP", op)
    own = 4 if "A" in image.getbands() else 3
    if channels and channels != own:
        raise _bad(f"{op}: the number of channels requested does not match the file: {channels}, but it has {own}.")
    frames = []
    try:
        for number in range(getattr(image, "n_frames", 1)):
            image.seek(number)
            frames.append(_pixels(image, _MODES[own], op))
    except EOFError as error:
        raise _bad(f"{op}: the file ends within a frame: {error}") from None
    return np.stack(frames)


def _other(contents: Any, kind: str, channels: int, op: str) -> Any:
    """The pixels of a PNG, or the only frame of a GIF, as uint8."""
    if kind == "WEBP":
        raise _bad(f"{op}: the contents are a WebP file. Use tf.io.decode_webp or tf.io.decode_image.")
    if kind == "PNG":
        return _png(contents, channels, np.dtype(np.uint8), op)
    if kind == "BMP":
        raise _bad(f"{op}: the contents are a BMP file. Use tf.io.decode_bmp or tf.io.decode_image.")
    frames = _gif(contents, op)
    if channels not in (0, 3):
        raise _bad(f"{op}: a GIF has 3 channels, got channels={channels}.")
    if len(frames) > 1:
        raise _bad(f"{op}: the GIF has {len(frames)} frames. Use tf.io.decode_gif or tf.io.decode_image.")
    return frames[0]


def _deepened(pixels: Any, wanted: Any) -> Any:
    """8-bit pixels in another type: 256 times as large in 16 bits, floats in [0, 1]."""
    if wanted.kind == "f":
        return pixels.astype(wanted) * wanted.type(1 / np.iinfo(pixels.dtype).max)
    return pixels if pixels.dtype == wanted else pixels.astype(wanted) * wanted.type(256)


@KERNELS.add(ops.DECODE_PNG)
def decode_png(contents: Any, *, channels: int, dtype: Any) -> Any:
    """A PNG's pixels; of other formats too, as in TensorFlow."""
    kind = _kind(contents, "DecodePng")
    if kind == "PNG":
        return _png(contents, channels, dtype.numpy_dtype, "DecodePng")
    still = _jpeg(contents, channels, 1, False, "DecodePng") if kind == "JPEG" else None
    return _deepened(_other(contents, kind, channels, "DecodePng") if still is None else still, dtype.numpy_dtype)


@KERNELS.add(ops.DECODE_GIF)
def decode_gif(contents: Any) -> Any:
    """All frames; of a still image of another format one."""
    kind = _kind(contents, "DecodeGif")
    if kind == "GIF":
        return _gif(contents, "DecodeGif")
    if kind == "WEBP":
        return _webp(contents, 3, "DecodeGif")
    still = _jpeg(contents, 3, 1, False, "DecodeGif") if kind == "JPEG" else _other(contents, kind, 3, "DecodeGif")
    return still[None]


@KERNELS.add(ops.DECODE_BMP)
def decode_bmp(contents: Any, *, channels: int) -> Any:
    """A BMP's pixels."""
    if _kind(contents, "DecodeBmp") != "BMP":
        raise _bad("DecodeBmp: the contents are no BMP file. Use tf.io.decode_image.")
    return _bmp(contents, channels, "DecodeBmp")


@KERNELS.add(ops.DECODE_WEBP)
def decode_webp(contents: Any, *, channels: int, dtype: Any) -> Any:
    """All frames of a WebP."""
    if _kind(contents, "DecodeWebP") != "WEBP":
        raise _bad("DecodeWebP: the contents are no WebP file. Use tf.io.decode_image.")
    return _webp(contents, channels, "DecodeWebP")


@KERNELS.add(ops.DECODE_IMAGE)
def decode_image(contents: Any, *, channels: int, dtype: Any, expand_animations: bool) -> Any:
    """The pixels of a file of any format, scaled to the type."""
    kind = _kind(contents, "DecodeImage")
    wanted = dtype.numpy_dtype
    if kind == "GIF":
        if channels not in (0, 3):
            raise _bad(f"DecodeImage: a GIF has 3 channels, got channels={channels}.")
        pixels = _gif(contents, "DecodeImage")
        pixels = pixels if expand_animations else pixels[0]
    elif kind == "WEBP":
        if wanted != np.uint8:
            raise _bad(f"DecodeImage: WebP only supports uint8, got dtype={dtype.name}. Convert the pixels afterwards.")
        pixels = _webp(contents, channels, "DecodeImage")
        pixels = pixels if expand_animations else pixels[0]
    elif kind == "JPEG":
        pixels = _jpeg(contents, channels, 1, False, "DecodeImage")
    elif kind == "PNG":
        deep = wanted == np.uint16 or (wanted.kind == "f" and contents.item()[24:26] == b"\x10\x00")
        pixels = _png(contents, channels, np.dtype(np.uint16 if deep else np.uint8), "DecodeImage")
    else:
        pixels = _bmp(contents, channels, "DecodeImage")
    return _deepened(pixels, wanted)

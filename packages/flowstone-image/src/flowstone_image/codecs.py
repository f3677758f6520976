"""Decoding and encoding files of images: ``tf.io.decode_image`` and so on, also under ``tf.image``."""

from __future__ import annotations

from typing import Any

from flowstone_core import dtypes
from flowstone_core.api import tf
from flowstone_core.dtypes import as_dtype
from flowstone_core.ops.media import ENCODE_PNG
from flowstone_core.tensor import Tensor, TensorLike

from flowstone_image.ops import files as ops


def decode_jpeg(
    contents: TensorLike,
    channels: int = 0,
    ratio: int = 1,
    fancy_upscaling: bool = True,
    try_recover_truncated: bool = False,
    acceptable_fraction: float = 1,
    dct_method: str = "",
    name: str | None = None,
) -> Tensor:
    """The pixels of a JPEG file, uint8 of shape ``[height, width, channels]``.

    Args:
        contents: The bytes of the file, a scalar string.
        channels: 1 for greys, 3 for colours, 0 for what the file has.
        ratio: 1, 2, 4 or 8: read the image so many times smaller.
        fancy_upscaling: Colours are always smoothed; there is no other way here.
        try_recover_truncated: Whether a file that ends early gives what is there of it.
        acceptable_fraction: How much of it must be there; not looked at here.
        dct_method: There is one method here, ``"INTEGER_ACCURATE"``; TensorFlow's default is a faster, rougher one.
        name: A name for the op in a graph.

    Raises:
        tf.errors.InvalidArgumentError: The contents are no image, or an argument has another value.
    """
    return ops.DECODE_JPEG(
        contents,
        channels=channels,
        ratio=ratio,
        fancy_upscaling=fancy_upscaling,
        try_recover_truncated=try_recover_truncated,
        acceptable_fraction=acceptable_fraction,
        dct_method=dct_method,
        name=name,
    )


def decode_and_crop_jpeg(
    contents: TensorLike,
    crop_window: TensorLike,
    channels: int = 0,
    ratio: int = 1,
    fancy_upscaling: bool = True,
    try_recover_truncated: bool = False,
    acceptable_fraction: float = 1,
    dct_method: str = "",
    name: str | None = None,
) -> Tensor:
    """A part of a JPEG file; arguments as ``tf.io.decode_jpeg``, and ``crop_window``: ``[y, x, height, width]``.

    Raises:
        tf.errors.InvalidArgumentError: The contents are no JPEG, or the window does not lie in the image.
    """
    return ops.DECODE_AND_CROP_JPEG(
        contents,
        crop_window,
        channels=channels,
        ratio=ratio,
        fancy_upscaling=fancy_upscaling,
        try_recover_truncated=try_recover_truncated,
        acceptable_fraction=acceptable_fraction,
        dct_method=dct_method,
        name=name,
    )


def decode_png(contents: TensorLike, channels: int = 0, dtype: Any = dtypes.uint8, name: str | None = None) -> Tensor:
    """The pixels of a PNG file, of shape ``[height, width, channels]``.

    Args:
        contents: The bytes of the file, a scalar string.
        channels: 1 for greys, 3 for colours, 4 for colours and alpha; 0 for what the file has.
        dtype: uint8 or uint16.
        name: A name for the op in a graph.

    Raises:
        tf.errors.InvalidArgumentError: The contents are no image, or an argument has another value.
    """
    return ops.DECODE_PNG(contents, channels=channels, dtype=dtype, name=name)


def decode_gif(contents: TensorLike, name: str | None = None) -> Tensor:
    """All frames of a GIF file, uint8 of shape ``[frames, height, width, 3]``.

    Raises:
        tf.errors.InvalidArgumentError: The contents are no such file.
    """
    return ops.DECODE_GIF(contents, name=name)


def decode_bmp(contents: TensorLike, channels: int = 0, name: str | None = None) -> Tensor:
    """The pixels of a BMP file, uint8 of shape ``[height, width, channels]``.

    Args:
        contents: The bytes of the file, a scalar string.
        channels: 3 for colours, 4 for colours and alpha; 0 for what the file has.
        name: A name for the op in a graph.

    Raises:
        tf.errors.InvalidArgumentError: The contents are no such file.
    """
    return ops.DECODE_BMP(contents, channels=channels, name=name)


def decode_webp(contents: TensorLike, channels: int = 0, dtype: Any = dtypes.uint8, name: str | None = None) -> Tensor:
    """The frames of a WebP file, uint8 of shape ``[frames, height, width, channels]``; a still image has one.

    Args:
        contents: The bytes of the file, a scalar string.
        channels: 3 for colours, 4 with opacity, as the file has; 0 for what it has.
        dtype: tf.uint8.
        name: A name for the op in a graph.

    Raises:
        tf.errors.InvalidArgumentError: The contents are no WebP file, or it has other channels.
    """
    return ops.DECODE_WEBP(contents, channels=channels, dtype=as_dtype(dtype), name=name)


def decode_image(
    contents: TensorLike,
    channels: int | None = None,
    dtype: Any = dtypes.uint8,
    name: str | None = None,
    expand_animations: bool = True,
) -> Tensor:
    """The pixels of a JPEG, PNG, GIF or BMP file.

    Args:
        contents: The bytes of the file, a scalar string.
        channels: The number of channels; what the file has if 0 or None.
        dtype: uint8, uint16, or a floating point type, whose values lie in [0, 1].
        name: A name for the op in a graph.
        expand_animations: Whether a GIF gives all its frames, ``[frames, height, width, 3]``; otherwise the first.

    Returns:
        ``[height, width, channels]``, or frames. While tracing, no shape is known unless ``expand_animations=False``.

    Raises:
        tf.errors.InvalidArgumentError: The contents are no such file.
    """
    wanted = as_dtype(dtype)
    read = wanted if wanted in (dtypes.uint8, dtypes.uint16) else dtypes.float32
    pixels = ops.DECODE_IMAGE(
        contents, channels=channels or 0, dtype=read, expand_animations=expand_animations, name=name
    )
    return tf.cast(pixels, wanted) if read is not wanted else pixels


def encode_jpeg(
    image: TensorLike,
    format: str = "",
    quality: int = 95,
    progressive: bool = False,
    optimize_size: bool = False,
    chroma_downsampling: bool = True,
    density_unit: str = "in",
    x_density: int = 300,
    y_density: int = 300,
    xmp_metadata: str = "",
    name: str | None = None,
) -> Tensor:
    """An image as the bytes of a JPEG file.

    Args:
        image: uint8 of shape ``[height, width, channels]`` with 1 or 3 channels.
        format: ``"grayscale"`` or ``"rgb"``; what the channels say if empty.
        quality: 0 to 100.
        progressive: Whether the file shows a rough image first.
        optimize_size: Whether to spend time on a smaller file.
        chroma_downsampling: Whether colours have half the resolution.
        density_unit: ``"in"`` or ``"cm"``.
        x_density: Pixels a unit.
        y_density: Pixels a unit.
        xmp_metadata: Metadata for the file's head.
        name: A name for the op in a graph.

    Raises:
        tf.errors.InvalidArgumentError: The shape or the quality is another.
    """
    return ops.ENCODE_JPEG(
        image,
        format=format,
        quality=quality,
        progressive=progressive,
        optimize_size=optimize_size,
        chroma_downsampling=chroma_downsampling,
        density_unit=density_unit,
        x_density=x_density,
        y_density=y_density,
        xmp_metadata=xmp_metadata,
        name=name,
    )


def encode_png(image: TensorLike, compression: int = -1, name: str | None = None) -> Tensor:
    """Images as the bytes of PNG files, without loss.

    >>> tf.io.decode_png(tf.io.encode_png(tf.fill([1, 2, 1], tf.constant(7, tf.uint8)))).numpy().tolist()
    [[[7], [7]]]

    Args:
        image: uint8 or uint16 of shape ``[..., height, width, channels]`` with 1 to 4 channels.
        compression: 0 to 9, or -1 for zlib's default.
        name: A name for the op in a graph.

    Raises:
        tf.errors.InvalidArgumentError: The shape is another.
    """
    return ENCODE_PNG(tf.convert_to_tensor(image), compression=compression, name=name)


def extract_jpeg_shape(contents: TensorLike, output_type: Any = dtypes.int32, name: str | None = None) -> Tensor:
    """Height, width and channels of a JPEG file, from its head.

    Args:
        contents: The bytes of the file, a scalar string.
        output_type: int32 or int64.
        name: A name for the op in a graph.

    Raises:
        tf.errors.InvalidArgumentError: The contents are no JPEG file.
    """
    return ops.EXTRACT_JPEG_SHAPE(contents, output_type=output_type, name=name)


def is_jpeg(contents: TensorLike, name: str | None = None) -> Tensor:
    """Whether contents begin as a JPEG file does.

    >>> bool(tf.io.is_jpeg(b"no image"))
    False
    """
    return tf.equal(tf.strings.substr(contents, 0, 3), b"\xff\xd8\xff", name=name)

"""Kernels of ``flowstone_core.ops.encoding``."""

from __future__ import annotations

import base64
import binascii
import zlib
from typing import Any

import numpy as np

from flowstone_core.dtypes import DType
from flowstone_core.errors import DataLossError, InvalidArgumentError, SpecError
from flowstone_core.kernel import KernelSet
from flowstone_core.kernels.strings import mapped
from flowstone_core.ops import encoding as ops

KERNELS = KernelSet()

_WEB_SAFE = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")
_WINDOWS = {"ZLIB": zlib.MAX_WBITS, "GZIP": zlib.MAX_WBITS | 16}


@KERNELS.add(ops.ENCODE_BASE64)
def encode_base64(x: Any, *, pad: bool) -> Any:
    """Web-safe base64."""
    encode = base64.urlsafe_b64encode
    return mapped(encode if pad else lambda item: encode(item).rstrip(b"="), x)


def _from_base64(item: bytes) -> bytes:
    body = item.rstrip(b"=") if len(item) % 4 == 0 and item[-3:].count(b"=") <= 2 else item
    if len(body) % 4 == 1:
        raise InvalidArgumentError(None, None, "Base64 string length cannot be 1 modulo 4.")
    if not _WEB_SAFE.issuperset(body):
        raise InvalidArgumentError(None, None, "Invalid character found in base64.")
    try:
        return base64.urlsafe_b64decode(body + b"=" * (-len(body) % 4))
    except binascii.Error as error:
        raise InvalidArgumentError(None, None, f"Invalid base64: {error}") from None


@KERNELS.add(ops.DECODE_BASE64)
def decode_base64(x: Any) -> Any:
    """Web-safe base64, padded or not."""
    return mapped(_from_base64, x)


@KERNELS.add(ops.DECODE_COMPRESSED)
def decode_compressed(x: Any, *, compression_type: str) -> Any:
    """Inflated data."""
    if not compression_type:
        return x
    window = _WINDOWS.get(compression_type)
    if window is None:
        raise SpecError(f"Only ZLIB, GZIP or NONE are supported compressions, got {compression_type!r}.")

    def inflate(item: bytes) -> bytes:
        try:
            return zlib.decompress(item, window)
        except zlib.error as error:
            raise DataLossError(None, None, f"inflate() failed: {error}") from None

    return mapped(inflate, x)


def _numbers(data: bytes, out_type: DType, little_endian: bool) -> Any:
    stored = out_type.numpy_dtype
    array = np.frombuffer(bytearray(data), stored)
    if little_endian or stored.itemsize == 1:
        return array
    return array.byteswap()


@KERNELS.add(ops.DECODE_RAW)
def decode_raw(x: Any, *, out_type: DType, little_endian: bool) -> Any:
    """All strings as numbers; they have the same length."""
    items = x.reshape(-1).tolist()
    if not items:
        return np.zeros((*x.shape, 0), out_type.numpy_dtype)
    size, each = len(items[0]), out_type.numpy_dtype.itemsize
    for place, item in enumerate(items):
        if len(item) != size:
            raise SpecError(
                f"DecodeRaw requires input strings to all be the same size, but element {place} has size {len(item)} != "
                f"{size}"
            )
    if size % each:
        raise SpecError(
            f"Input to DecodeRaw has length {size} that is not a multiple of {each}, the size of {out_type.name}"
        )
    return _numbers(b"".join(items), out_type, little_endian).reshape(*x.shape, size // each)


@KERNELS.add(ops.DECODE_PADDED_RAW)
def decode_padded_raw(x: Any, fixed_length: Any, *, out_type: DType, little_endian: bool) -> Any:
    """The first bytes of each string as numbers, filled up with zeros."""
    size, each = int(fixed_length), out_type.numpy_dtype.itemsize
    if size <= 0:
        raise SpecError(f"DecodePaddedRaw: fixed_length ({size}) must be greater than zero.")
    if size % each:
        raise ValueError  # the shape rule explains
    items = (item[:size].ljust(size, b"\0") for item in x.reshape(-1).tolist())
    return _numbers(b"".join(items), out_type, little_endian).reshape(*x.shape, size // each)

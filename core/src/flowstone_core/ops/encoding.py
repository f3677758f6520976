"""Bytes and what they stand for: base64, raw numbers, compressed data."""

from __future__ import annotations

from typing import Any

from flowstone_core import infer
from flowstone_core.dtypes import DType, as_dtype
from flowstone_core.errors import SpecError
from flowstone_core.op import Op
from flowstone_core.spec import Spec
from flowstone_core.tensor import Tensor, TensorLike

_RAW = "half, float, double, int32, uint16, uint8, int16, int8, int64"

ENCODE_BASE64 = Op(
    "EncodeBase64", ("input: string",), ("output: string",), ("pad: bool = false",), infer=infer.unchanged
)
DECODE_BASE64 = Op("DecodeBase64", ("input: string",), ("output: string",), infer=infer.unchanged)
DECODE_COMPRESSED = Op(
    "DecodeCompressed",
    ("bytes: string",),
    ("output: string",),
    ("compression_type: string = ''",),
    infer=infer.unchanged,
)


def _infer_raw(x: Spec, *, out_type: DType, **attrs: Any) -> Spec:
    return Spec(None if x.shape is None else (*x.shape, None), out_type)


def _infer_padded_raw(x: Spec, fixed_length: Spec, *, out_type: DType, **attrs: Any) -> Spec:
    size, each = fixed_length.scalar(), out_type.size
    if size is not None and size % each:
        raise SpecError(
            f"DecodePaddedRaw: fixed_length ({size}) must be a multiple of {each}, the size of {out_type.name}."
        )
    return Spec(None if x.shape is None else (*x.shape, None if size is None else size // each), out_type)


DECODE_RAW = Op(
    "DecodeRaw",
    ("bytes: string",),
    ("output: out_type",),
    (f"out_type: {{{_RAW}, complex64, complex128, bool, bfloat16}}", "little_endian: bool = true"),
    infer=_infer_raw,
)
DECODE_PADDED_RAW = Op(
    "DecodePaddedRaw",
    ("input_bytes: string", "fixed_length: int32"),
    ("output: out_type",),
    (f"out_type: {{{_RAW}, bfloat16}}", "little_endian: bool = true"),
    infer=_infer_padded_raw,
)


def encode_base64(input: TensorLike, pad: bool = False, name: str | None = None) -> Tensor:
    """Bytes as web-safe base64 (RFC 4648, section 5).

    >>> tf.io.encode_base64("hello").numpy()
    b'aGVsbG8'

    Args:
        input: Strings.
        pad: Whether ``=`` fills the length up to a multiple of 4.
        name: A name for the operation.
    """
    result: Tensor = ENCODE_BASE64(input, pad=pad, name=name)
    return result


def decode_base64(input: TensorLike, name: str | None = None) -> Tensor:
    """The bytes of web-safe base64, padded or not.

    >>> tf.io.decode_base64("aGVsbG8").numpy()
    b'hello'

    Raises:
        tf.errors.InvalidArgumentError: If a string is no base64.
    """
    result: Tensor = DECODE_BASE64(input, name=name)
    return result


def decode_compressed(bytes: TensorLike, compression_type: str = "", name: str | None = None) -> Tensor:
    """What compressed strings hold.

    Args:
        bytes: Strings.
        compression_type: ``"ZLIB"``, ``"GZIP"`` or nothing.
        name: A name for the operation.

    Raises:
        tf.errors.DataLossError: If the data is damaged.
    """
    result: Tensor = DECODE_COMPRESSED(bytes, compression_type=compression_type, name=name)
    return result


def decode_raw(
    input_bytes: TensorLike,
    out_type: Any,
    little_endian: bool = True,
    fixed_length: Any = None,
    name: str | None = None,
) -> Tensor:
    r"""The bytes of strings as numbers, along a new last dimension.

    >>> tf.io.decode_raw([b"\x01\x00\x02\x00"], tf.int16).numpy()
    array([[1, 2]], dtype=int16)

    Args:
        input_bytes: Strings, all of the same length without ``fixed_length``.
        out_type: The type of the numbers.
        little_endian: The order of their bytes.
        fixed_length: How many bytes of each string to read; shorter ones are filled up with zeros.
        name: A name for the operation.

    Raises:
        tf.errors.InvalidArgumentError: If a length does not fit.
    """
    kind = as_dtype(out_type)
    result: Tensor
    if fixed_length is not None:
        result = DECODE_PADDED_RAW(input_bytes, fixed_length, out_type=kind, little_endian=little_endian, name=name)
    else:
        result = DECODE_RAW(input_bytes, out_type=kind, little_endian=little_endian, name=name)
    return result

"""Cases for ``flowstone_core.ops.encoding``."""

from __future__ import annotations

import gzip
import struct
import zlib
from typing import Any

from flowstone_core.dtypes import DType, as_dtype
from flowstone_core.ops import encoding as ops

from flowstone_conformance.case import Case
from flowstone_conformance.reference import Array, result
from flowstone_conformance.samples import array, text

_CODES = {"uint8": "B", "int16": "h", "int32": "i", "int64": "q", "float16": "e", "float32": "f", "float64": "d"}
_PLAIN = text([["hello"], [""], [b"\xff\xfe"]])


def _numbers(x: Array, out_type: DType, little_endian: bool) -> Array:
    code, size = _CODES[out_type.name], out_type.size
    order = "<" if little_endian else ">"
    flat = [[struct.unpack_from(order + code, item, at)[0] for at in range(0, len(item), size)] for item in x.flat]
    return array(flat, out_type.name).reshape(*x.shape, -1)


def _padded(x: Array, fixed_length: Array, **attrs: Any) -> Array:
    size = int(fixed_length)
    return _numbers(text([(item + b"\0" * size)[:size] for item in x.tolist()]), **attrs)


CASES = [
    Case(ops.ENCODE_BASE64, (_PLAIN,), result(text([["aGVsbG8"], [""], ["__4"]])), {"pad": False}),
    Case(ops.ENCODE_BASE64, (_PLAIN,), result(text([["aGVsbG8="], [""], ["__4="]])), {"pad": True}),
    *(
        Case(ops.DECODE_BASE64, (text(values),), result(_PLAIN), note=note)
        for note, values in (
            ("padded", [["aGVsbG8="], [""], ["__4="]]),
            ("bare", [["aGVsbG8"], [""], ["__4"]]),
        )
    ),
    *(
        Case(
            ops.DECODE_COMPRESSED, (text([packed(b"hello" * 9), packed(b"")]),), result(text(["hello" * 9, ""])), attrs
        )
        for packed, attrs in (
            (zlib.compress, {"compression_type": "ZLIB"}),
            (gzip.compress, {"compression_type": "GZIP"}),
            (bytes, {"compression_type": ""}),
        )
    ),
    *(
        Case(
            ops.DECODE_RAW,
            (text([[bytes(range(16, 32))], [bytes(range(40, 56))]]),),
            _numbers,
            {"out_type": as_dtype(name), "little_endian": little},
        )
        for name in _CODES
        for little in (True, False)
    ),
    *(
        Case(
            ops.DECODE_PADDED_RAW,
            (text(["abcdefghij", "k"]), array(8, "int32")),
            _padded,
            {"out_type": as_dtype(name), "little_endian": little},
        )
        for name in _CODES
        for little in (True, False)
    ),
]

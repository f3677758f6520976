"""Cases for ``flowstone_core.ops.unicode``."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from flowstone_core.dtypes import int32, int64
from flowstone_core.ops import unicode as ops

from flowstone_conformance.case import Case
from flowstone_conformance.reference import Array, of_each, result
from flowstone_conformance.samples import array, text

_CODECS = {"UTF-8": "utf-8", "UTF-16-BE": "utf-16-be", "UTF-32-BE": "utf-32-be"}
_TEXTS = ("Hé", "", "\U0001f600!")
_DEFAULTS = {"errors": "replace", "replacement_char": 65533}
_CONTROL = {"replace_control_characters": False}


def _encoded(values: Array, splits: Array, output_encoding: str, **attrs: Any) -> Array:
    rows = ["".join(map(chr, values[start:stop].tolist())) for start, stop in pairwise(splits.tolist())]
    return text([row.encode(_CODECS[output_encoding]) for row in rows])


_POINTS = [72, 233, 0x1F600, 33]
_STARTS = [0, 1, 0, 4]
_BROKEN = [97, 65533, 98]

CASES = [
    Case(
        ops.UNICODE_SCRIPT,
        (array([[65, 0x3B1, 0x4E00, 48], [-1, 0x5D0, 0x430, 0xAC00]], "int32"),),
        result(array([[25, 14, 17, 0], [-1, 19, 8, 18]], "int32")),
    ),
    *(
        Case(
            ops.UNICODE_TRANSCODE,
            (text([each.encode(_CODECS[source]) for each in _TEXTS]),),
            of_each(
                lambda item, input_encoding, output_encoding, **attrs: item.decode(_CODECS[input_encoding]).encode(
                    _CODECS[output_encoding]
                )
            ),
            {"input_encoding": source, "output_encoding": target, **_DEFAULTS, **_CONTROL},
        )
        for source in _CODECS
        for target in _CODECS
    ),
    *(
        Case(
            ops.UNICODE_TRANSCODE,
            (text(b"a\xff\x01"),),
            result(text(expected)),
            {"input_encoding": "UTF-8", "output_encoding": "UTF-8", "replacement_char": 63, **attrs},
        )
        for expected, attrs in (
            (b"a?\x01", {"errors": "replace", "replace_control_characters": False}),
            (b"a??", {"errors": "replace", "replace_control_characters": True}),
            (b"a\x01", {"errors": "ignore", "replace_control_characters": False}),
        )
    ),
    *(
        Case(
            ops.UNICODE_ENCODE,
            (array(_POINTS, "int32"), array([0, 2, 2, 4], dtype)),
            _encoded,
            {"output_encoding": encoding, **_DEFAULTS},
        )
        for encoding in _CODECS
        for dtype in ("int32", "int64")
    ),
    *(
        case
        for values, ends, points, starts in (
            (_TEXTS, [0, 2, 2, 4], _POINTS, _STARTS),
            ([b"a\xffb"], [0, 3], _BROKEN, [0, 1, 2]),
        )
        for kind in (int32, int64)
        for attrs in ({"input_encoding": "UTF-8", "Tsplits": kind, **_DEFAULTS, **_CONTROL},)
        for case in (
            Case(
                ops.UNICODE_DECODE,
                (text(values),),
                result(array(ends, kind.name), array(points, "int32")),
                attrs,
            ),
            Case(
                ops.UNICODE_DECODE_WITH_OFFSETS,
                (text(values),),
                result(array(ends, kind.name), array(points, "int32"), array(starts, "int64")),
                attrs,
            ),
        )
    ),
]

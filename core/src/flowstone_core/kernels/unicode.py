"""Kernels of ``flowstone_core.ops.unicode``, on Python's codecs."""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import numpy as np

from flowstone_core.dtypes import DType
from flowstone_core.errors import InvalidArgumentError, SpecError
from flowstone_core.kernel import KernelSet
from flowstone_core.kernels.strings import mapped
from flowstone_core.ops import unicode as ops
from flowstone_core.unicode_scripts import script_of

KERNELS = KernelSet()

_CODECS = {"UTF-8": "utf-8", "UTF-16-BE": "utf-16-be", "UTF-32-BE": "utf-32-be"}
_NO_ENCODINGS = frozenset(("idna", "punycode", "raw-unicode-escape", "undefined", "unicode-escape"))
_LAST_CONTROL = 31


def codec_of(encoding: str) -> str:
    """Python's name of an encoding.

    Raises:
        SpecError: If it knows none such.
    """
    name = _CODECS.get(encoding, encoding)
    try:
        "".encode(name)
        found = codecs.lookup(name).name
    except (LookupError, UnicodeError):
        found = "undefined"
    if found in _NO_ENCODINGS:
        raise SpecError(f"Could not create converter for input encoding: {encoding}") from None
    return name


def decoded(item: bytes, codec: str) -> Iterator[tuple[int | None, int]]:
    """The code points of a string and the bytes where they begin; None for a sequence that is not valid."""
    place = 0
    while place < len(item):
        try:
            text, end, begin_next = item[place:].decode(codec), len(item), len(item)
        except UnicodeDecodeError as error:
            end, begin_next = place + error.start, place + error.end
            text = item[place:end].decode(codec)
        for char in text:
            yield ord(char), place
            place += len(char.encode(codec))
        if end < len(item):
            yield None, end
        place = begin_next


class _Policy:
    """What becomes of invalid sequences and control characters."""

    def __init__(self, errors: str, replacement_char: int, control: bool = False) -> None:
        if not 0 <= replacement_char <= 0x10FFFF or 0xD800 <= replacement_char < 0xE000:
            raise SpecError("replacement_char out of unicode codepoint range")
        self.errors = errors
        self.replacement = replacement_char
        self.control = control

    def point(self, point: int | None) -> int | None:
        """The code point to take; None to leave it out."""
        if point is None:
            if self.errors == "strict":
                raise InvalidArgumentError(None, None, "Invalid formatting on input string")
            return self.replacement if self.errors == "replace" else None
        return self.replacement if self.control and point <= _LAST_CONTROL else point


def _points(item: bytes, codec: str, policy: _Policy) -> list[tuple[int, int]]:
    """The code points to take, and where they begin."""
    found = ((policy.point(point), place) for point, place in decoded(item, codec))
    return [(point, place) for point, place in found if point is not None]


@KERNELS.add(ops.UNICODE_SCRIPT)
def unicode_script(x: Any) -> Any:
    """By the characters' names."""
    scripts = [script_of(point) for point in x.reshape(-1).tolist()]
    return np.array(scripts, np.int32).reshape(x.shape)


@KERNELS.add(ops.UNICODE_TRANSCODE)
def unicode_transcode(
    x: Any,
    *,
    input_encoding: str,
    output_encoding: str,
    errors: str,
    replacement_char: int,
    replace_control_characters: bool,
) -> Any:
    """Decode, encode."""
    source, target = codec_of(input_encoding), _CODECS[output_encoding]
    policy = _Policy(errors, replacement_char, replace_control_characters)

    def transcode(item: bytes) -> bytes:
        return "".join(chr(point) for point, _ in _points(item, source, policy)).encode(target)

    return mapped(transcode, x)


@KERNELS.add(ops.UNICODE_ENCODE)
def unicode_encode(values: Any, splits: Any, *, errors: str, output_encoding: str, replacement_char: int) -> Any:
    """One string for each row of code points."""
    policy, codec, points = _Policy(errors, replacement_char), _CODECS[output_encoding], values.tolist()
    ends = splits.tolist()
    if not ends or ends[0] != 0 or ends[-1] != len(points) or sorted(ends) != ends:
        raise SpecError(f"UnicodeEncode: input_splits {ends} must rise from 0 to the {len(points)} code points.")
    result = np.empty(len(ends) - 1, object)
    for number, (start, stop) in enumerate(pairwise(ends)):
        row = [_encodable(point, policy) for point in points[start:stop]]
        result[number] = "".join(chr(point) for point in row if point is not None).encode(codec)
    return result


def _encodable(point: int, policy: _Policy) -> int | None:
    if 0 <= point <= 0x10FFFF and not 0xD800 <= point < 0xE000:
        return point
    if policy.errors == "strict":
        raise InvalidArgumentError(None, None, "Code point is out of range for Unicode, or is a surrogate.")
    return policy.point(None)


def _decode(x: Any, encoding: str, policy: _Policy, splits: DType) -> tuple[Any, Any, Any]:
    codec = codec_of(encoding)
    points: list[int] = []
    starts: list[int] = []
    ends = [0]
    for item in x.reshape(-1).tolist():
        for point, place in _points(item, codec, policy):
            points.append(point)
            starts.append(place)
        ends.append(len(points))
    return np.array(ends, splits.numpy_dtype), np.array(points, np.int32), np.array(starts, np.int64)


@KERNELS.add(ops.UNICODE_DECODE)
def unicode_decode(
    x: Any,
    *,
    input_encoding: str,
    errors: str,
    replacement_char: int,
    replace_control_characters: bool,
    Tsplits: DType,
) -> tuple[Any, Any]:
    """The code points of all strings, and where each string's end."""
    policy = _Policy(errors, replacement_char, replace_control_characters)
    ends, points, _ = _decode(x, input_encoding, policy, Tsplits)
    return ends, points


@KERNELS.add(ops.UNICODE_DECODE_WITH_OFFSETS)
def unicode_decode_with_offsets(
    x: Any,
    *,
    input_encoding: str,
    errors: str,
    replacement_char: int,
    replace_control_characters: bool,
    Tsplits: DType,
) -> tuple[Any, Any, Any]:
    """The code points of all strings, where each string's end, and where in its string each begins."""
    policy = _Policy(errors, replacement_char, replace_control_characters)
    return _decode(x, input_encoding, policy, Tsplits)

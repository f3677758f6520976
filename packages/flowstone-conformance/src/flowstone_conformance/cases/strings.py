"""Cases for ``flowstone_core.ops.strings``.

Hashes are TensorFlow's.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from flowstone_core.dtypes import float32, float64, int32, int64
from flowstone_core.ops import strings as ops

from flowstone_conformance.case import Case
from flowstone_conformance.reference import Array, of_each, result
from flowstone_conformance.samples import array, text

_WORDS = ("Hello", "", " a b\t", "straße É", "\U0001f600x", b"\xff\xfe")
_SHAPED = (text("Abc"), text(list(_WORDS)), text([["A", "b"], ["é", "\n"]]), text([]))


def _ascii_case(low: int, high: int, by: int) -> Any:
    return of_each(lambda item, encoding: bytes(byte + by if low <= byte <= high else byte for byte in item))


def _characters(item: bytes) -> list[bytes]:
    """The UTF-8 characters of valid text."""
    return [char.encode() for char in item.decode()]


def _joined(inputs: list[Any], separator: str) -> Array:
    shape = max((x.shape for x in inputs), key=len, default=())
    out = np.empty(shape, object)
    for index in np.ndindex(shape):
        out[index] = separator.encode().join(x[index] if x.ndim else x[()] for x in inputs)
    return out


def _cut(x: Array, pos: Array, count: Array, unit: str) -> Array:
    def one(item: bytes, start: int, size: int) -> bytes:
        units = _characters(item) if unit == "UTF8_CHAR" else [item[i : i + 1] for i in range(len(item))]
        start += len(units) if start < 0 else 0
        return b"".join(units[start:][:size])

    shape = np.broadcast_shapes(x.shape, pos.shape)
    operands: list[Any] = [np.broadcast_to(each, shape) for each in (x, pos, count)]
    xs, starts, sizes = operands
    out = np.empty(shape, object)
    for index in np.ndindex(shape):
        out[index] = one(xs[index], int(starts[index]), int(sizes[index]))
    return out


def _sparse(rows: list[list[str]]) -> Any:
    places = [[row, place] for row, items in enumerate(rows) for place in range(len(items))]
    values = [item for items in rows for item in items]
    widest = max(map(len, rows), default=0)
    return result(array(np.array(places).reshape(-1, 2), "int64"), text(values), array([len(rows), widest], "int64"))


def _as_string(values: Any, dtype: str, expected: list[str], **attrs: Any) -> Case:
    return Case(ops.AS_STRING, (array(values, dtype),), result(text(expected)), attrs, note=str(values))


_GRID = text([["a", "b", "c"], ["d", "e", "f"]])
_NGRAMS = {
    "separator": "|",
    "left_pad": "L",
    "right_pad": "R",
    "pad_width": 0,
    "preserve_short_sequences": False,
}
_HASHED = text(["a", "hello", "", "x" * 20, "y" * 40, "z" * 100])

CASES = [
    *(Case(ops.STRING_LOWER, (x,), _ascii_case(65, 90, 32), {"encoding": ""}) for x in _SHAPED),
    *(Case(ops.STRING_UPPER, (x,), _ascii_case(97, 122, -32), {"encoding": ""}) for x in _SHAPED),
    Case(ops.STRING_LOWER, (text(["ÀB", "ΩX"]),), result(text(["àb", "ωx"])), {"encoding": "utf-8"}),
    Case(ops.STRING_UPPER, (text(["àb", "ωx"]),), result(text(["ÀB", "ΩX"])), {"encoding": "utf-8"}),
    *(Case(ops.STRING_STRIP, (x,), of_each(lambda item: item.strip(b" \t\n\v\f\r"))) for x in _SHAPED),
    *(Case(ops.STRING_LENGTH, (x,), of_each(lambda item, unit: len(item), "int32"), {"unit": "BYTE"}) for x in _SHAPED),
    Case(ops.STRING_LENGTH, (text(_WORDS[:5]),), result(array([5, 0, 5, 8, 2], "int32")), {"unit": "UTF8_CHAR"}),
    *(
        Case(ops.STRING_JOIN, (inputs,), _joined, {"separator": "-"})
        for inputs in ([text(["a", "b"]), text("c")], [text([["x"]])], [text(["a"]), text(["b"]), text([""])])
    ),
    *(
        Case(ops.SUBSTR, (text(items), array(pos, dtype), array(size, dtype)), _cut, {"unit": unit})
        for unit in ("BYTE", "UTF8_CHAR")
        for dtype in ("int32", "int64")
        for items, pos, size in (
            ("hello", 1, 3),
            (["añb", "xyz"], [-2, 0], [1, 9]),
            ([["ab"], ["cd"]], [2, -1], [1, 1]),
        )
    ),
    *(
        Case(
            ops.REDUCE_JOIN,
            (_GRID, array(axes, "int32")),
            result(text(expected)),
            {"keep_dims": keep, "separator": "-"},
        )
        for axes, keep, expected in (
            ([0], False, ["a-d", "b-e", "c-f"]),
            ([-1], False, ["a-b-c", "d-e-f"]),
            ([1], True, [["a-b-c"], ["d-e-f"]]),
            ([1, 0], False, "a-b-c-d-e-f"),
            ([0, 1], False, "a-d-b-e-c-f"),
            ([0, 1], True, [["a-d-b-e-c-f"]]),
        )
    ),
    *(
        Case(
            ops.UNSORTED_SEGMENT_JOIN,
            (text(["x", "y", "z"]), array([2, 0, 2], dtype), array(3, "int32")),
            result(text(["y", "", "x:z"])),
            {"separator": ":"},
        )
        for dtype in ("int32", "int64")
    ),
    Case(
        ops.UNSORTED_SEGMENT_JOIN,
        (text([["a", "b"], ["c", "d"]]), array([1, 1], "int32"), array(2, "int64")),
        result(text([["", ""], ["ac", "bd"]])),
        {"separator": ""},
    ),
    *(
        Case(ops.STRING_SPLIT_V2, (text(["a b  c ", "", " x y z"]), text(sep)), _sparse(rows), {"maxsplit": most})
        for sep, most, rows in (
            ("", -1, [["a", "b", "c"], [], ["x", "y", "z"]]),
            ("", 1, [["a", "b  c "], [], ["x", "y z"]]),
            ("", 0, [["a b  c "], [""], [" x y z"]]),
            (" ", -1, [["a", "b", "", "c", ""], [""], ["", "x", "y", "z"]]),
            (" ", 2, [["a", "b", " c "], [""], ["", "x", "y z"]]),
        )
    ),
    *(
        Case(ops.STRING_SPLIT, (text(["a b,c", " x ", ""]), text(sep)), _sparse(rows), {"skip_empty": skip})
        for sep, skip, rows in (
            (" ,", True, [["a", "b", "c"], ["x"], []]),
            (" ,", False, [["a", "b", "c"], ["", "x", ""], []]),
            ("", True, [list("a b,c"), list(" x "), []]),
        )
    ),
    *(
        Case(
            ops.STRING_NGRAMS,
            (text(["a", "b", "c", "d"]), array([0, 3, 3, 4], dtype)),
            result(text(ngrams), array(ends, dtype)),
            _NGRAMS | attrs,
        )
        for dtype in ("int32", "int64")
        for attrs, ngrams, ends in (
            ({"ngram_widths": (2,)}, ["a|b", "b|c"], [0, 2, 2, 2]),
            ({"ngram_widths": (2,), "preserve_short_sequences": True}, ["a|b", "b|c", "d"], [0, 2, 2, 3]),
            (
                {"ngram_widths": (2, 1), "pad_width": -1},
                ["L|a", "a|b", "b|c", "c|R", "a", "b", "c", "L|R", "L|d", "d|R", "d"],
                [0, 7, 8, 11],
            ),
        )
    ),
    _as_string([0, -7, 123], "int32", ["0", "-7", "123"]),
    _as_string([7, 250], "uint8", ["007", "250"], width=3, fill="0"),
    _as_string([1.5, -0.25], "float32", ["1.500000", "-0.250000"]),
    _as_string([1.5, -0.25], "float64", ["1.50", "-0.25"], precision=2),
    _as_string([1.5], "bfloat16", ["1.500000e+00"], scientific=True),
    _as_string([1500000.0, 0.5], "float32", ["1.5e+06", "0.5"], shortest=True),
    _as_string([1 - 2j], "complex64", ["(1.000000,-2.000000)"]),
    _as_string([True, False], "bool", ["true", "false"]),
    *(
        Case(ops.STRING_TO_NUMBER, (text(items),), result(array(values, kind.name)), {"out_type": kind})
        for kind, items, values in (
            (float32, ["1.5", " -2e3 ", ".5", "inf"], [1.5, -2000.0, 0.5, np.inf]),
            (float64, ["1e300"], [1e300]),
            (int32, ["-7", " 4 ", "05"], [-7, 4, 5]),
            (int64, ["9007199254740993"], [9007199254740993]),
        )
    ),
    Case(
        ops.STRING_TO_HASH_BUCKET_FAST,
        (_HASHED,),
        result(array([809363939, 427800296, 34397263, 747857348, 409495006, 163966073], "int64")),
        {"num_buckets": 10**9},
    ),
    Case(
        ops.STRING_TO_HASH_BUCKET,
        (_HASHED,),
        result(array([371535868, 907780938, 29283899, 435223341, 59819129, 729872879], "int64")),
        {"num_buckets": 10**9},
    ),
    Case(
        ops.STRING_TO_HASH_BUCKET_STRONG,
        (_HASHED,),
        result(array([249958646, 589801622, 107117435, 766352326, 436764653, 490354279], "int64")),
        {"num_buckets": 10**9, "key": (1, 2)},
    ),
    Case(
        ops.FINGERPRINT,
        (text(["abc"]), text("farmhash64")),
        result(array([[0x69, 0xF3, 0xE7, 0x74, 0xA0, 0xB3, 0xA5, 0x24]], "uint8")),
    ),
]

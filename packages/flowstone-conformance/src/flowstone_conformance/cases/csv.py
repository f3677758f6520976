"""Cases for ``flowstone_core.ops.csv``."""

from __future__ import annotations

from flowstone_core.ops import csv as ops

from flowstone_conformance.case import Case
from flowstone_conformance.reference import result
from flowstone_conformance.samples import array, text

_PLAIN = {"field_delim": ",", "use_quote_delim": True, "na_value": "", "select_cols": ()}

CASES = [
    Case(
        ops.DECODE_CSV,
        (text([["1,a,2.5", "-4,b,"]]), [array([0], "int32"), text([""]), array([1.5], "float32")]),
        result(array([[1, -4]], "int32"), text([["a", "b"]]), array([[2.5, 1.5]], "float32")),
        _PLAIN,
    ),
    Case(
        ops.DECODE_CSV,
        (text(['"a,b",c', '"x""y",']), [text([""]), text("none")]),
        result(text(["a,b", 'x"y']), text(["c", "none"])),
        _PLAIN,
        note="quotes",
    ),
    Case(
        ops.DECODE_CSV,
        (text('"a|b'), [text([""]), text([""])]),
        result(text('"a'), text("b")),
        _PLAIN | {"field_delim": "|", "use_quote_delim": False},
    ),
    Case(
        ops.DECODE_CSV,
        (text(["1,NA,3", "4,5,6"]), [array([9.0], "float64"), array([0], "int64")]),
        result(array([9.0, 5.0], "float64"), array([3, 6], "int64")),
        _PLAIN | {"na_value": "NA", "select_cols": (1, 2)},
    ),
]

"""Cases for ``flowstone_core.ops.regex``: what RE2's syntax means."""

from __future__ import annotations

from typing import Any

import numpy as np
from flowstone_core.ops import regex as ops

from flowstone_conformance.case import Case
from flowstone_conformance.reference import result
from flowstone_conformance.samples import text

_REPLACED = (
    (["abc", "xbx"], "b", "_", ["a_c", "x_x"]),
    ([["hello world"]], r"(\w+) (\w+)", r"\2 \1", [["world hello"]]),
    ("a.b", r"\.", r"\\", "a\\b"),
    ("abc", "x*", "-", "-a-b-c-"),
    ("baac", "a*", "-", "-b-c-"),
    ("a1b22", "[0-9]+", r"<\0>", "a<1>b<22>"),
    ("AbC", "(?i)B", "x", "AxC"),
    ("a\nb", "^b", "x", "a\nb"),
    ("a\nb", "(?m)^b", "x", "a\nx"),
    ("héllo Ω1", r"\p{Lu}", "x", "héllo x1"),
    ("tab\there", "[[:space:]]", "_", "tab_here"),
    ("aaa", "(?U)a+", "x", "xxx"),
    ("a.b*c", r"\Q.b*\E", "x", "axc"),
    ("a", "(a)(b)?", r"[\2]", "[]"),
)
_MATCHED = ((["abc", "ab", "abd"], "abc?", [True, True, False]), ("a\n", "a.", False), ([["xyz"]], r"x\x79.", [[True]]))


def _bools(values: Any) -> Any:
    return result(np.array(values, np.bool_))


CASES = [
    *(
        case
        for values, pattern, rewrite, expected in _REPLACED
        for case in (
            Case(
                ops.REGEX_REPLACE,
                (text(values), text(pattern), text(rewrite)),
                result(text(expected)),
                {"replace_global": True},
                note=pattern,
            ),
            Case(
                ops.STATIC_REGEX_REPLACE,
                (text(values),),
                result(text(expected)),
                {"pattern": pattern, "rewrite": rewrite, "replace_global": True},
            ),
        )
    ),
    Case(
        ops.STATIC_REGEX_REPLACE,
        (text("aaa"),),
        result(text("baa")),
        {"pattern": "a", "rewrite": "b", "replace_global": False},
    ),
    *(
        case
        for values, pattern, expected in _MATCHED
        for case in (
            Case(ops.REGEX_FULL_MATCH, (text(values), text(pattern)), _bools(expected), note=pattern),
            Case(ops.STATIC_REGEX_FULL_MATCH, (text(values),), _bools(expected), {"pattern": pattern}),
        )
    ),
]

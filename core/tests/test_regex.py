from __future__ import annotations

import re

import pytest
from flowstone_core.errors import InvalidArgumentError
from flowstone_core.ops import regex as ops
from flowstone_core.regex_syntax import PatternError, category, compiled
from hypothesis import given, settings
from hypothesis import strategies as st


@pytest.mark.parametrize(
    "pattern",
    [
        *("(?=a)", "(?<!a)b", "(?>a)", r"(a)\1", "a++", "a**", "a{1001}", "*", "[", "[z-a]", "[[:nope:]]", "(", ")"),
        *(r"\y", r"\p{Nope}", r"\pX", r"\x{110000}", "(?P<1>a)", "(?x)a", "(?P<n>a)(?P<n>b)", "(" * 300 + ")" * 300),
    ],
)
def test_what_re2_refuses_is_refused(pattern):
    with pytest.raises(PatternError):
        compiled(pattern)
    with pytest.raises(InvalidArgumentError, match="Invalid pattern"):
        ops.regex_full_match("a", pattern)


@settings(deadline=None)
@given(st.text(alphabet="ab.*+?()[]{}|\\^$-,:1\n", max_size=12))
def test_any_pattern_compiles_or_is_refused(pattern):
    try:
        found = compiled(pattern)
    except PatternError:
        return
    assert isinstance(found, re.Pattern)


@settings(deadline=None)
@given(st.text(max_size=8))
def test_quoted_text_is_itself(text):
    quoted = "\\Q" + text.replace("\\E", "") + "\\E"
    assert ops.regex_full_match(
        text.replace("\\E", "").encode("utf-8", "surrogatepass"), quoted.encode("utf-8", "surrogatepass")
    ).numpy() or any(0xD800 <= ord(char) < 0xE000 for char in text)


def test_categories():
    assert re.fullmatch(f"[{category('Lu')}]", "Ω")
    assert not re.fullmatch(f"[{category('Lu')}]", "ω")
    assert re.fullmatch(f"[{category('Any')}]", "\n")


def test_an_invalid_rewrite_leaves_strings_alone():
    assert ops.regex_replace("abc", "b", r"\9").numpy() == b"abc"
    assert ops.regex_replace("abc", "b", "\\").numpy() == b"abc"


def test_bytes_that_are_no_text_survive():
    assert ops.regex_replace(b"a\xffb", "b", "c").numpy() == b"a\xffc"


def test_patterns_are_scalars():
    with pytest.raises(InvalidArgumentError, match=r"Pattern must be scalar, but received shape \[1\]"):
        ops.regex_full_match(["a"], ops.regex_replace(["a"], "a", "a"))

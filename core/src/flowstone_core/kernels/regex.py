"""Kernels of ``flowstone_core.ops.regex``: Python's regular expressions, spoken to in RE2's syntax."""

from __future__ import annotations

import re
from typing import Any

import numpy as np

from flowstone_core.errors import SpecError
from flowstone_core.kernel import KernelSet
from flowstone_core.kernels.strings import as_bytes, mapped
from flowstone_core.ops import regex as ops
from flowstone_core.regex_syntax import PatternError, compiled

KERNELS = KernelSet()


def _pattern(source: bytes) -> re.Pattern[str]:
    text = source.decode("utf-8", "surrogateescape")
    try:
        return compiled(text)
    except PatternError as error:
        raise SpecError(f"Invalid pattern: {text}, error: {error}") from None


def _parts(rewrite: bytes, groups: int) -> list[str | int] | None:
    """A rewrite as text and numbers of groups; None if it is not valid, which leaves strings as they are."""
    parts: list[str | int] = []
    text = rewrite.decode("utf-8", "surrogateescape")
    place = 0
    while place < len(text):
        char = text[place]
        if char != "\\":
            parts.append(char)
        else:
            place += 1
            following = text[place : place + 1]
            if following.isdigit() and int(following) <= groups:
                parts.append(int(following))
            elif following == "\\":
                parts.append("\\")
            else:
                return None
        place += 1
    return parts


def _replaced(x: Any, pattern: bytes, rewrite: bytes, everywhere: bool) -> Any:
    expression = _pattern(pattern)
    parts = _parts(rewrite, expression.groups)
    if parts is None:
        return x

    def replace(item: bytes) -> bytes:
        text = item.decode("utf-8", "surrogateescape")
        out: list[str] = []
        last = 0
        for count, match in enumerate(expression.finditer(text)):
            if count and match.end() == last and match.start() == match.end():
                continue  # nothing, right after a match, is none of its own
            out.append(text[last : match.start()])
            out += [part if isinstance(part, str) else match[part] or "" for part in parts]
            last = match.end()
            if not everywhere:
                break
        out.append(text[last:])
        return "".join(out).encode("utf-8", "surrogateescape")

    return mapped(replace, x)


def _matched(x: Any, pattern: bytes) -> Any:
    expression = _pattern(pattern)
    return mapped(lambda item: expression.fullmatch(item.decode("utf-8", "surrogateescape")) is not None, x, np.bool_)


def _scalar(value: Any, what: str) -> bytes:
    if value.ndim:
        raise SpecError(f"{what} must be scalar, but received shape {list(value.shape)}")
    item: bytes = value[()]
    return item


@KERNELS.add(ops.REGEX_REPLACE)
def regex_replace(x: Any, pattern: Any, rewrite: Any, *, replace_global: bool) -> Any:
    """With a pattern given as a tensor."""
    return _replaced(x, _scalar(pattern, "Pattern"), _scalar(rewrite, "Rewrite"), replace_global)


@KERNELS.add(ops.STATIC_REGEX_REPLACE)
def static_regex_replace(x: Any, *, pattern: Any, rewrite: Any, replace_global: bool) -> Any:
    """With a pattern given as an attribute."""
    return _replaced(x, as_bytes(pattern), as_bytes(rewrite), replace_global)


@KERNELS.add(ops.REGEX_FULL_MATCH)
def regex_full_match(x: Any, pattern: Any) -> Any:
    """With a pattern given as a tensor."""
    return _matched(x, _scalar(pattern, "Pattern"))


@KERNELS.add(ops.STATIC_REGEX_FULL_MATCH)
def static_regex_full_match(x: Any, *, pattern: Any) -> Any:
    """With a pattern given as an attribute."""
    return _matched(x, as_bytes(pattern))

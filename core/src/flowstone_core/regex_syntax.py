"""RE2's regular expressions in terms of Python's.

Where the two agree a pattern passes as it is. Classes of ASCII characters, Unicode categories, quoted text and flags
are rewritten; what RE2 does not have (looking around, references back, possessive repetition) is refused, so that a
pattern means the same here as in TensorFlow.

The syntax: https://github.com/google/re2/wiki/Syntax
"""

from __future__ import annotations

import functools
import re
import sys
import unicodedata
from typing import Final


class PatternError(ValueError):
    """Raised for a pattern that RE2 does not take."""


_ASCII: Final = {
    "alnum": "0-9A-Za-z",
    "alpha": "A-Za-z",
    "ascii": r"\x00-\x7f",
    "blank": r"\t\x20",
    "cntrl": r"\x00-\x1f\x7f",
    "digit": "0-9",
    "graph": "!-~",
    "lower": "a-z",
    "print": r"\x20-~",
    "punct": r"!-/:-@\[-`{-~",
    "space": r"\t\n\v\f\r\x20",
    "upper": "A-Z",
    "word": "0-9A-Za-z_",
    "xdigit": "0-9A-Fa-f",
}
_LETTERS: Final = {"d": "0-9", "w": "0-9A-Za-z_", "s": r"\t\n\f\r\x20"}
_CONTROLS: Final = {"a": r"\x07", "f": r"\f", "t": r"\t", "n": r"\n", "r": r"\r", "v": r"\v"}
_WORD: Final = "[0-9A-Za-z_]"
_BOUNDARY: Final = f"(?:(?<!{_WORD})(?={_WORD})|(?<={_WORD})(?!{_WORD}))"
_NO_BOUNDARY: Final = f"(?:(?<!{_WORD})(?!{_WORD})|(?<={_WORD})(?={_WORD}))"
_LARGEST_REPEAT: Final = 1000

_FLAGS: Final = re.compile(r"\?([imsU]*)(?:-([imsU]+))?\)")
_OPENING: Final = re.compile(r"\?(?:P?<([A-Za-z_]\w*)>|([imsU]*)(?:-([imsU]+))?:)")
_REPEAT: Final = re.compile(r"(?:[*+?]|\{\d+(?:,\d*)?\})\??")
_REPEAT_AGAIN: Final = re.compile(r"[*+?]|\{\d+(?:,\d*)?\}")
_NAMED_CLASS: Final = re.compile(r"\[:(\^?)(\w+):\]")
_HEXADECIMAL: Final = re.compile(r"\{([0-9A-Fa-f]{1,6})\}|([0-9A-Fa-f]{2})")
_OCTAL: Final = re.compile(r"[0-7]{1,2}")


@functools.lru_cache(maxsize=64)
def category(name: str) -> str:
    """The code points of a general category (``"L"``, ``"Lu"``, ...), as the inside of a character class.

    Raises:
        PatternError: If there is no such category.
    """
    if name == "Any":
        return r"\x00-\U0010ffff"
    points = [point for point in range(sys.maxunicode + 1) if unicodedata.category(chr(point)).startswith(name)]
    if not points or len(name) > 2:
        raise PatternError(f"invalid character class range: \\p{{{name}}}")
    parts, start, last = [], points[0], points[0]
    for point in [*points[1:], sys.maxunicode + 2]:
        if point != last + 1:
            parts.append(f"{_escaped(start)}-{_escaped(last)}" if last > start else _escaped(start))
            start = point
        last = point
    return "".join(parts)


def _escaped(point: int) -> str:
    """A code point as it can stand anywhere in a pattern."""
    return f"\\U{point:08x}"


@functools.lru_cache(maxsize=256)
def compiled(pattern: str) -> re.Pattern[str]:
    """A Python pattern that means what ``pattern`` means to RE2.

    Raises:
        PatternError: If RE2 would refuse it.
    """
    translation = _Translator(pattern).whole()
    try:
        return re.compile(translation)
    except (re.error, OverflowError, RecursionError) as error:
        raise PatternError(str(error)) from None


class _Translator:
    """Reads a pattern from left to right."""

    def __init__(self, pattern: str) -> None:
        self.pattern = pattern
        self.at = 0

    def whole(self) -> str:
        """The translation of the whole pattern."""
        result = self.group("", 0)
        if self.at < len(self.pattern):
            raise PatternError(f"unexpected ): {self.pattern}")
        return result

    def next(self) -> str:
        """The next character, taken; an empty string at the end."""
        char = self.pattern[self.at : self.at + 1]
        self.at += 1
        return char

    def taken(self, form: re.Pattern[str]) -> re.Match[str] | None:
        """What matches ``form`` here, taken."""
        match = form.match(self.pattern, self.at)
        if match is not None:
            self.at = match.end()
        return match

    def group(self, flags: str, depth: int) -> str:
        """The translation up to the end of a group; flags that change inside last until there."""
        if depth > 200:
            raise PatternError("expression nests too deeply")
        out: list[str] = []
        opened: list[str] = []
        while self.at < len(self.pattern) and self.pattern[self.at] != ")":
            char = self.next()
            if char == "(":
                changed = self.taken(_FLAGS)
                if changed is not None:
                    flags = _joined_flags(changed[1], changed[2])
                    opened.append(_flag_group(flags))
                    out.append(opened[-1])
                    continue
                out.append(self.parenthesis(flags, depth))
                self.repetition(out, flags)
            elif char == "|":
                out.append(")" * len(opened) + "|" + "".join(opened))
            else:
                out.append(self.atom(char, flags))
                self.repetition(out, flags)
        return "".join(out) + ")" * len(opened)

    def parenthesis(self, flags: str, depth: int) -> str:
        """A group, whose opening parenthesis is taken."""
        opening = "("
        if self.pattern.startswith("?", self.at):
            match = self.taken(_OPENING)
            if match is None:
                raise PatternError(f"invalid perl operator: ({self.pattern[self.at : self.at + 2]}")
            if match[1]:
                opening = f"(?P<{match[1]}>"
            else:
                flags = _joined_flags(match[2], match[3])
                opening = _flag_group(flags)
        inside = self.group(flags, depth + 1)
        if self.next() != ")":
            raise PatternError(f"missing ): {self.pattern}")
        return f"{opening}{inside})"

    def repetition(self, out: list[str], flags: str) -> None:
        """A repetition after an atom, if there is one."""
        match = self.taken(_REPEAT)
        if match is None:
            return
        found = match[0]
        if any(int(number) > _LARGEST_REPEAT for number in re.findall(r"\d+", found)):
            raise PatternError(f"invalid repetition size: {found}")
        if "U" in flags.partition("-")[0]:
            found = found[:-1] if len(found) > 1 and found.endswith("?") else found + "?"
        out.append(found)
        again = _REPEAT_AGAIN.match(self.pattern, self.at)
        if again is not None:
            raise PatternError(f"bad repetition operator: {match[0]}{again[0]}")

    def atom(self, char: str, flags: str) -> str:
        """One atom, whose first character is taken."""
        if char == "[":
            return self.character_class()
        if char == "\\":
            return self.escape()
        if char == "$":
            return "$" if "m" in flags.partition("-")[0] else r"\Z"
        if char in "*+?":
            raise PatternError(f"no argument for repetition operator: {char}")
        return char if char in "^." or char.isalnum() or char == "_" else _escaped(ord(char))

    def escape(self) -> str:
        """What follows a backslash, outside of a class."""
        char = self.next()
        if char == "Q":
            end = self.pattern.find("\\E", self.at)
            quoted = self.pattern[self.at : len(self.pattern) if end < 0 else end]
            self.at = len(self.pattern) if end < 0 else end + 2
            return "".join(_escaped(ord(each)) for each in quoted)
        fixed = {"A": r"\A", "z": r"\Z", "b": _BOUNDARY, "B": _NO_BOUNDARY}.get(char)
        if fixed is not None:
            return fixed
        inside = self.escaped_class(char)
        if inside is not None:
            return f"[{inside[0]}{inside[1]}]"
        return self.character(char)

    def escaped_class(self, char: str) -> tuple[str, str] | None:
        r"""``\d``, ``\pL`` and the like: ``^`` if negated, and the inside of the class."""
        if char and char in "dwsDWS":
            return ("^" if char.isupper() else ""), _LETTERS[char.lower()]
        if char and char in "pP":
            name = self.next()
            if name == "{":
                end = self.pattern.find("}", self.at)
                if end < 0:
                    raise PatternError(f"invalid character class range: \\{char}{{")
                name = self.pattern[self.at : end]
                self.at = end + 1
            negated = (char == "P") != name.startswith("^")
            return ("^" if negated else ""), category(name.removeprefix("^"))
        return None

    def character(self, char: str) -> str:
        """One escaped character."""
        if char in _CONTROLS:
            return _CONTROLS[char]
        if char == "x":
            match = self.taken(_HEXADECIMAL)
            if match is not None and int(match[1] or match[2], 16) <= sys.maxunicode:
                return _escaped(int(match[1] or match[2], 16))
        elif char and char in "01234567":
            more = self.taken(_OCTAL)
            if char == "0" or more is not None:
                return _escaped(int(char + ("" if more is None else more[0]), 8))
        elif char == "_" or (char and not (char.isalnum() and char.isascii())):
            return _escaped(ord(char))
        raise PatternError(f"invalid escape sequence: \\{char}")

    # -- character classes -----------------------------------------------------------------------------------

    def character_class(self) -> str:
        """``[...]``, whose opening bracket is taken."""
        start = self.at
        negated = self.pattern.startswith("^", self.at)
        self.at += negated
        parts: list[str] = []
        excluded: list[str] = []
        first = True
        while first or not self.pattern.startswith("]", self.at):
            first = False
            if self.at >= len(self.pattern):
                raise PatternError(f"missing ]: {self.pattern[start - 1 :]}")
            inside = self.class_item()
            if isinstance(inside, tuple):
                (excluded if inside[0] else parts).append(inside[1])
                continue
            if self.pattern.startswith("-", self.at) and not self.pattern.startswith("-]", self.at):
                self.at += 1
                last = self.class_item()
                if isinstance(last, tuple) or _ordinal(last) < _ordinal(inside):
                    raise PatternError(f"invalid character class range: {self.pattern[start - 1 : self.at]}")
                inside = f"{inside}-{last}"
            parts.append(inside)
        self.at += 1
        return _class(negated, "".join(parts), excluded)

    def class_item(self) -> str | tuple[str, str]:
        """One character of a class (escaped for Python), or a class within it: ``^`` if negated, its inside."""
        named = self.taken(_NAMED_CLASS)
        if named is not None:
            if named[2] not in _ASCII:
                raise PatternError(f"invalid character class range: {named[0]}")
            return named[1], _ASCII[named[2]]
        char = self.next()
        if not char:
            raise PatternError(f"missing ]: {self.pattern}")
        if char != "\\":
            return _escaped(ord(char))
        char = self.next()
        return self.escaped_class(char) or self.character(char)


def _joined_flags(on: str | None, off: str | None) -> str:
    return (on or "") + ("" if off is None else f"-{off}")


def _flag_group(flags: str) -> str:
    """The opening of a Python group in which ``flags`` hold (U is dealt with where something repeats)."""
    on, _, off = flags.partition("-")
    on, off = on.replace("U", ""), off.replace("U", "")
    return f"(?{on}{'-' + off if off else ''}:"


def _ordinal(item: str) -> int:
    """The code point of an escaped character."""
    return ord(item.encode().decode("unicode_escape")) if item.startswith("\\") else ord(item)


def _class(negated: bool, parts: str, excluded: list[str]) -> str:
    """A class of ``parts`` and of all that is not in one of ``excluded``."""
    if not excluded:
        return f"[{'^' if negated else ''}{parts}]"
    members = [f"[{parts}]"] if parts else []
    members += [f"[^{each}]" for each in excluded]
    union = "|".join(members)
    return f"(?:(?!{union})(?s:.))" if negated else f"(?:{union})"

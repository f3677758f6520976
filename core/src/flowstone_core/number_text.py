"""Numbers as people write them."""

from __future__ import annotations

from typing import Final

WHITE_SPACE: Final = b" \t\n\v\f\r"


def parse_float(text: bytes) -> float:
    """A number with or without a fraction and an exponent, ``inf`` or ``nan``, or hexadecimal.

    Raises:
        ValueError: If it is none.
    """
    word = text.strip(WHITE_SPACE).decode("ascii")
    if "_" in word:
        raise ValueError("underscores")
    if word.lower().lstrip("+-").startswith("0x"):
        return float.fromhex(word)
    return float(word)


def parse_integer(text: bytes) -> int:
    """Decimal digits with or without a sign.

    Raises:
        ValueError: If it is something else.
    """
    word = text.strip(WHITE_SPACE)
    if not word[word[:1] in (b"+", b"-") :].isdigit():
        raise ValueError("no decimal digits")
    return int(word)

"""The notation of Einstein sums: ``"ij,jk->ik"``, ``"...ij->...ji"``."""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass

ELLIPSIS = "."
"""Stands for the dimensions of ``...`` among the labels of one operand, which are single characters."""


@dataclass(frozen=True, slots=True)
class Equation:
    """A parsed equation.

    Attributes:
        inputs: The labels of each operand, one character a dimension, ``ELLIPSIS`` for ``...``.
        output: The labels of the result.
    """

    inputs: tuple[str, ...]
    output: str

    def __str__(self) -> str:
        return f"{','.join(self.inputs)}->{self.output}".replace(ELLIPSIS, "...")


@functools.lru_cache(maxsize=512)
def parse_equation(equation: str) -> Equation:
    """Parse an equation, with or without an arrow.

    Without an arrow the result has the labels that occur once, in alphabetical order, after the ellipsis.

    >>> parse_equation("ij,jk").output
    'ik'

    Raises:
        ValueError: If the equation is malformed.
    """
    text = equation.replace(" ", "").replace("...", ELLIPSIS)
    if not re.fullmatch(r"[A-Za-z.,]*(->[A-Za-z.]*)?", text):
        raise ValueError(f"Indices have incorrect format: {equation!r}.")
    left, arrow, output = text.partition("->")
    inputs = tuple(left.split(","))
    for labels in (*inputs, output):
        if labels.count(ELLIPSIS) > 1:
            raise ValueError(f"An operand may have one ellipsis only: {equation!r}.")
    if not arrow:
        joined = "".join(inputs).replace(ELLIPSIS, "")
        once = "".join(sorted(label for label in set(joined) if joined.count(label) == 1))
        output = (ELLIPSIS if ELLIPSIS in left else "") + once
    unknown = set(output) - set(left) - {ELLIPSIS}
    if unknown:
        raise ValueError(f"The labels {sorted(unknown)} of the result occur in no operand: {equation!r}.")
    return Equation(inputs, output)

"""TensorFlow's schema language for ops: ``"a: T"``, ``"values: N * T"``, ``"N: int >= 2"``.

It is the language of ``REGISTER_OP`` and, as ``OpDef``, of SavedModels; parity tests compare ours with theirs.
"""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass, field
from typing import Any, Final

from flowstone_core.dtypes import COMPLEX, FLOATING, INTEGER, SCHEMA_NAMES, DType
from flowstone_core.shapes import TensorShape

_TYPE_SETS: Final = {
    "type": None,
    "numbertype": FLOATING + INTEGER + COMPLEX + tuple(t for t in SCHEMA_NAMES.values() if t.is_quantized),
    "realnumbertype": FLOATING + INTEGER,
    "quantizedtype": tuple(t for t in SCHEMA_NAMES.values() if t.is_quantized),
}

REQUIRED: Final = object()
"""The default of an attribute that has none."""


@dataclass(frozen=True, slots=True)
class ArgDef:
    """One declared input or output.

    Attributes:
        name: Its name.
        dtype: Its fixed type, or None.
        type_attr: The attribute that gives its type (``"T"``), or None.
        number_attr: For ``"N * T"``, the attribute that gives the length.
        type_list_attr: For an input of several types, the attribute that lists them.
        is_list: Whether it stands for a list of tensors.
    """

    name: str
    dtype: DType | None = None
    type_attr: str | None = None
    number_attr: str | None = None
    type_list_attr: str | None = None
    is_list: bool = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "is_list", self.number_attr is not None or self.type_list_attr is not None)


@dataclass(frozen=True, slots=True)
class AttrDef:
    """One declared attribute.

    Attributes:
        name: Its name.
        kind: ``"int"``, ``"type"``, ``"list(shape)"``, ...
        default: The default value, or ``REQUIRED``.
        allowed: The values it may take (types or strings), or None for all.
        minimum: The least value of an int, or the least length of a list, or None.
    """

    name: str
    kind: str
    default: Any = REQUIRED
    allowed: tuple[Any, ...] | None = None
    minimum: int | None = None


def parse_attr(text: str) -> AttrDef:
    """Parse ``"N: int >= 2"``, ``"T: {float, double} = DT_FLOAT"``, ``"shape: shape"``, ..."""
    name, _, rest = (part.strip() for part in text.partition(":"))
    body, has_default, default_text = _split_default(rest)
    minimum = None
    if match := re.fullmatch(r"(.*?)\s*>=\s*(-?\d+)", body):
        body, minimum = match[1], int(match[2])
    kind, allowed = _parse_kind(body.strip())
    default = _parse_default(kind, default_text) if has_default else REQUIRED
    return AttrDef(name, kind, default, allowed, minimum)


def _split_default(text: str) -> tuple[str, bool, str]:
    match = re.search(r"(?<![<>=])=(?!=)", text)
    if match is None:
        return text.strip(), False, ""
    return text[: match.start()].strip(), True, text[match.end() :].strip()


def _parse_kind(body: str) -> tuple[str, tuple[Any, ...] | None]:
    if body.startswith("list("):
        kind, allowed = _parse_kind(body[5:-1].strip())
        return f"list({kind})", allowed
    if body.startswith("{"):
        entries = [entry.strip() for entry in body.strip("{}").split(",") if entry.strip()]
        if entries and entries[0][0] in "'\"":
            return "string", tuple(entry.strip("'\"") for entry in entries)
        return "type", tuple(SCHEMA_NAMES[entry] for entry in entries)
    if body in _TYPE_SETS:
        return "type", _TYPE_SETS[body]
    if body not in ("int", "float", "bool", "string", "shape", "tensor", "func"):
        raise ValueError(f"Unknown attribute kind {body!r} in an op schema.")
    return body, None


def _parse_default(kind: str, text: str) -> Any:
    if kind.startswith("list("):
        inner = text.strip()[1:-1]
        parts = [part.strip() for part in inner.split(",") if part.strip()] if inner.strip() else []
        return tuple(_parse_default(kind[5:-1], part) for part in parts)
    if kind == "type":
        return SCHEMA_NAMES[text.removeprefix("DT_").lower()]
    if kind == "bool":
        return text.lower() == "true"
    if kind == "shape":
        if "unknown_rank" in text:
            return TensorShape(None)
        return TensorShape(ast.literal_eval(text) if text.startswith("[") else [])
    if kind == "string":
        return ast.literal_eval(text)
    if kind == "int":
        return int(text)
    if kind == "float":
        return float(text)
    raise ValueError(f"A default of kind {kind!r} is not supported in op schemas: {text!r}.")


def parse_arg(text: str, attrs: dict[str, AttrDef]) -> ArgDef:
    """Parse ``"a: T"``, ``"values: N * T"``, ``"index: int32"`` or ``"args: Tin"``."""
    name, _, kind = (part.strip() for part in text.partition(":"))
    number = None
    if "*" in kind:
        number, _, kind = (part.strip() for part in kind.partition("*"))
    if kind in attrs:
        if attrs[kind].kind.startswith("list("):
            return ArgDef(name, type_list_attr=kind)
        return ArgDef(name, type_attr=kind, number_attr=number)
    return ArgDef(name, dtype=SCHEMA_NAMES[kind], number_attr=number)

"""Writing LLVM IR: functions of straight text, loops by way of stack slots that LLVM turns into registers."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from typing import Any

SCALARS = {
    "float32": "float",
    "float64": "double",
    "int8": "i8",
    "int16": "i16",
    "int32": "i32",
    "int64": "i64",
    "uint8": "i8",
    "uint16": "i16",
    "uint32": "i32",
    "uint64": "i64",
    "bool": "i8",
    "float16": "i16",
    "bfloat16": "i16",
}
"""The LLVM types of elements in memory."""

FLOATS = ("float32", "float64")
NARROW = ("float16", "bfloat16")
"""16-bit floats: in registers they are float32, rounded."""

SIGNED = ("int8", "int16", "int32", "int64")
UNSIGNED = ("uint8", "uint16", "uint32", "uint64")
SIZES = {name: {"float": 4, "double": 8}.get(kind) or int(kind[1:]) // 8 for name, kind in SCALARS.items()}


def literal(value: Any, dtype: str) -> str:
    """A number as LLVM writes it."""
    if dtype == "float32" or dtype in NARROW:
        value = struct.unpack("f", struct.pack("f", value))[0]
    if dtype in FLOATS or dtype in NARROW:
        return "0x" + struct.pack(">d", value).hex().upper()
    if dtype == "bool":
        return "true" if value else "false"
    return str(int(value))


class Module:
    """The text of a module: its functions, and declarations each once.

    Attributes:
        inlined: Whether functions that are written now become part of those that call them.
    """

    def __init__(self) -> None:
        self.functions: list[str] = []
        self.declarations: dict[str, None] = {}
        self.inlined = False

    def declare(self, text: str) -> None:
        """Declare something that functions call."""
        self.declarations[f"declare {text}"] = None

    def text(self) -> str:
        """The whole module."""
        return "\n".join(
            [*self.declarations, *self.functions, 'attributes #0 = { nounwind "frame-pointer"="none" }', ""]
        )


class Function:
    """The body of one function being written.

    Args:
        module: Where declarations go.
        lanes: How many elements a vector has.
    """

    def __init__(self, module: Module, lanes: int) -> None:
        self.module = module
        self.lanes = lanes
        self._lines: list[str] = []
        self._slots: list[str] = []
        self._names = count(1)

    def finish(
        self, name: str, parameters: str, result: str = "void", value: str = "", linkage: str = "internal"
    ) -> str:
        """The function's text, which also goes into the module."""
        body = "\n".join([*self._slots, *self._lines])
        inline = "alwaysinline " if self.module.inlined else ""
        end = f"ret {result} {value}" if value else "ret void"
        text = f"define {linkage} {result} @{name}({parameters}) {inline}#0 {{\nentry:\n{body}\n  {end}\n}}\n"
        self.module.functions.append(text.replace("define  ", "define "))
        return text

    # -- lines -----------------------------------------------------------------------------------------------

    def name(self) -> str:
        """A fresh name."""
        return f"%t{next(self._names)}"

    def value(self, text: str) -> str:
        """An instruction with a result; its name."""
        name = self.name()
        self._lines.append(f"  {name} = {text}")
        return name

    def do(self, text: str) -> None:
        """An instruction without one."""
        self._lines.append(f"  {text}")

    def slot(self, kind: str, align: int, number: int = 1) -> str:
        """Room on the stack."""
        name = self.name()
        many = "" if number == 1 else f", i64 {number}"
        self._slots.append(f"  {name} = alloca {kind}{many}, align {align}")
        return name

    def label(self) -> str:
        """A fresh label."""
        return f"l{next(self._names)}"

    def place(self, label: str) -> None:
        """Here begins the block of a label."""
        self._lines.append(f"  br label %{label}\n{label}:")

    def at(self, label: str) -> None:
        """Here begins a block that is only jumped to."""
        self._lines.append(f"{label}:")

    @contextmanager
    def loop(self, start: str | int, stop: str | int, step: str | int = 1) -> Iterator[str]:
        """``for index in range(start, stop, step)``."""
        slot = self.slot("i64", 8)
        head, body, end = self.label(), self.label(), self.label()
        self.do(f"store i64 {start}, ptr {slot}")
        self.place(head)
        index = self.value(f"load i64, ptr {slot}")
        going = self.value(f"icmp slt i64 {index}, {stop}")
        self.do(f"br i1 {going}, label %{body}, label %{end}")
        self._lines.append(f"{body}:")
        yield index
        following = self.value(f"add nsw i64 {index}, {step}")
        self.do(f"store i64 {following}, ptr {slot}")
        self.do(f"br label %{head}")
        self._lines.append(f"{end}:")

    @contextmanager
    def when(self, condition: str) -> Iterator[None]:
        """``if condition:`` (an i1)."""
        body, end = self.label(), self.label()
        self.do(f"br i1 {condition}, label %{body}, label %{end}")
        self._lines.append(f"{body}:")
        yield
        self.place(end)

    # -- integers of addresses -------------------------------------------------------------------------------

    def add(self, a: str | int, b: str | int) -> str | int:
        """``a + b``, of i64."""
        if isinstance(a, int) and isinstance(b, int):
            return a + b
        if a == 0:
            return b
        if b == 0:
            return a
        return self.value(f"add i64 {a}, {b}")

    def mul(self, a: str | int, b: str | int) -> str | int:
        """``a * b``, of i64."""
        if isinstance(a, int) and isinstance(b, int):
            return a * b
        if a == 0 or b == 0:
            return 0
        if a == 1:
            return b
        if b == 1:
            return a
        return self.value(f"mul i64 {a}, {b}")

    def minimum(self, a: str | int, b: str | int) -> str:
        """The smaller of two i64."""
        self.module.declare("i64 @llvm.smin.i64(i64, i64)")
        return self.value(f"call i64 @llvm.smin.i64(i64 {a}, i64 {b})")

    def element(self, kind: str, pointer: str, index: str | int) -> str:
        """The address of an element."""
        if index == 0:
            return pointer
        return self.value(f"getelementptr {kind}, ptr {pointer}, i64 {index}")

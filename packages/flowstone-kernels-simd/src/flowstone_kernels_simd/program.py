"""One native function for a whole part: stages in order, memory planned, entered straight from Python."""

from __future__ import annotations

import ctypes
import sys
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from flowstone_kernels_simd import microkernel, native, threads
from flowstone_kernels_simd.ir import Function, Module
from flowstone_kernels_simd.loops import table_slot
from flowstone_kernels_simd.values import Buffer, Call, Shape, View

_PARALLEL_FROM = 20_000.0
"""Stages that take less than this many nanoseconds run on one thread."""

_UNLOCKED_FROM = 20_000.0
"""Programs that take less than this keep the interpreter's lock."""

_DATA = object.__basicsize__
"""Where an array object has the address of its elements; then come ndim, shape, strides, base, dtype and flags."""

_CONTIGUOUS_AND_ALIGNED = 0x0101


@dataclass(frozen=True)
class Array:
    """An array of the call: what the entry checks of it."""

    dtype: str
    shape: Shape


def plan_memory(buffers: Sequence[Buffer], count: int) -> int:
    """Give the buffers of the arena their offsets, so that those in use together do not overlap; the size of it.

    Args:
        buffers: With ``first`` and ``last``, the numbers of the stages between which each is in use.
        count: The number of stages.
    """
    placed: list[Buffer] = []
    total = 0
    for buffer in sorted(buffers, key=lambda b: -b.bytes):
        offset = 0
        busy = [other for other in placed if other.first <= buffer.last and buffer.first <= other.last]
        for other in sorted(busy, key=lambda b: b.offset):
            if offset + buffer.bytes <= other.offset:
                break
            offset = max(offset, (other.offset + other.bytes + 63) & ~63)
        buffer.offset = offset
        placed.append(buffer)
        total = max(total, offset + buffer.bytes)
    return total


class Program:
    """The compiled form of a part for given shapes.

    Args:
        module: The stages' functions.
        calls: The stages, in order.
        guards: After which of them which bools must be false for the program to go on.
        inputs: The arrays that come in.
        outputs: Those to be made.
        constants: Arrays that are always the same.
        arena: The size of the scratch memory, in bytes.
        uses: The element types whose micro-kernels are called.
    """

    def __init__(
        self,
        module: Module,
        calls: Sequence[Call],
        guards: Mapping[int, Sequence[View]],
        inputs: Sequence[Array],
        outputs: Sequence[Array],
        constants: Sequence[Any],
        arena: int,
        uses: Sequence[str],
        imports: dict[str, int] | None = None,
    ) -> None:
        self.outputs = [(array.shape, np.dtype(array.dtype)) for array in outputs]
        self.constants = tuple(constants)
        self.arena = arena + 64
        self.cost = sum(call.cost for call in calls)
        self._arenas: list[Any] = []
        _entry(module, calls, guards, inputs, len(inputs) + len(outputs) + len(self.constants))
        self.text = module.text()
        self._imports = imports or {}
        self._uses = uses
        self._loading = threading.Lock()
        self._native: Any = None

    def load(self, label: str = "") -> Any:
        """The native function; compiled, or read from the cache, at the first request.

        Args:
            label: What it is, for who looks into the cache.
        """
        with self._loading:
            if self._native is None:
                symbols = native.python_symbols() | microkernel.imports(self._uses) | self._imports
                symbols["flowstone_parallel"] = threads.addresses()["flowstone_parallel"]
                address = native.load(self.text, ["flowstone_entry"], symbols, label)["flowstone_entry"]
                self._native = native.python_function(address, "flowstone_compiled")
        return self._native

    def run(self, arrays: Sequence[Any], pool: Any) -> list[Any] | None:
        """The outputs for these arrays; None if one is not as it was when this was compiled, or a check fails."""
        function = self._native or self.load()
        outputs = [np.empty(shape, dtype) for shape, dtype in self.outputs]
        try:
            arena = self._arenas.pop()
        except IndexError:
            arena = np.empty(self.arena, np.uint8)
        done = function(pool, arena, *arrays, *outputs, *self.constants)
        self._arenas.append(arena)
        return outputs if done is None else None


def _entry(
    module: Module,
    calls: Sequence[Call],
    guards: Mapping[int, Sequence[View]],
    inputs: Sequence[Array],
    count: int,
) -> None:
    """The function that Python calls: ``entry(pool, arena, *inputs, *outputs, *constants)``.

    Stages get a table of pointers: the arena, then each array; before its beginning, at -1, is the pool.
    """
    for name in ("none", "true", "false"):
        module.declarations[f"@flowstone_{name} = external global i8"] = None
    module.declare("ptr @flowstone_save_thread()")
    module.declare("void @flowstone_restore_thread(ptr)")
    module.declare("void @flowstone_parallel(ptr, ptr, ptr, i64, i64)")
    f = Function(module, 1)
    table = f.element("ptr", f.slot("ptr", 8, count + 2), 1)
    pool_object = f.value("load ptr, ptr %args")
    pool = f.value(f"load ptr, ptr {f.value(f'getelementptr i8, ptr {pool_object}, i64 {_DATA}')}")

    f.do(f"store ptr {pool}, ptr {f.element('ptr', table, -1)}")
    unlocked = sum(call.cost for call in calls) > _UNLOCKED_FROM
    saved = ""

    def give_up(condition: str) -> None:
        with_label, on = f.label(), f.label()
        f.do(f"br i1 {condition}, label %{with_label}, label %{on}")
        f.at(with_label)
        if saved:
            f.do(f"call void @flowstone_restore_thread(ptr {saved})")
        _own(f, "@flowstone_false")
        f.do("ret ptr @flowstone_false")
        f.at(on)

    for index in range(count + 1):
        item = f.value(f"load ptr, ptr {f.element('ptr', '%args', index + 1)}")
        data = f.value(f"load ptr, ptr {f.value(f'getelementptr i8, ptr {item}, i64 {_DATA}')}")
        if index == 0:  # the arena: its first address that is a multiple of 64
            number = f.value(f"ptrtoint ptr {data} to i64")
            number = f.value(f"and i64 {f.add(number, 63)}, -64")
            data = f.value(f"inttoptr i64 {number} to ptr")
        f.do(f"store ptr {data}, ptr {f.element('ptr', table, index)}")
        if 0 < index <= len(inputs):
            _check(f, item, inputs[index - 1], give_up)
    if unlocked:
        saved = f.value("call ptr @flowstone_save_thread()")
    for index, call in enumerate(calls):
        emit_call(f, call, table, pool)
        for view in guards.get(index, ()):
            pointer = f.value(f"load ptr, ptr {f.element('ptr', table, table_slot(view.buffer))}")
            pointer = f.element("i8", pointer, view.buffer.offset + view.offset)
            give_up(f.value(f"icmp ne i8 {f.value(f'load i8, ptr {pointer}')}, 0"))
    if unlocked:
        f.do(f"call void @flowstone_restore_thread(ptr {saved})")
    _own(f, "@flowstone_none")
    f.finish("flowstone_entry", "ptr %self, ptr %args, i64 %n", "ptr", "@flowstone_none", linkage="")


def emit_call(f: Function, call: Call, table: str, pool: str) -> None:
    """Run a stage, on several threads where that pays."""
    if call.count and call.cost > _PARALLEL_FROM and call.count > call.grain:
        f.do(
            f"call void @flowstone_parallel(ptr {pool}, ptr @{call.name}, ptr {table}, i64 {call.count}, "
            f"i64 {call.grain})"
        )
    elif call.count:
        f.do(f"call void @{call.name}(ptr {table}, i64 0, i64 {call.count})")


def _own(f: Function, thing: str) -> None:
    """Count one more reference to None or a bool; since Python 3.12 nobody counts them."""
    if sys.version_info < (3, 12):
        count = f.value(f"load i64, ptr {thing}")
        f.do(f"store i64 {f.add(count, 1)}, ptr {thing}")


def _check(f: Function, item: str, array: Array, give_up: Any) -> None:
    """Leave if an input is not contiguous, aligned and of the expected shape."""

    def field(offset: int, kind: str) -> str:
        return f.value(f"load {kind}, ptr {f.value(f'getelementptr i8, ptr {item}, i64 {_DATA + offset}')}")

    flags = f.value(f"and i32 {field(48, 'i32')}, {_CONTIGUOUS_AND_ALIGNED}")
    give_up(f.value(f"icmp ne i32 {flags}, {_CONTIGUOUS_AND_ALIGNED}"))
    give_up(f.value(f"icmp ne i32 {field(8, 'i32')}, {len(array.shape)}"))
    shape = field(16, "ptr")
    for axis, size in enumerate(array.shape):
        got = f.value(f"load i64, ptr {f.element('i64', shape, axis)}")
        give_up(f.value(f"icmp ne i64 {got}, {size}"))


def probe() -> str:
    """Why array objects are not laid out as the entry reads them; empty if they are."""

    array = np.zeros((3, 5), np.float32)
    at = id(array) + _DATA
    data = ctypes.c_void_p.from_address(at).value
    ndim = ctypes.c_int.from_address(at + 8).value
    shape = ctypes.c_void_p.from_address(at + 16).value
    flags = ctypes.c_int.from_address(at + 48).value
    right = data == array.ctypes.data and ndim == 2 and shape is not None
    right = right and list((ctypes.c_int64 * 2).from_address(shape or 0)) == [3, 5]
    right = right and flags & _CONTIGUOUS_AND_ALIGNED == _CONTIGUOUS_AND_ALIGNED
    return "" if right else "numpy's arrays are laid out in an unknown way here"


__all__ = ["Array", "Program", "plan_memory", "probe"]

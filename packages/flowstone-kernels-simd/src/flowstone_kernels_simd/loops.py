"""The code of a group: one loop over rows, with as many passes over each row as its reductions need.

A value of the whole space is computed for a vector of neighbours at a time; a value that there is once for each row
is held in all lanes. Reductions of floats add in float64 after every few vectors (of float64, with compensation), so
that a sum of many is as accurate as numpy's pairwise one.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flowstone_kernels_simd.cpu import cpu
from flowstone_kernels_simd.elementwise import COSTLY, write
from flowstone_kernels_simd.grouping import Group
from flowstone_kernels_simd.ir import FLOATS, SCALARS, SIZES, Module, literal
from flowstone_kernels_simd.strict import strict
from flowstone_kernels_simd.values import Call, Unsupported, Value, View
from flowstone_kernels_simd.vectors import Vectors

BLOCK = 4096
"""How many elements of a space of one axis make a work item."""

_SUMMED = 16
"""How many vectors are added in float32 before the sum moves to float64."""

_ROW_BYTES = 1 << 16
"""The largest row that is kept on the stack between passes."""


@dataclass(frozen=True)
class Axis:
    """One axis of the space after merging: its size, and each array's stride along it."""

    size: int
    strides: tuple[int, ...]


def merged(shape: Sequence[int], strides: Sequence[Sequence[int]]) -> list[Axis]:
    """The axes of a space, neighbours that all arrays step over evenly made one, those of size 1 left out."""
    found: list[Axis] = []
    for index, size in enumerate(shape):
        if size == 1:
            continue
        here = tuple(step[index] for step in strides)
        if found and all(outer == inner * size for outer, inner in zip(found[-1].strides, here, strict=True)):
            found[-1] = Axis(found[-1].size * size, here)
        else:
            found.append(Axis(size, here))
    return found


@dataclass(eq=False)
class Access:
    """An array that the loop reads or writes."""

    view: View
    strides: tuple[int, ...]
    dtype: str
    number: int = 0


class Loops:
    """Writes the function of one group; with ``outer``, so many axes count its work items."""

    def __init__(self, group: Group, module: Module, name: str, outer: int | None = None) -> None:
        self.outer_rank = outer
        self.group = group
        self.name = name
        self.v = Vectors(module, cpu().lanes)
        self.members = set(group.members)
        self.inner_rank = group.inner if group.inner is not None else 0
        self.level: dict[Value, int] = {}
        self.rowwise: set[Value] = set()
        self.accesses: list[Access] = []
        self.reads: dict[Value, Access] = {}
        self.writes: dict[Value, Access] = {}
        self.kept: dict[Value, str] = {}
        self._analyse()

    # -- before writing ----------------------------------------------------------------------------------------------

    def _analyse(self) -> None:
        """Levels (in which pass a value can be had), what is read and written, what is kept between passes."""
        space = self.group.space
        for value in self.group.members:
            level = 0
            for operand in value.inputs:
                if operand in self.members:
                    level = max(level, self.level[operand])
                elif operand.op != "constant" and operand not in self.reads:
                    view = operand.locate()
                    self.reads[operand] = self._access(view, view.spread(space), operand.dtype)
            if value.op == "reduce":
                level += 1
                self.rowwise.add(value)
            elif self.group.inner is not None and value.shape != space:
                self.rowwise.add(value)
            self.level[value] = level
            if value.exported:
                view = value.locate()
                self.writes[value] = self._access(view, view.spread(space), value.dtype)
        self.passes = 1 + max((self.level[value] for value in self.group.members), default=0)
        self._choose_kept()

    def _access(self, view: View, strides: tuple[int, ...], dtype: str) -> Access:
        access = Access(view, strides, dtype, len(self.accesses))
        self.accesses.append(access)
        return access

    def _roots(self, number: int) -> list[Value]:
        """The whole-space values that a pass must compute."""
        roots = [v.inputs[0] for v in self.group.members if v.op == "reduce" and self.level[v] == number + 1]
        roots += [v for v in self.writes if v not in self.rowwise and self.level[v] == number]
        return [*roots, *(v for v in self.kept if self.level[v] == number)]

    def _choose_kept(self) -> None:
        """Values that cost much and are needed again in a later pass are kept in a row of their own."""
        for number in reversed(range(self.passes)):
            left = list(self._roots(number))
            seen: set[Value] = set()
            while left:
                value = left.pop()
                if value in seen or value not in self.members or value in self.rowwise:
                    continue
                seen.add(value)
                if self.level[value] < number:
                    if value in self.writes or value in self.kept:
                        continue
                    if self._costs_much(value):
                        self.kept[value] = ""
                        continue
                left.extend(value.inputs)

    def _costs_much(self, value: Value, seen: set[Value] | None = None) -> bool:
        if value not in self.members or value in self.rowwise:
            return False
        return value.op in COSTLY or any(self._costs_much(operand) for operand in value.inputs)

    # -- writing -----------------------------------------------------------------------------------------------------

    def emit(self) -> Call:
        """Write the function; how it is to be called."""
        v = self.v
        space = self.group.space
        strides = [access.strides for access in self.accesses]
        if 0 in space and self.group.inner is None:
            v.finish(self.name, "ptr %table, i64 %low, i64 %high")
            return Call(self.name, 0)
        outer_rank = len(space) - self.inner_rank if self.outer_rank is None else self.outer_rank
        outer = merged(space[:outer_rank], [step[:outer_rank] for step in strides])
        if self.group.inner is None and self.outer_rank is None:
            self.inner = [outer.pop()] if outer else []
        else:
            self.inner = merged(space[outer_rank:], [step[outer_rank:] for step in strides])
            if 0 in space[outer_rank:]:
                self.inner = [Axis(0, (0,) * len(strides))]
        if not self.inner:
            self.inner = [Axis(1, (0,) * len(strides))]
        split = not outer and self.group.inner is None and self.outer_rank is None and self.inner[0].size > BLOCK
        rows = math.prod(axis.size for axis in outer)
        if split:
            rows = -(-self.inner[0].size // BLOCK)
        self.bases = [self._base(access) for access in self.accesses]
        self._keep_rows()
        with v.loop("%low", "%high") as row:
            self._row(row, outer, split)
        v.finish(self.name, "ptr %table, i64 %low, i64 %high")
        width = BLOCK if split else math.prod(axis.size for axis in self.inner)
        weight = sum(20.0 if value.op in COSTLY else 1.0 for value in self.group.members) + 2 * len(self.accesses)
        cost = rows * (20 + width * weight / v.lanes / 3)
        return Call(self.name, rows, max(1, 8192 // max(1, width)), cost)

    def _base(self, access: Access) -> str:
        """The address of an array's first element."""
        return base_address(self.v, access.view)

    def _keep_rows(self) -> None:
        size = math.prod(axis.size for axis in self.inner)
        for value in self.kept:
            if size * SIZES[value.dtype] > _ROW_BYTES:
                raise Unsupported("a row that is kept between passes is too long")
            self.kept[value] = self.v.slot(SCALARS[value.dtype], 64, size + self.v.lanes)

    def _row(self, row: str, outer: Sequence[Axis], split: bool) -> None:
        """One work item: all passes over one row, or one stretch of the only row."""
        v = self.v
        self.pointers = list(self.bases)
        rest: str | int = row
        for index, axis in reversed(list(enumerate(outer))):
            if index:
                position = v.value(f"urem i64 {rest}, {axis.size}")
                rest = v.value(f"udiv i64 {rest}, {axis.size}")
            else:
                position = str(rest)
            for access in self.accesses:
                if step := axis.strides[access.number]:
                    pointer = self.pointers[access.number]
                    self.pointers[access.number] = v.element(SCALARS[access.dtype], pointer, v.mul(position, step))
        start: str | int = 0
        stop: str | int = self.inner[-1].size
        if split:
            start = v.mul(row, BLOCK)
            stop = v.minimum(v.add(start, BLOCK), self.inner[-1].size)
        self.row_values: dict[Value, str] = {}
        for operand, access in self.reads.items():
            if not any(axis.strides[access.number] for axis in self.inner):
                self.row_values[operand] = v.load_one(operand.dtype, self.pointers[access.number])
        for number in range(self.passes):
            self._row_operations(number)
            if self._roots(number):
                self._pass(number, start, stop, split)

    def _row_operations(self, number: int) -> None:
        """The values that there are once for each row and that can be had before a pass."""
        v = self.v
        for value in self.group.members:
            if value in self.rowwise and self.level[value] == number:
                if value.op != "reduce":
                    operands = [self._row_value(operand) for operand in value.inputs]
                    self.row_values[value] = write(v, value.op, value.inputs[0].dtype, operands, value.attrs)
                if value in self.writes:
                    access = self.writes[value]
                    v.store_one(value.dtype, self.row_values[value], self.pointers[access.number])

    def _row_value(self, value: Value) -> str:
        if value.op == "constant":
            return self.v.const(value.dtype, value.attrs["number"])
        return self.row_values[value]

    # -- a pass ------------------------------------------------------------------------------------------------------

    def _pass(self, number: int, start: str | int, stop: str | int, split: bool) -> None:
        v = self.v
        reductions = [value for value in self.group.members if value.op == "reduce" and self.level[value] == number + 1]
        unroll = 4 if reductions and not any(self._costs_much(r.inputs[0]) for r in reductions) else 2
        if reductions and len(self._roots(number)) > 6:
            unroll = 2
        totals = [reducer(v, value, unroll) for value in reductions]
        *outer, last = self.inner
        offsets = {access.number: self.pointers[access.number] for access in self.accesses}
        flat: str | int = 0

        def nest(depth: int, pointers: dict[int, str], flat: str | int) -> None:
            if depth < len(outer):
                axis = outer[depth]
                below = math.prod(later.size for later in self.inner[depth + 1 :])
                with v.loop(0, axis.size) as index:
                    moved = dict(pointers)
                    for access in self.accesses:
                        if step := axis.strides[access.number]:
                            kind = SCALARS[access.dtype]
                            moved[access.number] = v.element(kind, pointers[access.number], v.mul(index, step))
                    nest(depth + 1, moved, v.add(flat, v.mul(index, below)))
                return
            self._vectors(number, pointers, flat, last, totals, unroll, start, stop, split)

        for total in totals:
            total.begin()
        nest(0, offsets, flat)
        for total in totals:
            self.row_values[total.value] = total.result()

    def _vectors(
        self,
        number: int,
        pointers: dict[int, str],
        flat: str | int,
        axis: Axis,
        totals: Sequence[Reducer],
        unroll: int,
        start: str | int,
        stop: str | int,
        split: bool,
    ) -> None:
        """The innermost loop."""
        v = self.v
        lanes = v.lanes
        step = lanes * unroll

        def body(index: str | int, mask: str | None, part: int) -> None:
            step_ = _Step(self, number, pointers, index, flat, mask, axis)
            for value in self._roots(number):
                step_.get(value)
            step_.store()
            for total in totals:
                total.add(part, step_.get(total.value.inputs[0]), mask)

        size = axis.size
        whole: str | int = size - size % step
        if split:
            length = v.value(f"sub i64 {stop}, {start}")
            whole = v.value(f"and i64 {length}, {-step}")
            whole = v.value(f"add i64 {whole}, {start}")
        for total in totals:
            total.restart()
        if split or size >= step:
            if totals and size > step * _SUMMED:
                with v.loop(start, whole, step * _SUMMED) as block:
                    end = v.minimum(v.add(block, step * _SUMMED), whole)
                    with v.loop(block, end, step) as index:
                        for part in range(unroll):
                            body(v.add(index, part * lanes), None, part)
                    for total in totals:
                        total.flush()
            else:
                with v.loop(start, whole, step) as index:
                    for part in range(unroll):
                        body(v.add(index, part * lanes), None, part)
        if split or size % step:
            if not split and size % step == lanes:
                body(whole, None, 0)
            elif not split and size % step < lanes:
                body(whole, v.first_lanes(size % step), 0)
            else:
                with v.loop(whole, stop, lanes) as index:
                    left = v.value(f"sub i64 {stop}, {index}")
                    body(index, v.first_lanes(left), 0)
        for total in totals:
            total.flush()


class _Step:
    """The computation of one vector of positions."""

    def __init__(
        self,
        loops: Loops,
        number: int,
        pointers: dict[int, str],
        index: str | int,
        flat: str | int,
        mask: str | None,
        axis: Axis,
    ) -> None:
        self.loops = loops
        self.number = number
        self.pointers = pointers
        self.index = index
        self.flat = flat
        self.mask = mask
        self.axis = axis
        self.made: dict[Value, str] = {}

    def get(self, value: Value) -> str:
        """The value at these positions."""
        if value not in self.made:
            self.made[value] = self._make(value)
        return self.made[value]

    def _make(self, value: Value) -> str:
        loops = self.loops
        v = loops.v
        if value.op == "constant":
            return v.const(value.dtype, value.attrs["number"])
        if value in loops.row_values:
            return loops.row_values[value]
        if value not in loops.members:
            return self._load(loops.reads[value])
        if loops.level[value] < self.number:
            if value in loops.kept:
                return v.load(value.dtype, self._kept(value), self.mask)
            if value in loops.writes:
                return self._load(loops.writes[value])
        operands = [self.get(operand) for operand in value.inputs]
        return write(v, value.op, value.inputs[0].dtype, operands, value.attrs)

    def store(self) -> None:
        """Write what this pass writes. All that is read is read before, so that writing in place is right."""
        loops = self.loops
        for value, access in loops.writes.items():
            if value not in loops.rowwise and loops.level[value] == self.number:
                step = self.axis.strides[access.number]
                if self.axis.size == 1:  # a vector of one: what is read next must not wait for a masked store
                    loops.v.store_one(value.dtype, self.get(value), self._address(access))
                elif step in (0, 1):
                    loops.v.store(value.dtype, self.get(value), self._address(access), self.mask)
                else:
                    loops.v.scatter(value.dtype, self.get(value), self._address(access), step, self.mask)
        for value in loops.kept:
            if loops.level[value] == self.number:
                loops.v.store(value.dtype, self.get(value), self._kept(value), self.mask)

    def _kept(self, value: Value) -> str:
        v = self.loops.v
        return v.element(SCALARS[value.dtype], self.loops.kept[value], v.add(self.flat, self.index))

    def _address(self, access: Access) -> str:
        v = self.loops.v
        step = self.axis.strides[access.number]
        return v.element(SCALARS[access.dtype], self.pointers[access.number], v.mul(self.index, step))

    def _load(self, access: Access) -> str:
        v = self.loops.v
        step = self.axis.strides[access.number]
        if step == 0:
            return v.load_one(access.dtype, self.pointers[access.number])
        pointer = self._address(access)
        if step == 1:
            return v.load(access.dtype, pointer, self.mask)
        return v.gather(access.dtype, pointer, step, self.mask)


class Reducer:
    """A reduction over a row: accumulators for the vectors in flight, and the total so far."""

    def __init__(self, v: Vectors, value: Value, unroll: int) -> None:
        self.v = v
        self.value = value
        self.how: str = value.attrs["how"]
        self.dtype = value.inputs[0].dtype
        self.wide = "float64" if self.dtype == "float32" else self.dtype
        self.careful = self.how == "sum" and self.dtype in FLOATS
        kind, wide = v.kind(self.dtype), v.kind(self.wide)
        self.parts = [v.slot(kind, 64) for _ in range(unroll)]
        if self.careful:
            self.total = v.slot(wide, 64)
            self.error = v.slot(wide, 64)

    def start_value(self) -> str:
        """What nothing amounts to."""
        v, t = self.v, self.dtype
        if self.how in ("max", "min"):
            if t in FLOATS:
                return v.const(t, -math.inf if self.how == "max" else math.inf)
            bits = SIZES[t] * 8
            low, high = (0, 2**bits - 1) if t.startswith("u") else (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1)
            return v.const(t, low if self.how == "max" else high)
        return v.const(t, {"sum": 0, "prod": 1, "all": True, "any": False}[self.how])

    def begin(self) -> None:
        """Before a row."""
        v = self.v
        if self.careful:
            for slot in (self.total, self.error):
                v.do(f"store {v.kind(self.wide)} zeroinitializer, ptr {slot}, align 64")
        else:
            self._reset()

    def _reset(self) -> None:
        v = self.v
        for part in self.parts:
            v.do(f"store {v.kind(self.dtype)} {self.start_value()}, ptr {part}, align 64")

    def restart(self) -> None:
        """Before the innermost loop."""
        if self.careful:
            self._reset()

    def add(self, part: int, vector: str, mask: str | None) -> None:
        """Take a vector in."""
        v, kind = self.v, self.v.kind(self.dtype)
        if mask is not None:
            vector = v.choose(self.dtype, mask, vector, self.start_value())
        before = v.value(f"load {kind}, ptr {self.parts[part]}, align 64")
        after = v.combine(self.how, self.dtype, before, vector)
        v.do(f"store {kind} {after}, ptr {self.parts[part]}, align 64")

    def _parts_together(self) -> str:
        v, kind = self.v, self.v.kind(self.dtype)
        values = [v.value(f"load {kind}, ptr {part}, align 64") for part in self.parts]
        while len(values) > 1:
            values = [v.combine(self.how, self.dtype, a, b) for a, b in zip(values[::2], values[1::2], strict=True)]
        return values[0]

    def flush(self) -> None:
        """Move the partial sums to the total."""
        if not self.careful:
            return
        v, wide = self.v, self.v.kind(self.wide)
        addend = v.cast(self.dtype, self.wide, self._parts_together())
        self._reset()
        total = v.value(f"load {wide}, ptr {self.total}, align 64")
        after = v.plus(self.wide, total, addend)
        if self.dtype == "float64":  # what the addition lost (Knuth's two-sum)
            virtual = v.minus(self.wide, after, total)
            lost = v.plus(
                self.wide,
                v.minus(self.wide, total, v.minus(self.wide, after, virtual)),
                v.minus(self.wide, addend, virtual),
            )
            finite = v.compare("eq", self.wide, lost, lost)  # nan where the sum is not finite
            lost = v.choose(self.wide, finite, lost, v.zero(self.wide))
            error = v.value(f"load {wide}, ptr {self.error}, align 64")
            v.do(f"store {wide} {v.plus(self.wide, error, lost)}, ptr {self.error}, align 64")
        v.do(f"store {wide} {after}, ptr {self.total}, align 64")

    def lanes_result(self) -> str:
        """The result of each lane by itself."""
        v = self.v
        if not self.careful:
            return self._parts_together()
        wide = v.kind(self.wide)
        total = v.value(f"load {wide}, ptr {self.total}, align 64")
        if self.dtype == "float64":
            return v.plus(self.wide, total, v.value(f"load {wide}, ptr {self.error}, align 64"))
        return v.cast(self.wide, self.dtype, total)

    def result(self) -> str:
        """After a row: the result in all lanes."""
        v = self.v
        if not self.careful:
            return v.fold(self.how, self.dtype, self._parts_together())
        wide = v.kind(self.wide)
        total = v.value(f"load {wide}, ptr {self.total}, align 64")
        total = v.fold("sum", self.wide, total)
        if self.dtype == "float64":
            error = v.value(f"load {wide}, ptr {self.error}, align 64")
            return v.plus(self.wide, total, v.fold("sum", self.wide, error))
        return v.cast(self.wide, self.dtype, total)


class InOrder(Reducer):
    """A sum or product over a row that takes one element after another."""

    def begin(self) -> None:
        """Before a row."""
        self.v.do(f"store {SCALARS[self.wide]} {literal(self._identity, self.wide)}, ptr {self._so_far}")

    def __init__(self, v: Vectors, value: Value) -> None:
        super().__init__(v, value, 1)
        self._so_far = v.slot(SCALARS[self.wide], 8)
        self._identity = 0.0 if self.how == "sum" else 1.0

    def restart(self) -> None:
        """Nothing begins anew."""

    def flush(self) -> None:
        """Nothing is left over."""

    def add(self, part: int, vector: str, mask: str | None) -> None:
        """Take a vector in, lane by lane."""
        v, wide = self.v, SCALARS[self.wide]
        if mask is not None:
            nothing = v.const(self.dtype, -0.0 if self.how == "sum" else 1.0)
            vector = v.choose(self.dtype, mask, vector, nothing)
        name = f"@llvm.vector.reduce.{'fadd' if self.how == 'sum' else 'fmul'}.v{v.lanes}f64"
        v.module.declare(f"{wide} {name}({wide}, {v.kind(self.wide)})")
        before = v.value(f"load {wide}, ptr {self._so_far}")
        vector = v.cast(self.dtype, self.wide, vector)
        after = v.value(f"call {wide} {name}({wide} {before}, {v.kind(self.wide)} {vector})")
        v.do(f"store {wide} {after}, ptr {self._so_far}")

    def result(self) -> str:
        """After a row: the result in all lanes."""
        v = self.v
        total = v.spread(self.wide, v.value(f"load {SCALARS[self.wide]}, ptr {self._so_far}"))
        return v.cast(self.wide, self.dtype, total)


def reducer(v: Vectors, value: Value, unroll: int) -> Reducer:
    """The code of a reduction over a row."""
    ordered = strict() and value.attrs["how"] in ("sum", "prod") and value.inputs[0].dtype in FLOATS
    return InOrder(v, value) if ordered else Reducer(v, value, unroll)


def base_address(v: Vectors, view: View) -> str:
    """The address of a view's first element, from the table of pointers."""
    slot = table_slot(view.buffer)
    pointer = v.value(f"load ptr, ptr {v.element('ptr', '%table', slot)}")
    if view.buffer.place == "arena":
        pointer = v.element("i8", pointer, view.buffer.offset)
    return v.element(SCALARS[view.buffer.dtype], pointer, view.offset)


def table_slot(buffer: Any) -> int:
    """The position of a buffer's pointer in the table."""
    return 0 if buffer.place == "arena" else 1 + buffer.number

"""Vector instructions of every element type: what the mathematics (``vmath``) and the loops are written in."""

from __future__ import annotations

from typing import Any

from flowstone_kernels_simd.cpu import cpu
from flowstone_kernels_simd.ir import FLOATS, NARROW, SCALARS, SIGNED, SIZES, UNSIGNED, Function, literal

_IN_REGISTERS = SCALARS | {"bool": "i1"} | dict.fromkeys(NARROW, "float")

_INT_OF = {"float32": "int32", "float64": "int64"}


class Vectors(Function):
    """A function with vectors of ``lanes`` elements. Types are named as numpy names them.

    In registers a bool is one bit, and a 16-bit float is a float32.
    """

    def kind(self, dtype: str) -> str:
        """The LLVM type of a vector."""
        return f"<{self.lanes} x {_IN_REGISTERS[dtype]}>"

    def _suffix(self, dtype: str) -> str:
        scalar = {"float32": "f32", "float64": "f64", "bool": "i1"}.get(dtype) or SCALARS[dtype]
        return f"v{self.lanes}{scalar}"

    def const(self, dtype: str, value: Any) -> str:
        """The same number in all lanes."""
        scalar = _IN_REGISTERS[dtype]
        return f"splat ({scalar} {literal(value, dtype)})"

    def zero(self, dtype: str) -> str:
        """Zeros."""
        return "zeroinitializer"

    def spread(self, dtype: str, scalar: str) -> str:
        """A scalar in all lanes."""
        kind, one = self.kind(dtype), _IN_REGISTERS[dtype]
        first = self.value(f"insertelement {kind} poison, {one} {scalar}, i64 0")
        return self.value(f"shufflevector {kind} {first}, {kind} poison, <{self.lanes} x i32> zeroinitializer")

    def lane(self, dtype: str, vector: str, index: int | str = 0) -> str:
        """One element."""
        return self.value(f"extractelement {self.kind(dtype)} {vector}, i64 {index}")

    # -- arithmetic ------------------------------------------------------------------------------------------

    def bin(self, name: str, dtype: str, a: str, b: str) -> str:
        """``add``, ``sub``, ``mul`` of any type; ``div`` of floats."""
        return self.value(f"{'f' if dtype in FLOATS else ''}{name} {self.kind(dtype)} {a}, {b}")

    def plus(self, t: str, a: str, b: str) -> str:
        """``a + b``."""
        return self.bin("add", t, a, b)

    def minus(self, t: str, a: str, b: str) -> str:
        """``a - b``."""
        return self.bin("sub", t, a, b)

    def times(self, t: str, a: str, b: str) -> str:
        """``a * b``."""
        return self.bin("mul", t, a, b)

    def over(self, t: str, a: str, b: str) -> str:
        """``a / b``, of floats."""
        return self.bin("div", t, a, b)

    def fma(self, t: str, a: str, b: str, c: str) -> str:
        """``a * b + c``, of floats rounded once."""
        if t not in FLOATS:
            return self.plus(t, self.times(t, a, b), c)
        return self.intrinsic("fma", t, a, b, c)

    def intrinsic(self, name: str, dtype: str, *operands: str) -> str:
        """One of LLVM's functions of vectors of one type."""
        kind, full = self.kind(dtype), f"@llvm.{name}.{self._suffix(dtype)}"
        self.module.declare(f"{kind} {full}({', '.join([kind] * len(operands))})")
        return self.value(f"call {kind} {full}({', '.join(f'{kind} {operand}' for operand in operands)})")

    def negative(self, t: str, a: str) -> str:
        """``-a``."""
        if t in FLOATS:
            return self.value(f"fneg {self.kind(t)} {a}")
        return self.minus(t, "zeroinitializer", a)

    def magnitude(self, t: str, a: str) -> str:
        """``|a|``; the most negative integer stays."""
        if t in FLOATS:
            return self.intrinsic("fabs", t, a)
        if t in UNSIGNED:
            return a
        return self.choose(t, self.compare("lt", t, a, "zeroinitializer"), self.negative(t, a), a)

    def compare(self, how: str, t: str, a: str, b: str) -> str:
        """``lt le gt ge eq ne`` (false for nan but ``ne``), or ``nan`` (whether either is)."""
        if t in FLOATS:
            word = {"nan": "uno", "ne": "une"}.get(how) or f"o{how}"
            return self.value(f"fcmp {word} {self.kind(t)} {a}, {b}")
        word = how if how in ("eq", "ne") else ("s" if t in SIGNED else "u") + how
        return self.value(f"icmp {word} {self.kind(t)} {a}, {b}")

    def choose(self, t: str, condition: str, a: str, b: str) -> str:
        """``condition ? a : b`` in each lane."""
        kind = self.kind(t)
        return self.value(f"select <{self.lanes} x i1> {condition}, {kind} {a}, {kind} {b}")

    def logic(self, name: str, t: str, a: str, b: str) -> str:
        """``and or xor shl lshr ashr`` of integers and bools."""
        return self.value(f"{name} {self.kind(t)} {a}, {b}")

    def invert(self, condition: str) -> str:
        """``not`` of bools."""
        return self.logic("xor", "bool", condition, self.const("bool", True))

    def larger(self, t: str, a: str, b: str) -> str:
        """The maximum; nan if either is."""
        if t not in FLOATS:
            return self.choose(t, self.compare("gt", t, a, b), a, b)
        # with nan in a: a is chosen; with nan in b: the comparison is false and b is
        over = self.value(f"fcmp ogt {self.kind(t)} {a}, {b}")
        return self.choose(t, self.logic("or", "bool", over, self.compare("nan", t, a, a)), a, b)

    def smaller(self, t: str, a: str, b: str) -> str:
        """The minimum; nan if either is."""
        if t not in FLOATS:
            return self.choose(t, self.compare("lt", t, a, b), a, b)
        under = self.value(f"fcmp olt {self.kind(t)} {a}, {b}")
        return self.choose(t, self.logic("or", "bool", under, self.compare("nan", t, a, a)), a, b)

    # -- types -----------------------------------------------------------------------------------------------

    def bits(self, t: str, a: str) -> str:
        """A float's bits as integers."""
        return self.value(f"bitcast {self.kind(t)} {a} to {self.kind(_INT_OF[t])}")

    def unbits(self, t: str, a: str) -> str:
        """Integers' bits as floats of type ``t``."""
        return self.value(f"bitcast {self.kind(_INT_OF[t])} {a} to {self.kind(t)}")

    def cast(self, source: str, target: str, a: str) -> str:
        """Numpy's conversion among floats, integers and bools."""
        if source == target:
            return a
        if source in NARROW:
            return self.cast("float32", target, a)
        if target in NARROW:
            twice = target == "bfloat16" or source != "float64"  # as ml_dtypes rounds, and numpy
            return self.rounded(target, self.cast(source, "float32", a) if twice else self._odd(a))
        here, there = self.kind(source), self.kind(target)
        if target == "bool":
            return self.compare("ne", source, a, "zeroinitializer")
        if source == "bool":
            return self.value(f"{'uitofp' if target in FLOATS else 'zext'} {here} {a} to {there}")
        if source in FLOATS and target in FLOATS:
            return self.value(f"{'fpext' if target == 'float64' else 'fptrunc'} {here} {a} to {there}")
        if target in FLOATS:
            return self.value(f"{'sitofp' if source in SIGNED else 'uitofp'} {here} {a} to {there}")
        if source in FLOATS:  # what does not fit, and nan, becomes the most negative number, as in numpy on x86
            limit = 2.0 ** (SIZES[target] * 8 - 1)
            inside = self.logic(
                "and",
                "bool",
                self.compare("ge", source, a, self.const(source, -limit)),
                self.compare("lt", source, a, self.const(source, limit)),
            )
            tame = self.choose(source, inside, a, "zeroinitializer")
            number = self.value(f"fptosi {here} {tame} to {there}")
            return self.choose(target, inside, number, self.const(target, -(2 ** (SIZES[target] * 8 - 1))))
        if SIZES[source] == SIZES[target]:
            return a
        if SIZES[source] > SIZES[target]:
            return self.value(f"trunc {here} {a} to {there}")
        return self.value(f"{'sext' if source in SIGNED else 'zext'} {here} {a} to {there}")

    def rounded(self, dtype: str, a: str) -> str:
        """Float32 with the precision and range of a 16-bit float."""
        return self._from_bits(dtype, self._to_bits(dtype, a))

    def _odd(self, a: str) -> str:
        """Float64 as float32; what is not exact gets an odd last bit, so that the next rounding is as if the only one."""
        near = self.value(f"fptrunc {self.kind('float64')} {a} to {self.kind('float32')}")
        back = self.value(f"fpext {self.kind('float32')} {near} to {self.kind('float64')}")
        bits = self.bits("float32", near)
        even = self.compare("eq", "int32", self.logic("and", "int32", bits, self.const("int32", 1)), self.zero("int32"))
        over = self.compare("gt", "float64", self.magnitude("float64", back), self.magnitude("float64", a))
        moved = self.plus("int32", bits, self.choose("int32", over, self.const("int32", -1), self.const("int32", 1)))
        inexact = self.logic("and", "bool", even, self.value(f"fcmp one {self.kind('float64')} {back}, {a}"))
        return self.unbits("float32", self.choose("int32", inexact, moved, bits))

    def _to_bits(self, dtype: str, a: str) -> str:
        """Float32 as the bits of a 16-bit float, rounded to the nearest, ties to even."""
        i = "int32"
        bits = self.bits("float32", a)

        def const(number: int) -> str:
            return self.const(i, number - (1 << 32) if number >> 31 else number)

        short = f"<{self.lanes} x i16>"
        nan = self.compare("nan", "float32", a, a)
        if dtype == "bfloat16":
            odd = self.logic("and", i, self.logic("lshr", i, bits, const(16)), const(1))
            near = self.plus(i, self.plus(i, bits, const(0x7FFF)), odd)
            near = self.choose(i, nan, self.logic("or", i, bits, const(0x400000)), near)
            return self.value(f"trunc {self.kind(i)} {self.logic('lshr', i, near, const(16))} to {short}")
        if cpu().isa != "sse":
            half = f"<{self.lanes} x half>"
            near = self.value(f"fptrunc {self.kind('float32')} {a} to {half}")
            return self.value(f"bitcast {half} {near} to {short}")
        size = self.logic("and", i, bits, const(0x7FFFFFFF))
        odd = self.logic("and", i, self.logic("lshr", i, size, const(13)), const(1))
        normal = self.logic("lshr", i, self.plus(i, self.minus(i, size, const(0x38000000 - 0xFFF)), odd), const(13))
        half_ = self.const("float32", 0.5)  # adding it leaves a denormal's bits in the last places
        small = self.minus(
            i, self.bits("float32", self.plus("float32", self.unbits("float32", size), half_)), const(0x3F000000)
        )
        made = self.choose(i, self.compare("lt", i, size, const(0x38800000)), small, normal)
        made = self.choose(i, self.compare("ge", i, size, const(0x47800000)), const(0x7C00), made)
        made = self.choose(i, nan, const(0x7E00), made)
        sign = self.logic("and", i, self.logic("lshr", i, bits, const(16)), const(0x8000))
        return self.value(f"trunc {self.kind(i)} {self.logic('or', i, made, sign)} to {short}")

    def _from_bits(self, dtype: str, bits: str) -> str:
        """The bits of a 16-bit float as float32."""
        i, short = "int32", f"<{self.lanes} x i16>"
        if dtype == "float16" and cpu().isa != "sse":
            half = self.value(f"bitcast {short} {bits} to <{self.lanes} x half>")
            return self.value(f"fpext <{self.lanes} x half> {half} to {self.kind('float32')}")
        wide = self.value(f"zext {short} {bits} to {self.kind(i)}")
        if dtype == "bfloat16":
            return self.unbits("float32", self.logic("shl", i, wide, self.const(i, 16)))
        size = self.logic("shl", i, self.logic("and", i, wide, self.const(i, 0x7FFF)), self.const(i, 13))
        made = self.times("float32", self.unbits("float32", size), self.const("float32", 2.0**112))
        made = self.bits("float32", made)
        endless = self.compare("ge", i, size, self.const(i, 0x7C00 << 13))
        made = self.choose(i, endless, self.logic("or", i, made, self.const(i, 0x7F800000)), made)
        sign = self.logic("shl", i, self.logic("and", i, wide, self.const(i, 0x8000)), self.const(i, 16))
        return self.unbits("float32", self.logic("or", i, made, sign))

    # -- memory ----------------------------------------------------------------------------------------------

    def load(self, dtype: str, pointer: str, mask: str | None = None, fill: str = "zeroinitializer") -> str:
        """A vector of neighbours in memory; those that the mask leaves out are ``fill``."""
        memory = f"<{self.lanes} x {SCALARS[dtype]}>"
        size = SIZES[dtype]
        if mask is None:
            got = self.value(f"load {memory}, ptr {pointer}, align {size}")
        else:
            name = f"@llvm.masked.load.v{self.lanes}{self._scalar(dtype)}.p0"
            masks = f"<{self.lanes} x i1>"
            self.module.declare(f"{memory} {name}(ptr, i32, {masks}, {memory})")
            got = self.value(f"call {memory} {name}(ptr {pointer}, i32 {size}, {masks} {mask}, {memory} {fill})")
        return self._from_memory(dtype, got)

    def store(self, dtype: str, vector: str, pointer: str, mask: str | None = None) -> None:
        """Write a vector to neighbours in memory; those that the mask leaves out stay."""
        memory = f"<{self.lanes} x {SCALARS[dtype]}>"
        size = SIZES[dtype]
        vector = self._to_memory(dtype, vector)
        if mask is None:
            self.do(f"store {memory} {vector}, ptr {pointer}, align {size}")
            return
        name = f"@llvm.masked.store.v{self.lanes}{self._scalar(dtype)}.p0"
        masks = f"<{self.lanes} x i1>"
        self.module.declare(f"void {name}({memory}, ptr, i32, {masks})")
        self.do(f"call void {name}({memory} {vector}, ptr {pointer}, i32 {size}, {masks} {mask})")

    def load_one(self, dtype: str, pointer: str) -> str:
        """One element in all lanes."""
        got = self.value(f"load {SCALARS[dtype]}, ptr {pointer}, align {SIZES[dtype]}")
        if dtype == "bool":
            got = self.value(f"icmp ne i8 {got}, 0")
        if dtype in NARROW:
            return self._from_bits(dtype, self.spread("int16", got))
        return self.spread(dtype, got)

    def store_one(self, dtype: str, vector: str, pointer: str) -> None:
        """Write the first lane."""
        memory = self._to_memory(dtype, vector)
        one = self.value(f"extractelement <{self.lanes} x {SCALARS[dtype]}> {memory}, i64 0")
        self.do(f"store {SCALARS[dtype]} {one}, ptr {pointer}, align {SIZES[dtype]}")

    def gather(self, dtype: str, pointer: str, stride: int, mask: str | None) -> str:
        """Elements that are ``stride`` elements apart."""
        memory = f"<{self.lanes} x {SCALARS[dtype]}>"
        steps = ", ".join(f"i64 {index * stride}" for index in range(self.lanes))
        addresses = self.value(f"getelementptr {SCALARS[dtype]}, ptr {pointer}, <{self.lanes} x i64> <{steps}>")
        name = f"@llvm.masked.gather.v{self.lanes}{self._scalar(dtype)}.v{self.lanes}p0"
        masks = f"<{self.lanes} x i1>"
        self.module.declare(f"{memory} {name}(<{self.lanes} x ptr>, i32, {masks}, {memory})")
        chosen = mask or "splat (i1 true)"
        got = self.value(
            f"call {memory} {name}(<{self.lanes} x ptr> {addresses}, i32 {SIZES[dtype]}, {masks} {chosen}, "
            f"{memory} zeroinitializer)"
        )
        return self._from_memory(dtype, got)

    def scatter(self, dtype: str, vector: str, pointer: str, stride: int, mask: str | None) -> None:
        """Write elements that are ``stride`` elements apart."""
        memory = f"<{self.lanes} x {SCALARS[dtype]}>"
        vector = self._to_memory(dtype, vector)
        steps = ", ".join(f"i64 {index * stride}" for index in range(self.lanes))
        addresses = self.value(f"getelementptr {SCALARS[dtype]}, ptr {pointer}, <{self.lanes} x i64> <{steps}>")
        name = f"@llvm.masked.scatter.v{self.lanes}{self._scalar(dtype)}.v{self.lanes}p0"
        masks = f"<{self.lanes} x i1>"
        self.module.declare(f"void {name}({memory}, <{self.lanes} x ptr>, i32, {masks})")
        self.do(
            f"call void {name}({memory} {vector}, <{self.lanes} x ptr> {addresses}, i32 {SIZES[dtype]}, "
            f"{masks} {mask or 'splat (i1 true)'})"
        )

    def _scalar(self, dtype: str) -> str:
        return {"float32": "f32", "float64": "f64"}.get(dtype) or SCALARS[dtype]

    def _to_memory(self, dtype: str, vector: str) -> str:
        if dtype in NARROW:
            return self._to_bits(dtype, vector)
        if dtype != "bool":
            return vector
        return self.value(f"zext {self.kind('bool')} {vector} to <{self.lanes} x i8>")

    def _from_memory(self, dtype: str, got: str) -> str:
        if dtype in NARROW:
            return self._from_bits(dtype, got)
        if dtype != "bool":
            return got
        return self.value(f"icmp ne <{self.lanes} x i8> {got}, zeroinitializer")

    def first_lanes(self, count: str | int) -> str:
        """A mask of the first ``count`` (an i64) lanes."""
        if isinstance(count, int):
            return "<" + ", ".join(f"i1 {'true' if i < count else 'false'}" for i in range(self.lanes)) + ">"
        number = self.value(f"trunc i64 {count} to i32")
        kind = f"<{self.lanes} x i32>"
        first = self.value(f"insertelement {kind} poison, i32 {number}, i64 0")
        all_ = self.value(f"shufflevector {kind} {first}, {kind} poison, <{self.lanes} x i32> zeroinitializer")
        return self.value(f"icmp slt {kind} <{', '.join(f'i32 {i}' for i in range(self.lanes))}>, {all_}")

    # -- across lanes ----------------------------------------------------------------------------------------

    def fold(self, how: str, t: str, a: str) -> str:
        """``sum prod max min all any`` over the lanes, in all lanes."""
        width = self.lanes
        kind = self.kind(t)
        while width > 1:
            width //= 2
            order = ", ".join(f"i32 {(i + width) % self.lanes}" for i in range(self.lanes))
            other = self.value(f"shufflevector {kind} {a}, {kind} poison, <{self.lanes} x i32> <{order}>")
            a = self.combine(how, t, a, other)
        return self.value(f"shufflevector {kind} {a}, {kind} poison, <{self.lanes} x i32> zeroinitializer")

    def combine(self, how: str, t: str, a: str, b: str) -> str:
        """Two partial results of a reduction as one."""
        if how == "sum":
            return self.plus(t, a, b)
        if how == "prod":
            return self.times(t, a, b)
        if how == "max":
            return self.larger(t, a, b)
        if how == "min":
            return self.smaller(t, a, b)
        return self.logic("and" if how == "all" else "or", t, a, b)

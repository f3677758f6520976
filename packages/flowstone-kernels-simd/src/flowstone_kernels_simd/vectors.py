"""Vector instructions of every element type: what the mathematics (``vmath``) and the loops are written in."""

from __future__ import annotations

from typing import Any

from flowstone_kernels_simd.ir import FLOATS, SCALARS, SIGNED, SIZES, UNSIGNED, Function, literal

_INT_OF = {"float32": "int32", "float64": "int64"}


class Vectors(Function):
    """A function with vectors of ``lanes`` elements. Types are named as numpy names them; a bool is one bit."""

    def kind(self, dtype: str) -> str:
        """The LLVM type of a vector."""
        return f"<{self.lanes} x {'i1' if dtype == 'bool' else SCALARS[dtype]}>"

    def _suffix(self, dtype: str) -> str:
        scalar = {"float32": "f32", "float64": "f64", "bool": "i1"}.get(dtype) or SCALARS[dtype]
        return f"v{self.lanes}{scalar}"

    def const(self, dtype: str, value: Any) -> str:
        """The same number in all lanes."""
        scalar = "i1" if dtype == "bool" else SCALARS[dtype]
        return f"splat ({scalar} {literal(value, dtype)})"

    def zero(self, dtype: str) -> str:
        """Zeros."""
        return "zeroinitializer"

    def spread(self, dtype: str, scalar: str) -> str:
        """A scalar in all lanes."""
        kind, one = self.kind(dtype), ("i1" if dtype == "bool" else SCALARS[dtype])
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
        if dtype == "bool":
            vector = self.value(f"zext {self.kind('bool')} {vector} to {memory}")
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
        return self.spread(dtype, got)

    def store_one(self, dtype: str, vector: str, pointer: str) -> None:
        """Write the first lane."""
        one = self.lane(dtype, vector)
        if dtype == "bool":
            one = self.value(f"zext i1 {one} to i8")
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
        if dtype == "bool":
            vector = self.value(f"zext {self.kind('bool')} {vector} to {memory}")
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

    def _from_memory(self, dtype: str, got: str) -> str:
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

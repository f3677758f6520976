"""Random numbers as native code: TensorFlow's own, bit for bit, from streams that core keeps.

Where in its stream a call site is stays core's business (``flowstone_core.random_state``): these kernels only turn a
key and a counter into numbers, several blocks of Philox 4x32-10 at a time, spread over threads. float32 logarithms,
sines and cosines are computed in float64 and rounded, as ``flowstone_core.distributions`` does.
"""

from __future__ import annotations

import ctypes
import functools
import math
from collections.abc import Callable
from typing import Any

import numpy as np
from flowstone_core import distributions
from flowstone_core.distributions import BLOCKS_RESERVED
from flowstone_core.kernel import Kernel, KernelSet
from flowstone_core.kernels import random, stateless_random
from flowstone_core.philox import MASK_64

from flowstone_kernels_simd import native, threads
from flowstone_kernels_simd.cpu import cpu
from flowstone_kernels_simd.ir import Module
from flowstone_kernels_simd.vectors import Vectors

_MULTIPLIERS = 0xD2511F53, 0xCD9E8D57
_WEYL = 0x9E3779B9, 0xBB67AE85
_ROUNDS = 10
_LOW = 0xFFFFFFFF

_PARALLEL_FROM = 1 << 14
"""How many numbers are spread over threads."""

_GRAIN = 256
"""How many vectors of blocks are one piece of work."""

_TINY = 1e-7


# -- writing the code --------------------------------------------------------------------------------------------------


def _lanes() -> int:
    return cpu().lanes // 2


def _words(v: Vectors, index: str) -> list[str]:
    """The words, as 64-bit numbers, of the blocks that ``index`` (of vectors) counts."""
    t = "uint64"

    def field(number: int) -> str:
        return v.value(f"load i64, ptr {v.element('i64', '%table', number)}")

    ramp = "<" + ", ".join(f"i64 {lane}" for lane in range(v.lanes)) + ">"
    first = v.spread(t, v.value(f"mul i64 {index}, {v.lanes}"))
    steps = v.times(t, v.plus(t, first, ramp), v.spread(t, field(4)))
    start = v.spread(t, field(2))
    low = v.plus(t, start, steps)
    carry = v.value(f"zext <{v.lanes} x i1> {v.compare('lt', t, low, start)} to {v.kind(t)}")
    high = v.plus(t, v.spread(t, field(3)), carry)
    mask, shift = v.const(t, _LOW), v.const(t, 32)
    a, b = v.logic("and", t, low, mask), v.logic("lshr", t, low, shift)
    c, d = v.logic("and", t, high, mask), v.logic("lshr", t, high, shift)
    key = field(1)
    key_low, key_high = v.value(f"and i64 {key}, {_LOW}"), v.value(f"lshr i64 {key}, 32")
    for number in range(_ROUNDS):
        one, two = v.times(t, a, v.const(t, _MULTIPLIERS[0])), v.times(t, c, v.const(t, _MULTIPLIERS[1]))
        keys = []
        for part, weyl in zip((key_low, key_high), _WEYL, strict=True):
            moved = v.value(f"and i64 {v.value(f'add i64 {part}, {weyl * number & MASK_64}')}, {_LOW}")
            keys.append(v.spread(t, moved))
        a = v.logic("xor", t, v.logic("xor", t, v.logic("lshr", t, two, shift), b), keys[0])
        b = v.logic("and", t, two, mask)
        c = v.logic("xor", t, v.logic("xor", t, v.logic("lshr", t, one, shift), d), keys[1])
        d = v.logic("and", t, one, mask)
    return [a, b, c, d]


def _unit(v: Vectors, word: str) -> str:
    """float32 numbers in [0, 1)."""
    word = v.cast("uint64", "uint32", word)
    bits = v.logic(
        "or", "uint32", v.logic("and", "uint32", word, v.const("uint32", 0x7FFFFF)), v.const("uint32", 0x3F800000)
    )
    number = v.value(f"bitcast {v.kind('uint32')} {bits} to {v.kind('float32')}")
    return v.minus("float32", number, v.const("float32", 1))


def _log(v: Vectors, x: str) -> str:
    """The natural logarithm of normal positive float64 numbers, by the series of atanh."""
    t = "float64"
    bits = v.value(f"bitcast {v.kind(t)} {x} to {v.kind('int64')}")
    # the exponent for which the mantissa lies between sqrt(1/2) and sqrt(2)
    shifted = v.minus("int64", bits, v.const("int64", 0x3FE6A09E667F3BCD))
    exponent = v.logic("ashr", "int64", shifted, v.const("int64", 52))
    mantissa = v.minus("int64", bits, v.logic("shl", "int64", exponent, v.const("int64", 52)))
    m = v.value(f"bitcast {v.kind('int64')} {mantissa} to {v.kind(t)}")
    s = v.over(t, v.minus(t, m, v.const(t, 1)), v.plus(t, m, v.const(t, 1)))
    z = v.times(t, s, s)
    sum_ = v.const(t, 2 / 23)
    for degree in range(21, 1, -2):
        sum_ = v.fma(t, sum_, z, v.const(t, 2 / degree))
    tail = v.times(t, v.times(t, s, z), sum_)
    whole = v.cast("int64", t, exponent)
    main = v.fma(t, whole, v.const(t, math.log(2)), v.plus(t, s, s))
    return v.plus(t, main, tail)


def _sine_and_cosine(v: Vectors, x: str) -> tuple[str, str]:
    """Both, of float64 numbers in [0, 2 pi], by Taylor's series around multiples of pi / 2."""
    t = "float64"
    quarter = v.intrinsic("rint", t, v.times(t, x, v.const(t, 2 / math.pi)))
    high = math.pi / 2
    low = 6.123233995736766e-17  # pi / 2 - high
    r = v.fma(t, quarter, v.const(t, -high), x)
    r = v.fma(t, quarter, v.const(t, -low), r)
    z = v.times(t, r, r)
    sine, cosine = v.const(t, 1 / math.factorial(17)), v.const(t, 1 / math.factorial(18) * -1)
    for degree in range(15, 1, -2):
        sine = v.fma(t, sine, z, v.const(t, (-1) ** (degree // 2) / math.factorial(degree)))
    for degree in range(16, 0, -2):
        cosine = v.fma(t, cosine, z, v.const(t, (-1) ** (degree // 2) / math.factorial(degree)))
    sine = v.fma(t, v.times(t, sine, z), r, r)
    cosine = v.fma(t, cosine, z, v.const(t, 1))
    number = v.value(f"fptosi {v.kind(t)} {quarter} to {v.kind('int64')}")

    def bit(value: str, mask: int) -> str:
        return v.compare("ne", "int64", v.logic("and", "int64", value, v.const("int64", mask)), "zeroinitializer")

    odd = bit(number, 1)
    s, c = v.choose(t, odd, cosine, sine), v.choose(t, odd, sine, cosine)
    s = v.choose(t, bit(number, 2), v.negative(t, s), s)
    c = v.choose(t, bit(v.plus("int64", number, v.const("int64", 1)), 2), v.negative(t, c), c)
    return s, c


def _box_muller(v: Vectors, one: str, two: str) -> tuple[str, str]:
    """Two vectors of normal numbers from two of uniform ones."""
    single, double = "float32", "float64"
    one = v.choose(single, v.compare("gt", single, one, v.const(single, _TINY)), one, v.const(single, _TINY))
    log = v.cast(double, single, _log(v, v.cast(single, double, one)))
    radius = v.intrinsic("sqrt", single, v.times(single, v.const(single, -2), log))
    angle = v.cast(double, single, v.times(double, v.const(double, 2 * math.pi), v.cast(single, double, two)))
    s, c = _sine_and_cosine(v, v.cast(single, double, angle))
    return v.times(single, v.cast(double, single, s), radius), v.times(single, v.cast(double, single, c), radius)


def _store(v: Vectors, kind: str, parts: list[str], index: str) -> None:
    """Four vectors, the first elements of each first."""
    lanes = v.lanes

    def together(a: str, b: str, width: int, order: list[int]) -> str:
        pattern = ", ".join(f"i32 {place}" for place in order)
        of = f"<{width} x {kind}>"
        return v.value(f"shufflevector {of} {a}, {of} {b}, <{2 * width} x i32> <{pattern}>")

    pairs = [p for i in range(lanes) for p in (i, lanes + i)]
    quads = [p for i in range(lanes) for p in (2 * i, 2 * i + 1, 2 * (lanes + i), 2 * (lanes + i) + 1)]
    halves = [together(one, two, lanes, pairs) for one, two in (parts[:2], parts[2:])]
    all_ = together(halves[0], halves[1], 2 * lanes, quads)
    out = v.value("load ptr, ptr %table")
    target = v.element("i32", out, v.value(f"mul i64 {index}, {4 * lanes}"))
    v.do(f"store <{4 * lanes} x {kind}> {all_}, ptr {target}, align 4")


def _text() -> str:
    """The functions ``(table, low, high)``: the table has where to, key, counter (two numbers), the distance."""
    module = Module()
    for name in ("bits", "uniform", "normal"):
        v = Vectors(module, _lanes())
        with v.loop("%low", "%high") as index:
            words = _words(v, index)
            if name == "bits":
                _store(v, "i32", [v.cast("uint64", "uint32", word) for word in words], index)
            else:
                numbers = [_unit(v, word) for word in words]
                if name == "normal":
                    numbers = [*_box_muller(v, *numbers[:2]), *_box_muller(v, *numbers[2:])]
                _store(v, "float", numbers, index)
        v.finish(f"flowstone_random_{name}", "ptr %table, i64 %low, i64 %high", linkage="")
    return module.text()


# -- calling it --------------------------------------------------------------------------------------------------------


@functools.cache
def _functions() -> dict[str, int]:
    names = ["bits", "uniform", "normal"]
    found = native.load(_text(), [f"flowstone_random_{name}" for name in names])
    return {name: found[f"flowstone_random_{name}"] for name in names}


_STAGE = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_int64, ctypes.c_int64)
_PARALLEL = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int64, ctypes.c_int64)


@functools.cache
def _stage(name: str) -> Any:
    return _STAGE(_functions()[name])


@functools.cache
def _parallel() -> Any:
    return _PARALLEL(threads.addresses()["flowstone_parallel"])


def fill(name: str, key: int, counter: int, count: int, dtype: Any, stride: int = 1) -> Any:
    """The numbers of ``count`` words: ``bits``, ``uniform`` or ``normal``, of blocks that are ``stride`` apart."""
    vectors = -(-count // (4 * _lanes()))
    out = np.empty(vectors * 4 * _lanes(), dtype)
    table = np.array([out.ctypes.data, key, counter & MASK_64, counter >> 64, stride], np.uint64)
    if count < _PARALLEL_FROM:
        _stage(name)(table.ctypes.data, 0, vectors)
    else:
        pool = threads.pool(threads.wanted())
        _parallel()(pool.address, _functions()[name], table.ctypes.data, vectors, _GRAIN)
    return out[:count]


def uniform(key: int, counter: int, count: int, dtype: Any) -> Any:
    """Uniform numbers in [0, 1)."""
    if np.dtype(dtype) != np.float32:
        return distributions.uniform(key, counter, count, dtype)
    return fill("uniform", key, counter, count, np.float32)


def normal(key: int, counter: int, count: int, dtype: Any) -> Any:
    """Standard normal numbers."""
    if np.dtype(dtype) == np.float64:
        return distributions.normal(key, counter, count, dtype)
    return fill("normal", key, counter, count, np.float32).astype(dtype, copy=False)


def truncated_normal(key: int, counter: int, count: int, dtype: Any) -> Any:
    """Standard normal numbers whose absolute value is below 2."""
    if np.dtype(dtype) == np.float64:
        return distributions.truncated_normal(key, counter, count, dtype)
    numbers = fill("normal", key, counter, -(-count // 4) * 4, np.float32, BLOCKS_RESERVED).reshape(-1, 4)
    outside = np.flatnonzero((np.abs(numbers) >= distributions.CUT).any(1))
    numbers[outside] = distributions.truncated_groups(key, counter, outside, wide=False)
    return numbers.reshape(-1)[:count].astype(dtype, copy=False)


def full_int(key: int, counter: int, count: int, dtype: Any) -> Any:
    """Integers over the whole range of a type."""
    if np.dtype(dtype).itemsize == 8:
        return fill("bits", key, counter, 2 * count, np.uint32).view(np.uint64).astype(dtype, copy=False)
    return fill("bits", key, counter, count, np.uint32).view(dtype)


KERNELS = KernelSet()


def _add(op: str, made: Callable[..., Any], draw: Callable[..., Any]) -> None:
    KERNELS.by_op[op] = [Kernel(made(draw))]


_add("RandomUniform", random.filled, uniform)
_add("RandomStandardNormal", random.filled, normal)
_add("TruncatedNormal", random.filled, truncated_normal)
_add("StatelessRandomUniformV2", stateless_random.filled, uniform)
_add("StatelessRandomNormalV2", stateless_random.filled, normal)
_add("StatelessTruncatedNormalV2", stateless_random.filled, truncated_normal)
_add("StatelessRandomUniformFullIntV2", stateless_random.filled, full_int)

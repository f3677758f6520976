"""Cases for ``flowstone_core.ops.quantization``, in Python's numbers: steps are powers of two, so that nothing rounds."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from flowstone_core.ops import quantization as ops

from flowstone_conformance.case import Case
from flowstone_conformance.reference import Array, elementwise, indices, number, store
from flowstone_conformance.samples import FLOATS, array, sample


def limits(low: float, high: float, bits: int, narrow: bool) -> tuple[float, float, float]:
    """The limits, moved so that 0 is a multiple of the step, and the step."""
    first, last = (1 if narrow else 0), 2**bits - 1
    step = (high - low) / (last - first)
    place = min(max(math.floor(first - low / step + 0.5), first), last)
    return (first - place) * step, (last - place) * step, step


def fake(x: float, low: float, high: float, bits: int = 8, narrow: bool = False) -> float:
    """The nearest multiple between the limits."""
    least, greatest, step = limits(low, high, bits, narrow)
    return math.floor((min(max(x, least), greatest) - least) / step + 0.5) * step + least


def of_args(x: Array, min: float = -6.0, max: float = 6.0, num_bits: int = 8, narrow_range: bool = False) -> Array:
    """Between fixed limits."""
    return elementwise(lambda value: fake(value, min, max, num_bits, narrow_range))(x)


def args_gradient(
    dy: Array, x: Array, min: float = -6.0, max: float = 6.0, num_bits: int = 8, narrow_range: bool = False
) -> Array:
    """Gradients between fixed limits."""
    least, greatest, _ = limits(min, max, num_bits, narrow_range)
    return elementwise(lambda g, value: g if least <= value <= greatest else 0.0)(dy, x)


def of_vars(x: Array, low: Array, high: Array, num_bits: int = 8, narrow_range: bool = False) -> Array:
    """Between limits, for all or for each channel."""
    return elementwise(lambda value, a, b: fake(value, a, b, num_bits, narrow_range))(x, low, high)


def vars_gradient(
    dy: Array, x: Array, low: Array, high: Array, num_bits: int = 8, narrow_range: bool = False
) -> tuple[Array, Array, Array]:
    """Sums of what lies beyond the limits, for all or for each channel."""
    inside: list[Any] = []
    below, above = [0.0] * low.size, [0.0] * low.size
    for place in indices(x.shape):
        channel = place[-1] if low.ndim else 0
        value, g = number(x[place]), number(dy[place])
        ends = number(low.reshape(-1)[channel]), number(high.reshape(-1)[channel])
        least, greatest, _ = limits(*ends, num_bits, narrow_range)
        inside.append(g if least <= value <= greatest else 0.0)
        below[channel] += g if value < least else 0.0
        above[channel] += g if value > greatest else 0.0
    return (
        store(inside, x.dtype).reshape(x.shape),
        store(below, x.dtype).reshape(low.shape),
        store(above, x.dtype).reshape(low.shape),
    )


def there_and_back(x: Array, low: Array, high: Array, num_bits: Any = 8, **attrs: Any) -> Array:
    """The nearest multiple of the step that the outer limit asks for."""
    bits, signed = int(num_bits), attrs.get("signed_input", True)
    last = 2 ** (bits - 1) - 1 if signed else 2**bits - 1
    first = -(2 ** (bits - 1)) if signed else 0
    given, values = attrs.get("range_given", False), [number(value) for value in x.reshape(-1)]
    ends = (number(low), number(high)) if given else (min(values), max(values))
    step = max(*(end / side for end, side in zip(ends, (first, last), strict=True) if side * end > 0), 0.0)
    bottom, top = (first * step, last * step) if given else (-math.inf, math.inf)
    rounded = [round(min(max(value, bottom), top) / step) * step for value in values]
    return store(rounded, x.dtype).reshape(x.shape)


def rounded_gradient(dy: Array, x: Array, low: Array, high: Array, axis: int = -1) -> tuple[Array, Array, Array]:
    """What lies inside; the limits get nothing."""
    pairs = [(number(dy[place]), number(x[place])) for place in indices(x.shape)]
    least, greatest = number(low), number(high)
    return (
        store([g if least <= value <= greatest else 0.0 for g, value in pairs], x.dtype).reshape(x.shape),
        store([0.0], x.dtype).reshape(()),
        store([0.0], x.dtype).reshape(()),
    )


SHAPES = ((5,), (3, 4), (2, 3, 2), (0,))
BITS: tuple[dict[str, Any], ...] = ({"num_bits": 3}, {"num_bits": 4, "narrow_range": True})


def x_of(shape: tuple[int, ...], dtype: str = "float32") -> Array:
    """Numbers, some of them beyond all limits."""
    return sample(shape, dtype, -9.0, 9.0)


def ends(bits: dict[str, Any], shape: tuple[int, ...] = (), dtype: str = "float32") -> tuple[Array, Array]:
    """Limits whose step is a half, for each place of ``shape``."""
    steps = 2 ** bits["num_bits"] - (2 if bits.get("narrow_range") else 1)
    low = sample(shape, "int32", -4, 0) if shape else array(-2, "int32")
    return low.astype(dtype), np.asarray(low + steps / 2, dtype)


CASES = [
    *(
        Case(
            ops.FAKE_QUANT_WITH_MIN_MAX_ARGS,
            (x_of(shape),),
            of_args,
            {"min": float(ends(bits)[0]), "max": float(ends(bits)[1]), **bits},
        )
        for shape in SHAPES
        for bits in BITS
    ),
    *(
        Case(
            ops.FAKE_QUANT_WITH_MIN_MAX_ARGS_GRADIENT,
            (sample(shape, "float32", seed=1), x_of(shape)),
            args_gradient,
            {"min": float(ends(bits)[0]), "max": float(ends(bits)[1]), **bits},
        )
        for shape in SHAPES
        for bits in BITS
    ),
    *(
        Case(ops.FAKE_QUANT_WITH_MIN_MAX_VARS, (x_of(shape), *ends(bits)), of_vars, bits)
        for shape in SHAPES
        for bits in BITS
    ),
    *(
        Case(
            ops.FAKE_QUANT_WITH_MIN_MAX_VARS_GRADIENT,
            (sample(shape, "float32", seed=1), x_of(shape), *ends(bits)),
            vars_gradient,
            bits,
        )
        for shape in SHAPES
        for bits in BITS
    ),
    *(
        Case(ops.FAKE_QUANT_WITH_MIN_MAX_VARS_PER_CHANNEL, (x_of(shape), *ends(bits, shape[-1:])), of_vars, bits)
        for shape in SHAPES
        for bits in BITS
    ),
    *(
        Case(
            ops.FAKE_QUANT_WITH_MIN_MAX_VARS_PER_CHANNEL_GRADIENT,
            (sample(shape, "float32", seed=1), x_of(shape), *ends(bits, shape[-1:])),
            vars_gradient,
            bits,
        )
        for shape in SHAPES
        for bits in BITS
    ),
    *(
        Case(
            op,
            (x_of(shape, dtype), array(-3.5, dtype), array(3.5, dtype)),
            there_and_back,
            {"num_bits": 4, "range_given": given, "signed_input": signed},
            tolerance=4,
        )
        for op in (ops.QUANTIZE_AND_DEQUANTIZE_V2, ops.QUANTIZE_AND_DEQUANTIZE_V4)
        for dtype in FLOATS[:2]
        for shape in SHAPES[:3]
        for given in (True, False)
        for signed in (True, False)
    ),
    *(
        Case(
            ops.QUANTIZE_AND_DEQUANTIZE_V3,
            (x_of(shape), array(-3.5, "float32"), array(3.5, "float32"), array(4, "int32")),
            there_and_back,
            {"range_given": given},
            tolerance=4,
        )
        for shape in SHAPES[:3]
        for given in (True, False)
    ),
    *(
        Case(
            ops.QUANTIZE_AND_DEQUANTIZE_V4_GRAD,
            (sample(shape, dtype, seed=1), x_of(shape, dtype), array(-3.5, dtype), array(3.5, dtype)),
            rounded_gradient,
            tolerance=4,
        )
        for dtype in FLOATS
        for shape in SHAPES
    ),
]

"""Cases for ``flowstone_signal.ops.fft``: sums of exponentials, one number at a time."""

from __future__ import annotations

import cmath
import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from flowstone_conformance.case import Case
from flowstone_conformance.reference import Array, gathered, number
from flowstone_conformance.samples import sample
from flowstone_core.dtypes import as_dtype

from flowstone_signal.ops import fft as ops

COMPLEX = ("complex64", "complex128")
REAL = {"complex64": "float32", "complex128": "float64"}


def resized(x: Array, axes: Sequence[int], lengths: Sequence[int]) -> Array:
    """``x`` cut or continued with zeros."""
    shape = list(x.shape)
    for axis, length in zip(axes, lengths, strict=True):
        shape[axis] = length

    def value(place: tuple[int, ...]) -> Any:
        inside = all(at < size for at, size in zip(place, x.shape, strict=True))
        return x[place] if inside else 0

    return gathered(shape, x.dtype, value)


def transformed(x: Array, axis: int, sign: int) -> Array:
    """``Σ x[n] exp(sign 2πi kn / N)`` along one dimension, over ``N`` if ``sign`` is 1."""
    size = x.shape[axis]

    def value(place: tuple[int, ...]) -> complex:
        terms = []
        for n in range(size):
            source = (*place[:axis], n, *place[axis + 1 :])
            terms.append(complex(number(x[source])) * cmath.exp(sign * 2j * math.pi * (place[axis] * n % size) / size))
        total = complex(math.fsum(term.real for term in terms), math.fsum(term.imag for term in terms))
        return total / size if sign > 0 else total

    return gathered(x.shape, np.dtype(np.complex128), value)


def over(x: Array, axes: Sequence[int], sign: int) -> Array:
    """A complex transform over several dimensions."""
    for axis in axes:
        x = transformed(x, axis, sign)
    return x


def whole(x: Array, axis: int, length: int) -> Array:
    """The whole spectrum of which the first half is given along one dimension."""
    shape = (*x.shape[:axis], length, *x.shape[axis + 1 :])

    def value(place: tuple[int, ...]) -> complex:
        k = place[axis]
        mirrored = k > length // 2
        source = (*place[:axis], length - k if mirrored else k, *place[axis + 1 :])
        found = complex(number(x[source]))
        if k in (0, length - k):
            return complex(found.real)
        return found.conjugate() if mirrored else found

    return gathered(shape, np.dtype(np.complex128), value)


def forward(x: Array, axes: Sequence[int], lengths: Sequence[int], dtype: Any) -> Array:
    """The transform of real numbers, of which half is kept along the last of ``axes``."""
    full = over(resized(x, axes, lengths), axes, -1)
    kept = tuple(slice(lengths[-1] // 2 + 1) if axis == axes[-1] else slice(None) for axis in range(x.ndim))
    return full[kept].astype(dtype)


def backward(x: Array, axes: Sequence[int], lengths: Sequence[int], dtype: Any) -> Array:
    """The inverse of ``forward``."""
    needed = [*lengths[:-1], lengths[-1] // 2 + 1]
    outer = over(resized(x, axes, needed), axes[:-1], 1)
    full = transformed(whole(outer, axes[-1], lengths[-1]), axes[-1], 1)
    return gathered(full.shape, np.dtype(np.float64), lambda place: full[place].real).astype(dtype)


def last(x: Array, rank: int) -> list[int]:
    """The last dimensions."""
    return list(range(x.ndim - rank, x.ndim))


def complex_reference(rank: int, sign: int) -> Callable[..., Array]:
    """The reference of a complex transform."""
    return lambda x: over(x, last(x, rank), sign).astype(x.dtype)


def real_reference(rank: int, function: Callable[..., Array]) -> Callable[..., Array]:
    """The reference of a transform between real signals and half spectra."""
    return lambda x, lengths, **attrs: function(
        x, last(x, rank), lengths.tolist(), next(iter(attrs.values())).numpy_dtype
    )


def nd(function: Callable[..., Array]) -> Callable[..., Array]:
    """The same over any dimensions."""

    def reference(x: Array, lengths: Array, axes: Array, **attrs: Any) -> Array:
        places = [axis % x.ndim for axis in axes.tolist()]
        dtype = next(iter(attrs.values())).numpy_dtype if attrs else x.dtype
        return function(x, places, lengths.tolist(), dtype)

    return reference


def complex_nd(sign: int) -> Callable[..., Array]:
    """A complex transform of cut or continued signals."""
    return lambda x, axes, lengths, dtype: over(resized(x, axes, lengths), axes, sign).astype(dtype)


def ints(*values: int) -> Array:
    """Lengths or axes."""
    return np.array(values, "int32")


COMPLEX_OPS = {
    1: (ops.FFT, ops.IFFT),
    2: (ops.FFT_2D, ops.IFFT_2D),
    3: (ops.FFT_3D, ops.IFFT_3D),
}
REAL_OPS = {
    1: (ops.RFFT, ops.IRFFT),
    2: (ops.RFFT_2D, ops.IRFFT_2D),
    3: (ops.RFFT_3D, ops.IRFFT_3D),
}
LENGTHS = {1: ((5,), (4,), (1,)), 2: ((3, 5), (2, 4)), 3: ((2, 3, 5), (1, 2, 4))}

CASES = [
    *(
        Case(op, (sample(shape, dtype),), complex_reference(rank, sign), tolerance=8)
        for rank, pair in COMPLEX_OPS.items()
        for op, sign in zip(pair, (-1, 1), strict=True)
        for dtype in COMPLEX
        for shape in ((2, 3, 5), (1, 2, 4))
    ),
    Case(ops.FFT, (sample((0,), "complex64"),), lambda x: x.copy()),
    *(
        Case(
            REAL_OPS[rank][0],
            (sample((2, 3, 5), REAL[dtype]), ints(*lengths)),
            real_reference(rank, forward),
            {"Tcomplex": as_dtype(dtype)},
            tolerance=8,
        )
        for rank, several in LENGTHS.items()
        for lengths in several
        for dtype in COMPLEX
    ),
    *(
        Case(
            REAL_OPS[rank][1],
            (sample((2, 3, 4), dtype), ints(*lengths)),
            real_reference(rank, backward),
            {"Treal": as_dtype(REAL[dtype])},
            tolerance=8,
        )
        for rank, several in LENGTHS.items()
        for lengths in several
        for dtype in COMPLEX
    ),
    *(
        Case(op, (sample((2, 3, 4), dtype), ints(*lengths), ints(*axes)), nd(complex_nd(sign)), tolerance=8)
        for op, sign in ((ops.FFT_ND, -1), (ops.IFFT_ND, 1))
        for dtype in COMPLEX
        for lengths, axes in (((4,), (2,)), ((2, 5), (0, 1)), ((3, 2, 4), (1, -3, -1)))
    ),
    *(
        Case(op, (sample((2, 3, 4), kind), ints(*lengths), ints(*axes)), nd(function), {attr: value}, tolerance=8)
        for dtype in COMPLEX
        for op, function, kind, attr, value in (
            (ops.RFFT_ND, forward, REAL[dtype], "Tcomplex", as_dtype(dtype)),
            (ops.IRFFT_ND, backward, dtype, "Treal", as_dtype(REAL[dtype])),
        )
        for lengths, axes in (((4,), (2,)), ((5, 2), (1, 0)), ((3, 2, 4), (1, 0, -1)))
    ),
]

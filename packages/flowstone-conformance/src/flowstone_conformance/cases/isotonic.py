"""Cases for ``flowstone_core.ops.isotonic``."""

from __future__ import annotations

from fractions import Fraction

from flowstone_core.dtypes import DType, as_dtype, float32
from flowstone_core.ops import isotonic as ops

from flowstone_conformance.case import Case
from flowstone_conformance.reference import Array, number, store
from flowstone_conformance.samples import array, sample


def fit(values: list[Fraction]) -> list[Fraction]:
    """``min over k <= i of max over l >= i of the mean of values[k..l]``."""
    size = len(values)

    def mean(k: int, end: int) -> Fraction:
        return sum(values[k : end + 1], Fraction()) / (end + 1 - k)

    return [min(max(mean(k, end) for end in range(i, size)) for k in range(i + 1)) for i in range(size)]


def isotonic(input: Array, output_dtype: DType = float32) -> tuple[Array, Array]:
    """Row by row, in fractions; parts are numbered where the values change."""
    fitted: list[Fraction] = []
    parts: list[int] = []
    for row in input.reshape(-1, input.shape[-1]) if input.size else []:
        values = fit([Fraction(number(value)) for value in row])
        steps = [int(one != other) for one, other in zip(values[1:], values, strict=False)]
        fitted += values
        parts += [sum(steps[:place]) for place in range(len(values))]
    floats = [float(value) for value in fitted]
    return (
        store(floats, output_dtype.numpy_dtype).reshape(input.shape),
        array(parts, "int32").reshape(input.shape),
    )


CASES = [
    Case(ops.ISOTONIC_REGRESSION, (sample(shape, dtype, -9, 9),), isotonic, {"output_dtype": as_dtype(out)})
    for dtype, out in (
        *((dtype, dtype) for dtype in ("float32", "float64", "float16", "bfloat16")),
        ("int8", "float32"),
        ("int64", "float64"),
        ("uint8", "float32"),
    )
    for shape in ((1,), (7,), (2, 5), (2, 3, 4), (0,))
]

"""Cases for ``flowstone_core.ops.bessel``: integrals by the trapezoidal rule, which converges fast here, and series."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable

from flowstone_core.op import Op
from flowstone_core.ops import bessel as ops

from flowstone_conformance.case import Case
from flowstone_conformance.reference import elementwise
from flowstone_conformance.samples import FLOATS, special, unary

EULER = 0.57721566490153286061
Function = Callable[[float], float]


def first_kind(order: int) -> Function:
    """``Jₙ(x) = 1/π ∫ cos(nt - x sin t) dt`` over half a period."""
    return lambda x: _mean(lambda t: math.cos(order * t - x * math.sin(t)))


def modified(order: int, scaled: bool = False) -> Function:
    """``Iₙ(x) = 1/π ∫ exp(x cos t) cos nt dt`` over half a period, times ``exp(-|x|)`` if scaled."""
    return lambda x: _mean(lambda t: math.exp(x * math.cos(t) - scaled * abs(x)) * math.cos(order * t))


def _mean(function: Function, steps: int = 100) -> float:
    inner = (function(math.pi * step / steps) for step in range(1, steps))
    return math.fsum([0.5 * function(0.0), 0.5 * function(math.pi), *inner]) / steps


def modified_second_kind(order: int, scaled: bool = False) -> Function:
    """``Kₙ(x) = ∫ exp(-x cosh t) cosh nt dt`` from 0 to infinity, times ``exp(x)`` if scaled."""

    def value(x: float) -> float:
        step = 1 / 64
        terms = [
            math.exp(-x * (math.cosh(t) - scaled)) * math.cosh(order * t) for t in (step * n for n in range(1, 600))
        ]
        return step * (0.5 * math.exp(-x * (1 - scaled)) + math.fsum(terms))

    return value


def second_kind(order: int) -> Function:
    """The series of ``Yₙ`` (Abramowitz and Stegun 9.1.11)."""

    def value(x: float) -> float:
        half, harmonic = x / 2, [0.0, *itertools.accumulate(1 / k for k in range(1, 60))]
        terms = [
            (-1) ** k
            * (harmonic[k] + harmonic[k + order] - 2 * EULER)
            * half ** (2 * k + order)
            / (math.factorial(k) * math.factorial(k + order))
            for k in range(40)
        ]
        pole = 2 / x if order else 0.0
        return (2 * math.log(half) * first_kind(order)(x) - pole - math.fsum(terms)) / math.pi

    return value


def series(term: Callable[[float, int], float], count: int = 200) -> Function:
    """The sum of ``term(x, k)`` from ``k = 0`` on."""
    return lambda x: math.fsum(term(x, k) for k in range(count))


def dawson(x: float) -> float:
    """``Σ (-1)ᵏ 2ᵏ x²ᵏ⁺¹ / (2k + 1)!!``."""
    terms = itertools.accumulate(range(1, 60), lambda term, k: -term * 2 * x * x / (2 * k + 1), initial=x)
    return math.fsum(terms)


def expint(x: float) -> float:
    """``γ + log x + Σ xᵏ / (k k!)``."""
    return EULER + math.log(x) + math.fsum(x**k / (k * math.factorial(k)) for k in range(1, 60))


def fresnel(x: float, first: int) -> float:
    """``Σ (-1)ᵏ (π/2)ⁿ x²ⁿ⁺¹ / (n! (2n + 1))`` over every second ``n`` from ``first`` on."""
    terms = (
        (-1) ** k * (math.pi / 2) ** n * x ** (2 * n + 1) / (math.factorial(n) * (2 * n + 1))
        for k, n in enumerate(range(first, 60, 2))
    )
    return math.fsum(terms)


FUNCTIONS: dict[Op, tuple[Function, float, float]] = {
    ops.BESSEL_I0: (modified(0), -9.0, 9.0),
    ops.BESSEL_I0E: (modified(0, True), -15.0, 15.0),
    ops.BESSEL_I1: (modified(1), -9.0, 9.0),
    ops.BESSEL_I1E: (modified(1, True), -15.0, 15.0),
    ops.BESSEL_J0: (first_kind(0), -12.0, 12.0),
    ops.BESSEL_J1: (first_kind(1), -12.0, 12.0),
    ops.BESSEL_K0: (modified_second_kind(0), 0.3, 5.0),
    ops.BESSEL_K0E: (modified_second_kind(0, True), 0.3, 5.0),
    ops.BESSEL_K1: (modified_second_kind(1), 0.3, 5.0),
    ops.BESSEL_K1E: (modified_second_kind(1, True), 0.3, 5.0),
    ops.BESSEL_Y0: (second_kind(0), 0.5, 8.0),
    ops.BESSEL_Y1: (second_kind(1), 0.5, 8.0),
    ops.DAWSN: (dawson, -2.5, 2.5),
    ops.EXPINT: (expint, 0.3, 5.0),
    ops.FRESNEL_COS: (lambda x: fresnel(x, 0), -2.0, 2.0),
    ops.FRESNEL_SIN: (lambda x: fresnel(x, 1), -2.0, 2.0),
    ops.SPENCE: (series(lambda x, k: (1 - x) ** (k + 1) / (k + 1) ** 2), 0.2, 1.8),
}

CASES = [
    *(
        Case(op, operands, elementwise(function), tolerance=40)
        for op, (function, low, high) in FUNCTIONS.items()
        for operands in unary(FLOATS, low, high)
    ),
    Case(ops.DAWSN, special("float32", 1), elementwise(lambda x: 0.0 if math.isinf(x) else dawson(x)), note="special"),
    Case(
        ops.FRESNEL_SIN,
        special("float32", 1),
        elementwise(lambda x: math.copysign(0.5, x) if math.isinf(x) else fresnel(x, 1)),
        note="special",
    ),
]

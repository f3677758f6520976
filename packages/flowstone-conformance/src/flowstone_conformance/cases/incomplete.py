"""Cases for ``flowstone_core.ops.incomplete``: power series, and zeta by the summation formula of Euler and Maclaurin."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any

from flowstone_core.op import Op
from flowstone_core.ops import incomplete as ops

from flowstone_conformance.case import Case
from flowstone_conformance.cases.special import digamma
from flowstone_conformance.reference import Array, elementwise
from flowstone_conformance.samples import FLOATS, PAIRS, sample

WIDE = FLOATS[:2]


def igamma(a: float, x: float) -> float:
    """``xᵃ e⁻ˣ Σ xⁿ / Γ(a + n + 1)`` (DLMF 8.7.1)."""
    return math.fsum(math.exp((a + n) * math.log(x) - x - math.lgamma(a + n + 1)) for n in range(150))


def igamma_grad_a(a: float, x: float) -> float:
    """The derivative of that series by ``a``."""
    return math.fsum(
        math.exp((a + n) * math.log(x) - x - math.lgamma(a + n + 1)) * (math.log(x) - digamma(a + n + 1))
        for n in range(150)
    )


def random_gamma_grad(a: float, x: float) -> float:
    """``-(∂P/∂a) / (∂P/∂x)``."""
    return -igamma_grad_a(a, x) / math.exp((a - 1) * math.log(x) - x - math.lgamma(a))


def betainc(a: float, b: float, x: float) -> float:
    """``xᵃ (1 - x)ᵇ / (a B(a, b)) Σ Π (a + b + k) / (a + 1 + k) xⁿ`` (DLMF 8.17.8)."""
    term = math.exp(
        a * math.log(x) + b * math.log1p(-x) - math.log(a) - math.lgamma(a) - math.lgamma(b) + math.lgamma(a + b)
    )
    terms = [term]
    for k in range(600):
        term *= x * (a + b + k) / (a + 1 + k)
        terms.append(term)
    return math.fsum(terms)


def zeta(x: float, q: float) -> float:
    """Thirty terms, and the rest as an integral with four corrections (DLMF 25.11.5)."""
    end = q + 30
    rest = end ** (1 - x) / (x - 1) + 0.5 * end**-x
    rising, power = x, end ** (-x - 1)
    for k, bernoulli in enumerate((1 / 6, -1 / 30, 1 / 42, -1 / 30)):
        rest += bernoulli / math.factorial(2 * k + 2) * rising * power
        rising *= (x + 2 * k + 1) * (x + 2 * k + 2)
        power /= end * end
    return math.fsum((q + n) ** -x for n in range(30)) + rest


def polygamma(a: float, x: float) -> float:
    """``(-1)ᵃ⁺¹ a! ζ(a + 1, x)``."""
    return digamma(x) if a == 0 else (-1) ** (int(a) + 1) * math.factorial(int(a)) * zeta(a + 1, x)


FUNCTIONS: dict[Op, tuple[Callable[[float, float], float], tuple[float, float], tuple[float, float]]] = {
    ops.IGAMMA: (igamma, (0.3, 8.0), (0.1, 12.0)),
    ops.IGAMMAC: (lambda a, x: 1 - igamma(a, x), (0.3, 8.0), (0.1, 12.0)),
    ops.IGAMMA_GRAD_A: (igamma_grad_a, (0.3, 8.0), (0.1, 12.0)),
    ops.RANDOM_GAMMA_GRAD: (random_gamma_grad, (0.3, 8.0), (0.1, 8.0)),
    ops.ZETA: (zeta, (1.3, 8.0), (0.3, 12.0)),
}


def operands(op: Op, first: tuple[float, float], second: tuple[float, float]) -> Iterator[tuple[Array, Array]]:
    """Pairs that broadcast; halves only where the op has them."""
    for dtype in FLOATS if op in (ops.IGAMMA, ops.IGAMMAC) else WIDE:
        for one, other in PAIRS:
            yield sample(one, dtype, *first), sample(other, dtype, *second, seed=1)


def orders(shape: tuple[int, ...], dtype: str) -> Any:
    """Whole numbers from 0 to 4."""
    return sample(shape, "int32", 0, 5).astype(dtype)


CASES = [
    *(
        Case(op, pair, elementwise(function), tolerance=100)
        for op, (function, first, second) in FUNCTIONS.items()
        for pair in operands(op, first, second)
    ),
    *(
        Case(ops.POLYGAMMA, (orders(one, dtype), sample(other, dtype, 0.5, 9.0)), elementwise(polygamma), tolerance=100)
        for dtype in WIDE
        for one, other in PAIRS
    ),
    *(
        Case(
            ops.BETAINC,
            (sample(a, dtype, 0.3, 9.0), sample(b, dtype, 0.3, 9.0, seed=1), sample(x, dtype, 0.1, 0.9, seed=2)),
            elementwise(betainc),
            tolerance=100,
        )
        for dtype in WIDE
        for a, b, x in (((), (), ()), ((3,), (3,), (3,)), ((), (2, 3), (2, 3)), ((5,), (), ()), ((0,), (0,), ()))
    ),
]

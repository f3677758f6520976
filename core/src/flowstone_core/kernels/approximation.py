"""Helpers for special functions: polynomials, rational functions, functions put together from pieces, kernels."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import numpy as np

from flowstone_core.kernel import KernelSet
from flowstone_core.kernels.precision import in_double
from flowstone_core.op import Op

F = TypeVar("F", bound=Callable[..., Any])


def polynomial(x: Any, coefficients: Sequence[float]) -> Any:
    """``c[0] xⁿ + ... + c[n]``, by Horner's rule."""
    result = np.full_like(x, coefficients[0])
    for coefficient in coefficients[1:]:
        result *= x
        result += coefficient
    return result


def ratio(x: Any, numerator: Sequence[float], denominator: Sequence[float]) -> Any:
    """A quotient of polynomials."""
    return polynomial(x, numerator) / polynomial(x, denominator)


def chebyshev(x: Any, coefficients: Sequence[float]) -> Any:
    """Half the last coefficient plus the Chebyshev polynomials of ``x / 2``, by Clenshaw's rule.

    The coefficients begin with that of the highest degree, as in the Cephes library.
    """
    b0 = np.full_like(x, coefficients[0])
    b1 = np.zeros_like(x)
    b2 = b1
    for coefficient in coefficients[1:]:
        b2, b1 = b1, b0
        b0 = x * b1 - b2 + coefficient
    return 0.5 * (b0 - b2)


Piece = tuple[Any, Callable[..., Any]]


def pieces(default: Any, *parts: Piece, of: tuple[Any, ...]) -> Any:
    """``default`` (an array that may be written to), with ``function(*of[mask])`` where each mask holds."""
    for mask, function in parts:
        if mask.any():
            default[mask] = function(*(operand[mask] for operand in of))
    return default


def flat(*operands: Any) -> tuple[tuple[int, ...], list[Any]]:
    """The shape that operands broadcast to, and each of them as a vector of its elements."""
    if len(operands) == 1:
        return operands[0].shape, [operands[0].reshape(-1)]
    spread = np.broadcast_arrays(*operands)
    return spread[0].shape, [np.ascontiguousarray(x).reshape(-1) for x in spread]


def elementwise(kernels: KernelSet, op: Op) -> Callable[[F], F]:
    """A decorator: register a function of float64 vectors as the kernel of ``op``; operands broadcast."""

    def register(function: F) -> F:
        def kernel(*operands: Any) -> Any:
            shape, vectors = flat(*operands)
            return function(*vectors).reshape(shape)

        kernels.add(op, elementwise=True)(in_double(kernel))
        return function

    return register

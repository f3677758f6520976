"""The gamma function's logarithm and its derivative, vectorised.

Coefficients: Stephen L. Moshier, Cephes Math Library 2.2, ``gamma.c`` (1992) and ``psi.c``; John Maddock's
digamma on [1, 2] (Boost, 2006).
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from flowstone_core.kernels.approximation import pieces, polynomial, ratio

_STIRLING = (
    8.11614167470508450300e-4,
    -5.95061904284301438324e-4,
    7.93650340457716943945e-4,
    -2.77777777730099687205e-3,
    8.33333333333331927722e-2,
)
_NEAR_TWO_P = (
    -1.37825152569120859100e3,
    -3.88016315134637840924e4,
    -3.31612992738871184744e5,
    -1.16237097492762307383e6,
    -1.72173700820839662146e6,
    -8.53555664245765465627e5,
)
_NEAR_TWO_Q = (
    1.0,
    -3.51815701436523470549e2,
    -1.70642106651881159223e4,
    -2.20528590553854454839e5,
    -1.13933444367982507207e6,
    -2.53252307177582951285e6,
    -2.01889141433532773231e6,
)
_TAYLOR_AT_TWO = (
    3.104424774732227e-11,
    -6.422964563838101e-11,
    1.3304764374244491e-10,
    -2.7595228851242334e-10,
    5.731367241678862e-10,
    -1.1921401405860912e-09,
    2.4836745438024785e-09,
    -5.183475041970047e-09,
    1.0838659214896955e-08,
    -2.2711094608943164e-08,
    4.769810169363981e-08,
    -1.00432248239681e-07,
    2.1207184805554667e-07,
    -4.492469198764566e-07,
    9.55141213040742e-07,
    -2.039215753801366e-06,
    4.374866789907487e-06,
    -9.439488275268395e-06,
    2.0507212775670694e-05,
    -4.492623673813314e-05,
    9.945751278180853e-05,
    -0.00022315475845357936,
    0.0005096695247430425,
    -0.001192753911703261,
    0.0028905103307415234,
    -0.007385551028673986,
    0.020580808427784546,
    -0.0673523010531981,
    0.3224670334241132,
    0.42278433509846713,
)
"""``(1 - γ) + Σ (-1)^k (ζ(k) - 1)/k t^(k-1)``, the highest power first: ``log Γ(2 + t) / t``."""
_LOG_SQRT_TWO_PI = 0.91893853320467274178


def stirling_correction(x: Any) -> Any:
    """``log Γ(x) - ((x - 1/2) log x - x + log √2π)`` for ``x >= 13``."""
    return polynomial(1.0 / (x * x), _STIRLING) / x


def _log_gamma_large(x: Any) -> Any:
    return (x - 0.5) * np.log(x) - x + _LOG_SQRT_TWO_PI + stirling_correction(x)


def _log_gamma_small(x: Any) -> Any:
    """For 0 < x < 13: move into [2, 3) by ``Γ(x + 1) = x Γ(x)``."""
    shift = np.floor(x) - 2.0
    u = x - shift
    factor = np.ones_like(x)
    for step in range(1, 11):
        factor = np.where(shift >= step, factor * (x - step), factor)
    low = shift < 0
    factor = np.where(low & (shift == -1), 1.0 / x, factor)
    factor = np.where(low & (shift == -2), 1.0 / (x * (x + 1.0)), factor)
    t = u - 2.0
    return np.log(factor) + t * ratio(t, _NEAR_TWO_P, _NEAR_TWO_Q)


def _below_two(x: Any) -> Any:
    """For 1.5 <= x < 2, where ``log Γ(x + 1) - log x`` would cancel."""
    t = x - 2.0
    return t * polynomial(t, _TAYLOR_AT_TWO)


def _near_one(x: Any) -> Any:
    """For 0.5 <= x < 1.5: ``log Γ(x) = log Γ(x + 1) - log(1 + (x - 1))`` keeps all digits at the root 1."""
    t = x - 1.0
    return t * polynomial(t, _TAYLOR_AT_TWO) - np.log1p(t)


def _reflected(x: Any) -> Any:
    """``log |Γ(x)|`` for x < 0, by ``Γ(x) Γ(1 - x) = π / sin(πx)``; infinite at whole numbers."""
    fraction = x - np.floor(x)
    sine = np.abs(np.sin(np.pi * np.where(fraction > 0.5, 1.0 - fraction, fraction)))
    return math.log(math.pi) - np.log(sine) - log_gamma(1.0 - x)


def log_gamma(x: Any) -> Any:
    """``log |Γ(x)|`` of a vector."""
    return pieces(
        np.where(np.isinf(x), np.inf, np.where(x == 0, np.inf, x)),
        ((x > 0) & (x < 13) & ~((x >= 0.5) & (x < 2)), _log_gamma_small),
        ((x >= 0.5) & (x < 1.5), _near_one),
        ((x >= 1.5) & (x < 2), _below_two),
        ((x >= 13) & np.isfinite(x), _log_gamma_large),
        ((x < 0) & np.isfinite(x), _reflected),
        of=(x,),
    )


# -- digamma ---------------------------------------------------------------------------------------------------------

_PSI_ASYMPTOTIC = (
    8.33333333333333333333e-2,
    -2.10927960927960927961e-2,
    7.57575757575757575758e-3,
    -4.16666666666666666667e-3,
    3.96825396825396825397e-3,
    -8.33333333333333333333e-3,
    8.33333333333333333333e-2,
)
_PSI_Y = 0.99558162689208984
_PSI_ROOT = (1569415565.0 / 1073741824.0, (381566830.0 / 1073741824.0) / 1073741824.0, 0.9016312093258695918615e-19)
_PSI_P = (
    -0.0020713321167745952,
    -0.045251321448739056,
    -0.28919126444774784,
    -0.65031853770896507,
    -0.32555031186804491,
    0.25479851061131551,
)
_PSI_Q = (
    -0.55789841321675513e-6,
    0.0021284987017821144,
    0.054151797245674225,
    0.43593529692665969,
    1.4606242909763515,
    2.0767117023730469,
    1.0,
)


def _psi_one_to_two(x: Any) -> Any:
    g = ((x - _PSI_ROOT[0]) - _PSI_ROOT[1]) - _PSI_ROOT[2]
    return g * _PSI_Y + g * ratio(x - 1.0, _PSI_P, _PSI_Q)


def _psi_positive(x: Any) -> Any:
    """For 0 < x < 10: move into [1, 2] by ``ψ(x + 1) = ψ(x) + 1/x``."""
    total = np.where(x < 1.0, -1.0 / x, 0.0)
    x = np.where(x < 1.0, x + 1.0, x)
    for _ in range(9):
        above = x > 2.0
        if not above.any():
            break
        x = np.where(above, x - 1.0, x)
        total = np.where(above, total + 1.0 / x, total)
    return total + _psi_one_to_two(x)


def _psi_large(x: Any) -> Any:
    z = 1.0 / (x * x)
    return np.log(x) - 0.5 / x - z * polynomial(z, _PSI_ASYMPTOTIC)


def _psi_reflected(x: Any) -> Any:
    """``ψ(x) = ψ(1 - x) - π / tan(πx)`` for x < 0; nan at whole numbers."""
    fraction = x - np.trunc(x)
    value = digamma(1.0 - x) - np.pi / np.tan(np.pi * fraction)
    return np.where(fraction == 0, np.nan, value)


def digamma(x: Any) -> Any:
    """``ψ(x)``, the derivative of ``log Γ(x)``, of a vector; nan at 0 and at negative whole numbers."""
    start = np.where(x == -np.inf, np.nan, np.where(x == 0, np.nan, x))
    return pieces(
        start,
        ((x > 0) & (x < 10), _psi_positive),
        ((x >= 10) & np.isfinite(x), _psi_large),
        ((x < 0) & np.isfinite(x), _psi_reflected),
        of=(x,),
    )

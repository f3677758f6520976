"""Numpy kernels of ``flowstone_core.ops.incomplete``.

Series and continued fractions run on all elements that have not converged. Where the shape parameter is large and
``x`` near it, both would take very long: there the uniform expansion of N. M. Temme serves (DLMF 8.12).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from flowstone_core.errors import SpecError
from flowstone_core.kernel import KernelSet
from flowstone_core.kernels import gamma
from flowstone_core.kernels.approximation import elementwise, pieces, polynomial
from flowstone_core.kernels.precision import in_double
from flowstone_core.kernels.special import erfc
from flowstone_core.ops import incomplete as ops

KERNELS = KernelSet()

_EPSILON = 2.0**-53
_TINY = 1e-300


# -- prefactors ----------------------------------------------------------------------------------------------------


def log1p_minus(s: Any) -> Any:
    """``log(1 + s) - s``, without cancellation for small ``s``."""
    near = np.abs(s) < 0.3
    small = np.where(near, s, 0.0)
    # log(1 + s) = 2 atanh(r) with r = s / (2 + s), and 2 r - s = -r s
    r = small / (2.0 + small)
    square, series = r * r, np.zeros_like(r)
    for k in range(15, 0, -1):
        series = (series + 2.0 / (2 * k + 1)) * square
    return np.where(near, r * (series - small), np.log1p(s) - s)


def _gamma_density(a: Any, x: Any) -> Any:
    """``xᵃ e⁻ˣ / Γ(a + 1)``, by Stirling's formula where ``a`` is large."""
    large = a >= 13.0
    safe = np.where(large, a, 13.0)
    s = (x - safe) / safe
    stirling = np.exp(safe * log1p_minus(s) - gamma.stirling_correction(safe)) / np.sqrt(2 * np.pi * safe)
    plain = np.exp(a * np.log(x) - x - gamma.log_gamma(a + 1.0))
    return np.where(large, stirling, plain)


# -- incomplete gamma ----------------------------------------------------------------------------------------------


def _lower_series(a: Any, x: Any) -> Any:
    """``P`` for ``x <= a + 1``, and its derivative with respect to ``a``: ``Σ xⁿ / ((a + 1) ... (a + n))``."""
    total, term = np.ones_like(a), np.ones_like(a)
    slope, term_slope = np.zeros_like(a), np.zeros_like(a)
    for n in range(1, 5000):
        factor = x / (a + n)
        term_slope = term_slope * factor - term * factor / (a + n)
        term = term * factor
        total += term
        slope += term_slope
        if (term <= _EPSILON * total).all() and (np.abs(term_slope) <= _EPSILON * np.abs(slope)).all():
            break
    front = _gamma_density(a, x)
    return front * total, front * (slope + total * (np.log(x) - gamma.digamma(a + 1.0)))


def _upper_fraction(a: Any, x: Any) -> Any:
    """``Q`` for ``x > a + 1``, and its derivative with respect to ``a``, by the continued fraction of Legendre.

    The values of the convergents and their derivatives follow the same recurrence.
    """
    y, z, c = 1.0 - a, x + 2.0 - a, 0.0
    p2, q2, p1, q1 = np.ones_like(a), x.copy(), x + 1.0, z * x
    dp2, dq2, dp1, dq1 = np.zeros_like(a), np.zeros_like(a), np.zeros_like(a), -x
    value = p1 / q1
    slope = (dp1 - value * dq1) / q1
    for _ in range(5000):
        c += 1.0
        y = y + 1.0
        z = z + 2.0
        yc = y * c
        p, q = p1 * z - p2 * yc, q1 * z - q2 * yc
        dp = dp1 * z - p1 - dp2 * yc + p2 * c
        dq = dq1 * z - q1 - dq2 * yc + q2 * c
        following = p / q
        new_slope = (dp - following * dq) / q
        done = (np.abs(following - value) <= _EPSILON * np.abs(following)) & (
            np.abs(new_slope - slope) <= 4 * _EPSILON * np.abs(new_slope)
        )
        value, slope = following, new_slope
        scale = np.where(np.abs(q) > 1e150, 1e-150, 1.0)
        p2, p1, q2, q1 = p1 * scale, p * scale, q1 * scale, q * scale
        dp2, dp1, dq2, dq1 = dp1 * scale, dp * scale, dq1 * scale, dq * scale
        if done.all():
            break
    front = _gamma_density(a, x) * a
    return front * value, front * (slope + value * (np.log(x) - gamma.digamma(a)))


# Temme's coefficients: rows for powers of 1/a, columns for powers of eta.
_TEMME = (
    (
        -0.3333333333333333,
        0.08333333333333333,
        -0.014814814814814815,
        0.0011574074074074073,
        0.0003527336860670194,
        -0.0001787551440329218,
        3.919263178522438e-05,
        -2.1854485106799924e-06,
        -1.85406221071516e-06,
        8.296711340953087e-07,
        -1.7665952736826078e-07,
        6.707853543401498e-09,
        1.0261809784240309e-08,
        -4.382036018453353e-09,
        9.14769958223679e-10,
        -2.551419399494625e-11,
        -5.830772132550426e-11,
        2.4361948020667415e-11,
        -5.0276692801141755e-12,
        1.1004392031956135e-13,
    ),
    (
        -0.001851851851851852,
        -0.003472222222222222,
        0.0026455026455026454,
        -0.0009902263374485596,
        0.00020576131687242798,
        -4.018775720164609e-07,
        -1.8098550334489977e-05,
        7.64916091608111e-06,
        -1.6120900894563446e-06,
        4.647127802807434e-09,
        1.378633446915721e-07,
        -5.752545603517705e-08,
        1.1951628599778148e-08,
        -1.7543241719747647e-11,
        -1.0091543710600413e-09,
        4.162792991842583e-10,
        -8.56390702649298e-11,
        6.067215101604758e-14,
    ),
    (
        0.004133597883597883,
        -0.0026813271604938273,
        0.0007716049382716049,
        2.0093878600823047e-06,
        -0.00010736653226365161,
        5.2923448829120125e-05,
        -1.2760635188618728e-05,
        3.423578734096138e-08,
        1.3721957309062932e-06,
        -6.298992138380055e-07,
        1.4280614206064242e-07,
        -2.0477098421990866e-10,
        -1.409252991086752e-08,
        6.228974084922022e-09,
        -1.3670488396617112e-09,
        9.428356159014678e-13,
    ),
    (
        0.0006494341563786008,
        0.00022947209362139917,
        -0.0004691894943952557,
        0.00026772063206283885,
        -7.561801671883977e-05,
        -2.396505113867297e-07,
        1.1082654115347302e-05,
        -5.6749528269915965e-06,
        1.4230900732435883e-06,
        -2.7861080291528143e-11,
        -1.6958404091930278e-07,
        8.099464905388083e-08,
        -1.9111168485973655e-08,
        2.3928620439808118e-12,
    ),
    (
        -0.0008618882909167117,
        0.0007840392217200666,
        -0.0002990724803031902,
        -1.4638452578843418e-06,
        6.641498215465122e-05,
        -3.968365047179435e-05,
        1.1375726970678419e-05,
        2.507497226237533e-10,
        -1.6954149536558305e-06,
        8.907507532205309e-07,
        -2.292934834000805e-07,
        2.956794137544049e-11,
    ),
    (
        -0.00033679855336635813,
        -6.972813758365858e-05,
        0.0002772753244959392,
        -0.00019932570516188847,
        6.797780477937208e-05,
        1.419062920643967e-07,
        -1.3594048189768693e-05,
        8.018470256334202e-06,
        -2.291481176508095e-06,
        -3.252473551298454e-10,
    ),
    (
        0.0005313079364639922,
        -0.0005921664373536939,
        0.0002708782096718045,
        7.902353232660328e-07,
        -8.153969367561969e-05,
        5.61168275310625e-05,
        -1.8329116582843375e-05,
        -3.0796134506033047e-09,
    ),
)


def _uniform(a: Any, x: Any, sign: float) -> Any:
    """``P`` (sign -1) or ``Q`` (sign 1) for large ``a`` and ``x`` near it."""
    s = (x - a) / a
    eta = np.copysign(np.sqrt(-2.0 * log1p_minus(s)), s)
    total, power = np.zeros_like(a), np.ones_like(a)
    for row in _TEMME:
        total += polynomial(eta, row[::-1]) * power
        power = power / a
    rest = np.exp(-0.5 * a * eta * eta) * total / np.sqrt(2 * np.pi * a)
    return 0.5 * erfc(sign * eta * np.sqrt(a / 2)) + sign * rest


def _regions(a: Any, x: Any) -> tuple[Any, Any, Any]:
    """Where the series, the fraction and the uniform expansion serve."""
    valid = (a > 0) & (x > 0) & np.isfinite(a) & np.isfinite(x)
    uniform = valid & (a > 200.0) & (np.abs(x - a) < 4.5 * np.sqrt(a))
    return valid & ~uniform & (x <= a + 1.0), valid & ~uniform & (x > a + 1.0), uniform


def _edges(a: Any, x: Any, at_zero: float) -> Any:
    """The values where nothing has to be computed; nan outside the domain."""
    value = np.full(a.shape, np.nan)
    inside = (a > 0) & (x >= 0)
    value = np.where(inside & (x == 0), at_zero, value)
    value = np.where(inside & np.isinf(x) & np.isfinite(a), 1.0 - at_zero, value)
    return np.where(inside & np.isinf(a) & np.isfinite(x), at_zero, value)


@elementwise(KERNELS, ops.IGAMMA)
def igamma(a: Any, x: Any) -> Any:
    """``P(a, x)``."""
    series, fraction, uniform = _regions(a, x)
    return pieces(
        np.where((a == 0) & (x == 0), 0.0, _edges(a, x, 0.0)),
        (series, lambda a, x: _lower_series(a, x)[0]),
        (fraction, lambda a, x: 1.0 - _upper_fraction(a, x)[0]),
        (uniform, lambda a, x: _uniform(a, x, -1.0)),
        of=(a, x),
    )


@elementwise(KERNELS, ops.IGAMMAC)
def igammac(a: Any, x: Any) -> Any:
    """``Q(a, x)``."""
    series, fraction, uniform = _regions(a, x)
    small = series & (x <= 1.1) & (a < 1.0)
    return pieces(
        _edges(a, x, 1.0),
        (series & ~small, lambda a, x: 1.0 - _lower_series(a, x)[0]),
        (small, _upper_series),
        (fraction, lambda a, x: _upper_fraction(a, x)[0]),
        (uniform, lambda a, x: _uniform(a, x, 1.0)),
        of=(a, x),
    )


def _upper_series(a: Any, x: Any) -> Any:
    """``Q`` for small ``a`` and ``x``, where ``1 - P`` would cancel (DLMF 8.7.3)."""
    total, factor = np.zeros_like(a), np.ones_like(a)
    for n in range(1, 60):
        factor = factor * -x / n
        total += factor / (a + n)
    power = a * np.log(x)
    log_gamma = gamma.log_gamma(a + 1.0)
    return -np.expm1(power - log_gamma) - np.exp(power - log_gamma) * a * total


@elementwise(KERNELS, ops.IGAMMA_GRAD_A)
def igamma_grad_a(a: Any, x: Any) -> Any:
    """``∂P/∂a``."""
    valid = (a > 0) & (x > 0) & np.isfinite(a) & np.isfinite(x)
    start = np.where((a > 0) & ((x == 0) | np.isinf(x)), 0.0, np.nan)
    return pieces(
        start,
        (valid & (x <= a + 1.0), lambda a, x: _lower_series(a, x)[1]),
        (valid & (x > a + 1.0), lambda a, x: -_upper_fraction(a, x)[1]),
        of=(a, x),
    )


@elementwise(KERNELS, ops.RANDOM_GAMMA_GRAD)
def random_gamma_grad(alpha: Any, sample: Any) -> Any:
    """How a sample moves with its shape parameter: ``-(∂P/∂a) / (∂P/∂x)`` at ``x = sample``."""
    density = _gamma_density(alpha, sample) * alpha / sample
    return np.where(sample == 0, 0.0, -igamma_grad_a(alpha, sample) / density)


# -- incomplete beta -----------------------------------------------------------------------------------------------


def _beta_density(a: Any, b: Any, x: Any, rest: Any) -> Any:
    """``xᵃ (1 - x)ᵇ / B(a, b)``; by Stirling's formula where both parameters are large."""
    large = (a >= 13.0) & (b >= 13.0)
    p, q = np.where(large, a, 13.0), np.where(large, b, 13.0)
    total = p + q
    # x and 1 - x relative to the mode a / (a + b)
    u, v = (x * q - rest * p) / p, (rest * p - x * q) / q
    exponent = p * np.log1p(np.maximum(u, -1.0)) + q * np.log1p(np.maximum(v, -1.0))
    near = (np.abs(u) < 0.3) & (np.abs(v) < 0.3)
    exponent = np.where(near, p * log1p_minus(u) + q * log1p_minus(v), exponent)
    correction = gamma.stirling_correction(total) - gamma.stirling_correction(p) - gamma.stirling_correction(q)
    stirling = np.exp(exponent + correction) * np.sqrt(p * q / (2 * np.pi * total))
    log_beta = gamma.log_gamma(a) + gamma.log_gamma(b) - gamma.log_gamma(a + b)
    plain = np.exp(a * np.log(x) + b * np.log(rest) - log_beta)
    return np.where(large, stirling, plain)


def _beta_fraction(a: Any, b: Any, x: Any) -> Any:
    """The continued fraction DLMF 8.17.22, by the method of Lentz, for ``x`` below the mean."""
    c, d = np.ones_like(a), 1.0 - (a + b) * x / (a + 1.0)
    d = 1.0 / np.where(np.abs(d) < _TINY, _TINY, d)
    value = d.copy()
    for m in range(1, 5000):
        even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        change = np.ones_like(a)
        for step in (even, odd):
            d = 1.0 + step * d
            c = 1.0 + step / c
            d = 1.0 / np.where(np.abs(d) < _TINY, _TINY, d)
            c = np.where(np.abs(c) < _TINY, _TINY, c)
            change = c * d
            value *= change
        if (np.abs(change - 1.0) <= 2 * _EPSILON).all():
            break
    return value


def _beta_inside(a: Any, b: Any, x: Any) -> Any:
    """For ``0 < x < 1``; above the mean by ``I(a, b, x) = 1 - I(b, a, 1 - x)``."""
    turned = x > (a + 1.0) / (a + b + 2.0)
    p, q = np.where(turned, b, a), np.where(turned, a, b)
    y, rest = np.where(turned, 1.0 - x, x), np.where(turned, x, 1.0 - x)
    value = _beta_density(p, q, y, rest) * _beta_fraction(p, q, y) / p
    return np.where(turned, 1.0 - value, value)


def _betainc(a: Any, b: Any, x: Any) -> Any:
    shapes = {operand.shape for operand in (a, b, x) if operand.ndim}
    if len(shapes) > 1:
        raise SpecError(f"Shapes of a, b and x are inconsistent: {a.shape}, {b.shape}, {x.shape}.")
    spread = np.broadcast_arrays(a, b, x)
    p, q, y = (np.ascontiguousarray(operand).reshape(-1) for operand in spread)
    valid = (p > 0) & (q > 0)
    start = np.where(valid & (y == 0), 0.0, np.where(valid & (y == 1), 1.0, np.nan))
    return pieces(start, (valid & (y > 0) & (y < 1), _beta_inside), of=(p, q, y)).reshape(spread[0].shape)


KERNELS.add(ops.BETAINC, elementwise=True)(in_double(_betainc))


# -- zeta and polygamma --------------------------------------------------------------------------------------------

# (2k)! / B₂ₖ of the summation formula of Euler and Maclaurin
_MACLAURIN = (
    12.0,
    -720.0,
    30240.0,
    -1209600.0,
    47900160.0,
    -1.8924375803183791606e9,
    7.47242496e10,
    -2.950130727918164224e12,
    1.1646782814350067249e14,
    -4.5979787224074726105e15,
    1.8152105401943546773e17,
    -7.1661652561756670113e18,
)


def _zeta_sum(x: Any, q: Any) -> Any:
    """The first terms until ``q + n > 9``, and the rest by the summation formula (DLMF 25.11.5)."""
    steps = int(np.maximum(9, np.ceil(9 - q)).max(initial=9))
    base, total = q.copy(), np.power(q, -x)
    for n in range(1, steps + 1):
        active = (n <= 9) | (base <= 9.0)
        base = np.where(active, base + 1.0, base)
        total = np.where(active, total + np.power(base, -x), total)
    last = np.power(base, -x)
    total += last * base / (x - 1.0) - 0.5 * last
    rising, power = np.ones_like(x), last
    k = 0.0
    for coefficient in _MACLAURIN:
        rising = rising * (x + k)
        power = power / base
        total += rising * power / coefficient
        rising = rising * (x + k + 1.0)
        power = power / base
        k += 2.0
    return total


@elementwise(KERNELS, ops.ZETA)
def zeta(x: Any, q: Any) -> Any:
    """``ζ(x, q)``; infinite at its poles, nan where it is not defined."""
    whole = q == np.floor(q)
    pole = (x == 1) | ((q <= 0) & whole & (x > 1))
    undefined = (x < 1) | ((q <= 0) & ~whole & (x != np.floor(x))) | np.isnan(x) | np.isnan(q)
    start = np.where(undefined, np.nan, np.where(pole, np.inf, np.nan))
    return pieces(start, (~(pole | undefined) & np.isfinite(x) & np.isfinite(q), _zeta_sum), of=(x, q))


@elementwise(KERNELS, ops.POLYGAMMA)
def polygamma(a: Any, x: Any) -> Any:
    """``(-1)ᵃ⁺¹ a! ζ(a + 1, x)``, and digamma for ``a = 0``."""
    whole = (a >= 0) & (a == np.floor(a))
    order = np.where(whole, a, 1.0)
    sign = np.where(np.mod(order, 2.0) == 1.0, 1.0, -1.0)
    value = sign * np.exp(gamma.log_gamma(order + 1.0)) * zeta(order + 1.0, x)
    return np.where(whole, np.where(order == 0, gamma.digamma(x), value), np.nan)

"""Bessel functions and integrals."""

from casekit import R, T, case, inf, nan

NAMES = (
    *("bessel_i0", "bessel_i0e", "bessel_i1", "bessel_i1e", "bessel_j0", "bessel_j1", "bessel_k0", "bessel_k0e"),
    *("bessel_k1", "bessel_k1e", "bessel_y0", "bessel_y1", "dawsn", "expint", "fresnel_cos", "fresnel_sin", "spence"),
)
_VALUES = [0.0, 0.1, 0.5, 1.0, 2.0, 5.0, 8.0, 20.0, 100.0, 1e4, -1.0, -5.0, nan, inf, -inf]

CASES = [
    *(case(f"math.special.{name}", T(_VALUES, "float64"), atol=1e-300, rtol=1e-11) for name in NAMES),
    *(case(f"math.special.{name}", R((2, 3), "float32", 0.1, 9.0), atol=1e-6) for name in NAMES),
    *(case(f"math.special.{name}", T([1, 2])) for name in NAMES),
    *(case(f"math.{name}", R((3,))) for name in NAMES[:4]),
]

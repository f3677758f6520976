"""Special functions."""

from __future__ import annotations

from flowstone_core._api.names import public

_BOTH = "bessel_i0 bessel_i0e bessel_i1 bessel_i1e"
_SPECIAL = """
    bessel_j0 bessel_j1 bessel_k0 bessel_k0e bessel_k1 bessel_k1e bessel_y0 bessel_y1 dawsn expint fresnel_cos
    fresnel_sin spence
"""

PUBLIC: dict[str, str] = public(
    "flowstone_core.ops.bessel",
    {name: f"math.{name} math.special.{name}" for name in _BOTH.split()}
    | {name: f"math.special.{name}" for name in _SPECIAL.split()},
) | public(
    "flowstone_core.ops.incomplete",
    {name: f"math.{name}" for name in "betainc erfcinv igamma igammac lbeta polygamma zeta".split()},
)

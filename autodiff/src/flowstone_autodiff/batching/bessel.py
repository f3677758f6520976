"""Batching of ``flowstone_core.ops.bessel``."""

from __future__ import annotations

from flowstone_core.ops import bessel as ops

from flowstone_autodiff.batch_registry import elementwise

elementwise(ops.BESSEL_I0, ops.BESSEL_I0E, ops.BESSEL_I1, ops.BESSEL_I1E)
elementwise(ops.BESSEL_K0, ops.BESSEL_K0E, ops.BESSEL_K1, ops.BESSEL_K1E)
elementwise(ops.BESSEL_J0, ops.BESSEL_J1, ops.BESSEL_Y0, ops.BESSEL_Y1)
elementwise(ops.DAWSN, ops.EXPINT, ops.FRESNEL_COS, ops.FRESNEL_SIN, ops.SPENCE)

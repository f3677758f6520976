"""Batching of ``flowstone_core.ops.incomplete``."""

from __future__ import annotations

from flowstone_core.ops import incomplete as ops

from flowstone_autodiff.batch_registry import broadcasting

broadcasting(ops.IGAMMA, ops.IGAMMAC, ops.IGAMMA_GRAD_A, ops.POLYGAMMA, ops.RANDOM_GAMMA_GRAD, ops.ZETA)

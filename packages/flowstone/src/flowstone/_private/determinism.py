"""Asking for determinism, and whether it was asked for."""

from __future__ import annotations

from flowstone_core.config import enable_op_determinism as enable_op_determinism

"""Gradients of ``flowstone_core.ops.files``: files have none."""

from __future__ import annotations

from flowstone_core.ops import files as ops

from flowstone_autodiff.registry import not_differentiable

not_differentiable(ops.MATCHING_FILES, ops.READ_FILE, ops.WRITE_FILE)

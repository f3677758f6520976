"""Quantization in floating point."""

from __future__ import annotations

from flowstone_core._api.names import public

_NAMES = """
    fake_quant_with_min_max_args fake_quant_with_min_max_args_gradient fake_quant_with_min_max_vars
    fake_quant_with_min_max_vars_gradient fake_quant_with_min_max_vars_per_channel
    fake_quant_with_min_max_vars_per_channel_gradient quantize_and_dequantize quantize_and_dequantize_v2
"""

PUBLIC: dict[str, str] = public(
    "flowstone_core.ops.quantization", {name: f"quantization.{name}" for name in _NAMES.split()}
)

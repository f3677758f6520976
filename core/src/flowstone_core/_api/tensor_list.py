"""Tensor arrays."""

from __future__ import annotations

from flowstone_core._api.names import public

PUBLIC: dict[str, str] = public("flowstone_core.tensor_array", {"TensorArray": ".", "TensorArraySpec": "."})

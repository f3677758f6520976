"""Gradients of ``flowstone_core.ops.cast``."""

from __future__ import annotations

from typing import Any

from flowstone_core.ops import cast as ops
from flowstone_core.ops.cast import cast
from flowstone_core.tensor import Tensor

from flowstone_autodiff.registry import Call, gradient


@gradient(ops.CAST)
def cast_gradient(call: Call, dy: Tensor) -> Any:
    """The way back between floats and complex numbers; none from or to other types."""
    source, target = call.inputs[0].dtype, call.attrs["DstT"]
    return cast(dy, source) if source._kind in "fc" and target._kind in "fc" else None

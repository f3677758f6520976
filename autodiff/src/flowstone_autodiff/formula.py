"""For rules of fused ops: differentiating an equivalent formula made of ordinary ops."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from flowstone_core.ops.array import identity
from flowstone_core.tensor import Tensor

from flowstone_autodiff.tape import GradientTape
from flowstone_autodiff.unconnected import UnconnectedGradients


def by_formula(formula: Callable[..., Any], inputs: Sequence[Tensor], output_gradients: Any) -> list[Any]:
    """The gradients of ``formula(*inputs)`` by its inputs, weighted by ``output_gradients``.

    The formula is computed again, and its ops are differentiated; outer tapes see all of it, so that higher
    derivatives work too.
    """
    copies = [identity(value) for value in inputs]  # the same tensor may come in twice
    with GradientTape(watch_accessed_variables=False) as tape:
        tape.watch(copies)
        outputs = formula(*copies)
    found: list[Any] = tape.gradient(outputs, copies, output_gradients, UnconnectedGradients.ZERO)
    return found

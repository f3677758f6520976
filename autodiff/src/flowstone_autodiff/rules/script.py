"""Gradients of ``flowstone_core.ops.script``: Python functions are run again, under a tape."""

from __future__ import annotations

from typing import Any

from flowstone_core import nest
from flowstone_core.ops import script as ops
from flowstone_core.ops.script import py_function
from flowstone_core.type_spec import TensorSpec

from flowstone_autodiff.recorder import trainable
from flowstone_autodiff.registry import Call, gradient, not_differentiable
from flowstone_autodiff.tape import GradientTape
from flowstone_autodiff.unconnected import UnconnectedGradients

not_differentiable(ops.ASSERT, ops.PRINT_V2, ops.PY_FUNC, ops.PY_FUNC_STATELESS, ops.STRING_FORMAT)


@gradient(ops.EAGER_PY_FUNC)
def eager_py_func_gradient(call: Call, dys: list[Any]) -> Any:
    """``f``: ``J_fᵀ dy``, by running ``f`` once more."""
    token = call.attrs["token"]
    (inputs,) = call.inputs
    weights = [dy for dy in dys if dy is not None]
    taken = [index for index, dy in enumerate(dys) if dy is not None]
    wanted = [index for index, tensor in enumerate(inputs) if trainable(tensor)]
    count = len(inputs)

    def backward(*tensors: Any) -> list[Any]:
        arguments = list(tensors[:count])
        sources = [arguments[index] for index in wanted]
        with GradientTape() as tape:
            tape.watch(sources)
            result = token.function(*nest.pack_sequence_as(token.structure, arguments, expand_composites=True))
        targets = nest.flatten(result, expand_composites=True)
        found: list[Any] = tape.gradient(
            [targets[index] for index in taken],
            sources,
            list(tensors[count:]),
            unconnected_gradients=UnconnectedGradients.ZERO,
        )
        return found

    specs = [TensorSpec(inputs[index].shape, inputs[index].dtype) for index in wanted]
    found = iter(py_function(backward, [*inputs, *weights], specs) if wanted else ())
    return ([next(found) if index in wanted else None for index in range(count)],)

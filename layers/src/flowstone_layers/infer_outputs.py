"""Output shapes and types of any function of tensors: it is traced once on placeholders and thrown away."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flowstone_core import nest
from flowstone_core.dtypes import as_dtype
from flowstone_core.spec import Spec
from flowstone_core.tensor import Tensor
from flowstone_graphfn.trace import current_graph, trace_body

from flowstone_layers.keras_tensor import KerasTensor


def infer_outputs(function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """The structure that ``function(*args, **kwargs)`` returns, with a ``KerasTensor`` for each tensor.

    Every ``KerasTensor`` among the arguments becomes a placeholder of its shape and type.
    """
    leaves = nest.flatten((args, kwargs))
    symbolic = [leaf for leaf in leaves if isinstance(leaf, KerasTensor)]
    specs = [Spec(leaf.shape, as_dtype(leaf.dtype)) for leaf in symbolic]
    result: list[Any] = []

    def body(*placeholders: Any) -> list[Any]:
        fresh = iter(placeholders)
        filled = [next(fresh) if isinstance(leaf, KerasTensor) else leaf for leaf in leaves]
        own_args, own_kwargs = nest.pack_sequence_as((args, kwargs), filled)
        outputs = nest.map_structure(_described, function(*own_args, **own_kwargs))
        result.append(outputs)
        return []

    trace_body("infer_outputs", specs, body, current_graph())
    return result[0]


def _described(value: Any) -> Any:
    if not isinstance(value, Tensor):
        return value
    shape = value.shape
    return KerasTensor(shape.as_tuple(), dtype=value.dtype.name)

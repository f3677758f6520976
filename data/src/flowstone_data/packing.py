"""Elements with composite tensors on their way through what stacks and cuts: as tensors that can be.

A composite's spec says which (see ``TypeSpec``): some tensors in the place of each value, which are stacked and cut.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flowstone_core import nest
from flowstone_core.api import tf
from flowstone_core.type_spec import TensorSpec


def needs_packing(spec: Any) -> bool:
    """Whether an element has composites whose specs pack them."""
    return any(not isinstance(leaf, TensorSpec) and hasattr(leaf, "_to_tensor_list") for leaf in nest.flatten(spec))


def packed_spec(spec: Any) -> Any:
    """The type of packed elements, or slices of them, of type ``spec``, as far as it is known."""
    return _replaced(
        spec, spec, lambda leaf, value: tuple(TensorSpec(None, flat.dtype) for flat in leaf._flat_tensor_specs)
    )


def packed(element: Any, spec: Any) -> Any:
    """``element`` with tensors in the place of each composite."""
    return _replaced(element, spec, lambda leaf, value: tuple(leaf._to_tensor_list(value)))


def packed_slices(element: Any, spec: Any) -> Any:
    """``element`` with tensors in the place of each composite, which have a row for each slice."""
    return _replaced(element, spec, lambda leaf, value: tuple(leaf._to_batched_tensor_list(value)))


def unpacked(element: Any, spec: Any) -> Any:
    """The element of type ``spec`` that tensors in the place of composites hold."""
    tensors = iter(nest.flatten(element))
    leaves = [
        next(tensors)
        if isinstance(leaf, TensorSpec)
        else leaf._from_compatible_tensor_list([next(tensors) for _ in leaf._flat_tensor_specs])
        for leaf in nest.flatten(spec)
    ]
    return nest.pack_sequence_as(spec, leaves)


def divided(element: Any, spec: Any) -> Any:
    """``element`` with ragged tensors in the place of tensors whose spec says so."""

    def ragged(leaf: Any, value: Any) -> Any:
        depth = getattr(leaf, "ragged_rank", 0)
        if not depth or hasattr(value, "nested_row_splits"):
            return value
        return tf.RaggedTensor.from_tensor(value, ragged_rank=depth, row_splits_dtype=leaf.row_splits_dtype)

    return _replaced(element, spec, ragged)


def _replaced(element: Any, spec: Any, replace: Callable[[Any, Any], Any]) -> Any:
    pairs = zip(nest.flatten(spec), nest.flatten(element), strict=True)
    return nest.pack_sequence_as(
        spec, [value if isinstance(leaf, TensorSpec) else replace(leaf, value) for leaf, value in pairs]
    )

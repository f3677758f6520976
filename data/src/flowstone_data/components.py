"""Elements of datasets as flat components: what graphs and iterators pass around.

An element is a structure (``tf.nest``) of tensors and composite tensors, described by the same structure of
``TypeSpec``. Its components are the tensors in it, in nest's order, composites opened.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from flowstone_core import nest
from flowstone_core.conversion import convert_to_tensor
from flowstone_core.dtypes import DType
from flowstone_core.shapes import TensorShape
from flowstone_core.tensor import EagerTensor, Tensor
from flowstone_core.type_spec import TensorSpec, TypeSpec, type_spec_from_value


def normalize(element: Any) -> Any:
    """``element`` with a tensor (or composite) at every leaf; lists become tensors, as in TensorFlow.

    Raises:
        ValueError: If a leaf is not convertible.
    """
    if isinstance(element, list):
        return convert_to_tensor(element)
    if nest.is_nested(element):
        return nest.rebuild(element, [normalize(value) for _, value in nest.children(element)])
    if isinstance(element, Tensor) or nest.is_composite(element) or _is_variant_value(element):
        return element
    return convert_to_tensor(element)


def _is_variant_value(value: Any) -> bool:
    return isinstance(getattr(value, "_type_spec", None), TypeSpec) and not hasattr(type(value), "__tf_tensor__")


def spec_of(element: Any) -> Any:
    """The structure of ``TypeSpec`` of an element."""
    return nest.map_structure(type_spec_from_value, element)


def leaf_specs(element_spec: Any) -> list[TensorSpec]:
    """The specs of an element's components."""
    found: list[TensorSpec] = []
    for leaf in nest.flatten(element_spec):
        found += [
            part for part in nest.flatten(leaf._component_specs, expand_composites=True) if isinstance(part, TensorSpec)
        ]
    return found


def types_of(element_spec: Any) -> tuple[DType, ...]:
    """The types of an element's components: the attribute ``output_types``."""
    return tuple(spec.dtype for spec in leaf_specs(element_spec))


def shapes_of(element_spec: Any) -> tuple[TensorShape, ...]:
    """The shapes of an element's components: the attribute ``output_shapes``."""
    return tuple(spec.shape for spec in leaf_specs(element_spec))


def to_components(element: Any, element_spec: Any) -> list[Any]:
    """An element's tensors, flat."""
    parts: list[Any] = []
    for value, spec in zip(nest.flatten(element), nest.flatten(element_spec), strict=True):
        if isinstance(spec, TensorSpec):
            parts.append(value)
        else:
            parts += to_components(spec._to_components(value), spec._component_specs)
    return parts


def from_components(components: Iterable[Any], element_spec: Any) -> Any:
    """The element that flat tensors make."""
    remaining = iter(components)
    leaves = [
        next(remaining)
        if isinstance(spec, TensorSpec)
        else spec._from_components(from_components(remaining, spec._component_specs))
        for spec in nest.flatten(element_spec)
    ]
    return nest.pack_sequence_as(element_spec, leaves)


def wrap(arrays: Sequence[Any], types: Sequence[DType]) -> list[EagerTensor]:
    """Arrays as eager tensors."""
    return [EagerTensor(array, dtype) for array, dtype in zip(arrays, types, strict=True)]


def unwrap(tensors: Sequence[Any]) -> tuple[Any, ...]:
    """What eager tensors hold."""
    return tuple(tensor._array for tensor in tensors)

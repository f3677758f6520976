"""``Dataset.from_generator``: what a Python generator yields."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from flowstone_core import nest
from flowstone_core.conversion import convert_eager
from flowstone_core.errors import InvalidArgumentError
from flowstone_core.interpreter import running_under
from flowstone_core.type_spec import TensorSpec

from flowstone_data.components import to_components
from flowstone_data.value import Components, DatasetValue


@dataclass(frozen=True, eq=False)
class Generated(DatasetValue):
    """What ``generator(*arguments)`` yields, checked against ``element_spec``."""

    generator: Callable[..., Any]
    arguments: Sequence[Any]
    element_spec: Any

    def __iter__(self) -> Iterator[Components]:
        with running_under(None):
            running = iter(self.generator(*self.arguments))
        while True:
            with running_under(None):
                try:
                    item = next(running)
                except StopIteration:
                    return
                yield self._components(item)

    def _components(self, item: Any) -> Components:
        try:
            structure = self.element_spec
            if isinstance(structure, tuple) and isinstance(item, list):
                item = tuple(item)
            leaves = [
                self._leaf(value, spec)
                for value, spec in zip(_leaves_like(item, structure), nest.flatten(structure), strict=True)
            ]
            element = nest.pack_sequence_as(structure, leaves)
        except (TypeError, ValueError) as error:
            raise InvalidArgumentError(
                None,
                None,
                "`generator` yielded an element that could not be converted to the expected type or structure: expected "
                f"{self.element_spec}, got {item!r} ({error}).",
            ) from None
        return tuple(tensor._array for tensor in to_components(element, self.element_spec))

    @staticmethod
    def _leaf(value: Any, spec: Any) -> Any:
        if not isinstance(spec, TensorSpec):
            return value
        tensor = convert_eager(value, spec.dtype)
        if not spec.shape.is_compatible_with(tensor.shape):
            raise InvalidArgumentError(
                None,
                None,
                f"`generator` yielded an element of shape {tensor.shape} where an element of shape {spec.shape} was expected.",
            )
        return tensor


def _leaves_like(item: Any, structure: Any) -> list[Any]:
    """The parts of ``item`` at the leaves of ``structure``: lists below a leaf belong to it."""
    if not nest.is_nested(structure):
        return [item]
    if isinstance(structure, dict):
        return [leaf for key in nest.sorted_keys(structure) for leaf in _leaves_like(item[key], structure[key])]
    parts = [value for _, value in nest.children(structure)]
    values = [value for _, value in nest.children(item)] if nest.is_nested(item) else list(item)
    if len(parts) != len(values):
        raise ValueError(f"{len(values)} parts where {len(parts)} were expected")
    return [leaf for value, part in zip(values, parts, strict=True) for leaf in _leaves_like(value, part)]

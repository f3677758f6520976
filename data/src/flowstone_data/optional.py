"""``tf.experimental.Optional``: an element, or none."""

from __future__ import annotations

from typing import Any

from flowstone_core import nest
from flowstone_core.type_spec import TypeSpec

from flowstone_data import iterator_ops as ops
from flowstone_data.components import (
    from_components,
    normalize,
    shapes_of,
    spec_of,
    to_components,
    types_of,
)
from flowstone_data.specs import VARIANT


class Optional:
    """An element of a dataset, or none.

    >>> tf.experimental.Optional.from_value(3).get_value().numpy()
    np.int32(3)
    """

    __flowstone_composite__ = True

    def __init__(self, variant_tensor: Any, element_spec: Any) -> None:
        self._variant_tensor = variant_tensor
        self._element_spec = element_spec

    @staticmethod
    def from_value(value: Any) -> Optional:
        """An optional that holds ``value``."""
        value = normalize(value)
        spec = spec_of(value)
        return Optional(ops.OPTIONAL_FROM_VALUE(to_components(value, spec)), spec)

    @staticmethod
    def empty(element_spec: Any) -> Optional:
        """An optional without value."""
        return Optional(ops.OPTIONAL_NONE(), element_spec)

    @property
    def element_spec(self) -> Any:
        """The structure of ``TypeSpec`` of the value."""
        return self._element_spec

    @property
    def _type_spec(self) -> OptionalSpec:
        return OptionalSpec(self._element_spec)

    def has_value(self, name: str | None = None) -> Any:
        """Whether there is a value: a bool tensor."""
        return ops.OPTIONAL_HAS_VALUE(self._variant_tensor, name=name)

    def get_value(self, name: str | None = None) -> Any:
        """The value.

        Raises:
            InvalidArgumentError: If there is none.
        """
        components = ops.OPTIONAL_GET_VALUE(
            self._variant_tensor,
            output_types=types_of(self._element_spec),
            output_shapes=shapes_of(self._element_spec),
            name=name,
        )
        return from_components(components, self._element_spec)


class OptionalSpec(TypeSpec):
    """The type of an optional.

    Args:
        element_spec: The structure of ``TypeSpec`` of the value.
    """

    __slots__ = ("_element_spec",)

    def __init__(self, element_spec: Any) -> None:
        self._element_spec = element_spec

    @property
    def value_type(self) -> Any:
        """``tf.experimental.Optional``."""
        return Optional

    def _serialize(self) -> tuple[Any, ...]:
        return (self._element_spec,)

    @property
    def _component_specs(self) -> Any:
        return [VARIANT]

    def _to_components(self, value: Any) -> Any:
        return [value._variant_tensor]

    def _from_components(self, components: Any) -> Any:
        return Optional(nest.flatten(components)[0], self._element_spec)

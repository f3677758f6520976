"""``tf.data.Iterator``: the position in a dataset, in eager code and in graphs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flowstone_core import nest
from flowstone_core.errors import OutOfRangeError
from flowstone_core.interpreter import building_graph
from flowstone_core.type_spec import TypeSpec

from flowstone_data import iterator_ops as ops
from flowstone_data.components import from_components, shapes_of, types_of, wrap
from flowstone_data.optional import Optional
from flowstone_data.specs import RESOURCE


class OwnedIterator:
    """Takes elements from a dataset, one after the other.

    >>> it = iter(tf.data.Dataset.range(2))
    >>> next(it).numpy(), next(it).numpy()
    (np.int64(0), np.int64(1))

    Args:
        dataset: The dataset.
    """

    __flowstone_composite__ = True

    def __init__(self, dataset: Any = None, *, resource: Any = None, element_spec: Any = None) -> None:
        self._element_spec = dataset.element_spec if dataset is not None else element_spec
        self._types = types_of(self._element_spec)
        self._shapes = shapes_of(self._element_spec)
        if dataset is not None:
            resource = ops.ANONYMOUS_ITERATOR(output_types=self._types, output_shapes=self._shapes)
            ops.MAKE_ITERATOR(dataset._variant_tensor, resource)
        self._resource = resource

    @property
    def element_spec(self) -> Any:
        """The structure of ``TypeSpec`` of the elements."""
        return self._element_spec

    @property
    def _type_spec(self) -> IteratorSpec:
        return IteratorSpec(self._element_spec)

    def __iter__(self) -> OwnedIterator:
        return self

    def __next__(self) -> Any:
        if building_graph():
            return self.get_next()
        components = self._resource._array.take()
        if components is None:
            raise StopIteration
        return self._pack(wrap(components, self._types))

    def get_next(self) -> Any:
        """The next element.

        Raises:
            OutOfRangeError: At the end.
        """
        if not building_graph():
            components = self._resource._array.take()
            if components is None:
                raise OutOfRangeError(None, None, "End of sequence")
            return self._pack(wrap(components, self._types))
        found = ops.GET_NEXT(self._resource, output_types=self._types, output_shapes=self._shapes)
        return self._pack(found)

    next = get_next

    def get_next_as_optional(self) -> Optional:
        """The next element, or an optional without value at the end."""
        variant = ops.GET_NEXT_AS_OPTIONAL(self._resource, output_types=self._types, output_shapes=self._shapes)
        return Optional(variant, self._element_spec)

    def _pack(self, components: Sequence[Any]) -> Any:
        return from_components(components, self._element_spec)

    # -- loops in graphs -----------------------------------------------------------------------------------

    def __flowstone_iteration__(self) -> IteratorIteration:
        """How AutoGraph walks over what is left."""
        return IteratorIteration(self)


class IteratorIteration:
    """A ``for`` loop over an iterator, in a graph: the loop's variable is the optional of the next element."""

    consumes = True

    def __init__(self, iterator: OwnedIterator) -> None:
        self.iterator = iterator

    def start(self) -> list[Any]:
        """The first element."""
        return [self.iterator.get_next_as_optional()._variant_tensor]

    def more(self, variables: Sequence[Any]) -> Any:
        """Whether there is one."""
        return ops.OPTIONAL_HAS_VALUE(variables[0])

    def item(self, variables: Sequence[Any]) -> Any:
        """The element."""
        return Optional(variables[0], self.iterator.element_spec).get_value()

    def advance(self, variables: Sequence[Any]) -> list[Any]:
        """The next one."""
        return self.start()


class IteratorSpec(TypeSpec):
    """The type of an iterator, for signatures and traces.

    Args:
        element_spec: The structure of ``TypeSpec`` of the elements.
    """

    __slots__ = ("_element_spec",)

    def __init__(self, element_spec: Any) -> None:
        self._element_spec = element_spec

    @property
    def element_spec(self) -> Any:
        """The structure of ``TypeSpec`` of the elements."""
        return self._element_spec

    @property
    def value_type(self) -> Any:
        """``tf.data.Iterator``."""
        return OwnedIterator

    def _serialize(self) -> tuple[Any, ...]:
        return (self._element_spec,)

    @property
    def _component_specs(self) -> Any:
        return [RESOURCE]

    def _to_components(self, value: Any) -> Any:
        return [value._resource]

    def _from_components(self, components: Any) -> Any:
        return OwnedIterator(resource=nest.flatten(components)[0], element_spec=self._element_spec)

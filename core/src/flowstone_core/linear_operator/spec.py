"""The type of an operator: what its tensors are, and the rest of its arguments."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flowstone_core.type_spec import TypeSpec, type_spec_from_value


class LinearOperatorSpec(TypeSpec):
    """The type of a ``tf.linalg.LinearOperator``; its parts are the tensors and operators that it was made of.

    Args:
        kind: The class of the operator.
        parts: The specs of its tensors and operators, by argument.
        others: Its other arguments.
    """

    __slots__ = ("_kind", "_others", "_parts")

    def __init__(self, kind: Any, parts: Mapping[str, Any], others: Mapping[str, Any]) -> None:
        self._kind = kind
        self._parts = dict(parts)
        self._others = dict(others)

    @classmethod
    def of(cls, operator: Any) -> LinearOperatorSpec:
        """The type of this operator."""
        parts = {name: _spec(value) for name, value in _parts(operator).items()}
        others = {name: value for name, value in operator.parameters.items() if name not in parts}
        return cls(type(operator), parts, others)

    @property
    def value_type(self) -> Any:
        """The class of the operator."""
        return self._kind

    def _serialize(self) -> tuple[Any, ...]:
        return self._kind, _items(self._parts), _items(self._others)

    @classmethod
    def _deserialize(cls, serialization: tuple[Any, ...]) -> LinearOperatorSpec:
        kind, parts, others = serialization
        return cls(kind, dict(parts), dict(others))

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self._kind, self._parts, self._others)

    @property
    def _component_specs(self) -> Any:
        return tuple(self._parts.values())

    def _to_components(self, value: Any) -> Any:
        found = _parts(value)
        return tuple(tuple(found[name]) if isinstance(found[name], list) else found[name] for name in self._parts)

    def _from_components(self, components: Any) -> Any:
        parts = {
            name: list(part) if isinstance(part, tuple) else part
            for name, part in zip(self._parts, components, strict=True)
        }
        return self._kind(**parts, **self._others)


def _parts(operator: Any) -> dict[str, Any]:
    found = {name: getattr(operator, name) for name in operator._composite_tensor_fields}
    return {name: value for name, value in found.items() if value is not None}


def _spec(value: Any) -> Any:
    return tuple(map(_spec, value)) if isinstance(value, (list, tuple)) else type_spec_from_value(value)


def _items(values: Mapping[str, Any]) -> tuple[tuple[str, Any], ...]:
    return tuple((name, _plain(value)) for name, value in values.items())


def _plain(value: Any) -> Any:
    return tuple(map(_plain, value)) if isinstance(value, list) else value

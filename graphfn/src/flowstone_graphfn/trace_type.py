"""Trace types: what of an argument decides whether a new trace is needed.

TensorFlow's rules. Tensors count by dtype and shape, Python literals by value, lists, tuples and dictionaries by
their contents, values with a ``TypeSpec`` by that, objects with the tracing protocol by what they say, and all
other objects by identity (weakly held).
"""

from __future__ import annotations

import weakref
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from types import MethodType
from typing import Any, Protocol, cast, runtime_checkable

import numpy as np
from flowstone_core import nest
from flowstone_core.conversion import to_tensor
from flowstone_core.dtypes import as_dtype
from flowstone_core.tensor import Tensor
from flowstone_core.type_spec import TensorSpec, TypeSpec
from flowstone_core.variable import Variable
from flowstone_core.variable_spec import VariableSpec


class TracingContext:
    """What ``__tf_tracing_type__`` gets: numbers for the objects that occur in one call.

    Two occurrences of one variable get one number, so that ``f(v, v)`` and ``f(v, w)`` are told apart.
    """

    def __init__(self) -> None:
        self._numbers: dict[int, int] = {}

    def alias_global_id(self, local_id: Any) -> int:
        """The number of an object, by its identity."""
        return self._numbers.setdefault(local_id, len(self._numbers))


class PlaceholderContext(Protocol):
    """What ``placeholder_value`` gets: the maker of the arguments of a graph."""

    def placeholder(self, spec: TypeSpec, name: str | None) -> Any:
        """A value of type ``spec`` made of fresh inputs of the graph."""

    def variable(self, spec: VariableSpec) -> Any:
        """A variable that stands for the caller's; the same for the same alias."""


@runtime_checkable
class SupportsTracingProtocol(Protocol):
    """Objects that say themselves what of them decides about a new trace."""

    def __tf_tracing_type__(self, context: Any) -> TraceType:
        """The trace type of this object."""


class TraceType(ABC):
    """The type of an argument as far as tracing goes.

    Subclass it for ``__tf_tracing_type__`` of your own objects. Trace types must be hashable and comparable.
    """

    @abstractmethod
    def is_subtype_of(self, other: Any) -> bool:
        """Whether a function traced for ``other`` can be called with a value of this type."""

    @abstractmethod
    def most_specific_common_supertype(self, others: Sequence[Any]) -> Any:
        """The most specific type that this and all ``others`` are subtypes of, or None."""

    @abstractmethod
    def placeholder_value(self, placeholder_context: Any) -> Any:
        """What the Python function gets while it is traced."""

    def to_tensors(self, value: Any) -> list[Any]:
        """The tensors in a value of this type, in order."""
        return []

    def from_tensors(self, tensors: Iterator[Any]) -> Any:
        """A value of this type made of the next tensors."""
        return self.placeholder_value(None)

    def flatten(self) -> list[Any]:
        """The specs of ``to_tensors``."""
        return []

    def cast(self, value: Any, cast_context: Any) -> Any:
        """``value`` as one of this type.

        Raises:
            TypeError: If it is not.
        """
        return value

    @abstractmethod
    def __hash__(self) -> int: ...

    @abstractmethod
    def __eq__(self, other: object) -> bool: ...


_NAN = object()


class Literal(TraceType):
    """A Python value that counts by what it equals (so that 1, 1.0 and True are one, as in TensorFlow)."""

    def __init__(self, value: Any) -> None:
        self.value = value
        self._key = _NAN if isinstance(value, (float, complex)) and value != value else value
        self._hash = hash(self._key)

    def is_subtype_of(self, other: Any) -> bool:
        """Whether both are the same value."""
        return self == other

    def most_specific_common_supertype(self, others: Sequence[Any]) -> Literal | None:
        """This, if all are the same value."""
        return self if all(self == other for other in others) else None

    def placeholder_value(self, placeholder_context: Any) -> Any:
        """The value."""
        return self.value

    def cast(self, value: Any, cast_context: Any) -> Any:
        """The value itself."""
        if isinstance(value, (Tensor, np.ndarray)) or not (value == self.value or Literal(value) == self):
            raise TypeError(f"Can not cast {value!r} to {self!r}")
        return value

    def __hash__(self) -> int:
        return self._hash

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Literal) and bool(self._key == other._key)

    def __repr__(self) -> str:
        return f"Literal[{self.value!r}]"


class Identity(TraceType):
    """An object that counts by its identity; it is not kept alive (a bound method is known by its parts)."""

    def __init__(self, value: Any) -> None:
        bound = isinstance(value, MethodType)
        self._parts = tuple(map(weakref.ref, (value.__func__, value.__self__) if bound else (value,)))
        self._hash = hash(self._parts)

    def is_subtype_of(self, other: Any) -> bool:
        """Whether both are the same object."""
        return self == other

    def most_specific_common_supertype(self, others: Sequence[Any]) -> Identity | None:
        """This, if all are the same object."""
        return self if all(self == other for other in others) else None

    def placeholder_value(self, placeholder_context: Any) -> Any:
        """The object."""
        parts: list[Any] = [part() for part in self._parts]
        if any(part is None for part in parts):
            raise ReferenceError("An argument of this trace is gone.")
        return parts[0] if len(parts) == 1 else MethodType(parts[0], parts[1])

    def cast(self, value: Any, cast_context: Any) -> Any:
        """The object itself."""
        if Identity(value) != self:
            raise TypeError(f"Can not cast {value!r} to {self!r}")
        return value

    def __hash__(self) -> int:
        return self._hash

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Identity) or any(part() is None for part in (*self._parts, *other._parts)):
            return False
        return self._parts == other._parts

    def __repr__(self) -> str:
        return f"Weakref[{self._parts[0]!r}]"


class SpecType(TraceType):
    """A value with a ``TypeSpec``: a tensor, a variable, a ragged tensor, a dataset, ...

    Args:
        spec: Its type.
        name: The name of the argument, which does not count.
    """

    def __init__(self, spec: TypeSpec, name: str | None = None) -> None:
        self._shown = spec
        if isinstance(spec, TensorSpec) and spec.name is not None:
            name = spec.name
            spec = TensorSpec(spec.shape, spec.dtype)
        self.spec = spec
        self.name = name

    def is_subtype_of(self, other: Any) -> bool:
        """Whether the specs say so."""
        return isinstance(other, SpecType) and self.spec.is_subtype_of(other.spec)

    def most_specific_common_supertype(self, others: Sequence[Any]) -> SpecType | None:
        """The common type of the specs."""
        if not all(isinstance(other, SpecType) for other in others):
            return None
        spec = self.spec.most_specific_common_supertype([other.spec for other in others])
        return None if spec is None else SpecType(spec, self.name)

    def placeholder_value(self, placeholder_context: Any) -> Any:
        """Inputs of the graph."""
        if isinstance(self.spec, VariableSpec):
            return placeholder_context.variable(self.spec)
        return placeholder_context.placeholder(self.spec, self.name)

    def to_tensors(self, value: Any) -> list[Any]:
        """The value's components."""
        if isinstance(self.spec, VariableSpec):
            return [value.handle]
        if isinstance(self.spec, TensorSpec):
            return [value if isinstance(value, Tensor) else to_tensor(value, self.spec.dtype)]
        return nest.flatten(value, expand_composites=True)

    def from_tensors(self, tensors: Iterator[Any]) -> Any:
        """A tensor, or a value of the next components."""
        if isinstance(self.spec, TensorSpec):
            return next(tensors)
        return nest.pack_sequence_as(self.spec, [next(tensors) for _ in self.flatten()], expand_composites=True)

    def flatten(self) -> list[Any]:
        """The specs of the components."""
        if isinstance(self.spec, (TensorSpec, VariableSpec)):
            return [self.spec]
        return nest.flatten(self.spec, expand_composites=True)

    def cast(self, value: Any, cast_context: Any) -> Any:
        """``value`` as a tensor of this type, or the composite itself."""
        if isinstance(value, TypeSpec):
            given = SpecType(value)
        elif isinstance(self.spec, TensorSpec):
            if not isinstance(value, Tensor):
                try:
                    value = to_tensor(value, self.spec.dtype)
                except (TypeError, ValueError) as error:
                    raise TypeError(f"Can not cast {value!r} to {self!r}: {error}") from None
            given = SpecType(TensorSpec(value.shape, value.dtype))
        else:
            given = cast(SpecType, from_value(value))
        if not given.is_subtype_of(self) and not self._admits_unknown(given):
            raise TypeError(f"Can not cast {given!r} to {self!r}")
        return value

    def _admits_unknown(self, given: Any) -> bool:
        """A tensor of less known shape is taken: it may fit when the function runs."""
        return isinstance(given, SpecType) and self.spec.is_compatible_with(given.spec)

    def __hash__(self) -> int:
        return hash(self.spec)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, SpecType) and self.spec == other.spec

    def __repr__(self) -> str:
        return repr(self._shown)


class Structure(TraceType):
    """A list, tuple, named tuple, dictionary, or other nest.

    Args:
        key: What two structures share that differ only in their contents.
        children: The types of the contents, in nest's order.
        template: A structure of the same form, to make others by.
    """

    def __init__(self, key: tuple[Any, ...], children: tuple[Any, ...], template: Any) -> None:
        self.key = key
        self.children = children
        self._template = template

    def _with(self, children: tuple[Any, ...]) -> Structure:
        return Structure(self.key, children, self._template)

    def _aligned(self, other: Any) -> bool:
        return isinstance(other, Structure) and self.key == other.key

    def is_subtype_of(self, other: Any) -> bool:
        """Whether all contents are."""
        return self._aligned(other) and all(
            mine.is_subtype_of(its) for mine, its in zip(self.children, other.children, strict=True)
        )

    def most_specific_common_supertype(self, others: Sequence[Any]) -> Structure | None:
        """The structure of the contents' common types."""
        if not all(map(self._aligned, others)):
            return None
        merged = []
        for index, child in enumerate(self.children):
            common = child.most_specific_common_supertype([other.children[index] for other in others])
            if common is None:
                return None
            merged.append(common)
        return self._with(tuple(merged))

    def placeholder_value(self, placeholder_context: Any) -> Any:
        """A structure of the contents' placeholders."""
        return nest.rebuild(self._template, [child.placeholder_value(placeholder_context) for child in self.children])

    def to_tensors(self, value: Any) -> list[Any]:
        """The contents' tensors."""
        contents = (child for _, child in nest.children(value))
        return [tensor for kind, item in zip(self.children, contents, strict=True) for tensor in kind.to_tensors(item)]

    def from_tensors(self, tensors: Iterator[Any]) -> Any:
        """A structure of the contents made of the next tensors."""
        return nest.rebuild(self._template, [child.from_tensors(tensors) for child in self.children])

    def flatten(self) -> list[Any]:
        """The contents' specs."""
        return [spec for child in self.children for spec in child.flatten()]

    def cast(self, value: Any, cast_context: Any) -> Any:
        """A structure of cast contents."""
        if not nest.is_nested(value) or structure_key(value) != self.key:
            raise TypeError(f"Can not cast {value!r} to {self!r}")
        contents = [child for _, child in nest.children(value)]
        made = [kind.cast(item, cast_context) for kind, item in zip(self.children, contents, strict=True)]
        if all(new is old for new, old in zip(made, contents, strict=True)):
            return value
        return nest.rebuild(value, made)

    def __hash__(self) -> int:
        return hash((self.key, self.children))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Structure) and self.key == other.key and self.children == other.children

    def __repr__(self) -> str:
        kind = self.key[0]
        if kind in (list, tuple):
            return f"{kind.__name__.capitalize()}[{', '.join(map(repr, self.children))}]"
        if isinstance(self._template, Mapping):
            name, fields = "Dict", list(self._template)
            children = dict(zip(nest.sorted_keys(self._template), self.children, strict=True))
        else:
            name = kind if isinstance(kind, str) else kind.__name__
            fields = [key for key, _ in nest.children(self._template)]
            children = dict(zip(fields, self.children, strict=True))
        return f"{name}[{', '.join(f'[{key!r}, {children[key]!r}]' for key in fields)}]"


def structure_key(value: Any) -> tuple[Any, ...]:
    """What two structures have in common that differ only in their contents."""
    if isinstance(value, Mapping):
        return Mapping, tuple(nest.sorted_keys(value))
    if nest.is_namedtuple(value):
        return type(value).__name__, type(value)._fields
    kind = list if isinstance(value, list) else tuple if isinstance(value, tuple) else type(value)
    if kind in (list, tuple):
        return kind, len(value)
    if hasattr(value, "__tf_flatten__"):
        metadata, components = value.__tf_flatten__()
        return kind, metadata, len(components)
    return (kind,)


def from_value(value: Any, context: TracingContext | None = None, name: str | None = None) -> TraceType:
    """The trace type of an argument.

    Raises:
        TypeError: If it is neither hashable nor of a known type.
    """
    context = context or TracingContext()
    if isinstance(value, TraceType):
        return value
    if isinstance(value, TypeSpec):
        return SpecType(value, name)
    if isinstance(value, Tensor):
        return SpecType(TensorSpec(value.shape, value.dtype), name)
    if isinstance(value, Variable):
        alias = context.alias_global_id(id(value))
        return SpecType(VariableSpec(value.shape, value.dtype, value.trainable, alias), name)
    if hasattr(type(value), "__tf_tracing_type__"):
        return _by_protocol(value, context)
    if isinstance(value, (np.ndarray, np.generic)):
        return SpecType(TensorSpec(value.shape, as_dtype(value.dtype)), name)
    if nest.is_nested(value):
        children = nest.children(value)
        named = [None if name is None else f"{name}_{key}" for key, _ in children]
        types = [from_value(item, context, each) for (_, item), each in zip(children, named, strict=True)]
        return Structure(structure_key(value), tuple(types), nest.rebuild(value, [None] * len(types)))
    spec = getattr(value, "_type_spec", None)
    if isinstance(spec, TypeSpec):
        return SpecType(spec, name)
    if isinstance(value, weakref.ref):
        raise TypeError(f"weakref input {value} not supported for tf.function.")
    try:
        return Identity(value)
    except TypeError:  # no weak references to it, or not hashable
        try:
            return Literal(value)
        except TypeError:
            raise TypeError(
                f"Could not generate a generic TraceType for {value!r}. Please verify that it is "
                "immutable/hashable. Otherwise, consider implementing the Tracing Protocol for it "
                "(__tf_tracing_type__)."
            ) from None


def _by_protocol(value: Any, context: TracingContext) -> TraceType:
    found = value.__tf_tracing_type__(context)
    if isinstance(found, TypeSpec):
        return SpecType(found)
    if not isinstance(found, TraceType):
        raise TypeError(f"Expected an instance of TraceType for Tracing Protocol call to {value} but got {found}")
    return found

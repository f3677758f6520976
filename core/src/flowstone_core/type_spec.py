"""``tf.TypeSpec`` and ``tf.TensorSpec``: types of values, for signatures, datasets and traces."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flowstone_core import dtypes
from flowstone_core.dtypes import DType, as_dtype
from flowstone_core.shapes import TensorShape, as_shape
from flowstone_core.tensor import Tensor


class TypeSpec:
    """The type of a value that TensorFlow functions take: the base of the specs of tensors and composites.

    A subclass for a composite type says what its parts are (``_component_specs``, ``_to_components``,
    ``_from_components``) and what identifies it (``_serialize``). If values can be stacked and cut, it also says what
    tensors are stacked for them: ``_to_tensor_list(value)`` gives those of a value, ``_to_batched_tensor_list(value)``
    tensors with a row for each slice of a value along its first dimension, and ``_from_compatible_tensor_list(tensors)``
    the value that such tensors, or stacks of them, hold; ``_flat_tensor_specs`` are their types. ``_batch(size)`` and
    ``_unbatch()`` are the specs of stacks and slices.
    """

    __slots__ = ("__weakref__",)

    __flowstone_composite_spec__ = True
    """Whether values have parts that ``tf.nest`` may open (``expand_composites``)."""

    @property
    def value_type(self) -> Any:
        """The Python type of the values."""
        raise NotImplementedError(f"{type(self).__name__}.value_type")

    def _serialize(self) -> tuple[Any, ...]:
        raise NotImplementedError(f"{type(self).__name__}._serialize")

    @property
    def _component_specs(self) -> Any:
        raise NotImplementedError(f"{type(self).__name__}._component_specs")

    def _to_components(self, value: Any) -> Any:
        raise NotImplementedError(f"{type(self).__name__}._to_components")

    def _from_components(self, components: Any) -> Any:
        raise NotImplementedError(f"{type(self).__name__}._from_components")

    def is_compatible_with(self, spec_or_value: Any) -> bool:
        """Whether a value, or all values of a spec, are of this type."""
        other = spec_or_value if isinstance(spec_or_value, TypeSpec) else type_spec_from_value(spec_or_value)
        return type(self) is type(other) and _compatible(self._serialize(), other._serialize())

    def is_subtype_of(self, other: Any) -> bool:
        """Whether every value of this type is of type ``other`` too."""
        return type(self) is type(other) and _subtype(self._serialize(), other._serialize())

    def most_specific_common_supertype(self, others: Sequence[Any]) -> TypeSpec | None:
        """The most specific type that all values of these types have, or None."""
        result = self._serialize()
        for other in others:
            if type(other) is not type(self):
                return None
            merged = _supertype(result, other._serialize())
            if merged is None:
                return None
            result = merged
        return type(self)._deserialize(result)

    def most_specific_compatible_type(self, other: TypeSpec) -> TypeSpec:
        """The most specific type that values of both have.

        Raises:
            ValueError: If there is none.
        """
        found = self.most_specific_common_supertype([other])
        if found is None:
            raise ValueError(f"No TypeSpec is compatible with both {self} and {other}.")
        return found

    @classmethod
    def _deserialize(cls, serialization: tuple[Any, ...]) -> TypeSpec:
        return cls(*serialization)

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and self._serialize() == other._serialize()

    def __ne__(self, other: object) -> bool:
        return not self == other

    def __hash__(self) -> int:
        return hash((type(self), _hashable(self._serialize())))

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), self._serialize()

    def __repr__(self) -> str:
        return f"{type(self).__name__}{self._serialize()!r}"


def _hashable(value: Any) -> Any:
    if isinstance(value, (list, tuple)):
        return tuple(map(_hashable, value))
    if isinstance(value, Mapping):
        return tuple((key, _hashable(value[key])) for key in sorted(value))
    return value


def _entries(a: Any, b: Any) -> tuple[Any, Any]:
    """Mappings of the same keys as lists of their values; what else there is as it is."""
    if isinstance(a, Mapping) and isinstance(b, Mapping) and a.keys() == b.keys():
        return [a[key] for key in a], [b[key] for key in a]
    return a, b


def _compatible(a: Any, b: Any) -> bool:
    a, b = _entries(a, b)
    if isinstance(a, (list, tuple)):
        return type(a) is type(b) and len(a) == len(b) and all(map(_compatible, a, b))
    if isinstance(a, (TensorShape, TypeSpec)):
        return a.is_compatible_with(b)
    return bool(a == b)


def _subtype(a: Any, b: Any) -> bool:
    a, b = _entries(a, b)
    if isinstance(a, (list, tuple)):
        return type(a) is type(b) and len(a) == len(b) and all(map(_subtype, a, b))
    if isinstance(a, (TensorShape, TypeSpec)):
        return a.is_subtype_of(b)
    return bool(a == b)


def _supertype(a: Any, b: Any) -> Any:
    if isinstance(a, Mapping):
        values, others = _entries(a, b)
        merged = _supertype(values, others) if values is not a else None
        return None if merged is None else type(a)(zip(a, merged, strict=True))  # type: ignore[call-arg]
    if isinstance(a, (list, tuple)):
        if type(a) is not type(b) or len(a) != len(b):
            return None
        merged = [_supertype(x, y) for x, y in zip(a, b, strict=True)]
        if any(m is None and x is not None for m, x in zip(merged, a, strict=True)):
            return None
        return type(a)(merged)
    if isinstance(a, (TensorShape, TypeSpec)):
        return a.most_specific_common_supertype([b])
    return a if a == b else None


class TensorSpec(TypeSpec):
    """The type of a tensor: its shape and dtype, and a name for an argument.

    >>> tf.TensorSpec([None, 3]).is_compatible_with(tf.ones([2, 3]))
    True

    Args:
        shape: The static shape, possibly partly unknown.
        dtype: The element type.
        name: A name.
    """

    __slots__ = ("_dtype", "_name", "_shape")

    __flowstone_composite_spec__ = False

    def __init__(self, shape: Any, dtype: Any = dtypes.float32, name: str | None = None) -> None:
        self._shape = as_shape(shape)
        self._dtype = as_dtype(dtype)
        self._name = name

    @property
    def shape(self) -> TensorShape:
        """The static shape."""
        return self._shape

    @property
    def dtype(self) -> DType:
        """The element type."""
        return self._dtype

    @property
    def name(self) -> str | None:
        """The name, or None."""
        return self._name

    @property
    def value_type(self) -> Any:
        """``tf.Tensor``."""
        return Tensor

    @classmethod
    def from_spec(cls, spec: Any, name: str | None = None) -> TensorSpec:
        """The spec of another tensor spec, under ``name``."""
        return cls(spec.shape, spec.dtype, name or getattr(spec, "name", None))

    @classmethod
    def from_tensor(cls, tensor: Any, name: str | None = None) -> TensorSpec:
        """The spec of ``tensor``."""
        if name is None and not hasattr(tensor, "_array"):
            name = getattr(getattr(tensor, "op", None), "name", None)
        return cls(tensor.shape, tensor.dtype, name)

    def is_compatible_with(self, spec_or_tensor: Any) -> bool:
        """Whether a tensor, or all tensors of a spec, have this type (names do not count)."""
        return bool(
            hasattr(spec_or_tensor, "dtype")
            and hasattr(spec_or_tensor, "shape")
            and self._dtype.is_compatible_with(spec_or_tensor.dtype)
            and self._shape.is_compatible_with(spec_or_tensor.shape)
        )

    def is_subtype_of(self, other: Any) -> bool:
        """Whether every tensor of this type is of type ``other`` too."""
        return isinstance(other, TensorSpec) and self._dtype is other._dtype and self._shape.is_subtype_of(other._shape)

    def most_specific_common_supertype(self, others: Sequence[Any]) -> TensorSpec | None:
        """The most specific type of tensors of all these types, or None if dtypes differ."""
        shape: TensorShape | None = self._shape
        name = self._name
        for other in others:
            if not isinstance(other, TensorSpec) or other._dtype is not self._dtype or shape is None:
                return None
            shape = shape.most_specific_common_supertype([other._shape])
            name = name if name == other._name else None
        return TensorSpec(shape, self._dtype, name)

    def _serialize(self) -> tuple[Any, ...]:
        return self._shape, self._dtype, self._name

    @property
    def _component_specs(self) -> Any:
        return self

    def _to_components(self, value: Any) -> Any:
        return value

    def _from_components(self, components: Any) -> Any:
        return components[0] if isinstance(components, list) else components

    def _batch(self, batch_size: int | None) -> TensorSpec:
        return TensorSpec(TensorShape([batch_size]).concatenate(self._shape), self._dtype)

    def _unbatch(self) -> TensorSpec:
        if self._shape.rank == 0:
            raise ValueError("Unbatching a tensor is only supported for rank >= 1")
        return TensorSpec(self._shape[1:], self._dtype)

    @property
    def _flat_tensor_specs(self) -> list[TensorSpec]:
        return [self]

    def _to_tensor_list(self, value: Any) -> list[Any]:
        return [value]

    def _to_batched_tensor_list(self, value: Any) -> list[Any]:
        if self._shape.rank == 0:
            raise ValueError("Unbatching a tensor is only supported for rank >= 1")
        return [value]

    def _from_compatible_tensor_list(self, tensors: Any) -> Any:
        (tensor,) = tensors
        return tensor

    def __repr__(self) -> str:
        return f"TensorSpec(shape={self._shape}, dtype={self._dtype!r}, name={self._name!r})"


class BoundedTensorSpec(TensorSpec):
    """The type of a tensor whose elements lie between ``minimum`` and ``maximum``, inclusive."""

    __slots__ = ("_maximum", "_minimum")

    def __init__(self, shape: Any, dtype: Any, minimum: Any, maximum: Any, name: str | None = None) -> None:
        super().__init__(shape, dtype, name)
        numpy_type = self._dtype.numpy_dtype.type
        self._minimum = numpy_type(minimum)
        self._maximum = numpy_type(maximum)

    @property
    def minimum(self) -> Any:
        """The least value."""
        return self._minimum

    @property
    def maximum(self) -> Any:
        """The greatest value."""
        return self._maximum

    def _serialize(self) -> tuple[Any, ...]:
        return self._shape, self._dtype, self._minimum, self._maximum, self._name

    def __repr__(self) -> str:
        return (
            f"BoundedTensorSpec(shape={self._shape}, dtype={self._dtype!r}, name={self._name!r}, "
            f"minimum={self._minimum!r}, maximum={self._maximum!r})"
        )


def type_spec_from_value(value: Any) -> TypeSpec:
    """The ``TypeSpec`` of a value.

    Raises:
        TypeError: If its type has none.
    """
    spec = getattr(value, "_type_spec", None)
    if isinstance(spec, TypeSpec):
        return spec
    if isinstance(value, Tensor):
        return TensorSpec(value.shape, value.dtype)
    if hasattr(value, "dtype") and hasattr(value, "shape"):
        return TensorSpec(value.shape, as_dtype(value.dtype))
    raise TypeError(f"Could not build a TypeSpec for {value!r} of type {type(value).__name__}.")

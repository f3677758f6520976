"""The fields of extension types: which annotations there are, and values converted to them."""

from __future__ import annotations

import types
import typing
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Literal, NamedTuple

import numpy as np

from flowstone_core.composite import CompositeTensor
from flowstone_core.conversion import convert_to_tensor
from flowstone_core.dtypes import DType, as_dtype
from flowstone_core.shapes import TensorShape, as_shape
from flowstone_core.tensor import Tensor
from flowstone_core.type_spec import TensorSpec, TypeSpec, type_spec_from_value
from flowstone_core.variable import Variable

NO_DEFAULT: Any = type("NoDefault", (), {"__repr__": lambda self: "NO_DEFAULT"})()
_PLAIN = (int, float, str, bytes, bool, type(None), DType, TensorShape)
_UNIONS = (typing.Union, types.UnionType)


class Field(NamedTuple):
    """One field: its name, its annotation as a type, its default."""

    name: str
    kind: Any
    default: Any = NO_DEFAULT


class ImmutableDict(Mapping[Any, Any]):
    """The value of a ``Mapping`` field: a dictionary that does not change."""

    __slots__ = ("_items",)

    def __init__(self, items: Any = ()) -> None:
        self._items = dict(items)

    def __getitem__(self, key: Any) -> Any:
        return self._items[key]

    def __iter__(self) -> Iterator[Any]:
        return iter(self._items)

    def __len__(self) -> int:
        return len(self._items)

    def __repr__(self) -> str:
        return f"ImmutableDict({self._items!r})"


def check_annotation(kind: Any, name: str, allow_forward: bool = True) -> None:
    """Refuse annotations that fields cannot have.

    Raises:
        TypeError: For one that is none of the supported ones.
    """
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if allow_forward and isinstance(kind, (str, typing.ForwardRef)):
        return
    if kind is None or kind in _PLAIN or (isinstance(kind, type) and origin is None and _is_tensor_kind(kind)):
        return
    if origin in _UNIONS or (origin is tuple and arguments):
        for argument in arguments:
            if argument is not Ellipsis:
                check_annotation(argument, name)
        return
    if origin is Literal:
        return
    if origin in (Mapping, typing.Mapping) and arguments:
        for argument in arguments:
            check_annotation(argument, name)
        return
    shown = repr(kind.__name__) if isinstance(kind, type) and origin is None else kind
    raise TypeError(
        f"In field {name!r}: Unsupported type annotation {shown}. Use tensors, extension types, int, float, bool, str, "
        "bytes, None, tf.DType, tf.TensorShape, and tuple[...], Mapping[...] and unions of these."
    )


def _is_tensor_kind(kind: type) -> bool:
    return issubclass(kind, (Tensor, Variable, CompositeTensor, TypeSpec)) or getattr(
        kind, "__flowstone_composite__", False
    )


def convert(value: Any, kind: Any, path: str, specs: bool = False) -> Any:
    """``value`` as what a field of type ``kind`` holds; with ``specs``, as what a field of its spec holds.

    Raises:
        TypeError: If it is of another type.
    """
    origin = typing.get_origin(kind)
    if kind is None or kind is type(None):
        if value is not None:
            raise TypeError(f"{path}: expected None, got {type(value).__name__!r}")
        return None
    if origin in _UNIONS:
        return _any_of(value, kind, path, specs)
    if origin is tuple:
        return _tuple(value, typing.get_args(kind), path, specs)
    if origin is Literal:
        if value not in typing.get_args(kind):
            raise TypeError(f"{path}: expected one of {typing.get_args(kind)}, got {value!r}")
        return value
    if origin is not None:
        return _mapping(value, typing.get_args(kind), path, specs)
    if specs and _is_tensor_kind(kind) and not issubclass(kind, TypeSpec):
        return _spec(value, kind, path)
    if kind is Tensor:
        return _tensor(value, path)
    if kind is DType and not isinstance(value, DType):
        return _made(as_dtype, value, kind, path)
    if kind is TensorShape and not isinstance(value, TensorShape):
        return _made(as_shape, value, kind, path)
    if not isinstance(value, kind) or (isinstance(value, bool) and kind is int):
        raise TypeError(f"{path}: expected {kind.__name__!r}, got {type(value).__name__!r}")
    return value


def _made(make: Callable[[Any], Any], value: Any, kind: type, path: str) -> Any:
    try:
        return make(value)
    except (TypeError, ValueError):
        raise TypeError(f"{path}: expected {kind.__name__!r}, got {type(value).__name__!r}") from None


def _tensor(value: Any, path: str) -> Any:
    if isinstance(value, (Tensor, TensorSpec)):
        return value
    try:
        return convert_to_tensor(value)
    except (TypeError, ValueError):
        raise TypeError(f"{path}: expected a Tensor, got {type(value).__name__!r}") from None


def _spec(value: Any, kind: type, path: str) -> Any:
    expected = TensorSpec if kind is Tensor else TypeSpec
    if not isinstance(value, expected) or (kind is not Tensor and not issubclass(value.value_type, kind)):
        raise TypeError(f"{path}: expected a TypeSpec of {kind.__name__}, got {type(value).__name__!r}")
    return value


def _any_of(value: Any, kind: Any, path: str, specs: bool) -> Any:
    """The first type of a union that fits; those that need no conversion come first."""
    plain = [each for each in typing.get_args(kind) if isinstance(each, type)]
    if not specs and any(type(value) is each for each in plain):
        return value
    for each in typing.get_args(kind):
        if each is Tensor and not specs and not isinstance(value, (Tensor, np.ndarray)):
            continue
        try:
            return convert(value, each, path, specs)
        except TypeError:
            continue
    if Tensor in plain and not specs and value is not None:
        return _tensor(value, path)
    raise TypeError(f"{path}: expected {kind}, got {type(value).__name__!r}")


def _tuple(value: Any, arguments: tuple[Any, ...], path: str, specs: bool) -> Any:
    if not isinstance(value, (list, tuple)):
        raise TypeError(f"{path}: expected tuple, got {type(value).__name__!r}")
    if len(arguments) == 2 and arguments[1] is Ellipsis:
        arguments = (arguments[0],) * len(value)
    if len(arguments) != len(value):
        raise TypeError(f"{path}: expected tuple with length {len(arguments)}, got {value!r}")
    return tuple(
        convert(item, kind, f"{path}[{place}]", specs)
        for place, (item, kind) in enumerate(zip(value, arguments, strict=True))
    )


def _mapping(value: Any, arguments: tuple[Any, ...], path: str, specs: bool) -> Any:
    if not isinstance(value, Mapping):
        raise TypeError(f"{path}: expected mapping, got {type(value).__name__!r}")
    keys, values = arguments
    return ImmutableDict(
        (convert(key, keys, f"{path}.keys()[{key!r}]"), convert(item, values, f"{path}[{key!r}]", specs))
        for key, item in value.items()
    )


def spec_of(value: Any) -> Any:
    """What the spec of an extension type holds for a field's value: specs in the places of tensors."""
    if isinstance(value, tuple):
        return tuple(map(spec_of, value))
    if isinstance(value, Mapping):
        return ImmutableDict((key, spec_of(item)) for key, item in value.items())
    if isinstance(value, (Tensor, Variable)) or getattr(type(value), "__flowstone_composite__", False):
        return type_spec_from_value(value)
    return value


def values_of(spec: Any, value: Any) -> Iterator[tuple[TypeSpec, Any]]:
    """The specs in a field of a spec, with the field's values at their places."""
    if isinstance(spec, TypeSpec):
        yield spec, value
    elif isinstance(spec, tuple):
        for place, inner in enumerate(spec):
            yield from values_of(inner, None if value is None else value[place])
    elif isinstance(spec, Mapping):
        for key in sorted(spec):
            yield from values_of(spec[key], None if value is None else value[key])


def filled(spec: Any, values: Iterator[Any]) -> Any:
    """A field's value from its spec, with the next values in the places of specs."""
    if isinstance(spec, TypeSpec):
        return next(values)
    if isinstance(spec, tuple):
        return tuple(filled(inner, values) for inner in spec)
    if isinstance(spec, Mapping):
        made = {key: filled(spec[key], values) for key in sorted(spec)}
        return ImmutableDict((key, made[key]) for key in spec)
    return spec

"""``tf.experimental.ExtensionType``: the user's own types made of tensors."""

from __future__ import annotations

import inspect
import typing
from abc import ABCMeta
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from flowstone_core import nest
from flowstone_core.api import tf
from flowstone_core.composite import CompositeTensor
from flowstone_core.extension_fields import (
    NO_DEFAULT,
    Field,
    ImmutableDict,
    check_annotation,
    convert,
    filled,
    spec_of,
    values_of,
)
from flowstone_core.type_spec import TypeSpec

_RESERVED = "_tf_extension_type"
_KEYWORDS = inspect.Parameter.KEYWORD_ONLY
_EITHER = inspect.Parameter.POSITIONAL_OR_KEYWORD


class ExtensionTypeMetaclass(ABCMeta):
    """Reads the fields of a class from its annotations, and closes instances after their constructor."""

    _spec_base: Any
    """What the class's ``Spec`` is made from."""

    def __init__(cls, name: str, bases: tuple[type, ...], namespace: dict[str, Any], **kwargs: Any) -> None:
        super().__init__(name, bases, namespace, **kwargs)
        if bases == (CompositeTensor,):
            return  # ExtensionType itself
        cls._own_fields(namespace)
        own: Any = next(base for base in cls.__mro__ if "__init__" in vars(base))
        cls.__signature__ = _signature(cls._fields) if own.__base__ is CompositeTensor else _without_self(own.__init__)
        cls._make_spec(namespace.get("Spec"))

    def _own_fields(cls, namespace: dict[str, Any]) -> None:
        inherited: dict[str, Field] = {}
        for base in reversed(cls.__mro__[1:]):
            inherited.update({field.name: field for field in vars(base).get("_fields", ())})
        for name, kind in namespace.get("__annotations__", {}).items():
            if typing.get_origin(kind) is ClassVar or (isinstance(kind, str) and kind.startswith("ClassVar")):
                continue
            if name.startswith(_RESERVED) or name in ("self", "Spec"):
                raise ValueError(f"The field annotations for {cls.__name__} are invalid. Field {name!r} is reserved.")
            check_annotation(kind, name)
            default = namespace.get(name, NO_DEFAULT)
            if default is not NO_DEFAULT and not isinstance(kind, str) and kind in (int, float, str, bytes, bool):
                default = convert(default, kind, f"default value for {name}")
            inherited[name] = Field(name, kind, default)
        cls._fields = tuple(inherited.values())
        cls._resolved: tuple[Field, ...] | None = None

    def _make_spec(cls, given: Any) -> None:
        """The class ``Spec``: what the user wrote of it, as a subclass of ``ExtensionTypeSpec``."""
        members = {} if given is None else {key: value for key, value in vars(given).items() if key not in _CLASS_PARTS}
        members |= {"__slots__": (), "__module__": cls.__module__, "__qualname__": f"{cls.__qualname__}.Spec"}
        members["_value_type"] = cls
        cls.Spec = type("Spec", (cls._spec_base,), members)
        if "__init__" not in members:
            bare = [Field(field.name, field.kind) for field in cls._fields]
            cls.Spec.__signature__ = _signature(bare)  # type: ignore[attr-defined]

    def _typed_fields(cls) -> tuple[Field, ...]:
        """The fields with their annotations as types: names of classes are looked up when they are first needed."""
        if cls._resolved is None:
            names = {cls.__name__: cls}
            hints: dict[str, Any] = {}
            for base in reversed(cls.__mro__):
                if vars(base).get("_fields"):
                    hints.update(typing.get_type_hints(base, localns=names))
            for field in cls._fields:
                check_annotation(hints[field.name], field.name, allow_forward=False)
            cls._resolved = tuple(Field(name, hints[name], default) for name, _, default in cls._fields)
        return cls._resolved

    def __call__(cls, *args: Any, **kwargs: Any) -> Any:
        """Run the constructor, then convert and check the fields; from then on they cannot be set."""
        made: Any = object.__new__(cls)  # type: ignore[arg-type]
        object.__setattr__(made, "_open", True)
        made.__init__(*args, **kwargs)
        values = vars(made)
        fields = cls._typed_fields()
        missing = {field.name for field in fields} - values.keys()
        for field in fields:
            if field.name in missing and field.default is not NO_DEFAULT:
                missing.discard(field.name)
                values[field.name] = field.default
        if missing:
            raise ValueError(f"Missing required fields: {missing}")
        for field in fields:
            values[field.name] = convert(values[field.name], field.kind, field.name)
        del values["_open"]
        made.__validate__()
        return made


_CLASS_PARTS = frozenset({"__dict__", "__weakref__", "__module__", "__qualname__", "__doc__"})


def _without_self(function: Any) -> inspect.Signature:
    signature = inspect.signature(function)
    return signature.replace(parameters=list(signature.parameters.values())[1:])


def _signature(fields: Sequence[Field]) -> inspect.Signature:
    """Fields as parameters; those without a default behind one with a default go by keyword."""
    parameters = []
    kind: Any = _EITHER
    for place, field in enumerate(fields):
        if field.default is NO_DEFAULT and any(each.default is not NO_DEFAULT for each in fields[:place]):
            kind = _KEYWORDS
        default = inspect.Parameter.empty if field.default is NO_DEFAULT else field.default
        parameters.append(inspect.Parameter(field.name, kind, default=default, annotation=field.kind))
    return inspect.Signature(parameters)


class ExtensionType(CompositeTensor, metaclass=ExtensionTypeMetaclass):
    """The base of types of your own that hold tensors and other values, and work wherever tensors do as arguments.

    The fields are the annotated names of the class. The constructor takes them in this order and converts them:
    whatever ``tf.convert_to_tensor`` takes for a ``tf.Tensor``, lists for ``tuple[...]``. Instances cannot be changed.
    They can be arguments and results of ``tf.function``, of branches and loops; their type is ``Spec``, made with the
    class. ``tf.experimental.dispatch_for_api`` says what functions of tensors mean for them.

    >>> class Masked(tf.experimental.ExtensionType):
    ...     values: tf.Tensor
    ...     mask: tf.Tensor
    ...     def with_default(self, default):
    ...         return tf.where(self.mask, self.values, default)
    >>> Masked([1, 2, 3], [True, True, False]).with_default(0).numpy()
    array([1, 2, 0], dtype=int32)

    Fields may be tensors and composite tensors, extension types, ``int``, ``float``, ``bool``, ``str``, ``bytes``,
    ``None``, ``tf.DType``, ``tf.TensorShape``, and ``tuple[...]``, ``Mapping[...]`` and unions of these. A method
    ``__validate__`` checks them; a constructor ``__init__`` of your own sets them.

    Raises:
        TypeError: If a value does not fit its annotation, or an annotation is of no such type.
        AttributeError: If a field is set outside of the constructor.
    """

    __tf_is_tensor__ = False
    _fields: ClassVar[tuple[Field, ...]] = ()
    Spec: ClassVar[Any]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        bound = _signature(type(self)._fields).bind(*args, **kwargs)
        bound.apply_defaults()
        vars(self).update(bound.arguments)

    def __validate__(self) -> None:
        """Check the fields; for subclasses."""

    def __setattr__(self, name: str, value: Any) -> None:
        if "_open" not in vars(self) or all(field.name != name for field in type(self)._fields):
            raise AttributeError(f"Cannot mutate attribute `{name}` outside the custom constructor of ExtensionType.")
        object.__setattr__(self, name, value)

    def __delattr__(self, name: str) -> None:
        if "_open" not in vars(self):
            raise AttributeError(f"Cannot mutate attribute `{name}` outside the custom constructor of ExtensionType.")
        object.__delattr__(self, name)

    @property
    def _type_spec(self) -> ExtensionTypeSpec:
        spec = vars(self).get("_type_spec_made")
        if spec is None:
            spec = type(self).Spec.from_value(self)
            object.__setattr__(self, "_type_spec_made", spec)
        return spec

    def __eq__(self, other: object) -> Any:
        """Whether all fields are equal: a scalar boolean tensor; False for values of other types."""
        if type(self) is not type(other) or self._type_spec != other._type_spec:
            return False
        pairs = zip(*(nest.flatten(each, expand_composites=True) for each in (self, other)), strict=True)
        return tf.reduce_all(tf.stack([tf.constant(True), *(tf.reduce_all(tf.equal(x, y)) for x, y in pairs)]))

    def __ne__(self, other: object) -> Any:
        return tf.logical_not(self == other)

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        fields = ", ".join(f"{field.name}={getattr(self, field.name)!r}" for field in type(self)._fields)
        return f"{type(self).__qualname__.rpartition('.')[2]}({fields})"


class ExtensionTypeSpec(TypeSpec):
    """The type of an extension type's values: a spec in the place of each tensor, other fields as they are.

    Each extension type has its own, ``MyType.Spec``.
    """

    __slots__ = ("__dict__",)
    _value_type: ClassVar[Any] = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        fields = [Field(field.name, field.kind) for field in self._value_type._fields]
        bound = _signature(fields).bind(*args, **kwargs)
        kinds = {field.name: field.kind for field in self._value_type._typed_fields()}
        vars(self).update({name: convert(value, kinds[name], name, True) for name, value in bound.arguments.items()})

    @classmethod
    def _of(cls, values: Mapping[str, Any]) -> Any:
        made = cls.__new__(cls)
        vars(made).update(values)
        return made

    @classmethod
    def from_value(cls, value: Any) -> Any:
        """The spec of ``value``."""
        return cls._of({field.name: spec_of(getattr(value, field.name)) for field in cls._value_type._fields})

    @property
    def value_type(self) -> Any:
        """The extension type."""
        return self._value_type

    def _by_name(self) -> dict[str, Any]:
        return {field.name: getattr(self, field.name) for field in self._value_type._fields}

    def _serialize(self) -> tuple[Any, ...]:
        return tuple(self._by_name().values())

    @classmethod
    def _deserialize(cls, serialization: tuple[Any, ...]) -> Any:
        names = (field.name for field in cls._value_type._fields)
        return cls._of(dict(zip(names, serialization, strict=True)))

    def __reduce__(self) -> tuple[Any, ...]:
        return self._deserialize, (self._serialize(),)

    @property
    def _component_specs(self) -> list[TypeSpec]:
        return [spec for field in self._serialize() for spec, _ in values_of(field, None)]

    def _to_components(self, value: Any) -> list[Any]:
        own = value._type_spec._by_name()
        return [part for name, spec in own.items() for _, part in values_of(spec, getattr(value, name))]

    def _from_components(self, components: Any) -> Any:
        made = object.__new__(self._value_type)
        parts = iter(components)
        vars(made).update({name: filled(spec, parts) for name, spec in self._by_name().items()})
        return made

    def __repr__(self) -> str:
        fields = ", ".join(f"{name}={_plain(value)!r}" for name, value in self._by_name().items())
        return f"{self._value_type.__name__}.Spec({fields})"


ExtensionType._spec_base = ExtensionTypeSpec


def _plain(value: Any) -> Any:
    return dict(value) if isinstance(value, ImmutableDict) else value


def as_dict(value: ExtensionType) -> dict[str, Any]:
    """The fields of an extension type's value, by name."""
    return {field.name: getattr(value, field.name) for field in type(value)._fields}

"""Element types: what a tensor holds, and how numpy holds it.

The numbers are TensorFlow's ``DataType`` enumeration (``types.proto``), which is what files carry.
"""

from __future__ import annotations

import builtins
import contextlib
from typing import Any, Final

import ml_dtypes
import numpy as np

_finfo: Any = ml_dtypes.finfo


class DType:
    """The type of a tensor's elements, such as ``tf.float32``.

    >>> tf.float32.size, tf.float32.is_floating, tf.float32.max
    (4, True, np.float32(3.4028235e+38))
    >>> tf.float32 == "float32" == tf.as_dtype(np.float32)
    True
    """

    __slots__ = ("__weakref__", "_enum", "_kind", "_name", "_numpy", "_numpy_type")

    def __init__(self, name: str, enum: int, kind: str, numpy_type: Any) -> None:
        self._name = name
        self._enum = enum
        self._kind = kind
        self._numpy_type = numpy_type
        self._numpy = np.dtype(numpy_type)

    @property
    def name(self) -> str:
        """The type's name, such as ``"float32"``."""
        return self._name

    @property
    def as_numpy_dtype(self) -> Any:
        """The numpy scalar type, such as ``numpy.float32``; strings are ``object``."""
        return self._numpy_type

    @property
    def numpy_dtype(self) -> np.dtype[Any]:
        """The numpy dtype of arrays that hold this type."""
        return self._numpy

    @property
    def as_datatype_enum(self) -> int:
        """The number of this type in ``types.proto``."""
        return self._enum

    @property
    def base_dtype(self) -> DType:
        """This type itself: flowstone has no reference types."""
        return self

    @property
    def real_dtype(self) -> DType:
        """The type of the real part: ``float32`` for ``complex64``."""
        return {"complex64": float32, "complex128": float64}.get(self._name, self)

    @property
    def is_bool(self) -> builtins.bool:
        """Whether this is ``tf.bool``."""
        return self._kind == "b"

    @property
    def is_integer(self) -> builtins.bool:
        """Whether this is a (non-quantized) integer type."""
        return self._kind in "iu"

    @property
    def is_unsigned(self) -> builtins.bool:
        """Whether this is an unsigned integer type."""
        return self._kind == "u"

    @property
    def is_floating(self) -> builtins.bool:
        """Whether this is a real floating point type."""
        return self._kind == "f"

    @property
    def is_complex(self) -> builtins.bool:
        """Whether this is a complex type."""
        return self._kind == "c"

    @property
    def is_quantized(self) -> builtins.bool:
        """Whether this is a quantized integer type."""
        return self._kind == "q"

    @property
    def is_numeric(self) -> builtins.bool:
        """Whether arithmetic is defined on this type."""
        return self._kind in "iufcq"

    @property
    def is_handle(self) -> builtins.bool:
        """Whether tensors of this type carry a Python state object (resource or variant)."""
        return self._kind == "h"

    @property
    def is_numpy_compatible(self) -> builtins.bool:
        """Whether numpy arrays can hold this type."""
        return self._kind not in "h"

    @property
    def size(self) -> int:
        """Bytes an element takes (1 for strings and handles, as in TensorFlow)."""
        return 1 if self._kind in "sh" else self._numpy.itemsize

    @property
    def min(self) -> Any:
        """The smallest finite value.

        Raises:
            TypeError: For types without an order.
        """
        return self._limit("min")

    @property
    def max(self) -> Any:
        """The largest finite value.

        Raises:
            TypeError: For types without an order.
        """
        return self._limit("max")

    def _limit(self, which: str) -> Any:
        if self._kind == "b":
            return which == "max"
        if self._kind in "iuq":
            return int(getattr(np.iinfo(self._numpy), which))
        if self._kind == "f":
            return self._numpy_type(getattr(_finfo(self._numpy), which))
        raise TypeError(f"Cannot find {which}imum value of {self}.")

    @property
    def epsilon(self) -> float:
        """The distance from 1 to the next larger number, for floating point types."""
        return float(_finfo(self._numpy).eps)

    @property
    def limits(self) -> tuple[Any, Any]:
        """The range that image conversion maps this type to: ``(0, max)`` for integers, ``(0, 1)`` for floats."""
        return (0, 1) if self._kind == "f" else (0, self.max)

    def is_compatible_with(self, other: Any) -> builtins.bool:
        """Whether ``other`` is this type."""
        return as_dtype(other) is self

    def is_subtype_of(self, other: Any) -> builtins.bool:
        """Whether ``other`` is this type (trace types)."""
        return isinstance(other, DType) and other is self

    def most_specific_common_supertype(self, types: Any) -> DType | None:
        """This type if all ``types`` are the same, else None (trace types)."""
        return self if all(self is other for other in types) else None

    def __eq__(self, other: object) -> builtins.bool:
        if other is None:
            return False
        if type(other) is DType:
            return self is other
        try:
            return as_dtype(other) is self
        except TypeError:
            return False

    # By identity, in C: each op looks its kernel up by type, and a Python method would cost as much as the rest.
    __hash__ = object.__hash__

    def __repr__(self) -> str:
        return f"tf.{self._name}"

    def __str__(self) -> str:
        return f"<dtype: {self._name!r}>"

    def __reduce__(self) -> tuple[Any, ...]:
        return as_dtype, (self._name,)


float32: Final = DType("float32", 1, "f", np.float32)
float64: Final = DType("float64", 2, "f", np.float64)
int32: Final = DType("int32", 3, "i", np.int32)
uint8: Final = DType("uint8", 4, "u", np.uint8)
int16: Final = DType("int16", 5, "i", np.int16)
int8: Final = DType("int8", 6, "i", np.int8)
string: Final = DType("string", 7, "s", np.object_)
complex64: Final = DType("complex64", 8, "c", np.complex64)
int64: Final = DType("int64", 9, "i", np.int64)
bool: Final = DType("bool", 10, "b", np.bool_)
qint8: Final = DType("qint8", 11, "q", np.int8)
quint8: Final = DType("quint8", 12, "q", np.uint8)
qint32: Final = DType("qint32", 13, "q", np.int32)
bfloat16: Final = DType("bfloat16", 14, "f", ml_dtypes.bfloat16)
qint16: Final = DType("qint16", 15, "q", np.int16)
quint16: Final = DType("quint16", 16, "q", np.uint16)
uint16: Final = DType("uint16", 17, "u", np.uint16)
complex128: Final = DType("complex128", 18, "c", np.complex128)
float16: Final = DType("float16", 19, "f", np.float16)
resource: Final = DType("resource", 20, "h", np.object_)
variant: Final = DType("variant", 21, "h", np.object_)
uint32: Final = DType("uint32", 22, "u", np.uint32)
uint64: Final = DType("uint64", 23, "u", np.uint64)
float8_e5m2: Final = DType("float8_e5m2", 24, "f", ml_dtypes.float8_e5m2)
float8_e4m3fn: Final = DType("float8_e4m3fn", 25, "f", ml_dtypes.float8_e4m3fn)
float8_e4m3fnuz: Final = DType("float8_e4m3fnuz", 26, "f", ml_dtypes.float8_e4m3fnuz)
float8_e4m3b11fnuz: Final = DType("float8_e4m3b11fnuz", 27, "f", ml_dtypes.float8_e4m3b11fnuz)
float8_e5m2fnuz: Final = DType("float8_e5m2fnuz", 28, "f", ml_dtypes.float8_e5m2fnuz)
int4: Final = DType("int4", 29, "i", ml_dtypes.int4)
uint4: Final = DType("uint4", 30, "u", ml_dtypes.uint4)
half: Final = float16
double: Final = float64

ALL: Final[tuple[DType, ...]] = tuple(
    {id(value): value for value in list(globals().values()) if isinstance(value, DType)}.values()
)
FLOATING: Final = tuple(t for t in ALL if t.is_floating and t.size >= 2)
INTEGER: Final = tuple(t for t in ALL if t.is_integer and t not in (int4, uint4))
COMPLEX: Final = (complex64, complex128)
NUMERIC: Final = FLOATING + INTEGER + COMPLEX

# TensorFlow's names for types in op schemas ("half", "float", ...).
SCHEMA_NAMES: Final[dict[str, DType]] = {t.name: t for t in ALL} | {
    "half": float16,
    "float": float32,
    "double": float64,
}

_BY_ENUM: Final = {t.as_datatype_enum: t for t in ALL}
_BY_NUMPY: Final = {t.numpy_dtype: t for t in reversed(ALL) if not t.is_quantized and not t.is_handle}
_BY_PYTHON: Final[dict[Any, DType]] = {
    float: float32,
    int: int32,
    builtins.bool: bool,
    complex: complex128,
    str: string,
    bytes: string,
    object: string,
}
_INTERNED: dict[Any, DType] = {}


def as_dtype(type_value: Any) -> DType:
    """Convert a ``DType``, its name or number, a numpy or a Python type to a ``DType``.

    >>> tf.as_dtype("float32"), tf.as_dtype(np.int64), tf.as_dtype(float)
    (tf.float32, tf.int64, tf.float32)

    Raises:
        TypeError: If no such type exists.
    """
    if type(type_value) is DType:
        return type_value
    try:
        found = _INTERNED.get(type_value)
    except TypeError:
        found = None
    if found is None:
        found = _find(type_value)
        with contextlib.suppress(TypeError):  # unhashable values are looked up each time
            _INTERNED[type_value] = found
    return found


def _find(value: Any) -> DType:
    if isinstance(value, str):
        name = value.removesuffix("_ref")
        if name in SCHEMA_NAMES:
            return SCHEMA_NAMES[name]
    elif isinstance(value, int) and value in _BY_ENUM:
        return _BY_ENUM[value]
    elif isinstance(value, type) and value in _BY_PYTHON:
        return _BY_PYTHON[value]
    if value is not None and not isinstance(value, int):  # numpy takes None for float64
        try:
            numpy_dtype = np.dtype(value)
        except (TypeError, ValueError):
            numpy_dtype = None
        if numpy_dtype is not None:
            if numpy_dtype.kind in "SU":
                return string
            if (native := numpy_dtype.newbyteorder("=")) in _BY_NUMPY:
                return _BY_NUMPY[native]
    raise TypeError(f"Cannot convert the argument `type_value`: {value!r} to a TensorFlow DType.")


def from_numpy(array_dtype: np.dtype[Any]) -> DType:
    """The type that holds a numpy array's elements.

    Raises:
        TypeError: If none does, such as for ``datetime64``.
    """
    found = _BY_NUMPY.get(array_dtype)
    return found if found is not None else as_dtype(array_dtype)

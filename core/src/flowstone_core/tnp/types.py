"""Types and their promotion: numpy's rules; Python numbers yield to tensors."""

from __future__ import annotations

from typing import Any

import ml_dtypes
import numpy as np

from flowstone_core import nest
from flowstone_core.api import tf
from flowstone_core.dtypes import DType, as_dtype
from flowstone_core.tensor import Tensor, is_tensor

bool_, int_, float_, complex_ = np.bool_, np.int64, np.float64, np.complex128
int8, int16, int32, int64 = np.int8, np.int16, np.int32, np.int64
uint8, uint16, uint32, uint64 = np.uint8, np.uint16, np.uint32, np.uint64
float16, float32, float64 = np.float16, np.float32, np.float64
complex64, complex128 = np.complex64, np.complex128
string_, unicode_, object_, inexact = np.bytes_, np.str_, np.object_, np.inexact
iinfo = np.iinfo
e, pi, inf, newaxis = np.e, np.pi, np.inf, None
ndarray = Tensor

prefer_float32 = [False]
"""Whether Python floats and what computes floats from integers have 32 bits; ``behavior`` sets it."""


def default_float() -> Any:
    """The type of floats that come from integers."""
    return np.float32 if prefer_float32[0] else np.float64


def _leaf_type(value: Any) -> Any:
    if is_tensor(value):
        return value.dtype.as_numpy_dtype
    if isinstance(value, DType):
        return value.as_numpy_dtype
    if prefer_float32[0] and type(value) is float:
        return np.float32(value)
    return value


def _numpy_result_type(*values: Any) -> Any:
    leaves = [_leaf_type(leaf) for value in values for leaf in nest.flatten(value)]
    found = np.result_type(*leaves) if leaves else np.dtype(default_float())
    return np.dtype(np.float32) if prefer_float32[0] and found == np.float64 and not leaves else found


def result_type(*arrays_and_dtypes: Any) -> Any:
    """The type that numpy promotes these to."""
    return as_dtype(_numpy_result_type(*arrays_and_dtypes))


def promote_types(type1: Any, type2: Any) -> Any:
    """The type that numpy promotes two types to."""
    return np.promote_types(*(as_dtype(kind).as_numpy_dtype for kind in (type1, type2)))


def issubdtype(arg1: Any, arg2: Any) -> bool:
    """Whether a type is of a kind."""
    return np.issubdtype(_leaf_type(arg1), _leaf_type(arg2))


def finfo(dtype: Any) -> Any:
    """The limits of a floating point type."""
    return ml_dtypes.finfo(as_dtype(dtype).as_numpy_dtype)  # type: ignore[no-untyped-call]


def asarray(a: Any, dtype: Any = None) -> Any:
    """``a`` as a tensor: Python integers have 64 bits, Python floats too."""
    wanted = None if dtype is None else as_dtype(dtype)
    if isinstance(a, Tensor):
        return a if wanted in (None, a.dtype) else tf.cast(a, wanted)
    if wanted is None:
        wanted = None if is_tensor(a) or hasattr(a, "dtype") else result_type(a)
    if wanted is None:
        return tf.convert_to_tensor(a)
    if isinstance(a, (list, tuple)) and any(map(is_tensor, nest.flatten(a))):
        return tf.convert_to_tensor(nest.map_structure(lambda leaf: asarray(leaf, wanted), a))
    if is_tensor(a) or hasattr(a, "dtype"):
        return tf.cast(tf.convert_to_tensor(a), wanted)
    if wanted.name == "string":
        return tf.convert_to_tensor(a)
    return tf.convert_to_tensor(np.asarray(a).astype(wanted.as_numpy_dtype))


def promoted(*values: Any) -> tuple[Any, ...]:
    """The values as tensors of one type."""
    kind = result_type(*values)
    return tuple(asarray(value, kind) for value in values)


def as_float(x: Any) -> Any:
    """A tensor; integers and booleans as floats."""
    x = asarray(x)
    return x if x.dtype.is_floating or x.dtype.is_complex else tf.cast(x, default_float())

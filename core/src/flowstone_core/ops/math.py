"""Element-wise arithmetic, comparisons, logic and casts."""

from __future__ import annotations

from typing import Any

from flowstone_core import dtypes, infer
from flowstone_core.conversion import convert_to_tensor, to_tensor
from flowstone_core.dtypes import DType, as_dtype
from flowstone_core.op import Op, binary, unary
from flowstone_core.spec import Spec
from flowstone_core.tensor import EagerTensor, Tensor, TensorLike

# The type lists of TensorFlow's registrations.
_REAL_FLOATS = "bfloat16, half, float, double"
_INTS = "uint8, int8, uint16, int16, int32, uint32, uint64, int64"
_COMPLEX = "complex64, complex128"
FLOATS = f"T: {{{_REAL_FLOATS}}}"
FLOATS_AND_COMPLEX = f"T: {{{_REAL_FLOATS}, {_COMPLEX}}}"
REALS = f"T: {{{_REAL_FLOATS}, {_INTS}}}"
NUMBERS = f"T: {{{_REAL_FLOATS}, {_INTS}, {_COMPLEX}}}"
SIGNED = f"T: {{{_REAL_FLOATS}, int8, int16, int32, int64, {_COMPLEX}}}"


def _unary(name: str, types: str) -> Op:
    return Op(name, ("x: T",), ("y: T",), (types,), infer=infer.unchanged)


def _binary(name: str, types: str) -> Op:
    return Op(name, ("x: T", "y: T"), ("z: T",), (types,), infer=infer.broadcast)


def _comparison(name: str, types: str, *attrs: str) -> Op:
    return Op(name, ("x: T", "y: T"), ("z: bool",), (types, *attrs), infer=infer.broadcast_to(dtypes.bool))


# -- arithmetic ----------------------------------------------------------------------------------------------

ADD_V2 = _binary("AddV2", NUMBERS)
SUB = _binary("Sub", NUMBERS)
MUL = _binary("Mul", NUMBERS)
REAL_DIV = _binary("RealDiv", NUMBERS)
FLOOR_DIV = _binary("FloorDiv", NUMBERS)
FLOOR_MOD = _binary("FloorMod", REALS)
POW = _binary("Pow", SIGNED)
NEG = _unary("Neg", SIGNED)
ABS = _unary("Abs", f"T: {{{_REAL_FLOATS}, int8, int16, int32, int64}}")


@binary(ADD_V2)
def add(x: TensorLike, y: TensorLike, name: str | None = None) -> Tensor:
    """``x + y``, element by element; shapes broadcast.

    >>> tf.add([1., 2.], 10.).numpy()
    array([11., 12.], dtype=float32)

    Raises:
        tf.errors.InvalidArgumentError: If the types differ or the shapes do not broadcast.
    """
    raise NotImplementedError  # `binary` executes the op


@binary(SUB)
def subtract(x: TensorLike, y: TensorLike, name: str | None = None) -> Tensor:
    """``x - y``, element by element; shapes broadcast."""
    raise NotImplementedError


@binary(MUL)
def multiply(x: TensorLike, y: TensorLike, name: str | None = None) -> Tensor:
    """``x * y``, element by element; shapes broadcast."""
    raise NotImplementedError


@unary(NEG)
def negative(x: TensorLike, name: str | None = None) -> Tensor:
    """``-x``, element by element."""
    raise NotImplementedError


# -- casts ---------------------------------------------------------------------------------------------------


def _infer_cast(x: Spec, *, DstT: DType, Truncate: bool) -> Spec:
    value = x.value if DstT.is_integer and x.dtype.is_integer else None
    return Spec(x.shape, DstT, value)


CAST = Op(
    "Cast",
    ("x: SrcT",),
    ("y: DstT",),
    ("SrcT: type", "DstT: type", "Truncate: bool = false"),
    infer=_infer_cast,
)


def cast(x: TensorLike, dtype: Any, name: str | None = None) -> Any:
    """Convert the elements of ``x`` to ``dtype``; floats are cut towards zero when they become integers.

    >>> tf.cast([1.8, -1.8], tf.int32).numpy()
    array([ 1, -1], dtype=int32)

    Raises:
        TypeError: If ``dtype`` is no type or ``x`` is not convertible.
    """
    target = as_dtype(dtype)
    if type(x) is EagerTensor and x._dtype is target:
        return x
    if not isinstance(x, Tensor) and hasattr(type(x), "__flowstone_op__"):
        return x.__flowstone_op__(CAST, (x,), {"DstT": target})
    x = to_tensor(x)
    return convert_to_tensor(x) if x.dtype is target else CAST(x, DstT=target, name=name)


# -- comparisons -----------------------------------------------------------------------------------------------

EQUAL = _comparison("Equal", "T: type", "incompatible_shape_error: bool = true")
NOT_EQUAL = _comparison("NotEqual", "T: type", "incompatible_shape_error: bool = true")
LESS = _comparison("Less", REALS)
LESS_EQUAL = _comparison("LessEqual", REALS)
GREATER = _comparison("Greater", REALS)
GREATER_EQUAL = _comparison("GreaterEqual", REALS)


@binary(LESS)
def less(x: TensorLike, y: TensorLike, name: str | None = None) -> Tensor:
    """``x < y``, element by element; shapes broadcast."""
    raise NotImplementedError

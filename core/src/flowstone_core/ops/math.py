"""Element-wise arithmetic: sums, products, quotients and remainders, powers, extrema, rounding."""

from __future__ import annotations

from typing import Any

from flowstone_core import infer
from flowstone_core.composite import is_composite
from flowstone_core.conversion import convert_to_tensor, to_tensor
from flowstone_core.dtypes import DType, as_dtype, float32, float64, string
from flowstone_core.errors import SpecError
from flowstone_core.op import Op, binary, unary
from flowstone_core.ops.cast import CAST as CAST
from flowstone_core.ops.cast import cast as cast
from flowstone_core.spec import Spec
from flowstone_core.tensor import Tensor, TensorLike
from flowstone_core.typelists import (
    FLOATS,
    FLOATS_AND_COMPLEX,
    NUMBERS,
    NUMBERS_AND_QUANTIZED,
    REALS,
    SIGNED,
)


def _unary(name: str, types: str) -> Op:
    return Op(name, ("x: T",), ("y: T",), (types,), infer=infer.unchanged)


def _binary(name: str, types: str) -> Op:
    return Op(name, ("x: T", "y: T"), ("z: T",), (types,), infer=infer.broadcast)


# -- sums and products -----------------------------------------------------------------------------------------

ADD = _binary(
    "Add", "T: {bfloat16, half, float, double, uint8, int8, int16, int32, int64, complex64, complex128, string}"
)
ADD_V2 = _binary("AddV2", NUMBERS)
SUB = _binary("Sub", NUMBERS)
MUL = _binary("Mul", NUMBERS)
MUL_NO_NAN = _binary("MulNoNan", FLOATS_AND_COMPLEX)
NEG = _unary("Neg", SIGNED)
SQUARE = _unary("Square", f"{SIGNED[:-1]}, uint8, uint16, uint32, uint64}}")
SQUARED_DIFFERENCE = _binary("SquaredDifference", f"{FLOATS_AND_COMPLEX[:-1]}, int32, int64}}")


@binary(ADD_V2, body=True)
def add(x: TensorLike, y: TensorLike, name: str | None = None) -> Tensor:
    """``x + y``, element by element; shapes broadcast.

    >>> tf.add([1., 2.], 10.).numpy()
    array([11., 12.], dtype=float32)

    Raises:
        tf.errors.InvalidArgumentError: If the types differ or the shapes do not broadcast.
    """
    if is_composite(x) or is_composite(y):
        return ADD_V2(x, y, name=name)
    x = convert_to_tensor(x)
    y = convert_to_tensor(y, dtype_hint=x.dtype)
    return (ADD if x.dtype is string else ADD_V2)(x, y, name=name)


@binary(SUB)
def subtract(x: TensorLike, y: TensorLike, name: str | None = None) -> Tensor:
    """``x - y``, element by element; shapes broadcast."""
    raise NotImplementedError  # `binary` executes the op


@binary(MUL)
def multiply(x: TensorLike, y: TensorLike, name: str | None = None) -> Tensor:
    """``x * y``, element by element; shapes broadcast."""
    raise NotImplementedError


def multiply_no_nan(x: TensorLike, y: TensorLike, name: str | None = None) -> Tensor:
    """``x * y``, and 0 wherever ``y`` is 0, even if ``x`` is infinite or nan there.

    >>> tf.math.multiply_no_nan([1., float("inf")], [2., 0.]).numpy()
    array([2., 0.], dtype=float32)
    """
    return MUL_NO_NAN(x, y, name=name)


@unary(NEG)
def negative(x: TensorLike, name: str | None = None) -> Tensor:
    """``-x``, element by element."""
    raise NotImplementedError


@unary(SQUARE)
def square(x: TensorLike, name: str | None = None) -> Tensor:
    """``x * x``, element by element."""
    raise NotImplementedError


@binary(SQUARED_DIFFERENCE)
def squared_difference(x: TensorLike, y: TensorLike, name: str | None = None) -> Tensor:
    """``conj(x - y) * (x - y)``, element by element; shapes broadcast."""
    raise NotImplementedError


def scalar_mul(scalar: TensorLike, x: TensorLike, name: str | None = None) -> Tensor:
    """``x`` multiplied by a scalar.

    Args:
        scalar: A 0-d tensor or a number; it takes the type of ``x``.
        x: A tensor of any shape.
        name: A name for the op in a graph.

    Raises:
        ValueError: If ``scalar`` is not a scalar.
    """
    if not is_composite(x):
        x = convert_to_tensor(x)
    scalar = convert_to_tensor(scalar, dtype=x.dtype)
    if scalar.shape.rank != 0:
        raise ValueError(f"The input scalar must be a 0-D value. Received shape: {scalar.shape}.")
    return MUL(scalar, x, name=name)


# -- quotients and remainders ----------------------------------------------------------------------------------

REAL_DIV = _binary("RealDiv", NUMBERS)
DIV = _binary("Div", NUMBERS)
DIV_NO_NAN = _binary("DivNoNan", FLOATS_AND_COMPLEX)
FLOOR_DIV = _binary("FloorDiv", NUMBERS)
TRUNCATE_DIV = _binary("TruncateDiv", NUMBERS)
FLOOR_MOD = _binary("FloorMod", REALS)
TRUNCATE_MOD = _binary("TruncateMod", f"{FLOATS[:-1]}, int32, int64}}")
MOD = _binary("Mod", f"{FLOATS[:-1]}, int32, int64}}")
RECIPROCAL = _unary("Reciprocal", SIGNED)
INV = _unary("Inv", SIGNED)
RECIPROCAL_GRAD = Op("ReciprocalGrad", ("y: T", "dy: T"), ("z: T",), (FLOATS_AND_COMPLEX,), infer=infer.unchanged)
INV_GRAD = Op("InvGrad", ("y: T", "dy: T"), ("z: T",), (FLOATS_AND_COMPLEX,), infer=infer.unchanged)

_TRUE_DIVISION_TYPE: dict[str, DType | None] = (
    dict.fromkeys(("uint8", "int8", "uint16", "int16"), float32)
    | dict.fromkeys(("uint32", "int32", "uint64", "int64"), float64)
    | dict.fromkeys(("float16", "bfloat16", "float32", "float64", "complex64", "complex128"))
)


@binary(REAL_DIV, body=True)
def truediv(x: TensorLike, y: TensorLike, name: str | None = None) -> Tensor:
    """``x / y`` as Python divides: integers of 8 and 16 bits become float32, longer ones float64, first.

    >>> tf.truediv(tf.constant(3), 2)
    <tf.Tensor: shape=(), dtype=float64, numpy=1.5>

    Raises:
        TypeError: If the types differ or cannot be divided.
    """
    if is_composite(x) or is_composite(y):
        return REAL_DIV(x, y, name=name)
    x = convert_to_tensor(x)
    y = convert_to_tensor(y, dtype_hint=x.dtype)
    if x.dtype is not y.dtype:
        raise TypeError(f"`x` and `y` must have the same dtype, got {x.dtype!r} != {y.dtype!r}.")
    target = division_type(x.dtype)
    return REAL_DIV(cast(x, target), cast(y, target), name=name)


def division_type(dtype: DType) -> DType:
    """The type in which elements of ``dtype`` are divided as Python divides.

    Raises:
        TypeError: If they cannot be divided.
    """
    if dtype.name not in _TRUE_DIVISION_TYPE:
        raise TypeError(f"Cannot divide tensors of {dtype!r}; expected one of {sorted(_TRUE_DIVISION_TYPE)}.")
    return _TRUE_DIVISION_TYPE[dtype.name] or dtype


def divide(x: TensorLike, y: TensorLike, name: str | None = None) -> Tensor:
    """``x / y`` in Python's sense; see ``tf.math.truediv``."""
    if not isinstance(x, Tensor) and not is_composite(x):
        x = convert_to_tensor(x, dtype=y.dtype if isinstance(y, Tensor) else None)
    return truediv(x, y, name)


def realdiv(x: TensorLike, y: TensorLike, name: str | None = None) -> Tensor:
    """``x / y`` of floating point or complex tensors."""
    return REAL_DIV(x, y, name=name)


def divide_no_nan(x: TensorLike, y: TensorLike, name: str | None = None) -> Tensor:
    """``x / y``, and 0 wherever ``y`` is 0; integers become floats as in ``tf.math.truediv``.

    >>> tf.math.divide_no_nan(3.0, 0.0)
    <tf.Tensor: shape=(), dtype=float32, numpy=0.0>
    """
    if is_composite(x) or is_composite(y):
        return DIV_NO_NAN(x, y, name=name)
    x = convert_to_tensor(x)
    y = convert_to_tensor(y, dtype_hint=x.dtype)
    if x.dtype is y.dtype and x.dtype.is_integer:
        target = _TRUE_DIVISION_TYPE[x.dtype.name]
        x, y = cast(x, target), cast(y, target)
    return DIV_NO_NAN(x, y, name=name)


@binary(FLOOR_DIV)
def floordiv(x: TensorLike, y: TensorLike, name: str | None = None) -> Tensor:
    """The greatest whole number not above ``x / y``, in the operands' type.

    >>> tf.math.floordiv(-7, 2)
    <tf.Tensor: shape=(), dtype=int32, numpy=-4>

    Raises:
        tf.errors.InvalidArgumentError: If an integer is divided by zero.
    """
    raise NotImplementedError


@binary(FLOOR_MOD)
def floormod(x: TensorLike, y: TensorLike, name: str | None = None) -> Tensor:
    """``x - floor(x / y) * y``: the remainder with the sign of ``y``, as Python's ``%``."""
    raise NotImplementedError


def truncatediv(x: TensorLike, y: TensorLike, name: str | None = None) -> Tensor:
    """``x / y`` rounded towards zero, in the operands' type, as C divides integers."""
    return TRUNCATE_DIV(x, y, name=name)


def truncatemod(x: TensorLike, y: TensorLike, name: str | None = None) -> Tensor:
    """The remainder of ``truncatediv``: it has the sign of ``x``."""
    return TRUNCATE_MOD(x, y, name=name)


def reciprocal(x: TensorLike, name: str | None = None) -> Tensor:
    """``1 / x``, element by element."""
    return RECIPROCAL(x, name=name)


def reciprocal_no_nan(x: TensorLike, name: str | None = None) -> Tensor:
    """``1 / x``, and 0 wherever ``x`` is 0."""
    if not is_composite(x):
        x = convert_to_tensor(x)
    return DIV_NO_NAN(convert_to_tensor(1, dtype=x.dtype), x, name=name)


# -- powers ----------------------------------------------------------------------------------------------------

POW = _binary("Pow", SIGNED)


@binary(POW)
def pow(x: TensorLike, y: TensorLike, name: str | None = None) -> Tensor:
    """``x`` to the power ``y``, element by element; shapes broadcast.

    Raises:
        tf.errors.InvalidArgumentError: If an integer is raised to a negative power.
    """
    raise NotImplementedError


def polyval(coeffs: Any, x: TensorLike, name: str | None = None) -> Tensor:
    """The polynomial ``coeffs[0] x^(n-1) + ... + coeffs[n-1]``, by Horner's rule.

    >>> tf.math.polyval([1., 2., 3.], 10.)
    <tf.Tensor: shape=(), dtype=float32, numpy=123.0>

    Raises:
        ValueError: If ``coeffs`` is not a list.
    """
    if not isinstance(coeffs, list):
        raise ValueError(f"Argument coeffs must be list type. Received type {type(coeffs)}.")
    x = convert_to_tensor(x)
    if not coeffs:
        return x * 0
    terms = [convert_to_tensor(c, dtype_hint=x.dtype) for c in coeffs]
    value = terms[0]
    for term in terms[1:]:
        value = add(term, multiply(value, x))
    return value


# -- magnitude and extrema -------------------------------------------------------------------------------------

ABS = _unary("Abs", f"{FLOATS[:-1]}, int8, int16, int32, int64}}")
SIGN = _unary("Sign", SIGNED)
MAXIMUM = _binary("Maximum", REALS)
MINIMUM = _binary("Minimum", REALS)
COMPLEX_ABS = Op(
    "ComplexAbs",
    ("x: T",),
    ("y: Tout",),
    ("T: {complex64, complex128} = DT_COMPLEX64", "Tout: {float, double} = DT_FLOAT"),
    infer=lambda x, *, Tout: Spec(x.shape, Tout),
)


@unary(ABS, body=True)
def abs(x: TensorLike, name: str | None = None) -> Tensor:
    """The magnitude of each element; of complex numbers, as real numbers.

    >>> tf.abs(tf.constant([3. + 4.j])).numpy()
    array([5.])
    """
    if is_composite(x):
        return ABS(x, name=name)
    x = convert_to_tensor(x)
    if x.dtype.is_complex:
        return COMPLEX_ABS(x, Tout=x.dtype.real_dtype, name=name)
    return ABS(x, name=name)


@unary(SIGN, body=True)
def sign(x: TensorLike, name: str | None = None) -> Tensor:
    """-1, 0 or 1 as each element's sign; ``x / |x|`` for complex numbers."""
    if is_composite(x):
        return SIGN(x, name=name)
    x = convert_to_tensor(x)
    if x.dtype.is_complex:
        return DIV_NO_NAN(x, cast(COMPLEX_ABS(x, Tout=x.dtype.real_dtype), x.dtype), name=name)
    return SIGN(x, name=name)


@binary(MAXIMUM)
def maximum(x: TensorLike, y: TensorLike, name: str | None = None) -> Tensor:
    """The larger of ``x`` and ``y``, element by element; nan if either is."""
    raise NotImplementedError


@binary(MINIMUM)
def minimum(x: TensorLike, y: TensorLike, name: str | None = None) -> Tensor:
    """The smaller of ``x`` and ``y``, element by element; nan if either is."""
    raise NotImplementedError


# -- rounding --------------------------------------------------------------------------------------------------

CEIL = _unary("Ceil", FLOATS)
FLOOR = _unary("Floor", FLOATS)
RINT = _unary("Rint", FLOATS)
ROUND = _unary("Round", SIGNED)
NEXT_AFTER = Op(
    "NextAfter", ("x1: T", "x2: T"), ("output: T",), ("T: {double, float} = DT_FLOAT",), infer=infer.broadcast
)


@unary(CEIL)
def ceil(x: TensorLike, name: str | None = None) -> Tensor:
    """The smallest whole number not below each element."""
    raise NotImplementedError


@unary(FLOOR)
def floor(x: TensorLike, name: str | None = None) -> Tensor:
    """The greatest whole number not above each element."""
    raise NotImplementedError


@unary(RINT)
def rint(x: TensorLike, name: str | None = None) -> Tensor:
    """The nearest whole number; halves go to the even one."""
    raise NotImplementedError


@unary(ROUND, body=True)
def round(x: TensorLike, name: str | None = None) -> Tensor:
    """The nearest whole number; halves go to the even one.

    >>> tf.round([0.5, 1.5, 2.5]).numpy()
    array([0., 2., 2.], dtype=float32)
    """
    if is_composite(x):
        return ROUND(x, name=name)
    x = convert_to_tensor(x)
    return x if x.dtype.is_integer else ROUND(x, name=name)


def nextafter(x1: TensorLike, x2: TensorLike, name: str | None = None) -> Tensor:
    """The next representable number after ``x1`` in the direction of ``x2``."""
    return NEXT_AFTER(x1, x2, name=name)


# -- sums of many ----------------------------------------------------------------------------------------------


def _infer_add_n(inputs: list[Spec]) -> Spec:
    return Spec(infer.same_shape(*inputs), inputs[0].dtype)


ADD_N = Op(
    "AddN",
    ("inputs: N * T",),
    ("sum: T",),
    ("N: int >= 1", f"{NUMBERS_AND_QUANTIZED[:-1]}, variant}}"),
    infer=_infer_add_n,
)
ACCUMULATE_N_V2 = Op(
    "AccumulateNV2",
    ("inputs: N * T",),
    ("sum: T",),
    ("N: int >= 1", NUMBERS_AND_QUANTIZED, "shape: shape"),
    infer=lambda inputs, *, shape: _infer_add_n(inputs),
)


def add_n(inputs: Any, name: str | None = None) -> Tensor:
    """The sum of all tensors of a list; their shapes must be equal (nothing broadcasts).

    >>> tf.add_n([tf.constant([1, 2]), tf.constant([3, 4])]).numpy()
    array([4, 6], dtype=int32)

    Raises:
        ValueError: If the list is empty or holds what is not a tensor.
        TypeError: If it is no list at all.
        tf.errors.InvalidArgumentError: If types or shapes differ.
    """
    tensors = [x if is_composite(x) else to_tensor(x) for x in inputs]
    if not tensors:
        raise ValueError("tf.add_n adds tensors of one type and shape: give it at least one. Got an empty list.")
    if len(tensors) == 1 and not is_composite(tensors[0]):
        return convert_to_tensor(tensors[0])
    return ADD_N(tensors, name=name)


def accumulate_n(inputs: Any, shape: Any = None, tensor_dtype: Any = None, name: str | None = None) -> Tensor:
    """The sum of all tensors of a list, as ``tf.add_n``, checked against a shape and a type.

    Args:
        inputs: A list of tensors of one type and shape.
        shape: The shape they must have, or None.
        tensor_dtype: The type they must have, or None.
        name: A name for the op in a graph.

    Raises:
        ValueError: If the list is empty, or shapes differ.
        TypeError: If the type is not ``tensor_dtype``.
    """
    message = "inputs must be a list of at least one Tensor with the same dtype and shape"
    if isinstance(inputs, Tensor):
        iter(inputs)  # which a symbolic tensor refuses
    if not isinstance(inputs, (list, tuple)) or not inputs:
        raise ValueError(message)
    tensors = [convert_to_tensor(x) for x in inputs]
    if any(x.dtype is not tensors[0].dtype for x in tensors):
        raise ValueError(message)
    if tensor_dtype is not None and as_dtype(tensor_dtype) is not tensors[0].dtype:
        raise TypeError(f"tensor_dtype is {as_dtype(tensor_dtype)}, but input is of type {tensors[0].dtype}")
    for tensor in tensors:
        if shape is not None and not tensor.shape.is_compatible_with(shape):
            raise ValueError(f"Shape {tensor.shape} is not compatible with {shape}.")
    try:
        infer.same_shape(*(tensor.spec for tensor in tensors))
    except SpecError as error:
        raise ValueError(str(error)) from None
    return tensors[0] if len(tensors) == 1 else ADD_N(tensors, name=name)

"""Comparisons, logic, and tests of floating point values; element by element."""

from __future__ import annotations

from typing import Any

from flowstone_core import dtypes, infer
from flowstone_core.errors import SpecError
from flowstone_core.op import Op, binary, unary
from flowstone_core.spec import Spec
from flowstone_core.tensor import Tensor, TensorLike
from flowstone_core.typelists import FLOATS, NUMBERS_AND_QUANTIZED, REALS


def _comparison(name: str) -> Op:
    return Op(name, ("x: T", "y: T"), ("z: bool",), (REALS,), infer=infer.broadcast_to(dtypes.bool))


# -- order ---------------------------------------------------------------------------------------------------------

LESS = _comparison("Less")
LESS_EQUAL = _comparison("LessEqual")
GREATER = _comparison("Greater")
GREATER_EQUAL = _comparison("GreaterEqual")


@binary(LESS)
def less(x: TensorLike, y: TensorLike, name: str | None = None) -> Tensor:
    """``x < y``, element by element; shapes broadcast.

    >>> tf.less([1, 2, 3], 2).numpy()
    array([ True, False, False])
    """
    raise NotImplementedError


@binary(LESS_EQUAL)
def less_equal(x: TensorLike, y: TensorLike, name: str | None = None) -> Tensor:
    """``x <= y``, element by element; shapes broadcast."""
    raise NotImplementedError


@binary(GREATER)
def greater(x: TensorLike, y: TensorLike, name: str | None = None) -> Tensor:
    """``x > y``, element by element; shapes broadcast."""
    raise NotImplementedError


@binary(GREATER_EQUAL)
def greater_equal(x: TensorLike, y: TensorLike, name: str | None = None) -> Tensor:
    """``x >= y``, element by element; shapes broadcast."""
    raise NotImplementedError


# -- equality ------------------------------------------------------------------------------------------------------


def _infer_equality(x: Spec, y: Spec, *, incompatible_shape_error: bool) -> Spec:
    """Broadcast shapes; without ``incompatible_shape_error``, one scalar if they do not broadcast."""
    try:
        return Spec(infer.broadcast_shapes(x, y), dtypes.bool)
    except SpecError:
        if incompatible_shape_error:
            raise
        return Spec((), dtypes.bool)


def _equality(name: str) -> Op:
    types = ("T: type", "incompatible_shape_error: bool = true")
    return Op(name, ("x: T", "y: T"), ("z: bool",), types, infer=_infer_equality)


EQUAL = _equality("Equal")
NOT_EQUAL = _equality("NotEqual")
APPROXIMATE_EQUAL = Op(
    "ApproximateEqual",
    ("x: T", "y: T"),
    ("z: bool",),
    (NUMBERS_AND_QUANTIZED, "tolerance: float = 9.999999747378752e-06"),
    infer=lambda x, y, *, tolerance: Spec(infer.same_shape(x, y), dtypes.bool),
)


def equal(x: TensorLike, y: TensorLike, name: str | None = None) -> Tensor:
    """``x == y``, element by element; shapes broadcast.

    >>> tf.equal(["a", "b"], "a").numpy()
    array([ True, False])

    Raises:
        tf.errors.InvalidArgumentError: If the types differ or the shapes do not broadcast.
    """
    return EQUAL(x, y, name=name)


def not_equal(x: TensorLike, y: TensorLike, name: str | None = None) -> Tensor:
    """``x != y``, element by element; shapes broadcast."""
    return NOT_EQUAL(x, y, name=name)


# -- logic -----------------------------------------------------------------------------------------------------------


def _logical(name: str) -> Op:
    return Op(name, ("x: bool", "y: bool"), ("z: bool",), infer=infer.broadcast_to(dtypes.bool))


LOGICAL_AND = _logical("LogicalAnd")
LOGICAL_OR = _logical("LogicalOr")
LOGICAL_NOT = Op("LogicalNot", ("x: bool",), ("y: bool",), infer=infer.unchanged)


def logical_and(x: TensorLike, y: TensorLike, name: str | None = None) -> Tensor:
    """Whether both are true, element by element; shapes broadcast."""
    return LOGICAL_AND(x, y, name=name)


def logical_or(x: TensorLike, y: TensorLike, name: str | None = None) -> Tensor:
    """Whether at least one is true, element by element; shapes broadcast."""
    return LOGICAL_OR(x, y, name=name)


def logical_not(x: TensorLike, name: str | None = None) -> Tensor:
    """Whether each element is false."""
    return LOGICAL_NOT(x, name=name)


def logical_xor(x: TensorLike, y: TensorLike, name: Any = "LogicalXor") -> Tensor:
    """Whether exactly one is true, element by element: ``(x | y) & ~(x & y)``; shapes broadcast."""
    return LOGICAL_AND(LOGICAL_OR(x, y), LOGICAL_NOT(LOGICAL_AND(x, y)), name=name)


# -- floating point --------------------------------------------------------------------------------------------------


def _test(name: str) -> Op:
    return Op(name, ("x: T",), ("y: bool",), (FLOATS,), infer=infer.shaped_as_first(dtypes.bool))


IS_FINITE = _test("IsFinite")
IS_INF = _test("IsInf")
IS_NAN = _test("IsNan")


@unary(IS_FINITE)
def is_finite(x: TensorLike, name: str | None = None) -> Tensor:
    """Whether each element is a finite number."""
    raise NotImplementedError


@unary(IS_INF)
def is_inf(x: TensorLike, name: str | None = None) -> Tensor:
    """Whether each element is plus or minus infinity."""
    raise NotImplementedError


@unary(IS_NAN)
def is_nan(x: TensorLike, name: str | None = None) -> Tensor:
    """Whether each element is not a number."""
    raise NotImplementedError

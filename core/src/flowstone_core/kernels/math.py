"""Numpy kernels of ``flowstone_core.ops.math``."""

from __future__ import annotations

from typing import Any

import numpy as np

from flowstone_core.dtypes import DType, variant
from flowstone_core.errors import InvalidArgumentError, SpecError
from flowstone_core.kernel import KernelSet
from flowstone_core.kernels.precision import add_with_narrow
from flowstone_core.ops import math as ops
from flowstone_core.typelists import COMPLEX_KERNELS, FLOAT_KERNELS, INT_KERNELS, NUMBER_KERNELS

KERNELS = KernelSet()

_INEXACT = (*FLOAT_KERNELS, *COMPLEX_KERNELS)

for _op, _ufunc in {
    ops.ADD_V2: np.add,
    ops.SUB: np.subtract,
    ops.MUL: np.multiply,
    ops.NEG: np.negative,
    ops.ABS: np.abs,
    ops.SQUARE: np.square,
    ops.MAXIMUM: np.maximum,
    ops.MINIMUM: np.minimum,
    ops.NEXT_AFTER: np.nextafter,
    ops.CEIL: np.ceil,
    ops.FLOOR: np.floor,
    ops.RINT: np.rint,
    ops.POW: np.power,
    ops.SIGN: np.sign,
}.items():
    KERNELS.add(_op, out=True, elementwise=True)(_ufunc)

KERNELS.add(ops.ADD, out=True, elementwise=True)(np.add)
for _op in (ops.REAL_DIV, ops.DIV):
    KERNELS.add(_op, dtypes=_INEXACT, out=True, elementwise=True)(np.true_divide)
KERNELS.add(ops.FLOOR_MOD, dtypes=FLOAT_KERNELS, out=True, elementwise=True)(np.remainder)
for _op in (ops.MOD, ops.TRUNCATE_MOD):
    KERNELS.add(_op, dtypes=FLOAT_KERNELS, out=True, elementwise=True)(np.fmod)
for _op in (ops.RECIPROCAL, ops.INV):
    KERNELS.add(_op, dtypes=_INEXACT, out=True, elementwise=True)(np.reciprocal)


# -- integer division --------------------------------------------------------------------------------------------


def _check_divisor(y: Any) -> None:
    if not y.all():
        raise InvalidArgumentError(
            None, None, "Integer division by zero: every divisor must differ from 0; see tf.math.divide_no_nan."
        )


@KERNELS.add(ops.FLOOR_DIV, dtypes=INT_KERNELS, elementwise=True)
def floor_div_int(x: Any, y: Any) -> Any:
    """Round towards minus infinity."""
    _check_divisor(y)
    return np.floor_divide(x, y)


@KERNELS.add(ops.FLOOR_MOD, dtypes=INT_KERNELS, elementwise=True)
def floor_mod_int(x: Any, y: Any) -> Any:
    """The remainder with the divisor's sign."""
    _check_divisor(y)
    return np.remainder(x, y)


@KERNELS.add(ops.TRUNCATE_DIV, ops.DIV, dtypes=INT_KERNELS, elementwise=True)
def truncate_div_int(x: Any, y: Any) -> Any:
    """Round towards zero: the floor, plus one where it was below a negative quotient."""
    _check_divisor(y)
    floor = np.floor_divide(x, y)
    if x.dtype.kind == "u":
        return floor
    inexact_negative = ((x < 0) != (y < 0)) & (floor * y != x)
    return floor + inexact_negative.astype(x.dtype)


@KERNELS.add(ops.TRUNCATE_MOD, ops.MOD, dtypes=INT_KERNELS, elementwise=True)
def truncate_mod_int(x: Any, y: Any) -> Any:
    """The remainder with the dividend's sign."""
    _check_divisor(y)
    return np.fmod(x, y)


@KERNELS.add(ops.FLOOR_DIV, dtypes=FLOAT_KERNELS, elementwise=True)
def floor_div(x: Any, y: Any) -> Any:
    """``floor(x / y)``, with the quotient rounded first (numpy's own ``floor_divide`` does not)."""
    return np.floor(np.true_divide(x, y))


@KERNELS.add(ops.TRUNCATE_DIV, dtypes=FLOAT_KERNELS, elementwise=True)
def truncate_div(x: Any, y: Any) -> Any:
    """``trunc(x / y)``, with the quotient rounded first."""
    return np.trunc(np.true_divide(x, y))


# -- products and quotients ----------------------------------------------------------------------------------------


@KERNELS.add(ops.DIV_NO_NAN, elementwise=True)
def div_no_nan(x: Any, y: Any) -> Any:
    """Zero where the divisor is zero."""
    zero = x.dtype.type(0)
    return np.where(y == zero, zero, np.true_divide(x, y))


@KERNELS.add(ops.MUL_NO_NAN, elementwise=True)
def mul_no_nan(x: Any, y: Any) -> Any:
    """Zero where the second factor is zero."""
    zero = x.dtype.type(0)
    return np.where(y == zero, zero, np.multiply(x, y))


@add_with_narrow(KERNELS, ops.SQUARED_DIFFERENCE, elementwise=True)
def squared_difference(x: Any, y: Any) -> Any:
    """``|x - y|²``."""
    difference = np.subtract(x, y)
    return np.multiply(np.conj(difference), difference)


@add_with_narrow(KERNELS, ops.RECIPROCAL_GRAD, ops.INV_GRAD, elementwise=True)
def reciprocal_grad(y: Any, dy: Any) -> Any:
    """``-dy · conj(y)²``."""
    conjugate = np.conj(y)
    return -conjugate * dy * conjugate


@KERNELS.add(ops.ROUND, dtypes=(*FLOAT_KERNELS, *INT_KERNELS), elementwise=True)
def round_half_to_even(x: Any) -> Any:
    """Integers stay; halves of floats go to the even neighbour."""
    return x if x.dtype.kind in "iu" else np.rint(x)


@KERNELS.add(ops.COMPLEX_ABS, elementwise=True)
def complex_abs(x: Any, *, Tout: DType) -> Any:
    """The magnitudes, as reals."""
    return np.abs(x).astype(Tout.numpy_dtype, copy=False)


@add_with_narrow(KERNELS, ops.ADD_N, dtypes=NUMBER_KERNELS)
def add_n(inputs: list[Any]) -> Any:
    """One sum over all; shapes must be equal."""
    first = inputs[0]
    for other in inputs[1:]:
        if other.shape != first.shape:
            raise SpecError(f"AddN takes tensors of one shape, got {first.shape} and {other.shape}.")
    if len(inputs) == 1:
        return first
    total = np.asarray(np.add(first, inputs[1]))
    for other in inputs[2:]:
        np.add(total, other, out=total)
    return total


@KERNELS.add(ops.ADD_N, dtypes=[variant])
def add_n_variants(inputs: list[Any]) -> Any:
    """The sum of what variants hold: lists of tensors add up item by item."""
    total = inputs[0]
    for other in inputs[1:]:
        total = total + other
    return total


@KERNELS.add(ops.ACCUMULATE_N_V2)
def accumulate_n(inputs: list[Any], *, shape: Any) -> Any:
    """As ``add_n``; the shape is known to the schema only."""
    return add_n(inputs)

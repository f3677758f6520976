"""Numpy kernels of ``flowstone_core.ops.elementary``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from flowstone_core.kernel import KernelSet
from flowstone_core.kernels.precision import add_with_narrow
from flowstone_core.op import Op
from flowstone_core.ops import elementary as ops

KERNELS = KernelSet()

for _op, _ufunc in {
    ops.EXP: np.exp,
    ops.EXPM1: np.expm1,
    ops.LOG: np.log,
    ops.LOG1P: np.log1p,
    ops.SQRT: np.sqrt,
    ops.SIN: np.sin,
    ops.COS: np.cos,
    ops.TAN: np.tan,
    ops.ASIN: np.arcsin,
    ops.ACOS: np.arccos,
    ops.ATAN: np.arctan,
    ops.ATAN2: np.arctan2,
    ops.SINH: np.sinh,
    ops.COSH: np.cosh,
    ops.TANH: np.tanh,
    ops.ASINH: np.arcsinh,
    ops.ACOSH: np.arccosh,
    ops.ATANH: np.arctanh,
}.items():
    KERNELS.add(_op, out=True, elementwise=True)(_ufunc)


@add_with_narrow(KERNELS, ops.RSQRT, elementwise=True)
def rsqrt(x: Any) -> Any:
    """``1 / sqrt(x)``."""
    root = np.sqrt(x)
    return np.reciprocal(root)


@add_with_narrow(KERNELS, ops.SIGMOID, elementwise=True)
def sigmoid(x: Any) -> Any:
    """``1 / (1 + exp(-x))``; an overflowing exponential gives 0."""
    y = np.negative(np.asarray(x))
    y = np.asarray(np.exp(y))
    y += 1
    return np.reciprocal(y, out=y)


@add_with_narrow(KERNELS, ops.SOFTPLUS, elementwise=True)
def softplus(features: Any) -> Any:
    """``log(1 + exp(x)) = max(x, 0) + log1p(exp(-|x|))``."""
    return np.maximum(features, 0) + np.log1p(np.exp(-np.abs(features)))


# -- gradients in terms of the result --------------------------------------------------------------------------------


def _conjugate(y: Any) -> Any:
    """``conj(y)``; of a real array itself, where numpy would copy it."""
    return np.conj(y) if y.dtype.kind == "c" else y


@add_with_narrow(KERNELS, ops.SQRT_GRAD, elementwise=True)
def sqrt_grad(y: Any, dy: Any) -> Any:
    """``dy / (2 conj(y))``."""
    return dy * y.dtype.type(0.5) / _conjugate(y)


@add_with_narrow(KERNELS, ops.RSQRT_GRAD, elementwise=True)
def rsqrt_grad(y: Any, dy: Any) -> Any:
    """``-dy conj(y)³ / 2``."""
    conjugate = _conjugate(y)
    return dy * (conjugate * y.dtype.type(-0.5)) * (conjugate * conjugate)


@add_with_narrow(KERNELS, ops.TANH_GRAD, elementwise=True)
def tanh_grad(y: Any, dy: Any) -> Any:
    """``dy (1 - conj(y)²)``."""
    conjugate = _conjugate(y)
    return dy * (1 - conjugate * conjugate)


@add_with_narrow(KERNELS, ops.SIGMOID_GRAD, elementwise=True)
def sigmoid_grad(y: Any, dy: Any) -> Any:
    """``dy conj(y) (1 - conj(y))``."""
    conjugate = _conjugate(y)
    return dy * conjugate * (1 - conjugate)


# -- products that are zero where a factor is --------------------------------------------------------------------------


def _zero_where_zero(combine: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    def kernel(x: Any, y: Any) -> Any:
        zero = x.dtype.type(0)
        return np.where(x == zero, zero, combine(x, y))

    return kernel


_PRODUCTS: dict[Op, Callable[[Any, Any], Any]] = {
    ops.XDIVY: np.true_divide,
    ops.XLOGY: lambda x, y: np.multiply(x, np.log(y)),
    ops.XLOG1PY: lambda x, y: np.multiply(x, np.log1p(y)),
}
for _op, _combine in _PRODUCTS.items():
    add_with_narrow(KERNELS, _op, elementwise=True)(_zero_where_zero(_combine))

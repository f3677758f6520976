"""Gradients of ``flowstone_core.ops.complex``: of a real ``y`` by ``z = a + ib`` it is ``dy/da + i dy/db``."""

from __future__ import annotations

from typing import Any

from flowstone_core.ops import complex as ops
from flowstone_core.ops.complex import complex as complex_of
from flowstone_core.ops.complex import conj, imag, real
from flowstone_core.ops.filling import zeros_like
from flowstone_core.ops.math import divide
from flowstone_core.tensor import Tensor

from flowstone_autodiff.broadcasting import unbroadcast
from flowstone_autodiff.registry import Call, gradient


@gradient(ops.COMPLEX)
def complex_gradient(call: Call, dy: Tensor) -> tuple[Any, Any]:
    """``a + ib``: the real and the imaginary part of ``dy``."""
    a, b = call.inputs
    return unbroadcast(real(dy), a, b), unbroadcast(imag(dy), b, a)


@gradient(ops.REAL)
def real_gradient(call: Call, dy: Tensor) -> Tensor:
    """``a``: ``dy + 0i``."""
    return complex_of(dy, zeros_like(dy))


@gradient(ops.IMAG)
def imag_gradient(call: Call, dy: Tensor) -> Tensor:
    """``b``: ``0 + i dy``."""
    return complex_of(zeros_like(dy), dy)


@gradient(ops.CONJ)
def conj_gradient(call: Call, dy: Tensor) -> Tensor:
    """``conj(z)``: ``conj(dy)``."""
    return conj(dy)


@gradient(ops.ANGLE)
def angle_gradient(call: Call, dy: Tensor) -> Tensor:
    """``atan2(b, a)``: ``dy (-b + ia) / |z|² = i dy / conj(z)``."""
    return divide(complex_of(zeros_like(dy), dy), conj(call.inputs[0]))

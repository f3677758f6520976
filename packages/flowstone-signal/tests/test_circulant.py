"""Circulant operators of core, whose products are Fourier transforms."""

from __future__ import annotations

import numpy as np
import pytest
from flowstone_core.errors import InvalidArgumentError
from flowstone_core.linear_operator.circulant import (
    LinearOperatorCirculant,
    LinearOperatorCirculant2D,
    LinearOperatorCirculant3D,
)

RANDOM = np.random.RandomState(0)
KINDS = (LinearOperatorCirculant, LinearOperatorCirculant2D, LinearOperatorCirculant3D)
SIZES = (4, 3, 2)


def convolved(kernel, x, depth):
    """The sum over shifts of ``x``, one by one."""
    blocks = x.reshape(kernel.shape)
    total = np.zeros(kernel.shape)
    for place in np.ndindex(kernel.shape):
        total += kernel[place] * np.roll(blocks, place, tuple(range(depth)))
    return total.reshape(-1)


@pytest.mark.parametrize("depth", [1, 2, 3])
def test_products_are_convolutions_and_solutions_undo_them(depth):
    kernel = RANDOM.normal(size=SIZES[:depth])
    operator = KINDS[depth - 1](np.fft.fftn(kernel), input_output_dtype="float64")
    x = RANDOM.normal(size=kernel.size)
    y = operator.matvec(x)
    np.testing.assert_allclose(y, convolved(kernel, x, depth), atol=1e-9)
    np.testing.assert_allclose(operator.solvevec(y), x, atol=1e-9)
    np.testing.assert_allclose(operator.convolution_kernel(), kernel, atol=1e-9)
    operator.assert_hermitian_spectrum()


def test_a_spectrum_that_is_not_hermitian_is_said():
    with pytest.raises(InvalidArgumentError, match="Hermitian"):
        LinearOperatorCirculant(np.array([1.0, 2 + 1j, 3.0])).assert_hermitian_spectrum()

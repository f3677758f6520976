"""Kernels of ``flowstone_signal.ops.fft``, on numpy's transforms."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from flowstone_core.errors import SpecError
from flowstone_core.kernel import KernelSet
from flowstone_core.op import Op

from flowstone_signal.ops import fft as ops

KERNELS = KernelSet()


def _add(op: Op, rank: int, transform: Callable[..., Any]) -> None:
    axes = tuple(range(-rank, 0))

    @KERNELS.add(op)
    def kernel(input: Any) -> Any:
        if input.ndim < rank:
            raise SpecError(f"{op.name} needs an input of rank {rank} or more, got shape {input.shape}.")
        return transform(input, axes=axes) if input.size else input.copy()


def _checked_lengths(fft_length: Any, input: Any, rank: int, name: str) -> list[int]:
    if fft_length.shape != (rank,):
        raise SpecError(f"fft_length must have shape [{rank}], got {list(fft_length.shape)}.")
    lengths = [int(length) for length in fft_length]
    if min(lengths) < 0:
        raise SpecError(f"fft_length must not be negative, got {lengths}.")
    if input.ndim < rank:
        raise SpecError(f"{name} needs an input of rank {rank} or more, got shape {input.shape}.")
    return lengths


def _cut(input: Any, needed: list[int], name: str) -> Any:
    """The first ``needed`` entries of the last dimensions."""
    sizes = input.shape[-len(needed) :]
    if input.size and any(size < need for size, need in zip(sizes, needed, strict=True)):
        raise SpecError(f"{name} of this length needs {needed} entries in the last dimensions, got {list(sizes)}.")
    return input[(..., *(slice(need) for need in needed))]


def _add_real(op: Op, rank: int) -> None:
    axes = tuple(range(-rank, 0))

    @KERNELS.add(op)
    def kernel(input: Any, fft_length: Any, *, Tcomplex: Any) -> Any:
        lengths = _checked_lengths(fft_length, input, rank, op.name)
        x = _cut(input, lengths, op.name)
        shape = (*x.shape[:-rank], *lengths[:-1], ops.half(lengths[-1]))
        if not x.size or 0 in lengths:
            return np.zeros(shape, Tcomplex.numpy_dtype)
        return np.fft.rfftn(x, axes=axes).astype(Tcomplex.numpy_dtype, copy=False)


def _add_inverse_real(op: Op, rank: int) -> None:
    axes = tuple(range(-rank, 0))

    @KERNELS.add(op)
    def kernel(input: Any, fft_length: Any, *, Treal: Any) -> Any:
        lengths = _checked_lengths(fft_length, input, rank, op.name)
        x = _cut(input, [*lengths[:-1], ops.half(lengths[-1]) or 0], op.name)
        if not x.size or 0 in lengths:
            return np.zeros((*x.shape[:-rank], *lengths), Treal.numpy_dtype)
        return np.fft.irfftn(x, lengths, axes=axes).astype(Treal.numpy_dtype, copy=False)


for _rank, (_forward, _back, _real, _back_real) in enumerate(
    (
        (ops.FFT, ops.IFFT, ops.RFFT, ops.IRFFT),
        (ops.FFT_2D, ops.IFFT_2D, ops.RFFT_2D, ops.IRFFT_2D),
        (ops.FFT_3D, ops.IFFT_3D, ops.RFFT_3D, ops.IRFFT_3D),
    ),
    1,
):
    _add(_forward, _rank, np.fft.fftn)
    _add(_back, _rank, np.fft.ifftn)
    _add_real(_real, _rank)
    _add_inverse_real(_back_real, _rank)


def _add_nd(op: Op, transform: Callable[..., Any]) -> None:
    @KERNELS.add(op)
    def kernel(input: Any, fft_length: Any, axes: Any, **attrs: Any) -> Any:
        places = ops.axes_in(axes.tolist(), input.ndim)
        lengths = fft_length.tolist()
        if len(lengths) != len(places):
            raise SpecError(f"There are {len(lengths)} lengths for {len(places)} axes.")
        if not lengths or min(lengths) < 1:
            raise SpecError(f"{op.name} needs positive lengths, got {lengths}.")
        return transform(input, lengths, axes=places)


_add_nd(ops.FFT_ND, np.fft.fftn)
_add_nd(ops.IFFT_ND, np.fft.ifftn)
_add_nd(ops.RFFT_ND, np.fft.rfftn)
_add_nd(ops.IRFFT_ND, np.fft.irfftn)

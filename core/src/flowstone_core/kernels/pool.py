"""Numpy kernels of ``flowstone_core.ops.pool``: one pass over the tensor for each place in the window."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from flowstone_core.dtypes import DType
from flowstone_core.errors import SpecError
from flowstone_core.kernel import KernelSet
from flowstone_core.kernels.precision import add_with_narrow, widened
from flowstone_core.ops import pool as ops
from flowstone_core.ops.conv import explicit_pairs
from flowstone_core.windows import Window, window

KERNELS = KernelSet()


# -- windows over all dimensions -----------------------------------------------------------------------------------


def _windows(shape: Sequence[int], attrs: dict[str, Any]) -> list[Window]:
    ksize, strides = attrs["ksize"], attrs["strides"]
    if len(shape) != len(ksize) or len(strides) != len(ksize):
        raise SpecError(f"Pooling with {len(ksize)} window sizes got a tensor of shape {tuple(shape)}.")
    if any(size < 1 for size in ksize):
        raise SpecError(f"Pooling windows must have positive sizes, got {list(ksize)}.")
    pads = explicit_pairs(attrs.get("explicit_paddings", ()), len(ksize), attrs["padding"])
    return [
        window(size, kernel, stride, 1, attrs["padding"], pad)
        for size, kernel, stride, pad in zip(shape, ksize, strides, pads, strict=True)
    ]


def _inner(windows: Sequence[Window]) -> tuple[slice, ...]:
    return tuple(slice(w.before, w.before + w.size) for w in windows)


def _padded(x: Any, windows: Sequence[Window], value: Any) -> Any:
    if not any(w.before or w.after for w in windows):
        return x
    whole = np.full([w.padded for w in windows], value, x.dtype)
    whole[_inner(windows)] = x
    return whole


def _taps(windows: Sequence[Window]) -> Iterator[tuple[slice, ...]]:
    """For each place in the window, in order: where its elements are in the padded tensor."""
    for offsets in itertools.product(*(range(w.kernel) for w in windows)):
        yield tuple(w.taps(offset) for w, offset in zip(windows, offsets, strict=True))


def _outs(windows: Sequence[Window]) -> tuple[int, ...]:
    return tuple(w.out for w in windows)


def _lowest(dtype: Any) -> Any:
    return np.iinfo(dtype).min if dtype.kind in "iu" else dtype.type(-np.inf)


# -- max pooling ---------------------------------------------------------------------------------------------------


@add_with_narrow(KERNELS, ops.MAX_POOL, ops.MAX_POOL_3D)
def max_pool(input: Any, **attrs: Any) -> Any:
    """The largest of the places in the window."""
    windows = _windows(input.shape, attrs)
    x = _padded(input, windows, _lowest(input.dtype))
    taps = _taps(windows)
    result = x[next(taps)].copy()
    for where in taps:
        np.maximum(result, x[where], out=result)
    return result


def _winners(x: Any, windows: Sequence[Window]) -> Any:
    """The number of the place that has each window's largest element, the first of equal ones."""
    x = _padded(x, windows, _lowest(x.dtype))
    best, winner = None, np.zeros(_outs(windows), np.int32)
    for number, where in enumerate(_taps(windows)):
        values = x[where]
        if best is None:
            best = values.copy()
            continue
        higher = values > best
        np.copyto(best, values, where=higher)
        winner[higher] = number
    return winner


def _to_winners(values: Any, winner: Any, windows: Sequence[Window]) -> Any:
    """Each window's value added to the place of its winner."""
    whole = np.zeros([w.padded for w in windows], values.dtype)
    for number, where in enumerate(_taps(windows)):
        whole[where] += np.where(winner == number, values, values.dtype.type(0))
    return np.ascontiguousarray(whole[_inner(windows)])


def _at_winners(x: Any, winner: Any, windows: Sequence[Window]) -> Any:
    """What stands in ``x`` at the place of each window's winner."""
    x = _padded(x, windows, 0)
    result = np.zeros(winner.shape, x.dtype)
    for number, where in enumerate(_taps(windows)):
        np.copyto(result, x[where], where=winner == number)
    return result


def _check_grad(grad: Any, windows: Sequence[Window]) -> None:
    if grad.shape != _outs(windows):
        raise SpecError(f"The gradient of pooling has shape {grad.shape}, expected {_outs(windows)}.")


@add_with_narrow(KERNELS, ops.MAX_POOL_GRAD)
def max_pool_grad(orig_input: Any, orig_output: Any, grad: Any, **attrs: Any) -> Any:
    """Each window's gradient goes to its largest element, the first of equal ones."""
    windows = _windows(orig_input.shape, attrs)
    _check_grad(grad, windows)
    return _to_winners(grad, _winners(orig_input, windows), windows)


def max_pool_3d_grad(orig_input: Any, orig_output: Any, grad: Any, **attrs: Any) -> Any:
    """Each window's gradient goes to all its largest elements."""
    windows = _windows(orig_input.shape, attrs)
    _check_grad(grad, windows)
    x = _padded(orig_input, windows, _lowest(orig_input.dtype))
    whole = np.zeros([w.padded for w in windows], grad.dtype)
    for where in _taps(windows):
        whole[where] += np.where(x[where] == orig_output, grad, grad.dtype.type(0))
    return np.ascontiguousarray(whole[_inner(windows)])


# its first type attribute is that of the input, not of the gradient
KERNELS.add(ops.MAX_POOL_3D_GRAD)(widened(max_pool_3d_grad))


@add_with_narrow(KERNELS, ops.MAX_POOL_GRAD_GRAD, ops.MAX_POOL_3D_GRAD_GRAD)
def max_pool_grad_grad(orig_input: Any, orig_output: Any, grad: Any, **attrs: Any) -> Any:
    """Each window takes what stands in ``grad`` at the place of its largest element."""
    windows = _windows(orig_input.shape, attrs)
    if grad.shape != orig_input.shape:
        raise SpecError(f"The gradient has shape {grad.shape}, expected {orig_input.shape}.")
    return _at_winners(grad, _winners(orig_input, windows), windows)


def _with_window_tensors(function: Callable[..., Any]) -> Callable[..., Any]:
    """A kernel that has ``ksize`` and ``strides`` as its last operands."""

    def kernel(*operands: Any, **attrs: Any) -> Any:
        *rest, ksize, strides = operands
        return function(*rest, ksize=tuple(map(int, ksize)), strides=tuple(map(int, strides)), **attrs)

    return kernel


KERNELS.add(ops.MAX_POOL_V2)(_with_window_tensors(widened(max_pool)))
KERNELS.add(ops.MAX_POOL_GRAD_V2)(_with_window_tensors(widened(max_pool_grad)))


def _places(x: Any, windows: Sequence[Window], include_batch: bool) -> Any:
    """The flat place of each window's largest element."""
    positions = np.arange(x.size, dtype=np.int64).reshape(x.shape)
    if not include_batch:
        positions = np.broadcast_to(positions[:1], x.shape)
    return _at_winners(positions, _winners(x, windows), windows)


@add_with_narrow(KERNELS, ops.MAX_POOL_WITH_ARGMAX)
def max_pool_with_argmax(input: Any, *, Targmax: DType, include_batch_in_index: bool, **attrs: Any) -> Any:
    """The largest elements and their places."""
    places = _places(input, _windows(input.shape, attrs), include_batch_in_index)
    return max_pool(input, **attrs), places.astype(Targmax.numpy_dtype)


def _checked_places(argmax: Any, input: Any, fits: bool, include_batch: bool) -> Any:
    """``argmax`` as places in the whole batch; ``fits`` says whether the gradient has the shape it should have."""
    places = argmax
    if not include_batch:
        each = int(np.prod(input.shape[1:]))
        places = argmax + (np.arange(input.shape[0]) * each).reshape(-1, 1, 1, 1).astype(argmax.dtype)
    if not fits or (places.size and not 0 <= places.min() <= places.max() < input.size):
        raise SpecError("The places of the largest elements do not fit the input or the gradient.")
    return places


@add_with_narrow(KERNELS, ops.MAX_POOL_GRAD_WITH_ARGMAX)
def max_pool_grad_with_argmax(input: Any, grad: Any, argmax: Any, *, include_batch_in_index: bool, **attrs: Any) -> Any:
    """Each gradient goes to the place that ``argmax`` says."""
    places = _checked_places(argmax, input, grad.shape == argmax.shape, include_batch_in_index)
    result = np.zeros(input.size, grad.dtype)
    np.add.at(result, places.reshape(-1), grad.reshape(-1))
    return result.reshape(input.shape)


@KERNELS.add(ops.MAX_POOL_GRAD_GRAD_WITH_ARGMAX)
def max_pool_grad_grad_with_argmax(
    input: Any, grad: Any, argmax: Any, *, include_batch_in_index: bool, **attrs: Any
) -> Any:
    """What stands in ``grad`` at the places that ``argmax`` says."""
    places = _checked_places(argmax, input, grad.shape == input.shape, include_batch_in_index)
    return grad.reshape(-1)[places]


# -- average pooling -----------------------------------------------------------------------------------------------


def _counts(windows: Sequence[Window], dtype: Any) -> Any:
    """How many elements of each window are not padding."""
    total = np.ones((), np.int64)
    for w in windows:
        start = np.arange(w.out) * w.stride - w.before
        inside = np.minimum(start + w.kernel, w.size) - np.maximum(start, 0)
        total = np.multiply.outer(total, inside)
    return total.astype(dtype)


@add_with_narrow(KERNELS, ops.AVG_POOL, ops.AVG_POOL_3D)
def avg_pool(value: Any, **attrs: Any) -> Any:
    """The sum of the places in the window over their number."""
    windows = _windows(value.shape, attrs)
    x = _padded(value, windows, 0)
    taps = _taps(windows)
    total = x[next(taps)].copy()
    for where in taps:
        total += x[where]
    if any(w.before or w.after for w in windows):
        total /= _counts(windows, value.dtype)
    else:
        total /= value.dtype.type(np.prod([w.kernel for w in windows]))
    return total


@add_with_narrow(KERNELS, ops.AVG_POOL_GRAD, ops.AVG_POOL_3D_GRAD)
def avg_pool_grad(orig_input_shape: Any, grad: Any, **attrs: Any) -> Any:
    """Each window's gradient in equal parts to its elements."""
    windows = _windows([int(size) for size in orig_input_shape], attrs)
    _check_grad(grad, windows)
    share = grad / _counts(windows, grad.dtype)
    whole = np.zeros([w.padded for w in windows], grad.dtype)
    for where in _taps(windows):
        whole[where] += share
    return np.ascontiguousarray(whole[_inner(windows)])


# -- dilation ------------------------------------------------------------------------------------------------------


def _dilation_windows(input: Any, filter: Any, attrs: dict[str, Any]) -> list[Window]:
    if input.ndim != 4 or filter.ndim != 3 or input.shape[3] != filter.shape[2]:
        raise SpecError(f"Dilation2D takes [n, h, w, c] and [h, w, c], got {input.shape} and {filter.shape}.")
    sizes, kernels = input.shape, (1, *filter.shape[:2], 1)
    return [
        window(sizes[axis], kernels[axis], attrs["strides"][axis], attrs["rates"][axis], attrs["padding"])
        for axis in range(4)
    ]


def _dilated(input: Any, filter: Any, windows: Sequence[Window]) -> tuple[Any, Any]:
    """The largest sums, and the numbers of the places that have them; padding never wins."""
    x = _padded(input, windows, _lowest(input.dtype))
    weights = filter.reshape(-1, filter.shape[2])
    best = np.full(_outs(windows), _lowest(input.dtype), input.dtype)
    winner = np.zeros(best.shape, np.int32)
    for number, where in enumerate(_taps(windows)):
        values = x[where] + weights[number]
        higher = values > best
        np.copyto(best, values, where=higher)
        winner[higher] = number
    return best, winner


@add_with_narrow(KERNELS, ops.DILATION_2D)
def dilation(input: Any, filter: Any, **attrs: Any) -> Any:
    """The largest sum of an element and the filter's."""
    return _dilated(input, filter, _dilation_windows(input, filter, attrs))[0]


@add_with_narrow(KERNELS, ops.DILATION_2D_BACKPROP_INPUT)
def dilation_backprop_input(input: Any, filter: Any, out_backprop: Any, **attrs: Any) -> Any:
    """Each gradient goes to the element of the largest sum."""
    windows = _dilation_windows(input, filter, attrs)
    _check_grad(out_backprop, windows)
    return _to_winners(out_backprop, _dilated(input, filter, windows)[1], windows)


@add_with_narrow(KERNELS, ops.DILATION_2D_BACKPROP_FILTER)
def dilation_backprop_filter(input: Any, filter: Any, out_backprop: Any, **attrs: Any) -> Any:
    """Each gradient goes to the filter's element of the largest sum."""
    windows = _dilation_windows(input, filter, attrs)
    _check_grad(out_backprop, windows)
    winner = _dilated(input, filter, windows)[1]
    result = np.zeros((filter.shape[0] * filter.shape[1], filter.shape[2]), filter.dtype)
    for number in range(result.shape[0]):
        result[number] = np.where(winner == number, out_backprop, 0).sum(axis=(0, 1, 2), dtype=filter.dtype)
    return result.reshape(filter.shape)

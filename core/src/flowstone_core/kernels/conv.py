"""Numpy kernels of ``flowstone_core.ops.conv``.

Windows are laid out as rows of a matrix (im2col), a few megabytes at a time, and multiplied by the filter as a
matrix. Depthwise convolutions add up one product for each place in the window.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from flowstone_core.errors import SpecError, UnimplementedError
from flowstone_core.kernel import KernelSet
from flowstone_core.kernels.precision import add_with_narrow, widened
from flowstone_core.ops import conv as ops
from flowstone_core.windows import Layout, Window, layout_of, window

KERNELS = KernelSet()

_CHUNK_BYTES = 1 << 23


# -- windows as matrices -------------------------------------------------------------------------------------------


def windows_of(sizes: Sequence[int], kernels: Sequence[int], layout: Layout, attrs: dict[str, Any]) -> list[Window]:
    """The windows along each spatial dimension."""
    strides, dilations = attrs["strides"], attrs["dilations"]
    if len(strides) != layout.rank or len(dilations) != layout.rank:
        raise SpecError(f"Strides and dilations must have {layout.rank} entries, got {strides} and {dilations}.")
    if any(each[axis] != 1 for each in (strides, dilations) for axis in (0, layout.channels)):
        raise UnimplementedError(
            None, None, f"Strides and dilations along the batch and the channels must be 1: {strides}, {dilations}."
        )
    pads = ops.explicit_pairs(attrs.get("explicit_paddings", ()), layout.rank, attrs["padding"])
    return [
        window(size, kernel, strides[axis], dilations[axis], attrs["padding"], pads[axis])
        for size, kernel, axis in zip(sizes, kernels, layout.spatial, strict=True)
    ]


def padded(x: Any, windows: Sequence[Window]) -> Any:
    """``x`` (channels last) with zeros around its spatial dimensions."""
    if not any(w.before or w.after for w in windows):
        return x
    result = np.zeros((x.shape[0], *(w.padded for w in windows), x.shape[-1]), x.dtype)
    result[inner(windows)] = x
    return result


def inner(windows: Sequence[Window]) -> tuple[slice, ...]:
    """Where the input lies in its padded form."""
    return (slice(None), *(slice(w.before, w.before + w.size) for w in windows), slice(None))


def _columns(x: Any, windows: Sequence[Window]) -> Any:
    """A padded input as a matrix: a row for each window."""
    outs = [w.out for w in windows]
    kernels = [w.kernel for w in windows]
    spatial = x.strides[1:-1]
    shape = (x.shape[0], *outs, *kernels, x.shape[-1])
    strides = (
        x.strides[0],
        *(stride * w.stride for stride, w in zip(spatial, windows, strict=True)),
        *(stride * w.dilation for stride, w in zip(spatial, windows, strict=True)),
        x.strides[-1],
    )
    view = np.lib.stride_tricks.as_strided(x, shape, strides, writeable=False)
    return view.reshape(x.shape[0] * math.prod(outs), math.prod(kernels) * x.shape[-1])


def _chunks(batch: int, windows: Sequence[Window], channels: int, itemsize: int) -> Iterator[slice]:
    """Parts of the batch whose columns take a few megabytes."""
    each = math.prod(w.out * w.kernel for w in windows) * channels * itemsize
    count = max(1, _CHUNK_BYTES // max(each, 1))
    for start in range(0, batch, count):
        yield slice(start, min(start + count, batch))


def _plain(windows: Sequence[Window]) -> bool:
    """Whether each window is one element, and every element has one."""
    return all(w.kernel == 1 and w.stride == 1 and not w.before and not w.after for w in windows)


def tap_slices(windows: Sequence[Window]) -> Iterator[tuple[tuple[int, ...], tuple[slice, ...]]]:
    """For each place in a window: the place, and where its elements are in the padded input."""
    for offsets in itertools.product(*(range(w.kernel) for w in windows)):
        yield offsets, (slice(None), *(w.taps(o) for w, o in zip(windows, offsets, strict=True)), slice(None))


# -- dense convolutions, channels last, one group ------------------------------------------------------------------


def _forward(x: Any, matrix: Any, windows: Sequence[Window]) -> Any:
    outs = tuple(w.out for w in windows)
    if _plain(windows):
        return np.matmul(x.reshape(-1, x.shape[-1]), matrix).reshape(*x.shape[:-1], matrix.shape[1])
    x = padded(x, windows)
    result = np.empty((x.shape[0], *outs, matrix.shape[1]), x.dtype)
    for part in _chunks(x.shape[0], windows, x.shape[-1], x.itemsize):
        rows = _columns(x[part], windows)
        np.matmul(rows, matrix, out=result[part].reshape(rows.shape[0], matrix.shape[1]))
    return result


def _input_gradient(dy: Any, matrix: Any, windows: Sequence[Window], channels: int) -> Any:
    """Each window's products go back to where its elements came from."""
    if _plain(windows):
        return np.matmul(dy.reshape(-1, dy.shape[-1]), matrix.T).reshape(*dy.shape[:-1], channels)
    kernels = [w.kernel for w in windows]
    whole = np.zeros((dy.shape[0], *(w.padded for w in windows), channels), dy.dtype)
    for part in _chunks(dy.shape[0], windows, channels, dy.itemsize):
        rows = np.matmul(dy[part].reshape(-1, dy.shape[-1]), matrix.T)
        rows = rows.reshape(*dy[part].shape[:-1], *kernels, channels)
        spread = len(windows) + 1
        target = whole[part]
        for offsets, where in tap_slices(windows):
            target[where] += rows[(slice(None),) * spread + offsets]
    return np.ascontiguousarray(whole[inner(windows)])


def _filter_gradient(x: Any, dy: Any, windows: Sequence[Window]) -> Any:
    if _plain(windows):
        return np.matmul(x.reshape(-1, x.shape[-1]).T, dy.reshape(-1, dy.shape[-1]))
    x = padded(x, windows)
    total = np.zeros((math.prod(w.kernel for w in windows) * x.shape[-1], dy.shape[-1]), x.dtype)
    for part in _chunks(x.shape[0], windows, x.shape[-1], x.itemsize):
        total += np.matmul(_columns(x[part], windows).T, dy[part].reshape(-1, dy.shape[-1]))
    return total


# -- dense convolutions --------------------------------------------------------------------------------------------


def _channels_last(x: Any, layout: Layout) -> Any:
    return np.ascontiguousarray(x if layout.to_channels_last is None else x.transpose(layout.to_channels_last))


def _restored(x: Any, layout: Layout) -> Any:
    return x if layout.from_channels_last is None else np.ascontiguousarray(x.transpose(layout.from_channels_last))


def _groups(channels: int, depth: int, out_depth: int) -> int:
    if depth == 0 or channels % depth or out_depth % (channels // depth):
        raise SpecError(
            f"Depth of input ({channels}) is not a multiple of input depth of filter ({depth}), or the number of "
            f"output channels ({out_depth}) is not a multiple of the number of groups."
        )
    return channels // depth


def _check_ranks(layout: Layout, *arrays: Any) -> None:
    for array in arrays:
        if array.ndim != layout.rank:
            raise SpecError(f"A convolution takes tensors of rank {layout.rank}, got shape {array.shape}.")


def _of_group(count: int, total: int, index: int) -> slice:
    size = total // count
    return slice(index * size, (index + 1) * size)


@add_with_narrow(KERNELS, ops.CONV_2D, ops.CONV_3D)
def conv(input: Any, filter: Any, **attrs: Any) -> Any:
    """Rows of windows times the filter."""
    layout = layout_of(attrs["data_format"])
    _check_ranks(layout, input, filter)
    x = _channels_last(input, layout)
    windows = windows_of(x.shape[1:-1], filter.shape[:-2], layout, attrs)
    depth, out_depth = filter.shape[-2:]
    groups = _groups(x.shape[-1], depth, out_depth)
    if groups == 1:
        return _restored(_forward(x, filter.reshape(-1, out_depth), windows), layout)
    parts = [
        _forward(
            np.ascontiguousarray(x[..., _of_group(groups, x.shape[-1], g)]),
            filter[..., _of_group(groups, out_depth, g)].reshape(-1, out_depth // groups),
            windows,
        )
        for g in range(groups)
    ]
    return _restored(np.concatenate(parts, axis=-1), layout)


def _check_gradient(dy: Any, batch: int, windows: Sequence[Window], channels: int) -> None:
    expected = (batch, *(w.out for w in windows), channels)
    if dy.shape != expected:
        raise SpecError(
            f"The gradient of the convolution's output has shape {dy.shape}, computed {expected} "
            "(channels last) from the other arguments."
        )


def _full_sizes(sizes: Any, filter: Any, dy: Any, layout: Layout) -> tuple[int, ...]:
    """The shape of the input: as given, or from spatial sizes alone."""
    listed = tuple(int(size) for size in sizes.reshape(-1))
    if len(listed) == layout.rank - 2:
        channels = filter.shape[-2]
        last = (dy.shape[0], *listed, channels)
        return last if layout.from_channels_last is None else (dy.shape[0], channels, *listed)
    if len(listed) != layout.rank:
        raise SpecError(f"input_sizes must have {layout.rank} or {layout.rank - 2} entries, got {listed}.")
    if any(size < 0 for size in listed):
        raise SpecError(f"input_sizes must not be negative, got {listed}.")
    return listed


@add_with_narrow(KERNELS, ops.CONV_2D_BACKPROP_INPUT)
def conv_backprop_input(input_sizes: Any, filter: Any, out_backprop: Any, **attrs: Any) -> Any:
    """The gradient of the input."""
    layout = layout_of(attrs["data_format"])
    _check_ranks(layout, filter, out_backprop)
    dy = _channels_last(out_backprop, layout)
    full = _full_sizes(input_sizes, filter, out_backprop, layout)
    spatial, channels = layout.pick(full), full[layout.channels]
    windows = windows_of(spatial, filter.shape[:-2], layout, attrs)
    depth, out_depth = filter.shape[-2:]
    groups = _groups(channels, depth, out_depth)
    _check_gradient(dy, full[0], windows, out_depth)
    parts = [
        _input_gradient(
            np.ascontiguousarray(dy[..., _of_group(groups, out_depth, g)]),
            filter[..., _of_group(groups, out_depth, g)].reshape(-1, out_depth // groups),
            windows,
            depth,
        )
        for g in range(groups)
    ]
    return _restored(parts[0] if groups == 1 else np.concatenate(parts, axis=-1), layout)


@add_with_narrow(KERNELS, ops.CONV_2D_BACKPROP_FILTER, ops.CONV_3D_BACKPROP_FILTER_V2)
def conv_backprop_filter(input: Any, filter_sizes: Any, out_backprop: Any, **attrs: Any) -> Any:
    """The gradient of the filter."""
    layout = layout_of(attrs["data_format"])
    _check_ranks(layout, input, out_backprop)
    x, dy = _channels_last(input, layout), _channels_last(out_backprop, layout)
    sizes = tuple(int(size) for size in filter_sizes)
    if len(sizes) != layout.rank:
        raise SpecError(f"filter_sizes must have {layout.rank} entries, got {sizes}.")
    windows = windows_of(x.shape[1:-1], sizes[:-2], layout, attrs)
    groups = _groups(x.shape[-1], sizes[-2], sizes[-1])
    _check_gradient(dy, x.shape[0], windows, sizes[-1])
    parts = [
        _filter_gradient(
            np.ascontiguousarray(x[..., _of_group(groups, x.shape[-1], g)]),
            np.ascontiguousarray(dy[..., _of_group(groups, sizes[-1], g)]),
            windows,
        ).reshape(*sizes[:-1], sizes[-1] // groups)
        for g in range(groups)
    ]
    return parts[0] if groups == 1 else np.concatenate(parts, axis=-1)


@add_with_narrow(KERNELS, ops.CONV_2D_BACKPROP_INPUT_V2)
def conv_backprop_input_v2(input: Any, filter: Any, out_backprop: Any, **attrs: Any) -> Any:
    """The gradient of the input; its shape comes from a tensor of that shape."""
    return conv_backprop_input(np.array(input.shape), filter, out_backprop, **attrs)


@add_with_narrow(KERNELS, ops.CONV_2D_BACKPROP_FILTER_V2)
def conv_backprop_filter_v2(input: Any, filter: Any, out_backprop: Any, **attrs: Any) -> Any:
    """The gradient of the filter; its shape comes from a tensor of that shape."""
    return conv_backprop_filter(input, np.array(filter.shape), out_backprop, **attrs)


# its first type attribute is that of the sizes, so kernels cannot be told apart by the elements' type
KERNELS.add(ops.CONV_3D_BACKPROP_INPUT_V2)(widened(conv_backprop_input))


@add_with_narrow(KERNELS, ops.CONV_3D_BACKPROP_INPUT)
def conv_3d_backprop_input(input: Any, filter: Any, out_backprop: Any, **attrs: Any) -> Any:
    """As ``conv_backprop_input_v2``, channels last."""
    return conv_backprop_input_v2(input, filter, out_backprop, data_format="NDHWC", **attrs)


@add_with_narrow(KERNELS, ops.CONV_3D_BACKPROP_FILTER)
def conv_3d_backprop_filter(input: Any, filter: Any, out_backprop: Any, **attrs: Any) -> Any:
    """As ``conv_backprop_filter_v2``, channels last."""
    return conv_backprop_filter_v2(input, filter, out_backprop, data_format="NDHWC", **attrs)


# -- depthwise convolutions ----------------------------------------------------------------------------------------


@add_with_narrow(KERNELS, ops.DEPTHWISE_CONV)
def depthwise(input: Any, filter: Any, **attrs: Any) -> Any:
    """A sum of products over the places of the window, each channel for itself."""
    layout = layout_of(attrs["data_format"])
    _check_ranks(layout, input, filter)
    x = _channels_last(input, layout)
    channels, multiplier = filter.shape[2:]
    if channels != x.shape[-1]:
        raise SpecError(f"The filter is for {channels} channels, the input has {x.shape[-1]}.")
    windows = windows_of(x.shape[1:-1], filter.shape[:-2], layout, attrs)
    x = padded(x, windows)
    result = np.zeros((x.shape[0], *(w.out for w in windows), channels, multiplier), x.dtype)
    for offsets, where in tap_slices(windows):
        result += x[where][..., None] * filter[offsets]
    return _restored(result.reshape(*result.shape[:-2], channels * multiplier), layout)


def _per_channel(dy: Any, channels: int, multiplier: int) -> Any:
    return dy.reshape(*dy.shape[:-1], channels, multiplier)


@add_with_narrow(KERNELS, ops.DEPTHWISE_CONV_BACKPROP_INPUT)
def depthwise_backprop_input(input_sizes: Any, filter: Any, out_backprop: Any, **attrs: Any) -> Any:
    """The gradient of the input."""
    layout = layout_of(attrs["data_format"])
    _check_ranks(layout, filter, out_backprop)
    channels, multiplier = filter.shape[2:]
    dy = _channels_last(out_backprop, layout)
    full = tuple(int(size) for size in input_sizes)
    windows = windows_of(layout.pick(full), filter.shape[:-2], layout, attrs)
    _check_gradient(dy, full[0], windows, channels * multiplier)
    dy = _per_channel(dy, channels, multiplier)
    whole = np.zeros((dy.shape[0], *(w.padded for w in windows), channels), dy.dtype)
    for offsets, where in tap_slices(windows):
        whole[where] += np.einsum("nhwcm,cm->nhwc", dy, filter[offsets])
    return _restored(np.ascontiguousarray(whole[inner(windows)]), layout)


@add_with_narrow(KERNELS, ops.DEPTHWISE_CONV_BACKPROP_FILTER)
def depthwise_backprop_filter(input: Any, filter_sizes: Any, out_backprop: Any, **attrs: Any) -> Any:
    """The gradient of the filter."""
    layout = layout_of(attrs["data_format"])
    _check_ranks(layout, input, out_backprop)
    sizes = tuple(int(size) for size in filter_sizes)
    x, dy = _channels_last(input, layout), _channels_last(out_backprop, layout)
    windows = windows_of(x.shape[1:-1], sizes[:-2], layout, attrs)
    _check_gradient(dy, x.shape[0], windows, sizes[2] * sizes[3])
    dy = _per_channel(dy, sizes[2], sizes[3])
    x = padded(x, windows)
    result = np.empty(sizes, x.dtype)
    for offsets, where in tap_slices(windows):
        result[offsets] = np.einsum("nhwc,nhwcm->cm", x[where], dy)
    return result

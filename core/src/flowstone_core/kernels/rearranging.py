"""Numpy kernels of ``flowstone_core.ops.rearranging``."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from flowstone_core.errors import SpecError
from flowstone_core.kernel import KernelSet
from flowstone_core.ops import rearranging as ops
from flowstone_core.shapes import TensorShape

KERNELS = KernelSet()

# -- padding -----------------------------------------------------------------------------------------------------


def _checked_pairs(x: Any, paddings: Any) -> list[list[int]]:
    if paddings.shape != (x.ndim, 2):
        raise SpecError(
            f"Pad: paddings must have shape ({x.ndim}, 2) for a tensor of shape {TensorShape(x.shape)}, got "
            f"{TensorShape(paddings.shape)}."
        )
    pairs: list[list[int]] = paddings.tolist()
    if any(amount < 0 for pair in pairs for amount in pair):
        raise SpecError(f"Pad: paddings must not be negative, got {pairs}.")
    return pairs


def padded(x: Any, pairs: list[list[int]], value: Any) -> Any:
    """``x`` in the middle of ``value``."""
    shape = [size + before + after for size, (before, after) in zip(x.shape, pairs, strict=True)]
    result = np.full(shape, value, x.dtype) if value else np.zeros(shape, x.dtype)
    result[tuple(slice(before, before + size) for size, (before, _) in zip(x.shape, pairs, strict=True))] = x
    return result


@KERNELS.add(ops.PAD)
def pad(x: Any, paddings: Any) -> Any:
    """Zeros around."""
    return padded(x, _checked_pairs(x, paddings), b"" if x.dtype == np.object_ else 0)


@KERNELS.add(ops.PAD_V2)
def pad_v2(x: Any, paddings: Any, constant_values: Any) -> Any:
    """A constant around."""
    if constant_values.ndim:
        raise ValueError  # the shape rule explains
    pairs = _checked_pairs(x, paddings)
    if x.dtype == np.object_:
        shape = [size + before + after for size, (before, after) in zip(x.shape, pairs, strict=True)]
        result = np.full(shape, constant_values[()], object)
        result[tuple(slice(before, before + size) for size, (before, _) in zip(x.shape, pairs, strict=True))] = x
        return result
    return padded(x, pairs, constant_values[()])


@KERNELS.add(ops.MIRROR_PAD)
def mirror_pad(x: Any, paddings: Any, *, mode: str) -> Any:
    """What is near each edge, mirrored."""
    pairs = _checked_pairs(x, paddings)
    ops.check_mirror(x.shape, pairs, mode)
    return np.pad(x, pairs, "reflect" if mode == "REFLECT" else "symmetric") if x.ndim else x


@KERNELS.add(ops.MIRROR_PAD_GRAD)
def mirror_pad_grad(dy: Any, paddings: Any, *, mode: str) -> Any:
    """The paddings folded back onto what they mirrored."""
    offset = 1 if mode == "REFLECT" else 0
    result = dy
    for axis, (before, after) in enumerate(_checked_pairs(dy, paddings)):
        moved = np.moveaxis(result, axis, 0)
        size = len(moved) - before - after
        if max(before, after) > size - offset:
            raise SpecError(f"MirrorPadGrad: paddings of dimension {axis} do not fit size {len(moved)}.")
        inner = np.array(moved[before : before + size])
        if before:
            inner[offset : offset + before] += moved[:before][::-1]
        if after:
            inner[size - offset - after : size - offset] += moved[before + size :][::-1]
        result = np.moveaxis(inner, 0, axis)
    return result


# -- order -------------------------------------------------------------------------------------------------------


@KERNELS.add(ops.REVERSE_V2)
def reverse(x: Any, axis: Any) -> Any:
    """A view with negative strides."""
    if axis.ndim != 1:
        raise ValueError  # the shape rule explains
    axes = axis.tolist()
    if any(not -x.ndim <= each < x.ndim for each in axes) or len({each % x.ndim for each in axes}) < len(axes):
        raise ValueError
    return np.flip(x, axes)


@KERNELS.add(ops.REVERSE_SEQUENCE)
def reverse_sequence(x: Any, seq_lengths: Any, *, seq_dim: int, batch_dim: int) -> Any:
    """Gather with an index that counts down within each sequence."""
    if seq_dim == batch_dim:
        raise SpecError(f"ReverseSequence: seq_dim and batch_dim must differ, both are {seq_dim}.")
    if not (0 <= seq_dim < x.ndim and 0 <= batch_dim < x.ndim):
        raise ValueError  # the shape rule explains
    if seq_lengths.shape != (x.shape[batch_dim],):
        raise ValueError
    size = x.shape[seq_dim]
    if seq_lengths.size and (seq_lengths.min() < 0 or seq_lengths.max() > size):
        raise SpecError(f"ReverseSequence: lengths must be in [0, {size}], got {seq_lengths.tolist()}.")
    places, lengths = np.arange(size), seq_lengths.reshape(-1, 1)
    index = np.where(places < lengths, lengths - 1 - places, places)
    shape = [1] * x.ndim
    shape[batch_dim], shape[seq_dim] = index.shape
    if batch_dim > seq_dim:
        index = index.T
    return np.take_along_axis(x, index.reshape(shape), seq_dim)


@KERNELS.add(ops.ROLL)
def roll(x: Any, shift: Any, axis: Any) -> Any:
    """``numpy.roll``; shifts along one dimension add up."""
    if not x.ndim or shift.ndim > 1 or shift.shape != axis.shape:
        raise ValueError  # the shape rule explains
    axes = axis.reshape(-1).tolist()
    for each in axes:
        if not -x.ndim <= each < x.ndim:
            raise SpecError(f"Roll: axis {each} is out of range for shape {TensorShape(x.shape)}.")
    return np.roll(x, shift.reshape(-1).tolist(), axes)


@KERNELS.add(ops.INVERT_PERMUTATION)
def invert_permutation(x: Any) -> Any:
    """``y[x[i]] = i``."""
    if x.ndim != 1:
        raise ValueError  # the shape rule explains
    if x.size and (x.min() < 0 or x.max() >= x.size):
        bad = x[(x < 0) | (x >= x.size)][0]
        raise SpecError(f"InvertPermutation: {bad} is not between 0 and {x.size}.")
    result = np.full(x.size, -1, x.dtype)
    result[x] = np.arange(x.size, dtype=x.dtype)
    if x.size and result.min() < 0:
        raise SpecError(f"InvertPermutation: an entry is duplicated in {x.tolist()}.")
    return result


# -- blocks of space -----------------------------------------------------------------------------------------------


def _blocks_and_amounts(x: Any, block_shape: Any, amounts: Any, what: str) -> tuple[list[int], list[list[int]]]:
    blocks: list[int] = block_shape.tolist()
    if min(blocks, default=1) < 1 or x.ndim < len(blocks) + 1 or amounts.shape != (len(blocks), 2):
        raise SpecError(
            f"{what}: shape {TensorShape(x.shape)} does not fit blocks {blocks} with paddings or crops of shape "
            f"{TensorShape(amounts.shape)}."
        )
    pairs: list[list[int]] = amounts.tolist()
    if any(amount < 0 for pair in pairs for amount in pair):
        raise SpecError(f"{what}: paddings and crops must not be negative, got {pairs}.")
    return blocks, pairs


@KERNELS.add(ops.SPACE_TO_BATCH_ND)
def space_to_batch_nd(x: Any, block_shape: Any, paddings: Any) -> Any:
    """Pad, split each spatial dimension in two, move the inner ones to the front."""
    blocks, pairs = _blocks_and_amounts(x, block_shape, paddings, "SpaceToBatchND")
    count = len(blocks)
    whole = padded(x, [[0, 0], *pairs, *[[0, 0]] * (x.ndim - count - 1)], b"" if x.dtype == np.object_ else 0)
    sizes = whole.shape[1 : count + 1]
    if any(size % block for size, block in zip(sizes, blocks, strict=True)):
        raise SpecError(f"SpaceToBatchND: padded sizes {list(sizes)} are not multiples of the blocks {blocks}.")
    rest = whole.shape[count + 1 :]
    split = [part for size, block in zip(sizes, blocks, strict=True) for part in (size // block, block)]
    parts = whole.reshape(len(x), *split, *rest)
    inner, outer = range(2, 2 * count + 1, 2), range(1, 2 * count, 2)
    order = (*inner, 0, *outer, *range(2 * count + 1, parts.ndim))
    batch = len(x) * math.prod(blocks)
    return parts.transpose(order).reshape(batch, *(s // b for s, b in zip(sizes, blocks, strict=True)), *rest)


@KERNELS.add(ops.BATCH_TO_SPACE_ND)
def batch_to_space_nd(x: Any, block_shape: Any, crops: Any) -> Any:
    """Split the batch, put its parts inside the spatial dimensions, crop."""
    blocks, pairs = _blocks_and_amounts(x, block_shape, crops, "BatchToSpaceND")
    count, total = len(blocks), math.prod(blocks)
    if len(x) % total:
        raise SpecError(f"BatchToSpaceND: the batch {len(x)} is not a multiple of the product of the blocks {total}.")
    sizes, rest = x.shape[1 : count + 1], x.shape[count + 1 :]
    parts = x.reshape(*blocks, len(x) // total, *sizes, *rest)
    spatial = [axis for i in range(count) for axis in (count + 1 + i, i)]
    order = (count, *spatial, *range(2 * count + 1, parts.ndim))
    grown = [size * block for size, block in zip(sizes, blocks, strict=True)]
    whole = parts.transpose(order).reshape(len(x) // total, *grown, *rest)
    if any(sum(pair) > size for size, pair in zip(grown, pairs, strict=True)):
        raise SpecError(f"BatchToSpaceND: crops {pairs} exceed the sizes {grown}.")
    inside = [slice(before, size - after) for size, (before, after) in zip(grown, pairs, strict=True)]
    return whole[(slice(None), *inside)]


@KERNELS.add(ops.SPACE_TO_BATCH)
def space_to_batch(x: Any, paddings: Any, *, block_size: int) -> Any:
    """Square blocks of images."""
    return space_to_batch_nd(x, np.array([block_size, block_size]), paddings)


@KERNELS.add(ops.BATCH_TO_SPACE)
def batch_to_space(x: Any, crops: Any, *, block_size: int) -> Any:
    """Square blocks of images."""
    return batch_to_space_nd(x, np.array([block_size, block_size]), crops)


def _image(x: Any, data_format: str, what: str) -> tuple[int, int, int, int]:
    if x.ndim != 4:
        raise ValueError  # the shape rule explains
    if data_format == "NHWC":
        return x.shape
    if data_format == "NCHW":
        return x.shape[0], x.shape[2], x.shape[3], x.shape[1]
    raise SpecError(f"{what}: the data format {data_format} is not supported, use NHWC or NCHW.")


@KERNELS.add(ops.SPACE_TO_DEPTH)
def space_to_depth(x: Any, *, block_size: int, data_format: str) -> Any:
    """Split both spatial dimensions; the places within a block come before the channels."""
    batch, height, width, depth = _image(x, data_format, "SpaceToDepth")
    b = block_size
    if height % b or width % b:
        raise ValueError  # the shape rule explains
    if data_format == "NHWC":
        parts = x.reshape(batch, height // b, b, width // b, b, depth).transpose(0, 1, 3, 2, 4, 5)
        return parts.reshape(batch, height // b, width // b, depth * b * b)
    parts = x.reshape(batch, depth, height // b, b, width // b, b).transpose(0, 3, 5, 1, 2, 4)
    return parts.reshape(batch, depth * b * b, height // b, width // b)


@KERNELS.add(ops.DEPTH_TO_SPACE)
def depth_to_space(x: Any, *, block_size: int, data_format: str) -> Any:
    """The inverse of ``space_to_depth``."""
    batch, height, width, depth = _image(x, data_format, "DepthToSpace")
    b = block_size
    if depth % (b * b):
        raise ValueError  # the shape rule explains
    depth //= b * b
    if data_format == "NHWC":
        parts = x.reshape(batch, height, width, b, b, depth).transpose(0, 1, 3, 2, 4, 5)
        return parts.reshape(batch, height * b, width * b, depth)
    parts = x.reshape(batch, b, b, depth, height, width).transpose(0, 3, 4, 1, 5, 2)
    return parts.reshape(batch, depth, height * b, width * b)

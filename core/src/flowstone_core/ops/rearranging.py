"""Moving elements around: pad, reverse, roll, and blocks of space to and from batch and depth."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from flowstone_core import infer
from flowstone_core.conversion import convert_to_tensor
from flowstone_core.dtypes import int32, string
from flowstone_core.errors import SpecError
from flowstone_core.op import Op
from flowstone_core.ops import math
from flowstone_core.ops.array import ANY, index_type
from flowstone_core.ops.joining import stack
from flowstone_core.shapes import TensorShape
from flowstone_core.spec import Spec
from flowstone_core.tensor import Tensor, TensorLike

# -- padding -----------------------------------------------------------------------------------------------------


def _pairs(paddings: Spec, rank: int | None, what: str) -> int | None:
    """The number of dimensions that ``paddings`` speaks of, checked against ``rank``."""
    rows, two = infer.with_rank(paddings, 2, f"{what}: paddings")
    if two not in (None, 2):
        raise SpecError(f"{what}: paddings must be a matrix with 2 columns, got shape {TensorShape(paddings.shape)}.")
    if None not in (rows, rank) and rows != rank:
        raise SpecError(
            f"{what}: paddings must have a row for each of the tensor's {rank} dimensions, got shape "
            f"{TensorShape(paddings.shape)}."
        )
    return rank if rows is None else rows


def partly_known_pairs(spec: Spec) -> list[list[int | None]] | None:
    """What is known of a matrix with two columns, as rows."""
    if spec.value is None or spec.shape is None or len(spec.shape) != 2:
        return None
    return [list(row) for row in spec.value]


def known_pairs(spec: Spec) -> list[list[int]] | None:
    """A matrix with two columns, as rows, if all of it is known."""
    pairs = partly_known_pairs(spec)
    if pairs is None or any(None in pair for pair in pairs):
        return None
    return [[int(amount or 0) for amount in pair] for pair in pairs]


def _infer_pad(x: Spec, paddings: Spec, *others: Spec, **attrs: Any) -> Spec:
    rank = _pairs(paddings, x.rank, "Pad")
    for value in others:
        if value.shape not in (None, ()):
            raise SpecError(f"Pad: constant_values must be a scalar, got shape {TensorShape(value.shape)}.")
    if rank is None:
        return Spec(None, x.dtype)
    sizes, pairs = x.shape or (None,) * rank, partly_known_pairs(paddings)
    if pairs is None:
        return Spec((None,) * rank, x.dtype)
    if any(amount is not None and amount < 0 for pair in pairs for amount in pair):
        raise SpecError(f"Pad: paddings must not be negative, got {pairs}.")
    widened = [[size, *pair] for size, pair in zip(sizes, pairs, strict=True)]
    return Spec(tuple(None if None in parts else sum(part or 0 for part in parts) for parts in widened), x.dtype)


def check_mirror(sizes: tuple[int | None, ...], pairs: list[list[int]], mode: str) -> None:
    """Check that there is enough to mirror."""
    for axis, (size, pair) in enumerate(zip(sizes, pairs, strict=True)):
        limit = None if size is None else size - 1 if mode == "REFLECT" else size
        if limit is not None and max(pair) > limit:
            raise SpecError(
                f"MirrorPad: paddings {pair} of dimension {axis} must not exceed {limit}: there is no more to mirror "
                f"in size {size} ({mode})."
            )


def _infer_mirror_grad(dy: Spec, paddings: Spec, *, mode: str) -> Spec:
    rank = _pairs(paddings, dy.rank, "MirrorPadGrad")
    pairs = known_pairs(paddings)
    if rank is None or dy.shape is None or pairs is None:
        return Spec(None if rank is None else (None,) * rank, dy.dtype)
    return Spec(
        tuple(None if size is None else size - sum(pair) for size, pair in zip(dy.shape, pairs, strict=True)), dy.dtype
    )


_PADDINGS = index_type("Tpaddings")
_MODES = "mode: {'REFLECT', 'SYMMETRIC'}"
PAD = Op("Pad", ("input: T", "paddings: Tpaddings"), ("output: T",), (ANY, _PADDINGS), infer=_infer_pad)
PAD_V2 = Op(
    "PadV2",
    ("input: T", "paddings: Tpaddings", "constant_values: T"),
    ("output: T",),
    (ANY, _PADDINGS),
    infer=_infer_pad,
)
MIRROR_PAD = Op(
    "MirrorPad", ("input: T", "paddings: Tpaddings"), ("output: T",), (ANY, _PADDINGS, _MODES), infer=_infer_pad
)
MIRROR_PAD_GRAD = Op(
    "MirrorPadGrad",
    ("input: T", "paddings: Tpaddings"),
    ("output: T",),
    (ANY, _PADDINGS, _MODES),
    infer=_infer_mirror_grad,
)


def pad(
    tensor: TensorLike,
    paddings: TensorLike,
    mode: str = "CONSTANT",
    constant_values: TensorLike = 0,
    name: str | None = None,
) -> Any:
    """``tensor`` with elements added before and after each dimension.

    >>> tf.pad([[1, 2]], [[0, 1], [1, 0]]).numpy()
    array([[0, 1, 2],
           [0, 0, 0]], dtype=int32)
    >>> tf.pad([1, 2, 3], [[2, 0]], "REFLECT").numpy()
    array([3, 2, 1, 2, 3], dtype=int32)

    Args:
        tensor: A tensor.
        paddings: How many elements before and after, ``[rank, 2]``.
        mode: ``"CONSTANT"``, or what to mirror at: the edge elements (``"REFLECT"``) or the edges
            (``"SYMMETRIC"``), which repeats the edge elements.
        constant_values: What to add in mode ``"CONSTANT"``.
        name: A name for the operation.

    Raises:
        ValueError: For another mode.
        tf.errors.InvalidArgumentError: If the paddings are negative or do not fit.
    """
    kind = mode.upper()
    if kind == "CONSTANT":
        if not isinstance(constant_values, Tensor) and np.ndim(constant_values) == 0 and not constant_values:
            x = convert_to_tensor(tensor)
            return PAD_V2(x, paddings, b"", name=name) if x.dtype is string else PAD(x, paddings, name=name)
        return PAD_V2(tensor, paddings, constant_values, name=name)
    if kind not in ("REFLECT", "SYMMETRIC"):
        raise ValueError(
            'Value of argument `mode` expected to be one of "CONSTANT", "REFLECT", or "SYMMETRIC". '
            f"Received `mode` = {kind}"
        )
    return MIRROR_PAD(tensor, paddings, mode=kind, name=name)


# -- order -------------------------------------------------------------------------------------------------------


def _infer_reverse(x: Spec, axis: Spec) -> Spec:
    infer.with_rank(axis, 1, "ReverseV2: axis")
    if x.shape is not None and isinstance(axis.value, tuple) and None not in axis.value:
        axes = [infer.axis_in(entry, len(x.shape), "ReverseV2: axis") for entry in axis.value if entry is not None]
        if len(set(axes)) < len(axes):
            raise SpecError(f"ReverseV2: an axis is specified more than once in {list(axis.value)}.")
    return Spec(x.shape, x.dtype)


def _infer_reverse_sequence(x: Spec, seq_lengths: Spec, *, seq_dim: int, batch_dim: int) -> Spec:
    (count,) = infer.with_rank(seq_lengths, 1, "ReverseSequence: seq_lengths")
    if x.shape is None:
        return Spec(None, x.dtype)
    rank = len(x.shape)
    for axis, what in ((seq_dim, "seq_dim"), (batch_dim, "batch_dim")):
        if not 0 <= axis < rank:
            raise SpecError(f"ReverseSequence: {what} must be in [0, {rank}), got {axis}.")
    if None not in (count, x.shape[batch_dim]) and count != x.shape[batch_dim]:
        raise SpecError(f"ReverseSequence: {count} lengths for a batch of {x.shape[batch_dim]}.")
    return Spec(x.shape, x.dtype)


def _infer_roll(x: Spec, shift: Spec, axis: Spec) -> Spec:
    if x.shape == ():
        raise SpecError("Roll: the input must have at least 1 dimension.")
    for spec, what in ((shift, "shift"), (axis, "axis")):
        if spec.shape is not None and len(spec.shape) > 1:
            raise SpecError(f"Roll: {what} must be a scalar or a vector, got shape {TensorShape(spec.shape)}.")
    infer.same_shape(shift, axis)
    return Spec(x.shape, x.dtype)


REVERSE_V2 = Op(
    "ReverseV2",
    ("tensor: T", "axis: Tidx"),
    ("output: T",),
    (
        index_type("Tidx"),
        "T: {uint8, int8, uint16, int16, int32, uint32, int64, uint64, bool, bfloat16, half, float, double, complex64, "
        "complex128, string}",
    ),
    infer=_infer_reverse,
)
REVERSE_SEQUENCE = Op(
    "ReverseSequence",
    ("input: T", "seq_lengths: Tlen"),
    ("output: T",),
    ("seq_dim: int", "batch_dim: int = 0", ANY, "Tlen: {int32, int64} = DT_INT64"),
    infer=_infer_reverse_sequence,
)
ROLL = Op(
    "Roll",
    ("input: T", "shift: Tshift", "axis: Taxis"),
    ("output: T",),
    (ANY, "Tshift: {int32, int64}", "Taxis: {int32, int64}"),
    infer=_infer_roll,
)
INVERT_PERMUTATION = Op(
    "InvertPermutation",
    ("x: T",),
    ("y: T",),
    (index_type("T"),),
    infer=lambda x: Spec(infer.with_rank(x, 1, "InvertPermutation: x"), x.dtype),
)


def reverse(tensor: TensorLike, axis: TensorLike, name: str | None = None) -> Any:
    """``tensor`` with the order of elements along the dimensions ``axis`` reversed.

    >>> tf.reverse([[1, 2, 3]], [1]).numpy()
    array([[3, 2, 1]], dtype=int32)

    Raises:
        tf.errors.InvalidArgumentError: If a dimension is out of range or named twice.
    """
    return REVERSE_V2(tensor, axis, name=name)


def reverse_sequence(
    input: TensorLike,
    seq_lengths: TensorLike,
    seq_axis: int | None = None,
    batch_axis: int | None = None,
    name: str | None = None,
) -> Any:
    """``input`` with the first ``seq_lengths[i]`` elements of each slice i of the batch reversed.

    >>> tf.reverse_sequence([[1, 2, 3], [4, 5, 6]], [2, 3], seq_axis=1).numpy()
    array([[2, 1, 3],
           [6, 5, 4]], dtype=int32)
    """
    return REVERSE_SEQUENCE(
        input, seq_lengths, seq_dim=seq_axis, batch_dim=0 if batch_axis is None else batch_axis, name=name
    )


def roll(input: TensorLike, shift: TensorLike, axis: TensorLike, name: str | None = None) -> Any:
    """``input`` with elements moved by ``shift`` along ``axis``; those pushed out come in at the other end.

    >>> tf.roll([1, 2, 3, 4], 1, 0).numpy()
    array([4, 1, 2, 3], dtype=int32)
    """
    return ROLL(input, shift, axis, name=name)


def invert_permutation(x: TensorLike, name: str | None = None) -> Tensor:
    """The permutation that undoes ``x``: ``y[x[i]] = i``.

    >>> tf.math.invert_permutation([2, 0, 1]).numpy()
    array([1, 2, 0], dtype=int32)

    Raises:
        tf.errors.InvalidArgumentError: If ``x`` is no permutation of ``0..n-1``.
    """
    result: Tensor = INVERT_PERMUTATION(x, name=name)
    return result


# -- blocks of space -----------------------------------------------------------------------------------------------


def _scaled(size: int | None, amount: int | None, block: int | None, up: bool, what: str) -> int | None:
    """A spatial size after padding (or before cropping), divided (or multiplied) by the block."""
    if None in (size, amount, block):
        return None
    if up:
        result = size * block - amount  # type: ignore[operator]
        if result < 0:
            raise SpecError(f"{what}: crops {amount} exceed the size {size * block}.")  # type: ignore[operator]
        return result
    if (size + amount) % block:  # type: ignore[operator]
        raise SpecError(f"{what}: padded size {size + amount} is not a multiple of the block {block}.")  # type: ignore[operator]
    return (size + amount) // block  # type: ignore[operator]


def _infer_blocks(x: Spec, blocks: tuple[int | None, ...] | None, amounts: Spec, up: bool, what: str) -> Spec:
    if blocks is not None and any(block is not None and block < 1 for block in blocks):
        raise SpecError(f"{what}: block sizes must be positive, got {list(blocks)}.")
    if blocks is None or x.shape is None:
        return Spec(None if x.shape is None else (None,) * len(x.shape), x.dtype)
    count = len(blocks)
    if len(x.shape) < count + 1:
        raise SpecError(f"{what}: shape {TensorShape(x.shape)} needs a batch and {count} spatial dimensions.")
    unknown: list[Any] = [[None, None]] * count
    pairs = known_pairs(amounts) or unknown
    if len(pairs) != count:
        raise SpecError(f"{what}: one row of paddings or crops for each of {count} block sizes is needed.")
    if any(amount is not None and amount < 0 for pair in pairs for amount in pair):
        raise SpecError(f"{what}: paddings and crops must not be negative, got {pairs}.")
    sizes = [
        _scaled(size, None if None in pair else sum(pair), block, up, what)
        for size, pair, block in zip(x.shape[1 : count + 1], pairs, blocks, strict=True)
    ]
    total, batch = infer.product(blocks), x.shape[0]
    if total is None or batch is None:
        batch = None
    elif not up:
        batch *= total
    elif batch % total:
        raise SpecError(f"{what}: the batch {batch} is not a multiple of the product of the blocks {total}.")
    else:
        batch //= total
    return Spec((batch, *sizes, *x.shape[count + 1 :]), x.dtype)


def _infer_nd(up: bool, what: str) -> Callable[..., Spec]:
    return lambda x, blocks, amounts: _infer_blocks(x, blocks.vector(), amounts, up, what)


def _infer_square(up: bool, what: str) -> Callable[..., Spec]:
    def rule(x: Spec, amounts: Spec, *, block_size: int) -> Spec:
        return _infer_blocks(Spec(infer.with_rank(x, 4, what), x.dtype), (block_size, block_size), amounts, up, what)

    return rule


SPACE_TO_BATCH_ND = Op(
    "SpaceToBatchND",
    ("input: T", "block_shape: Tblock_shape", "paddings: Tpaddings"),
    ("output: T",),
    (ANY, index_type("Tblock_shape"), _PADDINGS),
    infer=_infer_nd(False, "SpaceToBatchND"),
)
BATCH_TO_SPACE_ND = Op(
    "BatchToSpaceND",
    ("input: T", "block_shape: Tblock_shape", "crops: Tcrops"),
    ("output: T",),
    (ANY, index_type("Tblock_shape"), index_type("Tcrops")),
    infer=_infer_nd(True, "BatchToSpaceND"),
)
SPACE_TO_BATCH = Op(
    "SpaceToBatch",
    ("input: T", "paddings: Tpaddings"),
    ("output: T",),
    (ANY, _PADDINGS, "block_size: int >= 2"),
    infer=_infer_square(False, "SpaceToBatch"),
)
BATCH_TO_SPACE = Op(
    "BatchToSpace",
    ("input: T", "crops: Tidx"),
    ("output: T",),
    (ANY, "block_size: int >= 2", index_type("Tidx")),
    infer=_infer_square(True, "BatchToSpace"),
)


def _depth_rule(to_depth: bool) -> Callable[..., Spec]:
    what = "SpaceToDepth" if to_depth else "DepthToSpace"

    def rule(x: Spec, *, block_size: int, data_format: str) -> Spec:
        if block_size < 2:
            raise SpecError(f"{what}: the block size must be at least 2, got {block_size}.")
        batch, *rest = infer.with_rank(x, 4, what)
        channels_last = data_format == "NHWC"
        height, width, depth = rest if channels_last else (rest[1], rest[2], rest[0])
        if to_depth:
            height, width = (_divided(size, block_size, f"{what}: a spatial size") for size in (height, width))
            depth = None if depth is None else depth * block_size**2
        else:
            height, width = (None if size is None else size * block_size for size in (height, width))
            depth = _divided(depth, block_size**2, f"{what}: the depth")
        return Spec((batch, height, width, depth) if channels_last else (batch, depth, height, width), x.dtype)

    return rule


def _divided(size: int | None, by: int, what: str) -> int | None:
    if size is not None and size % by:
        raise SpecError(f"{what} {size} is not a multiple of {by}.")
    return None if size is None else size // by


_FORMATS = "data_format: {'NHWC', 'NCHW', 'NCHW_VECT_C'} = 'NHWC'"
SPACE_TO_DEPTH = Op(
    "SpaceToDepth", ("input: T",), ("output: T",), (ANY, "block_size: int >= 2", _FORMATS), infer=_depth_rule(True)
)
DEPTH_TO_SPACE = Op(
    "DepthToSpace", ("input: T",), ("output: T",), (ANY, "block_size: int >= 2", _FORMATS), infer=_depth_rule(False)
)


def space_to_batch_nd(
    input: TensorLike, block_shape: TensorLike, paddings: TensorLike, name: str | None = None
) -> Tensor:
    """Cut the (zero-padded) spatial dimensions into blocks and move the places within a block to the batch.

    >>> tf.space_to_batch_nd([[[1], [2], [3], [4]]], [2], [[0, 0]]).numpy().tolist()
    [[[1], [3]], [[2], [4]]]

    Args:
        input: ``[batch, spatial..., rest...]``.
        block_shape: The size of a block along each spatial dimension.
        paddings: Zeros before and after each spatial dimension, ``[spatial, 2]``.
        name: A name for the operation.

    Returns:
        A tensor of shape ``[batch * prod(block_shape), padded / block..., rest...]``.
    """
    result: Tensor = SPACE_TO_BATCH_ND(input, block_shape, paddings, name=name)
    return result


def space_to_batch(input: TensorLike, block_shape: TensorLike, paddings: TensorLike, name: str | None = None) -> Tensor:
    """Cut the (zero-padded) spatial dimensions into blocks and move the places within a block to the batch."""
    return space_to_batch_nd(input, block_shape, paddings, name)


def batch_to_space(input: TensorLike, block_shape: TensorLike, crops: TensorLike, name: str | None = None) -> Tensor:
    """Undo ``space_to_batch``: move parts of the batch into the spatial dimensions, then crop.

    >>> tf.batch_to_space([[[1], [3]], [[2], [4]]], [2], [[0, 0]]).numpy().tolist()
    [[[1], [2], [3], [4]]]
    """
    if type(block_shape) is int:
        block_shape = np.array([block_shape, block_shape], np.int64)
    result: Tensor = BATCH_TO_SPACE_ND(input, block_shape, crops, name=name)
    return result


def space_to_depth(input: TensorLike, block_size: int, data_format: str = "NHWC", name: str | None = None) -> Tensor:
    """Move each ``block_size`` by ``block_size`` block of an image into its depth.

    >>> tf.nn.space_to_depth(tf.reshape(tf.range(4), [1, 2, 2, 1]), 2).numpy().tolist()
    [[[[0, 1, 2, 3]]]]
    """
    result: Tensor = SPACE_TO_DEPTH(input, block_size=block_size, data_format=data_format, name=name)
    return result


def depth_to_space(input: TensorLike, block_size: int, data_format: str = "NHWC", name: str | None = None) -> Tensor:
    """Undo ``space_to_depth``: spread the depth over blocks of ``block_size`` by ``block_size``.

    >>> tf.nn.depth_to_space(tf.reshape(tf.range(4), [1, 1, 1, 4]), 2).numpy().tolist()
    [[[[0], [1]], [[2], [3]]]]
    """
    result: Tensor = DEPTH_TO_SPACE(input, block_size=block_size, data_format=data_format, name=name)
    return result


def required_space_to_batch_paddings(
    input_shape: TensorLike, block_shape: TensorLike, base_paddings: TensorLike = None, name: str | None = None
) -> tuple[Tensor, Tensor]:
    """The least paddings (and matching crops) that make spatial sizes multiples of the blocks.

    >>> paddings, crops = tf.required_space_to_batch_paddings([10, 11], [4, 3])
    >>> paddings.numpy().tolist(), crops.numpy().tolist()
    ([[0, 2], [0, 1]], [[0, 2], [0, 1]])

    Args:
        input_shape: The spatial sizes.
        block_shape: The block along each.
        base_paddings: Paddings that there must be at least, ``[spatial, 2]``.
        name: A name for the operation.
    """
    sizes, blocks = convert_to_tensor(input_shape, int32), convert_to_tensor(block_shape, int32)
    if base_paddings is None:
        before = after = math.multiply(sizes, 0)
    else:
        base = convert_to_tensor(base_paddings, int32)
        before, after = base[:, 0], base[:, 1]
    whole = math.add(math.add(sizes, before), after)
    extra = math.floormod(math.subtract(blocks, math.floormod(whole, blocks)), blocks)
    paddings = stack([before, math.add(after, extra)], 1)
    crops = stack([math.multiply(extra, 0), extra], 1)
    return paddings, crops

"""Moments, batch normalization and local response normalization."""

from __future__ import annotations

from typing import Any

from flowstone_core import infer
from flowstone_core.conversion import convert_eager, convert_to_tensor
from flowstone_core.dtypes import bfloat16, float16, float32
from flowstone_core.errors import SpecError
from flowstone_core.op import Op
from flowstone_core.ops import array
from flowstone_core.ops.cast import cast
from flowstone_core.ops.elementary import rsqrt
from flowstone_core.ops.gathering import gather
from flowstone_core.ops.math import (
    add,
    divide_no_nan,
    multiply,
    negative,
    reciprocal,
    square,
    squared_difference,
    subtract,
)
from flowstone_core.ops.reduce import reduce_mean, reduce_prod, reduce_sum
from flowstone_core.shapes import TensorShape
from flowstone_core.spec import Spec
from flowstone_core.tensor import Tensor, TensorLike
from flowstone_core.typelists import NUMBERS_AND_QUANTIZED

# -- moments -------------------------------------------------------------------------------------------------------


def moments(
    x: TensorLike, axes: Any, shift: Any = None, keepdims: bool = False, name: str | None = None
) -> tuple[Tensor, Tensor]:
    """The mean and the variance over dimensions (not Bessel's estimate).

    >>> mean, variance = tf.nn.moments(tf.constant([1., 3.]), axes=[0])
    >>> mean.numpy(), variance.numpy()
    (np.float32(2.0), np.float32(1.0))

    Args:
        x: A tensor; 16-bit floats are summed in float32.
        axes: The dimensions; None for all.
        shift: Not used.
        keepdims: Whether the dimensions stay, with size 1.
        name: A name for the mean in a graph.
    """
    y = convert_to_tensor(x)
    narrow = y.dtype if y.dtype in (float16, bfloat16) else None
    if narrow is not None:
        y = cast(y, float32)
    mean = reduce_mean(y, axes, keepdims=True, name=name)
    variance = reduce_mean(squared_difference(y, array.stop_gradient(mean)), axes, keepdims=True)
    if not keepdims:
        gone = _squeezable(y, axes)
        mean, variance = array.squeeze(mean, gone), array.squeeze(variance, gone)
    if narrow is not None:
        return cast(mean, narrow), cast(variance, narrow)
    return mean, variance


def _squeezable(x: Tensor, axes: Any) -> list[int] | None:
    if axes is None:
        return None
    listed = convert_eager(axes).numpy().reshape(-1).tolist() if not isinstance(axes, int) else [axes]
    rank = x.shape.rank
    return [int(axis) if rank is None else int(axis) % rank for axis in listed]


def sufficient_statistics(
    x: TensorLike, axes: Any, shift: Any = None, keepdims: bool = False, name: str | None = None
) -> tuple[Tensor, Tensor, Tensor, Any]:
    """What the mean and the variance follow from: the count, the sum and the sum of squares over dimensions.

    Args:
        x: A tensor.
        axes: The dimensions, a list of ints.
        shift: A value near the mean, which is subtracted first, or None.
        keepdims: Whether the dimensions stay, with size 1.
        name: A name for the sums in a graph.

    Returns:
        The count, the shifted sum, the shifted sum of squares, the shift (or None).
    """
    axes = list(dict.fromkeys(axes))
    x = convert_to_tensor(x)
    sizes = None if x.shape.rank is None else [x.shape[axis] for axis in axes]
    if sizes is not None and None not in sizes:
        count = 1
        for size in sizes:
            count *= size
        counts = convert_to_tensor(count, dtype=x.dtype)
    else:
        counts = cast(reduce_prod(gather(array.shape(x), axes)), x.dtype)
    if shift is not None:
        shift = convert_to_tensor(shift, dtype=x.dtype)
        sums, squares = subtract(x, shift), squared_difference(x, shift)
    else:
        sums, squares = x, square(x)
    return counts, reduce_sum(sums, axes, keepdims, name), reduce_sum(squares, axes, keepdims), shift


def normalize_moments(
    counts: TensorLike, mean_ss: TensorLike, variance_ss: TensorLike, shift: Any, name: str | None = None
) -> tuple[Tensor, Tensor]:
    """The mean and the variance from ``tf.nn.sufficient_statistics``."""
    inverse = reciprocal(convert_to_tensor(counts))
    shifted = multiply(mean_ss, inverse)
    mean = shifted if shift is None else add(shifted, shift)
    return mean, subtract(multiply(variance_ss, inverse), square(shifted), name=name)


def weighted_moments(
    x: TensorLike, axes: Any, frequency_weights: TensorLike, keepdims: bool = False, name: str | None = None
) -> tuple[Tensor, Tensor]:
    """The mean and the variance over dimensions, with each element counted as often as its weight says.

    Args:
        x: A tensor; 16-bit floats are summed in float32.
        axes: The dimensions.
        frequency_weights: Weights that broadcast with ``x``.
        keepdims: Whether the dimensions stay, with size 1.
        name: A name for the result in a graph.
    """
    x = convert_to_tensor(x)
    weights = convert_to_tensor(frequency_weights)
    narrow = x.dtype if x.dtype in (float16, bfloat16) else None
    if narrow is not None:
        x = cast(x, float32)
    if weights.dtype is not x.dtype:
        weights = cast(weights, x.dtype)
    weighted = reduce_sum(multiply(weights, x), axes, keepdims=True)
    ones = add(multiply(x, convert_to_tensor(0, dtype=x.dtype)), convert_to_tensor(1, dtype=x.dtype))
    total = reduce_sum(multiply(weights, ones), axes, keepdims=True)
    mean = divide_no_nan(weighted, total)
    squares = reduce_sum(multiply(weights, squared_difference(x, mean)), axes, keepdims=True)
    variance = divide_no_nan(squares, total)
    if not keepdims:
        gone = _squeezable(x, axes)
        mean, variance = array.squeeze(mean, gone), array.squeeze(variance, gone)
    if narrow is not None:
        return cast(mean, narrow), cast(variance, narrow)
    return mean, variance


# -- batch normalization -------------------------------------------------------------------------------------------


def batch_normalization(
    x: TensorLike,
    mean: TensorLike,
    variance: TensorLike,
    offset: Any,
    scale: Any,
    variance_epsilon: Any,
    name: str | None = None,
) -> Tensor:
    """``scale · (x - mean) / sqrt(variance + epsilon) + offset``; all broadcast with ``x``.

    Args:
        x: A tensor.
        mean: The mean.
        variance: The variance.
        offset: What is added (β), or None.
        scale: What is multiplied with (γ), or None.
        variance_epsilon: A small number that is added to the variance.
        name: A name for the result in a graph.
    """
    x = convert_to_tensor(x)
    variance = convert_to_tensor(variance)
    inverse = rsqrt(add(variance, convert_to_tensor(variance_epsilon, dtype=variance.dtype)))
    if scale is not None:
        inverse = multiply(inverse, scale)
    shift = negative(multiply(mean, inverse)) if offset is None else subtract(offset, multiply(mean, inverse))
    return add(multiply(x, cast(inverse, x.dtype)), cast(shift, x.dtype), name=name)


def batch_norm_with_global_normalization(
    input: TensorLike,
    mean: TensorLike,
    variance: TensorLike,
    beta: TensorLike,
    gamma: TensorLike,
    variance_epsilon: float,
    scale_after_normalization: bool,
    name: str | None = None,
) -> Tensor:
    """``tf.nn.batch_normalization`` with ``gamma`` used only if ``scale_after_normalization``."""
    scale = gamma if scale_after_normalization else None
    return batch_normalization(input, mean, variance, beta, scale, variance_epsilon, name)


def channel_axis(data_format: str, rank: int) -> int:
    """The dimension of channels."""
    return 1 if data_format.startswith("NC") else rank - 1


def _fused_shapes(x: Spec, data_format: str, per_channel: tuple[Spec, ...]) -> tuple[Any, int | None]:
    rank = len(data_format)
    sizes = infer.with_rank(x, rank, f"FusedBatchNorm ({data_format}): x")
    axis = channel_axis(data_format, rank)
    channels = sizes[axis]
    for spec in per_channel:
        (size,) = infer.with_rank(spec, 1, "FusedBatchNorm: a value for each channel")
        if size and channels is not None and size != channels:
            raise SpecError(f"FusedBatchNorm: {size} values do not fit {channels} channels of {TensorShape(sizes)}.")
        channels = size if channels is None and size else channels
    return (*sizes[:axis], channels, *sizes[axis + 1 :]), channels


def _infer_fused(
    x: Spec, scale: Spec, offset: Spec, mean: Spec, variance: Spec, *, data_format: str, **attrs: Any
) -> tuple[Spec, ...]:
    shape, channels = _fused_shapes(x, data_format, (scale, offset, mean, variance))
    each = Spec((channels,), scale.dtype)
    return Spec(shape, x.dtype), each, each, each, each


def _infer_fused_v3(*specs: Spec, **attrs: Any) -> tuple[Spec, ...]:
    found = _infer_fused(*specs, **attrs)
    return (*found, Spec(None, found[1].dtype))


def _infer_fused_grad(
    y_backprop: Spec, x: Spec, scale: Spec, *reserves: Spec, data_format: str, **attrs: Any
) -> tuple[Spec, ...]:
    infer.same_shape(y_backprop, x)
    shape, channels = _fused_shapes(x, data_format, (scale,))
    each = Spec((channels,), reserves[0].dtype)
    rest = Spec((), reserves[0].dtype)
    return Spec(shape, x.dtype), each, each, rest, rest


_EPSILON = "epsilon: float = 9.999999747378752e-05"
_AVERAGE = "exponential_avg_factor: float = 1.0"
_FORMAT_2D = "data_format: {'NHWC', 'NCHW'} = 'NHWC'"
_FORMAT = "data_format: {'NHWC', 'NCHW', 'NDHWC', 'NCDHW'} = 'NHWC'"
_TRAINING = "is_training: bool = true"
_NARROW_OR_FLOAT = "T: {half, bfloat16, float}"


def _inputs(kind: str) -> tuple[str, ...]:
    return ("x: T", f"scale: {kind}", f"offset: {kind}", f"mean: {kind}", f"variance: {kind}")


def _outputs(kind: str, reserves: int) -> tuple[str, ...]:
    named = ("y: T", f"batch_mean: {kind}", f"batch_variance: {kind}")
    return named + tuple(f"reserve_space_{i + 1}: {kind}" for i in range(reserves))


def _grad_outputs(kind: str, first: int) -> tuple[str, ...]:
    named = ("x_backprop: T", f"scale_backprop: {kind}", f"offset_backprop: {kind}")
    return (*named, f"reserve_space_{first}: {kind}", f"reserve_space_{first + 1}: {kind}")


FUSED_BATCH_NORM = Op(
    "FusedBatchNorm",
    _inputs("T"),
    _outputs("T", 2),
    ("T: {float}", _EPSILON, _AVERAGE, _FORMAT_2D, _TRAINING),
    infer=_infer_fused,
)
FUSED_BATCH_NORM_V2 = Op(
    "FusedBatchNormV2",
    _inputs("U"),
    _outputs("U", 2),
    (_NARROW_OR_FLOAT, "U: {float}", _EPSILON, _AVERAGE, _FORMAT_2D, _TRAINING),
    infer=_infer_fused,
)
FUSED_BATCH_NORM_V3 = Op(
    "FusedBatchNormV3",
    _inputs("U"),
    _outputs("U", 3),
    (_NARROW_OR_FLOAT, "U: {bfloat16, float}", _EPSILON, _AVERAGE, _FORMAT, _TRAINING),
    infer=_infer_fused_v3,
)
FUSED_BATCH_NORM_GRAD = Op(
    "FusedBatchNormGrad",
    ("y_backprop: T", "x: T", "scale: T", "reserve_space_1: T", "reserve_space_2: T"),
    _grad_outputs("T", 3),
    ("T: {float}", _EPSILON, _FORMAT_2D, _TRAINING),
    infer=_infer_fused_grad,
)
FUSED_BATCH_NORM_GRAD_V2 = Op(
    "FusedBatchNormGradV2",
    ("y_backprop: T", "x: T", "scale: float", "reserve_space_1: U", "reserve_space_2: U"),
    _grad_outputs("U", 3),
    (_NARROW_OR_FLOAT, "U: {float}", _EPSILON, _FORMAT_2D, _TRAINING),
    infer=_infer_fused_grad,
)
FUSED_BATCH_NORM_GRAD_V3 = Op(
    "FusedBatchNormGradV3",
    ("y_backprop: T", "x: T", "scale: float", "reserve_space_1: U", "reserve_space_2: U", "reserve_space_3: U"),
    _grad_outputs("U", 4),
    (_NARROW_OR_FLOAT, "U: {float}", _EPSILON, _FORMAT, _TRAINING),
    infer=_infer_fused_grad,
)
BATCH_NORM_GLOBAL = Op(
    "BatchNormWithGlobalNormalization",
    ("t: T", "m: T", "v: T", "beta: T", "gamma: T"),
    ("result: T",),
    (NUMBERS_AND_QUANTIZED, "variance_epsilon: float", "scale_after_normalization: bool"),
    infer=infer.unchanged,
)


# -- local response normalization ----------------------------------------------------------------------------------

_LRN_ATTRS = (
    "depth_radius: int = 5",
    "bias: float = 1.0",
    "alpha: float = 1.0",
    "beta: float = 0.5",
    "T: {half, bfloat16, float} = DT_FLOAT",
)


def _infer_lrn(*specs: Spec, **attrs: Any) -> Spec:
    known = [Spec(infer.with_rank(spec, 4, "LRN: the input"), spec.dtype) for spec in specs]
    return Spec(infer.same_shape(*known), specs[0].dtype)


LRN = Op("LRN", ("input: T",), ("output: T",), _LRN_ATTRS, infer=_infer_lrn)
LRN_GRAD = Op(
    "LRNGrad",
    ("input_grads: T", "input_image: T", "output_image: T"),
    ("output: T",),
    _LRN_ATTRS,
    infer=_infer_lrn,
)


def local_response_normalization(
    input: TensorLike,
    depth_radius: int = 5,
    bias: float = 1,
    alpha: float = 1,
    beta: float = 0.5,
    name: str | None = None,
) -> Tensor:
    """``x / (bias + alpha · Σ x²)^beta``, with the sum over neighbouring channels.

    See Krizhevsky et al., ImageNet Classification with Deep Convolutional Neural Networks, 2012.

    Args:
        input: A tensor of shape ``[batch, height, width, channels]``.
        depth_radius: How many channels on each side count as neighbours.
        bias: What is added to the sum.
        alpha: What the sum is multiplied with.
        beta: The exponent.
        name: A name for the op in a graph.
    """
    return LRN(input, depth_radius=depth_radius, bias=bias, alpha=alpha, beta=beta, name=name)

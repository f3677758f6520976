"""Convolutions: the ops, and the functions for one, two and three dimensions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flowstone_core import infer
from flowstone_core.errors import SpecError
from flowstone_core.op import Op
from flowstone_core.shapes import TensorShape
from flowstone_core.spec import Spec
from flowstone_core.windows import layout_of, window_count

# -- shape rules ---------------------------------------------------------------------------------------------------

Sizes = tuple[int | None, ...]


def explicit_pairs(explicit_paddings: Sequence[int], rank: int, padding: str) -> list[tuple[int, int]]:
    """The paddings of each dimension.

    Raises:
        SpecError: If there are not two for each dimension of an explicitly padded tensor.
    """
    if padding != "EXPLICIT":
        return [(0, 0)] * rank
    if len(explicit_paddings) != 2 * rank:
        raise SpecError(f"Explicit paddings need {2 * rank} numbers, got {list(explicit_paddings)}.")
    return [(explicit_paddings[2 * i], explicit_paddings[2 * i + 1]) for i in range(rank)]


def _check_per_dimension(values: Sequence[int], rank: int, channels: int, what: str) -> None:
    if len(values) != rank:
        raise SpecError(f"{what} must have {rank} entries, got {list(values)}.")
    if values[0] != 1 or values[channels] != 1:
        raise SpecError(f"{what} along the batch and the channels must be 1, got {list(values)}.")


def _spatial_sizes(sizes: Sizes, kernels: Sizes, **attrs: Any) -> list[int | None]:
    layout = layout_of(attrs["data_format"])
    strides, dilations = attrs["strides"], attrs["dilations"]
    _check_per_dimension(strides, layout.rank, layout.channels, "Strides")
    _check_per_dimension(dilations, layout.rank, layout.channels, "Dilations")
    pads = explicit_pairs(attrs.get("explicit_paddings", ()), layout.rank, attrs["padding"])
    return [
        window_count(sizes[axis], kernels[i], strides[axis], dilations[axis], attrs["padding"], pads[axis])
        for i, axis in enumerate(layout.spatial)
    ]


def _placed(batch: int | None, spatial: Sequence[int | None], channels: int | None, data_format: str) -> Sizes:
    return (batch, channels, *spatial) if data_format.startswith("NC") else (batch, *spatial, channels)


def infer_conv(input: Spec, filter: Spec, *, data_format: str, **attrs: Any) -> Spec:
    """``[n, ..., c] * [..., c / groups, k] → [n, ..., k]``."""
    layout = layout_of(data_format)
    sizes = infer.with_rank(input, layout.rank, "Convolution: the input")
    kernels = infer.with_rank(filter, layout.rank, "Convolution: the filter")
    channels, depth = sizes[layout.channels], kernels[-2]
    if channels is not None and depth is not None and (depth == 0 or channels % depth):
        raise SpecError(
            f"Depth of input ({channels}) is not a multiple of input depth of filter ({depth}): "
            f"input {TensorShape(sizes)} ({data_format}), filter {TensorShape(kernels)}."
        )
    if channels and depth and kernels[-1] is not None and kernels[-1] % (channels // depth):
        raise SpecError(
            f"Depth of output ({kernels[-1]}) is not a multiple of the number of groups ({channels // depth}): "
            f"input {TensorShape(sizes)} ({data_format}), filter {TensorShape(kernels)}."
        )
    spatial = _spatial_sizes(sizes, kernels, data_format=data_format, **attrs)
    return Spec(_placed(sizes[0], spatial, kernels[-1], data_format), input.dtype)


def infer_depthwise(input: Spec, filter: Spec, *, data_format: str, **attrs: Any) -> Spec:
    """``[n, h, w, c] * [h, w, c, m] → [n, h, w, c · m]``."""
    layout = layout_of(data_format)
    sizes = infer.with_rank(input, 4, "Depthwise convolution: the input")
    kernels = infer.with_rank(filter, 4, "Depthwise convolution: the filter")
    channels, depth = sizes[layout.channels], kernels[2]
    if channels is not None and depth is not None and channels != depth:
        raise SpecError(f"Depthwise convolution: the filter is for {depth} channels, the input has {channels}.")
    spatial = _spatial_sizes(sizes, kernels, data_format=data_format, **attrs)
    known = depth if channels is None else channels
    out = None if known is None or kernels[3] is None else known * kernels[3]
    return Spec(_placed(sizes[0], spatial, out, data_format), input.dtype)


def _known_shape(sizes: Spec, rank: int) -> Sizes:
    vector = sizes.vector()
    if vector is None or len(vector) != rank:
        return (None,) * rank
    return tuple(None if size is None or size < 0 else size for size in vector)


def _infer_backprop_input(input_sizes: Spec, filter: Spec, out_backprop: Spec, **attrs: Any) -> Spec:
    layout = layout_of(attrs["data_format"])
    dy = infer.with_rank(out_backprop, layout.rank, "Gradient of a convolution: out_backprop")
    kernels = infer.with_rank(filter, layout.rank, "Gradient of a convolution: the filter")
    vector = input_sizes.vector()
    if vector is not None and len(vector) == layout.rank - 2 and vector:
        return Spec(_placed(dy[0], vector, kernels[2], attrs["data_format"]), out_backprop.dtype)
    return Spec(_known_shape(input_sizes, layout.rank), out_backprop.dtype)


def _infer_backprop_input_2d(input_sizes: Spec, filter: Spec, out_backprop: Spec, **attrs: Any) -> Spec:
    """The batch is that of the gradient, which is known more often."""
    found = _infer_backprop_input(input_sizes, filter, out_backprop, **attrs)
    batch = None if out_backprop.shape is None else out_backprop.shape[0]
    return Spec((batch, *(found.shape or ())[1:]), found.dtype)


def _infer_backprop_filter(input: Spec, filter_sizes: Spec, out_backprop: Spec, **attrs: Any) -> Spec:
    rank = layout_of(attrs["data_format"]).rank
    infer.with_rank(input, rank, "Gradient of a convolution: the input")
    infer.with_rank(out_backprop, rank, "Gradient of a convolution: out_backprop")
    return Spec(_known_shape(filter_sizes, rank), input.dtype)


def _infer_like_input(input: Spec, filter: Spec, out_backprop: Spec, **attrs: Any) -> Spec:
    return Spec(input.shape, input.dtype)


def _infer_like_filter(input: Spec, filter: Spec, out_backprop: Spec, **attrs: Any) -> Spec:
    return Spec(filter.shape, filter.dtype)


# -- the ops -------------------------------------------------------------------------------------------------------

_FLOATS = "T: {half, bfloat16, float, double}"
_FLOATS_INT32 = "T: {half, bfloat16, float, double, int32}"
_PADDING = "padding: {'SAME', 'VALID', 'EXPLICIT'}"
_PADDING_3D = "padding: {'SAME', 'VALID'}"
_EXPLICIT = "explicit_paddings: list(int) = []"
_FORMAT = "data_format: {'NHWC', 'NCHW'} = 'NHWC'"
_FORMAT_3D = "data_format: {'NDHWC', 'NCDHW'} = 'NDHWC'"
_DILATIONS = "dilations: list(int) = [1, 1, 1, 1]"
_DILATIONS_3D = "dilations: list(int) = [1, 1, 1, 1, 1]"
_2D = ("strides: list(int)", "use_cudnn_on_gpu: bool = true", _PADDING, _EXPLICIT, _FORMAT, _DILATIONS)
_DEPTHWISE = ("strides: list(int)", _PADDING, _EXPLICIT, _FORMAT, _DILATIONS)
_3D = ("strides: list(int) >= 5", _PADDING_3D, _FORMAT_3D, _DILATIONS_3D)
_3D_OLD = ("T: {half, float, double}", "strides: list(int) >= 5", _PADDING_3D, _DILATIONS_3D)

_FORWARD = ("input: T", "filter: T")
_INPUT_GRAD = ("input_sizes: int32", "filter: T", "out_backprop: T")
_FILTER_GRAD = ("input: T", "filter_sizes: int32", "out_backprop: T")
_BOTH_GRAD = ("input: T", "filter: T", "out_backprop: T")
_OUT = ("output: T",)

CONV_2D = Op("Conv2D", _FORWARD, _OUT, (_FLOATS_INT32, *_2D), infer=infer_conv)
CONV_2D_BACKPROP_INPUT = Op(
    "Conv2DBackpropInput", _INPUT_GRAD, _OUT, (_FLOATS_INT32, *_2D), infer=_infer_backprop_input_2d
)
CONV_2D_BACKPROP_FILTER = Op("Conv2DBackpropFilter", _FILTER_GRAD, _OUT, (_FLOATS, *_2D), infer=_infer_backprop_filter)
CONV_2D_BACKPROP_INPUT_V2 = Op(
    "Conv2DBackpropInputV2", _BOTH_GRAD, _OUT, (_FLOATS_INT32, *_2D), infer=_infer_like_input
)
CONV_2D_BACKPROP_FILTER_V2 = Op("Conv2DBackpropFilterV2", _BOTH_GRAD, _OUT, (_FLOATS, *_2D), infer=_infer_like_filter)
DEPTHWISE_CONV = Op("DepthwiseConv2dNative", _FORWARD, _OUT, (_FLOATS, *_DEPTHWISE), infer=infer_depthwise)
DEPTHWISE_CONV_BACKPROP_INPUT = Op(
    "DepthwiseConv2dNativeBackpropInput", _INPUT_GRAD, _OUT, (_FLOATS, *_DEPTHWISE), infer=_infer_backprop_input
)
DEPTHWISE_CONV_BACKPROP_FILTER = Op(
    "DepthwiseConv2dNativeBackpropFilter", _FILTER_GRAD, _OUT, (_FLOATS, *_DEPTHWISE), infer=_infer_backprop_filter
)
CONV_3D = Op("Conv3D", _FORWARD, _OUT, (_FLOATS, *_3D), infer=infer_conv)
CONV_3D_BACKPROP_INPUT_V2 = Op(
    "Conv3DBackpropInputV2",
    ("input_sizes: Tshape", "filter: T", "out_backprop: T"),
    _OUT,
    (_FLOATS, *_3D, "Tshape: {int32, int64} = DT_INT32"),
    infer=_infer_backprop_input,
)
CONV_3D_BACKPROP_FILTER_V2 = Op(
    "Conv3DBackpropFilterV2", _FILTER_GRAD, _OUT, (_FLOATS, *_3D), infer=_infer_backprop_filter
)
CONV_3D_BACKPROP_INPUT = Op("Conv3DBackpropInput", _BOTH_GRAD, _OUT, _3D_OLD, infer=_infer_like_input)
CONV_3D_BACKPROP_FILTER = Op("Conv3DBackpropFilter", _BOTH_GRAD, _OUT, _3D_OLD, infer=_infer_like_filter)

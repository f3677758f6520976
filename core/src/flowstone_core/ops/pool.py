"""Pooling: the largest or the mean element of windows; morphological dilation."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from flowstone_core import infer
from flowstone_core.conversion import convert_to_tensor
from flowstone_core.dtypes import DType, as_dtype, int64
from flowstone_core.errors import SpecError
from flowstone_core.op import Op
from flowstone_core.ops import array
from flowstone_core.ops.conv import explicit_pairs
from flowstone_core.ops.convolution import padding_of, per_dimension
from flowstone_core.ops.math import negative
from flowstone_core.shapes import Dims
from flowstone_core.spec import Spec
from flowstone_core.tensor import Tensor, TensorLike
from flowstone_core.typelists import REALS
from flowstone_core.windows import layout_of, window_count

# -- shape rules ---------------------------------------------------------------------------------------------------


def pooled_shape(
    x: Spec,
    ksize: Sequence[int],
    strides: Sequence[int],
    padding: str,
    explicit_paddings: Sequence[int] = (),
) -> tuple[int | None, ...]:
    """How many windows there are along each dimension."""
    rank = len(ksize)
    sizes = infer.with_rank(x, rank, "Pooling: the input")
    if len(strides) != rank:
        raise SpecError(f"Pooling strides must have {rank} entries, got {list(strides)}.")
    pads = explicit_pairs(explicit_paddings, rank, padding)
    return tuple(
        window_count(size, kernel, stride, 1, padding, pad)
        for size, kernel, stride, pad in zip(sizes, ksize, strides, pads, strict=True)
    )


def _infer_pool(x: Spec, *, ksize: Any, strides: Any, padding: str, explicit_paddings: Any = (), **attrs: Any) -> Spec:
    return Spec(pooled_shape(x, ksize, strides, padding, explicit_paddings), x.dtype)


def _infer_like_input(orig_input: Spec, *others: Spec, **attrs: Any) -> Spec:
    return Spec(orig_input.shape, others[-1].dtype if len(others) == 2 else orig_input.dtype)


def _infer_like_output(orig_input: Spec, orig_output: Spec, grad: Spec, **attrs: Any) -> Spec:
    return Spec(orig_output.shape, grad.dtype)


def _infer_avg_grad(orig_input_shape: Spec, grad: Spec, *, ksize: Any, **attrs: Any) -> Spec:
    vector = orig_input_shape.vector()
    shape: Dims = (None,) * len(ksize) if vector is None else tuple(vector)
    return Spec(shape, grad.dtype)


def _infer_pool_v2(x: Spec, ksize: Spec, strides: Spec, *, padding: str, data_format: str) -> Spec:
    kernel, step = ksize.vector(), strides.vector()
    if kernel is None or step is None or None in kernel or None in step:
        return Spec((None,) * len(data_format), x.dtype)
    return Spec(pooled_shape(x, [k or 0 for k in kernel], [s or 0 for s in step], padding), x.dtype)


def _infer_argmax(x: Spec, *, ksize: Any, strides: Any, Targmax: DType, padding: str, **attrs: Any) -> Any:
    shape = pooled_shape(x, ksize, strides, padding)
    return Spec(shape, x.dtype), Spec(shape, Targmax)


# -- the ops -------------------------------------------------------------------------------------------------------

_PADDING = "padding: {'SAME', 'VALID'}"
_PADDING_EXPLICIT = ("padding: {'SAME', 'VALID', 'EXPLICIT'}", "explicit_paddings: list(int) = []")
_FORMAT = "data_format: {'NHWC', 'NCHW'} = 'NHWC'"
_FORMAT_VECT = "data_format: {'NHWC', 'NCHW', 'NCHW_VECT_C'} = 'NHWC'"
_FORMAT_3D = "data_format: {'NDHWC', 'NCDHW'} = 'NDHWC'"
_WINDOW = ("ksize: list(int) >= 4", "strides: list(int) >= 4")
_WINDOW_3D = ("ksize: list(int) >= 5", "strides: list(int) >= 5")
_FLOATS = "T: {half, bfloat16, float, double}"
_POOL_TYPES = "T: {half, bfloat16, float, double, int32, int64, uint8, int16, int8, uint16, qint8} = DT_FLOAT"
_OUT = ("output: T",)
_GRAD = ("orig_input: T", "orig_output: T", "grad: T")

MAX_POOL = Op(
    "MaxPool", ("input: T",), _OUT, (_POOL_TYPES, *_WINDOW, *_PADDING_EXPLICIT, _FORMAT_VECT), infer=_infer_pool
)
MAX_POOL_GRAD = Op(
    "MaxPoolGrad",
    _GRAD,
    _OUT,
    (*_WINDOW, *_PADDING_EXPLICIT, _FORMAT, f"{REALS} = DT_FLOAT"),
    infer=_infer_like_input,
)
MAX_POOL_GRAD_GRAD = Op("MaxPoolGradGrad", _GRAD, _OUT, (*_WINDOW, _PADDING, _FORMAT, REALS), infer=_infer_like_output)
MAX_POOL_V2 = Op(
    "MaxPoolV2",
    ("input: T", "ksize: int32", "strides: int32"),
    _OUT,
    (_POOL_TYPES, _PADDING, _FORMAT_VECT),
    infer=_infer_pool_v2,
)
MAX_POOL_GRAD_V2 = Op(
    "MaxPoolGradV2",
    (*_GRAD, "ksize: int32", "strides: int32"),
    _OUT,
    (_PADDING, _FORMAT, f"{REALS} = DT_FLOAT"),
    infer=lambda orig_input, orig_output, grad, ksize, strides, **attrs: Spec(orig_input.shape, grad.dtype),
)
AVG_POOL = Op("AvgPool", ("value: T",), _OUT, (*_WINDOW, _PADDING, _FORMAT, _FLOATS), infer=_infer_pool)
AVG_POOL_GRAD = Op(
    "AvgPoolGrad",
    ("orig_input_shape: int32", "grad: T"),
    _OUT,
    (*_WINDOW, _PADDING, _FORMAT, _FLOATS),
    infer=_infer_avg_grad,
)
MAX_POOL_3D = Op(
    "MaxPool3D",
    ("input: T",),
    _OUT,
    (*_WINDOW_3D, _PADDING, _FORMAT_3D, "T: {half, bfloat16, float}"),
    infer=_infer_pool,
)
MAX_POOL_3D_GRAD = Op(
    "MaxPool3DGrad",
    ("orig_input: TInput", "orig_output: TInput", "grad: T"),
    _OUT,
    (
        *_WINDOW_3D,
        _PADDING,
        _FORMAT_3D,
        "T: {half, bfloat16, float} = DT_FLOAT",
        "TInput: {half, bfloat16, float} = DT_FLOAT",
    ),
    infer=_infer_like_input,
)
MAX_POOL_3D_GRAD_GRAD = Op(
    "MaxPool3DGradGrad", _GRAD, _OUT, (*_WINDOW_3D, _PADDING, _FORMAT_3D, REALS), infer=_infer_like_output
)
AVG_POOL_3D = Op("AvgPool3D", ("input: T",), _OUT, (*_WINDOW_3D, _PADDING, _FORMAT_3D, _FLOATS), infer=_infer_pool)
AVG_POOL_3D_GRAD = Op(
    "AvgPool3DGrad",
    ("orig_input_shape: int32", "grad: T"),
    _OUT,
    (*_WINDOW_3D, _PADDING, _FORMAT_3D, _FLOATS),
    infer=_infer_avg_grad,
)
_TARGMAX = "Targmax: {int32, int64}"
_IN_BATCH = "include_batch_in_index: bool = false"
MAX_POOL_WITH_ARGMAX = Op(
    "MaxPoolWithArgmax",
    ("input: T",),
    ("output: T", "argmax: Targmax"),
    (*_WINDOW, f"{_TARGMAX} = DT_INT64", _PADDING, _IN_BATCH, REALS),
    infer=_infer_argmax,
)
MAX_POOL_GRAD_WITH_ARGMAX = Op(
    "MaxPoolGradWithArgmax",
    ("input: T", "grad: T", "argmax: Targmax"),
    _OUT,
    (*_WINDOW, _PADDING, _IN_BATCH, _TARGMAX, REALS),
    infer=lambda input, grad, argmax, **attrs: Spec(input.shape, grad.dtype),
)
MAX_POOL_GRAD_GRAD_WITH_ARGMAX = Op(
    "MaxPoolGradGradWithArgmax",
    ("input: T", "grad: T", "argmax: Targmax"),
    _OUT,
    (*_WINDOW, _PADDING, _IN_BATCH, _TARGMAX, REALS),
    infer=lambda input, grad, argmax, **attrs: Spec(argmax.shape, grad.dtype),
)


# -- max pooling ---------------------------------------------------------------------------------------------------


def _window_attrs(ksize: Any, strides: Any, padding: Any, data_format: str, count: int) -> dict[str, Any]:
    first = data_format.startswith("NC")
    return {
        "ksize": per_dimension(ksize, count, first, "ksize"),
        "strides": per_dimension(strides, count, first, "strides"),
        "data_format": data_format,
        **padding_of(padding),
    }


def max_pool2d(
    input: TensorLike, ksize: Any, strides: Any, padding: Any, data_format: str = "NHWC", name: str | None = None
) -> Tensor:
    """The largest element of each window of an image.

    >>> tf.nn.max_pool2d(tf.reshape(tf.range(16.), [1, 4, 4, 1]), 2, 2, "VALID").numpy()[0, :, :, 0]
    array([[ 5.,  7.],
           [13., 15.]], dtype=float32)

    Args:
        input: ``[batch, height, width, channels]``.
        ksize: The size of the window: a number, or one a dimension.
        strides: The step of the window.
        padding: ``"VALID"``, ``"SAME"``, or a list of pairs of paddings, one a dimension.
        data_format: ``"NHWC"`` or ``"NCHW"``.
        name: A name for the op in a graph.

    Raises:
        ValueError: If an explicit padding of batch or channels is not 0.
    """
    return MAX_POOL(input, name=name, **_window_attrs(ksize, strides, padding, data_format, 2))


def max_pool1d(
    input: TensorLike, ksize: Any, strides: Any, padding: Any, data_format: str = "NWC", name: str | None = None
) -> Tensor:
    """``tf.nn.max_pool2d`` in one dimension; ``input`` is ``[batch, width, channels]``."""
    return _in_one_dimension(MAX_POOL, input, ksize, strides, padding, data_format, name)


def max_pool3d(
    input: TensorLike, ksize: Any, strides: Any, padding: Any, data_format: str = "NDHWC", name: str | None = None
) -> Tensor:
    """``tf.nn.max_pool2d`` in three dimensions; ``input`` is ``[batch, depth, height, width, channels]``."""
    return MAX_POOL_3D(input, name=name, **_window_attrs(ksize, strides, padding, data_format, 3))


def _in_one_dimension(
    op: Op, input: TensorLike, ksize: Any, strides: Any, padding: Any, data_format: str, name: str | None
) -> Tensor:
    if isinstance(padding, (list, tuple)):
        raise ValueError("Explicit padding is not supported with one-dimensional pooling.")
    first = data_format.startswith("NC")
    at = 2 if first else 1
    kernel = per_dimension(ksize, 1, first, "ksize")
    step = per_dimension(strides, 1, first, "strides")
    kernel.insert(at, 1)
    step.insert(at, 1)
    images = array.expand_dims(convert_to_tensor(input), at)
    layout = "NCHW" if first else "NHWC"
    pooled = op(images, ksize=kernel, strides=step, padding=padding, data_format=layout, name=name)
    return array.squeeze(pooled, [at])


def max_pool(
    input: TensorLike, ksize: Any, strides: Any, padding: Any, data_format: Any = None, name: str | None = None
) -> Tensor:
    """The largest element of each window, in one to three dimensions.

    Args:
        input: ``[batch, ..., channels]`` with one to three dimensions between.
        ksize: The size of the window: a number, or one a spatial dimension.
        strides: The step of the window.
        padding: ``"VALID"``, ``"SAME"``, or (in two dimensions) pairs of paddings.
        data_format: The layout, such as ``"NCHW"``; channels last by default.
        name: A name for the op in a graph.

    Raises:
        ValueError: If the tensor has fewer than 3 or more than 5 dimensions.
    """
    return _in_any_dimension((max_pool1d, max_pool2d, max_pool3d), input, ksize, strides, padding, data_format, name)


def _in_any_dimension(
    functions: tuple[Any, Any, Any],
    input: TensorLike,
    ksize: Any,
    strides: Any,
    padding: Any,
    data_format: Any,
    name: str | None,
) -> Tensor:
    x = convert_to_tensor(input)
    rank = x.shape.rank if x.shape.rank is not None else (len(data_format) if data_format else None)
    if rank not in (3, 4, 5):
        raise ValueError(f"`input.shape.rank` must be 3, 4 or 5. Received: input.shape={x.shape} of rank {rank}")
    first = data_format is not None and data_format.startswith("NC")
    layout = {3: ("NWC", "NCW"), 4: ("NHWC", "NCHW"), 5: ("NDHWC", "NCDHW")}[rank][first]
    result: Tensor = functions[rank - 3](x, ksize, strides, padding, layout, name)
    return result


class MaxPoolWithArgmax(NamedTuple):
    """What ``tf.nn.max_pool_with_argmax`` returns: the largest elements, and where they are."""

    output: Tensor
    argmax: Tensor


def max_pool_with_argmax(
    input: TensorLike,
    ksize: Any,
    strides: Any,
    padding: str,
    data_format: str = "NHWC",
    output_dtype: Any = int64,
    include_batch_in_index: bool = False,
    name: str | None = None,
) -> MaxPoolWithArgmax:
    """The largest element of each window, and its place in the image: ``(row · width + column) · channels + channel``.

    Args:
        input: ``[batch, height, width, channels]``.
        ksize: The size of the window.
        strides: The step of the window.
        padding: ``"VALID"`` or ``"SAME"``.
        data_format: ``"NHWC"``.
        output_dtype: The type of the places: int32 or int64.
        include_batch_in_index: Whether places count through the whole batch.
        name: A name for the op in a graph.

    Raises:
        ValueError: If ``data_format`` is not ``"NHWC"``.
    """
    if data_format != "NHWC":
        raise ValueError(
            f"`data_format` values other  than 'NHWC' are not supported. Received: data_format={data_format}"
        )
    attrs = _window_attrs(ksize, strides, padding, data_format, 2)
    del attrs["data_format"]
    found = MAX_POOL_WITH_ARGMAX(
        input, Targmax=as_dtype(output_dtype), include_batch_in_index=include_batch_in_index, name=name, **attrs
    )
    return MaxPoolWithArgmax(*found)


# -- average pooling -----------------------------------------------------------------------------------------------


def avg_pool2d(
    input: TensorLike, ksize: Any, strides: Any, padding: Any, data_format: str = "NHWC", name: str | None = None
) -> Tensor:
    """The mean of each window of an image; padding does not count.

    Args:
        input: ``[batch, height, width, channels]``.
        ksize: The size of the window: a number, or one a dimension.
        strides: The step of the window.
        padding: ``"VALID"`` or ``"SAME"``.
        data_format: ``"NHWC"`` or ``"NCHW"``.
        name: A name for the op in a graph.
    """
    return AVG_POOL(input, name=name, **_window_attrs(ksize, strides, padding, data_format, 2))


def avg_pool1d(
    input: TensorLike, ksize: Any, strides: Any, padding: Any, data_format: str = "NWC", name: str | None = None
) -> Tensor:
    """``tf.nn.avg_pool2d`` in one dimension; ``input`` is ``[batch, width, channels]``."""
    return _in_one_dimension(AVG_POOL, input, ksize, strides, padding, data_format, name)


def avg_pool3d(
    input: TensorLike, ksize: Any, strides: Any, padding: Any, data_format: str = "NDHWC", name: str | None = None
) -> Tensor:
    """``tf.nn.avg_pool2d`` in three dimensions; ``input`` is ``[batch, depth, height, width, channels]``."""
    return AVG_POOL_3D(input, name=name, **_window_attrs(ksize, strides, padding, data_format, 3))


def avg_pool(
    input: TensorLike, ksize: Any, strides: Any, padding: Any, data_format: Any = None, name: str | None = None
) -> Tensor:
    """The mean of each window, in one to three dimensions; arguments as ``tf.nn.max_pool``."""
    return _in_any_dimension((avg_pool1d, avg_pool2d, avg_pool3d), input, ksize, strides, padding, data_format, name)


# -- dilation and erosion ------------------------------------------------------------------------------------------


def _infer_dilation(x: Spec, filter: Spec, *, strides: Any, rates: Any, padding: str) -> Spec:
    sizes = infer.with_rank(x, 4, "Dilation2D: the input")
    kernels = infer.with_rank(filter, 3, "Dilation2D: the filter")
    if None not in (sizes[3], kernels[2]) and sizes[3] != kernels[2]:
        raise SpecError(f"Dilation2D: the filter is for {kernels[2]} channels, the input has {sizes[3]}.")
    spatial = [
        window_count(sizes[axis], kernels[axis - 1], strides[axis], rates[axis], padding)
        for axis in layout_of("NHWC").spatial
    ]
    return Spec((sizes[0], *spatial, kernels[2] if sizes[3] is None else sizes[3]), x.dtype)


_DILATION_ATTRS = (REALS, "strides: list(int) >= 4", "rates: list(int) >= 4", _PADDING)
_DILATION_GRAD = ("input: T", "filter: T", "out_backprop: T")
DILATION_2D = Op("Dilation2D", ("input: T", "filter: T"), _OUT, _DILATION_ATTRS, infer=_infer_dilation)
DILATION_2D_BACKPROP_INPUT = Op(
    "Dilation2DBackpropInput",
    _DILATION_GRAD,
    ("in_backprop: T",),
    _DILATION_ATTRS,
    infer=lambda input, filter, out_backprop, **attrs: Spec(input.shape, input.dtype),
)
DILATION_2D_BACKPROP_FILTER = Op(
    "Dilation2DBackpropFilter",
    _DILATION_GRAD,
    ("filter_backprop: T",),
    _DILATION_ATTRS,
    infer=lambda input, filter, out_backprop, **attrs: Spec(filter.shape, filter.dtype),
)


def dilation2d(
    input: TensorLike,
    filters: TensorLike,
    strides: Any,
    padding: str,
    data_format: str,
    dilations: Any,
    name: str | None = None,
) -> Tensor:
    """Grayscale dilation: the largest sum of an element and the filter's over each window.

    Args:
        input: ``[batch, height, width, channels]``.
        filters: ``[height, width, channels]``.
        strides: One number a dimension, four in all.
        padding: ``"VALID"`` or ``"SAME"``.
        data_format: ``"NHWC"``.
        dilations: The distance between the elements of a window, one number a dimension.
        name: A name for the op in a graph.

    Raises:
        ValueError: If ``data_format`` is not ``"NHWC"``.
    """
    if data_format != "NHWC":
        raise ValueError(f"`data_format` values other than 'NHWC' are not supported. Received: {data_format}")
    return DILATION_2D(input, filters, strides=strides, rates=dilations, padding=padding, name=name)


def erosion2d(
    value: TensorLike,
    filters: TensorLike,
    strides: Any,
    padding: str,
    data_format: str,
    dilations: Any,
    name: str | None = None,
) -> Tensor:
    """Grayscale erosion: the smallest difference of an element and the mirrored filter's over each window.

    Arguments as ``tf.nn.dilation2d``, of which it is the dual: ``-dilation2d(-x, mirrored filter)``.

    Raises:
        ValueError: If ``data_format`` is not ``"NHWC"``.
    """
    mirrored = convert_to_tensor(filters)[::-1, ::-1]
    grown = dilation2d(negative(value), mirrored, strides, padding, data_format, dilations)
    return negative(grown, name=name)

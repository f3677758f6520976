"""The functions of convolutions in one, two and three dimensions, over the ops of ``conv``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from flowstone_core.conversion import convert_to_tensor
from flowstone_core.dtypes import string
from flowstone_core.ops import array, conv
from flowstone_core.ops.joining import concat
from flowstone_core.tensor import Tensor, TensorLike

_FORMATS = {1: ("NWC", "NCW"), 2: ("NHWC", "NCHW"), 3: ("NDHWC", "NCDHW")}


def per_dimension(value: Any, count: int, channels_first: bool, name: str) -> list[int]:
    """A stride or dilation as one number a dimension, 1 for batch and channels.

    Args:
        value: None for 1, an integer, or a list of 1, ``count`` or ``count + 2`` numbers.
        count: The number of spatial dimensions.
        channels_first: Whether the channels come second.
        name: What to call it in an error.

    Raises:
        ValueError: If a list has another length.
        TypeError: If it is neither an integer nor a list of numbers.
    """
    value = 1 if value is None else value
    try:
        listed = [int(value)] if isinstance(value, (int, np.integer)) else [int(each) for each in value]
    except ValueError:
        raise TypeError(f"{name} must be an integer or a list of integers, got {value!r}.") from None
    if len(listed) == count + 2:
        return listed
    if len(listed) == 1:
        listed = listed * count
    elif len(listed) != count:
        raise ValueError(f"{name} should be of length 1, {count} or {count + 2} but was {len(listed)}")
    return [1, 1, *listed] if channels_first else [1, *listed, 1]


def padding_of(padding: Any) -> dict[str, Any]:
    """The attributes for ``"SAME"``, ``"VALID"`` or a list of pairs, one a dimension.

    Raises:
        ValueError: If a list has another form, or text is a tensor.
        TypeError: If it is neither text nor a list.
    """
    if isinstance(padding, str):
        return {"padding": padding.upper()}
    if isinstance(padding, Tensor):
        iter(padding)  # a symbolic tensor says that it can't
        kind = ValueError if padding.dtype is string else TypeError
        raise kind(f"Paddings are Python text or lists of numbers, known before the op runs. Got {padding!r}.")
    if len(padding) != 4 or any(len(pair) != 2 for pair in padding):
        raise ValueError(f"Explicit paddings must be a list of 4 pairs (before, after), got {padding!r}.")
    return {"padding": "EXPLICIT", "explicit_paddings": [int(size) for pair in padding for size in pair]}


def _channels_first(data_format: Any) -> bool:
    return data_format is not None and data_format.startswith("NC")


def _attrs(count: int, strides: Any, padding: Any, data_format: Any, dilations: Any) -> dict[str, Any]:
    first = _channels_first(data_format)
    return {
        "strides": per_dimension(strides, count, first, "strides"),
        "dilations": per_dimension(dilations, count, first, "dilations"),
        "data_format": data_format or _FORMATS[count][first],
        **padding_of(padding),
    }


# -- two dimensions ------------------------------------------------------------------------------------------------


def conv2d(
    input: TensorLike,
    filters: TensorLike,
    strides: Any,
    padding: Any,
    data_format: str = "NHWC",
    dilations: Any = None,
    name: str | None = None,
) -> Tensor:
    """The sum over windows of an image of products with filters (a cross-correlation).

    ``y[b, i, j, k] = Σ x[b, s i + d di, s j + d dj, c] · f[di, dj, c, k]``

    >>> tf.nn.conv2d(tf.ones([1, 3, 3, 1]), tf.ones([2, 2, 1, 1]), strides=1, padding="VALID").numpy()[0, :, :, 0]
    array([[4., 4.],
           [4., 4.]], dtype=float32)

    Args:
        input: Images, ``[batch, height, width, channels]``; more leading dimensions are batches too.
        filters: ``[height, width, channels / groups, output channels]``.
        strides: The step of the window: a number, or one a dimension.
        padding: ``"VALID"``, ``"SAME"``, or a list of pairs of paddings, one a dimension.
        data_format: ``"NHWC"`` or ``"NCHW"``.
        dilations: The distance between the elements of a window.
        name: A name for the op in a graph.

    Raises:
        tf.errors.InvalidArgumentError: If shapes do not fit.
    """
    x = convert_to_tensor(input)
    attrs = _attrs(2, strides, padding, data_format, dilations)
    return _with_one_batch(x, 2, lambda images: conv.CONV_2D(images, filters, name=name, **attrs))


def conv2d_transpose(
    input: TensorLike,
    filters: TensorLike,
    output_shape: Any,
    strides: Any,
    padding: Any = "SAME",
    data_format: str = "NHWC",
    dilations: Any = None,
    name: str | None = None,
) -> Tensor:
    """The transpose (gradient) of ``tf.nn.conv2d``: each element spreads over a window.

    Args:
        input: ``[batch, height, width, channels]``.
        filters: ``[height, width, output channels, channels]``.
        output_shape: The shape of the result, which the strides leave open.
        strides: The step of the window in the result.
        padding: As in ``tf.nn.conv2d``.
        data_format: ``"NHWC"`` or ``"NCHW"``.
        dilations: The distance between the elements of a window.
        name: A name for the op in a graph.
    """
    attrs = _attrs(2, strides, padding, data_format or "NHWC", dilations)
    return conv.CONV_2D_BACKPROP_INPUT(output_shape, filters, input, name=name, **attrs)


def atrous_conv2d(value: TensorLike, filters: TensorLike, rate: int, padding: Any, name: str | None = None) -> Tensor:
    """``tf.nn.conv2d`` with dilated windows ("with holes").

    Args:
        value: ``[batch, height, width, channels]``.
        filters: ``[height, width, channels, output channels]``.
        rate: The distance between the elements of a window.
        padding: ``"VALID"`` or ``"SAME"``.
        name: A name for the op in a graph.
    """
    return convolution(value, filters, padding=padding, dilations=[rate, rate], name=name)


def atrous_conv2d_transpose(
    value: TensorLike, filters: TensorLike, output_shape: Any, rate: int, padding: Any, name: str | None = None
) -> Tensor:
    """The transpose of ``tf.nn.atrous_conv2d``.

    Raises:
        ValueError: If ``rate`` is less than 1.
    """
    if rate < 1:
        raise ValueError(f"`rate` cannot be less than one. Received: rate={rate}")
    return conv2d_transpose(value, filters, output_shape, 1, padding, "NHWC", rate, name)


# -- one dimension -------------------------------------------------------------------------------------------------


def conv1d(
    input: TensorLike,
    filters: TensorLike,
    stride: Any,
    padding: Any,
    data_format: Any = "NWC",
    dilations: Any = None,
    name: str | None = None,
) -> Tensor:
    """``tf.nn.conv2d`` in one dimension.

    Args:
        input: ``[batch, width, channels]``; more leading dimensions are batches too.
        filters: ``[width, channels, output channels]``.
        stride: The step of the window.
        padding: ``"VALID"`` or ``"SAME"``.
        data_format: ``"NWC"`` or ``"NCW"``.
        dilations: The distance between the elements of a window.
        name: A name for the op in a graph.
    """
    first = _channels_first(data_format)
    x = convert_to_tensor(input)
    filters = array.expand_dims(convert_to_tensor(filters, dtype_hint=x.dtype), 0)
    attrs = _one_dimension(stride, padding, first, dilations)
    at = 2 if first else 1

    def run(rows: Tensor) -> Tensor:
        images = conv.CONV_2D(array.expand_dims(rows, at), filters, name=name, **attrs)
        return array.squeeze(images, [at])

    return _with_one_batch(x, 1, run)


def _one_dimension(stride: Any, padding: Any, first: bool, dilations: Any) -> dict[str, Any]:
    """Attributes of a two-dimensional convolution with height 1."""
    at = 2 if first else 1
    strides = per_dimension(stride, 1, first, "stride")
    spread = per_dimension(dilations, 1, first, "dilations")
    strides.insert(at, 1)
    spread.insert(at, 1)
    return {
        "strides": strides,
        "dilations": spread,
        "data_format": "NCHW" if first else "NHWC",
        "padding": padding.upper() if isinstance(padding, str) else padding,
    }


def conv1d_transpose(
    input: TensorLike,
    filters: TensorLike,
    output_shape: Any,
    strides: Any,
    padding: Any = "SAME",
    data_format: Any = "NWC",
    dilations: Any = None,
    name: str | None = None,
) -> Tensor:
    """The transpose (gradient) of ``tf.nn.conv1d``.

    Args:
        input: ``[batch, width, channels]``.
        filters: ``[width, output channels, channels]``.
        output_shape: The shape of the result.
        strides: The step of the window in the result.
        padding: ``"VALID"`` or ``"SAME"``.
        data_format: ``"NWC"`` or ``"NCW"``.
        dilations: The distance between the elements of a window.
        name: A name for the op in a graph.
    """
    first = _channels_first(data_format)
    at = 2 if first else 1
    x = array.expand_dims(convert_to_tensor(input), at)
    filters = array.expand_dims(convert_to_tensor(filters, dtype_hint=x.dtype), 0)
    shape = convert_to_tensor(output_shape)
    one = convert_to_tensor([1], dtype=shape.dtype)
    shape = concat([shape[:at], one, shape[at:]], 0)
    result = conv.CONV_2D_BACKPROP_INPUT(
        shape, filters, x, name=name, **_one_dimension(strides, padding, first, dilations)
    )
    return array.squeeze(result, [at])


# -- three dimensions ----------------------------------------------------------------------------------------------


def conv3d(
    input: TensorLike,
    filters: TensorLike,
    strides: Any,
    padding: Any,
    data_format: str = "NDHWC",
    dilations: Any = None,
    name: str | None = None,
) -> Tensor:
    """``tf.nn.conv2d`` in three dimensions.

    Args:
        input: ``[batch, depth, height, width, channels]``.
        filters: ``[depth, height, width, channels, output channels]``.
        strides: One number a dimension, five in all.
        padding: ``"VALID"`` or ``"SAME"``.
        data_format: ``"NDHWC"`` or ``"NCDHW"``.
        dilations: The distance between the elements of a window.
        name: A name for the op in a graph.
    """
    attrs = _attrs(3, strides, padding, data_format, dilations)
    return _with_one_batch(
        convert_to_tensor(input), 3, lambda volumes: conv.CONV_3D(volumes, filters, name=name, **attrs)
    )


def conv3d_transpose(
    input: TensorLike,
    filters: TensorLike,
    output_shape: Any,
    strides: Any,
    padding: Any = "SAME",
    data_format: str = "NDHWC",
    dilations: Any = None,
    name: str | None = None,
) -> Tensor:
    """The transpose (gradient) of ``tf.nn.conv3d``.

    Args:
        input: ``[batch, depth, height, width, channels]``.
        filters: ``[depth, height, width, output channels, channels]``.
        output_shape: The shape of the result.
        strides: The step of the window in the result.
        padding: ``"VALID"`` or ``"SAME"``.
        data_format: ``"NDHWC"`` or ``"NCDHW"``.
        dilations: The distance between the elements of a window.
        name: A name for the op in a graph.
    """
    attrs = _attrs(3, strides, padding, data_format, dilations)
    return conv.CONV_3D_BACKPROP_INPUT_V2(output_shape, filters, input, name=name, **attrs)


# -- any number of dimensions --------------------------------------------------------------------------------------


def _with_one_batch(x: Tensor, count: int, run: Any) -> Tensor:
    """``run(x)`` with all leading dimensions as one batch."""
    rank = x.shape.rank
    if rank is None or rank <= count + 2:
        return run(x)
    leading = rank - count - 1
    sizes = x.shape.as_list()
    images = array.reshape(x, [-1, *_sizes(x, sizes[leading:], leading)])
    result = run(images)
    kept = result.shape.as_list()[1:]
    return array.reshape(result, [*_sizes(x, sizes[:leading], 0), *_sizes(result, kept, 1)])


def _sizes(x: Tensor, known: Sequence[int | None], start: int) -> list[Any]:
    """Sizes of ``x`` from dimension ``start`` on, read while running where they are not known."""
    if None not in known:
        return list(known)
    dynamic = array.shape(x)
    return [dynamic[start + i] if size is None else size for i, size in enumerate(known)]


def convolution(
    input: TensorLike,
    filters: TensorLike,
    strides: Any = None,
    padding: Any = "VALID",
    data_format: Any = None,
    dilations: Any = None,
    name: str | None = None,
) -> Tensor:
    """A convolution in as many dimensions (one to three) as the filters have.

    Args:
        input: ``[batch, ..., channels]``, or ``[batch, channels, ...]`` for a ``data_format`` beginning with "NC".
        filters: ``[..., channels / groups, output channels]``.
        strides: The step of the window: a number, or one a spatial dimension.
        padding: ``"VALID"``, ``"SAME"``, or (in two dimensions) pairs of paddings.
        data_format: The layout, such as ``"NHWC"``; channels last by default.
        dilations: The distance between the elements of a window.
        name: A name for the op in a graph.

    Raises:
        ValueError: If the number of dimensions is not one, two or three.
    """
    x = convert_to_tensor(input)
    filters = convert_to_tensor(filters, dtype_hint=x.dtype)
    rank = filters.shape.rank if filters.shape.rank is not None else x.shape.rank
    if rank is None:
        raise ValueError("rank of input or filter must be known")
    count = rank - 2
    if count not in _FORMATS:
        raise ValueError(f"`input` must have 1, 2 or 3 spatial dimensions. Received: filters of rank {rank}")
    first = _channels_first(data_format)
    layout = _FORMATS[count][first]
    if count == 1:
        return conv1d(x, filters, 1 if strides is None else strides, padding, layout, dilations, name)
    run = conv2d if count == 2 else conv3d
    return run(x, filters, 1 if strides is None else strides, padding, layout, dilations, name)


def conv_transpose(
    input: TensorLike,
    filters: TensorLike,
    output_shape: Any,
    strides: Any,
    padding: Any = "SAME",
    data_format: Any = None,
    dilations: Any = None,
    name: str | None = None,
) -> Tensor:
    """The transpose of ``tf.nn.convolution``, in as many dimensions as ``output_shape`` says.

    Raises:
        ValueError: If the number of dimensions is not one, two or three.
    """
    count = (convert_to_tensor(output_shape).shape.as_list()[0] or 0) - 2
    if count not in _FORMATS:
        raise ValueError(f"`output_shape` must have 3, 4 or 5 entries. Received: {output_shape}")
    run: Any = {1: conv1d_transpose, 2: conv2d_transpose, 3: conv3d_transpose}[count]
    first = _channels_first(data_format)
    result: Tensor = run(input, filters, output_shape, strides, padding, _FORMATS[count][first], dilations, name)
    return result


# -- each channel for itself ---------------------------------------------------------------------------------------


def depthwise_conv2d(
    input: TensorLike,
    filter: TensorLike,
    strides: Any,
    padding: Any,
    data_format: Any = None,
    dilations: Any = None,
    name: str | None = None,
) -> Tensor:
    """A convolution of each channel with filters of its own; the results side by side.

    Args:
        input: ``[batch, height, width, channels]``.
        filter: ``[height, width, channels, multiplier]``.
        strides: One number a dimension, four in all.
        padding: ``"VALID"``, ``"SAME"``, or a list of pairs of paddings.
        data_format: ``"NHWC"`` or ``"NCHW"``.
        dilations: The distance between the elements of a window, in height and width.
        name: A name for the op in a graph.

    Returns:
        ``[batch, height, width, channels · multiplier]``.
    """
    attrs = _attrs(2, list(strides), padding, data_format, dilations)
    return conv.DEPTHWISE_CONV(input, filter, name=name, **attrs)


def depthwise_conv2d_backprop_input(
    input_sizes: Any,
    filter: TensorLike,
    out_backprop: TensorLike,
    strides: Any,
    padding: Any,
    data_format: str = "NHWC",
    dilations: Any = [1, 1, 1, 1],  # noqa: B006 - TensorFlow's signature
    name: str | None = None,
) -> Tensor:
    """The gradient of ``tf.nn.depthwise_conv2d`` with respect to its input, of shape ``input_sizes``."""
    attrs = {"strides": strides, "data_format": data_format, "dilations": dilations, **padding_of(padding)}
    return conv.DEPTHWISE_CONV_BACKPROP_INPUT(input_sizes, filter, out_backprop, name=name, **attrs)


def depthwise_conv2d_backprop_filter(
    input: TensorLike,
    filter_sizes: Any,
    out_backprop: TensorLike,
    strides: Any,
    padding: Any,
    data_format: str = "NHWC",
    dilations: Any = [1, 1, 1, 1],  # noqa: B006 - TensorFlow's signature
    name: str | None = None,
) -> Tensor:
    """The gradient of ``tf.nn.depthwise_conv2d`` with respect to its filter, of shape ``filter_sizes``."""
    attrs = {"strides": strides, "data_format": data_format, "dilations": dilations, **padding_of(padding)}
    return conv.DEPTHWISE_CONV_BACKPROP_FILTER(input, filter_sizes, out_backprop, name=name, **attrs)


def separable_conv2d(
    input: TensorLike,
    depthwise_filter: TensorLike,
    pointwise_filter: TensorLike,
    strides: Any,
    padding: Any,
    data_format: Any = None,
    dilations: Any = None,
    name: str | None = None,
) -> Tensor:
    """``tf.nn.depthwise_conv2d``, then a mix of the channels at each place.

    Args:
        input: ``[batch, height, width, channels]``.
        depthwise_filter: ``[height, width, channels, multiplier]``.
        pointwise_filter: ``[1, 1, channels · multiplier, output channels]``.
        strides: One number a dimension, four in all.
        padding: ``"VALID"``, ``"SAME"``, or a list of pairs of paddings.
        data_format: ``"NHWC"`` or ``"NCHW"``.
        dilations: The distance between the elements of a window, in height and width.
        name: A name for the op in a graph.
    """
    each = depthwise_conv2d(input, depthwise_filter, strides, padding, data_format, dilations)
    return conv2d(each, pointwise_filter, 1, "VALID", data_format or "NHWC", name=name)

"""Convolutions of all forms: native code against numpy's kernels in float64."""

from __future__ import annotations

import numpy as np
import pytest
from flowstone_core.conversion import convert_to_tensor as constant
from flowstone_core.kernels import conv as kernels
from flowstone_core.ops import conv as ops
from flowstone_graphfn.function import function

TWO = (
    # size, window, stride, dilation, padding, channels, results, groups, layout
    ((5, 6), (3, 3), 1, 1, "SAME", 3, 4, 1, "NHWC"),
    ((9, 8), (3, 3), 2, 1, "SAME", 32, 1, 1, "NHWC"),  # few results
    ((9, 8), (3, 3), 1, 1, "VALID", 35, 3, 1, "NHWC"),
    ((9, 28), (5, 5), 1, 1, "SAME", 1, 20, 1, "NHWC"),  # one channel
    ((9, 9), (3, 3), 1, 2, "SAME", 5, 7, 1, "NHWC"),
    ((12, 9), (3, 2), 2, 1, "VALID", 8, 12, 4, "NHWC"),
    ((12, 9), (3, 2), 1, 2, "VALID", 8, 72, 2, "NHWC"),
    ((9, 9), (3, 3), 1, 2, "SAME", 5, 7, 1, "NCHW"),
    ((12, 9), (3, 2), 2, 1, "SAME", 40, 8, 4, "NCHW"),
    ((7, 7), (3, 3), 1, 1, "SAME", 200, 100, 1, "NHWC"),  # a filter that does not stay in the cache
    ((6, 6), (2, 2), 3, 1, "VALID", 3, 5, 1, "NHWC"),
    ((6, 7), (1, 1), 2, 1, "VALID", 3, 5, 1, "NHWC"),
    ((13, 15), (5, 5), 2, 1, "SAME", 35, 40, 1, "NHWC"),  # each phase a convolution
    ((13, 15), (5, 5), 2, 1, "SAME", 3, 40, 1, "NHWC"),
    ((6, 7), (1, 1), 1, 1, "VALID", 3, 5, 1, "NHWC"),
    ((6, 7), (3, 3), 1, 1, "EXPLICIT", 3, 5, 1, "NHWC"),  # padding beyond the window
    ((6, 7), (2, 3), 2, 1, "EXPLICIT", 20, 5, 1, "NHWC"),
)
THREE = (
    ((3, 4, 5), (2, 2, 2), 1, 1, "VALID", 3, 4, 1, "NDHWC"),
    ((5, 4, 6), (3, 2, 2), 2, 1, "SAME", 3, 4, 1, "NDHWC"),
    ((5, 7, 6), (2, 2, 2), 1, 2, "SAME", 20, 34, 1, "NDHWC"),
    ((5, 4, 6), (3, 2, 2), 1, 1, "SAME", 6, 4, 2, "NCDHW"),
    ((5, 4, 6), (3, 3, 3), 1, 1, "SAME", 1, 16, 1, "NDHWC"),
    ((5, 4, 6), (3, 3, 3), 1, 1, "SAME", 16, 2, 1, "NDHWC"),
)
DEPTHWISE = (
    ((5, 6), (3, 3), 1, 1, "SAME", 3, 2, "NHWC"),
    ((14, 14), (3, 3), 1, 1, "SAME", 64, 1, "NHWC"),
    ((14, 15), (3, 3), 2, 1, "SAME", 40, 1, "NHWC"),
    ((14, 15), (3, 5), 1, 2, "VALID", 20, 3, "NHWC"),
    ((9, 15), (5, 5), 1, 1, "SAME", 3, 1, "NHWC"),
    ((9, 15), (5, 5), 1, 1, "SAME", 3, 1, "NCHW"),
    ((9, 40), (1, 13), 1, 1, "SAME", 7, 1, "NHWC"),  # a wide window
    ((9, 15), (5, 5), 1, 1, "EXPLICIT", 3, 1, "NHWC"),
    ((9, 15), (2, 2), 3, 1, "VALID", 17, 1, "NHWC"),
)


def attributes(rank, stride, dilation, padding, layout):
    last = layout.endswith("C")
    attrs = {
        "strides": (1, *[stride] * rank, 1) if last else (1, 1, *[stride] * rank),
        "dilations": (1, *[dilation] * rank, 1) if last else (1, 1, *[dilation] * rank),
        "padding": padding,
        "data_format": layout,
    }
    return attrs | ({"explicit_paddings": [0, 0, 2, 4, 3, 1, 0, 0]} if padding == "EXPLICIT" else {})


def operand(*shape, dtype):
    rng = np.random.default_rng(len(shape) + sum(shape))
    return rng.integers(-9, 9, shape).astype(dtype) if dtype == "int32" else rng.standard_normal(shape).astype(dtype)


def check(natively, op, kernel, arrays, attrs, setting=None):
    """Native code gives what the kernel gives, to float32's precision."""

    def call(*given):
        left = iter(given)
        return op(*[constant(a) if index == setting else next(left) for index, a in enumerate(arrays)], **attrs)

    given = [constant(array) for index, array in enumerate(arrays) if index != setting]
    got = natively(function(call, autograph=False), *given).numpy()
    wide = [array.astype(np.float64) if array.dtype == np.float32 else array for array in arrays]
    expected = kernel(*wide, **op.complete(dict(attrs)))
    bound = {"float32": 3e-6, "float64": 1e-13}.get(got.dtype.name, 0) * max(1.0, np.abs(expected).max(initial=0))
    np.testing.assert_allclose(got, expected, rtol=0, atol=bound)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("form", TWO + THREE, ids=str)
def test_a_convolution_and_its_gradients(form, dtype, natively):
    size, window, stride, dilation, padding, channels, results, groups, layout = form
    forward, to_input, to_filter = (
        (ops.CONV_2D, ops.CONV_2D_BACKPROP_INPUT, ops.CONV_2D_BACKPROP_FILTER)
        if len(size) == 2
        else (ops.CONV_3D, ops.CONV_3D_BACKPROP_INPUT_V2, ops.CONV_3D_BACKPROP_FILTER_V2)
    )
    attrs = attributes(len(size), stride, dilation, padding, layout)
    shape = (2, *size, channels) if layout.endswith("C") else (2, channels, *size)
    filters = (*window, channels // groups, results)
    x, f = operand(*shape, dtype=dtype), operand(*filters, dtype=dtype)
    dy = operand(*kernels.conv(x, f, **forward.complete(dict(attrs))).shape, dtype=dtype)
    check(natively, forward, kernels.conv, (x, f), attrs)
    check(natively, to_input, kernels.conv_backprop_input, (np.array(shape, np.int32), f, dy), attrs, 0)
    check(natively, to_filter, kernels.conv_backprop_filter, (x, np.array(filters, np.int32), dy), attrs, 1)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("form", DEPTHWISE, ids=str)
def test_a_depthwise_convolution_and_its_gradients(form, dtype, natively):
    size, window, stride, dilation, padding, channels, multiplier, layout = form
    attrs = attributes(2, stride, dilation, padding, layout)
    shape = (3, *size, channels) if layout == "NHWC" else (3, channels, *size)
    filters = (*window, channels, multiplier)
    x, f = operand(*shape, dtype=dtype), operand(*filters, dtype=dtype)
    dy = operand(*kernels.depthwise(x, f, **ops.DEPTHWISE_CONV.complete(dict(attrs))).shape, dtype=dtype)
    sizes = np.array(shape, np.int32), np.array(filters, np.int32)
    check(natively, ops.DEPTHWISE_CONV, kernels.depthwise, (x, f), attrs)
    check(natively, ops.DEPTHWISE_CONV_BACKPROP_INPUT, kernels.depthwise_backprop_input, (sizes[0], f, dy), attrs, 0)
    check(natively, ops.DEPTHWISE_CONV_BACKPROP_FILTER, kernels.depthwise_backprop_filter, (x, sizes[1], dy), attrs, 1)


@pytest.mark.parametrize("form", [TWO[0], TWO[2], TWO[5]], ids=str)
def test_integers(form, natively):
    size, window, stride, dilation, padding, channels, results, groups, layout = form
    x = operand(2, *size, channels, dtype="int32")
    f = operand(*window, channels // groups, results, dtype="int32")
    check(natively, ops.CONV_2D, kernels.conv, (x, f), attributes(2, stride, dilation, padding, layout))

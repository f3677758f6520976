from __future__ import annotations

import itertools

import numpy as np
import pytest
from flowstone_core import dtypes
from flowstone_core.errors import InvalidArgumentError, UnimplementedError
from flowstone_core.ops import conv, convolution
from flowstone_core.spec import Spec
from flowstone_core.windows import window


def numbers(*shape, seed=0):
    return np.random.RandomState(seed).normal(size=shape)


def naive(x, f, strides, padding, dilations, pads=None):
    """A convolution as nested loops, channels last."""
    count = f.ndim - 2
    windows = [
        window(x.shape[1 + i], f.shape[i], strides[i], dilations[i], padding, (pads or [(0, 0)] * count)[i])
        for i in range(count)
    ]
    x = np.pad(x, [(0, 0), *((w.before, w.after) for w in windows), (0, 0)])
    y = np.zeros((x.shape[0], *(w.out for w in windows), f.shape[-1]))
    for place in np.ndindex(*y.shape[1:-1]):
        for tap in np.ndindex(*f.shape[:-2]):
            at = tuple(p * s + t * d for p, s, t, d in zip(place, strides, tap, dilations, strict=True))
            y[(slice(None), *place)] += x[(slice(None), *at)] @ f[tap]
    return y


@pytest.mark.parametrize("padding", ["SAME", "VALID"])
@pytest.mark.parametrize(
    ("strides", "dilations"), [((1, 1), (1, 1)), ((2, 3), (1, 1)), ((1, 1), (2, 1)), ((3, 1), (1, 2))]
)
@pytest.mark.parametrize("kernel", [(3, 2), (1, 1), (4, 4)])
def test_two_dimensions(padding, strides, dilations, kernel):
    x, f = numbers(2, 7, 8, 3), numbers(*kernel, 3, 4, seed=1)
    expected = naive(x, f, strides, padding, dilations)
    assert np.allclose(convolution.conv2d(x, f, strides, padding, dilations=dilations).numpy(), expected)
    first = convolution.conv2d(x.transpose(0, 3, 1, 2), f, strides, padding, "NCHW", dilations)
    assert np.allclose(first.numpy().transpose(0, 2, 3, 1), expected)


def test_explicit_padding():
    x, f = numbers(1, 5, 5, 2), numbers(2, 2, 2, 3)
    pads = [(1, 2), (0, 3)]
    result = convolution.conv2d(x, f, 2, [[0, 0], *pads, [0, 0]])
    assert np.allclose(result.numpy(), naive(x, f, (2, 2), "EXPLICIT", (1, 1), pads))


@pytest.mark.parametrize("padding", ["SAME", "VALID"])
def test_one_and_three_dimensions(padding):
    x, f = numbers(2, 9, 3), numbers(3, 3, 4)
    assert np.allclose(convolution.conv1d(x, f, 2, padding).numpy(), naive(x, f, (2,), padding, (1,)))
    assert np.allclose(convolution.convolution(x, f, 1, padding).numpy(), naive(x, f, (1,), padding, (1,)))
    x, f = numbers(1, 4, 5, 4, 2), numbers(2, 3, 2, 2, 3)
    expected = naive(x, f, (1, 2, 1), padding, (1, 1, 1))
    assert np.allclose(convolution.conv3d(x, f, [1, 1, 2, 1, 1], padding).numpy(), expected)


def test_groups_and_batches():
    x, f = numbers(2, 5, 5, 4), numbers(3, 3, 2, 6, seed=1)
    halves = [
        naive(x[..., :2], f[..., :3], (1, 1), "SAME", (1, 1)),
        naive(x[..., 2:], f[..., 3:], (1, 1), "SAME", (1, 1)),
    ]
    assert np.allclose(convolution.conv2d(x, f, 1, "SAME").numpy(), np.concatenate(halves, -1))
    many = numbers(2, 3, 5, 5, 4)
    result = convolution.conv2d(many, f, 1, "SAME")
    assert result.shape == (2, 3, 5, 5, 6)
    assert np.allclose(result.numpy()[1], convolution.conv2d(many[1], f, 1, "SAME").numpy())


def test_large_batches_are_cut_into_parts():
    x, f = numbers(40, 32, 32, 16).astype(np.float32), numbers(3, 3, 16, 2).astype(np.float32)
    result = convolution.conv2d(x, f, 1, "SAME").numpy()
    assert np.allclose(result[37:38], convolution.conv2d(x[37:38], f, 1, "SAME").numpy(), atol=1e-4)


def gradients_fit(forward, d_input, d_filter, x, f):
    """Whether <y(x + u), w> changes by <d_input, u>, and likewise for the filter: convolutions are bilinear."""
    y = forward(x, f)
    w, u, v = numbers(*y.shape, seed=3), numbers(*x.shape, seed=4), numbers(*f.shape, seed=5)
    assert np.isclose((forward(u, f) * w).sum(), (d_input(w) * u).sum())
    assert np.isclose((forward(x, v) * w).sum(), (d_filter(w) * v).sum())


@pytest.mark.parametrize("padding", ["SAME", "VALID"])
@pytest.mark.parametrize(("strides", "dilations"), [((1, 1), (1, 1)), ((2, 3), (1, 1)), ((1, 1), (2, 2))])
@pytest.mark.parametrize("layout", ["NHWC", "NCHW"])
@pytest.mark.parametrize("depth", [4, 2])
def test_gradients(padding, strides, dilations, layout, depth):
    last = layout == "NHWC"
    x, f = numbers(2, 7, 8, 4) if last else numbers(2, 4, 7, 8), numbers(3, 2, depth, 6)
    attrs = {
        "strides": [1, *strides, 1] if last else [1, 1, *strides],
        "dilations": [1, *dilations, 1] if last else [1, 1, *dilations],
        "padding": padding,
        "data_format": layout,
    }
    gradients_fit(
        lambda a, b: conv.CONV_2D(a, b, **attrs).numpy(),
        lambda w: conv.CONV_2D_BACKPROP_INPUT(list(x.shape), f, w, **attrs).numpy(),
        lambda w: conv.CONV_2D_BACKPROP_FILTER(x, list(f.shape), w, **attrs).numpy(),
        x,
        f,
    )
    w = conv.CONV_2D(x, f, **attrs).numpy()
    by_tensor = conv.CONV_2D_BACKPROP_INPUT_V2(x, f, w, **attrs)
    assert (by_tensor.numpy() == conv.CONV_2D_BACKPROP_INPUT(list(x.shape), f, w, **attrs).numpy()).all()


def test_gradients_in_three_dimensions():
    x, f = numbers(1, 4, 5, 4, 2), numbers(2, 3, 2, 2, 3)
    attrs = {"strides": [1, 1, 2, 1, 1], "padding": "SAME"}
    gradients_fit(
        lambda a, b: conv.CONV_3D(a, b, **attrs).numpy(),
        lambda w: conv.CONV_3D_BACKPROP_INPUT_V2(list(x.shape), f, w, **attrs).numpy(),
        lambda w: conv.CONV_3D_BACKPROP_FILTER_V2(x, list(f.shape), w, **attrs).numpy(),
        x,
        f,
    )


@pytest.mark.parametrize(("strides", "dilations"), [((1, 1), (1, 1)), ((2, 2), (1, 1)), ((1, 1), (2, 2))])
def test_depthwise(strides, dilations):
    x, f = numbers(2, 6, 7, 3), numbers(3, 2, 3, 2)
    attrs = {"strides": [1, *strides, 1], "dilations": [1, *dilations, 1], "padding": "SAME"}

    def forward(a, b):
        return conv.DEPTHWISE_CONV(a, b, **attrs).numpy()

    each = [naive(x[..., c : c + 1], f[:, :, c : c + 1], strides, "SAME", dilations) for c in range(3)]
    assert np.allclose(forward(x, f), np.concatenate(each, -1))
    gradients_fit(
        forward,
        lambda w: conv.DEPTHWISE_CONV_BACKPROP_INPUT(list(x.shape), f, w, **attrs).numpy(),
        lambda w: conv.DEPTHWISE_CONV_BACKPROP_FILTER(x, list(f.shape), w, **attrs).numpy(),
        x,
        f,
    )
    mixed = convolution.separable_conv2d(x, f, numbers(1, 1, 6, 4), [1, 1, 1, 1], "SAME")
    assert mixed.shape == (2, 6, 7, 4)


def test_transposes_turn_shapes_around():
    x = numbers(1, 3, 4, 2)
    assert convolution.conv2d_transpose(x, numbers(3, 3, 5, 2), [1, 6, 8, 5], 2).shape == (1, 6, 8, 5)
    assert convolution.conv2d_transpose(x, numbers(3, 3, 5, 2), [6, 8], 2).shape == (1, 6, 8, 5)
    assert convolution.conv1d_transpose(x[0], numbers(3, 5, 2), [3, 8, 5], 2).shape == (3, 8, 5)
    assert convolution.conv_transpose(x, numbers(3, 3, 5, 2), [1, 3, 4, 5], 1).shape == (1, 3, 4, 5)
    with pytest.raises(InvalidArgumentError, match="computed"):
        convolution.conv2d_transpose(x, numbers(3, 3, 5, 2), [1, 9, 9, 5], 2)


@pytest.mark.parametrize("kind", ["float16", "bfloat16"])
def test_narrow_floats_add_up_in_float32(kind):
    numpy_kind = dtypes.as_dtype(kind).as_numpy_dtype
    x, f = numbers(1, 6, 6, 16).astype(numpy_kind), numbers(3, 3, 16, 4).astype(numpy_kind)
    wide = convolution.conv2d(x.astype(np.float32), f.astype(np.float32), 1, "SAME").numpy()
    assert (convolution.conv2d(x, f, 1, "SAME").numpy() == wide.astype(numpy_kind)).all()


@pytest.mark.parametrize(
    ("x", "f", "options", "words"),
    [
        ((1, 5, 5, 3), (2, 2, 2, 4), {}, "multiple of"),
        ((1, 2, 2, 1), (3, 3, 1, 1), {"padding": "VALID"}, "Negative"),
        ((1, 5, 5, 3), (2, 2, 3, 4), {"strides": 0}, "positive"),
        ((5, 5, 3), (2, 2, 3, 4), {}, "rank 4"),
        ((1, 5, 5, 3), (2, 3, 4), {}, "rank 4"),
    ],
)
def test_what_does_not_fit(x, f, options, words):
    with pytest.raises(InvalidArgumentError, match=words):
        convolution.conv2d(numbers(*x), numbers(*f), **({"strides": 1, "padding": "SAME"} | options))


def test_other_refusals():
    x, f = numbers(1, 5, 5, 3), numbers(2, 2, 3, 4)
    with pytest.raises(ValueError, match="length 1, 2 or 4"):
        convolution.conv2d(x, f, [1, 1, 1], "SAME")
    with pytest.raises(UnimplementedError, match="batch"):
        convolution.conv2d(x, f, [2, 1, 1, 1], "SAME")
    with pytest.raises(ValueError, match="4 pairs"):
        convolution.conv2d(x, f, 1, [[0, 0]])
    with pytest.raises(ValueError, match="rate"):
        convolution.atrous_conv2d_transpose(x, f, [1, 5, 5, 3], 0, "SAME")


def test_inference():
    x, f = Spec((None, None, 28, 3), dtypes.float32), Spec((3, 3, 3, 8), dtypes.float32)
    for padding, stride in itertools.product(("SAME", "VALID"), (1, 2)):
        spec = conv.CONV_2D.infer(
            x, f, strides=(1, stride, stride, 1), dilations=(1, 1, 1, 1), padding=padding, data_format="NHWC"
        )
        size = -(-28 // stride) if padding == "SAME" else (28 - 3) // stride + 1
        assert spec.shape == (None, None, size, 8)

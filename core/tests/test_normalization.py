from __future__ import annotations

import numpy as np
import pytest
from flowstone_core.conversion import constant
from flowstone_core.errors import InvalidArgumentError
from flowstone_core.ops import normalization as ops

x = np.random.RandomState(0).normal(size=(2, 3, 4, 5)).astype(np.float32)
scale, offset = np.linspace(0.5, 2, 5, dtype=np.float32), np.linspace(-1, 1, 5, dtype=np.float32)
mean, variance = np.full(5, 0.5, np.float32), np.full(5, 2.0, np.float32)


def test_moments():
    for axes in ([0], [1, 2], 3, [0, 1, 2, 3]):
        found, spread = ops.moments(x, axes)
        numpy_axes = tuple(axes) if isinstance(axes, list) else axes
        assert np.allclose(found.numpy(), x.mean(numpy_axes), atol=1e-6)
        assert np.allclose(spread.numpy(), x.var(numpy_axes), atol=1e-5)
    assert ops.moments(x, [0, 2], keepdims=True)[0].shape == (1, 3, 1, 5)
    assert ops.moments(x.astype(np.float16), [0])[1].dtype == "float16"


def test_weighted_moments():
    weights = np.array([1.0, 2.0, 0.0])
    values = np.array([1.0, 4.0, 100.0])
    found, spread = ops.weighted_moments(values, [0], weights)
    assert np.isclose(found.numpy(), 3)
    assert np.isclose(spread.numpy(), 2)


def test_sufficient_statistics():
    for shift in (None, 0.25):
        count, total, squares, used = ops.sufficient_statistics(x, [0, 1], shift)
        assert count.numpy() == 6
        found, spread = ops.normalize_moments(count, total, squares, used)
        assert np.allclose(found.numpy(), x.mean((0, 1)), atol=1e-6)
        assert np.allclose(spread.numpy(), x.var((0, 1)), atol=1e-5)


def test_batch_normalization():
    expected = scale * (x - mean) / np.sqrt(variance + 1e-3) + offset
    assert np.allclose(ops.batch_normalization(x, mean, variance, offset, scale, 1e-3).numpy(), expected, atol=1e-5)
    plain = (x - mean) / np.sqrt(variance + 1e-3)
    assert np.allclose(ops.batch_normalization(x, mean, variance, None, None, 1e-3).numpy(), plain, atol=1e-5)


@pytest.mark.parametrize("layout", ["NHWC", "NCHW"])
@pytest.mark.parametrize("factor", [1.0, 0.1])
def test_fused_training(layout, factor):
    images = x if layout == "NHWC" else x.transpose(0, 3, 1, 2)
    y, running_mean, running_variance, used_mean, used_variance, _ = ops.FUSED_BATCH_NORM_V3(
        images, scale, offset, mean, variance, epsilon=1e-3, exponential_avg_factor=factor, data_format=layout
    )
    batch_mean, batch_variance = x.mean((0, 1, 2)), x.var((0, 1, 2))
    expected = scale * (x - batch_mean) / np.sqrt(batch_variance + 1e-3) + offset
    got = y.numpy() if layout == "NHWC" else y.numpy().transpose(0, 2, 3, 1)
    assert np.allclose(got, expected, atol=1e-5)
    unbiased = x.var((0, 1, 2), ddof=1)
    assert np.allclose(running_mean.numpy(), (1 - factor) * mean + factor * batch_mean, atol=1e-6)
    assert np.allclose(running_variance.numpy(), (1 - factor) * variance + factor * unbiased, atol=1e-5)
    assert np.allclose(used_mean.numpy(), batch_mean, atol=1e-6)
    assert np.allclose(used_variance.numpy(), batch_variance, atol=1e-5)


@pytest.mark.parametrize("training", [True, False])
def test_fused_gradient_against_differences(training):
    wide = np.random.RandomState(1).normal(size=(2, 2, 1, 5)).astype(np.float32)
    weights = np.random.RandomState(2).normal(size=wide.shape)

    def loss(images, gamma, beta):
        moments = (images.mean((0, 1, 2)), images.var((0, 1, 2))) if training else (mean, variance)
        return (weights * (gamma * (images - moments[0]) / np.sqrt(moments[1] + 1e-3) + beta)).sum()

    reserves = (wide.mean((0, 1, 2)), wide.var((0, 1, 2))) if training else (mean, variance)
    gradients = ops.FUSED_BATCH_NORM_GRAD_V3(
        weights.astype(np.float32), wide, scale, *reserves, constant([], "float32"), epsilon=1e-3, is_training=training
    )
    operands = [wide.astype(float), scale.astype(float), offset.astype(float)]
    for index, gradient in enumerate(gradients[:3]):
        numeric = np.zeros(operands[index].shape)
        for place in np.ndindex(numeric.shape):
            moved = [operand.copy() for operand in operands]
            moved[index][place] += 1e-4
            above = loss(*moved)
            moved[index][place] -= 2e-4
            numeric[place] = (above - loss(*moved)) / 2e-4
        assert np.allclose(gradient.numpy(), numeric, atol=2e-3)


def test_fused_refusals():
    with pytest.raises(InvalidArgumentError, match="channels"):
        ops.FUSED_BATCH_NORM_V3(x, scale[:2], offset[:2], mean[:2], variance[:2])
    with pytest.raises(InvalidArgumentError, match="rank"):
        ops.FUSED_BATCH_NORM_V3(x[0], scale, offset, mean, variance)


def test_local_response_normalization():
    result = ops.local_response_normalization(x, depth_radius=1, bias=2.0, alpha=0.5, beta=0.75).numpy()
    squares = np.pad(x**2, ((0, 0), (0, 0), (0, 0), (1, 1)))
    norm = 2.0 + 0.5 * (squares[..., :-2] + squares[..., 1:-1] + squares[..., 2:])
    assert np.allclose(result, x * norm**-0.75, atol=1e-5)
    with pytest.raises(InvalidArgumentError, match="rank"):
        ops.local_response_normalization([1.0])


def test_local_response_gradient():
    images, attrs = x[:1, :1, :2].astype(np.float64), {"depth_radius": 1, "bias": 2.0, "alpha": 0.5, "beta": 0.75}

    def run(values):
        squares = np.pad(values**2, ((0, 0), (0, 0), (0, 0), (1, 1)))
        return values * (2 + 0.5 * (squares[..., :-2] + squares[..., 1:-1] + squares[..., 2:])) ** -0.75

    dy = np.random.RandomState(3).normal(size=images.shape)
    gradient = ops.LRN_GRAD(*(v.astype(np.float32) for v in (dy, images, run(images))), **attrs).numpy()
    for place in np.ndindex(images.shape):
        step = np.zeros(images.shape)
        step[place] = 1e-5
        numeric = (dy * (run(images + step) - run(images - step))).sum() / 2e-5
        assert np.isclose(gradient[place], numeric, atol=1e-4)

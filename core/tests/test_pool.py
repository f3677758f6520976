from __future__ import annotations

import numpy as np
import pytest
from flowstone_core import dtypes
from flowstone_core.conversion import constant
from flowstone_core.errors import InvalidArgumentError
from flowstone_core.ops import pool as ops
from flowstone_core.spec import Spec
from flowstone_core.windows import window

x = np.random.RandomState(0).randint(0, 5, size=(2, 7, 6, 3)).astype(np.float64)


def naive(x, ksize, strides, padding, reduce):
    windows = [window(n, k, s, 1, padding) for n, k, s in zip(x.shape, ksize, strides, strict=True)]
    y = np.zeros([w.out for w in windows])
    for place in np.ndindex(*y.shape):
        starts = [p * w.stride - w.before for p, w in zip(place, windows, strict=True)]
        part = x[tuple(slice(max(0, a), a + w.kernel) for a, w in zip(starts, windows, strict=True))]
        y[place] = reduce(part)
    return y


@pytest.mark.parametrize("padding", ["SAME", "VALID"])
@pytest.mark.parametrize(("ksize", "strides"), [((2, 2), (2, 2)), ((3, 2), (1, 3)), ((1, 1), (1, 1)), ((3, 3), (2, 2))])
def test_against_loops(padding, ksize, strides):
    whole, steps = (1, *ksize, 1), (1, *strides, 1)
    assert (ops.max_pool2d(x, ksize, strides, padding).numpy() == naive(x, whole, steps, padding, np.max)).all()
    assert np.allclose(ops.avg_pool2d(x, ksize, strides, padding).numpy(), naive(x, whole, steps, padding, np.mean))


def test_other_dimensions():
    rows, volumes = x[0], x[None, ..., :]
    assert (ops.max_pool1d(rows, 2, 2, "SAME").numpy() == naive(rows, (1, 2, 1), (1, 2, 1), "SAME", np.max)).all()
    result = ops.avg_pool(volumes, 2, 2, "VALID")
    assert np.allclose(result.numpy(), naive(volumes, (1, 2, 2, 2, 1), (1, 2, 2, 2, 1), "VALID", np.mean))
    assert ops.max_pool(x.transpose(0, 3, 1, 2), 2, 2, "VALID", "NCHW").shape == (2, 3, 3, 3)
    over_channels = ops.MAX_POOL(x, ksize=[1, 1, 1, 3], strides=[1, 1, 1, 3], padding="VALID")
    assert (over_channels.numpy()[..., 0] == x.max(-1)).all()
    with pytest.raises(ValueError, match="rank"):
        ops.max_pool([1.0], 2, 2, "VALID")
    with pytest.raises(ValueError, match="one-dimensional"):
        ops.max_pool1d(rows, 2, 2, [[0, 0], [1, 1], [0, 0]])


def test_explicit_padding_never_wins():
    result = ops.max_pool2d(x - 10, 2, 1, [[0, 0], [1, 0], [0, 1], [0, 0]]).numpy()
    assert result.shape == (2, 7, 6, 3)
    assert (result[:, 0, 0] == (x - 10)[:, 0, :2].max(1)).all()
    assert ops.max_pool2d((x - 10).astype(np.int32), 2, 2, "SAME").numpy().max() < 0


@pytest.mark.parametrize("padding", ["SAME", "VALID"])
def test_gradients(padding):
    attrs = {"ksize": [1, 3, 2, 1], "strides": [1, 2, 1, 1], "padding": padding}
    distinct = np.random.RandomState(1).permutation(x.size).reshape(x.shape).astype(np.float64)
    y = ops.MAX_POOL(constant(distinct), **attrs).numpy()
    w = np.random.RandomState(2).normal(size=y.shape)
    gradient = ops.MAX_POOL_GRAD(constant(distinct), y, w, **attrs).numpy()
    step = np.random.RandomState(3).normal(size=x.shape) * 1e-3
    change = (ops.MAX_POOL(constant(distinct + step), **attrs).numpy() - y) * w
    assert np.isclose(change.sum(), (gradient * step).sum())
    again = ops.MAX_POOL_GRAD_GRAD(distinct, y, step, **attrs).numpy()
    assert np.isclose((again * w).sum(), (gradient * step).sum())
    mean_gradient = ops.AVG_POOL_GRAD(list(x.shape), w, **attrs).numpy()
    assert np.isclose((ops.AVG_POOL(step, **attrs).numpy() * w).sum(), (mean_gradient * step).sum())


def test_the_first_of_equals_gets_the_gradient():
    ones = np.ones((1, 2, 2, 1))
    gradient = ops.MAX_POOL_GRAD(
        ones, ones[:, :1, :1], ones[:, :1, :1], ksize=[1, 2, 2, 1], strides=[1, 2, 2, 1], padding="VALID"
    )
    assert gradient.numpy().ravel().tolist() == [1, 0, 0, 0]


@pytest.mark.parametrize("in_batch", [False, True])
def test_places(in_batch):
    found = ops.max_pool_with_argmax(x, 2, 2, "SAME", include_batch_in_index=in_batch)
    flat = x.reshape(-1) if in_batch else None
    for b in range(2):
        each = flat if in_batch else x[b].reshape(-1)
        assert (each[found.argmax.numpy()[b]] == found.output.numpy()[b]).all()
    attrs = {"ksize": [1, 2, 2, 1], "strides": [1, 2, 2, 1], "padding": "SAME", "include_batch_in_index": in_batch}
    gradient = ops.MAX_POOL_GRAD_WITH_ARGMAX(x, found.output, found.argmax, **attrs).numpy()
    assert np.isclose(gradient.sum(), found.output.numpy().sum())
    back = ops.MAX_POOL_GRAD_GRAD_WITH_ARGMAX(x, x, found.argmax, **attrs)
    assert (back.numpy() == found.output.numpy()).all()
    with pytest.raises(ValueError, match="NHWC"):
        ops.max_pool_with_argmax(x, 2, 2, "SAME", "NCHW")


@pytest.mark.parametrize("padding", ["SAME", "VALID"])
def test_dilation(padding):
    f = np.random.RandomState(4).normal(size=(3, 2, 3))
    options = {"strides": [1, 2, 1, 1], "padding": padding, "data_format": "NHWC", "dilations": [1, 1, 2, 1]}
    y = ops.dilation2d(x, f, **options).numpy()
    w = np.random.RandomState(5).normal(size=y.shape)
    attrs = {"strides": [1, 2, 1, 1], "rates": [1, 1, 2, 1], "padding": padding}
    dx = ops.DILATION_2D_BACKPROP_INPUT(x, f, w, **attrs).numpy()
    df = ops.DILATION_2D_BACKPROP_FILTER(x, f, w, **attrs).numpy()
    u, v = (np.random.RandomState(6).normal(size=shape) * 1e-6 for shape in (x.shape, f.shape))
    change = ((ops.dilation2d(x + u, f + v, **options).numpy() - y) * w).sum()
    assert np.isclose(change, (dx * u).sum() + (df * v).sum(), rtol=1e-4)
    eroded = ops.erosion2d(x, np.zeros((1, 1, 3)), [1, 1, 1, 1], "SAME", "NHWC", [1, 1, 1, 1])
    assert (eroded.numpy() == x).all()


def test_refusals():
    for ksize, strides in ((9, 1), (0, 1), (2, 0)):
        with pytest.raises(InvalidArgumentError):
            ops.max_pool2d(x, ksize, strides, "VALID")
    with pytest.raises(InvalidArgumentError, match="allowed"):
        ops.avg_pool2d(x.astype(np.int32), 2, 2, "VALID")


def test_inference():
    attrs = {"ksize": (1, 2, 2, 1), "strides": (1, 2, 2, 1), "padding": "VALID", "data_format": "NHWC"}
    spec = ops.MAX_POOL.infer(Spec((None, 7, None, 3), dtypes.float32), explicit_paddings=(), **attrs)
    assert spec.shape == (None, 3, None, 3)

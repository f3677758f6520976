from __future__ import annotations

import numpy as np
import pytest
from flowstone_core import dtypes
from flowstone_core.conversion import constant
from flowstone_core.errors import InvalidArgumentError, SpecError
from flowstone_core.ops import softmax as ops
from flowstone_core.spec import Spec

logits = np.random.RandomState(0).normal(size=(2, 3, 4)) * 5


def reference(x, axis=-1):
    e = np.exp(x - x.max(axis=axis, keepdims=True))
    return e / e.sum(axis=axis, keepdims=True)


@pytest.mark.parametrize("axis", [None, 0, 1, 2, -1, -3])
def test_along_any_dimension(axis):
    expected = reference(logits, -1 if axis is None else axis)
    assert np.allclose(ops.softmax(logits, axis).numpy(), expected)
    assert np.allclose(ops.log_softmax(logits, axis).numpy(), np.log(expected))


def test_extremes():
    assert ops.softmax([1000.0, -1000.0]).numpy().tolist() == [1, 0]
    assert ops.log_softmax([1000.0, -1000.0]).numpy().tolist() == [0, -2000]
    assert ops.softmax(constant([], "float32", (2, 0))).shape == (2, 0)
    with pytest.raises(InvalidArgumentError, match="range"):
        ops.softmax(logits, 3)
    with pytest.raises(InvalidArgumentError, match="dimension"):
        ops.softmax(1.0)


@pytest.mark.parametrize("kind", ["float16", "bfloat16", "float32", "float64"])
def test_cross_entropies_agree(kind):
    rows = logits[0].astype(dtypes.as_dtype(kind).as_numpy_dtype)
    classes = np.array([2, 0, 3])
    one_hot = np.eye(4)[classes].astype(rows.dtype)
    expected = -np.log(reference(rows.astype(float)))[np.arange(3), classes]
    for loss in (
        ops.sparse_softmax_cross_entropy_with_logits(classes, rows),
        ops.softmax_cross_entropy_with_logits(one_hot, rows),
    ):
        assert loss.dtype == kind
        assert np.allclose(loss.numpy().astype(float), expected, rtol=2e-2 if "16" in kind else 1e-5)
    wide = rows.astype(np.float64)
    _, gradient = ops.SPARSE_SOFTMAX_CROSS_ENTROPY(wide, classes)
    assert np.allclose(gradient.numpy(), reference(wide) - np.eye(4)[classes])


def test_other_shapes_and_dimensions():
    labels = reference(logits[::-1])
    expected = -(labels * np.log(reference(logits))).sum(-1)
    assert np.allclose(ops.softmax_cross_entropy_with_logits(labels, logits).numpy(), expected)
    moved = ops.softmax_cross_entropy_with_logits(np.moveaxis(labels, -1, 0), np.moveaxis(logits, -1, 0), axis=0)
    assert np.allclose(moved.numpy(), expected)
    classes = np.array([[0, 1, 2], [3, 2, 1]])
    assert ops.sparse_softmax_cross_entropy_with_logits(classes, logits).shape == (2, 3)
    assert ops.sparse_softmax_cross_entropy_with_logits(1, logits[0, 0]).shape == ()


def test_what_does_not_fit():
    for labels, words in (([4, 0], "valid range"), ([-1, 0], "valid range")):
        with pytest.raises(InvalidArgumentError, match=words):
            ops.sparse_softmax_cross_entropy_with_logits(labels, logits[:, 0])
    with pytest.raises(ValueError, match="rank"):
        ops.sparse_softmax_cross_entropy_with_logits([[0, 1]], logits[:, 0])
    with pytest.raises(ValueError, match="except for the last"):
        ops.sparse_softmax_cross_entropy_with_logits([0], logits[:, 0])
    with pytest.raises(InvalidArgumentError, match="broadcastable"):
        ops.softmax_cross_entropy_with_logits(np.ones((2, 3)), logits[:, 0])
    with pytest.raises(SpecError, match="first dimension"):
        ops.SPARSE_SOFTMAX_CROSS_ENTROPY.infer(Spec((2, 3), dtypes.float32), Spec((3,), dtypes.int32))


def test_logistic_losses():
    x, z = np.linspace(-20, 20, 9), np.linspace(0, 1, 9)
    p = 1 / (1 + np.exp(-x))
    with np.errstate(divide="ignore"):
        exact = -z * np.log(p) - (1 - z) * np.log1p(-p)
    assert np.allclose(ops.sigmoid_cross_entropy_with_logits(z, x).numpy()[1:-1], exact[1:-1])
    weighted = -3 * z * np.log(p) - (1 - z) * np.log1p(-p)
    assert np.allclose(ops.weighted_cross_entropy_with_logits(z, x, 3.0).numpy()[1:-1], weighted[1:-1])
    with pytest.raises(ValueError, match="same shape"):
        ops.sigmoid_cross_entropy_with_logits([1.0], [1.0, 2.0])
    with pytest.raises(ValueError, match="must be provided"):
        ops.sigmoid_cross_entropy_with_logits([1.0])

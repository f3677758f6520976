"""``tf.experimental.numpy`` beside numpy; parity with TensorFlow is in tests/parity/cases/tnp.py."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
from flowstone_core.api import tf

tnp = tf.experimental.numpy

UNARY = """
    arccos arcsin arctan arctanh cbrt ceil cos cosh deg2rad exp exp2 expm1 fabs fix floor isfinite isinf isnan isneginf
    isposinf rad2deg sin sinc sinh tan tanh
"""


@pytest.mark.parametrize("name", UNARY.split())
def test_functions_of_one_number(name):
    x = [-0.5, 0.0, 0.25, 0.75]
    expected = np.trunc if name == "fix" else getattr(np, name)  # numpy's own fix is deprecated
    np.testing.assert_allclose(getattr(tnp, name)(x).numpy(), expected(x), rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("name", "arccosh arcsinh log log10 log1p log2 reciprocal sqrt".split())
def test_functions_of_positive_numbers(name):
    x = [1.0, 1.5, 4.0]
    np.testing.assert_allclose(getattr(tnp, name)(x).numpy(), getattr(np, name)(x), rtol=1e-12)


@pytest.mark.parametrize("name", "arctan2 hypot nextafter logaddexp logaddexp2 float_power".split())
def test_functions_of_two_numbers(name):
    x, y = [1.0, 2.5, 0.5], [2.0, 1.5, 0.25]
    np.testing.assert_allclose(getattr(tnp, name)(x, y).numpy(), getattr(np, name)(x, y), rtol=1e-12)


def test_infinities_add_up():
    assert tnp.logaddexp(-np.inf, -np.inf).numpy() == -np.inf
    assert tnp.logaddexp(np.inf, 1.0).numpy() == np.inf


@pytest.mark.parametrize(("x", "decimals"), [(2.567, 2), (-2.5, 0), (1234.0, -2), (1234, 1)])
def test_around(x, decimals):
    assert tnp.around(x, decimals).numpy() == np.around(x, decimals)


def test_integers_compute_in_double_precision():
    assert tnp.sqrt(4).dtype == tf.float64
    assert tnp.exp(tf.constant(1)).dtype == tf.float64
    assert tnp.log(tf.constant(1.0)).dtype == tf.float32


def test_variance_of_samples():
    x = [[1.0, 2.0, 4.0], [3.0, 5.0, 9.0]]
    np.testing.assert_allclose(tnp.var(x, axis=1, ddof=1).numpy(), np.var(x, axis=1, ddof=1))


def test_random_numbers_follow_the_seed():
    draws = []
    for _ in range(2):
        tnp.random.seed(3)
        draws.append(
            [
                tnp.random.rand(2).numpy().tolist(),
                tnp.random.randn(2).numpy().tolist(),
                tnp.random.uniform(1.0, 2.0, 2).numpy().tolist(),
                tnp.random.randint(5, size=3).numpy().tolist(),
                tnp.random.poisson(2.0, 2).numpy().tolist(),
                tnp.random.standard_normal(2).numpy().tolist(),
                tnp.random.random([2]).numpy().tolist(),
            ]
        )
    assert draws[0] == draws[1]
    assert all(1 <= x < 2 for x in draws[0][2])
    assert set(draws[0][3]) <= set(range(5))


@pytest.mark.parametrize(
    "call",
    [
        lambda: tnp.clip([1], None, None),
        lambda: tnp.sort([1], kind="heapsort"),
        lambda: tnp.argsort([1], kind="heapsort"),
        lambda: tnp.pad([1], [[1, 1]], "edge"),
        lambda: tnp.full_like([1], 2, order="F"),
        lambda: tnp.arange(1, 2, 0),
        lambda: tnp.amax(1, out=[]),
        lambda: tnp.diag([[[1]]]),
        lambda: tnp.vander([[1]]),
        lambda: tnp.diff(1),
        lambda: tnp.gcd(1.5, 2),
        lambda: tnp.take([1], [0], mode="never"),
        lambda: tnp.meshgrid([1], sparse=True),
        lambda: tnp.select([[True]], [[1], [2]]),
        lambda: tnp.reshape([1], [1], order="K"),
    ],
)
def test_what_is_not_supported_is_a_value_error(call):
    with pytest.raises(ValueError):
        call()


BEHAVIOR = """
import numpy as np
from flowstone_core.api import tf
tnp = tf.experimental.numpy
c = tf.constant
assert not hasattr(c(1), "reshape")
tnp.experimental_enable_numpy_behavior()
f64 = tf.float64
assert (c(1) + c(2.5)).dtype == f64
assert (c(1) + 2.5).dtype == (2.5 + c(1)).dtype == f64
assert (2.5 - c(1)).numpy() == 1.5
assert (c([1, 2]) / 2).dtype == f64
assert (c(1, tf.int8) + c(1, tf.uint8)).dtype == tf.int16
assert (c(1.5) + 1).dtype == tf.float32
assert (tf.Variable(1) + 2.5).dtype == f64
assert (c(1) == c(1.0)).numpy() and (c(1) < 1.5).numpy()
assert (c(1) == None) is False
assert c(1).dtype == tf.int32
x = c([[1, 2]])
assert x.T.shape == x.transpose().shape == x.reshape(2, 1).shape == [2, 1]
assert x.reshape(-1).shape == x.ravel().shape == x.flatten().shape == [2]
assert x.size == 2 and x.data is x and (+x) is x and x.tolist() == [[1, 2]]
assert x.astype(np.float32).dtype == tf.float32
assert x.mean().numpy() == 1.5 and x.max(axis=0).numpy().tolist() == [1, 2] and x.min().numpy() == 1
assert (c([1, 2]) @ c([1.5, 2.0])).numpy() == 5.5 and (c([1.0]) @ np.array([2.0])).numpy() == 2
a = np.arange(24).reshape(2, 3, 4)
t = c(a)
for key in (
    [0, 1], np.array([1, 0]), ([0, 1], [1, 2]), np.s_[:, [0, 2]], np.s_[[0, 1], :, [1, 2]], a > 5, a[:, 0, 0] > 5,
    np.s_[:, np.array([True, False, True])], np.s_[None, [0, 1]], np.s_[..., [1, 3]], np.s_[1, [0, 2]], [-1],
    ([[0], [1]], [1, 2]), np.s_[:, None, [0]], np.s_[:, 0, [1, 2]], np.s_[:, a[0] > 3], np.s_[1:, ::-1, [[0, 1]]],
):
    np.testing.assert_array_equal(t[key], a[key], err_msg=str(key))
assert t[c([1, 0])].shape == [2, 3, 4] and t[tf.Variable([1, 0]), 1].shape == [2, 4]
assert t[0, :, [1, 2]].shape == [3, 2]  # as in TensorFlow: integers first
for key, error in (([[]], IndexError), (np.s_[:, [0.5]], IndexError), ([7], tf.errors.InvalidArgumentError)):
    try:
        t[key]
    except error:
        continue
    raise AssertionError(key)
assert x.clip(0, 1).numpy().tolist() == [[1, 1]]
try:
    tf.add(c(1), 2.5)
except (TypeError, tf.errors.InvalidArgumentError):
    pass
else:
    raise AssertionError("functions do not promote")
tnp.experimental_enable_numpy_behavior(prefer_float32=True)
assert tnp.sqrt(4).dtype == tf.float32
for mode, error in (("wrong", ValueError), ("all", NotImplementedError)):
    try:
        tnp.experimental_enable_numpy_behavior(dtype_conversion_mode=mode)
    except error:
        continue
    raise AssertionError(mode)
"""


def test_numpy_behavior():
    done = subprocess.run([sys.executable, "-c", BEHAVIOR], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr

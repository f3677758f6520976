"""Expected numbers are TensorFlow 2.21's."""

from __future__ import annotations

import threading

import numpy as np
import pytest
from flowstone_core import dtypes, random_seed
from flowstone_core.errors import InvalidArgumentError
from flowstone_core.ops import random as ops
from flowstone_core.random_seed import get_seed, set_seed
from flowstone_core.spec import Spec


@pytest.fixture(autouse=True)
def global_seed():
    set_seed(1)
    yield
    set_seed(None)


def near(expected):
    return pytest.approx(expected, rel=1e-6)


def test_the_global_seed_gives_tensorflows_numbers():
    assert ops.uniform([3]).numpy().tolist() == near([0.16513085, 0.9014813, 0.6309742])
    assert ops.uniform([3]).numpy().tolist() == near([0.51010704, 0.44353175, 0.4085331])


def test_an_op_seed_names_a_stream_that_goes_on():
    assert ops.uniform([3]).numpy().tolist() == near([0.16513085, 0.9014813, 0.6309742])
    assert ops.uniform([3], seed=5).numpy().tolist() == near([0.195606, 0.02986085, 0.36493087])
    assert ops.uniform([3], seed=5).numpy().tolist() == near([0.44306076, 0.88781226, 0.5292921])
    assert ops.uniform([3], maxval=10, dtype=dtypes.int32, seed=5).numpy().tolist() == [6, 9, 2]
    assert ops.normal([3], seed=5).numpy().tolist() == near([0.33694574, 1.77476, 1.4188327])
    expected = [0.33694574, 1.77476, 1.4188327, -0.05485329, -0.02095677, 0.352799]
    assert ops.truncated_normal([6], seed=5).numpy().tolist() == near(expected)


def test_setting_the_seed_begins_every_stream_anew():
    first = ops.uniform([3], seed=5).numpy().tolist()
    assert ops.uniform([3], seed=5).numpy().tolist() != first
    set_seed(1)
    assert ops.uniform([3], seed=5).numpy().tolist() == first


def test_seeds():
    assert [get_seed(None) for _ in range(2)] == [(1, 577090037), (1, 271041745)]
    assert get_seed(5) == (1, 5)
    set_seed(0)
    assert get_seed(0) == (0, 2**31 - 1)
    set_seed(None)
    assert get_seed(5) == (random_seed.DEFAULT_GLOBAL_SEED, 5)
    assert get_seed(None) == (None, None)


def test_without_any_seed_numbers_differ():
    set_seed(None)
    assert ops.uniform([4]).numpy().tolist() != ops.uniform([4]).numpy().tolist()


@pytest.mark.parametrize("kind", ["float16", "bfloat16", "float32", "float64"])
def test_every_float_type_has_its_numbers(kind):
    for function in (ops.uniform, ops.normal, ops.truncated_normal):
        result = function([2, 500], dtype=kind)
        assert (result.shape, result.dtype) == ((2, 500), dtypes.as_dtype(kind))
    values = ops.uniform([10000], minval=2, maxval=4, dtype=kind).numpy().astype(np.float64)
    assert values.min() >= 2
    assert values.max() <= 4
    assert values.mean() == pytest.approx(3, abs=0.05)
    values = ops.normal([10000], mean=5, stddev=2, dtype=kind).numpy().astype(np.float64)
    assert values.mean() == pytest.approx(5, abs=0.1)
    assert values.std() == pytest.approx(2, abs=0.1)
    assert np.abs(ops.truncated_normal([1000], dtype=kind).numpy().astype(np.float64)).max() <= 2


def test_streams_do_not_depend_on_how_many_numbers_are_asked_for_at_once():
    few = ops.uniform([3], seed=7).numpy().tolist()
    set_seed(1)
    assert ops.uniform([40000], seed=7).numpy()[:3].tolist() == few


def test_integers():
    wide = ops.uniform([1000], -5, 5, dtype=dtypes.int64).numpy()
    assert (wide.min(), wide.max(), wide.dtype) == (-5, 4, np.int64)
    assert ops.uniform([0], 5, 5, dtype=dtypes.int32).shape == (0,)
    with pytest.raises(ValueError, match="Must specify maxval"):
        ops.uniform([3], dtype=dtypes.int32)
    with pytest.raises(InvalidArgumentError, match="Need minval < maxval"):
        ops.uniform([3], 5, 5, dtype=dtypes.int32)
    with pytest.raises(ValueError, match="Accepted dtypes"):
        ops.uniform([3], dtype=dtypes.complex64)


def test_shapes_are_checked_and_inferred():
    with pytest.raises(InvalidArgumentError, match="negative"):
        ops.uniform([-1])
    spec = ops.RANDOM_UNIFORM.infer(Spec((2,), dtypes.int32, (None, 3)), dtype=dtypes.float32, seed=0, seed2=0)
    assert (spec.shape, spec.dtype) == ((None, 3), dtypes.float32)
    assert ops.uniform([]).shape == ()


def test_gamma():
    assert ops.gamma([4], [0.5, 3.0], beta=[[1.0], [2.0]]).shape == (4, 2, 2)
    values = ops.gamma([20000], [0.3, 1.0, 5.0], dtype="float64").numpy()
    assert values.mean(0) == pytest.approx([0.3, 1, 5], rel=0.05)
    assert values.var(0) == pytest.approx([0.3, 1, 5], rel=0.1)
    numbers = ops.RANDOM_GAMMA([3], np.array([0.3, 0.6], np.float32), seed=3, seed2=2).numpy()
    assert (numbers > 0).all()


def test_poisson():
    values = ops.poisson([20000], [0.5, 3.0, 40.0]).numpy()
    assert (values.shape, values.dtype) == ((20000, 3), np.float32)
    assert values.mean(0) == pytest.approx([0.5, 3, 40], rel=0.05)
    assert values.var(0) == pytest.approx([0.5, 3, 40], rel=0.1)


def test_categorical():
    draws = ops.categorical([[0.0, 0.0, -np.inf], np.log([0.1, 0.2, 0.7])], 20000)
    assert (draws.shape, draws.dtype) == ((2, 20000), dtypes.int64)
    shares = [np.bincount(row, minlength=3) / 20000 for row in draws.numpy()]
    assert shares[0] == pytest.approx([0.5, 0.5, 0], abs=0.02)
    assert shares[1] == pytest.approx([0.1, 0.2, 0.7], abs=0.02)
    assert ops.categorical([[1.0]], 2, dtype=dtypes.int32).dtype is dtypes.int32
    for logits, count in (([1.0], 2), ([[1.0]], -1)):
        with pytest.raises(InvalidArgumentError):
            ops.categorical(logits, count)


def test_shuffle_permutes_rows():
    rows = np.arange(20).reshape(10, 2)
    shuffled = ops.shuffle(rows, seed=3).numpy()
    assert sorted(map(tuple, shuffled)) == list(map(tuple, rows))
    assert ops.shuffle(5).numpy() == 5
    assert ops.shuffle(np.zeros([0, 2])).shape == (0, 2)


def test_threads_share_the_stream():
    results = []

    def draw():
        for _ in range(50):
            results.append(float(ops.uniform([], seed=9).numpy()))

    threads = [threading.Thread(target=draw) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    set_seed(1)
    expected = [float(ops.uniform([], seed=9).numpy()) for _ in range(400)]
    assert sorted(results) == sorted(expected)

"""Expected numbers are TensorFlow 2.21's."""

from __future__ import annotations

import numpy as np
import pytest
from flowstone_core import dtypes, random_generator
from flowstone_core.errors import InvalidArgumentError
from flowstone_core.ops import generator as ops
from flowstone_core.random_algorithm import Algorithm
from flowstone_core.random_generator import Generator, create_rng_state
from flowstone_core.trackable import AutoTrackable


def near(expected):
    return pytest.approx(expected, abs=1e-5)


def state(generator):
    return generator.state.numpy().tolist()


def test_numbers():
    g = Generator.from_seed(5)
    assert state(g) == [5, 0, 0]
    assert g.normal([5]).numpy().tolist() == near([1.02785, 0.27974, -0.01348, 1.84518, 0.97061])
    assert state(g) == [1285, 0, 0]
    assert g.uniform([5]).numpy().tolist() == near([0.96354, 0.55858, 0.1609, 0.41896, 0.73172])
    assert g.truncated_normal([5]).numpy().tolist() == near([-0.39096, -1.11968, -0.13448, 0.59562, -0.78154])
    assert g.uniform([5], minval=1, maxval=77, dtype="int64").numpy().tolist() == [63, 74, 32, 43, 30]
    assert g.uniform_full_int([2]).numpy().tolist() == [18307921829236556174, 1867735081507980743]


def test_scales_and_whole_ranges():
    g = Generator.from_seed(1)
    g.make_seeds(3)
    assert g.skip(10).numpy().tolist() == [769, 0, 0]
    assert g.normal([2], mean=1.0, stddev=2.0).numpy().tolist() == near([2.17667, 1.19034])
    assert g.uniform([2], -1, 1).numpy().tolist() == near([0.90506, 0.35147])
    assert g.uniform([2], 0, 10, dtypes.int32).numpy().tolist() == [9, 0]
    assert g.uniform([2], None, dtype=dtypes.int32).numpy().tolist() == [-1127964450, -1677317752]


def test_binomial():
    g = Generator.from_seed(1)
    values = g.binomial([20000, 3], counts=[10.0, 20.0, 100.0], probs=[0.3, 0.9, 0.5]).numpy()
    assert values.mean(0) == pytest.approx([3, 18, 50], rel=0.02)
    assert values.var(0) == pytest.approx([2.1, 1.8, 25], rel=0.05)
    assert g.binomial([2], [10.0, 10.0], [0.0, 1.0]).numpy().tolist() == [0, 10]
    with pytest.raises(InvalidArgumentError, match="must end with"):
        g.binomial([2], [10.0], [0.5])


def test_seeds_and_splits():
    g = Generator.from_seed(1)
    expected = [[6679402142117448868, 684265014234019051, 5892734326067077929], [0, 0, 0]]
    assert g.make_seeds(3).numpy().tolist() == expected
    first, second = Generator.from_seed(1).split(2)
    assert [state(first), state(second)] == [[0, 0, 6679402142117448868], [0, 0, 684265014234019051]]
    assert first.normal([1]).numpy() != second.normal([1]).numpy()


@pytest.mark.parametrize(
    ("seed", "alg", "expected"),
    [
        (1, "philox", [1, 0, 0]),
        ([1, 2], Algorithm.PHILOX, [0, 1, 2]),
        (1, "threefry", [1, 0]),
        ([1, 2, 3, 4], 1, [1, 2, 3]),
        (2**70, "auto_select", [0, 64, 0]),
        (-1, 1, [-1, -1, -1]),
        ([2**64 - 1], 1, [0, 0, -1]),
    ],
)
def test_states_of_seeds(seed, alg, expected):
    assert create_rng_state(seed, alg).numpy().tolist() == expected


def test_making_and_resetting():
    g = Generator.from_state([1, 2, 3], "philox")
    assert g.normal([2]).numpy().tolist() == near([-0.26016, -1.22052])
    assert state(Generator.from_key_counter(3, [1, 2], "philox")) == [1, 2, 3]
    assert state(Generator(copy_from=Generator.from_state([7, 8, 9], 1))) == [7, 8, 9]
    assert state(Generator.from_non_deterministic_state()) != state(Generator.from_non_deterministic_state())
    shared = Generator(state=g.state, alg=1)
    assert shared.state is g.state
    g.reset_from_seed(5)
    assert state(g) == [5, 0, 0]
    g.reset_from_key_counter(7, [3, 4])
    assert state(g) == [3, 4, 7]
    g.reset([9, 8, 7])
    assert (state(g), g.key.numpy(), g.algorithm) == ([9, 8, 7], 7, 1)
    assert isinstance(g, AutoTrackable)
    assert list(g._trackable_children()) == ["_state_var"]


def test_mistakes():
    for call in (
        lambda: Generator.from_state([1, 2], "philox"),
        lambda: Generator.from_key_counter([3], [1, 2], "philox"),
        lambda: Generator.from_seed(1, "mersenne"),
        lambda: Generator.from_seed(1).reset([1, 2]),
        lambda: Generator.from_seed(1).uniform([2], dtype=dtypes.int32),
    ):
        with pytest.raises(ValueError, match=r"incompatible|unsupported|both"):
            call()
    for call in (
        lambda: Generator(),
        lambda: Generator(state=[1, 2, 3]),
        lambda: Generator(Generator.from_seed(1), alg=1),
    ):
        with pytest.raises(AssertionError):
            call()
    with pytest.raises(InvalidArgumentError, match="not offered"):
        Generator.from_seed(1, "threefry").normal([2])


def test_the_counter_carries():
    g = Generator.from_state([-1, 0, 0], 1)
    g.skip(1)
    assert state(g) == [255, 1, 0]


def test_the_shared_generator():
    before = random_generator.get_global_generator()
    assert random_generator.get_global_generator() is before
    random_generator.set_global_generator(Generator.from_seed(4))
    assert random_generator.get_global_generator().normal([2]).numpy().tolist() == near([1.00191, 0.67351])
    random_generator.set_global_generator(before)


def test_the_ops_that_only_saved_graphs_have():
    g, same = Generator.from_seed(5), Generator.from_seed(5)
    one, shape = np.int64(1), np.array([5], np.int64)
    for op, call in (
        (ops.STATEFUL_NORMAL, lambda: same.normal([5])),
        (ops.STATEFUL_UNIFORM, lambda: same.uniform([5])),
        (ops.STATEFUL_TRUNCATED_NORMAL, lambda: same.truncated_normal([5])),
    ):
        assert op(g.state.handle, one, shape).numpy().tolist() == call().numpy().tolist()
    ints = ops.STATEFUL_UNIFORM_INT(g.state.handle, one, shape, np.int64(1), np.int64(77))
    assert ints.numpy().tolist() == same.uniform([5], 1, 77, dtypes.int64).numpy().tolist()
    full = ops.STATEFUL_FULL_INT(g.state.handle, one, shape)
    assert full.numpy().tolist() == same.uniform_full_int([5]).numpy().tolist()
    ops.RNG_SKIP(g.state.handle, one, np.int64(3))
    same.skip(3)
    assert state(g) == state(same)

"""Random numbers: those of core's kernels, which are TensorFlow's, bit for bit."""

from __future__ import annotations

import numpy as np
import pytest
from flowstone_core import distributions, providers
from flowstone_core.ops import random as ops
from flowstone_core.random_seed import set_seed
from flowstone_graphfn.function import function
from flowstone_kernels_simd import philox, threads

STREAMS = [(0, 0), (0x0123456789ABCDEF, 5 << 64), (2**64 - 1, 2**64 - 3), (7, 2**128 - 2)]
COUNTS = [0, 1, 3, 17, 64, 1000, 70_001]


@pytest.mark.parametrize("name", ["uniform", "normal", "truncated_normal"])
@pytest.mark.parametrize("stream", STREAMS)
def test_the_same_numbers_as_numpy(name, stream):
    for count in COUNTS:
        expected = getattr(distributions, name)(*stream, count, np.float32)
        got = getattr(philox, name)(*stream, count, np.float32)
        assert got.dtype == np.float32
        np.testing.assert_array_equal(got, expected)


@pytest.mark.parametrize("dtype", [np.int32, np.uint32, np.int64, np.uint64])
def test_the_same_bits_as_numpy(dtype):
    for stream in STREAMS:
        for count in COUNTS:
            got = philox.full_int(*stream, count, dtype)
            np.testing.assert_array_equal(got, distributions.full_int(*stream, count, dtype))


def test_normal_numbers_of_a_million_are_the_same():
    got, expected = (f(3, 9, 1_000_000, np.float32) for f in (philox.normal, distributions.normal))
    np.testing.assert_array_equal(got, expected)


def test_any_number_of_threads_gives_the_same(monkeypatch):
    found = []
    for count in (1, 2, 3):
        monkeypatch.setattr(threads, "wanted", lambda count=count: count)
        found.append(philox.normal(1, 2, 100_003, np.float32).tobytes())
    assert len(set(found)) == 1


def test_the_numbers_of_a_function_follow_each_other():
    f = function(lambda: ops.uniform([2000]))
    set_seed(4)
    first, second = f().numpy(), f().numpy()
    assert not np.array_equal(first, second)
    set_seed(4)
    again = function(lambda: ops.uniform([2000]))
    np.testing.assert_array_equal(again().numpy(), first)
    np.testing.assert_array_equal(again().numpy(), second)


def test_eager_numbers_are_those_of_core():
    found = []
    for names in (["simd", "numpy"], ["numpy"]):
        with providers.kernel_providers(names):
            set_seed(9)
            found.append(ops.normal([50, 3]).numpy())
            found.append(ops.normal([50, 3]).numpy())
    np.testing.assert_array_equal(found[:2], found[2:])
    assert not np.array_equal(found[0], found[1])

"""Random graphs, optimized and not: the same results, bit by bit, the same effects, the same errors."""

from __future__ import annotations

import numpy as np
import pytest
from flowstone_core.api import tf
from flowstone_core.providers import kernel_providers
from flowstone_core.variable import Variable
from flowstone_graphfn import buffers
from flowstone_graphfn.control_flow import cond
from flowstone_graphfn.function import function
from flowstone_graphfn.passes import options
from flowstone_graphfn.passes.pipeline import PASSES
from flowstone_graphfn.while_loops import while_loop
from hypothesis import given, settings
from hypothesis import strategies as st

SHAPE = [2, 3]
CAPTURED = tf.constant([[0.5, -1.0, 2.0], [1.0, 0.0, -0.25]])

STEPS = {
    "add": lambda x, y: x + y,
    "sub": lambda x, y: x - y,
    "mul": lambda x, y: x * y,
    "max": lambda x, y: tf.maximum(x, y),
    "neg": lambda x, y: -x,
    "twice negative": lambda x, y: tf.negative(-y),
    "identity": lambda x, y: tf.identity(x),
    "times one": lambda x, y: x * 1.0,
    "minus zero": lambda x, y: y - 0.0,
    "plus zero": lambda x, y: y + 0.0,
    "constant": lambda x, y: x * (tf.constant(2.0) - 0.5),
    "captured": lambda x, y: x * CAPTURED + tf.reduce_sum(CAPTURED),
    "back and forth": lambda x, y: tf.transpose(tf.transpose(x)),
    "reshaped": lambda x, y: tf.reshape(tf.reshape(x, [6]), SHAPE),
    "product": lambda x, y: tf.matmul(tf.matmul(x, tf.transpose(y)), x) * 0.1,
    "product of transposed": lambda x, y: tf.transpose(tf.matmul(tf.transpose(x), tf.transpose(y), transpose_b=True))[
        :2
    ],
    "shape": lambda x, y: x + tf.cast(tf.size(tf.exp(y)), tf.float32),
    "zeros": lambda x, y: x + tf.zeros_like(tf.tanh(y)),
    "row": lambda x, y: x + y[0],
    "joined": lambda x, y: tf.concat([x, y], 0)[1:3],
    "cast": lambda x, y: tf.cast(tf.cast(tf.clip_by_value(x, -9.0, 9.0), tf.int32), tf.float32),
    "sum": lambda x, y: y + tf.reduce_sum(tf.tanh(x), 1, keepdims=True),
}
EFFECTS = ("read", "assign", "assign_add")
NESTED = ("branch", "loop", "call", "known branch")

leaf = st.tuples(st.sampled_from([*STEPS, *EFFECTS]), st.integers(0, 30), st.integers(0, 30))
block = st.lists(leaf, min_size=1, max_size=5)
nested = st.tuples(st.sampled_from(NESTED), st.integers(0, 30), st.integers(0, 30), block, block)
programs = st.lists(st.one_of(leaf, nested), min_size=1, max_size=12)


class Machine:
    """Runs a program on a pool of tensors and two variables."""

    def __init__(self):
        self.variables = [Variable(tf.ones(SHAPE)), Variable(tf.zeros(SHAPE))]

    def reset(self):
        self.variables[0].assign(tf.ones(SHAPE))
        self.variables[1].assign(tf.zeros(SHAPE))

    def run(self, program, pool):
        pool = list(pool)
        for name, first, second, *blocks in program:
            x, y = pool[first % len(pool)], pool[second % len(pool)]
            pool.append(tf.clip_by_value(self.step(name, x, y, second, *blocks), -100.0, 100.0))
        return pool[-1] + pool[len(pool) // 2]

    def step(self, name, x, y, number, then=(), orelse=()):
        variable = self.variables[number % 2]
        if name == "read":
            return variable + x
        if name == "assign":
            return variable.assign(x) * 1.0
        if name == "assign_add":
            variable.assign_add(x)
            return variable * 1.0
        if name == "branch":
            return cond(tf.reduce_sum(x) > 0.0, lambda: self.run(then, [x, y]), lambda: self.run(orelse, [y, x]))
        if name == "known branch":
            return cond(tf.constant(number % 2) > 0, lambda: self.run(then, [x, y]), lambda: self.run(orelse, [y, x]))
        if name == "loop":
            return while_loop(
                lambda i, a, b: i < number % 4, lambda i, a, b: (i + 1, self.run(then, [a, b, y]), b), (0, x, y)
            )[1]
        if name == "call":
            return function(lambda x, y: self.run(then, [x, y]), autograph=False)(x, y)
        return STEPS[name](x, y)


@pytest.fixture(autouse=True, scope="module")
def verified():
    with pytest.MonkeyPatch.context() as patch, kernel_providers(["numpy"]):  # compilers may round otherwise
        patch.setattr(buffers, "LARGE", buffers.LARGE)  # as it was, at the end
        patch.setenv("FLOWSTONE_VERIFY", "1")
        yield
    options._options.clear()
    options.set_experimental_options({})


def outcome(machine, f, *args):
    machine.reset()
    result = f(*args)
    return [result.numpy(), *(variable.numpy() for variable in machine.variables)]


@settings(max_examples=60, deadline=None)
@given(programs, st.sampled_from([None, *sorted({switch for switch, _ in PASSES})]), st.sampled_from([0, 1024]))
def test_optimized_graphs_do_the_same(program, off, large):
    """``large``: from which size on temporaries share memory."""
    buffers.LARGE = large
    machine = Machine()
    f = function(lambda x, y: machine.run(program, [x, y]), autograph=False)
    args = tf.constant([[0.5, -0.75, 1.0], [2.0, -0.0, 0.25]]), tf.constant([[1.0, 2.0, -3.0], [0.5, 0.0, -1.5]])
    options._options.clear()
    options.set_experimental_options({"disable_meta_optimizer": True})
    plain = outcome(machine, f, *args)
    options.set_experimental_options({"disable_meta_optimizer": False, **({} if off is None else {off: False})})
    for _ in range(2):
        for expected, got in zip(plain, outcome(machine, f, *args), strict=True):
            np.testing.assert_array_equal(got.view(np.int32), expected.view(np.int32))

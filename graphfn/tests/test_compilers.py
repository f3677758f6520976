"""Compilers of others in plans: grouping, order, fall-through, failures."""

from __future__ import annotations

import logging

import numpy as np
import pytest
from flowstone_core.conversion import convert_to_tensor as constant
from flowstone_core.hookspecs import CompilerProvider
from flowstone_core.ops.elementary import exp, tanh
from flowstone_core.ops.filling import range as range_
from flowstone_core.ops.math import add, multiply
from flowstone_core.ops.reduce import reduce_sum
from flowstone_core.type_spec import TensorSpec
from flowstone_core.variable import Variable
from flowstone_graphfn import compilers
from flowstone_graphfn.compilers import Compiled, Executable
from flowstone_graphfn.function import function
from flowstone_graphfn.plan import Plan

VARIABLES = ("ReadVariableOp", "AssignAddVariableOp", "AssignVariableOp")


class Recording:
    """Takes ops by name, and executes them by kernels, noting what it was given."""

    def __init__(self, *ops, fails="", declines=""):
        self.ops, self.fails, self.declines = ops, fails, declines
        self.parts, self.runs = [], 0

    def refuse(self, node):
        if self.fails == "refuse":
            raise RuntimeError("broken")
        return None if node.op.name in self.ops else f"no {node.op.name} here"

    def compile(self, part):
        if self.fails == "compile":
            raise RuntimeError("broken")
        if self.declines:
            return self.declines
        self.parts.append([node.op.name for node in part.nodes])

        def run(*arrays):
            self.runs += 1
            return part.plain(*arrays)

        return Executable(run, note="recorded")


@pytest.fixture
def use(monkeypatch):
    def use(*made):
        found = [(CompilerProvider(f"c{i}", 30 - i, ""), compiler) for i, compiler in enumerate(made)]
        monkeypatch.setattr(compilers, "in_use", lambda: found)
        monkeypatch.setattr(compilers, "_warned", set())
        return made[0]

    return use


def plan_of(traced, *args):
    return traced.get_concrete_function(*args).graph_function.plan


def test_taken_nodes_stand_together_around_refused_ones(use):
    compiler = use(Recording("Tanh", "AddV2", "Mul"))

    @function
    def f(x):
        a = tanh(x)
        b = exp(a)
        return add(multiply(a, a), b)

    x = constant(np.linspace(-1, 1, 5))
    x64 = np.linspace(-1, 1, 5)
    np.testing.assert_allclose(f(x).numpy(), np.tanh(x64) ** 2 + np.exp(np.tanh(x64)))
    assert compiler.parts == [["Tanh", "Mul"], ["AddV2"]]
    assert compiler.runs == 2
    text = plan_of(f, x).describe()
    assert "compiled by c0 (recorded):\n    Tanh = Tanh" in text
    assert "Exp = Exp  # c0: no Exp here" in text


def test_what_one_refuses_is_offered_to_the_next(use):
    first, second = Recording("Tanh"), Recording("Tanh", "Exp")
    use(first, second)
    f = function(lambda x: exp(tanh(x)))
    x = constant(np.ones(3, np.float32))
    np.testing.assert_allclose(f(x).numpy(), np.exp(np.tanh(np.ones(3))), rtol=1e-6)
    assert (first.parts, second.parts) == ([["Tanh"]], [["Exp"]])


def test_reads_and_writes_keep_their_order(use):
    compiler = use(Recording("AddV2", *VARIABLES))
    v = Variable(np.float32(1))
    w = Variable(np.float32(10))

    @function
    def f(x):
        before = v + x
        v.assign_add(before)
        middle = exp(v.read_value())  # refused: what follows cannot come before it
        w.assign_add(middle)
        return before, v + w

    one = constant(np.float32(1))
    before, after = f(one)
    assert before.numpy() == 2
    np.testing.assert_allclose(after.numpy(), 3 + 10 + np.exp(3.0), rtol=1e-6)
    assert len(compiler.parts) == 2


def test_bodies_of_loops_are_offered_too(use):
    compiler = use(Recording("AddV2"))

    @function
    def f(x):
        for _ in range_(4):
            x = x + 1.5
        return x

    assert f(constant(np.zeros(2, np.float32))).numpy().tolist() == [6, 6]
    assert compiler.runs >= 4


@pytest.mark.parametrize("where", ["refuse", "compile"])
def test_a_failure_is_logged_once_and_kernels_serve(use, caplog, where):
    use(Recording("Tanh", fails=where))
    f = function(tanh)
    with caplog.at_level(logging.WARNING, "flowstone.compilers"):
        for size in (2, 3):
            x = constant(np.ones(size, np.float32))
            np.testing.assert_allclose(f(x).numpy(), np.tanh(np.ones(size)), rtol=1e-6)
    assert len([r for r in caplog.records if "broken" in r.message]) == 1
    assert "Tanh = Tanh  # c0: failed: RuntimeError: broken" in plan_of(f, x).describe()


def test_a_declined_part_falls_to_kernels(use):
    use(Recording("Tanh", declines="too small"))
    f = function(tanh)
    x = constant(np.ones(2, np.float32))
    assert "# c0: too small" in plan_of(f, x).describe()
    np.testing.assert_allclose(f(x).numpy(), np.tanh(np.ones(2)), rtol=1e-6)


def test_errors_inside_plain_name_the_node(use):
    use(Recording("AddV2"))
    from_a = function(lambda a, b: add(a, b))
    plan = from_a.get_concrete_function(*[_spec((None,))] * 2).graph_function.plan
    assert isinstance(plan, Plan)
    assert all(isinstance(compiled, Compiled) for compiled in plan.compiled)
    a, b = (constant(np.ones(n, np.float32)) for n in (2, 3))
    with pytest.raises(Exception, match="AddV2"):
        from_a(a, b)


def _spec(shape):
    return TensorSpec(shape, np.float32)


def test_parts_get_inputs_that_kernels_can_do_without(use):
    compiler = use(Recording("StridedSlice"))
    f = function(lambda x, n: x[: n + 1] * 2.0, autograph=False)
    got = f(constant([1.0, 2.0, 3.0]), constant(1))
    assert got.numpy().tolist() == [2.0, 4.0]
    assert compiler.parts == [["StridedSlice"]]


def test_parts_give_what_subscripts_read_of_vectors(use):
    compiler = use(Recording("Sum", "Pack"))

    @function(autograph=False)
    def f(x, y):
        return y[: reduce_sum(x)] * 2.0

    got = f(constant([1, 1]), constant([1.0, 2.0, 3.0]))
    assert got.numpy().tolist() == [2.0, 4.0]
    assert compiler.parts[0][0] == "Sum"


def test_numbers_that_parts_do_not_need_stay_lines_of_python(use):
    taking = use(Recording("AddV2", "Mul", "Tanh"))
    f = function(lambda i, x: (i + 1, tanh(x) * x), autograph=False)
    i, y = f(constant(3), constant(np.ones(8, np.float32)))
    assert int(i) == 4
    assert y.shape == (8,)
    assert taking.parts == [["Tanh", "Mul"]]
    plan = f.get_concrete_function(TensorSpec([], "int32"), TensorSpec([8], "float32")).graph_function.plan
    assert plan.reasons["add"] == f"c0: {compilers.ONLY_SCALARS}"

"""``tf.RegisterGradient``, ``tf.no_gradient``, the registry, the hook."""

from __future__ import annotations

import pytest
from flowstone_autodiff import by_name, gradient, not_differentiable, plugin, registry
from flowstone_autodiff.tape import GradientTape
from flowstone_core import infer
from flowstone_core.op import REGISTRY, Op
from flowstone_core.ops import math as ops

ATTRS = ("T: {float, double}", "N: int")


@pytest.fixture
def op():
    op = Op("DoubleForTest", ("x: T", "others: N * T"), ("y: T",), ATTRS, infer=infer.unchanged)
    yield op
    REGISTRY.pop("DoubleForTest")
    registry.RULES.pop(op, None)


def run(op, x, *others):
    """The op on a recorder, without a kernel."""
    with GradientTape() as tape:
        tape.watch([x, *others])
        y = x * 2.0
        tape._recorder.records[-1] = (op, (x, tuple(others)), y, {})
    return tape.gradient(y, [x, *others])


def test_register_gradient(tf, op):
    @by_name.RegisterGradient("DoubleForTest")
    def double(op, dy):
        assert op.type == "DoubleForTest"
        assert len(op.inputs) == 3
        assert len(op.outputs) == 1
        assert op.get_attr("N") == 2
        with pytest.raises(ValueError, match="no attr named 'M'"):
            op.get_attr("M")
        return dy * 7.0, None, dy

    found = run(op, tf.constant(1.0), tf.constant(2.0), tf.constant(3.0))
    assert [None if each is None else float(each) for each in found] == [7.0, None, 1.0]
    with pytest.raises(KeyError, match="DoubleForTest"):
        by_name.RegisterGradient("DoubleForTest")(double)


def test_wrong_number_of_gradients(tf, op):
    by_name.RegisterGradient("DoubleForTest")(lambda op, dy: dy)
    with pytest.raises(ValueError, match="1 gradients for 2 inputs"):
        run(op, tf.constant(1.0), tf.constant(2.0))


def test_no_gradient(tf, op):
    by_name.no_gradient("DoubleForTest")
    assert run(op, tf.constant(1.0)) == [None]
    with pytest.raises(KeyError):
        by_name.no_gradient("DoubleForTest")


def test_names_that_are_no_ops():
    by_name.RegisterGradient("Nobody")(lambda op, dy: dy)
    with pytest.raises(KeyError):
        by_name.no_gradient("Nobody")
    by_name.BY_NAME.clear()
    for wrong in (by_name.RegisterGradient, by_name.no_gradient):
        with pytest.raises(TypeError):
            wrong(3)


def test_ops_of_core_have_theirs():
    with pytest.raises(KeyError, match="MatMul"):
        by_name.RegisterGradient("MatMul")(lambda op, dy: dy)


def test_no_rule_says_what_to_do(tf, op):
    with pytest.raises(LookupError, match=r"DoubleForTest.*@flowstone_autodiff\.gradient"):
        run(op, tf.constant(1.0))


def test_a_rule_twice():
    registry.find_rule(ops.ADD_V2)
    with pytest.raises(ValueError, match="AddV2 has a gradient rule already"):
        gradient(ops.ADD_V2)(lambda call, dy: dy)
    with pytest.raises(ValueError, match="AddV2"):
        not_differentiable(ops.ADD_V2)


def test_a_rule_that_returns_too_few(tf, op):
    gradient(op)(lambda call, dy: (dy, None, None))
    with pytest.raises(ValueError, match="DoubleForTest returned 3 gradients for 2 inputs"):
        run(op, tf.constant(1.0), tf.constant(2.0))


def test_call(tf, op):
    seen = []

    @gradient(op)
    def rule(call, dy):
        seen.append((call.wants(0), call.wants(1), call.output is call.outputs, repr(call)))
        return None, [dy]

    with GradientTape() as tape:
        x, y = tf.constant(1.0), tf.constant(2.0)
        tape.watch([x, y])
        z = x * 2.0
        tape._recorder.records[-1] = (op, (x, (y,)), z, {})
    assert float(tape.gradient(z, y)) == 1.0
    assert seen[0][:3] == (False, True, True)
    assert "DoubleForTest" in seen[0][3]


def test_hook_flowstone_gradients():
    table = plugin.flowstone_gradients()
    assert table["MatMul"] == "flowstone_autodiff.rules.linalg"
    assert not plugin.ELSEWHERE & set(table)

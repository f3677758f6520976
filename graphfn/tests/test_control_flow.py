"""tf.cond, case, switch_case, while_loop: eagerly and in graphs."""

from __future__ import annotations

import numpy as np
import pytest
from flowstone_core import dtypes
from flowstone_core.api import tf
from flowstone_core.errors import InvalidArgumentError
from flowstone_core.type_spec import TensorSpec
from flowstone_core.variable import Variable
from flowstone_graphfn.control_flow import case, cond, switch_case
from flowstone_graphfn.function import function
from flowstone_graphfn.while_loops import while_loop


@pytest.fixture(params=["eager", "graph"])
def run(request):
    """Calls a function of tensors, by itself or traced."""
    if request.param == "eager":
        return lambda f, *args: f(*map(tf.convert_to_tensor, args))
    return lambda f, *args: function(f, autograph=False)(*map(tf.convert_to_tensor, args))


def in_graph(f, *args):
    return function(f, autograph=False)(*map(tf.convert_to_tensor, args))


def test_cond(run):
    def f(x):
        return cond(x > 2, lambda: {"a": x * 10, "b": [x, None]}, lambda: {"a": x, "b": [x + 1, None]})

    assert run(f, 3)["a"].numpy() == 30
    result = run(f, 1)
    assert (result["a"].numpy(), result["b"][0].numpy(), result["b"][1]) == (1, 2, None)


def test_cond_runs_one_branch_only(run):
    a, b = Variable(0), Variable(0)

    def f(x):
        cond(x > 0, lambda: a.assign_add(1).value(), lambda: b.assign_add(1).value())
        return a + 10 * b

    assert run(f, 1).numpy() == 1
    assert run(f, -1).numpy() == 11
    assert run(f, -1).numpy() == 21


def test_cond_without_results(run):
    v = Variable(0)

    def change(by):
        v.assign_add(by)

    def f(x):
        cond(x > 0, lambda: change(1), lambda: change(100))
        return v.read_value()

    assert run(f, 1).numpy() == 1
    assert run(f, 0).numpy() == 101


def test_nested_conds(run):
    def f(x, y):
        return cond(
            x > 0,
            lambda: cond(y > 0, lambda: x + y, lambda: x - y),
            lambda: cond(y > 0, lambda: y - x, lambda: -x - y),
        )

    for x in (-2, 3):
        for y in (-5, 7):
            assert run(f, x, y).numpy() == abs(x) + abs(y)


@pytest.mark.parametrize(
    ("true_fn", "false_fn"),
    [
        (lambda: 1, lambda: 2.0),
        (lambda: 1, lambda: None),
        (lambda: [1, 2], lambda: (1, 2)),
        (lambda: [1, 2], lambda: [1]),
        (lambda: {"a": 1}, lambda: {"b": 1}),
    ],
)
def test_branches_must_agree(true_fn, false_fn):
    with pytest.raises(TypeError, match="same number, type, and overall structure"):
        in_graph(lambda x: cond(x > 0, true_fn, false_fn), 1)


def test_cond_needs_functions(run):
    with pytest.raises(TypeError, match="'true_fn' must be callable"):
        cond(True, 3, lambda: 1)
    with pytest.raises(TypeError, match="argument required"):
        cond(True, None, lambda: 1)
    assert run(lambda x: cond(True, lambda: x, lambda: x + 1), 1).numpy() == 1


def test_what_counts_as_true():
    f = function(lambda x: cond(x, lambda: 1, lambda: 2), autograph=False)
    values = [3, 0, 0.0, 0.5, "", "a", True, False]
    assert [f(tf.constant(value)).numpy() for value in values] == [1, 2, 2, 1, 2, 1, 1, 2]


def test_shapes_of_branches_that_differ():
    @function(autograph=False, input_signature=[TensorSpec([], dtypes.bool)])
    def f(p):
        result = cond(p, lambda: tf.zeros([2, 3]), lambda: tf.ones([4, 3]))
        assert result.shape.as_list() == [None, 3]
        return tf.reduce_sum(result)

    assert (f(True).numpy(), f(False).numpy()) == (0.0, 12.0)


def test_switch_case(run):
    branches = [lambda: tf.constant(10), lambda: tf.constant(20), lambda: tf.constant(30)]
    assert [int(run(lambda i: switch_case(i, branches), i)) for i in (0, 1, 2, 7, -1)] == [10, 20, 30, 30, 30]
    default = lambda: tf.constant(0)
    assert [int(run(lambda i: switch_case(i, branches, default), i)) for i in (0, 3, -1)] == [10, 0, 0]
    assert int(run(lambda i: switch_case(i, {1: branches[1], 0: branches[0]}), 1)) == 20


def test_switch_case_checks_its_arguments():
    one = tf.constant(1)
    with pytest.raises(TypeError, match="must be an integer Tensor"):
        switch_case(tf.constant(1.0), [lambda: 1])
    with pytest.raises(TypeError, match="must be a Tensor"):
        switch_case(1, [lambda: 1])
    with pytest.raises(ValueError, match="at least one item"):
        switch_case(one, [])
    with pytest.raises(ValueError, match="contiguous range"):
        switch_case(one, {0: lambda: 1, 3: lambda: 2})
    with pytest.raises(TypeError, match="2-tuple"):
        switch_case(one, [1, lambda: 2])


def test_case(run):
    def f(x, **options):
        pairs = [(x < 3, lambda: x * 1), (x < 10, lambda: x * 2)]
        return case(pairs, **options)

    assert [int(run(lambda x: f(x, default=lambda: x * 3), x)) for x in (1, 5, 20)] == [1, 10, 60]
    assert int(run(f, 5)) == 10
    with pytest.raises(InvalidArgumentError, match="None of conditions evaluated as True"):
        run(f, 20)
    with pytest.raises(InvalidArgumentError, match="more than 1 conditions"):
        run(lambda x: f(x, exclusive=True), 1)
    with pytest.raises(TypeError, match="pred must be a Tensor"):
        case([(True, lambda: 1)])


def test_while_loop(run):
    def f(n):
        return while_loop(lambda i, s: i < n, lambda i, s: (i + 1, s + i), (tf.constant(0), tf.constant(0)))

    assert [int(t) for t in run(f, 5)] == [5, 10]
    assert [int(t) for t in run(f, 0)] == [0, 0]


def test_while_loop_structures(run):
    def f(n):
        return while_loop(
            lambda d: d["i"] < n, lambda d: [{"i": d["i"] + 1, "x": (d["x"][0] * 2.0,)}], [{"i": 0, "x": (1.0,)}]
        )

    (result,) = run(f, 4)
    assert (result["i"].numpy(), result["x"][0].numpy()) == (4, 16.0)


def test_while_loop_of_one(run):
    assert run(lambda n: while_loop(lambda i: i < n, lambda i: i + 1, [0]), 3)[0].numpy() == 3
    assert run(lambda n: while_loop(lambda i: i < n, lambda i: [i + 1], (0,)), 3)[0].numpy() == 3


def test_while_loops_nest_and_capture(run):
    scale = Variable(2)

    def f(n):
        def outer(i, total):
            _, total = while_loop(lambda j, _: j < i, lambda j, t: (j + 1, t + scale * j * i), (tf.constant(0), total))
            return i + 1, total

        return while_loop(lambda i, _: i < n, outer, (tf.constant(0), tf.constant(0)))[1]

    assert run(f, 5).numpy() == sum(2 * j * i for i in range(5) for j in range(i))


def test_maximum_iterations(run):
    def f(most):
        return while_loop(lambda i: i < 100, lambda i: i + 1, [tf.constant(0)], maximum_iterations=most)

    assert run(f, 5)[0].numpy() == 5
    assert run(lambda x: [*f(7), x], 1)[0].numpy() == 7
    assert run(f, 0)[0].numpy() in (0, 1)  # eagerly the body runs once, as in TensorFlow


def test_shape_invariants(run):
    def f(x):
        grow = lambda i, x: (i + 1, tf.concat([x, x], 0))
        return while_loop(lambda i, x: i < 3, grow, [tf.constant(0), x], shape_invariants=[[], tf.TensorShape([None])])

    assert run(f, [1.0])[1].shape == [8]


def test_shapes_and_types_stay_in_graphs():
    grow = lambda i, x: (i + 1, tf.concat([x, x], 0))
    with pytest.raises(ValueError, match="shape_invariants"):
        in_graph(lambda x: while_loop(lambda i, x: i < 3, grow, [0, x]), [1.0])
    with pytest.raises(ValueError, match="not compatible with the initial shape"):
        shapes = [tf.TensorShape([]), tf.TensorShape([3])]
        in_graph(lambda x: while_loop(lambda i, x: i < 3, grow, [0, x], shapes), [1.0])
    with pytest.raises(TypeError, match="should remain constant"):
        in_graph(lambda n: while_loop(lambda i: i < n, lambda i: tf.cast(i, dtypes.float32), [0]), 3)
    with pytest.raises(ValueError, match="same nested structure"):
        in_graph(lambda n: while_loop(lambda i: i < n, lambda i: (i + 1, i), [0]), 3)


def test_while_loop_checks_its_arguments():
    with pytest.raises(ValueError, match="'loop_vars' must be provided"):
        while_loop(lambda i: False, lambda i: i, [])
    with pytest.raises(TypeError, match="'cond' must be callable"):
        while_loop(3, lambda i: i, [0])
    with pytest.raises(TypeError, match="'body' must be callable"):
        while_loop(lambda i: False, 3, [0])


def test_effects_in_loops_run_in_order():
    seen = []
    v = Variable(0)

    def f(n):
        def body(i):
            v.assign_add(i)
            tf.py_function(lambda i, v: seen.append((int(i), int(v))), [i, v], [])
            return i + 1

        while_loop(lambda i: i < n, body, [tf.constant(1)])
        return v.read_value()

    assert in_graph(f, 4).numpy() == 6
    assert seen == [(1, 1), (2, 3), (3, 6)]


def test_errors_in_loops_name_the_users_line():
    @function(autograph=False, input_signature=[TensorSpec([None])])
    def f(x):
        return while_loop(
            lambda i, _: i < 3,
            lambda i, y: (i + 1, tf.reshape(tf.reshape(y, [7]), [-1])),
            [tf.constant(0), x],
            shape_invariants=[[], tf.TensorShape([None])],
        )

    with pytest.raises(InvalidArgumentError, match=r"test_control_flow\.py"):
        f([1.0])


def test_deep_nesting():
    def nested(x, depth):
        if depth == 0:
            return x + 1
        return cond(x > -1, lambda: nested(x, depth - 1), lambda: x)

    assert in_graph(lambda x: nested(x, 30), 1).numpy() == 2


def test_large_values_in_branches():
    big = np.ones([100, 100], np.float32)

    def f(x, n):
        _, x = while_loop(
            lambda i, _: i < n,
            lambda i, x: (i + 1, cond(i % 2 == 0, lambda: tf.matmul(x, x) / 100.0, lambda: x * 2.0)),
            [tf.constant(0), x],
        )
        return x

    np.testing.assert_allclose(in_graph(f, big, 4).numpy(), big * 8)

"""Each pass of the optimizer by itself, before and after; and random graphs, optimized and not."""

from __future__ import annotations

import pytest
from flowstone_autodiff.tape import GradientTape
from flowstone_core.api import tf
from flowstone_core.ops import tensor_list as list_ops
from flowstone_core.ops.math import ADD_N
from flowstone_core.type_spec import TensorSpec
from flowstone_core.variable import Variable
from flowstone_graphfn.control_flow import cond, switch_case
from flowstone_graphfn.function import function
from flowstone_graphfn.graph import copy_graph
from flowstone_graphfn.passes import options
from flowstone_graphfn.passes.accumulate import accumulate
from flowstone_graphfn.passes.bodies import bypass, optimize_bodies
from flowstone_graphfn.passes.captures import sink_captures
from flowstone_graphfn.passes.common import merge_common
from flowstone_graphfn.passes.dead import drop_dead
from flowstone_graphfn.passes.debugging import strip_debugging
from flowstone_graphfn.passes.decide import decide
from flowstone_graphfn.passes.fold import fold
from flowstone_graphfn.passes.hoist import hoist
from flowstone_graphfn.passes.inline import inline
from flowstone_graphfn.passes.pipeline import PASSES
from flowstone_graphfn.passes.prune import prune
from flowstone_graphfn.passes.shapes import forward_shapes
from flowstone_graphfn.passes.simplify import simplify
from flowstone_graphfn.passes.transposed import absorb_transposes
from flowstone_graphfn.spec import check_graph
from flowstone_graphfn.text import graph_text
from flowstone_graphfn.while_loops import while_loop

X = TensorSpec([2, 3], name="x")
S = TensorSpec([], name="s")


def traced(f, *specs):
    return function(f, autograph=False).get_concrete_function(*specs).graph


def nodes(graph):
    """The lines of a graph, without remarks and without its signature."""
    return [line.split("  # ")[0].strip() for line in graph_text(graph).splitlines()[1:]]


def run(graph, *passes):
    copied, _ = copy_graph(graph)
    for each in passes:
        each(copied)
        check_graph(copied)
    return nodes(copied)


def test_inline():
    square = function(lambda a: tf.sin(a * a), autograph=False)
    graph = traced(lambda x: square(x), X)
    assert [line.split(" ")[2].split("(")[0] for line in nodes(graph)[:1]] == ["PartitionedCall"]
    assert run(graph, inline) == ["mul = Mul(x, x)", "Sin = Sin(mul)", "return Sin"]


def test_sink_captures():
    small, large = tf.constant([1.0, 2.0, 3.0]), tf.ones([200])
    graph = traced(lambda x: (x * small, large), X)
    assert nodes(graph) == ["mul = Mul(x, capture)", "return mul, capture_1"]
    assert run(graph, sink_captures) == ["mul = Mul(x, [1., 2., 3.])", "return mul, capture_1"]


def test_captured_tensors_have_gradients():
    x = tf.constant([1.0, 2.0])
    f = function(lambda: tf.reduce_sum(x * x))
    with GradientTape() as tape:
        tape.watch(x)
        y = f()
    assert tape.gradient(y, x).numpy().tolist() == [2.0, 4.0]


def test_fold():
    graph = traced(lambda x: tf.cast(tf.reduce_prod(tf.shape(x)), tf.float32) * (tf.constant(2.0) + 1.0) * x, X)
    assert len(nodes(graph)) == 7
    assert run(graph, sink_captures, fold, prune) == ["mul_1 = Mul(18., x)", "return mul_1"]


def test_fold_knows_zeros_and_ones_by_their_shapes():
    small, large = TensorSpec([1], name="x"), TensorSpec([None], name="x")
    graph = traced(lambda x: (tf.zeros_like(x), tf.ones_like(x)), small)
    assert run(graph, fold, prune) == ["return [0.], [1.]"]
    graph = traced(lambda x: tf.zeros_like(x), large)
    assert run(graph, fold, prune) == ["ZerosLike = ZerosLike(x)", "return ZerosLike"]


def test_accumulate():
    def total(x, i):
        whole = list_ops.TENSOR_LIST_FROM_TENSOR(x, tf.constant([3]))
        blank = list_ops.TENSOR_LIST_RESERVE(tf.constant([3]), 2, element_dtype=tf.float32)
        element = list_ops.TENSOR_LIST_SET_ITEM(blank, i, x[1])
        sums = ADD_N([whole, element])
        return list_ops.TENSOR_LIST_STACK(sums, tf.constant([3]), num_elements=2, element_dtype=tf.float32)

    graph = traced(total, X, TensorSpec([], tf.int32, name="i"))
    lines = run(graph, fold, accumulate, fold, prune)
    assert not [line for line in lines if "AddN" in line or "Reserve" in line]
    assert "TensorListGetItem = TensorListGetItem(TensorListFromTensor, i, [3], element_dtype=float32)" in lines
    assert "add = AddV2(TensorListGetItem, strided_slice)" in lines
    x = tf.constant([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
    for place, expected in ((0, [[5, 7, 9], [4, 5, 6]]), (1, [[1, 2, 3], [8, 10, 12]])):
        assert function(total, autograph=False)(x, tf.constant(place)).numpy().tolist() == expected


def test_fold_leaves_what_fails_to_fail_at_its_line():
    graph = traced(lambda: tf.constant([1, 2]) // tf.constant([0, 1]))
    assert run(graph, fold)[0] == "floordiv = FloorDiv([1, 2], [0, 1])"


def test_decide():
    def f(x):
        chosen = cond(tf.constant(True), lambda: tf.sin(x), lambda: tf.cos(x))
        return chosen, switch_case(tf.constant(7), [lambda: x, lambda: tf.exp(x)])

    graph = traced(f, X)
    assert [line for line in nodes(graph) if "If(" in line or "Case(" in line]
    assert run(graph, fold, decide, prune) == ["Sin = Sin(x)", "Exp = Exp(x)", "return Sin, Exp"]


@pytest.mark.parametrize(
    "f",
    [
        lambda x: tf.identity(x),
        lambda x: x * 1.0,
        lambda x: 1.0 * x,
        lambda x: x / 1.0,
        lambda x: x - 0.0,
        lambda x: tf.negative(-x),
        lambda x: tf.transpose(tf.transpose(x)),
        lambda x: tf.transpose(x, [0, 1]),
        lambda x: tf.reshape(tf.reshape(x, [6]), [2, 3]),
        lambda x: tf.cast(x, tf.float32),
        lambda x: tf.stop_gradient(x),
    ],
)
def test_simplify(f):
    assert run(traced(f, X), simplify, prune) == ["return x"]


@pytest.mark.parametrize("f", [lambda x: x + 0.0, lambda x: x * 0.0, lambda x: x - (-0.0), lambda x: x * [[1.0]] * 2.0])
def test_what_could_change_a_bit_stays(f):
    assert "Mul(" in (text := "\n".join(run(traced(f, X), simplify, prune))) or "AddV2(" in text or "Sub(" in text


def test_bypass():
    def f(x, w):
        return while_loop(lambda x, w: tf.reduce_sum(x) < 9.0, lambda x, w: (x + 1.0, w), (x, w))[1] * 2.0

    graph = traced(f, X, X)
    assert "mul = Mul(while:1, 2.)" in nodes(graph)
    assert "mul = Mul(x_1, 2.)" in run(graph, bypass)  # both specs are called x


def test_forward_shapes():
    graph = traced(
        lambda x: (tf.shape(tf.exp(-x)), tf.zeros_like(tf.cast(tf.cast(x, "int32"), "float32"))),
        TensorSpec(None, name="x"),
    )
    assert run(graph, forward_shapes, prune) == [
        "Shape = Shape(x)",
        "ZerosLike = ZerosLike(x)",
        "return Shape, ZerosLike",
    ]


def test_absorb_transposes():
    graph = traced(lambda x, y: tf.matmul(tf.transpose(x), y, transpose_b=True), X, TensorSpec([4, 2], name="y"))
    assert run(graph, absorb_transposes, prune) == [
        "MatMul = MatMul(x, y, transpose_a=True, transpose_b=True)",
        "return MatMul",
    ]
    graph = traced(lambda x: tf.matmul(x, tf.transpose(tf.transpose(x))[:, :2]), TensorSpec([3, 3], name="x"))
    assert "transpose_b" not in "".join(run(graph, absorb_transposes))


def test_merge_common():
    v = Variable([1.0, 2.0, 3.0])

    def f(x):
        before = tf.sin(x) + tf.sin(x) + v + v
        v.assign(before[0])
        return before + v + tf.sin(x)

    lines = run(traced(f, X), merge_common)
    assert sum(" = Sin(" in line for line in lines) == 1
    assert sum(" = ReadVariableOp(" in line for line in lines) == 2


def test_random_numbers_do_not_merge():
    graph = traced(lambda: tf.random.uniform([]) - tf.random.uniform([]))
    assert sum(" = RandomUniform(" in line for line in run(graph, merge_common, prune)) == 2


def test_prune():
    v = Variable(1.0)

    def f(x):
        tf.sin(x)
        v.assign_add(1.0)
        tf.debugging.Assert(tf.reduce_all(x > 0.0), [x])
        return x * x

    lines = run(traced(f, X), prune)
    assert not any("Sin(" in line for line in lines)
    assert any("AssignAddVariableOp(" in line for line in lines)
    assert any("Assert(" in line for line in lines)


def test_optimize_bodies():
    graph = traced(lambda x, s: cond(s > 0.0, lambda: x * 1.0 * (tf.constant(2.0) + 1.0), lambda: x), X, S)
    assert "Mul(x, 3.)" in "\n".join(run(graph, optimize_bodies))


def test_drop_dead():
    def f(x):
        _, used, _ = while_loop(
            lambda i, a, b: i < 3, lambda i, a, b: (i + 1, a * 2.0, tf.sin(b)), (tf.constant(0), x, x)
        )
        return used

    graph = traced(f, X)
    assert "Sin(" in "\n".join(nodes(graph))
    after = run(graph, drop_dead)
    assert after[0] == "while = StatelessWhile([0, x])"
    assert "Sin(" not in "\n".join(after)


def test_hoist():
    def f(x, w):
        return while_loop(lambda i, y: i < 3, lambda i, y: (i + 1, y + tf.matmul(w, -w)), (tf.constant(0), x))[1]

    graph = traced(f, TensorSpec([2, 2], name="x"), TensorSpec([2, 2], name="w"))
    after = run(graph, optimize_bodies, hoist)
    loop = next(index for index, line in enumerate(after) if " = While(" in line or "StatelessWhile(" in line)
    assert any("MatMul(" in line for line in after[:loop])
    assert not any("MatMul(" in line for line in after[loop:])


def test_a_loop_that_runs_no_iteration_fails_in_none_of_its_ops():
    @function
    def f(x, n):
        y = x
        for _ in tf.range(n):
            y = y + tf.reshape(x, [7, -1])[0, 0]
        return y

    x = tf.ones([2, 3])
    g = function(f.python_function, input_signature=[TensorSpec(None), TensorSpec([], tf.int32)])
    assert g(x, tf.constant(0)).shape == [2, 3]


def test_strip_debugging():
    def f(x):
        tf.debugging.Assert(tf.reduce_all(x > 0.0), [x])
        tf.print("x", x)
        return tf.sin(tf.debugging.check_numerics(x, "x"))

    assert run(traced(f, X), strip_debugging, prune) == ["Sin = Sin(x)", "return Sin"]


@pytest.fixture
def switches():
    before = options.get_experimental_options()
    yield options.set_experimental_options
    options._options.clear()
    options.set_experimental_options(before)


def optimized(f, *specs):
    return nodes(function(f, autograph=False).get_concrete_function(*specs).graph_function.optimized().graph)


def test_switches(switches):
    def f(x):
        tf.sin(x)
        return tf.exp(x) + tf.exp(x) + (tf.constant(1.0) + 1.0)

    everything = ["Exp = Exp(x)", "add = AddV2(Exp, Exp)", "add_2 = AddV2(add, 2.)", "return add_2"]
    assert optimized(f, X) == everything
    switches({"constant_folding": False})
    assert "add_1 = AddV2(1., 1.)" in optimized(f, X)
    switches({"constant_folding": True, "disable_model_pruning": True})
    assert "Sin = Sin(x)" in optimized(f, X)
    switches({"disable_meta_optimizer": True})
    assert len(optimized(f, X)) == 7
    switches({"disable_meta_optimizer": False, "disable_model_pruning": False})
    assert optimized(f, X) == everything


def test_the_debug_stripper_is_off_unless_asked_for(switches, capfd):
    @function
    def f(x):
        tf.print("seen", x)
        return x

    f(tf.constant(1.0))
    switches({"debug_stripper": True})
    f(tf.constant(2.0))
    assert capfd.readouterr().err == "seen 1\n"


def test_every_pass_has_a_switch_of_tensorflow():
    assert {switch for switch, _ in PASSES} <= options.KNOWN

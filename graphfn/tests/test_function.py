"""tf.function: binding, tracing, caching, variables."""

from __future__ import annotations

import functools
import gc
import logging
import weakref
from collections import namedtuple
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from flowstone_core import dtypes
from flowstone_core.conversion import constant, convert_to_tensor
from flowstone_core.errors import InaccessibleTensorError, InvalidArgumentError, OperatorNotAllowedInGraphError
from flowstone_core.module import Module
from flowstone_core.ops import math
from flowstone_core.type_spec import TensorSpec
from flowstone_core.variable import Variable
from flowstone_graphfn.eagerly import functions_run_eagerly, run_functions_eagerly
from flowstone_graphfn.function import function


def traces(python_function, *calls):
    f = function(python_function, autograph=False)
    counts = []
    for call in calls:
        call(f)
        counts.append(f.experimental_get_tracing_count())
    return counts


def test_runs_and_traces_once():
    calls = []

    @function(autograph=False)
    def f(x, y=3.0):
        calls.append(1)
        return {"a": x * y, "b": (x, None, [y])}

    result = f(constant(2.0))
    assert result["a"].numpy() == 6.0
    assert result["b"][1] is None
    assert result["b"][2][0].numpy() == 3.0
    assert f(constant(5.0))["a"].numpy() == 15.0
    assert len(calls) == 1


@pytest.mark.parametrize(
    ("calls", "expected"),
    [
        ([1, 1.0, True, 2], [1, 1, 1, 2]),
        ([np.float32(1), np.float32(2), np.array(1.0), np.array([1.0])], [1, 1, 2, 3]),
        ([[1], (1,), [1], [2]], [1, 2, 2, 3]),
        ([{"a": 1, "b": 2}, {"b": 2, "a": 1}, {"a": 1}], [1, 1, 2]),
        (["a", "a", "b", None, b"a"], [1, 1, 2, 3, 4]),
        ([float("nan"), float("nan")], [1, 1]),
    ],
)
def test_trace_counts_of_python_values(calls, expected):
    assert traces(lambda x: x, *[lambda f, v=value: f(v) for value in calls]) == expected


def test_trace_counts_of_tensors():
    assert traces(
        lambda x: x,
        lambda f: f(constant([1.0])),
        lambda f: f(constant([2.0])),
        lambda f: f(constant([2.0, 1.0])),
        lambda f: f(constant([1.0], dtypes.float64)),
        lambda f: f([constant(1)]),
        lambda f: f((constant(1),)),
        lambda f: f([constant(2)]),
    ) == [1, 1, 2, 3, 4, 5, 5]


def test_keywords_and_positions_share_a_trace():
    f = function(lambda x, y: x - y, autograph=False)
    f(constant(3), y=constant(1))
    f(y=constant(3), x=constant(1))
    assert f(constant(3), constant(1)).numpy() == 2
    assert f.experimental_get_tracing_count() == 1


def test_variables_count_by_spec_and_alias():
    v, w, u = Variable(1.0), Variable(2.0), Variable(2.0, trainable=False)
    assert traces(
        lambda x, y: x + y,
        lambda f: f(v, w),
        lambda f: f(w, v),
        lambda f: f(v, v),
        lambda f: f(w, w),
        lambda f: f(u, w),
    ) == [1, 1, 2, 2, 3]
    f = function(lambda x, y: x - y, autograph=False)
    assert f(w, v).numpy() == 1.0
    assert f(v, w).numpy() == -1.0


def test_variable_arguments_can_be_assigned():
    @function(autograph=False)
    def f(v, by):
        v.assign_add(by)
        return v.read_value()

    a, b = Variable(1.0), Variable(10.0)
    assert f(a, constant(2.0)).numpy() == 3.0
    assert f(b, constant(5.0)).numpy() == 15.0
    assert (a.numpy(), b.numpy()) == (3.0, 15.0)
    assert f.experimental_get_tracing_count() == 1


def test_objects_count_by_identity():
    class Thing:
        pass

    a, b = Thing(), Thing()
    assert traces(lambda x: 1, lambda f: f(a), lambda f: f(a), lambda f: f(b)) == [1, 1, 2]


def test_bound_methods_count_by_object_and_function():
    class Thing:
        def method(self):
            return 1

    a, b = Thing(), Thing()
    calls = [lambda f: f(a.method), lambda f: f(a.method), lambda f: f(b.method)]
    assert traces(lambda m: m(), *calls) == [1, 1, 2]


def test_objects_are_not_kept_alive():
    class Thing:
        pass

    thing = Thing()
    reference = weakref.ref(thing)
    f = function(lambda x: 1, autograph=False)
    f(thing)
    del thing
    gc.collect()
    assert reference() is None


def test_unhashable_arguments_are_refused():
    with pytest.raises(TypeError, match="TraceType"):
        function(lambda x: 1, autograph=False)({1})


def test_reduce_retracing():
    f = function(lambda x: x, autograph=False, reduce_retracing=True)
    counts = []
    for size in (1, 2, 3, 4):
        f(convert_to_tensor(np.ones([size, 2], np.float32)))
        counts.append(f.experimental_get_tracing_count())
    assert counts == [1, 2, 2, 2]


def test_input_signature():
    f = function(lambda x: x + 1.0, input_signature=[TensorSpec([None], dtypes.float32)], autograph=False)
    np.testing.assert_array_equal(f([1.0, 2.0]).numpy(), [2.0, 3.0])
    np.testing.assert_array_equal(f(np.array([1.0])).numpy(), [2.0])
    np.testing.assert_array_equal(f([1, 2]).numpy(), [2.0, 3.0])
    assert f.experimental_get_tracing_count() == 1
    for wrong in ([constant([1, 2])], [constant([[1.0]])], [1.0], []):
        with pytest.raises(TypeError, match=r"Binding inputs to tf[.]function failed"):
            f(*wrong)


def test_input_signature_must_fit():
    spec = TensorSpec([None], dtypes.float32)
    with pytest.raises(TypeError, match="missing type constraint for y"):
        function(lambda x, y: x, input_signature=[spec])
    with pytest.raises(TypeError, match="1 extra type constraints"):
        function(lambda x: x, input_signature=[spec] * 2)
    with pytest.raises(TypeError, match="must have a default value"):
        function(lambda x, *, k: x, input_signature=[spec])
    with pytest.raises(TypeError, match="either a tuple or a list"):
        function(lambda x: x, input_signature=spec)
    with pytest.raises(TypeError, match="invalid args"):
        function(lambda x: x, input_signature=[3])
    assert function(lambda x, y=3: y, input_signature=[spec], autograph=False)([1.0]).numpy() == 3
    assert len(function(lambda *a: a, input_signature=[spec] * 2, autograph=False)([1.0], [2.0])) == 2


@pytest.mark.parametrize("call", [lambda f: f(), lambda f: f(1, 2, 3), lambda f: f(1, z=3), lambda f: f(1, x=2)])
def test_arguments_that_do_not_fit(call):
    with pytest.raises(TypeError, match=r"Binding inputs to tf[.]function failed"):
        call(function(lambda x, y=2: x, autograph=False))


def test_not_callable():
    with pytest.raises(TypeError, match="not a callable"):
        function(3)


def test_unreturnable():
    with pytest.raises(TypeError, match="found return value of type object"):
        function(lambda: object(), autograph=False)()


def test_partials_and_callables():
    class Adder:
        def __call__(self, x):
            return x + 1

    assert function(functools.partial(lambda a, b: a + b, b=3), autograph=False)(4).numpy() == 7
    assert function(Adder(), autograph=False)(constant(1)).numpy() == 2


def test_captures():
    v, c = Variable(2.0), constant([1.0, 2.0])

    @function(autograph=False)
    def f(x):
        v.assign_add(1.0)
        return x * c + v

    np.testing.assert_array_equal(f(constant(1.0)).numpy(), [4.0, 5.0])
    np.testing.assert_array_equal(f(constant(1.0)).numpy(), [5.0, 6.0])
    concrete = f.get_concrete_function(constant(1.0))
    assert [type(t._array) for t in concrete.captured_inputs][1] is np.ndarray
    assert concrete.variables == (v,)


def test_captured_variables_die_with_the_function():
    def make():
        v = Variable(2.0)
        return weakref.ref(v), weakref.ref(v._state), function(lambda: v + 1.0, autograph=False)

    variable, buffer, f = make()
    assert f().numpy() == 3.0
    del f
    gc.collect()
    assert variable() is None
    assert buffer() is None


def test_variables_are_made_at_the_first_call_only():
    count = []

    class Model:
        def __init__(self):
            self.v = None

        @function(autograph=False)
        def __call__(self, x):
            count.append(1)
            if self.v is None:
                self.v = Variable(x)
            return self.v * x

    model = Model()
    assert model(constant(2.0)).numpy() == 4.0
    assert model(constant(3.0)).numpy() == 6.0
    assert len(count) == 2  # once with, once without making variables
    assert Model()(constant(3.0)).numpy() == 9.0


def test_variables_made_at_every_call_are_refused():
    f = function(lambda x: Variable(1.0) + x, autograph=False)
    with pytest.raises(ValueError, match="singleton"):
        f(constant(1.0))


def test_methods_have_traces_of_their_own_and_objects_die():
    class Model:
        def __init__(self, by):
            self.by = by

        @function(autograph=False)
        def f(self, x):
            return x * self.by

    a, b = Model(2.0), Model(3.0)
    assert a.f(constant(1.0)).numpy() == 2.0
    assert b.f(constant(1.0)).numpy() == 3.0
    assert a.f is a.f
    assert a.f is not b.f
    assert a.f.experimental_get_tracing_count() == 1
    assert Model.f(a, constant(1.0)).numpy() == 2.0
    reference = weakref.ref(a)
    del a
    gc.collect()
    assert reference() is None


def test_nested_functions():
    @function(autograph=False)
    def outer(x):
        @function(autograph=False)
        def inner(y):
            return y * x

        return inner(x) + inner(x + 1.0)

    assert outer(constant(2.0)).numpy() == 10.0
    names = [node.op.name for node in outer.get_concrete_function(constant(2.0)).graph.nodes]
    assert names.count("PartitionedCall") == 2


def test_an_inner_function_that_captures_serves_only_its_own_trace():
    held = []

    @function(autograph=False)
    def inner(y):
        return y * held[0]

    def outer(x):
        held[:] = [x]
        return inner(x)

    assert function(outer, autograph=False)(constant(2.0)).numpy() == 4.0
    assert function(outer, autograph=False)(constant(3.0)).numpy() == 9.0


def test_leaked_tensors_say_where_they_were_made():
    leaked = []
    f = function(lambda x: leaked.append(x + 1.0), autograph=False)
    f(constant(1.0))
    with pytest.raises(InaccessibleTensorError, match=r"test_function\.py") as first:
        leaked[0] + 1.0
    assert isinstance(first.value, TypeError)
    with pytest.raises(InaccessibleTensorError, match=r"test_function\.py"):
        function(lambda: leaked[0] + 1.0, autograph=False)()


def test_symbolic_tensors_have_no_python_value():
    def check(x):
        for use in (bool, iter, lambda t: [*t]):
            with pytest.raises(OperatorNotAllowedInGraphError):
                use(x)
        for use in (len, int, float, hash, range):
            with pytest.raises(TypeError):
                use(x)
        with pytest.raises(NotImplementedError):
            np.array(x)
        with pytest.raises(AttributeError):
            x.numpy()
        assert str(x) == 'Tensor("x:0", shape=(2,), dtype=float32)'
        assert repr(x) == "<tf.Tensor 'x:0' shape=(2,) dtype=float32>"
        y = x + 1.0
        assert (y.name, y.op.type, y.op.inputs[0] is x) == ("add:0", "AddV2", True)
        assert y.graph.get_tensor_by_name("add:0") is y
        assert (x + 1.0).name == "add_1:0"
        return y

    function(check, autograph=False)(constant([1.0, 2.0]))


def test_shape_errors_while_tracing_are_value_errors():
    f = function(lambda x, y: x + y, autograph=False)
    with pytest.raises(ValueError, match="Incompatible shapes"):
        f(constant([1.0, 2.0]), constant([1.0, 2.0, 3.0]))
    with pytest.raises(TypeError):
        f(constant([1.0]), constant([1]))


def test_run_time_errors_name_the_users_line():
    f = function(lambda x, y: x + y, input_signature=[TensorSpec([None])] * 2, autograph=False)
    with pytest.raises(InvalidArgumentError, match=r"Incompatible shapes: \(2,\) and \(3,\)") as caught:
        f([1.0, 2.0], [1.0, 2.0, 3.0])
    assert "test_function.py" in str(caught.value)
    assert caught.value.op.name == "add"


def test_concrete_functions():
    f = function(lambda x, y: (x, y), autograph=False)
    concrete = f.get_concrete_function(TensorSpec([2], dtypes.float32), 5)
    assert concrete.structured_input_signature == ((TensorSpec([2], dtypes.float32, name="x"), 5), {})
    assert concrete.output_shapes == ([2], [])
    x = constant([1.0, 2.0])
    for call in (lambda: concrete(x), lambda: concrete(x, 5), lambda: concrete(x=x), lambda: concrete(x, y=5)):
        np.testing.assert_array_equal(call()[0].numpy(), [1.0, 2.0])
    with pytest.raises(TypeError, match="Can not cast 6"):
        concrete(x, 6)
    with pytest.raises(TypeError, match="missing required arguments: x"):
        concrete()
    with pytest.raises(InvalidArgumentError, match="expected to be a float32 tensor"):
        concrete(constant([1, 2]))
    assert "x: TensorSpec(shape=(2,), dtype=tf.float32, name=None), y: Literal[5]" in repr(concrete)
    assert "Captures:\n  None" in str(concrete)


def test_variadic_arguments():
    f = function(lambda *args, **kwargs: (args, kwargs), autograph=False)
    args, kwargs = f(1, constant(2), a=constant(3))
    assert args[1].numpy() == 2
    assert kwargs["a"].numpy() == 3
    signature = f.get_concrete_function(1, constant(2), a=constant(3)).structured_input_signature
    assert signature == (
        (1, TensorSpec([], dtypes.int32, name="args_1")),
        {"a": TensorSpec([], dtypes.int32, name="a")},
    )


def test_running_eagerly():
    seen = []
    f = function(lambda x: seen.append(x.numpy()) or x, autograph=False)
    run_functions_eagerly(True)
    try:
        assert functions_run_eagerly()
        f(constant(1.0))
    finally:
        run_functions_eagerly(False)
    assert seen == [1.0]


def test_frequent_retracing_is_told_with_its_reason(caplog):
    f = function(lambda x, n: x, autograph=False)
    with caplog.at_level(logging.WARNING, "flowstone"):
        for n in range(12):
            f(constant(1.0), n)
    assert len(caplog.records) == 2
    assert "the argument 'n' was Literal[4], before it was Literal[3]" in caplog.text


def test_threads_share_a_function():
    f = function(lambda x: math.multiply(x, x), autograph=False)
    with ThreadPoolExecutor(8) as pool:
        results = list(pool.map(lambda i: f(constant(float(i))).numpy(), range(64)))
    assert results == [float(i * i) for i in range(64)]
    assert f.experimental_get_tracing_count() == 1


@pytest.mark.parametrize(
    ("given", "message"),
    [({"api": "x"}, "`api` is not supported by tf.function as an attribute"), ({"time_major": None}, "must be a bool")],
)
def test_attributes_that_are_refused(given, message):
    with pytest.raises(ValueError, match=message):
        function(lambda x: x, experimental_attributes=given)


def test_attributes_of_what_is_traced():
    class Doubler(Module):
        def __init__(self):
            super().__init__()
            self.factor = Variable(2.0)

        def __call__(self, x):
            return x * self.factor

    module = Doubler()
    traced = function(module)
    assert traced(constant(3.0)).numpy() == 6.0
    assert traced.factor is module.factor


def test_structures_of_one_content_have_traces_of_their_own():
    pair = namedtuple("pair", "a b")
    x, y = constant([1.0, 2.0]), constant([3.0, 4.0])
    calls = [
        [x, y],
        (x, y),
        pair(x, y),
        {"a": x, "b": y},
        [x, [y]],
        [[x, y]],
        [x, None],
        [x, 1],
        [x, 2.5],
        [x, constant([1.0, 2.0], dtypes.float64)],
        [x, y[:1]],
    ]
    f = function(lambda value: value, autograph=False)
    for _ in range(2):
        for number, value in enumerate(calls):
            assert type(f(value)) is type(value)
            assert f.experimental_get_tracing_count() >= number + 1
    assert f.experimental_get_tracing_count() == len(calls)
    f({"b": y, "a": x})
    assert f.experimental_get_tracing_count() == len(calls)


def test_results_are_packed_as_the_function_returned_them():
    pair = namedtuple("pair", "a b")
    x, y = constant(1.0), constant(2.0)

    @function
    def f(x, y):
        return {"z": [x, (y, None)], "a": pair(y, {"k": x}), "e": ((), [], {})}

    result = f(x, y)
    assert list(result) == ["z", "a", "e"]
    assert (type(result["z"]), type(result["z"][1]), type(result["a"])) == (list, tuple, pair)
    assert result["z"][1][1] is None
    assert [float(v) for v in (result["z"][0], result["z"][1][0], result["a"].a, result["a"].b["k"])] == [1, 2, 2, 1]
    assert result["e"] == ((), [], {})

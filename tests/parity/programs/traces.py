"""How often functions are traced, for a catalogue of ways to call them. Each returns the counts after each call."""

from __future__ import annotations

import collections
import functools
import warnings

import numpy as np


def _counts(tf, calls, **options):
    """The trace count after each call, of a function that returns nothing."""
    f = tf.function(lambda *args, **kwargs: None, **options)
    return _after(f, calls)


def _after(f, calls):
    found = []
    for args in calls:
        f(*args) if isinstance(args, tuple) else f(**args)
        found.append(f.experimental_get_tracing_count())
    return found


def same_tensor_type(tf):
    return _counts(tf, [(tf.constant(1),), (tf.constant(2),), (tf.constant([1]),), (tf.constant([5]),)])


def dtypes(tf):
    return _counts(tf, [(tf.constant(1, dtype),) for dtype in ("int32", "int64", "float32", "float64", "int32")])


def shapes(tf):
    return _counts(tf, [(tf.ones(shape),) for shape in ([], [1], [2], [2, 1], [1], [3])])


def python_integers(tf):
    return _counts(tf, [(1,), (2,), (1,), (1.0,), (True,), (False,)])


def python_numbers_that_are_equal(tf):
    return _counts(tf, [(1,), (1.0,), (True,), (np.int32(1),), (1,)])


def python_strings(tf):
    return _counts(tf, [("a",), ("b",), ("a",), (b"a",)])


def none_and_tensor(tf):
    return _counts(tf, [(None,), (tf.constant(1),), (None,), (False,)])


def numpy_arrays(tf):
    return _counts(tf, [(np.ones(2),), (np.zeros(2),), (np.ones(2, np.float32),), (tf.ones([2], tf.float64),)])


def numpy_scalars(tf):
    return _counts(tf, [(np.float32(1),), (np.float32(2),), (np.int64(1),), (tf.constant(3.0),)])


def lists(tf):
    one = tf.constant(1)
    return _counts(tf, [([one, one],), ([one, one],), ((one, one),), ([one],), ([one, [one]],)])


def dictionaries(tf):
    one = tf.constant(1)
    return _counts(tf, [({"a": one, "b": one},), ({"b": one, "a": one},), ({"a": one},), ({"a": 1, "b": one},)])


def named_tuples(tf):
    first = collections.namedtuple("First", "x y")
    second = collections.namedtuple("Second", "x y")
    one = tf.constant(1)
    return _counts(tf, [(first(one, one),), (first(one, one),), (second(one, one),), ((one, one),)])


def positional_and_keyword(tf):
    f = tf.function(lambda x, y=2: None)
    one = tf.constant(1)
    return _after(
        f, [(one,), (one, 2), {"x": one}, {"x": one, "y": 2}, {"y": 2, "x": one}, (one, 3), {"x": one, "y": 3}]
    )


def keyword_order(tf):
    f = tf.function(lambda **kwargs: None)
    return _after(f, [{"a": 1, "b": 2}, {"b": 2, "a": 1}, {"a": 1}])


def variable_arguments(tf):
    one = tf.constant(1)
    return _counts(tf, [(), (one,), (one, one), (one,), (one, 1)])


def variables(tf):
    a, b, c = tf.Variable(1.0), tf.Variable(2.0), tf.Variable([1.0])
    return _counts(tf, [(a,), (b,), (a,), (c,), (tf.constant(1.0),)])


def the_same_variable_twice(tf):
    a, b = tf.Variable(1.0), tf.Variable(2.0)
    return _counts(tf, [(a, b), (b, a), (a, a), (b, b)])


def objects(tf):
    class Thing:
        pass

    a, b = Thing(), Thing()
    return _counts(tf, [(a,), (a,), (b,)])


def hashable_objects_that_are_equal(tf):
    class Thing:
        def __init__(self, number):
            self.number = number

        def __hash__(self):
            return hash(self.number)

        def __eq__(self, other):
            return isinstance(other, Thing) and self.number == other.number

    return _counts(tf, [(Thing(1),), (Thing(1),), (Thing(2),)])


def functions_as_arguments(tf):
    f, g = (lambda x: x), (lambda x: x)
    return _counts(tf, [(f,), (f,), (g,)])


def signature(tf):
    f = tf.function(lambda x: None, input_signature=[tf.TensorSpec([None], tf.float32)])
    return _after(f, [(tf.ones([1]),), (tf.ones([2]),), ([1.0, 2.0],), (np.ones(3, np.float32),)])


def reduced_retracing(tf):
    calls = [(tf.ones([size]),) for size in (1, 2, 3, 4)] + [(tf.ones([1, 1]),), (tf.ones([1, 1, 1]),), (tf.ones([5]),)]
    return _counts(tf, calls, reduce_retracing=True)


def reduced_retracing_of_python_numbers(tf):
    return _counts(tf, [(1,), (2,), (3,), (1,)], reduce_retracing=True)


def concrete_functions_count(tf):
    f = tf.function(lambda x: x)
    f.get_concrete_function(tf.TensorSpec([2]))
    f(tf.ones([2]))
    f.get_concrete_function(tf.TensorSpec([None]))
    f(tf.ones([3]))
    return f.experimental_get_tracing_count()


def a_general_trace_serves(tf):
    f = tf.function(lambda x: x)
    f.get_concrete_function(tf.TensorSpec([None]))
    f(tf.ones([3]))
    f(tf.ones([4]))
    return f.experimental_get_tracing_count()


def methods(tf):
    traced = []

    class Thing:
        @tf.function
        def f(self, x):
            traced.append(1)
            return x

    a, b = Thing(), Thing()
    found = []
    for thing in (a, a, b, b, a):
        thing.f(tf.constant(1.0))
        found.append(len(traced))
    return found


def methods_of_modules(tf):
    traced = []

    class Layer(tf.Module):
        def __init__(self, start):
            super().__init__()
            self.v = tf.Variable(start)

        @tf.function
        def __call__(self, x):
            traced.append(1)
            return x + self.v

    a, b = Layer(1.0), Layer(2.0)
    found = [float(each(tf.constant(1.0))) for each in (a, a, b)]
    return found, len(traced)


def functions_that_create_variables(tf):
    traced = []

    class Counter:
        v = None

    state = Counter()

    @tf.function
    def f(x):
        traced.append(1)
        if state.v is None:
            state.v = tf.Variable(1.0)
        return state.v.assign_add(x)

    return [float(f(tf.constant(1.0))) for _ in range(3)], len(traced)


def decorated_twice(tf):
    traced = []

    def f(x):
        traced.append(1)
        return x

    g, h = tf.function(f), tf.function(f)
    g(tf.constant(1))
    h(tf.constant(1))
    g(tf.constant(2))
    return len(traced)


def partials(tf):
    traced = []

    def f(x, y):
        traced.append(1)
        return x + y

    g = tf.function(functools.partial(f, y=tf.constant(1)))
    return [int(g(tf.constant(x))) for x in (1, 2)], len(traced)


def nested_functions(tf):
    traced = []

    @tf.function
    def inner(x):
        traced.append("inner")
        return x + 1

    @tf.function
    def outer(x):
        traced.append("outer")
        return inner(x) * inner(x)

    outer(tf.constant(1))
    inner(tf.constant(1))
    outer(tf.constant(2))
    outer(tf.constant(2.0))
    return traced


def run_eagerly(tf):
    traced = []

    @tf.function
    def f(x):
        traced.append(1)
        return x

    f(tf.constant(1))
    tf.config.run_functions_eagerly(True)
    try:
        f(tf.constant(1))
        f(tf.constant(1))
    finally:
        tf.config.run_functions_eagerly(False)
    f(tf.constant(1))
    return len(traced), f.experimental_get_tracing_count()


def specs_as_arguments(tf):
    f = tf.function(lambda x, n: None)
    f.get_concrete_function(tf.TensorSpec([], tf.int32), 1)
    f.get_concrete_function(tf.TensorSpec([], tf.int32), 2)
    f.get_concrete_function(x=tf.TensorSpec([], tf.int32), n=1)
    f(tf.constant(1), 1)
    return f.experimental_get_tracing_count()


def data_classes_of_attrs(tf):
    sparse = tf.SparseTensor([[0]], [1.0], [3])
    longer = tf.SparseTensor([[0], [1]], [1.0, 2.0], [3])
    wider = tf.SparseTensor([[0]], [1.0], [4])
    return _counts(tf, [(sparse,), (longer,), (wider,)])


def ragged_tensors(tf):
    rows = [tf.ragged.constant(each) for each in ([[1], [2, 3]], [[1, 2, 3], []], [[1]], [[1.0]])]
    return _counts(tf, [(each,) for each in rows])


def errors_while_tracing(tf):
    traced = []

    @tf.function
    def f(x):
        traced.append(1)
        raise RuntimeError("no")

    for _ in range(2):
        with warnings.catch_warnings():
            try:
                f(tf.constant(1))
            except RuntimeError:
                pass
    return len(traced)

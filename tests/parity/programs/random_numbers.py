"""Random numbers in traced functions, from known global seeds: the numbers themselves, call after call."""

from __future__ import annotations


def _calls(tf, f, *arguments):
    tf.random.set_seed(7)
    return [f(*arguments) for _ in range(3)]


def one_op(tf):
    return _calls(tf, tf.function(lambda: tf.random.uniform([2])))


def several_ops(tf):
    return _calls(tf, tf.function(lambda: (tf.random.uniform([]), tf.random.normal([2]), tf.random.uniform([]))))


def ops_with_one_seed(tf):
    return _calls(tf, tf.function(lambda: (tf.random.uniform([], seed=3), tf.random.uniform([], seed=3))))


def a_nested_function_called_twice(tf):
    inner = tf.function(lambda: tf.random.uniform([]))
    outer = tf.function(lambda: (inner(), inner(), tf.random.uniform([])))
    return _calls(tf, outer), inner(), outer()


def a_nested_function_with_a_seed_called_twice(tf):
    inner = tf.function(lambda: tf.random.uniform([], seed=5))
    return _calls(tf, tf.function(lambda: (inner(), inner())))


def loops(tf):
    @tf.function
    def f():
        array = tf.TensorArray(tf.float32, 3)
        for i in tf.range(3):
            array = array.write(i, tf.random.uniform([]))
        return array.stack()

    return _calls(tf, f)


def branches(tf):
    @tf.function
    def f(x):
        if x > 0:
            return tf.random.uniform([])
        return tf.random.uniform([]) + 10.0

    tf.random.set_seed(7)
    return [f(tf.constant(each)) for each in (1, -1, 1, -1)]


def setting_the_seed_again(tf):
    f = tf.function(lambda: tf.random.uniform([]))
    return _calls(tf, f), _calls(tf, f)


def two_functions_of_one_python_function(tf):
    def f():
        return tf.random.uniform([])

    first, second = tf.function(f), tf.function(f)
    return _calls(tf, first), second(), first()


def eager_and_traced(tf):
    f = tf.function(lambda: tf.random.uniform([]))
    tf.random.set_seed(7)
    return tf.random.uniform([]), f(), tf.random.uniform([]), f()


def two_traces(tf):
    f = tf.function(lambda x: tf.random.uniform(tf.shape(x)))
    tf.random.set_seed(7)
    return [f(tf.ones(shape)) for shape in ([1], [2], [1], [2])]


def other_distributions(tf):
    def f():
        return (
            tf.random.truncated_normal([2]),
            tf.random.uniform([3], 0, 10, tf.int32),
            tf.random.shuffle(tf.range(5)),
            tf.random.gamma([2], 2.0),
        )

    return _calls(tf, tf.function(f))

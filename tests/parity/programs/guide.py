"""What TensorFlow's guide says of tf.function, a program a statement. Each returns what it observed."""

from __future__ import annotations

import itertools


def python_side_effects_happen_while_tracing(tf):
    seen = []

    @tf.function
    def f(x):
        seen.append(x.shape.rank)
        return x

    f(tf.constant(1))
    f(tf.constant(1))
    f(tf.constant([2]))
    return seen


def reading_a_python_global_is_frozen(tf):
    box = [1]

    @tf.function
    def f():
        return tf.constant(0) + box[0]

    first = int(f())
    box[0] = 5
    return first, int(f())


def a_global_variable_is_read_anew(tf):
    v = tf.Variable(1)

    @tf.function
    def f():
        return v + 1

    first = int(f())
    v.assign(10)
    return first, int(f())


def python_lists_leak_symbolic_tensors(tf):
    leaked = []

    @tf.function
    def f(x):
        leaked.append(x + 1)
        return x

    f(tf.constant(1))
    return leaked[0] + 1


def python_iterators_advance_while_tracing(tf):
    numbers = itertools.count()

    @tf.function
    def f(x):
        return x + next(numbers)

    return [int(f(tf.constant(0))) for _ in range(3)]


def variables_are_created_once(tf):
    @tf.function
    def f(x):
        return tf.Variable(1.0) + x

    return f(tf.constant(1.0))


def variables_keep_their_state(tf):
    class Count(tf.Module):
        def __init__(self):
            super().__init__()
            self.count = None

        @tf.function
        def __call__(self):
            if self.count is None:
                self.count = tf.Variable(0)
            return self.count.assign_add(1)

    c = Count()
    return int(c()), int(c()), int(c.count)


def all_outputs_must_be_returned(tf):
    @tf.function
    def f(x):
        f.leaked = x + 1
        return x

    f(tf.constant(1))
    return bool(tf.reduce_all(f.leaked > 0))


def program_order_of_effects(tf):
    v = tf.Variable(1.0)
    w = tf.Variable(1.0)

    @tf.function
    def f(x, y):
        v.assign_add(x)
        w.assign(w * y + v)
        v.assign_sub(1.0)
        return v + w

    return float(f(tf.constant(2.0), tf.constant(3.0))), float(v), float(w)


def unused_ops_are_pruned_but_effects_stay(tf):
    v = tf.Variable(0)

    @tf.function
    def f(x):
        tf.gather(x, [100])
        v.assign_add(1)
        return x[0]

    return int(f(tf.constant([7, 8]))), int(v)


def printing(tf):
    @tf.function
    def f(x):
        tf.print("value", x, [x, x], {"a": x}, sep="|")

    return f(tf.constant([1, 2]))


def python_function_runs_each_time(tf):
    seen = []

    def record(x):
        seen.append(int(x))
        return x * 2

    @tf.function
    def f(x):
        return tf.py_function(record, [x], tf.int32)

    return [int(f(tf.constant(n))) for n in (1, 2)], seen


def numpy_function_runs_each_time(tf):
    seen = []

    def record(x):
        seen.append(int(x))
        return x * 2

    @tf.function
    def f(x):
        return tf.numpy_function(record, [x], tf.int32)

    return [int(f(tf.constant(n))) for n in (1, 2)], seen


def a_signature_refuses_other_types(tf):
    f = tf.function(lambda x: x, input_signature=[tf.TensorSpec([None], tf.int32)])
    return f(tf.constant([[1]]))


def a_signature_refuses_other_dtypes(tf):
    f = tf.function(lambda x: x, input_signature=[tf.TensorSpec([None], tf.int32)])
    return f(tf.constant([1.0]))


def a_signature_casts_python_values(tf):
    f = tf.function(lambda x: x, input_signature=[tf.TensorSpec([None], tf.float32)])
    return f([1.0, 2.0])


def concrete_functions_refuse_other_types(tf):
    concrete = tf.function(lambda x: x).get_concrete_function(tf.TensorSpec([], tf.int32))
    return concrete(tf.constant(1.0))


def concrete_functions_refuse_other_python_values(tf):
    concrete = tf.function(lambda x, n: x * n).get_concrete_function(tf.TensorSpec([], tf.int32), 2)
    return concrete(tf.constant(1), 3)


def concrete_functions_take_the_python_value_again(tf):
    concrete = tf.function(lambda x, n: x * n).get_concrete_function(tf.TensorSpec([], tf.int32), 2)
    return concrete(tf.constant(4)), concrete(tf.constant(4), n=2)


def structured_signatures(tf):
    concrete = tf.function(lambda x, n, *, k: {"a": [x, n]}).get_concrete_function(
        tf.TensorSpec([2], tf.int32), tf.TensorSpec([], tf.int32), k=3
    )
    args, kwargs = concrete.structured_input_signature
    return [repr(each.shape) for each in args], kwargs["k"], sorted(concrete.structured_outputs), len(concrete.inputs)


def gradients_of_functions(tf):
    v = tf.Variable(3.0)

    @tf.function
    def f(x):
        return x * x * v

    x = tf.constant(2.0)
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(x)
        y = f(x)
    return tape.gradient(y, [x, v])


def recursion_without_end(tf):
    @tf.function
    def f(n):
        return f(n + 1) if n > 0 else n

    return f(tf.constant(1))


def recursion_in_python(tf):
    @tf.function
    def f(x, n):
        return x if n == 0 else f(x, n - 1) + 1

    return f(tf.constant(1), 4)


def autograph_off(tf):
    @tf.function(autograph=False)
    def f(x):
        if x > 0:
            return x
        return -x

    return f(tf.constant(1))


def dynamic_loop_with_python_list(tf):
    @tf.function
    def f(n):
        found = []
        for i in range(3):
            found.append(n + i)
        return found

    return f(tf.constant(1))


def growing_with_a_tensor_array(tf):
    @tf.function
    def f(x):
        total = tf.TensorArray(tf.float32, size=0, dynamic_size=True)
        for i in tf.range(tf.shape(x)[0]):
            total = total.write(i, tf.reduce_sum(x[: i + 1]))
        return total.stack()

    return f(tf.constant([1.0, 2.0, 3.0]))


def shapes_that_change_in_a_loop(tf):
    @tf.function
    def f(n):
        x = tf.zeros([1])
        for i in tf.range(n):
            x = tf.concat([x, [1.0]], 0)
        return x

    return f(tf.constant(3))


def shapes_that_change_with_invariants(tf):
    @tf.function
    def f(n):
        x = tf.zeros([1])
        for i in tf.range(n):
            tf.autograph.experimental.set_loop_options(shape_invariants=[(x, tf.TensorShape([None]))])
            x = tf.concat([x, [1.0]], 0)
        return x

    return f(tf.constant(3))


def assertions_fail_when_the_function_runs(tf):
    @tf.function
    def f(x):
        tf.debugging.assert_positive(x)
        return x

    return f(tf.constant(-1))


def asserts_become_ops(tf):
    @tf.function
    def f(x):
        assert x > 0, "positive"
        return x

    return f(tf.constant(-1))


def conditions_are_evaluated_one_at_a_time(tf):
    seen = []

    @tf.function
    def f(x):
        if x > 0:
            seen.append("positive")
            return x
        seen.append("other")
        return -x

    return int(f(tf.constant(-3))), int(f(tf.constant(3))), seen


def iterating_over_a_tensor_in_python_fails_without_autograph(tf):
    @tf.function(autograph=False)
    def f(x):
        return [each for each in x]

    return f(tf.constant([1, 2]))


def numpy_of_a_symbolic_tensor(tf):
    return tf.function(lambda x: x.numpy())(tf.constant(1))


def stateful_random_numbers_differ_in_each_call(tf):
    @tf.function
    def f():
        return tf.random.uniform([])

    return float(f()) != float(f())


def decorated_functions_keep_names_and_docs(tf):
    @tf.function
    def documented(x):
        """What it does."""
        return x

    return documented.__name__, documented.__doc__, documented.python_function(5)

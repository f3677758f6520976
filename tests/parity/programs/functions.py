"""Arguments, state, loops and arrays of traced functions. Each returns what it observed."""

from __future__ import annotations

import numpy as np


def _plain(value):
    """A result as lists and numbers."""
    if isinstance(value, (list, tuple)):
        return [_plain(each) for each in value]
    if isinstance(value, dict):
        return {key: _plain(each) for key, each in sorted(value.items())}
    if hasattr(value, "numpy"):
        value = np.asarray(value.numpy()).tolist()
    return value.decode() if isinstance(value, bytes) else value


def static_and_class_methods(tf):
    class C:
        @staticmethod
        @tf.function
        def s(x):
            return x + 1

        @classmethod
        @tf.function
        def c(cls, x):
            return x + 2

        @property
        @tf.function
        def p(self):
            return tf.constant(7)

    return _plain([C.s(tf.constant(1)), C().s(tf.constant(1)), C.c(tf.constant(1)), C().p])


def iterator_arg(tf):
    it = iter(tf.data.Dataset.range(10))
    n = [0]

    @tf.function
    def f(it):
        n[0] += 1
        return next(it) + next(it)

    return _plain([f(it), f(it)]), n[0]


def dataset_arg(tf):
    n = [0]

    @tf.function
    def f(ds):
        n[0] += 1
        s = tf.constant(0, tf.int64)
        for x in ds:
            s += x
        return s

    return _plain(
        [
            f(tf.data.Dataset.range(3)),
            f(tf.data.Dataset.range(4)),
            f(tf.data.Dataset.range(4).batch(2).map(tf.reduce_sum)),
        ]
    ), n[0]


def generator_function(tf):
    @tf.function
    def f(x):
        yield x
        yield x + 1

    return list(f(tf.constant(1)))


def return_object(tf):
    @tf.function
    def f(x):
        return object()

    return f(1)


def recursion_python(tf):
    @tf.function
    def f(n):
        return 1 if n <= 1 else n * f(n - 1)

    return _plain(f(5))


def nonlocal_in_loop(tf):
    @tf.function
    def f(n):
        t = tf.constant(0)

        def add(i):
            nonlocal t
            t += i

        for i in tf.range(n):
            add(i)
        return t

    return _plain(f(tf.constant(4)))


def map_fn_all(tf):
    return _plain(
        [
            tf.map_fn(lambda x: (x, x * 2), tf.constant([1, 2]), fn_output_signature=(tf.int32, tf.int32)),
            tf.map_fn(lambda x: x[0] + x[1], (tf.constant([1, 2]), tf.constant([3, 4])), fn_output_signature=tf.int32),
            tf.function(
                lambda e: tf.map_fn(
                    lambda x: {"a": x},
                    e,
                    fn_output_signature={"a": tf.int32},
                    parallel_iterations=2,
                    swap_memory=True,
                    infer_shape=False,
                )
            )(tf.constant([1, 2])),
            tf.map_fn(lambda x: tf.cast(x, tf.float32), tf.constant([1, 2]), dtype=tf.float32),
        ]
    )


def scan_all(tf):
    return _plain(
        [
            tf.scan(lambda a, x: a + x, tf.constant([1, 2, 3]), reverse=True),
            tf.scan(lambda a, x: (a[0] + x, a[1] * x), tf.constant([1, 2, 3]), (0, 1)),
            tf.foldr(lambda a, x: a - x, tf.constant([1, 2, 3]), initializer=10),
        ]
    )


def while_shape_error(tf):
    @tf.function
    def f():
        return tf.while_loop(
            lambda i, x: i < 10, lambda i, x: (i + 1, tf.concat([x, [i]], 0)), [tf.constant(0), tf.constant([0])]
        )

    return f()


def while_dict(tf):
    @tf.function
    def f(n):
        return tf.while_loop(
            lambda d: d["i"] < n, lambda d: ({"i": d["i"] + 1, "s": d["s"] + d["i"]},), [{"i": 0, "s": 0}]
        )

    return _plain(f(tf.constant(4)))


def ta_ops(tf):
    @tf.function
    def f(x):
        ta = tf.TensorArray(tf.float32, size=0, dynamic_size=True, infer_shape=False, clear_after_read=False)
        ta = ta.unstack(x)
        ta = ta.write(ta.size(), [9.0, 9.0])
        return ta.stack(), ta.gather([1, 0]), ta.concat(), ta.size(), ta.read(0)

    @tf.function
    def g(x):
        ta = tf.TensorArray(tf.float32, size=2, infer_shape=False).split(x, [1, 2])
        return ta.read(0), ta.read(1)

    return _plain([f(tf.constant([[1.0, 2.0], [3.0, 4.0]])), g(tf.constant([1.0, 2.0, 3.0]))])


def ta_read_twice(tf):
    @tf.function
    def f(x):
        ta = tf.TensorArray(tf.float32, size=2).unstack(x)
        return ta.read(0) + ta.read(0)

    return _plain(f(tf.constant([1.0, 2.0])))


def ta_read_twice_eager(tf):
    ta = tf.TensorArray(tf.float32, size=2).unstack([1.0, 2.0])
    return _plain(ta.read(0) + ta.read(0))


def switch_cases(tf):
    @tf.function
    def f(i):
        return tf.switch_case(
            i, {0: lambda: tf.constant(1), 5: lambda: tf.constant(2)}, default=lambda: tf.constant(-1)
        )

    @tf.function
    def g(x):
        return tf.case(
            [(x < 1, lambda: tf.constant(17)), (x > 23, lambda: tf.constant(18))],
            default=lambda: tf.constant(19),
            exclusive=True,
        )

    return _plain([[f(tf.constant(k)) for k in (0, 5, 7)], [g(tf.constant(k)) for k in (0, 24, 7)]])


def vectorized(tf):
    return _plain(
        [
            tf.vectorized_map(lambda x: tf.linalg.matmul(x, x), tf.reshape(tf.range(8.0), [2, 2, 2])),
            tf.vectorized_map(lambda ab: ab[0] * ab[1], (tf.range(3.0), tf.constant(2.0) * tf.ones([3]))),
            tf.vectorized_map(
                lambda x: tf.while_loop(lambda i: i < x, lambda i: i + 1, [0.0])[0], tf.constant([2.0, 3.0])
            ),
        ]
    )


def second_order_nested(tf):
    @tf.function
    def f(x, n):
        y = x
        for i in tf.range(n):
            if y > 5.0:
                y = y * tf.sin(x)
            else:
                j = 0
                while j < 2:
                    y = y * x
                    j += 1
        return y

    x = tf.constant(1.3)
    with tf.GradientTape() as t2:
        t2.watch(x)
        with tf.GradientTape() as t:
            t.watch(x)
            y = f(x, tf.constant(6))
        g = t.gradient(y, x)
    return [round(float(v), 3) for v in (y, g, t2.gradient(g, x))]


def var_args_kw(tf):
    n = [0]

    @tf.function
    def f(*args, **kw):
        n[0] += 1
        return sum(args) + sum(kw.values())

    r = [
        f(1, 2, a=3),
        f(1, 2, a=tf.constant(3)),
        f(1, 2, a=tf.constant(4)),
        f(tf.constant(1), tf.constant(2)),
        f(b=1, a=2),
        f(a=2, b=1),
    ]
    return _plain(r), n[0]


def concrete_wrong(tf):
    c = tf.function(lambda x: x).get_concrete_function(tf.TensorSpec([2]))
    return c(tf.ones([3]))


def concrete_wrong_dtype(tf):
    c = tf.function(lambda x: x).get_concrete_function(tf.TensorSpec([2]))
    return c(tf.ones([2], tf.int32))


def signature_wrong(tf):
    f = tf.function(lambda x: x, input_signature=[tf.TensorSpec([2])])
    return f(tf.ones([3]))


def signature_cast(tf):
    f = tf.function(lambda x: x, input_signature=[tf.TensorSpec([2])])
    return _plain(f([1, 2])), _plain(f(np.ones(2)))


def create_var_twice(tf):
    @tf.function
    def f():
        return tf.Variable(1.0)

    return f()


def var_in_function_init_scope(tf):
    class M:
        v = None

    m = M()

    @tf.function
    def f(x):
        if m.v is None:
            with tf.init_scope():
                m.v = tf.Variable(5.0)
        return m.v.assign_add(x)

    return _plain([f(1.0), f(1.0), f(2.0)])


def numpy_in_function(tf):
    @tf.function
    def f(x):
        return x + np.arange(3), np.float64(2.0) * x

    return _plain(f(tf.ones([3], tf.float64)))


def print_order(tf):
    v = tf.Variable(0)

    @tf.function
    def f():
        v.assign_add(1)
        a = v.read_value()
        v.assign_add(1)
        b = v.read_value()
        return a, b

    return _plain(f())


def assert_in_branch(tf):
    @tf.function
    def f(x):
        if x > 0:
            tf.debugging.assert_less(x, 5)
        return x

    out = [_plain(f(tf.constant(-7)))]
    try:
        f(tf.constant(7))
    except tf.errors.InvalidArgumentError as e:
        out.append(type(e).__name__)
    return out


def py_function(tf):
    @tf.function
    def f(x):
        return tf.py_function(lambda a: a.numpy() * 2, [x], tf.int32), tf.numpy_function(lambda a: a + 1, [x], tf.int32)

    return _plain(f(tf.constant(3)))


def raise_in_branch(tf):
    @tf.function
    def f(x):
        if x > 0:
            raise ValueError("positive")
        return x

    return _plain(f(tf.constant(-1)))


def raise_taken(tf):
    @tf.function
    def f(x):
        if x > 0:
            raise ValueError("positive")
        return x

    return _plain(f(tf.constant(1)))


def cond_structure(tf):
    @tf.function
    def f(x):
        return tf.cond(x > 0, lambda: {"a": x, "b": [x, x]}, lambda: {"a": -x, "b": [x + 1, x]})

    return _plain([f(tf.constant(1)), f(tf.constant(-1))])


def cond_none(tf):
    @tf.function
    def f(x):
        return tf.cond(x > 0, lambda: None, lambda: None)

    return f(tf.constant(1))


def options_accepted(tf):
    f = tf.function(
        lambda x: x + 1,
        jit_compile=False,
        experimental_implements="a",
        experimental_attributes={"api": "x"},
        experimental_autograph_options=tf.autograph.experimental.Feature.ALL,
    )
    return _plain(f(tf.constant(1)))


def unhashable(tf):
    f = tf.function(lambda x: 1)
    return _plain([f({1: 2}), f([1])]), f({1})


def tape_inside(tf):
    @tf.function
    def f(x):
        with tf.GradientTape(persistent=True) as t:
            t.watch(x)
            y = x**3
        return t.gradient(y, x), t.jacobian(y, x)

    return _plain(f(tf.constant([1.0, 2.0])))


def jacobian_loop(tf):
    @tf.function
    def f(x):
        y = tf.zeros_like(x)
        for i in tf.range(3):
            y = y + x ** tf.cast(i, tf.float32)
        return y

    x = tf.constant([1.0, 2.0])
    with tf.GradientTape() as t:
        t.watch(x)
        y = f(x)
    return _plain(t.jacobian(y, x))


def stateful_dead_if(tf):
    v = tf.Variable(0)

    @tf.function
    def f(x):
        if x > 0:
            _dead = v.assign_add(1)
        else:
            _dead = v.assign_add(10)
        return x

    f(tf.constant(1))
    f(tf.constant(-1))
    return _plain(v)


def dead_cond(tf):
    v = tf.Variable(0)

    @tf.function
    def f(x):
        tf.cond(x > 0, lambda: v.assign_add(1), lambda: v.assign_add(10))
        for _ in tf.range(2):
            tf.cond(x > 0, lambda: v.assign_add(1), lambda: v.assign_add(10))
        return x

    f(tf.constant(1))
    f(tf.constant(-1))
    return _plain(v)


def print_fstring(tf):
    @tf.function
    def f(x):
        return tf.strings.length(f"{x.shape}") + x

    return _plain(f(tf.constant([1, 2])))


def lambda_default_capture(tf):
    fs = [tf.function(lambda x, k=k: x + k) for k in range(3)]
    return _plain([g(tf.constant(1)) for g in fs])


def loop_carry_python_to_tensor(tf):
    @tf.function
    def f(n):
        x = 0
        _y = None
        z = 1.0
        for i in tf.range(n):
            x += i
            z *= 2
        return x, z

    return _plain(f(tf.constant(3)))


def zero_iterations_undefined(tf):
    @tf.function
    def f(n):
        for i in tf.range(n):
            last = i
        return last

    return _plain(f(tf.constant(3)))


def string_iter(tf):
    @tf.function
    def f():
        out = tf.constant("")
        for c in "abc":
            out = out + c
        return out

    return _plain(f())


def nested_function_trace_count(tf):
    n = [0]

    @tf.function
    def g(x):
        n[0] += 1
        return x

    @tf.function
    def f(x):
        return g(x) + g(x + 1) + g(2.0)

    f(tf.constant(1.0))
    f(tf.constant(2.0))
    g(tf.constant(3.0))
    return n[0]


def ragged_loop_and_cond(tf):
    @tf.function
    def f(r):
        s = tf.constant(0)
        for row in r:
            if tf.size(row) > 1:
                s += tf.reduce_sum(row)
        return s

    return _plain(f(tf.ragged.constant([[1, 2], [3], [4, 5, 6]])))


def sparse_through_cond(tf):
    @tf.function
    def f(x, s):
        return tf.cond(x > 0, lambda: s, lambda: tf.sparse.reorder(s)).values

    return _plain(f(tf.constant(1), tf.sparse.from_dense([[0, 1], [2, 0]])))

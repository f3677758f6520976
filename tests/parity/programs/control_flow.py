"""AutoGraph and functional control flow: results, effects, and the types of errors. Each returns what it observed."""

from __future__ import annotations


def _both(tf, f, *inputs):
    """What a traced function returns for each input."""
    traced = tf.function(f)
    return [traced(tf.constant(each)) for each in inputs]


def _derivatives(tf, f, *points):
    """First and second derivatives of a traced function."""
    traced = tf.function(f)
    found = []
    for point in points:
        x = tf.constant(point)
        with tf.GradientTape() as outer:
            outer.watch(x)
            with tf.GradientTape() as inner:
                inner.watch(x)
                y = traced(x)
            first = inner.gradient(y, x)
        found.append([y, first, outer.gradient(first, x)])
    return found


def if_else(tf):
    def f(x):
        if x > 0:
            y = x * 2
        elif x < -5:
            y = x - 1
        else:
            y = -x
        return y

    return _both(tf, f, 3, -2, -7)


def while_with_break_and_continue(tf):
    def f(n):
        total = 0
        i = 0
        while i < 100:
            i += 1
            if i % 2 == 0:
                continue
            if i > n:
                break
            total += i
        return total, i

    return _both(tf, f, 5, 0, 200)


def for_with_else(tf):
    def f(n):
        found = -1
        for i in tf.range(10):
            if i == n:
                found = i
                break
        else:
            found = 100
        return found

    return _both(tf, f, 3)


def return_inside_a_conditional(tf):
    def f(x):
        if x > 0:
            return x
        return -x

    return _both(tf, f, 2, -2)


def nested_functions(tf):
    def f(x):
        def inner(y):
            if y > 2:
                return y - 1
            return y

        return inner(x) + inner(x + 1)

    return _both(tf, f, 1, 2, 3)


def logical_operators(tf):
    def f(x):
        return x > 0 and x < 10, x > 0 or x < -10, not x > 0, 0 < x < 5

    return _both(tf, f, 3, 7, -20)


def conditional_expression(tf):
    def f(x):
        return x * 2 if x > 0 else x - 1

    return _both(tf, f, 2, -2)


def rows_of_a_tensor(tf):
    def f(x):
        total = tf.zeros_like(x[0])
        for row in x:
            total = total + row * row
        return total

    return _both(tf, f, [[1.0, 2.0], [3.0, 4.0]])


def enumerated_rows(tf):
    def f(x):
        total = 0
        for i, a in enumerate(x):
            total += i * a
        return total

    return _both(tf, f, [1, 2, 3])


def zipped_rows(tf):
    def f(x):
        total = 0
        for a, b in zip(x, x):
            total += a * b
        return total

    return _both(tf, f, [1, 2, 3])


def datasets(tf):
    @tf.function
    def f(n):
        total = tf.constant(0, tf.int64)
        for each in tf.data.Dataset.range(10):
            if each > n:
                break
            total += each
        return total

    return f(tf.constant(4, tf.int64))


def numbers_of_tensors(tf):
    def f(x):
        return abs(x[0]), len(x), int(x[1]), float(x[1])

    return _both(tf, f, [-1, 2, 3])


def extremes_of_rows(tf):
    def f(x):
        return max(x), min(x)

    return _both(tf, f, [-1, 2, 3])


def extremes_of_tensors(tf):
    def f(x):
        return max(x[0], x[1]), min(x[0], 7)

    return _both(tf, f, [-1, 2, 3])


def any_and_all_rows(tf):
    def f(x):
        return any(x > 2), all(x > 2)

    return _both(tf, f, [-1, 2, 3])


def sorted_rows(tf):
    def f(x):
        return sorted(x)

    return _both(tf, f, [3, -1, 2])


def mapped_rows(tf):
    def f(x):
        total = 0
        for each in map(lambda v: v * v, x):
            total += each
        return total

    return _both(tf, f, [3, -1, 2])


def range_of_a_tensor(tf):
    def f(n):
        total = 0
        for i in range(n):
            total += i * i
        return total

    return _both(tf, f, 4, 0)


def break_out_of_a_python_loop(tf):
    def f(x):
        total = 0
        for i in (1, 2, 3, 4):
            if x < i:
                break
            total += i
        return total

    return _both(tf, f, 2)


def return_inside_a_loop(tf):
    def f(n):
        for i in tf.range(10):
            if i * i > n:
                return i
        return -1

    return _both(tf, f, 10, 1000)


def first_set_inside_a_loop(tf):
    def f(n):
        for i in tf.range(n):
            last = i * 2
        return last

    return _both(tf, f, 3)


def item_assignment_in_a_list(tf):
    def f(x):
        items = [x, x]
        if x > 0:
            items[0] = x * 10
        return items

    return _both(tf, f, 3, -3)


def appending_in_a_loop(tf):
    def f(n):
        items = []
        for i in tf.range(n):
            items.append(i * i)
        return tf.stack(items)

    return _both(tf, f, 3)


def walrus(tf):
    def f(x):
        if (y := x * 2) > 5:
            return y
        return y - 1

    return _both(tf, f, 3, 1)


def f_strings_of_python_values(tf):
    def f(x):
        name = f"{3:02d}"
        return x + int(name)

    return _both(tf, f, 1)


def match_on_python_values(tf):
    def f(x):
        match "b":
            case "a":
                return x
            case _:
                return -x

    return _both(tf, f, 1)


def generators(tf):
    def numbers(x):
        yield x
        yield x + 1

    def f(x):
        return sum(numbers(x))

    return _both(tf, f, 4)


def comprehensions(tf):
    def f(x):
        return sum([each * x for each in (1, 2, 3) if each != 2])

    return _both(tf, f, 4)


def global_and_nonlocal(tf):
    def f(x):
        total = x

        def add(y):
            nonlocal total
            total = total + y

        add(1)
        if x > 0:
            add(10)
        return total

    return _both(tf, f, 1, -1)


def do_not_convert(tf):
    @tf.autograph.experimental.do_not_convert
    def plain(x):
        return 1 if isinstance(x, tf.Tensor) else 2

    def f(x):
        return x + plain(x)

    return _both(tf, f, 1)


def undefined_in_one_branch(tf):
    def f(x):
        if x > 0:
            y = x
        return y

    return _both(tf, f, 1)


def types_that_differ_between_branches(tf):
    def f(x):
        if x > 0:
            y = x
        else:
            y = 1.5
        return y

    return _both(tf, f, 1)


def none_in_one_branch(tf):
    def f(x):
        y = None
        if x > 0:
            y = x
        return y

    return _both(tf, f, 1)


def dtypes_that_change_in_a_loop(tf):
    def f(n):
        y = 0
        for i in tf.range(n):
            y = y + 0.5
        return y

    return _both(tf, f, 2)


def structures_that_differ_between_branches(tf):
    def f(x):
        if x > 0:
            y = (x, x)
        else:
            y = x
        return y

    return _both(tf, f, 1)


def errors_raised_in_python(tf):
    def f(x):
        raise ValueError("mine")

    return _both(tf, f, 1)


def try_and_with(tf):
    def f(x):
        try:
            y = x * 2
        finally:
            y = y + 1
        with tf.name_scope("scope"):
            z = y + 1
        return z

    return _both(tf, f, 1)


def effects_in_branches(tf):
    v = tf.Variable(0)

    @tf.function
    def f(x):
        if x > 0:
            v.assign_add(x)
        else:
            v.assign(-100)
        return v.read_value()

    return [int(f(tf.constant(each))) for each in (2, 3, -1, 4)]


def effects_in_loops(tf):
    v = tf.Variable(1)

    @tf.function
    def f(n):
        while v < n:
            v.assign(v * 2)
        return v.read_value()

    return int(f(tf.constant(20))), int(f(tf.constant(3)))


def functional_cond(tf):
    v = tf.Variable(0)
    f = tf.function(lambda x: tf.cond(x > 0, lambda: v.assign_add(1) + x, lambda: x))
    return int(f(tf.constant(1))), int(f(tf.constant(-1))), int(v)


def functional_cond_with_other_structures(tf):
    return tf.function(lambda x: tf.cond(x > 0, lambda: (x, x), lambda: x))(tf.constant(1))


def functional_cond_with_other_dtypes(tf):
    return tf.function(lambda x: tf.cond(x > 0, lambda: x, lambda: 1.5))(tf.constant(1))


def functional_case(tf):
    def f(x):
        return tf.case([(x < 0, lambda: x - 1), (x > 10, lambda: x + 1)], default=lambda: x)

    return _both(tf, f, -3, 20, 5)


def functional_switch(tf):
    def f(x):
        return tf.switch_case(x, [lambda: x + 10, lambda: x * 5], default=lambda: -x)

    return _both(tf, f, 0, 1, 7, -1)


def functional_while(tf):
    def f(n):
        return tf.while_loop(lambda i, s: i < n, lambda i, s: (i + 1, s + i), (0, 0), maximum_iterations=4)

    return _both(tf, f, 3, 100)


def functional_while_that_changes_shape(tf):
    return tf.function(
        lambda: tf.while_loop(lambda i, x: i < 3, lambda i, x: (i + 1, tf.concat([x, x], 0)), (0, tf.ones([1])))
    )()


def mapping(tf):
    f = tf.function(lambda x: tf.map_fn(lambda row: tf.reduce_sum(row) * 2.0, x))
    return f(tf.constant([[1.0, 2.0], [3.0, 4.0]]))


def folding_and_scanning(tf):
    @tf.function
    def f(x):
        return (
            tf.foldl(lambda a, b: a * 2 + b, x),
            tf.foldr(lambda a, b: a * 2 + b, x),
            tf.scan(lambda a, b: a + b, x),
            tf.scan(lambda a, b: a - b, x, initializer=10, reverse=True),
        )

    return f(tf.constant([1, 2, 3]))


def tensor_arrays(tf):
    @tf.function
    def f(x):
        array = tf.TensorArray(tf.float32, size=3, clear_after_read=False)
        array = array.unstack(x)
        array = array.write(1, array.read(0) + array.read(2))
        return array.stack(), array.gather([2, 0]), array.size(), array.concat()

    return f(tf.constant([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]))


def tensor_array_out_of_bounds(tf):
    @tf.function
    def f(i):
        return tf.TensorArray(tf.float32, size=2).unstack([1.0, 2.0]).read(i)

    return f(tf.constant(5))


def derivatives_of_branches(tf):
    def f(x):
        if x > 0:
            return x * x * x
        return tf.sin(x)

    return _derivatives(tf, f, 2.0, -1.0)


def derivatives_of_loops(tf):
    def f(x):
        y = x
        for _ in tf.range(3):
            y = y * x
        return y

    return _derivatives(tf, f, 1.5, -0.5)


def derivatives_of_loops_with_break(tf):
    def f(x):
        y = x
        while y < 50.0:
            y = y * x + 1.0
            if y > 20.0:
                break
        return y * y

    return _derivatives(tf, f, 1.5, 3.0)


def derivatives_of_loops_in_branches(tf):
    def f(x):
        y = tf.ones_like(x)
        if x > 1.0:
            for i in tf.range(2):
                y = y * tf.exp(x) if i == 0 else y + x * x
        else:
            y = x * x
        return y

    return _derivatives(tf, f, 1.2, 0.5)


def derivatives_of_nested_loops(tf):
    def f(x):
        y = x
        for i in tf.range(2):
            for j in tf.range(i + 1):
                y = y * x + tf.cast(j, tf.float32)
        return y

    return _derivatives(tf, f, 1.1)


def derivatives_of_tensor_arrays(tf):
    def f(x):
        array = tf.TensorArray(tf.float32, size=3)
        for i in tf.range(3):
            array = array.write(i, x ** tf.cast(i + 1, tf.float32))
        return tf.reduce_prod(array.stack())

    return _derivatives(tf, f, 1.3)


def derivatives_of_rows(tf):
    def f(x):
        total = tf.constant(1.0)
        for row in tf.stack([x, x * x, x + 1.0]):
            total = total * row
        return total

    return _derivatives(tf, f, 1.3)


def derivatives_of_functional_ops(tf):
    def f(x):
        y = tf.cond(x > 0.0, lambda: x * x, lambda: -x)
        y = y + tf.switch_case(tf.cast(x, tf.int32) % 2, [lambda: tf.sin(x), lambda: x**3.0])
        z = tf.map_fn(lambda v: v * v, tf.stack([x, y]))
        return tf.reduce_sum(z) + tf.foldl(lambda a, b: a * b, z)

    return _derivatives(tf, f, 1.3, 2.2)


def derivatives_with_respect_to_variables(tf):
    v = tf.Variable(1.5)

    @tf.function
    def f(n):
        y = tf.constant(1.0)
        for _ in tf.range(n):
            if y < 4.0:
                y = y * v
            else:
                y = y + v * v
        return y

    with tf.GradientTape() as outer:
        with tf.GradientTape() as inner:
            y = f(tf.constant(5))
        first = inner.gradient(y, v)
    return y, first, outer.gradient(first, v)

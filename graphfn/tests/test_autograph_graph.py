"""Each construct three ways: plain Python, converted on Python values, and traced on tensors."""

# ruff: noqa: B007, B905, F841
from __future__ import annotations

import contextlib
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from flowstone_autodiff.tape import GradientTape
from flowstone_core import nest
from flowstone_core.api import tf
from flowstone_core.tensor import Tensor
from flowstone_core.variable import Variable
from flowstone_graphfn.autograph import api
from flowstone_graphfn.function import function

CASES = []


def case(*calls):
    """Register a function with the arguments of each call."""

    def register(target):
        CASES.extend(pytest.param(target, args, id=f"{target.__name__}{args}") for args in calls)
        return target

    return register


def plain(value):
    """Tensors as what Python would have."""
    if isinstance(value, Tensor):
        value = value.numpy()
    if isinstance(value, (np.ndarray, np.generic)):
        value = value.tolist()
    return value.decode() if isinstance(value, bytes) else value


def traced(target, *args):
    result = function(target)(*(tf.constant(arg) for arg in args))
    return nest.map_structure(plain, result)


# -- if ----------------------------------------------------------------------------------------------------------


@case((0,), (1,), (2,), (9,))
def if_elif_else(x):
    if x == 0:
        y = 10
    elif x == 1:
        y = 20
        x = x + 1
    elif x < 5:
        y = 30
    else:
        y = x
    return x, y


@case((3,), (-3,))
def if_without_else(x):
    y = 1
    if x > 0:
        y = x
        x = -x
    return x + y


@case((1,), (0,))
def same_python_value_in_both_branches(x):
    if x > 0:
        n = 2
        mode = "a"
    else:
        n = 2
        mode = "a"
    return [x] * n, mode


@case((5, 1), (1, 5))
def swapped(a, b):
    if a > b:
        a, b = b, a
    return a, b


@case((3,), (-3,))
def structures(x):
    d = {"a": x, "b": [1, 2], "c": (x, x)}
    alias = d["b"]
    if x > 0:
        d["a"] = d["a"] + 1
        d["b"][0] = 7
        d["c"] = (d["c"][0], 5)
    return d, alias


@case((3,), (-3,))
def early_returns(x):
    if x > 2:
        return x
    x = x + 10
    if x > 8:
        return -x
    return 0


@case((3,), (30,))
def return_none_everywhere(x):
    if x > 5:
        return
    x = x + 1


@case((0,), (3,), (7,))
def nested_conditions(x):
    if x > 2:
        if x > 5:
            y = 1
        else:
            y = 2
    else:
        y = 3
    return y


@case((4,), (0,))
def strings(x):
    if x > 2:
        s = "large"
    else:
        s = "small"
    return s


@case((1.5,), (-1.5,))
def number_and_tensor(x):
    y = 0
    if x > 0:
        y = x
    return y


# -- expressions -------------------------------------------------------------------------------------------------


@case((0,), (1,), (2,), (4,))
def expressions(x):
    return (
        x if x > 1 else -x,
        0 < x < 3,
        not x > 1,
        x > 0 and x < 3,
        x < 1 or x > 3,
        (x > 0 and 10 // x > 4),
        x in [1, 2],
        x not in (1, 2),
        1 <= x != 2 < 5,
        (lambda y: y if y > 1 else 0)(x),
    )


@case((0,), (1,), (5,))
def walrus(x):
    if x > 0 and (y := x + 1) > 2:
        return y
    if (z := x * 2) < 5 or x == 100:
        return -z
    return (w := x) + w


@case((0,), (3,), (-5,))
def lazy_operands_are_not_run(x):
    safe = x != 0 and 12 // x > 3
    value = 12 // x if x != 0 else 99
    return safe, value


@case((3,), (-4,))
def builtin_functions(x):
    return (
        abs(x), int(x), float(x), bool(x), max(x, 2), min(x, x + 1, 0), sum([x, x], 1), any([x > 0, x > 5]),
        all([x > 0, x > 5]), max([x, 3]), round(x), divmod(x, 2), pow(x, 2), len([x]),
    )  # fmt: skip


@case(([1, 2, 4],))
def builtin_functions_of_vectors(x):
    return (
        len(x), sum(x), max(x), min(x), list(x), tuple(x), 2 in x, 7 in x, 7 not in x, [v + 1 for v in x],
        any([v > 3 for v in x]), {"s": sum(v for v in x)}, list(map(abs, x)),
        [i * v for i, v in enumerate(x)], [a * b for a, b in zip(x, x)],
    )  # fmt: skip


# -- while -------------------------------------------------------------------------------------------------------


@case((0,), (5,), (8,), (9,))
def while_with_everything(x):
    s = 0
    while x > 0:
        x -= 1
        if x == 3:
            continue
        if s > 10:
            break
        s += x
    else:
        s += 100
    return s, x


@case((1,), (7,))
def while_true(x):
    while True:
        x += 1
        if x > 5:
            break
    return x


@case((27,), (1,))
def collatz(n):
    steps = 0
    while n != 1:
        if n % 2 == 0:
            n = n // 2
        else:
            n = 3 * n + 1
        steps += 1
    return steps


@case((5,), (0,))
def walrus_in_the_test(x):
    total = 0
    while (n := x - 1) > 0:
        x = n
        total += n * 10
    return x, n, total


@case((5,), (0,))
def python_test_then_tensor_test(x):
    i = 0
    while i < 2 or x > 3:
        i += 1
        x -= 1
    return i, x


@case((10,), (0,))
def nested_whiles(n):
    total = 0
    i = 0
    while i < n:
        j = 0
        while j < i:
            if j == 3:
                break
            total += j
            j += 1
        else:
            total += 100
        i += 1
    return total


# -- for ---------------------------------------------------------------------------------------------------------


@case((0,), (1,), (3,), (7,))
def for_range(n):
    total = 0
    for i in range(n):
        if i == 2:
            continue
        for j in range(i, 10, 3):
            total += i * j
    return total


@case((0,), (2,), (5,))
def return_from_a_loop(n):
    for i in range(n):
        for j in range(i):
            if i * j > 5:
                return i, j
    return -1, n


@case((5,), (0,))
def for_descending(n):
    out = 0
    for i in range(n, 0, -2):
        out = out * 10 + i
    return out


@case((-5,), (0,), (2,), (9,))
def break_from_a_python_loop(x):
    for i in range(5):
        x += 1
        if x > 3:
            break
    else:
        x = x + 100
    return x, i


@case(([3, 1, 4],))
def for_over_a_vector(xs):
    best = xs[0]
    place = 0
    for i, x in enumerate(xs):
        if x > best:
            best = x
            place = i
    for a, b in zip(xs, xs):
        best += a * b
    for y in map(lambda v: v + 1, xs):
        best += y
    return best, place


@case(([[1, 2], [3, 4]],))
def for_over_a_matrix(rows):
    total = 0
    for row in rows:
        for x in row:
            if x == 3:
                break
            total += x
    return total


@case((4,), (0,), (3,))
def first_set_in_a_loop(n):
    for i in range(n):
        if i % 2 == 1:
            last = i * 10
    if n > 1:
        return last
    return -1


@case((4,), (1,))
def set_in_one_branch_and_used_under_the_same_condition(x):
    if x > 2:
        y = x * 2
    if x > 2:
        x = y
    return x


@case((4,))
def deleted_in_a_loop(n):
    temp = 0
    for i in range(n):
        temp = i
        if i == 1:
            del temp
            temp = 5
    return temp


@case((3,))
def loop_target_after_the_loop(n):
    for i in range(n):
        pass
    return i


# -- functions ---------------------------------------------------------------------------------------------------


def helper(x, scale=2):
    if x > 1:
        return x * scale
    return x


@case((1,), (4,))
def calls(x):
    def inner(y):
        if y > 2:
            return helper(y)
        return helper(y, scale=3)

    return inner(x) + helper(*[x], scale=5)


@case((0,), (1,), (3,))
def nonlocal_state(x):
    n = 0
    log = []

    def add(k=1):
        nonlocal n
        n += k
        if k > 1:
            n += 1

    if x > 1:
        add()
    for _ in range(x):
        add(2)
    return n


@case((6,))
def recursion_on_python_values(x):
    def power(base, n):
        if n == 0:
            return 1
        return base * power(base, n - 1)

    return power(x, 3)


@case((1,), (5,))
def contexts_and_exceptions(x):
    with contextlib.nullcontext(2) as k:
        try:
            if x > 2:
                y = x * k
            else:
                y = x
        except ZeroDivisionError:
            y = 0
        else:
            y += 1
        finally:
            y = y * 2
    return y


@case((1,), (2,), (3,), (5,), (9,))
def match_statement(x):
    match x:
        case 1:
            return 10
        case 2 | 3:
            y = 20
        case other if other > 7:
            y = other
        case _:
            y = -1
    return y


@case((0,), (5,), (2,))
def match_structures(x):
    match (x, [1, x]):
        case (0, [1, _]):
            r = 1
        case (a, [b, 5]) if a > b:
            r = a
        case _:
            r = 9
    return r


@case((2,), (-2,))
def f_strings_of_python_values(x):
    label = f"{3 if not None else 4:>3}"
    if x > 0:
        y = len(label)
    else:
        y = 0
    return y


@pytest.mark.parametrize(("target", "args"), CASES)
def test_three_ways(target, args):
    def copies():
        return nest.map_structure(lambda leaf: leaf, list(args))

    expected = target(*copies())
    assert api.to_graph(target)(*copies()) == expected
    assert traced(target, *args) == expected


# -- what plain Python cannot say --------------------------------------------------------------------------------


def test_item_assignment():
    def f(x, i):
        x[0] = 5
        x[i] += 2
        if x[1] > 0:
            x[1:2] = [9]
        x[x > 8] = -1
        return x

    assert traced(f, [1, 2, 3], 2) == [5, -1, 5]
    assert traced(f, [1, 0, 7], -1) == [5, 0, -1]


def test_item_assignment_leaves_the_argument_alone():
    @function
    def f(x):
        y = x
        y[0] = 9
        return x, y

    x, y = f(tf.constant([1, 2]))
    assert (plain(x), plain(y)) == ([1, 2], [9, 2])


def test_items_of_a_matrix():
    def f(x):
        x[0, 1] = 9
        x[:, 0] = [7, 8]
        return x

    assert traced(f, [[1, 2], [3, 4]]) == [[7, 9], [8, 4]]


def test_attributes():
    class Counter:
        def __init__(self):
            self.n = 0
            self.items = [1, 2]

        def step(self, x):
            if x > 0:
                self.n = self.n + 1
                self.items[0] = x
            else:
                self.n = self.n - 1
            for i in range(x):
                self.n += i
            result, self.n = self.n, 0
            first, self.items = self.items[0], [1, 2]
            return result, first

    counter = Counter()
    for x in (4, -4):
        assert traced(counter.step, x) == Counter().step(x)


def test_attributes_first_set_in_a_loop():
    class Box:
        pass

    def last(n):
        box = Box()
        for i in range(n):
            box.last = i
        return box.last if n > 0 else -1

    def used(n):
        box = Box()
        for i in range(n):
            box.last = i
        return box.last + 1, 1 - box.last, -box.last

    assert [traced(last, n) for n in (3, 0)] == [2, -1]
    assert traced(used, 3) == used(3)
    with pytest.raises(tf.errors.InvalidArgumentError, match="'box.last' is used, but it was not set"):
        traced(used, 0)


def test_methods_that_growing_lists_lack():
    def f(n):
        items = [0]
        for i in range(n):
            items.insert(0, i)
        return items[0]

    with pytest.raises(AttributeError, match="has no 'insert'; it has append, extend"):
        traced(f, 3)


def test_variables_as_conditions_and_effects_in_order():
    v = Variable(0)

    @function
    def f(x):
        while v.assign_add(1) < 5:
            x += 1
        if v:
            v.assign(100)
        return x

    assert f(tf.constant(0)).numpy() == 4
    assert v.numpy() == 100


def test_variables_that_become_tensors():
    v = Variable(1)

    @function
    def f(n):
        x = y = v
        for i in tf.range(n):
            x = x + i
        if n > 1:
            y = x
        return x, y

    assert [plain(each) for each in f(tf.constant(4))] == [7, 7]
    assert [plain(each) for each in f(tf.constant(0))] == [1, 1]


def test_sorting():
    @function
    def f(x, a, b):
        return sorted(x), sorted(x, reverse=True), sorted([a, b, 2]), list(reversed(x))

    got = f(tf.constant([3, 1, 2]), tf.constant(5), tf.constant(-1))
    assert nest.map_structure(plain, got) == ([1, 2, 3], [3, 2, 1], [-1, 2, 5], [2, 1, 3])


def test_what_builtin_functions_do_not_take():
    @function
    def f(x, which):
        return {
            "key": lambda: sorted(x, key=abs),
            "matrix": lambda: sorted([x, x]) and sorted(tf.stack([x, x])),
            "max": lambda: max(x, key=abs),
            "digits": lambda: round(x[0], 1),
            "base": lambda: int(x[0], 2),
            "filter": lambda: filter(abs, x),
            "rows": lambda: max(tf.stack([x, x])),
        }[which]()

    for which in ("key", "max", "digits", "base"):
        with pytest.raises(NotImplementedError, match="symbolic"):
            f(tf.constant([3, 1]), which)
    for which in ("matrix", "rows"):
        with pytest.raises(ValueError, match="axis"):
            f(tf.constant([3, 1]), which)
    with pytest.raises(TypeError, match="boolean_mask"):
        f(tf.constant([3, 1]), "filter")


def test_effects_of_a_branch_not_taken_do_not_happen():
    v = Variable(0)

    @function
    def f(x):
        if x > 0 and v.assign_add(1) > 0:
            v.assign_add(10)
        return v.read_value()

    assert [f(tf.constant(x)).numpy() for x in (-1, 1, -1, 1)] == [0, 11, 11, 22]


def test_eager_tensors_inside_a_function_are_python_values():
    flag = tf.constant(True)
    seen = []

    @function
    def f(x):
        if flag:
            seen.append("taken")
        else:
            seen.append("not taken")
        return x

    f(tf.constant(1))
    assert seen == ["taken"]


def test_loops_over_python_iterables_are_unrolled():
    seen = []

    @function
    def f(x):
        for i in range(3):
            seen.append(i)
            x += i
        return x

    assert f(tf.constant(1)).numpy() == 4
    assert seen == [0, 1, 2]


def test_loops_over_tensors_are_traced_once():
    seen = []

    @function
    def f(n):
        total = tf.constant(0)
        for i in tf.range(n):
            seen.append("for")
            total += i
        while total > 3:
            seen.append("while")
            total -= 1
        return total

    assert f(tf.constant(5)).numpy() == 3
    assert seen == ["for", "while"]


def test_unknown_length():
    @function(input_signature=[tf.TensorSpec([None, 2], tf.float32)])
    def f(rows):
        total = tf.zeros([2])
        for row in rows:
            if row[0] > 1.0:
                total += row
        return total, len(rows)

    total, count = f([[1, 2], [3, 4], [5, 6]])
    assert (plain(total), plain(count)) == ([8, 10], 3)


def test_shape_invariants():
    @function
    def f(n):
        v = tf.constant([0])
        for i in tf.range(n):
            api.set_loop_options(shape_invariants=[(v, tf.TensorShape([None]))])
            v = tf.concat([v, [i]], 0)
        return v

    assert plain(f(tf.constant(3))) == [0, 0, 1, 2]


def test_maximum_iterations():
    @function
    def f(n):
        i = 0
        while i < n:
            api.set_loop_options(maximum_iterations=3, parallel_iterations=1, swap_memory=False)
            i += 1
        return i

    assert f(tf.constant(10)).numpy() == 3
    assert f(tf.constant(2)).numpy() == 2


def test_loop_options_do_nothing_in_python():
    def f(n):
        i = 0
        while i < n:
            api.set_loop_options(maximum_iterations=3)
            i += 1
        return i

    assert f(10) == api.to_graph(f)(10) == 10


def test_tensor_arrays():
    @function
    def f(xs):
        squares = tf.TensorArray(tf.int32, size=0, dynamic_size=True)
        for i in range(len(xs)):
            squares = squares.write(i, xs[i] ** 2)
        total = 0
        for square in squares:
            total += square
        return squares.stack(), total, len(squares)

    assert [plain(part) for part in f(tf.constant([1, 2, 3]))] == [[1, 4, 9], 14, 3]


def test_gradients():
    @function
    def power(x, n):
        y = tf.constant(1.0)
        for _ in tf.range(n):
            if x > 0:
                y = y * x
            else:
                y = y * 2.0
        return y

    with GradientTape() as tape:
        x = tf.constant(3.0)
        tape.watch(x)
        y = power(x, tf.constant(3))
    assert y.numpy() == 27.0
    assert tape.gradient(y, x).numpy() == 27.0


def test_run_twice_with_both_outcomes_needs_one_trace():
    @function
    def f(x):
        if x > 0:
            return x
        return -x

    assert [f(tf.constant(x)).numpy() for x in (3, -3)] == [3, 3]
    assert f.experimental_get_tracing_count() == 1


def test_variables_of_a_branch_are_restored_when_it_raises():
    @function
    def f(x):
        y = x
        try:
            if x > 0:
                y = x * 2
                raise KeyError("while tracing")
        except KeyError:
            pass
        return y

    assert f(tf.constant(3)).numpy() == 3


def test_many_threads():

    def make(k):
        @function
        def f(x):
            total = x
            for i in tf.range(k):
                if total % 2 == 0:
                    total += i
                else:
                    total += 1
            return total

        return f

    def expected(k, x):
        for i in range(k):
            x += i if x % 2 == 0 else 1
        return x

    with ThreadPoolExecutor(4) as pool:
        results = list(pool.map(lambda k: make(k)(tf.constant(k)).numpy(), range(20)))
    assert results == [expected(k, k) for k in range(20)]

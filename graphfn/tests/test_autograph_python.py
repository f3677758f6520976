"""Converted functions on plain Python values do exactly what they did before, errors included."""

# ruff: noqa: B015, B018, B905, BLE001, C416, F821, F823, F841, F842, PIE804, PLC0415, RET503, RET504, RUF021, SIM102, UP008

from __future__ import annotations

import contextlib
import functools

import pytest
from flowstone_graphfn.autograph import api

CASES = []


def case(*calls):
    """Register a function, with the arguments of each call to compare."""

    def register(function):
        CASES.extend(pytest.param(function, args, id=f"{function.__name__}{args}") for args in calls or [()])
        return function

    return register


def outcome(function, args):
    try:
        return "returned", function(*args)
    except Exception as error:
        return "raised", type(error), str(error)


# -- branches and loops ------------------------------------------------------------------------------------------


@case((0,), (1,), (2,), (5,))
def chain(x):
    if x == 0:
        y = "zero"
    elif x == 1:
        y = "one"
    elif x < 3:
        y = "few"
    else:
        y = "many"
    return y


@case((0,), (2,), (3,), (5,))
def nested_loops(n):
    out = []
    for i in range(n):
        for j in range(n):
            if j == 2:
                continue
            if j == 3:
                break
            out.append((i, j))
        else:
            out.append("inner else")
        if i == 2:
            break
    else:
        out.append("outer else")
    return out


@case((0,), (1,), (3,), (7,))
def while_with_else(n):
    total = 0
    while n > 0:
        n -= 1
        if n == 3:
            continue
        if total > 8:
            break
        total += n
    else:
        total = -total
    return total, n


@case((3,), (0,))
def endless(n):
    i = 0
    while True:
        i += 1
        if i > n:
            return i


@case((0,), (1,), (2,), (9,))
def returns_everywhere(x):
    if not x:
        return None
    for i in range(x):
        if i == 1:
            return "from the loop", i
    while x:
        x -= 1
        if x == 5:
            return "from while"
    else:
        return "from else"


@case((1,), (4,), (6,), (9,), (30,))
def early_returns(a):
    if a == 1:
        return 1
    a += 1
    if a == 5:
        return 2
    a += 1
    if a == 8:
        return 3
    a += 1
    if a == 12:
        return 4
    a += 1
    return a


@case((3,), (20,))
def deeper_than_python_nests_blocks(x):
    y = 0
    if x > 0:
        if x > 1:
            if x > 2:
                if x > 3:
                    if x > 4:
                        if x > 5:
                            if x > 6:
                                if x > 7:
                                    if x > 8:
                                        if x > 9:
                                            if x > 10:
                                                y = 1
                                                for i in range(3):
                                                    while i < 5:
                                                        i += 1
                                                        if i == 4:
                                                            y += i
                                                            break
                                                    if i == 4 and y > 6:
                                                        return "deep", y
    return y


@case((200,))
def recursive(n):
    if n == 0:
        return 0
    return 1 + recursive(n - 1)


@case((2,), (0,))
def over_an_iterator(n):
    items = iter(range(5))
    for item in items:
        if item == n:
            break
    return next(items), [i for i in items]


@case((5,))
def attributes_and_items_as_targets(n):
    class Box:
        pass

    box, items = Box(), [None, None]
    for box.value in range(n):
        pass
    for items[0], *items[1] in [(1, 2, 3)]:
        pass
    with contextlib.nullcontext(7) as items[0]:
        pass
    return box.value, items


# -- variables ---------------------------------------------------------------------------------------------------


@case((1,), (0,))
def set_in_one_branch(c):
    if c:
        y = 1
    return y


@case((1,), (0,))
def read_before_it_is_set(c):
    if c:
        print(y)
    y = 1
    return y


@case((1,), (0,))
def deleted(c):
    x = 1
    if c:
        del x
    return x


@case((0,), (2,))
def set_in_a_loop(n):
    for i in range(n):
        last = i
    return last, i


@case((0,), (1,))
def exception_variable(c):
    e = "before"
    try:
        if c:
            raise ValueError("inside")
    except ValueError as e:
        text = str(e)
    return e, text


@case((), ())
def closures():
    n = 0

    def add(k):
        nonlocal n
        if k > 0:
            n += k
        else:
            n = 0
        return n

    return add(2), add(3), n, add(-1), n


COUNTER = 0


@case((1,), (0,))
def globals_in_a_branch(c):
    if c:
        global COUNTER
        COUNTER = 5
    for _ in range(2):
        COUNTER += 1
    result, COUNTER = COUNTER, 0
    return result


@case((1,))
def names_in_locals(c):
    if c:
        a = 5
        return sorted(name for name in locals() if not name.startswith("ag_")), eval("a + c")


@case((2,), (0,))
def annotated(x: int) -> int:
    y: int = x
    z: str
    if x:
        y: int = 2
    return y


@case((1,))
def unreachable(x):
    return x
    hidden = 1
    x = hidden


@case((1,))
def unreachable_makes_local(x):
    if x:
        return outcome
    outcome = 1


@case((1,), (0,))
def imports(x):
    import os.path
    import sys as s
    from math import floor, pi

    if x:
        import json

        return json.dumps([floor(pi), os.path.sep, s.maxsize > 1])
    return json


@case((3,))
def walrus(c):
    while (n := c - 1) > 0:
        c -= 1
        if n == 2:
            continue
    return c, n, [y := 1, y**2], [last := i for i in range(3)], last


@case((0,), (1,), (5,))
def lazy_walrus(x):
    if x and (y := x + 1) > 2 or (z := 5) < 0:
        return y
    w = (q := 3) if x else (q := 4)
    return z, q, w, [k for k in range(3) if (m := k) or True], m


@case((3,), (0,))
def walrus_in_lambda(x):
    return (lambda v: v and (t := v + 1) and t)(x)


# -- expressions -------------------------------------------------------------------------------------------------


@case((2,), (7,), (1,))
def comparisons(x):
    return 1 < x < 5 != 3, not x, x is None, x is not None, x in (1, 2), x not in [3], x == 1 or x == 2 and not x > 5


class Truth:
    """Counts how often it is asked for its truth, and compares to what is no bool."""

    def __init__(self, value):
        self.value = value
        self.asked = 0

    def __bool__(self):
        self.asked += 1
        return self.value

    def __lt__(self, other):
        return [] if self.value else [1]


@case((True,), (False,))
def truth_is_asked_once(value):
    t = Truth(value)
    counts = []
    if t:
        counts.append(t.asked)
    else:
        counts.append(-t.asked)
    both = t and "second"
    either = t or "second"
    counts += [t.asked, type(both).__name__, type(either).__name__]
    while t:
        break
    counts += [t.asked, t < 1, (t < 1 < 2), "a" if t else "b", t.asked]
    return counts


@case((3,), (0,))
def order_of_evaluation(x):
    log = []

    def note(value):
        log.append(value)
        return value

    items = {}
    items[note("key")] = note("value")
    items[note("key")] += note("!")
    note(1) < note(x) < note(5)
    note(x) and note("and") or note("or")
    note(lambda *a, **k: log.append((a, k)))(note("argument"), *note([1]), k=note("keyword"))
    return [entry for entry in log if not callable(entry)], items


@case((4,))
def assignments(n):
    a = b = [0] * n
    a[0], b[1] = 5, 6
    a[1:2] = [7, 8]
    a[-1] += 3
    d = {}
    d["x"] = d["y"] = 4
    d["x"] -= 1
    i, a[i] = 1, "z"
    (p, *q), r = [1, 2, 3], 4
    a[::2] = [0] * len(a[::2])
    grid = {}
    grid[1, 2:3] = n if not hash else 1
    return a, b, d, p, q, r, grid


@case((3,))
def comprehensions(n):
    pairs = {k: v for k, v in zip("abc", range(n)) if v or k == "a"}
    return (
        pairs,
        {x for x in range(n)},
        [(i, j) for i in range(n) for j in range(i) if i != j],
        sum(i for i in range(n)),
    )


@case((3,))
def strings(x):
    return f"{x!r:>5} {'y' if x else 'n'} {x + 1 = } {[v for v in range(x)]}"


@case((2,))
def builtin_functions(x):
    values = eval("x + 1"), max(x, 3), min([x, 1]), max([], default=9), min("ab", key=ord), sum([1, 2], 3)
    more = sorted([3, 1], reverse=True), any([0, x]), all([]), abs(-x), int("7"), int("11", 2), float(x), complex(1, 2)
    lazy = list(map(str, [1])), list(filter(None, [0, 1])), list(enumerate("ab", 1)), list(zip([1], [2], strict=True))
    rest = bool(x), round(2.567, 1), divmod(7, 2), len([1]), list(reversed([1, 2])), pow(2, 3, 5), tuple(range(2))
    return values, more, lazy, rest


@case()
def any_stops_early():
    seen = []

    def see(value):
        seen.append(value)
        return value

    return any(see(v) for v in (0, 1, 0)), all(see(v) for v in (1, 0, 1)), seen


# -- functions ---------------------------------------------------------------------------------------------------


@case((1,), (1, 2), (), (1, 2, 3))
def parameters(a, /, b=2, *rest, c=3, **more):
    if rest:
        return a, b, rest
    return a, b, c, more


@case((1,))
def wrong_calls(x):
    def inner(a, b):
        return a

    failures = []
    for call in (lambda: inner(1), lambda: inner(1, **{"a": 2}), lambda: inner(1, 2, 3), lambda: len(1, 2)):
        try:
            call()
        except TypeError as error:
            failures.append(str(error))
    return failures


@case((3,))
def lambdas(n):
    chosen = [lambda x, k=k: x if x > k else k for k in range(n)]
    pack = lambda *a, **k: (a, k)
    return [f(1) for f in chosen], pack(1, b=2), (lambda: n)()


@case((6,))
def generators(n):
    def odd():
        for i in range(n):
            if i % 2:
                got = yield i
                if got:
                    return "sent"

    running = odd()
    first = next(running)
    return first, list(odd()), sum(x for x in odd() if x > 1), list(running)


def twice(function):
    @functools.wraps(function)
    def wrapper(*args):
        if args:
            return function(*args), function(*args)
        return "no arguments"

    return wrapper


@case((2,), ())
@twice
def decorated(x):
    return x if x else None


@case((3,))
def nested_decorated(x):
    @twice
    def inner(y):
        return [y] if y > 1 else []

    return inner(x), inner()


class Base:
    def __init__(self):
        self.__hidden = 3

    def method(self, y):
        if y > 0:
            return self.__double(y) + self.__hidden
        return super().__repr__()[:1]

    def __double(self, z):
        return z * 2

    @classmethod
    def named(cls, y):
        if y:
            return cls.__name__

    @staticmethod
    def fixed(y):
        return y and "fixed"


class Derived(Base):
    def method(self, y):
        total = 0
        for _ in range(2):
            if y > 1:
                total += super().method(y)
        return total + (super().method(y) if y > 2 else 0), (y and super().method(y)), super(Derived, self).method(1)


@case((1,), (2,), (3,))
def methods(y):
    d = Derived()
    return d.method(y), d.named(y), d.fixed(y), Base.named(0), Base.method(d, y)


@case((2,), (0,))
def classes_inside(x):
    class Inner:
        value = x if x else 3

        def method(self):
            if self.value > 2:
                return super().__class__.__name__
            return [v for v in (self.value,) if v]

    return Inner().method(), Inner.value


class Callable:
    def __init__(self, k):
        self.k = k

    def __call__(self, x):
        return self.k if x > self.k else x


@case((1,), (5,))
def callables(x):
    return (
        Callable(3)(x),
        functools.partial(recursive, x)(),
        functools.reduce(lambda a, b: a if a > b else b, [x, 2, 3]),
    )


# -- exceptions and contexts -------------------------------------------------------------------------------------


@case((0,), (1,), (5,), (-1,))
def tries_in_loops(c):
    for i in range(3):
        try:
            if i == c:
                return "returned", i
            if i > c:
                break
        except ValueError:
            pass
        else:
            q = i
        finally:
            z = i
    return q, z


@case((0,), (2,))
def return_in_with(c):
    with contextlib.suppress(ZeroDivisionError):
        if c:
            return 1 / c
        1 / 0
    return "after"


@case((0,), (2,))
def unconditional_return_in_with(c):
    with contextlib.suppress(ZeroDivisionError):
        return 1 / c
    return "after"


@case((1,), (0,))
def exception_groups(x):
    try:
        if x:
            raise ExceptionGroup("both", [ValueError(1), TypeError(2)])
    except* ValueError as group:
        found = len(group.exceptions)
    except* TypeError:
        other = 1
    return found, other


@case((0,), (1,), (2,))
def raises(x):
    try:
        if x == 1:
            raise KeyError("one")
        if x == 2:
            raise RuntimeError from ValueError("cause")
    except KeyError:
        return "caught"
    finally:
        x = None
    return x


# -- match -------------------------------------------------------------------------------------------------------


@case(
    ({"k": 1, "z": 2},), ({"k": 9},), ({"k": 2},), ([1, 2, 3],), ((5, 2),), ((2, 5),), (3,), (2.5,), ("ab",), (None,),
    (object,), (True,), ([0, 7],),
)  # fmt: skip
def matches(x):
    match x:
        case {"k": 1, **rest}:
            return rest
        case {"k": v} if v > 5:
            return v
        case [0, y] | [y, 0]:
            return "zero and", y
        case [1, *others]:
            return others
        case (a, b) if a > b:
            return "descending"
        case True | None:
            return "singleton"
        case int() | float() as n:
            return n
        case str(s):
            return s.upper()
        case _:
            return "other", locals().get("v"), locals().get("a")


@case((1,), (2,), (3,), (4,))
def match_in_a_loop(x):
    out = []
    for i in range(x):
        match i:
            case 0:
                continue
            case 1 | 2 if x > 2:
                out.append(i)
            case 3:
                break
            case other:
                out.append(-other)
        out.append("next")
    return out


@pytest.mark.parametrize(("function", "args"), CASES)
def test_same_as_python(function, args):
    expected = outcome(function, args)
    assert outcome(api.to_graph(function), args) == expected


@pytest.mark.parametrize(("function", "args"), CASES)
def test_same_when_called(function, args):
    def calls():
        return function(*args)

    assert outcome(api.to_graph(calls), ()) == outcome(function, args)


def test_identity_of_the_function():
    def f(a, b=1, *, c=2):
        """What it is for."""
        return a, b, c

    f.mark = "kept"
    g = api.to_graph(f)
    assert (g.__name__, g.__qualname__, g.__doc__, g.__module__, g.mark) == (
        f.__name__,
        f.__qualname__,
        f.__doc__,
        f.__module__,
        "kept",
    )
    assert g(1) == f(1)
    assert g(1, c=5) == f(1, c=5)
    assert g.__code__.co_filename == f.__code__.co_filename
    assert g.__code__.co_firstlineno == f.__code__.co_firstlineno


def test_assertions():
    def f(x):
        assert x > 0, f"bad {x}"
        assert x < 10
        return x

    g = api.to_graph(f)  # (pytest rewrites the asserts of f itself)
    assert g(3) == 3
    with pytest.raises(AssertionError, match=r"^bad -1$"):
        g(-1)
    with pytest.raises(AssertionError, match=r"^$"):
        g(20)


def test_cells_are_shared():
    n = 0

    def add():
        nonlocal n
        n += 1
        return n

    converted = api.to_graph(add)
    assert (converted(), add(), converted(), n) == (1, 2, 3, 3)

"""Debuggers, tracebacks and coverage see the user's own source lines."""

# ruff: noqa: F841, RET503
from __future__ import annotations

import io
import itertools
import pdb
import sys
import traceback

import pytest
from flowstone_core.api import tf
from flowstone_graphfn.autograph import api
from flowstone_graphfn.eagerly import run_functions_eagerly
from flowstone_graphfn.function import function


def everything(x):
    y = 0
    if x > 2:
        y = x
        y += 1
    elif x == 1:
        y = 7
    else:
        y = -x
    for i in range(2):
        if i == 1:
            continue
        y += i
    while y < 10:
        y += 4
        if y == 9:
            break
    else:
        y += 1
    try:
        with io.StringIO() as stream:
            z = [k for k in range(2) if k]
            y = y and x
    finally:
        y += 1
    match y:
        case 3:
            y = 4
        case _:
            pass

    def inner(v):
        if v:
            return v
        return 1

    return inner(y) if y > 0 else y


FIRST = everything.__code__.co_firstlineno


def lines_run(target, *args):
    """The lines of ``everything`` that run, as coverage tools record them."""
    seen = set()

    def trace(frame, event, arg):
        if frame.f_code.co_filename != __file__:
            return None
        if event == "line":
            seen.add(frame.f_lineno - FIRST)
        return trace

    previous = sys.gettrace()
    sys.settrace(trace)
    try:
        target(*args)
    finally:
        sys.settrace(previous)
    return seen


@pytest.mark.parametrize("x", [0, 1, 2, 3, 5, 9])
def test_the_same_lines_run(x):
    assert lines_run(api.to_graph(everything), x) == lines_run(everything, x)


def source_line(line):
    with open(__file__, encoding="utf-8") as file:
        return file.readlines()[FIRST + line - 1]


def test_all_lines_are_traced_in_a_graph():
    def trace_it(x):
        return function(everything).get_concrete_function(x)

    got = lines_run(trace_it, tf.constant(3))
    text = [source_line(line) for line in sorted(got) if line > 0]
    assert any("y = -x" in line for line in text)  # all branches are traced
    assert any("y = 7" in line for line in text)
    assert any("y += 4" in line for line in text)


def debug(target, args, *commands):
    out = io.StringIO()
    debugger = pdb.Pdb(stdin=io.StringIO("".join(f"{command}\n" for command in commands)), stdout=out, nosigint=True)
    debugger.use_rawinput = False
    debugger.runcall(target, *args)
    return out.getvalue()


def test_breakpoints_and_stepping():
    line = FIRST + 4  # y += 1
    text = debug(api.to_graph(everything), (3,), f"break {__file__}:{line}", "continue", "p (x, y)", "next", "continue")
    assert "(3, 3)" in text
    assert "-> y += 1" in text


def test_stepping_through_a_branch_and_a_loop():
    def f(x):
        if x > 1:
            x += 1
            x += 2
        for i in range(1):
            x += i
        return x

    text = debug(api.to_graph(f), (5,), *["next"] * 12, "continue")
    lines = text.splitlines()
    stops = [after[3:] for line, after in itertools.pairwise(lines) if __file__ in line and after[:3] == "-> "]
    order = [stop for stop in stops if stop in ("x += 1", "x += 2", "x += i", "return x")]
    assert order[:4] == ["x += 1", "x += 2", "x += i", "return x"]
    assert set(stops) <= {"if x > 1:", "x += 1", "x += 2", "for i in range(1):", "x += i", "return x"}


def test_where_and_locals_in_the_debugger():
    def f(x):
        count = 3
        while x > 0:
            x -= 1
            if x == 1:
                count += x
                found = count
        return found

    line = f.__code__.co_firstlineno + 6
    text = debug(
        api.to_graph(f), (3,), f"break {__file__}:{line}", "continue", "p count, x, 'found' in locals()", "where", "continue"
    )  # fmt: skip
    assert "(4, 1, False)" in text
    where = text[text.index("(4, 1, False)") :]
    assert "autograph" not in where.replace("test_autograph_debugging", "")


def test_breakpoint_stops_in_the_users_frame(monkeypatch):
    stops = []
    monkeypatch.setattr(sys, "breakpointhook", lambda: stops.append(sys._getframe(1).f_code.co_name))

    def f(x):
        if x > 0:
            breakpoint()
        return x

    api.to_graph(f)(1)
    function(f)(tf.constant(1))
    assert stops == ["f", "f"]


def test_run_functions_eagerly_reaches_breakpoints_with_values(monkeypatch):
    values = []
    monkeypatch.setattr(sys, "breakpointhook", lambda: values.append(sys._getframe(1).f_locals["x"].numpy()))

    @function
    def f(x):
        if x > 0:
            breakpoint()
        return x

    run_functions_eagerly(True)
    try:
        f(tf.constant(7))
    finally:
        run_functions_eagerly(False)
    assert values == [7]


def test_tracebacks_point_at_the_expression():
    def f(x):
        for _ in range(1):
            if x:
                return [x] and {}["missing"]

    try:
        api.to_graph(f)(1)
    except KeyError:
        text = traceback.format_exc()
    assert 'return [x] and {}["missing"]' in text
    assert "^" in text.splitlines()[-2]
    assert f"line {f.__code__.co_firstlineno + 3}, in f" in text


def test_no_frames_of_ours_between_the_users():
    def inner(x):
        if x:
            raise KeyError(x)

    def outer(x):
        for _ in range(2):
            with io.StringIO():
                if x > 0:
                    inner(x)

    try:
        api.to_graph(outer)(1)
    except KeyError as error:
        frames = traceback.extract_tb(error.__traceback__)
    assert [frame.name for frame in frames] == ["test_no_frames_of_ours_between_the_users", "outer", "inner"]


def test_recursion_is_as_deep_as_pythons():
    def f(n):
        if n > 0:
            return f(n - 1) + 1
        return 0

    depth = sys.getrecursionlimit() - 200
    assert api.to_graph(f)(depth // 2) == depth // 2
    assert f(depth // 2) == depth // 2

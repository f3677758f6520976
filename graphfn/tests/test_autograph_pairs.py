"""Every construct nested in every construct, three ways: plain Python, converted on Python values, traced on tensors.

Each construct is a template over the integers ``a`` and ``b`` with a hole for another one. All programs are written
to one file, so that AutoGraph finds their source.
"""

from __future__ import annotations

import importlib.util
import textwrap

import pytest
from flowstone_core.api import tf
from flowstone_graphfn.autograph import api
from flowstone_graphfn.function import function

CONSTRUCTS = {
    "if": "if a > b:\n    <>\nelse:\n    b = b + 1",
    "elif": "if a > 3:\n    a = a - 1\nelif a == b:\n    b = b - 2\nelif b < 3:\n    <>\nelse:\n    a = a + b",
    "else": "if a > b + 1:\n    b = a\nelse:\n    <>",
    "first_set": "if a > 0:\n    fresh = a + b\n    <>\nelse:\n    fresh = b\nb = fresh % 11",
    "while": "k# = 0\nwhile k# < b % 3 + 1:\n    k# += 1\n    <>",
    "while_true": "k# = 0\nwhile True:\n    k# += 1\n    if k# > a % 3:\n        break\n    <>",
    "while_else": "k# = 0\nwhile k# < 2:\n    k# += 1\n    if k# == b:\n        break\n    <>\nelse:\n    a = a + 5",
    "for_range": "for i# in range(abs(a) % 4):\n    b = (b + i#) % 7\n    <>",
    "for_python": "for i# in (1, 2):\n    a = (a + i#) % 9\n    <>",
    "for_vector": "for i# in v:\n    a = (a + i#) % 9\n    <>",
    "for_enumerate": "for i#, j# in enumerate(v):\n    <>\n    b = (b + i# * j#) % 7",
    "for_zip": "for i#, j# in zip(v, v):\n    b = (b + i# * j#) % 7\n    <>",
    "for_else": "for i# in range(abs(b) % 3):\n    if i# == a:\n        break\n    <>\nelse:\n    b = b - 3",
    "break": "for i# in range(4):\n    if i# > a:\n        break\n    <>\n    b = (b + 1) % 9",
    "continue": "for i# in range(abs(b) % 4):\n    if i# == 1:\n        continue\n    <>\n    a = (a + 1) % 9",
    "return": "if a == b:\n    return a * 10\n<>",
    "return_in_loop": "for i# in range(abs(a) % 4):\n    if i# * 2 == b:\n        return i# - 20\n    <>",
    "ternary": "a = (b if a > b else a + 1) % 9\n<>",
    "logic": "if (a > 1 and b != 0 and 12 // b > 2) or not a < 5:\n    <>",
    "chain": "if 0 < a <= b < 7:\n    a = a - 1\n<>",
    "walrus": "if (w# := a + 1) > 2 and (u# := w# + b) > 4:\n    b = (u# + w#) % 9\n    <>",
    "match": "match a % 4:\n    case 0:\n        b = b + 1\n    case 1 | 2 if b > 0:\n        <>\n    case other:\n        a = other",
    "try": "try:\n    <>\nexcept ZeroDivisionError:\n    a = 0\nelse:\n    b = b + 1\nfinally:\n    a = a % 11",
    "with": "with cm() as c#:\n    a = a + c#\n    <>",
    "function": "def f#(x, y=1):\n    if x > y:\n        return x - y\n    return y\n\nb = f#(a, y=b) % 9\n<>",
    "nonlocal": "def f#(x):\n    nonlocal a, b\n    <>\n    return x\n\na = f#(a + b) % 9",
    "lambda": "g# = lambda x: x + b if x > 2 else a\na = g#(b) % 9\n<>",
    "comprehension": "a = sum([x * 2 for x in [a, b, 1]]) % 9\n<>",
    "list": "items# = [a, b]\n<>\nitems#[0] = a + 1\nitems#[-1] += b\na = (items#[0] + items#[1]) % 9",
    "grow": "items# = [a]\nfor i# in range(abs(b) % 3):\n    items#.append(b + i#)\n    <>\nfor x# in items#:\n    a = (a + x#) % 9",
    "item": "w[0] = a\n<>\nw[1] += 1",
    "dictionary": "d# = {'k': a}\nif b > 1:\n    d#['k'] += b\n    <>\na = d#['k'] % 9",
    "attribute": "o.n = a\nif b > 2:\n    o.n = o.n + b\n    <>\nb = o.n % 9",
    "delete": "t# = a\nif a > 2:\n    del t#\n    t# = b\n    <>\nb = t#",
    "assert": "assert a < 1000, 'too large'\n<>",
}  # fmt: skip

VALUES = [(1, 2, [1, 2]), (3, 1, [0, 4]), (2, 2, [3, 1]), (-4, 5, [2, 2]), (0, 0, [5, 0])]

HEAD = """\
import contextlib


@contextlib.contextmanager
def cm():
    yield 1


class Box:
    pass


"""


def filled(template, number, inner):
    """``template`` with its own variables numbered, and ``inner`` in its hole."""
    lines = []
    for line in template.replace("#", str(number)).splitlines():
        if line.strip() == "<>":
            lines += textwrap.indent(inner, line[: len(line) - len(line.lstrip())]).splitlines()
        else:
            lines.append(line)
    return "\n".join(lines)


def program(name, *chain):
    body = "a = (a * 2 + b) % 8"
    for number, construct in reversed(list(enumerate(chain))):
        body = filled(CONSTRUCTS[construct], number, body)
    return f"def {name}(a, b, v, w):\n    o = Box()\n    o.n = 0\n{textwrap.indent(body, '    ')}\n    return a * 100 + b * 10 + sum(w)\n\n\n"


@pytest.fixture(scope="module")
def programs(tmp_path_factory):
    """A module with all programs."""
    path = tmp_path_factory.mktemp("pairs") / "all_pairs.py"
    path.write_text(HEAD + "".join(program(f"{x}__{y}", x, y) for x in CONSTRUCTS for y in CONSTRUCTS))
    spec = importlib.util.spec_from_file_location("all_pairs", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("outer", CONSTRUCTS)
def test_nested(programs, outer):
    for inner in CONSTRUCTS:
        target = getattr(programs, f"{outer}__{inner}")
        converted = api.to_graph(target)
        graph = function(target)
        for a, b, v in VALUES:
            expected = target(a, b, list(v), list(v))
            assert converted(a, b, list(v), list(v)) == expected, target.__name__
            got = graph(tf.constant(a), tf.constant(b), tf.constant(v), tf.constant(v)).numpy()
            assert got == expected, (target.__name__, a, b, v)

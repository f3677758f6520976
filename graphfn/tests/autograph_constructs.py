"""Constructs of Python and TensorFlow as templates over the integers ``a`` and ``b``, and programs made of them.

A template has a hole ``<>`` for another construct, and ``#`` where its own variables are numbered. ``v`` and ``w`` are
vectors: lists if the program runs as plain Python, tensors if it is traced. What programs call stands in ``HEAD``;
whoever runs it gives it ``tf``.
"""

from __future__ import annotations

import textwrap

BASIC = {
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
"""Statements and expressions."""

MORE = {
    "for_tf_range": "for i# in tf.range(abs(a) % 4):\n    b = (b + i#) % 7\n    <>",
    "for_ragged": "for r# in tf.ragged.constant([[1, 2], [], [4]]):\n    a = (a + tf.reduce_sum(r#)) % 9\n    <>",
    "for_stacked": "for e# in tf.TensorArray(tf.int32, 2).unstack([a, b]).stack():\n    a = (a + e#) % 9\n    <>",
    "for_dictionary": "for k#, e# in {'p': a, 'q': b}.items():\n    a = (a + e# + len(k#)) % 9\n    <>",
    "for_reversed": "for i# in reversed([a, 1]):\n    b = (b + i#) % 7\n    <>",
    "return_in_while": "k# = 0\nwhile k# < abs(b) % 4:\n    k# += 1\n    if k# == a:\n        return k# * 7\n    <>",
    "loop_options": "for i# in tf.range(abs(a) % 3):\n    tf.autograph.experimental.set_loop_options(maximum_iterations=2)\n    b = (b + i#) % 7\n    <>",
    "write_tensor_array": "t# = tf.TensorArray(tf.int32, 0, dynamic_size=True, clear_after_read=False)\nfor i# in range(abs(a) % 3 + 1):\n    t# = t#.write(i#, a + i#)\n    <>\nb = (b + tf.reduce_sum(t#.stack())) % 7",
    "print": "print('a is', a)\n<>",
    "len": "a = (a + len(v)) % 9\n<>",
    "map": "a = sum(list(map(lambda x: x + b, [a, 1]))) % 9\n<>",
    "filter": "a = (a + len(list(filter(None, [1, 0, 2])))) % 9\n<>",
    "any_all": "if any([a > 2, b > 3]) and all([a > -9, b < 90]):\n    <>",
    "sorted": "a = sorted([a, b, 3])[1] % 9\n<>",
    "numbers": "a = (int(float(a) / 2.0) + int(bool(b))) % 9\n<>",
    "max_min": "a = max(min(a, b), 1) % 9\n<>",
    "pop": "items# = [a, b]\nif a > 1:\n    items#.append(a + 1)\nelse:\n    items#.append(b)\n<>\nb = (b + items#.pop()) % 7",
    "slices": "s# = v[1:]\nb = (b + s#[0] + v[-1]) % 7\n<>",
    "unpacking": "a, (b, *rest#) = b, (a, 1)\n<>",
    "augmented": "a += b\na %= 9\n<>",
    "in": "if a % 4 in (1, 2):\n    <>",
    "is_none": "n# = None\nif b % 2 == 0 or n# is None:\n    <>",
    "fstring": "text# = f'{1 + 1} and {len([a, b])!r}'\na = (a + len(text#)) % 9\n<>",
    "global": "def f#(x):\n    global shared\n    shared = x + 1\n    return shared\n\na = f#(b) % 9\n<>",
    "decorator": "@passing\ndef f#(x):\n    if x > 1:\n        x = x - 1\n    return x\n\na = f#(a)\n<>",
    "method": "a = Child(2).step(a, b) % 9\n<>",
    "callable": "a = functools.partial(Child(1), other=b)(a) % 9\n<>",
    "generator": "a = sum(gen(a, b)) % 9\n<>",
    "dict_comprehension": "d# = {k: a + k for k in range(3) if k != 1}\nb = (b + d#[2]) % 7\n<>",
    "recursion": "a = down(a, 3) % 9\n<>",
    "do_not_convert": "a = plain(a, b) % 9\n<>",
    "variable": "if a > 1:\n    state.assign(a)\nelse:\n    state.assign_add(1)\n<>\nb = (b + state) % 7",
    "tf_cond": "a = tf.cond(a > b, lambda: b + 0, lambda: a + 1) % 9\n<>",
    "tf_switch_case": "a = tf.switch_case(tf.abs(a) % 3, [lambda: b + 0, lambda: b + 1, lambda: b * 2]) % 9\n<>",
    "tf_while_loop": "a, _ = tf.while_loop(lambda x, y: x < y, lambda x, y: (x + 2, y), (a, b))\na = a % 9\n<>",
    "tf_map_fn": "b = (b + tf.reduce_sum(tf.map_fn(lambda x: x + a if a > 1 else x, tf.stack([a, b])))) % 7\n<>",
    "tf_foldl": "b = tf.foldl(lambda x, y: x - y, tf.stack([a, b, 2])) % 7\n<>",
    "tf_scan": "b = tf.scan(lambda x, y: x + y, tf.stack([a, b, 2]))[-1] % 7\n<>",
    "tf_vectorized_map": "b = (b + tf.reduce_max(tf.vectorized_map(lambda x: x * 2, tf.stack([a, b])))) % 7\n<>",
    "tf_gradient": "with tf.GradientTape() as g#:\n    x# = tf.cast(a, tf.float32)\n    g#.watch(x#)\n    y# = x# * x# if a > 1 else 3.0 * x#\nb = (b + tf.cast(g#.gradient(y#, x#), tf.int32)) % 7\n<>",
    "tf_function": "a = traced(tf.identity(a), tf.identity(b)) % 9\n<>",
    "dataset": "for e# in tf.data.Dataset.range(3):\n    b = (b + tf.cast(e#, tf.int32)) % 7\n    <>",
    "iterator": "for e# in iter(tf.data.Dataset.range(2)):\n    a = (a + tf.cast(e#, tf.int32)) % 9\n    <>",
}  # fmt: skip
"""What else AutoGraph knows, control flow by functions, and what stands between a program and its graph."""

SMOOTH = {
    "if": "if x > 1.0:\n    x = x * 0.5\n    <>\nelse:\n    x = x * x + 0.1",
    "else": "if x > 1.0:\n    x = x * 0.5\nelse:\n    x = x * x + 0.1\n    <>",
    "while": "k# = 0\nwhile k# < n:\n    x = x * 0.9 + 0.1 * x * x\n    k# += 1\n    <>",
    "while_on_value": "k# = 0\nwhile x < 1.2 and k# < 4:\n    x = x * 1.3\n    k# += 1\n    <>",
    "for_range": "for i# in tf.range(n):\n    x = x - 0.1 * x * tf.cast(i#, tf.float32)\n    <>",
    "for_rows": "for r# in tf.stack([x, x * x]):\n    x = x * 0.5 + 0.3 * r#\n    <>",
    "break": "for i# in tf.range(5):\n    if x > 2.0:\n        break\n    x = x * 1.2\n    <>",
    "ternary": "x = tf.sin(x) if x > 0.5 else tf.exp(x) - 1.0\n<>",
    "function": "def f#(z):\n    if z > x:\n        return z * x\n    return z + x\n\nx = 0.3 * f#(x * x)\n<>",
    "tf_function": "x = 0.5 * smooth(x, n)\n<>",
    "tf_cond": "x = tf.cond(x > 0.8, lambda: x * 0.7, lambda: x * x)\n<>",
    "tf_switch_case": "x = tf.switch_case(tf.cast(x * 2.0, tf.int32), [lambda: x * x, lambda: x * 0.7, lambda: tf.sqrt(x)])\n<>",
    "tf_while_loop": "_, x = tf.while_loop(lambda i, z: i < n, lambda i, z: (i + 1, z * 0.8 + 0.1 * x), (0, x))\n<>",
    "tf_map_fn": "x = tf.reduce_sum(tf.map_fn(lambda z: z * z * 0.4 if z > 0.5 else z * x, tf.stack([x, 0.5 * x])))\n<>",
    "tf_foldl": "x = 0.5 * tf.foldl(lambda y, z: y * z + x, tf.stack([x, 0.5 * x, x + 1.0]))\n<>",
    "tf_scan": "x = 0.2 * tf.reduce_sum(tf.scan(lambda y, z: y * z, tf.stack([x, 0.5 * x, x + 1.0])))\n<>",
    "tf_vectorized_map": "x = tf.reduce_sum(tf.vectorized_map(lambda z: z * tf.sin(z * x), tf.stack([x, 0.5 * x])))\n<>",
    "tensor_array": "t# = tf.TensorArray(tf.float32, 0, dynamic_size=True, clear_after_read=False)\nfor i# in tf.range(n):\n    t# = t#.write(i#, x * tf.cast(i# + 1, tf.float32))\n    <>\nx = 0.2 * tf.reduce_sum(t#.stack())",
    "variable": "x = x * weight\n<>",
    "tf_gradient": "with tf.GradientTape() as g#:\n    g#.watch(x)\n    y# = x * x * x\nx = 0.2 * g#.gradient(y#, x)\n<>",
}  # fmt: skip
"""Constructs over a number ``x`` that programs are differentiated by, and an integer ``n``."""

VALUES = [(1, 2, [1, 2]), (3, 1, [0, 4]), (2, 2, [3, 1]), (-4, 5, [2, 2]), (0, 0, [5, 0])]

HEAD = """\
import contextlib
import functools

shared = 0


@contextlib.contextmanager
def cm():
    yield 1


class Box:
    pass


class Parent:
    def __init__(self, n):
        self.n = n

    def step(self, x, y):
        if x > y:
            return x - self.n
        return y + self.n


class Child(Parent):
    def step(self, x, y):
        z = super().step(x, y)
        if z > 3:
            z = z - 1
        return z

    def __call__(self, x, other):
        while x < other:
            x = x + self.n
        return x


def passing(function):
    @functools.wraps(function)
    def passed(*args):
        return function(*args)

    return passed


def gen(x, y):
    for z in (x, y):
        yield z + 1


def down(x, n):
    if n == 0:
        return x
    if x > 2:
        x = x - 2
    return down(x + 1, n - 1)


"""

TENSOR_HEAD = """\
state = tf.Variable(0)


@tf.autograph.experimental.do_not_convert
def plain(x, y):
    return x + y


@tf.function
def traced(x, y):
    if x > y:
        x = x - y
    return x


"""


SMOOTH_HEAD = """\
weight = tf.Variable(0.8)


@tf.function
def smooth(x, n):
    for i in tf.range(n):
        if x > 1.0:
            x = x * 0.6
        else:
            x = x + 0.3 * x * x
    return x


"""


def filled(template: str, number: int, inner: str) -> str:
    """``template`` with its own variables numbered, and ``inner`` in its hole."""
    lines = []
    for line in template.replace("#", str(number)).splitlines():
        if line.strip() == "<>":
            lines += textwrap.indent(inner, line[: len(line) - len(line.lstrip())]).splitlines()
        else:
            lines.append(line)
    return "\n".join(lines)


def program(name: str, *chain: str) -> str:
    """A function in which each construct of ``chain`` stands in the one before."""
    body = "a = (a * 2 + b) % 8"
    for number, construct in reversed(list(enumerate(chain))):
        body = filled((BASIC | MORE)[construct], number, body)
    return f"def {name}(a, b, v, w):\n    o = Box()\n    o.n = 0\n{textwrap.indent(body, '    ')}\n    return a * 100 + b * 10 + w[0] + w[1]\n\n\n"


def smooth_program(name: str, *chain: str) -> str:
    """A function of ``x`` and ``n`` in which each construct of ``chain`` stands in the one before."""
    body = "x = tf.sin(x) + 0.1 * x"
    for number, construct in reversed(list(enumerate(chain))):
        body = filled(SMOOTH[construct], number, body)
    return f"def {name}(x, n):\n{textwrap.indent(body, '    ')}\n    return x\n\n\n"

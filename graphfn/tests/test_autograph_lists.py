"""Python lists that grow and shrink where the graph decides."""

from __future__ import annotations

import numpy as np
import pytest
from flowstone_autodiff.tape import GradientTape
from flowstone_core import nest
from flowstone_core.api import tf
from flowstone_graphfn.autograph.graph_lists import GraphList
from flowstone_graphfn.function import function


def plain(value):
    return np.asarray(value.numpy()).tolist() if hasattr(value, "numpy") else value


def same(target, *args):
    got = nest.map_structure(plain, function(target)(*(tf.constant(arg) for arg in args)))
    assert got == target(*args)


def test_append_in_a_for_loop():
    def f(n):
        squares = []
        for i in range(n):
            squares.append(i * i)
        return squares

    same(f, 4)
    same(f, 0)


def test_append_under_a_condition_in_a_while_loop():
    def f(n):
        kept = [1, 2]
        i = 0
        while i < n:
            if i % 2 == 0:
                kept.append(i)
            else:
                kept[0] += i
            i += 1
        return kept, len(kept), kept[-1], kept[0]

    same(f, 5)
    same(f, 0)


def test_a_stack():
    def f(n):
        stack = [n]
        total = 0
        while len(stack) > 0:
            top = stack.pop()
            total += top
            if top > 2:
                stack.append(top - 1)
                stack.extend([top - 2])
        return total

    same(f, 5)


def test_lengths_differ_between_branches():
    def f(x):
        items = [x]
        alias = items
        if x > 2:
            items.append(x + 1)
        total = 0
        for item in items:
            total += item
        return items, total, len(alias) > 0

    same(f, 1)
    same(f, 5)


def test_elements_that_are_structures():
    def f(n):
        pairs = []
        for i in range(n):
            pairs.append((i, {"twice": 2 * i}))
        total = 0
        for a, b in pairs:
            total += a * b["twice"]
        return total, len(pairs), pairs[0]

    same(f, 4)


def test_python_numbers_join_tensors():
    @function
    def f(n):
        values = [0.0]
        for i in tf.range(n):
            values.append(tf.cast(i, tf.float32))
            values.append(1)
        return tf.stack(values)

    assert plain(f(tf.constant(2))) == [0.0, 0.0, 1.0, 1.0, 1.0]


def test_stack_keeps_the_shape_of_the_elements():
    @function(input_signature=[tf.TensorSpec([None, 3], tf.float32)])
    def f(rows):
        kept = []
        for row in rows:
            if row[0] > 1.0:
                kept.append(row * 2.0)
        stacked = tf.stack(kept)
        assert stacked.shape.as_list() == [None, 3]
        return stacked

    assert plain(f([[1, 2, 3], [4, 5, 6]])) == [[8, 10, 12]]


def test_gradients():
    @function
    def f(x, n):
        values = []
        for _ in tf.range(n):
            x = x * 2.0
            values.append(x)
        return tf.reduce_sum(tf.stack(values))

    with GradientTape() as tape:
        x = tf.constant(3.0)
        tape.watch(x)
        y = f(x, tf.constant(3))
    assert y.numpy() == 42.0
    assert tape.gradient(y, x).numpy() == 14.0


def test_lists_inside_of_lists():
    def f(n):
        out = []
        for i in range(n):
            row = [0]
            for j in range(i):
                row.append(j)
            out.append(len(row))
        return out

    same(f, 4)


def test_lists_around_the_function_note_the_tracing():
    seen = []

    @function
    def f(n):
        for i in tf.range(n):
            seen.append(i)
        return n

    f(tf.constant(3))
    assert len(seen) == 1


def test_what_it_cannot_do():
    def check(use, kind, words):
        @function
        def f(n):
            items = [n]
            for i in tf.range(n):
                items.append(i)
            return use(items)

        with pytest.raises(kind, match=words):
            f(tf.constant(3))

    def in_python(items):
        assert isinstance(items, GraphList)
        assert "int32" in repr(items)
        return next(iter(items))

    check(in_python, TypeError, "only known when the function runs")
    check(lambda items: items.__len__(), TypeError, "only known when the function runs")
    check(lambda items: items[1:], NotImplementedError, "tf.stack")
    check(lambda items: items.pop(0), NotImplementedError, "last element")
    check(lambda items: items.append((1, 2)), (TypeError, ValueError), "structure")


def test_clear_and_in_place_addition():
    def f(n):
        items = [n]
        for i in range(n):
            if i == 2:
                items.clear()
            items += [i, i]
        return items

    same(f, 4)

"""``for`` over datasets and iterators inside of functions."""

from __future__ import annotations

import flowstone as tf
import pytest

Dataset = tf.data.Dataset


def test_break_and_continue():
    @tf.function
    def total(dataset):
        result = tf.constant(0, tf.int64)
        for x in dataset:
            if x == 2:
                continue
            if x > 5:
                break
            result += x
        return result

    assert total(Dataset.range(10)).numpy() == 13
    assert total(Dataset.range(3)).numpy() == 1


def test_an_iterator_goes_on_where_the_loop_stopped():
    @tf.function
    def until_six(iterator):
        total = tf.constant(0, tf.int64)
        for x in iterator:
            total += x
            if total > 5:
                break
        return total, next(iterator)

    iterator = iter(Dataset.range(10))
    assert [each.numpy() for each in until_six(iterator)] == [6, 4]
    assert next(iterator).numpy() == 5


def test_builtin_functions_of_datasets():
    def f(values, count):
        total = 0 * count
        for i, x in enumerate(values):
            total += i * x
        for a, b in zip(values, values, strict=False):
            total += a * b
        for a in map(lambda v: v + 1, values):
            total += a
        for a in filter(lambda v: v > 1, values):
            total += a
        return total, len(values)

    got = tf.function(f)(Dataset.range(4), tf.constant(4, tf.int64))
    assert tuple(int(each) for each in got) == f(range(4), 4)


def test_structures_and_the_last_element():
    @tf.function
    def f(dataset):
        total = tf.constant(0.0)
        for element in dataset:
            total += tf.reduce_sum(element["a"])
            last = element["b"]
        return total, last

    dataset = Dataset.from_tensor_slices({"a": [[1.0, 2.0], [3.0, 4.0]], "b": [1, 2]})
    total, last = f(dataset)
    assert (total.numpy(), last.numpy()) == (10.0, 2)
    with pytest.raises(tf.errors.InvalidArgumentError, match="'last' is used, but it was not set"):
        f(dataset.take(0))


def test_effects_of_each_element():
    class Trainer(tf.Module):
        def __init__(self):
            super().__init__()
            self.dataset = Dataset.range(5).batch(2)
            self.seen = tf.Variable(0, dtype=tf.int64)

        @tf.function
        def run(self):
            for batch in self.dataset:
                self.seen.assign_add(tf.reduce_sum(batch))

    trainer = Trainer()
    trainer.run()
    trainer.run()
    assert trainer.seen.numpy() == 20


def test_python_cannot_walk_over_a_dataset_while_tracing():
    @tf.function
    def f(dataset):
        return [x for x in dataset]  # noqa: C416

    with pytest.raises(tf.errors.OperatorNotAllowedInGraphError, match="for"):
        f(Dataset.range(3))

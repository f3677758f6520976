"""Profiles of traced functions: an event for each node that runs, and for each call."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from flowstone_core import profiling
from flowstone_core.api import tf
from flowstone_core.errors import OpError
from flowstone_core.providers import kernel_providers
from flowstone_graphfn.function import function
from flowstone_graphfn.profiled import stem

X = tf.ones([4, 4])


@function
def repeated(x):
    for _ in tf.range(3):
        x = tf.tanh(x) + 1.0
    return tf.reduce_sum(x)


def recorded(call, level=profiling.OPS):
    session = profiling.start(level)
    try:
        call()
    finally:
        profiling.stop()
    return session


def kinds(session):
    return Counter((event.label.kind, event.label.op or event.label.name) for event in session.events)


def test_nodes_and_calls():
    with kernel_providers(["numpy"]):
        before = repeated(X)
        session = recorded(lambda: (repeated(X), repeated(X)))
    found = kinds(session)
    assert found["function", "repeated"] == 2
    assert found["compile", "plan of repeated"] == 1
    assert found["op", "Tanh"] == 6
    assert found["op", "Sum"] == 2
    call = next(event for event in session.events if event.label.kind == "function")
    inside = [event for event in session.events if event.label.kind == "op"]
    assert inside[0].label.name == "Less"
    assert all(call.start <= event.start <= event.end <= call.end for event in inside[:8])
    assert repeated(X).numpy() == before.numpy()


def test_parts_that_compilers_execute_are_one_event():
    repeated(X), repeated(X)
    plan = repeated.get_concrete_function(X).graph_function.plan
    session = recorded(lambda: repeated(X))
    again = repeated.get_concrete_function(X).graph_function.plan
    assert [part.executable for part in again.compiled] == [part.executable for part in plan.compiled]
    assert again.source == plan.source
    parts = sum("+" in event.label.op for event in session.events)
    assert parts >= len(plan.compiled) if plan.compiled else parts == 0


def test_a_plan_is_as_before_when_nothing_is_recorded():
    repeated(X)
    source = repeated.get_concrete_function(X).graph_function.plan.source
    session = recorded(lambda: repeated(X))
    count = len(session.events)
    repeated(X)
    assert len(session.events) == count
    assert repeated.get_concrete_function(X).graph_function.plan.source == source


def test_a_low_level_records_calls_alone():
    assert {kind for kind, _ in kinds(recorded(lambda: repeated(X), profiling.USERS))} == {"function", "compile"}
    assert not recorded(lambda: repeated(X), 0).events


def test_random_streams_go_on():
    def draws(profiled):
        tf.random.set_seed(5)
        f = function(lambda: tf.random.uniform([2]))
        first = f()
        second = []
        run = lambda: second.append(f())
        recorded(run) if profiled else run()
        return np.concatenate([first, second[0], f()]).tolist()

    assert draws(True) == draws(False)


def test_errors_name_the_line_all_the_same():
    @function
    def f(x, i):
        return tf.gather(x, i) + 1.0

    def call():
        with pytest.raises(OpError, match=r"(?s)node 'GatherV2'.*test_profiled.py"):
            f(X, tf.constant(9))

    with kernel_providers(["numpy"]):
        assert kinds(recorded(call))["function", "f"] == 1


def test_names():
    assert stem("__inference_train_step_12") == "train_step"
    assert stem("other") == "other"

"""Summaries inside ``tf.function``: ops in the graph that write in order, each time it runs."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import flowstone as tf
import numpy as np
import pytest
from flowstone_protos.event_pb2 import Event
from flowstone_protos.graph_pb2 import GraphDef
from flowstone_protos.run_metadata_pb2 import RunMetadata

Points = Callable[[], list[tuple[str, int, Any]]]


def read(folder: Path) -> list[Event]:
    found = []
    for path in sorted(folder.glob("*tfevents*")):
        data = path.read_bytes()
        at = 0
        while at < len(data):
            length = int.from_bytes(data[at : at + 8], "little")
            found.append(Event.FromString(data[at + 12 : at + 12 + length]))
            at += 16 + length
    return found


@pytest.fixture
def points(tmp_path: Path) -> Points:
    def collect() -> list[tuple[str, int, Any]]:
        result = []
        for event in read(tmp_path):
            for value in event.summary.value:
                tensor = value.tensor
                content = np.frombuffer(tensor.tensor_content, np.float32).tolist() or list(tensor.string_val)
                result.append((value.tag, event.step, content[0] if len(content) == 1 else content))
        return result

    return collect


def test_each_call_writes_with_the_variables_step(tmp_path: Path, points: Points) -> None:
    step = tf.Variable(0, dtype=tf.int64)

    @tf.function
    def f(x: Any) -> Any:
        step.assign_add(1)
        tf.summary.scalar("x", x, step=step)
        step.assign_add(1)
        tf.summary.scalar("again", x + 1, step=step)
        return x

    with tf.summary.create_file_writer(str(tmp_path)).as_default():
        f(tf.constant(5.0))
        f(tf.constant(6.0))
    assert points() == [("x", 1, 5.0), ("again", 2, 6.0), ("x", 3, 6.0), ("again", 4, 7.0)]


def test_the_default_step_may_be_a_variable(tmp_path: Path, points: Points) -> None:
    step = tf.Variable(3, dtype=tf.int64)

    @tf.function
    def f() -> None:
        tf.summary.scalar("x", 1.0)

    with tf.summary.create_file_writer(str(tmp_path)).as_default(step=step):
        f()
        step.assign(8)
        f()
    assert [step for _, step, _ in points()] == [3, 8]


def test_under_a_condition_on_the_step(tmp_path: Path, points: Points) -> None:
    step = tf.Variable(0, dtype=tf.int64)
    metric = tf.Variable(0.0)

    @tf.function
    def train(x: Any) -> None:
        step.assign_add(1)
        metric.assign_add(x)
        if tf.equal(step % 3, 0):
            tf.summary.scalar("metric", metric, step=step)
            metric.assign(0.0)

    with tf.summary.create_file_writer(str(tmp_path)).as_default():
        for _ in range(7):
            train(tf.constant(1.0))
    assert points() == [("metric", 3, 3.0), ("metric", 6, 3.0)]


def test_record_if_with_a_tensor(tmp_path: Path, points: Points) -> None:
    calls = []

    @tf.function
    def f(x: Any) -> Any:
        with tf.summary.record_if(x > 2):
            calls.append(None)
            return tf.summary.scalar("x", x, step=1)

    with tf.summary.create_file_writer(str(tmp_path)).as_default():
        written = [bool(f(tf.constant(value))) for value in (1.0, 3.0, 2.0, 4.0)]
    assert written == [False, True, False, True]
    assert len(calls) == 1
    assert [value for _, _, value in points()] == [3.0, 4.0]


def test_in_a_loop(tmp_path: Path, points: Points) -> None:
    @tf.function
    def f(n: Any) -> Any:
        total = tf.constant(0.0)
        for i in tf.range(n):
            total += tf.cast(i, tf.float32)
            tf.summary.scalar("total", total, step=tf.cast(i, tf.int64))
        return total

    with tf.summary.create_file_writer(str(tmp_path)).as_default():
        f(tf.constant(4))
    assert points() == [("total", 0, 0.0), ("total", 1, 1.0), ("total", 2, 3.0), ("total", 3, 6.0)]


def test_every_kind_with_unknown_shapes(tmp_path: Path) -> None:
    @tf.function(
        input_signature=[
            tf.TensorSpec(None, tf.float32),
            tf.TensorSpec([None, None, None, 3], tf.float32),
            tf.TensorSpec([None, None, 1], tf.float32),
        ]
    )
    def f(values: Any, images: Any, clips: Any) -> None:
        tf.summary.histogram("h", values, step=1, buckets=4)
        tf.summary.image("i", images, step=1)
        tf.summary.audio("a", clips, 8000, step=1)
        tf.summary.text("t", "text", step=1)

    with tf.summary.create_file_writer(str(tmp_path)).as_default():
        f(tf.range(8.0), tf.zeros([2, 3, 4, 3]), tf.zeros([1, 9, 1]))
    values = {value.tag: value.tensor for event in read(tmp_path) for value in event.summary.value}
    assert np.frombuffer(values["h"].tensor_content).reshape(4, 3)[:, 2].tolist() == [2, 2, 2, 2]
    assert list(values["i"].string_val[:2]) == [b"4", b"3"]
    assert len(values["i"].string_val) == 4
    assert len(values["a"].string_val) == 2
    assert list(values["t"].string_val) == [b"text"]


def test_a_writer_made_inside_is_made_once(tmp_path: Path, points: Points) -> None:
    writers = []

    @tf.function
    def f(x: Any) -> None:
        writer = tf.summary.create_file_writer(str(tmp_path))
        writers.append(writer)
        with writer.as_default():
            tf.summary.scalar("x", x, step=1)

    f(tf.constant(1.0))
    f(tf.constant(2.0))
    assert len(writers) == len(list(tmp_path.iterdir())) == 1
    assert [value for _, _, value in points()] == [1.0, 2.0]  # the end of its block flushes, each time

    @tf.function
    def wrong(folder: Any) -> None:
        tf.summary.create_file_writer(folder)

    with pytest.raises(ValueError, match="Invalid graph Tensor argument 'logdir"):
        wrong(tf.constant(str(tmp_path)))


def test_without_a_writer_at_trace_time_nothing_is_written(tmp_path: Path) -> None:
    @tf.function
    def f(x: Any) -> Any:
        return tf.summary.scalar("x", x, step=1)

    assert not f(tf.constant(1.0)).numpy()
    with tf.summary.create_file_writer(str(tmp_path)).as_default():
        assert not f(tf.constant(1.0)).numpy()
    assert len(read(tmp_path)) == 1


def test_a_closed_writer_is_an_error_at_the_call(tmp_path: Path) -> None:
    writer = tf.summary.create_file_writer(str(tmp_path))

    @tf.function
    def f(x: Any) -> Any:
        with writer.as_default():
            return tf.summary.scalar("x", x, step=1)

    f(tf.constant(1.0))
    writer.close()
    with pytest.raises(tf.errors.NotFoundError, match="closed"):
        f(tf.constant(1.0))


def test_a_tape_is_not_disturbed(tmp_path: Path, points: Points) -> None:
    x = tf.Variable(3.0)

    @tf.function
    def loss() -> Any:
        value = x * x
        tf.summary.scalar("loss", value, step=1)
        tf.summary.histogram("h", value, step=1, buckets=1)
        return value

    with tf.summary.create_file_writer(str(tmp_path)).as_default():
        for run in (loss, loss.python_function):
            with tf.GradientTape() as tape:
                value = run()
            assert tape.gradient(value, x).numpy() == 6.0
    assert [tag for tag, _, _ in points()] == ["loss", "h", "loss", "h"]


def test_functions_run_eagerly(tmp_path: Path, points: Points) -> None:
    @tf.function
    def f(x: Any) -> None:
        with tf.summary.record_if(x > 1):
            tf.summary.scalar("x", x, step=1)

    tf.config.run_functions_eagerly(True)
    try:
        with tf.summary.create_file_writer(str(tmp_path)).as_default():
            f(tf.constant(1.0))
            f(tf.constant(2.0))
    finally:
        tf.config.run_functions_eagerly(False)
    assert [value for _, _, value in points()] == [2.0]


def test_the_graph_of_a_function(tmp_path: Path) -> None:
    @tf.function
    def f(x: Any) -> Any:
        return tf.matmul(x, x) + 1.0

    concrete = f.get_concrete_function(tf.TensorSpec([2, 2]))
    with tf.summary.create_file_writer(str(tmp_path)).as_default():
        tf.summary.graph(concrete.graph)
        tf.summary.graph(concrete)
        with pytest.raises(ValueError, match=r"not tf.Graph"):
            tf.summary.graph(f)

        @tf.function
        def inside() -> None:
            tf.summary.graph(concrete.graph)

        with pytest.raises(ValueError, match="inside a graph context"):
            inside()
    graphs = [GraphDef.FromString(event.graph_def) for event in read(tmp_path) if event.graph_def]
    assert len(graphs) == 2
    assert all({"MatMul", "AddV2"} <= {node.op for node in graph.node} for graph in graphs)


def test_tracing_records_the_functions_that_run(tmp_path: Path) -> None:
    @tf.function
    def f(x: Any) -> Any:
        return tf.sin(x)

    @tf.function
    def unused(x: Any) -> Any:
        return tf.cos(x)

    unused(tf.constant(1.0))
    with tf.summary.create_file_writer(str(tmp_path)).as_default():
        tf.summary.trace_on()
        f(tf.constant(1.0))
        f(tf.constant(2.0))
        f(tf.constant([1.0]))
        tf.summary.trace_export("trace", step=4)
        f(tf.constant([[1.0]]))
    (value,) = (value for event in read(tmp_path) for value in event.summary.value)
    graphs = [g.pre_optimization_graph for g in RunMetadata.FromString(value.tensor.string_val[0]).function_graphs]
    assert len(graphs) == 2
    assert all("Sin" in {node.op for node in graph.node} for graph in graphs)

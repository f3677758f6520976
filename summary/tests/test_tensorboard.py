"""What TensorBoard's own reader makes of our files."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import flowstone_summary as summary
import numpy as np
import pytest
from flowstone_core.conversion import constant
from flowstone_protos.graph_pb2 import GraphDef
from flowstone_protos.node_def_pb2 import NodeDef
from flowstone_protos.summary_pb2 import Summary


@pytest.fixture
def load() -> Iterator[Callable[[Path], Any]]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # TensorBoard's own, at import
        accumulator = pytest.importorskip(
            "tensorboard.backend.event_processing.event_accumulator", reason="TensorBoard is not installed"
        )
        tensor_util = pytest.importorskip("tensorboard.util.tensor_util", reason="TensorBoard is not installed")

        def read(path: Path) -> Any:
            events = accumulator.EventAccumulator(str(path), size_guidance={"tensors": 0})
            events.Reload()
            events.values = lambda tag: [tensor_util.make_ndarray(e.tensor_proto) for e in events.Tensors(tag)]
            return events

        yield read


def test_every_kind_of_summary(tmp_path: Path, load: Callable[[Path], Any]) -> None:
    writer = summary.create_file_writer(tmp_path)
    with writer.as_default():
        for step in range(100):
            summary.scalar("loss", 1 / (step + 1), step=step)
        summary.histogram("weights", np.arange(10.0), step=1, buckets=5, description="some *weights*")
        summary.image("digits", np.zeros((2, 4, 6, 1)), step=2)
        summary.audio("beep", np.zeros((1, 10, 2), np.float32), 8000, step=3)
        summary.text("note", ["a", "b"], step=4)
        summary.write("raw", constant([1.5], "float64"), step=5)
        message = Summary(value=[Summary.Value(tag="old", simple_value=2)])
        summary.experimental.write_raw_pb(message.SerializeToString(), step=6)
        summary.graph(GraphDef(node=[NodeDef(name="n", op="NoOp")]))
    events = load(tmp_path)

    assert set(events.Tags()["tensors"]) == {"loss", "weights", "digits", "beep", "note", "raw"}
    assert events.Tags()["scalars"] == ["old"]
    plugins = {"scalars": "loss", "histograms": "weights", "images": "digits", "audio": "beep", "text": "note"}
    for plugin, tag in plugins.items():
        assert list(events.PluginTagToContent(plugin)) == [tag]
    assert events.SummaryMetadata("weights").summary_description == "some *weights*"

    losses = events.Tensors("loss")
    assert [event.step for event in losses] == list(range(100))
    assert events.values("loss")[3] == np.float32(0.25)
    assert events.values("loss")[3].shape == ()
    assert events.values("weights")[0][:, 2].tolist() == [2] * 5
    assert events.values("digits")[0][:2].tolist() == [b"6", b"4"]
    assert events.values("beep")[0].shape == (1, 2)
    assert events.values("note")[0].tolist() == [b"a", b"b"]
    assert events.values("raw")[0].tolist() == [1.5]
    assert events.Scalars("old")[0].value == 2
    assert events.Graph().node[0].name == "n"


def test_reading_while_writing(tmp_path: Path, load: Callable[[Path], Any]) -> None:
    writer = summary.create_file_writer(tmp_path)
    with writer.as_default():
        summary.scalar("a", 1.0, step=1)
        writer.flush()
        events = load(tmp_path)
        assert len(events.Tensors("a")) == 1
        summary.scalar("a", 2.0, step=2)
        writer.flush()
        events.Reload()
        assert [event.step for event in events.Tensors("a")] == [1, 2]

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import flowstone_summary as summary
import pytest
from flowstone_core import errors
from flowstone_core.services import MissingServiceError
from flowstone_protos.event_pb2 import Event
from flowstone_protos.graph_pb2 import GraphDef
from flowstone_protos.node_def_pb2 import NodeDef
from flowstone_summary import graphs

Reader = Callable[[Path | str], list[Event]]
MESSAGE = GraphDef(node=[NodeDef(name="x", op="NoOp")])


class FakeGraph:
    def as_graph_def(self) -> None:
        """Graphs have it."""


class FakeFunction:
    graph = FakeGraph()


class FakeExport:
    def graph_def(self, graph: Any) -> Any:
        assert isinstance(graph, FakeGraph)
        return MESSAGE


@pytest.mark.parametrize("data", [MESSAGE, MESSAGE.SerializeToString(), FakeGraph(), FakeFunction()])
def test_messages_graphs_and_functions(
    tmp_path: Path, read_events: Reader, monkeypatch: pytest.MonkeyPatch, data: Any
) -> None:
    monkeypatch.setattr(graphs, "get_service", lambda service: FakeExport())
    with summary.create_file_writer(tmp_path).as_default():
        assert summary.graph(data).numpy()
    event = read_events(tmp_path)[1]
    assert event.step == 0
    assert GraphDef.FromString(event.graph_def) == MESSAGE


def test_the_condition_counts(tmp_path: Path, read_events: Reader) -> None:
    with summary.create_file_writer(tmp_path).as_default(), summary.record_if(False):
        assert not summary.graph(MESSAGE).numpy()
    assert len(read_events(tmp_path)) == 1


def test_what_is_no_graph(tmp_path: Path) -> None:
    with summary.create_file_writer(tmp_path).as_default():
        for data in (3, lambda: None, Event()):
            with pytest.raises(ValueError, match=r"not tf.Graph or tf.compat.v1.GraphDef"):
                summary.graph(data)
        with pytest.raises(errors.DataLossError):
            summary.graph(b"\xff")


def test_without_savedmodel_the_error_names_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(service: Any) -> Any:
        raise MissingServiceError(f"{service.purpose} comes with {service.distribution}, which is not installed.")

    monkeypatch.setattr(graphs, "get_service", missing)
    expected = pytest.raises(MissingServiceError, match="Writing graphs comes with flowstone-savedmodel")
    with summary.create_file_writer(tmp_path).as_default(), expected:
        summary.graph(FakeGraph())

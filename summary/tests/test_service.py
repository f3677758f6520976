from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import flowstone_summary as summary
import numpy as np
from flowstone_core.services import SUMMARIES, get_service
from flowstone_protos.event_pb2 import Event
from flowstone_protos.graph_pb2 import GraphDef

Reader = Callable[[Path | str], list[Event]]


def test_keras_finds_event_files(tmp_path: Path, read_events: Reader) -> None:
    writer = get_service(SUMMARIES).open(str(tmp_path / "service"))
    with summary.create_file_writer(tmp_path / "other").as_default(), summary.record_if(False):
        writer.scalar("s", 1.0, 1)
        writer.histogram("h", np.arange(5), 2)
        writer.image("i", np.zeros((1, 2, 2, 1)), 3)
        writer.graph(GraphDef().SerializeToString())
        assert len(read_events(tmp_path / "service")) == 1  # nothing is flushed before it must be
        writer.flush()
    writer.close()
    events = read_events(tmp_path / "service")[1:]
    assert [(event.step, value.tag) for event in events for value in event.summary.value] == [
        (1, "s"), (2, "h"), (3, "i"),
    ]  # fmt: skip
    assert events[3].WhichOneof("what") == "graph_def"
    assert len(read_events(tmp_path / "other")) == 1

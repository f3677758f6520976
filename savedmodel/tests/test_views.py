"""Object graphs to look at, and Python state in checkpoints."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from flowstone_core import dtypes
from flowstone_core.errors import NotFoundError
from flowstone_core.module import Module
from flowstone_core.variable import Variable
from flowstone_savedmodel.checkpoint.bundle_writer import writing_bundle
from flowstone_savedmodel.checkpoint.checkpoint import Checkpoint
from flowstone_savedmodel.checkpoint.python_state import PythonState
from flowstone_savedmodel.checkpoint.views import CheckpointView, TrackableView


def test_views_of_live_and_saved_objects(tmp_path: Path) -> None:
    root = Module()
    root.v = Variable(1.0)
    root.sub = Module()
    root.sub.w = Variable(2.0)
    live = TrackableView(root)
    assert live.root is root
    assert list(TrackableView.children(root)) == ["v", "sub"]
    assert len(live.descendants()) == 4
    saved = CheckpointView(Checkpoint(root).write(tmp_path / "ck"))
    assert saved.children(0) == {"v": 1, "sub": 2, "root": 0}
    assert saved.descendants() == [0, 1, 2, 3]
    other = Module()
    other.v = Variable(0.0)
    other.extra = Variable(0.0)
    matched, missing, surplus = saved.diff(other)
    assert list(matched) == [0, 1]
    assert matched[1] is other.v
    assert missing == [2, 3]
    assert [each is other.extra for each in surplus] == [True]


def test_a_view_needs_an_object_graph(tmp_path: Path) -> None:
    with writing_bundle(str(tmp_path / "ck")) as bundle:
        bundle.add("v", Variable(1.0).numpy(), dtypes.float32)
    with pytest.raises(NotFoundError, match="no object graph"):
        CheckpointView(tmp_path / "ck")


class Count(PythonState):
    def __init__(self, value: int) -> None:
        self.value = value

    def serialize(self) -> str:
        return str(self.value)

    def deserialize(self, string_value: Any) -> None:
        self.value = int(string_value)


def test_python_state(tmp_path: Path) -> None:
    path = Checkpoint(count=Count(3)).write(tmp_path / "ck")
    count = Count(0)
    Checkpoint(count=count).read(path).assert_consumed()
    assert count.value == 3

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import flowstone_summary as summary
import pytest
from flowstone_protos.event_pb2 import Event

Reader = Callable[[Path | str], list[Event]]


def test_texts_and_tables(tmp_path: Path, read_events: Reader) -> None:
    with summary.create_file_writer(tmp_path).as_default():
        summary.text("one", "# größe", step=1)
        summary.text("table", [["a", "b"], ["c", "d"]], step=1, description="d")
    one, table = (event.summary.value[0] for event in read_events(tmp_path)[1:])
    assert one.metadata.plugin_data.plugin_name == "text"
    assert one.metadata.plugin_data.content == b""
    assert list(one.tensor.string_val) == ["# größe".encode()]
    assert not one.tensor.tensor_shape.dim
    assert [dim.size for dim in table.tensor.tensor_shape.dim] == [2, 2]
    assert list(table.tensor.string_val) == [b"a", b"b", b"c", b"d"]
    assert table.metadata.summary_description == "d"


def test_numbers_are_no_text() -> None:
    with pytest.raises(TypeError, match=r"must be of type tf.string; got tf.int32"):
        summary.text("x", 3, step=1)

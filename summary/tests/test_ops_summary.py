from __future__ import annotations

import gc
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from flowstone_core import dtypes, errors
from flowstone_core.conversion import constant
from flowstone_core.plugins import find_op, resolve
from flowstone_protos.event_pb2 import Event
from flowstone_protos.graph_pb2 import GraphDef
from flowstone_protos.node_def_pb2 import NodeDef
from flowstone_protos.summary_pb2 import Summary, SummaryMetadata
from flowstone_summary.ops import summary as ops
from flowstone_summary.plugin import flowstone_kernels, flowstone_ops

Reader = Callable[[Path | str], list[Event]]
STEP = 3


def make(logdir: Path, **changes: Any) -> Any:
    arguments = {"logdir": str(logdir), "max_queue": 10, "flush_millis": 1000, "filename_suffix": ".v2"} | changes
    handle = ops.SUMMARY_WRITER()
    ops.CREATE_SUMMARY_FILE_WRITER(handle, *arguments.values())
    return handle


@pytest.fixture
def handle(tmp_path: Path) -> Any:
    return make(tmp_path)


@pytest.fixture
def written(handle: Any, tmp_path: Path, read_events: Reader) -> Callable[[], list[Event]]:
    def read() -> list[Event]:
        ops.FLUSH_SUMMARY_WRITER(handle)
        return read_events(tmp_path)[1:]

    return read


def test_every_op_has_a_kernel_and_is_found_by_name() -> None:
    objects = [op for op in vars(ops).values() if type(op).__name__ == "Op"]
    assert {op.name for op in objects} == set(flowstone_ops()) == set(flowstone_kernels().kernels)
    for op in objects:
        assert find_op(op.name) is not None
        table = resolve(flowstone_kernels().kernels[op.name])
        assert table.kernels(op.name), op.name


def test_ops_that_write_say_so() -> None:
    assert ops.WRITE_SUMMARY.effects.writes == (0,)
    assert ops.WRITE_SUMMARY.effects.stateful
    assert not ops.SUMMARY_WRITER.effects.pure


def test_a_tagged_tensor(handle: Any, written: Callable[[], list[Event]]) -> None:
    metadata = SummaryMetadata(summary_description="about").SerializeToString()
    ops.WRITE_SUMMARY(handle, STEP, [[1, 2]], "tag", metadata)
    ops.WRITE_SUMMARY(handle, constant([4], dtypes.int64), ["a", "b"], "texts", b"")
    first, second = written()
    assert first.step == 3
    assert first.wall_time > 1e9
    (value,) = first.summary.value
    assert (value.tag, value.metadata.summary_description) == ("tag", "about")
    assert value.tensor.dtype == dtypes.int32.as_datatype_enum
    assert [dim.size for dim in value.tensor.tensor_shape.dim] == [1, 2]
    assert value.tensor.tensor_content == np.array([1, 2], np.int32).tobytes()
    assert second.step == 4
    assert not second.summary.value[0].HasField("metadata")
    assert list(second.summary.value[0].tensor.string_val) == [b"a", b"b"]


@pytest.mark.parametrize("dtype", ["bool", "uint8", "int64", "float16", "bfloat16", "float64", "complex64"])
def test_element_types(handle: Any, written: Callable[[], list[Event]], dtype: str) -> None:
    kind = dtypes.as_dtype(dtype)
    ops.WRITE_SUMMARY(handle, STEP, np.array([1, 0]).astype(kind.as_numpy_dtype), "x", b"")
    tensor = written()[0].summary.value[0].tensor
    assert tensor.dtype == kind.as_datatype_enum
    assert np.frombuffer(tensor.tensor_content, kind.as_numpy_dtype).tolist() == [1, 0]


def test_a_summary_of_tensorflow_1(handle: Any, written: Callable[[], list[Event]]) -> None:
    ops.WRITE_SCALAR_SUMMARY(handle, STEP, "s", 2)
    ops.WRITE_HISTOGRAM_SUMMARY(handle, STEP, "h", [True, True])
    pixels = np.arange(8, dtype=np.uint8).reshape(2, 2, 2, 1)
    ops.WRITE_IMAGE_SUMMARY(handle, STEP, "i", pixels, np.zeros(4, np.uint8), max_images=2)
    ops.WRITE_AUDIO_SUMMARY(handle, STEP, "a", np.zeros((1, 4, 2), np.float32), 8000.0, max_outputs=1)
    scalar, histogram, image, audio = (event.summary.value for event in written())
    assert scalar[0].simple_value == 2
    assert histogram[0].histo.num == 2
    assert [(v.tag, v.image.height, v.image.colorspace) for v in image] == [("i/image/0", 2, 1), ("i/image/1", 2, 1)]
    assert (audio[0].tag, audio[0].audio.num_channels, audio[0].audio.length_frames) == ("a/audio", 2, 4)


def test_raw_messages(handle: Any, written: Callable[[], list[Event]]) -> None:
    one, two = (Summary(value=[Summary.Value(tag=tag, simple_value=1)]).SerializeToString() for tag in "ab")
    ops.WRITE_RAW_PROTO_SUMMARY(handle, STEP, [one, two])
    graph = GraphDef(node=[NodeDef(name="n", op="NoOp")]).SerializeToString()
    ops.WRITE_GRAPH_SUMMARY(handle, STEP, graph)
    event = Event(step=9, wall_time=2.0, file_version="x")
    ops.IMPORT_EVENT(handle, event.SerializeToString())
    raw, with_graph, imported = written()
    assert [value.tag for value in raw.summary.value] == ["a", "b"]
    assert with_graph.graph_def == graph
    assert imported == event


def test_serialized_summaries() -> None:
    scalars = ops.SCALAR_SUMMARY(["a", "b"], [1.0, 2.0])
    histogram = ops.HISTOGRAM_SUMMARY("h", [1, 2])
    audio = ops.AUDIO_SUMMARY_V2("s", np.zeros((1, 4), np.float32), 8000.0)
    audio_v1 = ops.AUDIO_SUMMARY("t", np.zeros((1, 4), np.float32), sample_rate=8000.0)
    tensor = ops.TENSOR_SUMMARY_V2("w", [1, 2], b"")
    merged = Summary.FromString(ops.MERGE_SUMMARY([scalars, histogram, audio, audio_v1, tensor]).numpy())
    assert [value.tag for value in merged.value] == ["a", "b", "h", "s/audio/0", "t/audio/0", "w"]
    with pytest.raises(errors.InvalidArgumentError, match="Duplicate tag a"):
        ops.MERGE_SUMMARY([scalars, scalars])
    with pytest.raises(errors.InvalidArgumentError, match="not the same shape"):
        ops.SCALAR_SUMMARY(["a"], [1.0, 2.0])


@pytest.mark.parametrize(
    ("use", "error", "message"),
    [
        (lambda h: ops.WRITE_SUMMARY(h, [1, 2], 1, "t", b""), errors.InvalidArgumentError, "step must be a scalar"),
        (lambda h: ops.WRITE_SUMMARY(h, STEP, 1, ["t", "u"], b""), errors.InvalidArgumentError, "tag must be a scalar"),
        (lambda h: ops.WRITE_SUMMARY(h, STEP, 1, b"\xff", b""), errors.InvalidArgumentError, "UTF-8"),
        (lambda h: ops.WRITE_SUMMARY(h, STEP, 1, "t", b"\xff"), errors.InvalidArgumentError, "SummaryMetadata"),
        (lambda h: ops.WRITE_SUMMARY(h, STEP, h, "t", b""), errors.InvalidArgumentError, "no value"),
        (lambda h: ops.WRITE_RAW_PROTO_SUMMARY(h, STEP, [b"\xff"]), errors.DataLossError, "index 0"),
        (lambda h: ops.WRITE_GRAPH_SUMMARY(h, STEP, b"\xff"), errors.DataLossError, "GraphDef"),
        (lambda h: ops.IMPORT_EVENT(h, b"\xff"), errors.DataLossError, "Event"),
        (lambda h: ops.WRITE_HISTOGRAM_SUMMARY(h, STEP, "h", [np.nan]), errors.InvalidArgumentError, "Nan in .* h$"),
        (lambda h: ops.WRITE_HISTOGRAM_SUMMARY(h, STEP, "h", [np.inf]), errors.InvalidArgumentError, "Infinity in"),
        (
            lambda h: ops.WRITE_IMAGE_SUMMARY(h, STEP, "i", np.zeros((1, 2, 2, 2)), np.zeros(4, np.uint8)),
            errors.InvalidArgumentError,
            "last dim 1, 3, or 4",
        ),
        (
            lambda h: ops.WRITE_IMAGE_SUMMARY(h, STEP, "i", np.zeros((1, 2, 2, 3)), np.zeros(1, np.uint8)),
            errors.InvalidArgumentError,
            "bad_color",
        ),
        (
            lambda h: ops.WRITE_AUDIO_SUMMARY(h, STEP, "a", np.zeros((2,), np.float32), 8000.0),
            errors.InvalidArgumentError,
            "3-D or 2-D",
        ),
        (
            lambda h: ops.WRITE_AUDIO_SUMMARY(h, STEP, "a", np.zeros((1, 2), np.float32), -1.0),
            errors.InvalidArgumentError,
            "sample rate",
        ),
    ],
)
def test_what_cannot_be_written(handle: Any, use: Callable[[Any], Any], error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        use(handle)


def test_a_closed_or_uninitialized_writer(handle: Any) -> None:
    ops.CLOSE_SUMMARY_WRITER(handle)
    for use in (ops.CLOSE_SUMMARY_WRITER, ops.FLUSH_SUMMARY_WRITER):
        for of in (handle, ops.SUMMARY_WRITER()):
            with pytest.raises(errors.NotFoundError, match="no open event file"):
                use(of)


def test_a_handle_of_something_else() -> None:
    with pytest.raises((errors.InvalidArgumentError, ValueError), match=r"resource|summary writer"):
        ops.FLUSH_SUMMARY_WRITER(constant(1))


def test_creating_twice_makes_one_file(handle: Any, tmp_path: Path) -> None:
    ops.CREATE_SUMMARY_FILE_WRITER(handle, str(tmp_path), 10, 1000, ".v2")
    assert len(os.listdir(tmp_path)) == 1


def test_the_last_handle_takes_the_file_with_it(tmp_path: Path, read_events: Reader) -> None:
    handle = make(tmp_path)
    ops.WRITE_SUMMARY(handle, STEP, 1, "t", b"")
    del handle
    gc.collect()
    assert len(read_events(tmp_path)) == 2

"""Kernels that write events, and those that make serialized summaries."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
from flowstone_core.errors import DataLossError, InvalidArgumentError
from flowstone_core.kernel import KernelSet
from flowstone_protos.event_pb2 import Event
from flowstone_protos.graph_pb2 import GraphDef
from flowstone_protos.summary_pb2 import Summary
from google.protobuf.message import DecodeError

from flowstone_summary import legacy
from flowstone_summary.ops import summary as ops
from flowstone_summary.resource import WriterState, writer_state
from flowstone_summary.tensor_proto import tensor_proto

KERNELS = KernelSet()


def _item(array: Any, name: str) -> Any:
    """The only element of ``array``."""
    if array.size != 1:
        raise InvalidArgumentError(None, None, f"{name} must be a scalar, got shape {list(array.shape)}.")
    return array.item()


def _text(array: Any, name: str) -> str:
    try:
        return str(_item(array, name), "utf-8")
    except UnicodeDecodeError as error:
        raise InvalidArgumentError(None, None, f"{name} must be UTF-8: {error}") from None


def _parse(kind: Any, data: bytes, what: str) -> Any:
    try:
        return kind.FromString(data)
    except DecodeError:
        raise DataLossError(None, None, f"Bad {what} binary proto tensor string") from None


def _summary(values: Iterable[Summary.Value]) -> Any:
    return np.array(Summary(value=values).SerializeToString(), object)


def _tensor_value(tag: str, tensor: Any, metadata: Any) -> Summary.Value:
    value = Summary.Value(tag=tag, tensor=tensor_proto(tensor))
    if serialized := _item(metadata, "summary_metadata"):
        try:
            value.metadata.ParseFromString(serialized)
        except DecodeError:
            raise InvalidArgumentError(
                None, None, f"The metadata of summary {tag!r} is no serialized SummaryMetadata: {serialized!r}"
            ) from None
    return value


# -- the writer ------------------------------------------------------------------------------------------------


@KERNELS.add(ops.SUMMARY_WRITER)
def summary_writer(*, shared_name: str, container: str) -> WriterState:
    """A new handle, with no file yet."""
    return WriterState()


@KERNELS.add(ops.CREATE_SUMMARY_FILE_WRITER)
def create_summary_file_writer(writer: Any, logdir: Any, max_queue: Any, flush_millis: Any, suffix: Any) -> None:
    """Start an event file."""
    writer_state(writer).create(
        _text(logdir, "logdir"),
        _item(max_queue, "max_queue"),
        _item(flush_millis, "flush_millis"),
        _text(suffix, "filename_suffix"),
    )


@KERNELS.add(ops.FLUSH_SUMMARY_WRITER)
def flush_summary_writer(writer: Any) -> None:
    """Write what is queued."""
    writer_state(writer).flush()


@KERNELS.add(ops.CLOSE_SUMMARY_WRITER)
def close_summary_writer(writer: Any) -> None:
    """Flush and close the file."""
    writer_state(writer).close()


# -- events ----------------------------------------------------------------------------------------------------


@KERNELS.add(ops.WRITE_SUMMARY)
def write_summary(writer: Any, step: Any, tensor: Any, tag: Any, summary_metadata: Any) -> None:
    """One tagged tensor."""
    value = _tensor_value(_text(tag, "tag"), tensor, summary_metadata)
    writer_state(writer).now(_item(step, "step"), summary=Summary(value=[value]))


@KERNELS.add(ops.WRITE_RAW_PROTO_SUMMARY)
def write_raw_proto_summary(writer: Any, step: Any, tensor: Any) -> None:
    """Serialized summaries, together one event."""
    merged = Summary()
    for index, data in enumerate(tensor.reshape(-1)):
        merged.MergeFrom(_parse(Summary, data, f"tf.compat.v1.Summary (at index {index})"))
    writer_state(writer).now(_item(step, "step"), summary=merged)


@KERNELS.add(ops.WRITE_GRAPH_SUMMARY)
def write_graph_summary(writer: Any, step: Any, tensor: Any) -> None:
    """A serialized ``GraphDef``."""
    data = _item(tensor, "tensor")
    _parse(GraphDef, data, "tf.GraphDef")
    writer_state(writer).now(_item(step, "step"), graph_def=data)


@KERNELS.add(ops.IMPORT_EVENT)
def import_event(writer: Any, event: Any) -> None:
    """A serialized ``Event``, time and step included."""
    writer_state(writer).add(_parse(Event, _item(event, "event"), "tf.Event"))


@KERNELS.add(ops.WRITE_SCALAR_SUMMARY)
def write_scalar_summary(writer: Any, step: Any, tag: Any, value: Any) -> None:
    """One number, in TensorFlow 1's form."""
    made = legacy.scalar_value(_text(tag, "tag"), _item(value, "value"))
    writer_state(writer).now(_item(step, "step"), summary=Summary(value=[made]))


@KERNELS.add(ops.WRITE_HISTOGRAM_SUMMARY)
def write_histogram_summary(writer: Any, step: Any, tag: Any, values: Any) -> None:
    """A distribution, in TensorFlow 1's form."""
    made = legacy.histogram_value(_text(tag, "tag"), values)
    writer_state(writer).now(_item(step, "step"), summary=Summary(value=[made]))


@KERNELS.add(ops.WRITE_IMAGE_SUMMARY)
def write_image_summary(writer: Any, step: Any, tag: Any, tensor: Any, bad_color: Any, *, max_images: int) -> None:
    """Images, in TensorFlow 1's form."""
    made = legacy.image_values(_text(tag, "tag"), tensor, max_images, bad_color)
    writer_state(writer).now(_item(step, "step"), summary=Summary(value=made))


@KERNELS.add(ops.WRITE_AUDIO_SUMMARY)
def write_audio_summary(writer: Any, step: Any, tag: Any, tensor: Any, sample_rate: Any, *, max_outputs: int) -> None:
    """Sound, in TensorFlow 1's form."""
    made = legacy.audio_values(_text(tag, "tag"), tensor, _item(sample_rate, "sample_rate"), max_outputs)
    writer_state(writer).now(_item(step, "step"), summary=Summary(value=made))


# -- serialized summaries --------------------------------------------------------------------------------------


@KERNELS.add(ops.SCALAR_SUMMARY)
def scalar_summary(tags: Any, values: Any) -> Any:
    """Numbers with a tag each."""
    if tags.size != values.size:
        shapes = f"{list(tags.shape)} != {list(values.shape)}"
        raise InvalidArgumentError(None, None, f"tags and values are not the same shape: {shapes}")
    pairs = zip(tags.reshape(-1), values.reshape(-1), strict=True)
    return _summary(legacy.scalar_value(_text(np.asarray(tag, object), "tag"), value) for tag, value in pairs)


@KERNELS.add(ops.HISTOGRAM_SUMMARY)
def histogram_summary(tag: Any, values: Any) -> Any:
    """A distribution."""
    return _summary([legacy.histogram_value(_text(tag, "tag"), values)])


@KERNELS.add(ops.AUDIO_SUMMARY)
def audio_summary(tag: Any, tensor: Any, *, sample_rate: float, max_outputs: int) -> Any:
    """Sound."""
    return _summary(legacy.audio_values(_text(tag, "tag"), tensor, sample_rate, max_outputs))


@KERNELS.add(ops.AUDIO_SUMMARY_V2)
def audio_summary_v2(tag: Any, tensor: Any, sample_rate: Any, *, max_outputs: int) -> Any:
    """Sound at a computed rate."""
    return _summary(legacy.audio_values(_text(tag, "tag"), tensor, _item(sample_rate, "sample_rate"), max_outputs))


@KERNELS.add(ops.TENSOR_SUMMARY_V2)
def tensor_summary_v2(tag: Any, tensor: Any, serialized_summary_metadata: Any) -> Any:
    """A tagged tensor."""
    return _summary([_tensor_value(_text(tag, "tag"), tensor, serialized_summary_metadata)])


@KERNELS.add(ops.MERGE_SUMMARY)
def merge_summary(inputs: list[Any]) -> Any:
    """Summaries with different tags, as one."""
    merged = Summary()
    for item in inputs:
        for data in item.reshape(-1):
            merged.MergeFrom(_parse(Summary, data, "tf.compat.v1.Summary"))
    tags = [value.tag for value in merged.value if value.tag]
    if repeated := sorted({tag for tag in tags if tags.count(tag) > 1}):
        raise InvalidArgumentError(None, None, f"Duplicate tag {repeated[0]} found in summary inputs")
    return np.array(merged.SerializeToString(), object)

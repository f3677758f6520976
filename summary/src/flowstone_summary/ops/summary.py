"""Writing events: the writer's handle and what is done with it, with TensorFlow's schemas.

TensorFlow 2's API needs ``SummaryWriter``, ``CreateSummaryFileWriter``, ``WriteSummary``, ``WriteRawProtoSummary``,
``WriteGraphSummary``, ``ImportEvent``, ``FlushSummaryWriter`` and ``CloseSummaryWriter``. The others occur in graphs
made with TensorFlow 1.
"""

from __future__ import annotations

from typing import Any

from flowstone_core import dtypes, infer
from flowstone_core.op import Effects, Op
from flowstone_core.spec import Spec

_REAL = "float, double, int32, uint8, int16, int8, int64, bfloat16, uint16, half, uint32, uint64"
_MAKES = Effects(world=True, stateful=True)
_WRITES = Effects(writes=(0,), stateful=True)


def _handle(*, shared_name: str, container: str) -> Spec:
    return Spec((), dtypes.resource)


def _serialized(*inputs: Any, **attrs: Any) -> Spec:
    """One serialized ``Summary``."""
    return Spec((), dtypes.string)


def _writing(name: str, *inputs: str, attrs: tuple[str, ...] = ()) -> Op:
    return Op(name, ("writer: resource", *inputs), (), attrs, infer=infer.nothing, effects=_WRITES)


SUMMARY_WRITER = Op(
    "SummaryWriter",
    (),
    ("writer: resource",),
    ("shared_name: string = ''", "container: string = ''"),
    infer=_handle,
    effects=_MAKES,
)
CREATE_SUMMARY_FILE_WRITER = Op(
    "CreateSummaryFileWriter",
    ("writer: resource", "logdir: string", "max_queue: int32", "flush_millis: int32", "filename_suffix: string"),
    infer=infer.nothing,
    effects=Effects(writes=(0,), world=True, stateful=True),
)
FLUSH_SUMMARY_WRITER = _writing("FlushSummaryWriter")
CLOSE_SUMMARY_WRITER = _writing("CloseSummaryWriter")

WRITE_SUMMARY = _writing(
    "WriteSummary", "step: int64", "tensor: T", "tag: string", "summary_metadata: string", attrs=("T: type",)
)
WRITE_RAW_PROTO_SUMMARY = _writing("WriteRawProtoSummary", "step: int64", "tensor: string")
WRITE_GRAPH_SUMMARY = _writing("WriteGraphSummary", "step: int64", "tensor: string")
IMPORT_EVENT = _writing("ImportEvent", "event: string")

WRITE_SCALAR_SUMMARY = _writing(
    "WriteScalarSummary", "step: int64", "tag: string", "value: T", attrs=(f"T: {{{_REAL}}}",)
)
WRITE_HISTOGRAM_SUMMARY = _writing(
    "WriteHistogramSummary", "step: int64", "tag: string", "values: T", attrs=(f"T: {{{_REAL}, bool}} = DT_FLOAT",)
)
WRITE_IMAGE_SUMMARY = _writing(
    "WriteImageSummary",
    "step: int64",
    "tag: string",
    "tensor: T",
    "bad_color: uint8",
    attrs=("max_images: int >= 1 = 3", "T: {uint8, double, float, half} = DT_FLOAT"),
)
WRITE_AUDIO_SUMMARY = _writing(
    "WriteAudioSummary",
    "step: int64",
    "tag: string",
    "tensor: float",
    "sample_rate: float",
    attrs=("max_outputs: int >= 1 = 3",),
)

SCALAR_SUMMARY = Op(
    "ScalarSummary", ("tags: string", "values: T"), ("summary: string",), (f"T: {{{_REAL}}}",), infer=_serialized
)
HISTOGRAM_SUMMARY = Op(
    "HistogramSummary",
    ("tag: string", "values: T"),
    ("summary: string",),
    (f"T: {{{_REAL}}} = DT_FLOAT",),
    infer=_serialized,
)
AUDIO_SUMMARY = Op(
    "AudioSummary",
    ("tag: string", "tensor: float"),
    ("summary: string",),
    ("sample_rate: float", "max_outputs: int >= 1 = 3"),
    infer=_serialized,
)
AUDIO_SUMMARY_V2 = Op(
    "AudioSummaryV2",
    ("tag: string", "tensor: float", "sample_rate: float"),
    ("summary: string",),
    ("max_outputs: int >= 1 = 3",),
    infer=_serialized,
)
TENSOR_SUMMARY_V2 = Op(
    "TensorSummaryV2",
    ("tag: string", "tensor: T", "serialized_summary_metadata: string"),
    ("summary: string",),
    ("T: type",),
    infer=_serialized,
)
MERGE_SUMMARY = Op("MergeSummary", ("inputs: N * string",), ("summary: string",), ("N: int >= 1",), infer=_serialized)

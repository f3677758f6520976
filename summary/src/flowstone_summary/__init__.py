"""tf.summary: event files that TensorBoard reads.

The functions are those of ``tf.summary``, under the same names::

    import flowstone_summary as summary

    with summary.create_file_writer("runs/first").as_default():
        summary.scalar("loss", 0.5, step=1)

Nothing is imported until it is touched.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from flowstone_summary._api import PUBLIC

if TYPE_CHECKING:
    from flowstone_summary import experimental as experimental
    from flowstone_summary import profiler as profiler
    from flowstone_summary.context import record_if as record_if
    from flowstone_summary.context import should_record_summaries as should_record_summaries
    from flowstone_summary.graphs import graph as graph
    from flowstone_summary.histograms import histogram as histogram
    from flowstone_summary.images import image as image
    from flowstone_summary.scalars import scalar as scalar
    from flowstone_summary.sounds import audio as audio
    from flowstone_summary.texts import text as text
    from flowstone_summary.traces import trace_export as trace_export
    from flowstone_summary.traces import trace_off as trace_off
    from flowstone_summary.traces import trace_on as trace_on
    from flowstone_summary.writer import SummaryWriter as SummaryWriter
    from flowstone_summary.writer import create_file_writer as create_file_writer
    from flowstone_summary.writer import create_noop_writer as create_noop_writer
    from flowstone_summary.writer import flush as flush
    from flowstone_summary.writing import import_event as import_event
    from flowstone_summary.writing import write as write

_TARGETS = {name.removeprefix("summary."): target for name, target in PUBLIC.items() if name.count(".") == 1} | {
    "experimental": "flowstone_summary.experimental",
    "profiler": "flowstone_summary.profiler",
    "import_event": "flowstone_summary.writing:import_event",
}


def __getattr__(name: str) -> Any:
    """The public name, imported now and kept."""
    if name not in _TARGETS:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    module, _, attribute = _TARGETS[name].partition(":")
    value: Any = import_module(module)
    if attribute:
        value = getattr(value, attribute)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted([*globals(), *_TARGETS])

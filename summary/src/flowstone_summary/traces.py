"""``tf.summary.trace_on``, ``trace_export``, ``trace_off``: the graphs of the functions that run meanwhile, and profiles."""

from __future__ import annotations

import logging
import threading
from dataclasses import dataclass
from typing import Any

from flowstone_core.conversion import constant
from flowstone_core.interpreter import building_graph
from flowstone_core.services import EXECUTED_GRAPHS, find
from flowstone_protos.graph_pb2 import GraphDef
from flowstone_protos.run_metadata_pb2 import RunMetadata

from flowstone_summary import profiler as profiles
from flowstone_summary.graphs import serialized_graph
from flowstone_summary.writing import plugin_metadata, summary_scope, write

_log = logging.getLogger("flowstone")
_VERSION = b"1"


@dataclass(frozen=True)
class _Trace:
    graph: bool
    profiler: bool
    profiling: bool = False


class _Current:
    """The running trace, if any: one for the whole process, as in TensorFlow."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.trace: _Trace | None = None


_current = _Current()


def trace_on(graph: bool = True, profiler: bool = False, profiler_outdir: str | None = None) -> None:
    """Start to record the graphs of all traced functions that are called, in all threads.

    Args:
        graph: Whether to record graphs.
        profiler: Whether to record times, too; without ``profiler_outdir`` a warning is logged and none are.
        profiler_outdir: Where the profile goes when the trace is exported (``tf.profiler.experimental``).

    Raises:
        AlreadyExistsError: If a profile is asked for, and another one is running.
    """
    if building_graph():
        _log.warning("Cannot enable trace inside a tf.function.")
        return
    profiling = profiler and profiler_outdir is not None
    if profiler and not profiling:
        _log.warning("No `profiler_outdir` passed to trace_on(). Profiler won't be enabled.")
    with _current.lock:
        if _current.trace is not None:
            _log.warning("Trace already enabled")
            return
        if profiling:
            profiles.start(profiler_outdir)
        _current.trace = _Trace(graph, profiler, profiling)
        if graph and (recorder := find(EXECUTED_GRAPHS)) is not None:
            recorder.start()


def trace_export(name: str, step: Any = None, profiler_outdir: str | None = None) -> None:
    """Stop recording and write what was recorded to the default writer, if there is one.

    Args:
        name: The tag, behind the enclosing name scopes.
        step: An int64 scalar, by default ``tf.summary.experimental.get_step()``.
        profiler_outdir: Ignored; see ``trace_on``.

    Raises:
        ValueError: If nothing is being recorded, or there is a writer but no step.
        MissingServiceError: If there are graphs to write and flowstone-savedmodel is not installed.
    """
    if building_graph():
        _log.warning("Cannot export trace inside a tf.function.")
        return
    with _current.lock:
        trace = _current.trace
    if trace is None:
        raise ValueError("Must enable trace before export through tf.summary.trace_on.")
    graphs = _stop(save=True)
    plugin = "graph_run_metadata" if trace.profiler else "graph_run_metadata_graph"
    with summary_scope(name, f"{plugin}_summary") as (tag, _):
        write(tag, lambda: constant(_run_metadata(graphs)), step, plugin_metadata(plugin, content=_VERSION))


def trace_off() -> None:
    """Stop recording and forget what was recorded; when nothing is being recorded, do nothing."""
    _stop()


def _stop(save: bool = False) -> list[Any]:
    with _current.lock:
        trace, _current.trace = _current.trace, None
    if trace is not None and trace.profiling:
        profiles.stop(save)
    recorder = find(EXECUTED_GRAPHS) if trace is not None and trace.graph else None
    return [] if recorder is None else recorder.stop()


def _run_metadata(graphs: list[Any]) -> bytes:
    """The graphs as a ``RunMetadata``, each before optimization, after it, and as it ran: the same three times."""
    metadata = RunMetadata()
    for graph in graphs:
        message = GraphDef.FromString(serialized_graph(graph))
        metadata.partition_graphs.append(message)
        metadata.function_graphs.add(
            partition_graphs=[message], pre_optimization_graph=message, post_optimization_graph=message
        )
    return metadata.SerializeToString()

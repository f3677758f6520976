"""Event files for other components: the service ``flowstone_core.services.SUMMARIES``."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flowstone_summary.context import context
from flowstone_summary.graphs import graph
from flowstone_summary.histograms import histogram
from flowstone_summary.images import image
from flowstone_summary.scalars import scalar
from flowstone_summary.writer import SummaryWriter, create_file_writer


class EventWriter:
    """One open event file, written to whatever this thread's default writer and condition are."""

    def __init__(self, logdir: str) -> None:
        self._writer = create_file_writer(logdir)

    @property
    def writer(self) -> SummaryWriter:
        """The writer, for ``as_default``."""
        return self._writer

    def scalar(self, tag: str, value: Any, step: int) -> None:
        """Log one number."""
        with _alone(self._writer):
            scalar(tag, value, step)

    def histogram(self, tag: str, values: Any, step: int) -> None:
        """Log the distribution of ``values``."""
        with _alone(self._writer):
            histogram(tag, values, step)

    def image(self, tag: str, images: Any, step: int) -> None:
        """Log images of shape ``[count, height, width, channels]``, up to three."""
        with _alone(self._writer):
            image(tag, images, step)

    def graph(self, graph_def: Any) -> None:
        """Log a graph: a serialized ``GraphDef``, a message, or a graph object."""
        with _alone(self._writer):
            graph(graph_def)

    def flush(self) -> None:
        """Write what is buffered."""
        self._writer.flush()

    def close(self) -> None:
        """Flush and close the file."""
        self._writer.close()


class EventFiles:
    """Opens event files."""

    def open(self, logdir: str) -> EventWriter:
        """Start an event file in ``logdir``."""
        return EventWriter(logdir)


SUMMARIES = EventFiles()


@contextmanager
def _alone(writer: SummaryWriter) -> Iterator[None]:
    """A context in which only ``writer`` counts; unlike ``as_default`` it does not flush at its end."""
    saved = context.writer, context.condition
    context.writer, context.condition = writer, None
    try:
        yield
    finally:
        context.writer, context.condition = saved

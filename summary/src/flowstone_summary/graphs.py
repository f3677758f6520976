"""``tf.summary.graph``: the picture of a program."""

from __future__ import annotations

from typing import Any

from flowstone_core.conversion import constant
from flowstone_core.interpreter import building_graph
from flowstone_core.services import GRAPH_EXPORT, get_service

from flowstone_summary.context import context, recording
from flowstone_summary.ops.summary import WRITE_GRAPH_SUMMARY


def graph(graph_data: Any) -> Any:
    """Write a graph to the default writer, if there is one.

    Args:
        graph_data: The graph of a traced function (``f.get_concrete_function(...).graph``), the traced function
            itself, or a ``GraphDef`` message. All but the message need flowstone-savedmodel.

    Returns:
        A boolean scalar: whether it was written.

    Raises:
        ValueError: If it is called inside a ``tf.function``, or ``graph_data`` is something else.
        MissingServiceError: If flowstone-savedmodel is needed and not installed.
    """
    if building_graph():
        raise ValueError("graph() cannot be invoked inside a graph context.")
    if context.writer is None or not bool(recording()):
        return constant(False)
    WRITE_GRAPH_SUMMARY(context.writer.handle, 0, serialized_graph(graph_data))
    return constant(True)


def serialized_graph(graph_data: Any) -> bytes:
    """The bytes of a ``GraphDef``.

    Raises:
        ValueError: If ``graph_data`` is neither a graph nor a message.
    """
    if isinstance(graph_data, bytes):
        return graph_data
    descriptor = getattr(type(graph_data), "DESCRIPTOR", None)
    if descriptor is not None and descriptor.name == "GraphDef":
        return bytes(graph_data.SerializeToString())
    graph_object = getattr(graph_data, "graph", graph_data)
    if not hasattr(graph_object, "as_graph_def"):
        raise ValueError(
            "Argument 'graph_data' is not tf.Graph or tf.compat.v1.GraphDef. "
            f"Received graph_data={graph_data} of type {type(graph_data).__name__}."
        )
    return bytes(get_service(GRAPH_EXPORT).graph_def(graph_object).SerializeToString())

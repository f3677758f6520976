"""The services of ``flowstone_core.services`` that this package implements."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from flowstone_core.services import GraphExport, ModelFiles
from flowstone_graphfn.graph import Graph
from flowstone_graphfn.graph_function import GraphFunction
from flowstone_protos.function_pb2 import FunctionDef
from flowstone_protos.graph_pb2 import GraphDef

from flowstone_savedmodel.checkpoint.checkpoint import Checkpoint
from flowstone_savedmodel.graph_export import GraphExporter
from flowstone_savedmodel.loading import load
from flowstone_savedmodel.saving import save


class _ModelFiles:
    """SavedModels and checkpoints."""

    def save(self, model: Any, path: str, signatures: Mapping[str, Any] | None = None) -> None:
        """Write ``model`` and its traced functions as a SavedModel folder."""
        save(model, path, signatures)

    def load(self, path: str) -> Any:
        """Read a SavedModel folder."""
        return load(path)

    def write_checkpoint(self, root: Any, prefix: str) -> str:
        """Write the variables reachable from ``root``; the prefix of the files written."""
        return Checkpoint(root).write(prefix)

    def read_checkpoint(self, root: Any, prefix: str) -> Any:
        """Restore variables of ``root``, now or when they are made; a status with ``assert_consumed``."""
        return Checkpoint(root).read(prefix)


class _GraphExport:
    """Graphs in TensorFlow's wire format."""

    def graph_def(self, graph: Graph) -> GraphDef:
        """The ``GraphDef`` of ``graph``, with the functions that it calls."""
        return GraphExporter().graph_def(graph)

    def function_def(self, function: GraphFunction) -> FunctionDef:
        """The ``FunctionDef`` of ``function``."""
        exporter = GraphExporter()
        return exporter.functions[exporter.add_function(function)]


MODEL_FILES: Final[ModelFiles] = _ModelFiles()
GRAPH_EXPORT: Final[GraphExport] = _GraphExport()

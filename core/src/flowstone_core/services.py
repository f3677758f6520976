"""Services: what one component needs of another that it does not import, as typed protocols.

A component asks ``get_service(TRACING)`` and gets an object with the protocol's methods; who implements it is
found through the ``flowstone.services`` entry points (``hookspecs.py``). If nobody does, the error says what
to install.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar, cast

from flowstone_core.plugins import SERVICES, find_service, resolve, why_unavailable

P = TypeVar("P")


class MissingServiceError(ImportError):
    """A service is needed whose package is not installed."""


@dataclass(frozen=True)
class Service(Generic[P]):
    """The key of one service.

    Args:
        name: Its name in the tables of ``flowstone_services``.
        purpose: What it does, completing "... comes with".
        distribution: The distribution of this project that implements it.
    """

    name: str
    purpose: str
    distribution: str


class TracedFunction(Protocol):
    """A Python function that was traced once, for one structure of inputs."""

    output_spec: Any
    """The nest of ``TypeSpec`` of what it returns."""

    function: Any
    """The traced graph as attributes of kind ``func`` hold it (``flowstone_core.ops.control.FunctionValue``).

    It takes the flat components of the arguments, then ``captured_inputs``, and returns flat components.
    """

    captured_inputs: Sequence[Any]
    """The tensors from outside that the function uses."""

    def __call__(self, *arguments: Any) -> Any:
        """Run it on values of the traced structure."""


class Tracing(Protocol):
    """Turns Python functions into graphs (graphfn; used by data for ``map``, ``filter``, ...)."""

    def trace(self, function: Callable[..., Any], specs: Sequence[Any], *, name: str = "") -> TracedFunction:
        """Trace ``function``, called with one argument for each nest of ``TypeSpec`` in ``specs``."""


class ModelFiles(Protocol):
    """Writes and reads SavedModels and checkpoints (savedmodel; used by layers)."""

    def save(self, model: Any, path: str, signatures: Mapping[str, Any] | None = None) -> None:
        """Write ``model`` and its traced functions as a SavedModel folder."""

    def load(self, path: str) -> Any:
        """Read a SavedModel folder."""

    def write_checkpoint(self, root: Any, prefix: str) -> str:
        """Write the variables reachable from ``root``; the prefix of the files written."""

    def read_checkpoint(self, root: Any, prefix: str) -> Any:
        """Restore variables of ``root``, now or when they are made; a status with ``assert_consumed``."""


class SummaryWriter(Protocol):
    """One open event file."""

    def scalar(self, tag: str, value: Any, step: int) -> None:
        """Log one number."""

    def histogram(self, tag: str, values: Any, step: int) -> None:
        """Log the distribution of ``values``."""

    def image(self, tag: str, images: Any, step: int) -> None:
        """Log images of shape ``[count, height, width, channels]``."""

    def graph(self, graph_def: Any) -> None:
        """Log a graph: a serialized ``GraphDef``."""

    def flush(self) -> None:
        """Write what is buffered."""

    def close(self) -> None:
        """Flush and close the file."""


class Summaries(Protocol):
    """Opens event files for TensorBoard (summary; used by layers' callback)."""

    def open(self, logdir: str) -> SummaryWriter:
        """Start an event file in ``logdir``."""


class DatasetMaking(Protocol):
    """Makes datasets (data; used by layers for ``fit`` on arrays and folders of files)."""

    def from_tensor_slices(self, tensors: Any) -> Any:
        """A dataset of the slices of ``tensors`` along the first axis."""

    def from_generator(self, generator: Callable[[], Any], output_signature: Any) -> Any:
        """A dataset of what ``generator()`` yields."""


class GraphExport(Protocol):
    """Turns a traced graph into TensorFlow's wire format (savedmodel; used by summary and graphfn)."""

    def graph_def(self, graph: Any) -> Any:
        """The ``GraphDef`` message of ``graph``, with the functions that it calls."""

    def function_def(self, function: Any) -> Any:
        """The ``FunctionDef`` message of a graph function."""


class TensorMessages(Protocol):
    """Tensors as ``TensorProto`` messages (savedmodel; used by core's ops on serialized sparse tensors)."""

    def write(self, array: Any) -> bytes:
        """An array as a serialized message."""

    def read(self, message: bytes) -> Any:
        """The array that a serialized message holds.

        Raises:
            InvalidArgumentError: If it is none.
        """


class ControlFlow(Protocol):
    """Branches and loops that depend on tensors (graphfn; used by summary inside traced functions)."""

    def cond(self, pred: Any, true_fn: Callable[[], Any], false_fn: Callable[[], Any]) -> Any:
        """``tf.cond``."""

    def while_loop(
        self, cond: Callable[..., Any], body: Callable[..., Any], loop_vars: Any, shape_invariants: Any = None
    ) -> Any:
        """``tf.while_loop``."""


class ExecutedGraphs(Protocol):
    """Records the graphs of the traced functions that are called (graphfn; used by summary's ``trace_on``)."""

    def start(self) -> None:
        """Forget what was recorded and record from now on, in all threads."""

    def stop(self) -> list[Any]:
        """Stop; the graphs that ran meanwhile, each once, in the order of their first call."""


TRACING = Service[Tracing]("tracing", "Tracing Python functions", "flowstone-graphfn")
MODEL_FILES = Service[ModelFiles]("model_files", "Writing and reading models", "flowstone-savedmodel")
SUMMARIES = Service[Summaries]("summaries", "Logging for TensorBoard", "flowstone-summary")
DATASETS = Service[DatasetMaking]("datasets", "Making datasets", "flowstone-data")
CONTROL_FLOW = Service[ControlFlow]("control_flow", "Branching and looping on tensors", "flowstone-graphfn")
EXECUTED_GRAPHS = Service[ExecutedGraphs]("executed_graphs", "Recording graphs", "flowstone-graphfn")
GRAPH_EXPORT = Service[GraphExport]("graph_export", "Writing graphs", "flowstone-savedmodel")

TENSOR_MESSAGES = Service[TensorMessages]("tensor_messages", "Serializing tensors", "flowstone-savedmodel")


def find(service: Service[P]) -> P | None:
    """The service, or None if no installed distribution offers it."""
    target = find_service(service.name)
    return None if target is None else cast(P, resolve(target))


def get_service(service: Service[P]) -> P:
    """The service.

    Raises:
        MissingServiceError: Nobody offers it; the text names the package to install.

    Example::

        traced = get_service(TRACING).trace(lambda x: x + 1, [tf.TensorSpec([], tf.int32)])
    """
    found = find(service)
    if found is None:
        failures = why_unavailable(SERVICES)
        raise MissingServiceError(
            f"{service.purpose} comes with {service.distribution}, which is not installed. "
            f"Install it with: pip install {service.distribution}" + (f"\n{failures}" if failures else "")
        )
    return found

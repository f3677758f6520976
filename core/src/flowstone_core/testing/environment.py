"""``tf.test``: what this installation has."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, NoReturn

from flowstone_core.errors import UnimplementedError


def is_built_with_cuda() -> bool:
    """Whether this library has kernels for CUDA: no."""
    return False


def is_built_with_rocm() -> bool:
    """Whether this library has kernels for ROCm: no."""
    return False


def is_built_with_gpu_support() -> bool:
    """Whether this library has kernels for GPUs: no.

    >>> tf.test.is_built_with_gpu_support()
    False
    """
    return False


def is_built_with_xla() -> bool:
    """Whether this library has XLA inside: no."""
    return False


def is_cpu_target_available(target: str) -> bool:
    """Whether compiled code can be made for a kind of processor, such as ``"x86"``: no compiler is inside."""
    return False


def is_gpu_available(cuda_only: bool = False, min_cuda_compute_capability: tuple[int, int] | None = None) -> bool:
    """Whether a GPU can be used: no."""
    return False


def gpu_device_name() -> str:
    """The name of a GPU, or an empty text if there is none."""
    return ""


def sync_devices() -> None:
    """Wait until devices have done their work: they have, operations return when they are done."""


def disable_with_predicate(pred: Callable[[], bool], skip_message: str) -> Callable[[Any], Any]:
    """A decorator that skips a test if ``pred()`` says so when it runs."""

    def decorate(method: Any) -> Any:
        @functools.wraps(method)
        def test(self: Any, *args: Any, **kwargs: Any) -> Any:
            if pred():
                self.skipTest(skip_message)
            return method(self, *args, **kwargs)

        return test

    return decorate


def with_eager_op_as_function(cls: Any = None, only_as_function: bool = False) -> Any:
    """A decorator that does nothing: there is one way to run operations eagerly."""
    return cls if cls is not None else lambda decorated: decorated


def create_local_cluster(
    num_workers: int, num_ps: int, protocol: str = "grpc", worker_config: Any = None, ps_config: Any = None
) -> NoReturn:
    """Raise: there are no servers.

    Raises:
        tf.errors.UnimplementedError: Always.
    """
    raise UnimplementedError(
        None, None, "flowstone runs in one process: there are no clusters of workers. Test with tf.distribute instead."
    )


def assert_equal_graph_def(expected: Any, actual: Any) -> None:
    """Fail unless two ``GraphDef`` messages have the same nodes; their order does not count.

    Raises:
        AssertionError: If they differ.
        TypeError: If one is no ``GraphDef``.
    """
    nodes = []
    for name, graph in (("expected", expected), ("actual", actual)):
        if type(graph).__name__ != "GraphDef":
            raise TypeError(f"Expected tf.GraphDef for {name}, got {type(graph).__name__}")
        nodes.append({node.name: node for node in graph.node})
    wanted, found = nodes
    for name in wanted.keys() | found.keys():
        if name not in found or name not in wanted:
            raise AssertionError(f"The node {name!r} is only in one of the graphs.")
        if wanted[name] != found[name]:
            raise AssertionError(f"The node {name!r} differs:\n{wanted[name]}\nbecame\n{found[name]}")

"""Decorators and helpers of TensorFlow's own tests."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import Any


def _unchanged(function: Any = None, *args: Any, **kwargs: Any) -> Any:
    """A decorator, with arguments or without, of tests that run eagerly here as they are."""
    if callable(function):
        return function
    return lambda target: target


run_all_in_graph_and_eager_modes = run_in_graph_and_eager_modes = run_v1_only = run_v2_only = _unchanged
run_deprecated_v1 = run_all_in_deprecated_graph_mode_only = with_eager_op_as_function = disable_xla = _unchanged
enable_control_flow_v2 = enable_all_with_v1_control_flow = run_without_tensor_float_32 = _unchanged


def use_gpu() -> AbstractContextManager[None]:
    """A context in which a GPU would be used."""
    return nullcontext()


def is_gpu_available(cuda_only: bool = False, min_cuda_compute_capability: Any = None) -> bool:
    """Whether there is a GPU: there is none."""
    return False


def InstallStackTraceHandler() -> None:
    """Python shows stack traces without being asked."""


def assert_no_new_tensors(f: Callable[..., Any]) -> Callable[..., Any]:
    """``f``: Python frees tensors when their last reference goes."""
    return f

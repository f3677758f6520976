"""The test suite that every flowstone kernel and compiler provider can run."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from flowstone_conformance.compilers import CompilerConformance as CompilerConformance
    from flowstone_conformance.kernels import KernelConformance as KernelConformance

__all__ = ["CompilerConformance", "KernelConformance"]

_MODULES = {"CompilerConformance": "compilers", "KernelConformance": "kernels"}


def __getattr__(name: str) -> Any:
    # pytest imports this package for its plug-in in every run; the suite itself is imported when it is used.
    if name in _MODULES:
        return getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

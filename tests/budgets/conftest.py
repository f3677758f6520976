"""Counting what a call costs in Python calls: the same number on every machine."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from types import FrameType
from typing import Any

import flowstone as tf
import pytest


@dataclass
class Cost:
    """Python calls into flowstone's files, and how many files those are."""

    calls: int = 0
    files: set[str] = field(default_factory=set)
    names: list[str] = field(default_factory=list)

    def within(self, calls: int, files: int) -> None:
        """Fail, with the list of calls, if a budget is exceeded."""
        found = f"{self.calls} calls in {len(self.files)} files:\n" + "\n".join(self.names[:200])
        assert self.calls <= calls, f"budget of {calls} calls exceeded: {found}"
        assert len(self.files) <= files, f"budget of {files} files exceeded: {found}"


def cost(function: Callable[[], Any], warm: int = 2) -> Cost:
    """The cost of one call of ``function``, after some to warm up."""
    for _ in range(warm):
        function()
    counted = Cost()

    def profile(frame: FrameType, event: str, argument: Any) -> None:
        code = frame.f_code
        if event == "call" and frame.f_globals.get("__name__", "").startswith("flowstone"):
            counted.calls += 1
            counted.files.add(code.co_filename)
            counted.names.append(f"{code.co_filename.rpartition('flowstone_')[2]}:{code.co_qualname}")

    sys.setprofile(profile)
    try:
        function()
    finally:
        sys.setprofile(None)
    return counted


@pytest.fixture(autouse=True, scope="module")
def numpy_kernels(request: pytest.FixtureRequest) -> Iterator[None]:
    """The kernels that every installation has; a module says ``KERNELS = [...]`` for others."""
    with tf.config.kernel_providers(getattr(request.module, "KERNELS", ["numpy"])):
        yield


@pytest.fixture(name="cost")
def cost_fixture() -> Callable[..., Cost]:
    return cost

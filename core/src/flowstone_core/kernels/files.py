"""Kernels of ``flowstone_core.ops.files``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from flowstone_core.files import tensorflow_errors, write_whole
from flowstone_core.gfile import glob, local
from flowstone_core.kernel import KernelSet
from flowstone_core.ops import files as ops

KERNELS = KernelSet()


def _path(filename: Any) -> Path:
    if filename.ndim:
        raise ValueError  # the shape rule explains
    return Path(local(filename[()]))


@KERNELS.add(ops.READ_FILE)
def read_file(filename: Any) -> bytes:
    """All bytes."""
    path = _path(filename)
    with tensorflow_errors(f"read {path}"):
        return path.read_bytes()


@KERNELS.add(ops.WRITE_FILE)
def write_file(filename: Any, contents: Any) -> None:
    """Written beside and renamed."""
    path = _path(filename)
    if contents.ndim:
        raise ValueError  # the shape rule explains
    with tensorflow_errors(f"write {path}"):
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, contents[()])


@KERNELS.add(ops.MATCHING_FILES)
def matching_files(pattern: Any) -> Any:
    """All matches, in order."""
    found = sorted({path.encode() for each in pattern.reshape(-1).tolist() for path in glob(each)})
    result = np.empty(len(found), object)
    result[:] = found
    return result

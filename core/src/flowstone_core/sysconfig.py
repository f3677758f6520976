"""``tf.sysconfig``, ``tf.get_logger``, ``tf.load_op_library``: what other programs ask of the installation."""

from __future__ import annotations

import logging
from collections import OrderedDict
from pathlib import Path
from typing import Any, NoReturn

from flowstone_core.errors import NotFoundError, UnimplementedError

CXX11_ABI_FLAG = 1
CXX_VERSION = 201703
MONOLITHIC_BUILD = 0


def get_include() -> str:
    """Where C++ headers would be; there are none."""
    return str(Path(__file__).parent / "include")


def get_lib() -> str:
    """Where this library is."""
    return str(Path(__file__).parent)


def get_compile_flags() -> list[str]:
    """Flags for a C++ compiler: none, there is nothing to compile against."""
    return []


def get_link_flags() -> list[str]:
    """Flags for a linker: none, there is nothing to link with."""
    return []


def get_build_info() -> OrderedDict[str, Any]:
    """What this library was built with.

    >>> tf.sysconfig.get_build_info()["is_cuda_build"]
    False
    """
    return OrderedDict(is_cuda_build=False, is_rocm_build=False, is_tensorrt_build=False)


def get_logger() -> logging.Logger:
    """The logger of this library; its name is TensorFlow's, which programs configure."""
    return logging.getLogger("tensorflow")


def load_op_library(library_filename: str) -> NoReturn:
    """Raise: operations in compiled libraries of TensorFlow's cannot be loaded.

    Raises:
        tf.errors.NotFoundError: If there is no such file.
        tf.errors.UnimplementedError: Otherwise; ops are added by the packages' entry points, see docs/plugins.md.
    """
    if not Path(library_filename).exists():
        raise NotFoundError(
            None, None, f"{library_filename}: cannot open shared object file: No such file or directory"
        )
    raise UnimplementedError(
        None,
        None,
        f"{library_filename} is built for TensorFlow's own runtime. Add an op to flowstone as a Python package with the "
        "entry points flowstone.ops and flowstone.kernels (docs/plugins.md).",
    )


def load_library(library_location: str) -> NoReturn:
    """Raise; see ``load_op_library``."""
    load_op_library(library_location)

"""Run programs that say ``import tensorflow`` or ``import keras`` on flowstone, untouched.

    python -m flowstone.dropin script.py arguments...      a script
    python -m flowstone.dropin -m package.module ...       a module
    pytest -p flowstone.dropin                             a test suite

Or at the top of a program: ``import flowstone.dropin; flowstone.dropin.install()``. Nothing else of flowstone
does this: without it, ``import tensorflow`` means TensorFlow.
"""

from __future__ import annotations

import importlib
import importlib.abc
import importlib.machinery
import importlib.util
import runpy
import sys
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType

import pluggy

from flowstone._namespaces import NAMESPACES
from flowstone._private import MODULES, StandIn

ROOTS = {"tensorflow": "flowstone", "keras": "flowstone.keras", "tf_keras": "flowstone.keras"}
"""What the top-level names stand for."""

MESSAGES = ("tensorflow.core", *(f"tensorflow.core.{part}" for part in ("example", "framework", "protobuf", "util")))
"""The packages of TensorFlow's message modules; ``event_pb2`` and the rest are flowstone-protos'."""


class Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Answers the import of ``tensorflow.x`` with the module ``flowstone.x`` itself, so that both are one."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        """A spec for the modules of TensorFlow and Keras, None for all others."""
        if fullname.partition(".")[0] not in ROOTS:
            return None
        if home(fullname) is None:
            raise ModuleNotFoundError(
                f"{fullname} has no counterpart in flowstone, which has TensorFlow's public interface and not its "
                "implementation. Use the public name of what you need, below tf or tf.keras.",
                name=fullname,
            )
        return importlib.machinery.ModuleSpec(fullname, self, is_package=True)

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> ModuleType | None:
        """The module of flowstone; the import system writes ``spec`` on it, which ``exec_module`` undoes."""
        if spec.name in MODULES:
            return StandIn(spec.name)
        target = home(spec.name)
        if not target:
            return None  # an empty package on the way to a private module
        module = importlib.import_module(target)
        spec.loader_state = module.__spec__
        return module

    def exec_module(self, module: ModuleType) -> None:
        """Give the module its own spec back; it has been executed already."""
        if module.__spec__ is not None and module.__spec__.loader_state is not None:
            module.__spec__ = module.__spec__.loader_state


def home(fullname: str) -> str | None:
    """The module of flowstone that stands for a module of TensorFlow or Keras; None if there is none.

    Empty for one of ``MODULES`` and for a package that only leads to some.

    >>> home("tensorflow.keras.layers")
    'flowstone.keras.layers'
    >>> home("tensorflow.compat.v2.keras")
    'flowstone.keras'
    """
    if fullname in MESSAGES or (
        any(f"{name}.".startswith(f"{fullname}.") for name in MODULES) and fullname not in ROOTS
    ):
        return ""
    package, _, module = fullname.rpartition(".")
    if package in MESSAGES:
        found = f"flowstone_protos.{module}"
        return found if importlib.util.find_spec("flowstone_protos") and importlib.util.find_spec(found) else None
    root, _, rest = fullname.partition(".")
    if rest == "compat.v2" or rest.startswith("compat.v2."):
        rest = rest.removeprefix("compat.v2").lstrip(".") or rest
    found = ".".join(filter(None, [ROOTS[root], rest]))
    return found if found in ROOTS.values() or found.removeprefix("flowstone.") in NAMESPACES else None


def install() -> None:
    """Make ``import tensorflow`` and ``import keras`` mean flowstone, in this process, from now on.

    Raises:
        RuntimeError: If the real one has been imported already.
    """
    for root, target in ROOTS.items():
        loaded = sys.modules.get(root)
        if loaded is not None and not loaded.__name__.startswith("flowstone"):
            raise RuntimeError(
                f"{root} was imported before flowstone.dropin.install(), so {target} cannot stand for it. "
                "Install the drop-in first."
            )
    if not any(isinstance(finder, Finder) for finder in sys.meta_path):
        sys.meta_path.insert(0, Finder())


@pluggy.HookimplMarker("pytest")(tryfirst=True)
def pytest_load_initial_conftests() -> None:
    """With ``-p flowstone.dropin``: before any conftest or test is imported."""
    install()


def main(arguments: Sequence[str]) -> None:
    """Run a script, or with ``-m`` a module, as Python itself would."""
    if not arguments or arguments[0] in ("-h", "--help"):
        print(__doc__)
        return
    install()
    if arguments[0] == "-m":
        sys.argv = list(arguments[1:])
        sys.path.insert(0, "")
        runpy.run_module(arguments[1], run_name="__main__", alter_sys=True)
    else:
        sys.argv = list(arguments)
        sys.path.insert(0, str(Path(arguments[0]).resolve().parent))
        runpy.run_path(arguments[0], run_name="__main__")


if __name__ == "__main__":
    main(sys.argv[1:])

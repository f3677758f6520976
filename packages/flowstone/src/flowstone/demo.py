"""``flowstone demo``: runs the example program on handwritten digits."""

from __future__ import annotations

import runpy
import sys
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path

from flowstone_core.hookspecs import hookimpl

_NEEDED = {
    "flowstone_autodiff": "flowstone[all]",
    "flowstone_graphfn": "flowstone[all]",
    "flowstone_layers": "flowstone[all]",
    "flowstone_data": "flowstone[all]",
    "flowstone_summary": "flowstone[all]",
    "flowstone_savedmodel": "flowstone[all]",
    "sklearn": "scikit-learn",
}


@hookimpl
def flowstone_commands() -> Mapping[str, str]:
    """``flowstone demo``."""
    return {"demo": "flowstone.demo:demo_command"}


def demo_command(arguments: list[str]) -> int:
    """Train on handwritten digits: TFRecords, a custom loop, checkpoints, TensorBoard, SavedModels."""
    missing = sorted({package for module, package in _NEEDED.items() if find_spec(module) is None})
    if missing:
        print(f"The demo needs packages that are not installed. Install them with: pip install {' '.join(missing)}")
        return 1
    saved = sys.argv
    sys.argv = ["flowstone demo", *arguments]
    try:
        runpy.run_path(str(program()), run_name="__main__")
    finally:
        sys.argv = saved
    return 0


def program() -> Path:
    """The example: inside the installed package, or in the repository for an editable install."""
    packaged = Path(__file__).parent / "examples" / "digits.py"
    return packaged if packaged.exists() else Path(__file__).parents[4] / "examples" / "digits.py"

"""Record what whole programs do in TensorFlow: ``python tests/parity/record_programs.py`` with TensorFlow 2.21.

A program is a function of ``tf`` in ``programs/``; what it returns or raises goes to ``goldens/programs/<file>.json``.
"""

from __future__ import annotations

import builtins
import contextlib
import io
import json
import os
import runpy
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

PROGRAMS = Path(__file__).parent / "programs"
GOLDENS = Path(__file__).parent / "goldens" / "programs"

Program = Callable[[Any], Any]


def programs(path: Path) -> dict[str, Program]:
    """The programs of a file."""
    found = runpy.run_path(str(path))
    return {
        name: value
        for name, value in found.items()
        if not name.startswith("_") and getattr(value, "__code__", None) and value.__code__.co_filename == str(path)
    }


def observe(program: Program, tf: Any) -> Any:
    """What a program returns, as JSON has it; or the type of its error."""
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            return {"returns": plain(program(tf))}
    except Exception as error:  # noqa: BLE001 - any exception is an outcome
        known = (set(dir(tf.errors)) | set(dir(builtins))) - {"OpError", "Exception", "BaseException", "object"}
        return {"raises": [cls.__name__ for cls in type(error).__mro__ if cls.__name__ in known]}


def plain(value: Any) -> Any:
    """A result as JSON has it."""
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    array = np.asarray(value)
    return {"dtype": array.dtype.name, "values": array.tolist()}


def main() -> None:
    """Record all programs."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    import tensorflow as tf  # noqa: PLC0415 - the tests import this file without TensorFlow

    tf.get_logger().setLevel("ERROR")
    GOLDENS.mkdir(exist_ok=True)
    for path in sorted(PROGRAMS.glob("*.py")):
        outcomes = {name: observe(program, tf) for name, program in programs(path).items()}
        lines = ",\n".join(f"  {json.dumps(name)}: {json.dumps(outcome)}" for name, outcome in outcomes.items())
        (GOLDENS / f"{path.stem}.json").write_text(f"{{\n{lines}\n}}\n")
        print(path.stem, len(outcomes))


if __name__ == "__main__":
    main()

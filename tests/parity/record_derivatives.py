"""Record derivatives through control flow: ``python tests/parity/record_derivatives.py`` with TensorFlow 2.21.

The programs nest every construct of ``SMOOTH`` (``graphfn/tests/autograph_constructs.py``) with every other; the golden
``goldens/programs/derivatives.jsonl`` has the value and the first two derivatives of each at some points, traced by
TensorFlow; or the type of its error.
"""

from __future__ import annotations

import builtins
import itertools
import json
import os
import tempfile
from pathlib import Path
from types import ModuleType
from typing import Any

from record_pairs import loaded, made

GOLDENS = Path(__file__).parent / "goldens" / "programs" / "derivatives.jsonl"
SMOOTH: dict[str, str] = made["SMOOTH"]
POINTS = (0.6, 1.1)


def chains() -> list[tuple[str, str]]:
    """Every pair of constructs once, each about as often outside as inside."""
    numbered = itertools.combinations_with_replacement(enumerate(SMOOTH), 2)
    return [(x, y) if (first + second) % 2 == 0 else (y, x) for (first, x), (second, y) in numbered]


def module_of(tf: Any, folder: Path) -> ModuleType:
    """A module with all programs."""
    programs = (made["smooth_program"]("__".join(chain), *chain) for chain in chains())
    return loaded(tf, folder / "smooth_programs.py", made["SMOOTH_HEAD"] + "".join(programs))


def derivatives(module: Any, name: str, traced: bool) -> list[list[float | None]] | str:
    """The value and the first two derivatives at each point; or the type of the error."""
    tf = module.tf
    target = tf.function(getattr(module, name)) if traced else getattr(module, name)
    try:
        return [_at(tf, target, point) for point in POINTS]
    except Exception as error:  # noqa: BLE001 - any exception is an outcome
        known = set(dir(tf.errors)) | set(dir(builtins))
        return next(cls.__name__ for cls in type(error).__mro__ if cls.__name__ in known)


def _at(tf: Any, target: Any, point: float) -> list[float | None]:
    x = tf.constant(point)
    with tf.GradientTape() as outer:
        outer.watch(x)
        with tf.GradientTape() as inner:
            inner.watch(x)
            y = target(x, tf.constant(3))
        first = inner.gradient(y, x)
    return [None if value is None else float(value) for value in (y, first, outer.gradient(first, x))]


def main() -> None:
    """Record all programs."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    import tensorflow as tf  # noqa: PLC0415 - the tests import this file without TensorFlow

    tf.get_logger().setLevel("ERROR")
    with tempfile.TemporaryDirectory() as folder, GOLDENS.open("w") as file:
        module = module_of(tf, Path(folder))
        for chain in chains():
            name = "__".join(chain)
            print(json.dumps([name, derivatives(module, name, traced=True)]), file=file, flush=True)


if __name__ == "__main__":
    main()

"""Record what generated AutoGraph programs do in TensorFlow: ``python tests/parity/record_pairs.py`` with TensorFlow 2.21.

The programs are chains of the constructs in ``graphfn/tests/autograph_constructs.py``, one inside the other, which cover
every pair of them. Each runs as plain Python and traced. ``goldens/programs/pairs.jsonl`` has for each program the
results as Python, and, where TensorFlow's trace does something else, what that is.
"""

from __future__ import annotations

import builtins
import contextlib
import importlib.util
import io
import itertools
import json
import os
import runpy
import tempfile
from pathlib import Path
from types import ModuleType
from typing import Any

ROOT = Path(__file__).parents[2]
GOLDENS = Path(__file__).parent / "goldens" / "programs" / "pairs.jsonl"

made = runpy.run_path(str(ROOT / "graphfn" / "tests" / "autograph_constructs.py"))
CONSTRUCTS: dict[str, str] = made["BASIC"] | made["MORE"]
VALUES: list[tuple[int, int, list[int]]] = made["VALUES"]

REFUSED = frozenset(
    """
    while_true while_else for_enumerate for_zip for_else break return_in_loop walrus match grow item assert
    return_in_while any_all sorted numbers max_min in
    """.split()
)
"""What TensorFlow refuses on tensors by itself: it would hide what TensorFlow makes of its neighbours."""


def chains() -> list[tuple[str, ...]]:
    """Every construct inside itself, then chains of three that cover every pair, the one inside the other."""
    waiting = {frozenset(pair) for pair in itertools.combinations(CONSTRUCTS, 2)}
    found: list[tuple[str, ...]] = [(name, name) for name in CONSTRUCTS]
    accepted = [name for name in CONSTRUCTS if name not in REFUSED]
    for names in (accepted, list(CONSTRUCTS)):
        for x, y in itertools.combinations(names, 2):
            if frozenset((x, y)) in waiting:
                third = max(
                    (z for z in names if z not in (x, y)),
                    key=lambda z: len(waiting & {frozenset((x, z)), frozenset((y, z))}),
                )
                chain = [x, y, third]
                waiting -= {frozenset(pair) for pair in itertools.combinations(chain, 2)}
                turn = len(found) % 3
                chain = chain[turn:] + chain[:turn]
                found.append(tuple(chain if len(found) % 2 else reversed(chain)))
    return found


def module_of(tf: Any, folder: Path) -> ModuleType:
    """A module with all programs."""
    programs = (made["program"]("__".join(chain), *chain) for chain in chains())
    return loaded(tf, folder / "generated_programs.py", made["HEAD"] + made["TENSOR_HEAD"] + "".join(programs))


def loaded(tf: Any, path: Path, text: str) -> ModuleType:
    """The module ``text``, in a file, so that AutoGraph finds the source; it knows ``tf``."""
    path.write_text(text)
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    module.tf = tf  # type: ignore[attr-defined]
    spec.loader.exec_module(module)
    return module


def as_python(module: Any, name: str) -> list[int]:
    """What a program returns as plain Python."""
    module.state.assign(0)
    target = getattr(module, name)
    with contextlib.redirect_stdout(io.StringIO()):
        return [int(target(a, b, list(v), list(v))) for a, b, v in VALUES]


def as_graph(module: Any, name: str) -> list[int] | str:
    """What a program returns when it is traced; or the type of its error."""
    module.state.assign(0)
    tf = module.tf
    target = tf.function(getattr(module, name))
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            return [int(target(tf.constant(a), tf.constant(b), tf.constant(v), tf.constant(v))) for a, b, v in VALUES]
    except Exception as error:  # noqa: BLE001 - any exception is an outcome
        known = set(dir(tf.errors)) | set(dir(builtins))
        return next(cls.__name__ for cls in type(error).__mro__ if cls.__name__ in known)


def main() -> None:
    """Record all programs."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    import tensorflow as tf  # noqa: PLC0415 - the tests import this file without TensorFlow

    tf.get_logger().setLevel("ERROR")
    with tempfile.TemporaryDirectory() as folder, GOLDENS.open("w") as file:
        module = module_of(tf, Path(folder))
        for chain in chains():
            name = "__".join(chain)
            python, graph = as_python(module, name), as_graph(module, name)
            print(json.dumps([name, python] if graph == python else [name, python, graph]), file=file, flush=True)


if __name__ == "__main__":
    main()

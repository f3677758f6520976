"""What became of a parity case: values, or an error; and how two outcomes are compared."""

from __future__ import annotations

import builtins
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from casekit import Case

CASES = Path(__file__).parent / "cases"
GOLDENS = Path(__file__).parent / "goldens"

_TOLERANCE = {"float16": 4e-3, "bfloat16": 1.6e-2, "float32": 1e-5, "float64": 1e-9}
_TOLERANCE |= {"complex64": 1e-5, "complex128": 1e-9}

Outcome = dict[str, Any]
"""``{"values": [...], "shapes": {...}}`` or ``{"error": "TypeError"}``, with what happened inside ``tf.function``."""


# -- running -------------------------------------------------------------------------------------------------------


def run(case: Case, tf: Any) -> Outcome:
    """Run a case eagerly and, if it may, inside ``tf.function``."""
    outcome = run_eagerly(case, tf)
    if case.graph:
        outcome["graph"] = run_traced(case, tf)
    return outcome


def run_eagerly(case: Case, tf: Any) -> Outcome:
    """Run a case; its values, or the name of the error."""
    try:
        tensors = [placeholder.tensor(tf) for placeholder in case.tensors()]
        return {"values": [_encoded(x) for x in leaves(case.call(tf, tensors))]}
    except Exception as error:  # noqa: BLE001 - any exception is an outcome
        return {"error": _public_name(error, tf)}


def _public_name(error: Exception, tf: Any) -> str:
    """The names of the error's types that users know and can catch, the nearest first."""
    known = (set(dir(tf.errors)) | set(dir(builtins))) - {"OpError", "Exception", "BaseException", "object"}
    return " ".join(cls.__name__ for cls in type(error).__mro__ if cls.__name__ in known)


def run_traced(case: Case, tf: Any) -> Outcome:
    """Run a case inside ``tf.function``; values, and the static shapes of its results.

    Shapes are inferred with fully known shapes of the arguments, and as ``LESS_KNOWN`` says.
    """
    try:
        tensors = [placeholder.tensor(tf) for placeholder in case.tensors()]
        outcome: Outcome = {}
        values, shapes = _traced(case, tf, tensors, lambda x: tf.TensorSpec(x.shape, x.dtype))
        outcome["values"] = values
    except Exception as error:  # noqa: BLE001
        return {"error": _public_name(error, tf)}
    if case.shapes:
        outcome["shapes"] = {"known": shapes} | less_known(case, tf, tensors)
    return outcome


LESS_KNOWN: dict[str, Callable[[Any], Any]] = {
    "partly": lambda shape: [None, *shape[1:]] if len(shape) else [],
    "sizes": lambda shape: [None] * len(shape),
    "rank": lambda shape: None,
}
"""What is known of each argument's shape: all but the first size (what batches are like), the rank, nothing."""


def less_known(case: Case, tf: Any, tensors: list[Any]) -> dict[str, Any]:
    """The static shapes of a case's results where less is known of its arguments, or the name of the error."""
    if not tensors:
        return {}
    found = {}
    for kind, known in LESS_KNOWN.items():
        if kind != "partly" or any(len(x.shape) > 1 for x in tensors):  # else "sizes" says it
            specs = [tf.TensorSpec(known(x.shape), x.dtype) for x in tensors]
            found[kind] = _shapes_only(case, tf, specs)
    return found


def _traced(case: Case, tf: Any, tensors: list[Any], spec: Callable[[Any], Any]) -> tuple[list[Any], list[Any]]:
    shapes: list[Any] = []

    def body(*arguments: Any) -> list[Any]:
        results = leaves(case.call(tf, list(arguments)))
        shapes[:] = [_static(x) for x in results]
        return [x if hasattr(x, "dtype") else tf.constant(x) for x in results]

    function = tf.function(body, input_signature=[spec(x) for x in tensors], autograph=False)
    return [_encoded(x) for x in function(*tensors)], shapes


def _shapes_only(case: Case, tf: Any, specs: list[Any]) -> Any:
    shapes: list[Any] = []

    def body(*arguments: Any) -> int:
        shapes[:] = [_static(x) for x in leaves(case.call(tf, list(arguments)))]
        return 0

    try:
        tf.function(body, input_signature=specs, autograph=False).get_concrete_function()
    except Exception as error:  # noqa: BLE001
        return _public_name(error, tf)
    return shapes


def _static(x: Any) -> Any:
    shape = getattr(x, "shape", None)
    if shape is None:
        return None
    return None if getattr(shape, "rank", 0) is None else [None if size is None else int(size) for size in shape]


def leaves(result: Any) -> list[Any]:
    """The tensors of a result, in order."""
    if isinstance(result, dict):
        return [leaf for key in sorted(result) for leaf in leaves(result[key])]
    if isinstance(result, (list, tuple)):
        return [leaf for item in result for leaf in leaves(item)]
    if hasattr(result, "dense_shape"):  # a sparse tensor, or slices with their indices
        return leaves([result.indices, result.values, result.dense_shape])
    if hasattr(result, "nested_row_splits"):
        return [result.flat_values, *result.nested_row_splits]
    return [] if result is None else [result]


# -- goldens -------------------------------------------------------------------------------------------------------


def _encoded(x: Any) -> Any:
    """A tensor as ``[type, shape, flat list]``; what is not a tensor as its repr."""
    if not hasattr(x, "numpy"):
        return repr(x)
    array = np.asarray(x.numpy())
    name = str(x.dtype.name)
    if array.dtype.kind == "V" or name in ("float16", "bfloat16"):
        array = array.astype(np.float32)
    flat = array.reshape(-1)
    items: list[Any]
    if name == "string":
        items = [item.decode("latin-1") for item in flat.tolist()]
    elif array.dtype.kind == "c":
        items = [[_number(item.real), _number(item.imag)] for item in flat]
    else:
        items = [_number(item) for item in flat]
    return [name, list(array.shape), items]


def _number(item: Any) -> Any:
    if isinstance(item, (np.bool_, bool)):
        return bool(item)
    if isinstance(item, np.integer):
        return int(item)
    if not np.isfinite(item):
        return str(float(item))
    return float(str(item)) if isinstance(item, np.floating) else float(item)


_SAME = "same"
"""Stands in golden files for the values of a traced call that are those of the eager call."""


def write(path: Path, header: dict[str, Any], outcomes: dict[str, Outcome]) -> None:
    """One line a case, in the order of the cases."""
    lines = [json.dumps(header)]
    for key, outcome in outcomes.items():
        graph = outcome.get("graph")
        if graph is not None and "values" in graph and graph["values"] == outcome.get("values"):
            outcome = outcome | {"graph": graph | {"values": _SAME}}
        lines.append(json.dumps({"case": key, **outcome}, ensure_ascii=False))
    path.write_text("\n".join(lines) + "\n")


def read(path: Path) -> dict[str, Outcome]:
    """The outcomes of a golden file, by case."""
    if not path.exists():
        return {}
    outcomes = {}
    for line in path.read_text().splitlines()[1:]:
        outcome = json.loads(line)
        if outcome.get("graph", {}).get("values") == _SAME:
            outcome["graph"]["values"] = outcome["values"]
        outcomes[outcome.pop("case")] = outcome
    return outcomes


# -- comparison ----------------------------------------------------------------------------------------------------


def difference(case: Case, expected: Outcome, got: Outcome) -> str | None:
    """What differs between two outcomes of one mode, in words; None if nothing that matters."""
    if "error" in expected or "error" in got:
        want, have = expected.get("error", "a result"), got.get("error", "a result")
        return None if _same_error(want, have) else f"expected {want}, got {have}"
    if len(expected["values"]) != len(got["values"]):
        return f"expected {len(expected['values'])} results, got {len(got['values'])}"
    for index, (want, have) in enumerate(zip(expected["values"], got["values"], strict=True)):
        if problem := _value_difference(case, want, have):
            return f"result {index}: {problem}"
    return None if case.other_shapes else shape_difference(expected, got, knows_more=bool(case.more_shapes))


def shape_difference(expected: Outcome, got: Outcome, knows_more: bool = False) -> str | None:
    """In which inferred shapes two outcomes of a traced case differ, in words.

    With ``knows_more``, the second may know more of shapes, and take what the first refuses.
    """
    for kind, want in expected.get("shapes", {}).items():
        have = got.get("shapes", {}).get(kind, want)
        if want == have or _same_error(want, have) or (knows_more and _knows_more(want, have)):
            continue
        return f"static shapes, known of the arguments: {kind}: expected {want}, got {have}"
    return None


def _knows_more(want: Any, have: Any) -> bool:
    """Whether the first are refused, or shapes agree and the second are known wherever the first are."""
    if isinstance(want, str) or isinstance(have, str):
        return isinstance(want, str)
    if len(want) != len(have):
        return False
    for less, more in zip(want, have, strict=True):
        if less is not None and (more is None or len(less) != len(more)):
            return False
        if any(a is not None and a != b for a, b in zip(less or (), more or (), strict=False)):
            return False
    return True


def _same_error(want: Any, have: Any) -> bool:
    """Whether who catches the expected error also catches this one."""
    return isinstance(want, str) and isinstance(have, str) and want.split()[0] in have.split()


def _value_difference(case: Case, want: Any, have: Any) -> str | None:
    if isinstance(want, str) or isinstance(have, str):
        return None if want == have else f"expected {want}, got {have}"
    if want[:2] != have[:2]:
        return f"expected {want[0]} of shape {want[1]}, got {have[0]} of shape {have[1]}"
    name = want[0]
    if name not in _TOLERANCE:
        return None if want[2] == have[2] else f"expected {want[2]}, got {have[2]}"
    a, b = np.array(want[2], dtype=np.float64), np.array(have[2], dtype=np.float64)
    rtol = _TOLERANCE[name] if case.rtol is None else case.rtol
    atol = 1e-1 * _TOLERANCE[name] if case.atol is None else case.atol
    if np.allclose(a, b, rtol=rtol, atol=atol, equal_nan=True):
        return None
    return f"expected {want[2]}, got {have[2]}"

"""Record the goldens: ``python tests/parity/record.py [family ...]`` with TensorFlow 2.21 installed.

Only new cases are run; ``--all`` runs every one again, ``--shapes`` infers the shapes of every one again. Cases that no longer exist are dropped.
"""

from __future__ import annotations

import dataclasses
import os
import re
import runpy
import sys
from typing import Any

from casekit import Case
from outcomes import CASES, GOLDENS, read, run, run_traced, write


def cases_of(family: str) -> list[Case]:
    """The cases of one family.

    Raises:
        ValueError: If two cases have one id.
    """
    module = runpy.run_path(str(CASES / f"{family}.py"))
    cases: list[Case] = [_with_exceptions(case, module) for case in module["CASES"]]
    ids = [case.id for case in cases]
    doubled = {id for id in ids if ids.count(id) > 1} if len(set(ids)) < len(ids) else set()
    if doubled:
        raise ValueError(f"cases/{family}.py has these cases twice: {sorted(doubled)}")
    return cases


def _with_exceptions(case: Case, module: dict[str, Any]) -> Case:
    """The case, marked if the module's ``UNLIKE``, ``MORE_SHAPES`` or ``OTHER_SHAPES`` (pattern: reason) speak of it."""
    for pattern, reason in module.get("UNLIKE", {}).items():
        if re.search(pattern, case.id):
            case = dataclasses.replace(case, unlike=reason)
    for pattern, reason in module.get("MORE_SHAPES", {}).items():
        if re.search(pattern, case.id):
            case = dataclasses.replace(case, more_shapes=reason)
    for pattern, reason in module.get("OTHER_SHAPES", {}).items():
        if re.search(pattern, case.id):
            case = dataclasses.replace(case, other_shapes=reason)
    return case


def exceptions_of(family: str, kind: str) -> dict[str, str]:
    """What a module says under ``UNLIKE``, ``MORE_SHAPES`` or ``OTHER_SHAPES``: reasons by pattern."""
    found: dict[str, str] = runpy.run_path(str(CASES / f"{family}.py")).get(kind, {})
    return found


def families() -> list[str]:
    """The families that have cases."""
    return sorted(path.stem for path in CASES.glob("*.py"))


def main(arguments: list[str]) -> None:
    """Record the families named in ``arguments``, or all."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    import tensorflow as tf  # noqa: PLC0415 - test_goldens.py imports this file without TensorFlow

    tf.get_logger().setLevel("ERROR")
    everything = "--all" in arguments
    for family in [name for name in arguments if not name.startswith("-")] or families():
        path = GOLDENS / f"{family}.jsonl"
        known = {} if everything else read(path)
        cases = cases_of(family)
        outcomes = {case.id: known[case.id] if case.id in known else run(case, tf) for case in cases}
        for case in cases if "--shapes" in arguments else ():
            graph = outcomes[case.id].get("graph", {})
            if case.shapes and "values" in graph:
                graph["shapes"] = run_traced(case, tf)["shapes"]
        write(path, {"format": 1, "tensorflow": tf.__version__, "cases": len(outcomes)}, outcomes)
        errors = sum("error" in outcome for outcome in outcomes.values())
        print(f"{family}: {len(outcomes)} cases, {errors} of them errors")


if __name__ == "__main__":
    main(sys.argv[1:])

"""Records what TensorFlow's tape gives for every case: ``python record_goldens.py`` where TensorFlow is installed."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import tensorflow as tf

sys.path.insert(0, str(Path(__file__).parent))
import gradient_cases

by_family: dict[str, dict[str, object]] = {}
failed = []
for case in gradient_cases.load():
    family = by_family.setdefault(case.family, {})
    if case.options.get("golden", True):
        try:
            family[str(case)] = gradient_cases.derivatives(case, tf, tf.GradientTape)
        except Exception as error:  # noqa: BLE001 - whatever it is, say for which case
            failed.append(f"{case}: {type(error).__name__}: {error}")
gradient_cases.GOLDENS.mkdir(exist_ok=True)
for family_name, results in by_family.items():
    lines = ",\n".join(f"{json.dumps(key)}: {json.dumps(value)}" for key, value in results.items())
    (gradient_cases.GOLDENS / f"{family_name}.json").write_text(f"{{\n{lines}\n}}\n")
sys.exit("\n".join(failed))

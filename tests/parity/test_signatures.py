"""Every public name that flowstone has, and TensorFlow too, has TensorFlow's parameters: names, order, kinds, defaults."""

from __future__ import annotations

import functools
import json
import re
from typing import Any

import flowstone
import pytest
from signatures import GOLDEN, UNKNOWN, constructor_of, text_of

UNLIKE: dict[str, str] = {
    r"^(dtypes\.)?DType$": "types are made by tf.as_dtype; the constructor is internal in both",
    r"^(Graph|Operation|test.Benchmark|data\.Iterator|types\.experimental\.\w+Function)$": "internal constructors",
    r"^(Tensor|Variable|RaggedTensor)\.__getitem__$": "TensorFlow's names for `self` and the key; nobody can pass them by name",
    r"^TensorArraySpec\.is_compatible_with$": "TensorFlow renames the parameter of its base class",
    r"^linalg\.LinearOperator\w+\.add_to_tensor$": "TensorFlow renames the parameter of its base class",
    r"^linalg\.LinearOperatorCirculant([23]D)?$": "the three share a constructor, which names them after their class",
    r"^types\.experimental\.FunctionType(\.\w+)?$": "TensorFlow's is an interface; this is the class that has it",
    r"^errors\.OpError$": "the code may be left out",
    r"set_loop_options$": "TensorFlow's defaults are a private marker for 'not given'",
    r"^data\.Dataset$": "the constructor of the base class is for implementations",
    r"^keras\.DTypePolicy$": "one more parameter, after TensorFlow's",
    r"^keras\.Optimizer$": "TensorFlow's forwards what it is given to the class that has these parameters",
    r"^saved_model\.LoadOptions$": "one more parameter, after TensorFlow's: file operations of a model need consent",
    r"^train\.TrackableView\.children$": "one machine's objects have the same children for all purposes",
}
"""Where flowstone differs on purpose: pattern of names -> reason."""

SIGNATURES: dict[str, str] = json.loads(GOLDEN.read_text())["signatures"]


@functools.cache
def found(name: str) -> Any:
    """What flowstone has under a name; None if nothing."""
    value: Any = flowstone
    for part in name.split("."):
        value = getattr(value, part, None)
        if value is None:
            return None
    return value


def compared() -> dict[str, str]:
    """The names that flowstone has."""
    return {name: text for name, text in SIGNATURES.items() if found(name) is not None}


def differences() -> dict[str, tuple[str, str]]:
    """Names with TensorFlow's parameters and flowstone's, where they differ."""
    differ = {}
    for name, expected in compared().items():
        value = found(name)
        constructor = isinstance(value, type) and expected.startswith("(self")
        got = constructor_of(value) if constructor else text_of(value)
        if got not in (expected, UNKNOWN):
            differ[name] = (expected, got)
    return differ


def test_there_is_much_to_compare() -> None:
    assert len(compared()) > 1000


def test_signatures() -> None:
    wrong = [
        f"tf.{name}\n    TensorFlow {expected}\n    flowstone  {got}"
        for name, (expected, got) in differences().items()
        if not any(re.search(pattern, name) for pattern in UNLIKE)
    ]
    if wrong:
        pytest.fail(f"{len(wrong)} of {len(compared())} signatures differ:\n" + "\n".join(wrong))


def test_exceptions_are_needed() -> None:
    names = list(differences())
    stale = [pattern for pattern in UNLIKE if not any(re.search(pattern, name) for name in names)]
    assert not stale

"""The schema of each of flowstone's ops against TensorFlow's own."""

from __future__ import annotations

from typing import Any

import pytest

pytest.importorskip("tensorflow", reason="parity needs TensorFlow: nox -s parity")

import tensorflow as tf  # noqa: F401 - registers the ops
from flowstone_core.op import REGISTRY
from flowstone_core.ops_index import FAMILY_OF
from flowstone_image.plugin import GRADIENTS as IMAGE
from flowstone_savedmodel.op_lookup import op_named
from flowstone_savedmodel.opdefs import op_def
from flowstone_savedmodel.plugin import MODULE_OF as SAVED_MODEL
from flowstone_signal.plugin import GRADIENTS as SIGNAL
from tensorflow.core.framework import op_def_pb2
from tensorflow.python.framework import op_def_registry

PARSING = ("ParseExampleV2", "ParseSequenceExampleV2")

pytestmark = pytest.mark.filterwarnings("ignore")


def described(message: Any) -> dict[str, Any]:
    """What must be equal of a schema: everything but texts and the order of allowed values."""
    found: dict[str, Any] = {
        "inputs": [str(each) for each in plain_arguments(message.input_arg)],
        "outputs": [str(each) for each in plain_arguments(message.output_arg)],
        "stateful": message.is_stateful,
    }
    for attr in message.attr:
        allowed = attr.allowed_values.list
        found[f"attr {attr.name}"] = (
            attr.type,
            str(attr.default_value) if attr.HasField("default_value") else None,
            attr.minimum if attr.has_minimum else None,
            sorted(set(allowed.type)) or sorted(set(allowed.s)),
        )
    return found


def plain_arguments(arguments: Any) -> list[Any]:
    plain = []
    for argument in arguments:
        copy = op_def_pb2.OpDef.ArgDef()
        copy.CopyFrom(argument)
        for field in ("description", "experimental_full_type", "is_ref"):
            copy.ClearField(field)
        plain.append(copy)
    return plain


@pytest.mark.parametrize("name", sorted([*PARSING, *FAMILY_OF, *IMAGE, *SAVED_MODEL, *SIGNAL]))
def test_schema(name: str) -> None:
    op_named(name)
    theirs = op_def_registry.get(name)
    assert theirs is not None, f"TensorFlow has no op {name}"
    ours = op_def_pb2.OpDef.FromString(op_def(REGISTRY[name]).SerializeToString())
    one, two = described(ours), described(theirs)
    different = {key: (one.get(key), two.get(key)) for key in one.keys() | two.keys() if one.get(key) != two.get(key)}
    assert not different

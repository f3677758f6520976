"""The functions of ``tf.raw_ops`` have TensorFlow's parameters."""

from __future__ import annotations

import json

import flowstone
import pytest
from signatures import GOLDEN, text_of

RAW_OPS: dict[str, str] = json.loads(GOLDEN.read_text())["raw_ops"]


@pytest.mark.parametrize("name", [name for name in dir(flowstone.raw_ops) if name in RAW_OPS])
def test_parameters(name: str) -> None:
    assert text_of(getattr(flowstone.raw_ops, name)) == RAW_OPS[name]

from __future__ import annotations

import numpy as np
import pytest
from flowstone_core.errors import InvalidArgumentError
from flowstone_data.parsing.json_examples import decode_json_example
from flowstone_protos.example_pb2 import Example
from google.protobuf import json_format


def test_examples_in_json() -> None:
    example = Example()
    example.features.feature["a"].int64_list.value.extend([1, -2])
    example.features.feature["b"].bytes_list.value.append(b"\xff")
    example.features.feature["c"].float_list.value.append(0.5)
    text = json_format.MessageToJson(example).encode()
    found = decode_json_example(np.array([[text, b"{}"]], object))
    assert found.shape == (1, 2)
    assert [Example.FromString(each) for each in np.asarray(found)[0]] == [example, Example()]


@pytest.mark.parametrize("text", [b"", b"{", b'{"nope": 1}', b"\xff"])
def test_what_is_no_example(text: bytes) -> None:
    with pytest.raises(InvalidArgumentError, match=r"element \[0\] is no tf.train.Example"):
        decode_json_example(np.array([text], object))

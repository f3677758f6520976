"""``StructuredValue`` messages."""

from __future__ import annotations

from collections import namedtuple
from typing import Any

import numpy as np
import pytest
from flowstone_core import dtypes
from flowstone_core.conversion import convert_to_tensor
from flowstone_core.errors import InvalidArgumentError
from flowstone_core.shapes import TensorShape
from flowstone_core.type_spec import BoundedTensorSpec, TensorSpec
from flowstone_core.variable_spec import VariableSpec
from flowstone_protos.struct_pb2 import (
    NamedTupleValue,
    NoneValue,
    PairValue,
    StructuredValue,
    TensorSpecProto,
    TypeSpecProto,
)
from flowstone_savedmodel.structure import decode_structure, encode_structure

Pair = namedtuple("Pair", "left right")


@pytest.mark.parametrize(
    "value",
    [
        None,
        True,
        -3,
        2.5,
        "text",
        [],
        (),
        {},
        [1, (None, {"a": [False]})],
        TensorShape(None),
        TensorShape([None, 3]),
        dtypes.bfloat16,
        TensorSpec([2, None], dtypes.int64, name="x"),
        BoundedTensorSpec([], dtypes.float32, 0, 1),
        VariableSpec([2], dtypes.float32, trainable=False),
        {"inputs": (TensorSpec([]), [TensorSpec([1])])},
    ],
)
def test_round_trip(value: Any) -> None:
    message = StructuredValue.FromString(encode_structure(value).SerializeToString())
    back = decode_structure(message)
    assert back == value
    assert type(back) is type(value)


def test_named_tuples() -> None:
    back = decode_structure(encode_structure(Pair(1, [TensorSpec([])])))
    assert type(back).__name__ == "Pair"
    assert back._fields == ("left", "right")
    assert back == (1, [TensorSpec([])])


def test_values() -> None:
    assert decode_structure(encode_structure(convert_to_tensor([1.0, 2.0]))).numpy().tolist() == [1, 2]
    assert decode_structure(encode_structure(np.arange(3))).tolist() == [0, 1, 2]
    assert decode_structure(StructuredValue()) is None


@pytest.mark.parametrize("value", [object(), {1: 2}, print, {"a": {1, 2}}])
def test_what_has_no_place(value: Any) -> None:
    with pytest.raises(TypeError, match="cannot be part of"):
        encode_structure(value)


def spec(**fields: Any) -> StructuredValue:
    return StructuredValue(type_spec_value=TypeSpecProto(**fields))


@pytest.mark.parametrize(
    "message",
    [
        StructuredValue(tensor_dtype_value=77),
        StructuredValue(tensor_spec_value=TensorSpecProto(dtype=0)),
        spec(type_spec_class=TypeSpecProto.REGISTERED_TYPE_SPEC, type_spec_class_name="os.system"),
        spec(type_spec_class=TypeSpecProto.VARIABLE_SPEC),
        spec(type_spec_class=TypeSpecProto.VARIABLE_SPEC, type_state=encode_structure((1, 2, 3, 4, 5, 6))),
        StructuredValue(named_tuple_value=NamedTupleValue(name="a b")),
        StructuredValue(
            named_tuple_value=NamedTupleValue(
                name="A", values=[PairValue(key="import", value=StructuredValue(none_value=NoneValue()))]
            )
        ),
        StructuredValue(named_tuple_value=NamedTupleValue(name="A", values=[PairValue(key="x"), PairValue(key="x")])),
    ],
)
def test_hostile_structures(message: StructuredValue) -> None:
    with pytest.raises(InvalidArgumentError, match="saved structure"):
        decode_structure(message)

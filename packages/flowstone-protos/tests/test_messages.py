from __future__ import annotations

import subprocess
import sys
from importlib import import_module
from pathlib import Path

import flowstone_protos
import pytest
from flowstone_protos import event_pb2, example_pb2, feature_pb2, plugin_data_pb2, tensor_pb2, types_pb2
from flowstone_protos._api import PUBLIC
from google.protobuf.message import DecodeError
from hypothesis import given
from hypothesis import strategies as st

MODULES = sorted(path.stem for path in Path(flowstone_protos.__file__).parent.glob("*_pb2.py"))


@pytest.mark.parametrize("name", MODULES)
def test_belongs_to_our_own_proto_packages(name: str) -> None:
    descriptor = import_module(f"flowstone_protos.{name}").DESCRIPTOR
    assert descriptor.name.startswith("flowstone_protos/")
    assert descriptor.package in {
        "flowstone.tensorflow",
        "flowstone.tensorflow.profiler",
        "flowstone.tensorboard",
    }


@pytest.mark.parametrize("name", MODULES)
def test_generated_code_loads_under_every_supported_runtime(name: str) -> None:
    text = Path(import_module(f"flowstone_protos.{name}").__file__ or "").read_text()
    assert "Protobuf Python Version: 5.26.1" in text
    assert "ValidateProtobufRuntimeVersion" not in text


@pytest.mark.parametrize("target", sorted(set(PUBLIC.values())))
def test_public_names_resolve(target: str) -> None:
    module, _, attribute = target.partition(":")
    assert getattr(import_module(module), attribute).DESCRIPTOR.name == attribute


def test_importing_the_package_imports_no_protobuf() -> None:
    code = "import sys, flowstone_protos, flowstone_protos._api; print('google.protobuf' in sys.modules)"
    assert subprocess.check_output([sys.executable, "-c", code], text=True).strip() == "False"


def test_an_example_has_tensorflows_bytes() -> None:
    feature = feature_pb2.Feature(int64_list=feature_pb2.Int64List(value=[1, 300]))
    example = example_pb2.Example(features=feature_pb2.Features(feature={"x": feature}))
    assert example.SerializeToString() == b"\n\x0e\n\x0c\n\x01x\x12\x07\x1a\x05\n\x03\x01\xac\x02"


def test_an_event_has_tensorflows_bytes() -> None:
    event = event_pb2.Event(wall_time=1.0, file_version="brain.Event:2")
    assert event.SerializeToString() == b"\x09\x00\x00\x00\x00\x00\x00\xf0?\x1a\rbrain.Event:2"


def test_names_of_nested_types_and_enums() -> None:
    assert plugin_data_pb2.AudioPluginData.Encoding.Value("WAV") == 11
    assert types_pb2.DataType.Name(types_pb2.DT_BFLOAT16) == "DT_BFLOAT16"
    assert tensor_pb2.TensorProto(dtype=types_pb2.DT_FLOAT).dtype == 1


def test_cut_bytes_are_an_error() -> None:
    data = example_pb2.Example(
        features=feature_pb2.Features(feature={"name": feature_pb2.Feature()})
    ).SerializeToString()
    with pytest.raises(DecodeError):
        example_pb2.Example.FromString(data[:-1])


@given(
    st.dictionaries(
        st.text(max_size=5),
        st.one_of(
            st.lists(st.binary(max_size=5)).map(
                lambda v: feature_pb2.Feature(bytes_list=feature_pb2.BytesList(value=v))
            ),
            st.lists(st.floats(width=32, allow_nan=False)).map(
                lambda v: feature_pb2.Feature(float_list=feature_pb2.FloatList(value=v))
            ),
            st.lists(st.integers(-(2**63), 2**63 - 1)).map(
                lambda v: feature_pb2.Feature(int64_list=feature_pb2.Int64List(value=v))
            ),
        ),
    )
)
def test_examples_round_trip(features: dict[str, feature_pb2.Feature]) -> None:
    example = example_pb2.Example(features=feature_pb2.Features(feature=features))
    assert example_pb2.Example.FromString(example.SerializeToString()) == example

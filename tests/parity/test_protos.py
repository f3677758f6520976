"""Every message of flowstone-protos against the descriptors of the real TensorFlow and TensorBoard."""

from __future__ import annotations

import random
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import flowstone_protos
import pytest
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
from google.protobuf.descriptor import Descriptor, EnumDescriptor, FieldDescriptor
from google.protobuf.message import Message

pytest.importorskip("tensorflow", reason="parity needs TensorFlow: nox -s parity")

THEIR_MODULES = (
    "tensorflow.core.framework.tensor_slice_pb2",
    "tensorflow.core.protobuf.fingerprint_pb2",
    "tensorflow.core.protobuf.saved_model_pb2",
    "tensorflow.core.protobuf.tensor_bundle_pb2",
    "tensorflow.core.protobuf.config_pb2",
    "tensorflow.core.util.event_pb2",
    "tensorflow.core.example.example_pb2",
    "tensorflow.python.training.checkpoint_state_pb2",
    "tensorflow.tsl.profiler.protobuf.xplane_pb2",
    "tensorboard.plugins.audio.plugin_data_pb2",
    "tensorboard.plugins.histogram.plugin_data_pb2",
    "tensorboard.plugins.image.plugin_data_pb2",
    "tensorboard.plugins.scalar.plugin_data_pb2",
    "tensorboard.plugins.text.plugin_data_pb2",
)
for _name in THEIR_MODULES:
    import_module(_name)


def walk(messages: dict[str, Descriptor]) -> Iterator[Descriptor]:
    for message in messages.values():
        yield message
        yield from walk(message.nested_types_by_name)


FILES = [
    import_module(f"flowstone_protos.{path.stem}").DESCRIPTOR
    for path in sorted(Path(flowstone_protos.__file__).parent.glob("*_pb2.py"))
]
MESSAGES = {m.full_name: m for file in FILES for m in walk(file.message_types_by_name)}
ENUMS = {e.full_name: e for file in FILES for e in file.enum_types_by_name.values()} | {
    e.full_name: e for m in MESSAGES.values() for e in m.enum_types
}


def theirs(name: str) -> str:
    return name.removeprefix("flowstone.")


def field_facts(field: FieldDescriptor) -> tuple[Any, ...]:
    kind = field.message_type or field.enum_type
    oneof = field.containing_oneof.name if field.containing_oneof else None
    repeated, packed = field.is_repeated, field.is_repeated and field.is_packed
    where = theirs(kind.full_name) if kind else None
    return (field.name, field.type, repeated, packed, field.has_presence, oneof, where)


def reserved(descriptor: Descriptor) -> tuple[Any, ...]:
    copy = descriptor_pb2.DescriptorProto()
    descriptor.CopyToProto(copy)
    return (sorted((r.start, r.end) for r in copy.reserved_range), sorted(copy.reserved_name))


def scalar(field: FieldDescriptor, rng: random.Random) -> Any:
    if field.enum_type:
        return rng.choice(field.enum_type.values).number
    match field.cpp_type:
        case FieldDescriptor.CPPTYPE_STRING:
            text = "".join(rng.choices("abcäλ", k=rng.randrange(4)))
            return text.encode() if field.type == FieldDescriptor.TYPE_BYTES else text
        case FieldDescriptor.CPPTYPE_BOOL:
            return rng.random() < 0.5
        case FieldDescriptor.CPPTYPE_FLOAT | FieldDescriptor.CPPTYPE_DOUBLE:
            return rng.randrange(-1000, 1000) / 8
        case FieldDescriptor.CPPTYPE_UINT32 | FieldDescriptor.CPPTYPE_UINT64:
            return rng.randrange(2**32)
        case _:
            return rng.randrange(-(2**31), 2**31)


def fill(message: Message, rng: random.Random, depth: int) -> None:
    """Sets every field (the last of a oneof wins), messages down to a depth."""
    for field in message.DESCRIPTOR.fields:
        value = getattr(message, field.name)
        if field.message_type is None:
            if field.is_repeated:
                value.extend(scalar(field, rng) for _ in range(rng.randrange(4)))
            else:
                setattr(message, field.name, scalar(field, rng))
        elif depth and field.message_type.GetOptions().map_entry:
            key, of = (field.message_type.fields_by_name[part] for part in ("key", "value"))
            if of.message_type:
                fill(value[scalar(key, rng)], rng, depth - 1)
            else:
                value[scalar(key, rng)] = scalar(of, rng)
        elif depth and field.is_repeated:
            for _ in range(rng.randrange(1, 3)):
                fill(value.add(), rng, depth - 1)
        elif depth:
            value.SetInParent()
            fill(value, rng, depth - 1)


@pytest.mark.parametrize("name", sorted(MESSAGES))
def test_message_has_tensorflows_fields(name: str) -> None:
    ours = MESSAGES[name]
    other = descriptor_pool.Default().FindMessageTypeByName(theirs(name))
    assert {f.number: field_facts(f) for f in ours.fields} == {f.number: field_facts(f) for f in other.fields}
    assert reserved(ours) == reserved(other)


@pytest.mark.parametrize("name", sorted(ENUMS))
def test_enum_has_tensorflows_values(name: str) -> None:
    ours: EnumDescriptor = ENUMS[name]
    other = descriptor_pool.Default().FindEnumTypeByName(theirs(name))
    assert {v.name: v.number for v in ours.values} == {v.name: v.number for v in other.values}


@pytest.mark.parametrize("name", sorted(MESSAGES))
def test_bytes_go_to_tensorflow_and_back(name: str) -> None:
    ours = message_factory.GetMessageClass(MESSAGES[name])
    other = message_factory.GetMessageClass(descriptor_pool.Default().FindMessageTypeByName(theirs(name)))
    for seed in range(3):
        message = ours()
        fill(message, random.Random(f"{name} {seed}"), depth=4)
        data = message.SerializeToString(deterministic=True)
        read = other.FromString(data)
        assert read.SerializeToString(deterministic=True) == data
        assert str(read) == str(message)
        assert ours.FromString(read.SerializeToString()) == message

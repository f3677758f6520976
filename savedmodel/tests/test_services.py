"""The services of this package, its names and its op schemas."""

from __future__ import annotations

from pathlib import Path

import pytest
from flowstone_core.interpreter import executing_eagerly
from flowstone_core.module import Module
from flowstone_core.op import REGISTRY
from flowstone_core.ops_index import FAMILY_OF
from flowstone_core.plugins import COMMANDS, find, resolve
from flowstone_core.services import GRAPH_EXPORT, MODEL_FILES, get_service
from flowstone_core.type_spec import TensorSpec
from flowstone_core.variable import Variable
from flowstone_graphfn.function import function
from flowstone_protos.op_def_pb2 import OpDef
from flowstone_savedmodel._api import PUBLIC
from flowstone_savedmodel.op_lookup import op_named
from flowstone_savedmodel.opdefs import op_def


def test_model_files(tmp_path: Path) -> None:
    files = get_service(MODEL_FILES)
    root = Module()
    root.v = Variable(2.0)
    double = function(lambda x: x * root.v, input_signature=[TensorSpec([], name="x")])
    files.save(root, str(tmp_path / "m"), {"double": double})
    assert float(files.load(str(tmp_path / "m")).signatures["double"](x=3.0)["output_0"]) == 6.0
    prefix = files.write_checkpoint(root, str(tmp_path / "ck"))
    root.v.assign(0.0)
    files.read_checkpoint(root, prefix).assert_consumed()
    assert float(root.v) == 2.0


def test_graph_export() -> None:
    concrete = function(lambda x: x * x).get_concrete_function(TensorSpec([None]))
    message = get_service(GRAPH_EXPORT).graph_def(concrete.graph)
    assert [node.op for node in message.node] == ["Placeholder", "Mul"]
    assert executing_eagerly()


def test_the_command_is_found() -> None:
    target = find(COMMANDS, "saved-model")
    assert target is not None
    assert callable(resolve(target))


@pytest.mark.parametrize("name", sorted(PUBLIC))
def test_public_names_exist(name: str) -> None:
    assert resolve(PUBLIC[name]) is not None


def test_every_op_of_core_has_a_schema_message() -> None:
    for name in FAMILY_OF:
        op_named(name)
    for op in REGISTRY.values():
        message = OpDef.FromString(op_def(op).SerializeToString())
        assert message.name == op.name
        assert [each.name for each in message.attr] == list(op.attrs)


def test_a_schema() -> None:
    message = op_def(op_named("MatMul"))
    assert [each.name for each in message.input_arg] == ["a", "b"]
    attrs = {each.name: each for each in message.attr}
    assert attrs["transpose_a"].type == "bool"
    assert attrs["transpose_a"].HasField("default_value")
    assert 1 in attrs["T"].allowed_values.list.type
    assert op_def(op_named("Pack")).attr[0].minimum == 1
    assert op_def(op_named("ReadVariableOp")).is_stateful

"""SavedModels that are damaged or mean harm: one clear error, nothing executed, nothing outside touched."""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flowstone_core.api import tf
from flowstone_core.asset import Asset
from flowstone_core.errors import (
    DataLossError,
    InvalidArgumentError,
    NotFoundError,
    OpError,
    PermissionDeniedError,
    UnimplementedError,
)
from flowstone_core.module import Module
from flowstone_core.type_spec import TensorSpec
from flowstone_core.variable import Variable
from flowstone_graphfn.function import function
from flowstone_protos.meta_graph_pb2 import MetaGraphDef
from flowstone_protos.saved_model_pb2 import SavedModel
from flowstone_protos.struct_pb2 import StructuredValue
from flowstone_savedmodel.loading import contains_saved_model, load
from flowstone_savedmodel.saving import save
from google.protobuf import text_format
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("original")
    (folder / "words.txt").write_text("words")
    root = Module()
    root.v = Variable([1.0, 2.0], name="v")
    root.items = [Variable(1), (Variable(2),)]
    root.words = Asset(folder / "words.txt")
    bias = tf.constant([3.0, 4.0])
    root.f = function(lambda x: {"y": x * root.v + bias}, input_signature=[TensorSpec([2], name="x")])
    root.path = function(lambda: root.words.asset_path).get_concrete_function()
    save(root, folder / "m")
    return folder / "m"


@pytest.fixture
def copy(original: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(original, tmp_path / "m"))


def change(folder: Path, edit: Callable[[MetaGraphDef], Any]) -> None:
    path = folder / "saved_model.pb"
    message = SavedModel.FromString(path.read_bytes())
    edit(message.meta_graphs[0])
    path.write_bytes(message.SerializeToString())


def node_of_kind(message: MetaGraphDef, kind: str) -> Any:
    return next(node for node in message.object_graph_def.nodes if node.WhichOneof("kind") == kind)


def test_the_original_is_fine(copy: Path) -> None:
    loaded = load(copy)
    assert loaded.f(tf.constant([1.0, 1.0]))["y"].numpy().tolist() == [4.0, 6.0]
    assert Path(loaded.path().numpy().decode()).read_text() == "words"


def test_there_is_no_model(tmp_path: Path) -> None:
    assert not contains_saved_model(tmp_path)
    with pytest.raises(OSError, match=r"SavedModel file does not exist at: .*saved_model.pb"):
        load(tmp_path)


@pytest.mark.parametrize("kept", [0, 1, 100, 1000])
def test_truncated_messages(copy: Path, kept: int) -> None:
    path = copy / "saved_model.pb"
    path.write_bytes(path.read_bytes()[:kept])
    with pytest.raises((OSError, ValueError, OpError)):
        load(copy)


def test_text_instead_of_bytes(copy: Path) -> None:
    path = copy / "saved_model.pb"
    message = SavedModel.FromString(path.read_bytes())
    path.unlink()
    (copy / "saved_model.pbtxt").write_text(text_format.MessageToString(message))
    assert load(copy).f(tf.constant([1.0, 1.0]))["y"].numpy().tolist() == [4.0, 6.0]
    (copy / "saved_model.pbtxt").write_text("meta_graphs { nonsense")
    with pytest.raises(OSError, match="Cannot parse file"):
        load(copy)


def test_missing_and_damaged_variables(copy: Path) -> None:
    data = copy / "variables" / "variables.data-00000-of-00001"
    whole = data.read_bytes()
    data.write_bytes(whole[:-1])
    with pytest.raises(DataLossError, match="cut short"):
        load(copy)
    data.write_bytes(bytes(byte ^ 1 for byte in whole))
    with pytest.raises(DataLossError, match="checksum"):
        load(copy)
    data.unlink()
    with pytest.raises(NotFoundError, match="variables"):
        load(copy)
    (copy / "variables" / "variables.index").unlink()
    with pytest.raises(NotFoundError, match="There is no checkpoint"):
        load(copy)


@pytest.mark.parametrize(
    "name", ["../words.txt", "/etc/passwd", "a/../../b", "", "..", "C:\\x", "a\\b", "a\0b", "inner/../../../m"]
)
def test_assets_outside_the_folder(copy: Path, name: str) -> None:
    change(copy, lambda message: setattr(message.asset_file_def[0], "filename", name))
    with pytest.raises(InvalidArgumentError, match="outside the model's folder"):
        load(copy)


def test_assets_through_links(copy: Path, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("secret")
    (copy / "assets" / "link").symlink_to(tmp_path)
    change(copy, lambda message: setattr(message.asset_file_def[0], "filename", "link/secret"))
    with pytest.raises(InvalidArgumentError, match="leads outside"):
        load(copy)


def add_function_node(op: str) -> Callable[[MetaGraphDef], None]:
    def edit(message: MetaGraphDef) -> None:
        for each in message.graph_def.library.function:
            each.node_def.add(name="sneaky", op=op)

    return edit


@pytest.mark.parametrize(
    ("op", "error"),
    [
        ("EagerPyFunc", PermissionDeniedError),
        ("WriteFile", PermissionDeniedError),
        ("ReadFile", PermissionDeniedError),
        ("RestoreV2", PermissionDeniedError),
        ("NoSuchOp", NotFoundError),
        ("Switch", UnimplementedError),
    ],
)
def test_ops_that_are_not_let_in(copy: Path, op: str, error: type[OpError]) -> None:
    change(copy, add_function_node(op))
    with pytest.raises(error, match=op):
        load(copy)


def edit_child(message: MetaGraphDef) -> None:
    message.object_graph_def.nodes[0].children[0].node_id = 999


def edit_negative_child(message: MetaGraphDef) -> None:
    message.object_graph_def.nodes[0].children[0].node_id = -1


def edit_bound(message: MetaGraphDef) -> None:
    for concrete in message.object_graph_def.concrete_functions.values():
        concrete.bound_inputs.append(0)


def edit_bound_away(message: MetaGraphDef) -> None:
    for concrete in message.object_graph_def.concrete_functions.values():
        del concrete.bound_inputs[:]


def edit_bound_swap(message: MetaGraphDef) -> None:
    for concrete in message.object_graph_def.concrete_functions.values():
        concrete.bound_inputs.reverse()


def edit_function_name(message: MetaGraphDef) -> None:
    node_of_kind(message, "function").function.concrete_functions[0] = "gone"


def edit_library(message: MetaGraphDef) -> None:
    del message.graph_def.library.function[:]


def edit_constant(message: MetaGraphDef) -> None:
    node_of_kind(message, "constant").constant.operation = "gone"


def edit_constant_size(message: MetaGraphDef) -> None:
    for node in message.graph_def.node:
        if node.op == "Const":
            node.attr["value"].tensor.tensor_shape.dim.add(size=1 << 50)


def edit_asset(message: MetaGraphDef) -> None:
    node_of_kind(message, "asset").asset.asset_file_def_index = 7


def edit_variable_type(message: MetaGraphDef) -> None:
    node_of_kind(message, "variable").variable.dtype = 99


def edit_variable_handle(message: MetaGraphDef) -> None:
    node_of_kind(message, "variable").variable.dtype = 20


def edit_variable_size(message: MetaGraphDef) -> None:
    shape = node_of_kind(message, "variable").variable.shape
    del shape.dim[:]
    shape.dim.add(size=1 << 62)
    shape.dim.add(size=1 << 62)


def edit_variable_size_somewhat(message: MetaGraphDef) -> None:
    node_of_kind(message, "variable").variable.shape.dim[0].size = 1 << 45  # never taken: the file has 2 elements


def edit_list(message: MetaGraphDef) -> None:
    for node in message.object_graph_def.nodes:
        if node.user_object.identifier == "trackable_list_wrapper":
            node.children[0].local_name = str(1 << 40)


def edit_list_name(message: MetaGraphDef) -> None:
    for node in message.object_graph_def.nodes:
        if node.user_object.identifier == "trackable_list_wrapper":
            node.children[0].local_name = "first"


def edit_tuple(message: MetaGraphDef) -> None:
    for number, node in enumerate(message.object_graph_def.nodes):
        if node.user_object.identifier == "trackable_tuple_wrapper":
            node.children[0].node_id = number


def edit_resource(message: MetaGraphDef) -> None:
    node_of_kind(message, "user_object").resource.device = "CPU"


def edit_arguments(message: MetaGraphDef) -> None:
    for concrete in message.object_graph_def.concrete_functions.values():
        concrete.canonicalized_input_signature.CopyFrom(StructuredValue(int64_value=3))


def edit_results(message: MetaGraphDef) -> None:
    for concrete in message.object_graph_def.concrete_functions.values():
        concrete.output_signature.Clear()


def edit_more_results(message: MetaGraphDef) -> None:
    for concrete in message.object_graph_def.concrete_functions.values():
        old = StructuredValue()
        old.CopyFrom(concrete.output_signature)
        concrete.output_signature.Clear()
        concrete.output_signature.list_value.values.extend([old, old])


def edit_parameters(message: MetaGraphDef) -> None:
    node_of_kind(message, "function").function.function_spec.fullargspec.CopyFrom(StructuredValue(int64_value=3))


def edit_no_objects(message: MetaGraphDef) -> None:
    del message.object_graph_def.nodes[:]


@pytest.mark.parametrize("edit", [each for name, each in sorted(globals().items()) if name.startswith("edit_")])
def test_hostile_object_graphs(copy: Path, edit: Callable[[MetaGraphDef], None]) -> None:
    change(copy, edit)
    with pytest.raises((OpError, ValueError)) as caught:
        load(copy)
    assert len(str(caught.value)) > 20


@pytest.mark.parametrize(
    "name", ["__class__", "__dict__", "_trackable_children", "__init__", "_attach", "__setattr__", "_pending_children"]
)
def test_names_of_attributes_do_no_harm(copy: Path, name: str) -> None:
    def edit(message: MetaGraphDef) -> None:
        for child in message.object_graph_def.nodes[0].children:
            if child.local_name in ("v", "items"):
                child.local_name = name if child.local_name == "v" else "items"

    change(copy, edit)
    try:
        loaded = load(copy)
    except (OpError, AssertionError):
        return
    assert type(loaded).__name__ == "RestoredObject"
    assert loaded._trackable_children()


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(position=st.integers(0, 1 << 30), bit=st.integers(0, 7))
def test_flipped_bits(original: Path, tmp_path: Path, position: int, bit: int) -> None:
    copy = tmp_path / "flipped"
    shutil.copytree(original, copy, dirs_exist_ok=True)
    path = copy / "saved_model.pb"
    content = bytearray(path.read_bytes())
    content[position % len(content)] ^= 1 << bit
    path.write_bytes(bytes(content))
    with contextlib.suppress(OpError, OSError, ValueError, AssertionError):  # anything else would be a fault of ours
        load(copy)


def test_nothing_was_written(original: Path) -> None:
    assert sorted(os.listdir(original)) == ["assets", "fingerprint.pb", "saved_model.pb", "variables"]

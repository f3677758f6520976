"""Tables in saved models and checkpoints."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from flowstone_core import dtypes
from flowstone_core.conversion import constant
from flowstone_core.errors import DataLossError, InvalidArgumentError, PermissionDeniedError
from flowstone_core.lookup.initializers import KeyValueTensorInitializer, TextFileInitializer
from flowstone_core.lookup.mutable import MutableHashTable
from flowstone_core.lookup.static import StaticHashTable, StaticVocabularyTable
from flowstone_core.module import Module
from flowstone_core.type_spec import TensorSpec
from flowstone_graphfn.function import function
from flowstone_protos.function_pb2 import FunctionDef
from flowstone_protos.meta_graph_pb2 import MetaGraphDef
from flowstone_protos.saved_model_pb2 import SavedModel
from flowstone_protos.types_pb2 import DT_STRING
from flowstone_savedmodel.checkpoint.checkpoint import Checkpoint
from flowstone_savedmodel.loading import load
from flowstone_savedmodel.options import LoadOptions
from flowstone_savedmodel.resources import RestoredResource
from flowstone_savedmodel.saving import save

KEYS = np.array([b"a", b"c", b"new"], object)


class Tables(Module):
    def __init__(self, folder: Path) -> None:
        super().__init__()
        (folder / "words.txt").write_text("a\nb\nc\n")
        words = TextFileInitializer(str(folder / "words.txt"), dtypes.string, -2, dtypes.int64, -1)
        self.words = StaticVocabularyTable(words, 1)
        self.pairs = StaticHashTable(KeyValueTensorInitializer(["a"], [7]), 0)
        self.grown = MutableHashTable(dtypes.string, dtypes.int64, -1)
        self.grown.insert(["new"], [9])

    @function(input_signature=[TensorSpec([None], dtypes.string)])
    def __call__(self, keys: Any) -> Any:
        return self.words.lookup(keys), self.pairs.lookup(keys), self.grown.lookup(keys)


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    save(Tables(tmp_path), tmp_path / "m")
    (tmp_path / "words.txt").unlink()
    return tmp_path / "m"


def answers(model: Any) -> list[Any]:
    return [each.numpy().tolist() for each in model(constant(KEYS))]


def change(folder: Path, edit: Callable[[MetaGraphDef], Any]) -> None:
    path = folder / "saved_model.pb"
    message = SavedModel.FromString(path.read_bytes())
    edit(message.meta_graphs[0])
    path.write_bytes(message.SerializeToString())


def filler(message: MetaGraphDef) -> FunctionDef:
    """The function that reads the vocabulary."""
    for each in message.graph_def.library.function:
        if any(node.op == "InitializeTableFromTextFileV2" for node in each.node_def):
            return each
    raise AssertionError("there is none")


def test_saved_loaded_saved_and_loaded(saved: Path, tmp_path: Path) -> None:
    expected = [[0, 2, 3], [7, 0, 0], [-1, -1, 9]]
    loaded = load(saved)
    assert answers(loaded) == expected
    assert isinstance(loaded.words, RestoredResource)
    save(loaded, tmp_path / "again")
    assert answers(load(tmp_path / "again")) == expected
    assert answers(load(tmp_path / "again", options=LoadOptions(experimental_allow_file_ops=True))) == expected


def test_each_load_has_tables_of_its_own(saved: Path) -> None:
    one, two = load(saved), load(saved)
    Checkpoint(grown=one.grown).restore(Checkpoint(grown=_grown({"a": 1})).save(str(saved.parent / "ck")))
    assert answers(one)[2] == [1, -1, -1]
    assert answers(two)[2] == [-1, -1, 9]


def _grown(pairs: dict[str, int]) -> MutableHashTable:
    table = MutableHashTable(dtypes.string, dtypes.int64, -1)
    table.insert(list(pairs), list(pairs.values()))
    return table


def test_checkpoints_replace_what_is_there(tmp_path: Path) -> None:
    path = Checkpoint(t=_grown({"a": 1, "b": 2})).save(str(tmp_path / "ck"))
    table = _grown({"c": 3})
    Checkpoint(t=table).restore(path).assert_consumed()
    assert table.lookup(constant(["a", "b", "c"])).numpy().tolist() == [1, 2, -1]


def test_a_part_is_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = Checkpoint(t=_grown({"a": 1})).save(str(tmp_path / "ck"))
    monkeypatch.setattr("flowstone_savedmodel.checkpoint.bundle_reader.BundleReader.names", lambda self: [])
    with pytest.raises(DataLossError, match="lacks t/.ATTRIBUTES/table"):
        Checkpoint(t=_grown({})).restore(path)


def read_a_constant(message: MetaGraphDef) -> None:
    each = filler(message)
    secret = each.node_def.add(name="secret", op="Const")
    secret.attr["dtype"].type = DT_STRING
    secret.attr["value"].tensor.dtype = DT_STRING
    secret.attr["value"].tensor.tensor_shape.SetInParent()
    secret.attr["value"].tensor.string_val.append(b"/etc/passwd")
    node = next(node for node in each.node_def if node.op == "InitializeTableFromTextFileV2")
    node.input[1] = "secret:output:0"


def read_when_called(message: MetaGraphDef) -> None:
    """Another function calls the one that fills the table, with a file of its own choice."""
    name = filler(message).signature.name
    for each in message.graph_def.library.function:
        if each.signature.name != name:
            call = each.node_def.add(name="sneaky", op="StatefulPartitionedCall")
            call.attr["f"].func.name = name


def read_in_any_function(message: MetaGraphDef) -> None:
    for each in message.graph_def.library.function:
        each.node_def.add(name="sneaky", op="InitializeTableFromTextFileV2", input=["x", "y"])


@pytest.mark.parametrize("edit", [read_a_constant, read_when_called, read_in_any_function])
def test_only_assets_are_read(saved: Path, edit: Callable[[MetaGraphDef], None]) -> None:
    change(saved, edit)
    with pytest.raises(PermissionDeniedError):
        load(saved)


def test_loading_prints_nothing(saved: Path) -> None:
    def edit(message: MetaGraphDef) -> None:
        node = filler(message).node_def.add(name="sneaky", op="PrintV2", input=["text:output:0"])
        node.attr["output_stream"].s = b"stderr"
        text = filler(message).node_def.add(name="text", op="Const")
        text.attr["dtype"].type = DT_STRING
        text.attr["value"].tensor.dtype = DT_STRING
        text.attr["value"].tensor.tensor_shape.SetInParent()
        text.attr["value"].tensor.string_val.append(b"gotcha")

    change(saved, edit)
    with pytest.raises(PermissionDeniedError, match="PrintV2 while the model is loaded"):
        load(saved)


def test_a_resource_that_nobody_makes(saved: Path) -> None:
    def edit(message: MetaGraphDef) -> None:
        for node in message.object_graph_def.nodes:
            if node.HasField("resource"):
                del node.children[:]

    change(saved, edit)
    with pytest.raises(InvalidArgumentError, match="no function that makes it"):
        load(saved)

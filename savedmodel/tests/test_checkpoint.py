"""``tf.train.Checkpoint``: what is saved, what comes back, and what is said when something does not fit."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from flowstone_core import dtypes
from flowstone_core.conversion import convert_to_tensor
from flowstone_core.errors import DataLossError, InvalidArgumentError, NotFoundError, PermissionDeniedError
from flowstone_core.module import Module
from flowstone_core.trackable import Trackable
from flowstone_core.variable import Variable
from flowstone_savedmodel.checkpoint.bundle_reader import BundleReader
from flowstone_savedmodel.checkpoint.bundle_writer import writing_bundle
from flowstone_savedmodel.checkpoint.checkpoint import Checkpoint
from flowstone_savedmodel.checkpoint.options import CheckpointOptions
from flowstone_savedmodel.checkpoint.reader import list_variables, load_checkpoint, load_variable
from flowstone_savedmodel.checkpoint.state import latest_checkpoint

GOLDEN = Path(__file__).parent / "golden" / "checkpoints"


class Linear(Module):
    def __init__(self, value: float = 1.0) -> None:
        super().__init__()
        self.w = Variable([[value, value]], name="w")


class Lazy(Module):
    def build(self) -> None:
        self.inner = Linear(0.0)


def values(root: Module) -> list[Any]:
    return [variable.numpy().tolist() for variable in root.variables]


def test_save_numbers_and_notes_the_latest(tmp_path: Path) -> None:
    checkpoint = Checkpoint(model=Linear())
    paths = [checkpoint.save(tmp_path / "deep" / "ck") for _ in range(2)]
    assert paths == [str(tmp_path / "deep" / f"ck-{number}") for number in (1, 2)]
    assert latest_checkpoint(tmp_path / "deep") == paths[1]
    assert (tmp_path / "deep" / "checkpoint").read_text().count('"ck-2"') == 2
    assert list_variables(paths[1]) == [
        ("_CHECKPOINTABLE_OBJECT_GRAPH", []),
        ("model/w/.ATTRIBUTES/VARIABLE_VALUE", [1, 2]),
        ("save_counter/.ATTRIBUTES/VARIABLE_VALUE", []),
    ]
    assert load_variable(tmp_path / "deep", "save_counter/.ATTRIBUTES/VARIABLE_VALUE") == 2


def test_restore_brings_values_back(tmp_path: Path) -> None:
    path = Checkpoint(model=Linear(3.0), step=Variable(7, dtype=dtypes.int64)).save(tmp_path / "ck")
    model, step = Linear(), Variable(0, dtype=dtypes.int64)
    checkpoint = Checkpoint(model=model, step=step)
    checkpoint.restore(path).assert_consumed().assert_existing_objects_matched().assert_nontrivial_match()
    assert model.w.numpy().tolist() == [[3.0, 3.0]]
    assert int(step) == 7
    assert int(checkpoint.save_counter) == 1
    assert checkpoint.save(tmp_path / "ck").endswith("ck-2")


def test_root_and_names_share_one_level(tmp_path: Path) -> None:
    model = Linear(2.0)
    path = Checkpoint(model, extra=Variable(5)).save(tmp_path / "ck")
    keys = [name for name, _ in list_variables(path)]
    assert keys[1:] == [f"{name}/.ATTRIBUTES/VARIABLE_VALUE" for name in ("extra", "save_counter", "w")]
    other = Linear()
    Checkpoint(other).restore(path).assert_existing_objects_matched()
    assert values(other) == [[[2.0, 2.0]]]
    with pytest.raises(ValueError, match=r"root\.w already exists"):
        Checkpoint(model, w=Variable(1))


def test_deferred_restoration(tmp_path: Path) -> None:
    saved = Lazy()
    saved.build()
    saved.inner.w.assign([[4.0, 5.0]])
    path = Checkpoint(model=saved).save(tmp_path / "ck")
    model = Lazy()
    status = Checkpoint(model=model).restore(path)
    with pytest.raises(AssertionError, match=r"Unresolved object in checkpoint \(root\)\.model\.inner\.w"):
        status.assert_consumed()
    model.build()
    assert model.inner.w.numpy().tolist() == [[4.0, 5.0]]
    status.assert_consumed()


def test_objects_made_later_in_lists_are_found_when_asked(tmp_path: Path) -> None:
    path = Checkpoint(layers=[Linear(1.0), Linear(2.0)]).write(tmp_path / "ck")
    layers: list[Linear] = []
    status = Checkpoint(layers=layers).read(path)
    layers += [Linear(0.0), Linear(0.0)]
    status.assert_consumed()
    assert [layer.w.numpy()[0, 0] for layer in layers] == [1.0, 2.0]


def test_containers_and_odd_names(tmp_path: Path) -> None:
    root = Module()
    root.table = {"a/b.c": Variable(1), "plain": (Variable(2), Variable([b"x", b"yz"]))}
    path = Checkpoint(root=root).write(tmp_path / "ck")
    assert [name for name, _ in list_variables(path)][1:] == [
        "table/a.Sb..c/.ATTRIBUTES/VARIABLE_VALUE",
        "table/plain/0/.ATTRIBUTES/VARIABLE_VALUE",
        "table/plain/1/.ATTRIBUTES/VARIABLE_VALUE",
    ]
    other = Module()
    other.table = {"a/b.c": Variable(0), "plain": (Variable(0), Variable([b"", b""]))}
    Checkpoint(root=other).read(path).assert_consumed()
    assert other.table["plain"][1].numpy().tolist() == [b"x", b"yz"]


def test_shared_objects_are_saved_once(tmp_path: Path) -> None:
    shared = Linear(9.0)
    path = Checkpoint(one=shared, two=[shared]).write(tmp_path / "ck")
    assert len(list_variables(path)) == 2
    one, two = Linear(), Linear()
    Checkpoint(one=one, two=[two]).read(path).expect_partial()
    assert values(one) == [[[9.0, 9.0]]]


def test_cycles(tmp_path: Path) -> None:
    model = Linear(6.0)
    model.myself = model
    path = Checkpoint(model=model).write(tmp_path / "ck")
    other = Linear()
    other.myself = other
    Checkpoint(model=other).read(path).assert_consumed()
    assert values(other) == [[[6.0, 6.0]]]


def test_unmatched_live_objects(tmp_path: Path) -> None:
    path = Checkpoint(v=Variable(1.0)).write(tmp_path / "ck")
    with pytest.raises(AssertionError, match=r"Found 1 Python objects .*Variable"):
        Checkpoint(v=Variable(0.0), more=Variable(2)).read(path).assert_existing_objects_matched()
    Checkpoint(v=Variable(0.0), more=Module(), empty=[]).read(path).assert_existing_objects_matched()
    with pytest.raises(AssertionError, match="Nothing except the root"):
        Checkpoint(z=Variable(0.0)).read(path).assert_nontrivial_match()
    with pytest.raises(AssertionError, match="Nothing to load"):
        Checkpoint().read(path).assert_nontrivial_match()
    with pytest.raises(AssertionError, match="Unused attributes"):
        Checkpoint(v=Module()).read(path).assert_consumed()


def test_shapes_and_types_must_fit(tmp_path: Path) -> None:
    path = Checkpoint(v=Variable(1.0)).write(tmp_path / "ck")
    with pytest.raises(ValueError, match="hape"):
        Checkpoint(v=Variable([1.0, 2.0])).read(path)
    with pytest.raises(InvalidArgumentError, match="expected dtype int32 does not equal original dtype float32"):
        Checkpoint(v=Variable(1)).read(path)


def test_restore_nothing() -> None:
    status = Checkpoint(v=Variable(1.0)).restore(None)
    status.initialize_or_restore()
    assert status.expect_partial() is status
    with pytest.raises(AssertionError, match="nothing is being restored"):
        status.assert_consumed()


@pytest.mark.parametrize("value", [3, None, (2,), "text"])
def test_what_is_not_trackable(value: object) -> None:
    with pytest.raises(ValueError, match="expecting thing to be a trackable object"):
        Checkpoint(thing=value)


def test_missing_checkpoints(tmp_path: Path) -> None:
    checkpoint = Checkpoint(v=Variable(1.0))
    with pytest.raises(NotFoundError, match="There is no checkpoint"):
        checkpoint.read(tmp_path / "none")
    with pytest.raises(NotFoundError, match="missing the checkpoint suffix"):
        checkpoint.restore(tmp_path / "none")
    with pytest.raises(ValueError, match="Couldn't find 'checkpoint' file"):
        load_checkpoint(tmp_path)


def test_a_truncated_checkpoint_changes_nothing_it_cannot_read(tmp_path: Path) -> None:
    path = Checkpoint(v=Variable([1.0, 2.0])).write(tmp_path / "ck")
    data = tmp_path / "ck.data-00000-of-00001"
    data.write_bytes(data.read_bytes()[:4])
    v = Variable([0.0, 0.0])
    with pytest.raises(DataLossError, match="cut short"):
        Checkpoint(v=v).read(path)
    assert v.numpy().tolist() == [0.0, 0.0]


@pytest.mark.parametrize("stored", [b"\xff\xff", b"\x0a\x06\x0a\x04\x08\x63\x12\x00"])
def test_a_damaged_object_graph(tmp_path: Path, stored: bytes) -> None:
    array = np.empty((), np.object_)
    array[()] = stored
    with writing_bundle(str(tmp_path / "ck")) as bundle:
        bundle.add("_CHECKPOINTABLE_OBJECT_GRAPH", array, dtypes.string)
    with pytest.raises(DataLossError, match="object graph"):
        Checkpoint(v=Variable(1.0)).read(tmp_path / "ck")


def test_an_unwritable_folder_leaves_the_old_checkpoint(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    v = Variable(1.0)
    path = Checkpoint(v=v).write(tmp_path / "ck")
    v.assign(2.0)

    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied", "ck")

    with monkeypatch.context() as patched:
        patched.setattr(os, "replace", refuse)
        with pytest.raises(PermissionDeniedError, match="write the checkpoint"):
            Checkpoint(v=v).write(tmp_path / "ck")
    assert sorted(each.name for each in tmp_path.iterdir()) == ["ck.data-00000-of-00001", "ck.index"]
    Checkpoint(v=v).read(path).assert_consumed()
    assert float(v) == 1.0


def test_objects_with_python_state_join(tmp_path: Path) -> None:
    class Position(Trackable):
        def __init__(self, value: bytes) -> None:
            self.value = value

        def _serialize_to_tensors(self) -> dict[str, Any]:
            return {"position": convert_to_tensor(self.value)}

        def _restore_from_tensors(self, restored: Any) -> None:
            self.value = restored["position"].numpy()

    path = Checkpoint(iterator=Position(b"at 12")).write(tmp_path / "ck")
    assert BundleReader(path).names()[1] == "iterator/.ATTRIBUTES/position"
    other = Position(b"")
    Checkpoint(iterator=other).read(path).assert_consumed()
    assert other.value == b"at 12"


def test_checkpoints_without_an_object_graph_match_by_name(tmp_path: Path) -> None:
    with writing_bundle(str(tmp_path / "ck")) as bundle:
        bundle.add("w", np.array([[5.0, 6.0]], np.float32), dtypes.float32)
        bundle.add("other", np.array(1.0, np.float32), dtypes.float32)
    model = Linear()
    status = Checkpoint(model=model).restore(tmp_path / "ck")
    status.assert_existing_objects_matched().assert_nontrivial_match()
    assert values(model) == [[[5.0, 6.0]]]
    with pytest.raises(AssertionError, match="other"):
        status.assert_consumed()
    with pytest.raises(AssertionError, match="do not have a value"):
        Checkpoint(v=Variable(1.0, name="v")).read(tmp_path / "ck").assert_existing_objects_matched()


def test_write_callbacks(tmp_path: Path) -> None:
    seen: list[str] = []
    options = CheckpointOptions(experimental_write_callbacks=[seen.append, lambda: seen.append("done")])
    path = Checkpoint(v=Variable(1.0)).save(tmp_path / "ck", options)
    assert seen == [path, "done"]


def test_relative_paths(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    checkpoint = Checkpoint(v=Variable(1.0))
    assert checkpoint.save("ck") == "ck-1"
    assert latest_checkpoint("") == "ck-1"
    assert latest_checkpoint(".") == "./ck-1"
    assert checkpoint.save("sub/ck") == "sub/ck-2"
    assert latest_checkpoint("sub") == "sub/ck-2"


def test_a_checkpoint_of_tensorflow(tmp_path: Path) -> None:
    root = Module()
    root.w = Variable(np.zeros((2, 3), np.float32))
    root.parts = [Variable(0), Variable([b"", b""])]
    root.d = {"x.y/z": Variable(False)}
    root.t = (Variable(0.0, dtype=dtypes.bfloat16),)
    step = Variable(0, dtype=dtypes.int64)
    checkpoint = Checkpoint(model=root, step=step)
    checkpoint.restore(latest_checkpoint(GOLDEN)).assert_consumed()
    assert root.w.numpy().tolist() == [[0, 1, 2], [3, 4, 5]]
    assert root.parts[1].numpy().tolist() == [b"a", b"bcd"]
    assert bool(root.d["x.y/z"])
    assert float(root.t[0]) == 1.5
    assert (int(step), int(checkpoint.save_counter)) == (3, 1)
    written = Path(checkpoint.write(tmp_path / "ck-1") + ".index").read_bytes()
    assert BundleReader(str(tmp_path / "ck-1")).names() == BundleReader(str(GOLDEN / "ck-1")).names()
    assert len(written) == len((GOLDEN / "ck-1.index").read_bytes())

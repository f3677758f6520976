"""flowstone's checkpoints against those of the real TensorFlow, in both directions."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("tensorflow", reason="parity needs TensorFlow: nox -s parity")

import flowstone as fs
import tensorflow as tf
from tensorflow.core.protobuf import trackable_object_graph_pb2

pytestmark = pytest.mark.filterwarnings("ignore")

DTYPES = [
    "float16",
    "float32",
    "float64",
    "bfloat16",
    "int8",
    "int16",
    "int32",
    "int64",
    "uint8",
    "uint16",
    "uint32",
    "uint64",
    "complex64",
    "complex128",
    "bool",
]
BOTH = pytest.mark.parametrize(("writer", "reader"), [(fs, tf), (tf, fs)], ids=["ours-to-theirs", "theirs-to-ours"])


def make(t: Any, scale: float) -> Any:
    """A module with values in every place where one can be."""

    class Inner(t.Module):
        def __init__(self, value: float) -> None:
            super().__init__()
            self.w = t.Variable([[value, value + 1]], name="weights")

    class Root(t.Module):
        def __init__(self) -> None:
            super().__init__(name="root")
            self.inner = Inner(scale)
            self.again = self.inner
            self.layers = [Inner(2 * scale), Inner(3 * scale)]
            self.table = {"a/b.c": t.Variable(scale), "d": (t.Variable([b"x", b"yz" * 200]), t.Variable(5))}
            self.typed = [t.Variable(t.cast(t.constant([0, 1]), name), name=name) for name in DTYPES]
            self.empty = t.Variable(t.zeros([0, 3]))
            self.scalar = t.Variable(np.int64(scale))

    return Root()


def values(root: Any) -> list[Any]:
    return [np.asarray(variable.numpy()).tolist() for variable in root.variables]


@BOTH
def test_restored_by_the_other(tmp_path: Path, writer: Any, reader: Any) -> None:
    saved, fresh = make(writer, 7.0), make(reader, 0.0)
    source = writer.train.Checkpoint(root=saved, extra=writer.Variable(3.0))
    source.save(str(tmp_path / "ck"))
    path = source.save(str(tmp_path / "ck"))
    target = reader.train.Checkpoint(root=fresh, extra=reader.Variable(0.0))
    target.restore(reader.train.latest_checkpoint(str(tmp_path))).assert_consumed()
    assert reader.train.latest_checkpoint(str(tmp_path)) == path
    assert values(fresh) == values(saved)
    assert float(target.extra) == 3.0
    assert int(target.save_counter) == 2


def tables(t: Any, keys: list[str]) -> Any:
    module = t.Module()
    module.grown = t.lookup.experimental.MutableHashTable(t.string, t.int64, -1)
    module.dense = t.lookup.experimental.DenseHashTable(t.string, t.float32, [0.0, 0.0], "", "$", initial_num_buckets=4)
    module.other = t.lookup.experimental.MutableHashTable(t.string, t.int64, -1, checkpoint=False)
    module.grown.insert(keys, t.range(len(keys), dtype=t.int64))
    module.dense.insert(keys, t.ones([len(keys), 2]))
    module.other.insert(keys, t.range(len(keys), dtype=t.int64))
    return module


@BOTH
def test_tables_restored_by_the_other(tmp_path: Path, writer: Any, reader: Any) -> None:
    keys = [f"key {number}" for number in range(20)]
    path = writer.train.Checkpoint(m=tables(writer, keys)).write(str(tmp_path / "ck"))
    fresh = tables(reader, ["other"])
    reader.train.Checkpoint(m=fresh).read(path).assert_existing_objects_matched()
    wanted = reader.constant([*keys, "other"])
    assert fresh.grown.lookup(wanted).numpy().tolist() == [*range(20), -1]
    assert fresh.dense.lookup(wanted).numpy().tolist() == [[1.0, 1.0]] * 20 + [[0.0, 0.0]]
    assert fresh.other.size().numpy() == 20
    names = {name for name, _ in reader.train.list_variables(path)}
    assert names == {name for name, _ in writer.train.list_variables(path)}
    assert "m/grown/.ATTRIBUTES/table-keys" in names


@BOTH
def test_deferred_restoration(tmp_path: Path, writer: Any, reader: Any) -> None:
    path = writer.train.Checkpoint(model=make(writer, 4.0)).write(str(tmp_path / "ck"))
    model = reader.Module()
    reader.train.Checkpoint(model=model).read(path)
    model.inner = reader.Module()
    model.inner.w = reader.Variable([[0.0, 0.0]])
    assert model.inner.w.numpy().tolist() == [[4.0, 5.0]]


@BOTH
def test_read_by_name(tmp_path: Path, writer: Any, reader: Any) -> None:
    saved = make(writer, 2.0)
    path = writer.train.Checkpoint(model=saved).write(str(tmp_path / "ck"))
    ours, theirs = (t.train.list_variables(path) for t in (reader, writer))
    assert ours == theirs
    both = [t.train.load_checkpoint(path) for t in (reader, writer)]
    for name, _ in ours:
        one, two = (each.get_tensor(name) for each in both)
        assert type(one) is type(two)
        assert np.asarray(one).dtype == np.asarray(two).dtype
        assert np.asarray(one).tolist() == np.asarray(two).tolist()
    maps = [each.get_variable_to_dtype_map() for each in both]
    assert {name: dtype.name for name, dtype in maps[0].items()} == {n: dtype.name for n, dtype in maps[1].items()}
    assert both[0].get_variable_to_shape_map() == both[1].get_variable_to_shape_map()
    one, two = (t.train.load_variable(path, ours[1][0]) for t in (reader, writer))
    assert one.tolist() == two.tolist()


def test_the_files_are_equal(tmp_path: Path) -> None:
    for name, t in (("theirs", tf), ("ours", fs)):
        (tmp_path / name).mkdir()
        t.train.Checkpoint(model=make(t, 1.0), step=t.Variable(3)).save(str(tmp_path / name / "ck"))
    graphs = []
    for name in ("theirs", "ours"):
        stored = tf.train.load_variable(str(tmp_path / name / "ck-1"), "_CHECKPOINTABLE_OBJECT_GRAPH")
        graphs.append(trackable_object_graph_pb2.TrackableObjectGraph.FromString(stored))
    assert str(graphs[0]) == str(graphs[1])
    files = sorted(path.name for path in (tmp_path / "theirs").iterdir())
    assert files == sorted(path.name for path in (tmp_path / "ours").iterdir())
    for file in files:
        assert (tmp_path / "ours" / file).read_bytes() == (tmp_path / "theirs" / file).read_bytes(), file


def test_managers_keep_the_same(tmp_path: Path) -> None:
    states = []
    for name, t in (("theirs", tf), ("ours", fs)):
        v = t.Variable(0.0)
        manager = t.train.CheckpointManager(t.train.Checkpoint(v=v), str(tmp_path / name), max_to_keep=2)
        for _ in range(4):
            manager.save()
        again = t.train.CheckpointManager(t.train.Checkpoint(v=v), str(tmp_path / name), max_to_keep=3)
        restored = again.restore_or_initialize()
        again.save()
        text = re.sub(r"\d{9,}\.?\d*", "TIME", (tmp_path / name / "checkpoint").read_text())
        kept = sorted(path.name for path in (tmp_path / name).iterdir())
        states.append((text, kept, [Path(path).name for path in again.checkpoints], Path(str(restored)).name))
    assert states[0] == states[1]


@BOTH
def test_managers_go_on_with_the_others_folder(tmp_path: Path, writer: Any, reader: Any) -> None:
    writer.train.CheckpointManager(writer.train.Checkpoint(v=writer.Variable(5.0)), str(tmp_path), 3).save()
    v = reader.Variable(0.0)
    manager = reader.train.CheckpointManager(reader.train.Checkpoint(v=v), str(tmp_path), 3)
    assert Path(manager.restore_or_initialize()).name == "ckpt-1"
    assert float(v) == 5.0
    assert Path(manager.save()).name == "ckpt-2"


def attempt(t: Any, mistake: Callable[[Any, Path], Any], folder: Path) -> str:
    try:
        mistake(t, folder)
    except Exception as error:  # noqa: BLE001 - its type is what is compared
        return type(error).__name__
    return "no error"


def damaged(t: Any, folder: Path, suffix: str, kept: int) -> str:
    path: str = t.train.Checkpoint(v=t.Variable([1.0, 2.0])).write(str(folder / "ck"))
    file = Path(path + suffix)
    file.write_bytes(file.read_bytes()[:kept])
    return path


MISTAKES: dict[str, Callable[[Any, Path], Any]] = {
    "no checkpoint to read": lambda t, folder: t.train.Checkpoint().read(str(folder / "none")),
    "no checkpoint to restore": lambda t, folder: t.train.Checkpoint().restore(str(folder / "none")),
    "no checkpoint to load": lambda t, folder: t.train.load_checkpoint(str(folder / "none")),
    "an empty folder": lambda t, folder: t.train.load_checkpoint(str(folder)),
    "nothing restored": lambda t, folder: t.train.Checkpoint().restore(None).assert_consumed(),
    "not trackable": lambda t, folder: t.train.Checkpoint(v=3),
    "root not trackable": lambda t, folder: t.train.Checkpoint(root=3),
    "a wrong shape": lambda t, folder: t.train.Checkpoint(v=t.Variable([1.0])).read(
        t.train.Checkpoint(v=t.Variable(1.0)).write(str(folder / "ck"))
    ),
    "a wrong type": lambda t, folder: t.train.Checkpoint(v=t.Variable(1)).read(
        t.train.Checkpoint(v=t.Variable(1.0)).write(str(folder / "ck"))
    ),
    "too much saved": lambda t, folder: (
        t.train.Checkpoint(v=t.Variable(1.0))
        .read(t.train.Checkpoint(v=t.Variable(1.0), w=t.Variable(1.0)).write(str(folder / "ck")))
        .assert_consumed()
    ),
    "too little saved": lambda t, folder: (
        t.train.Checkpoint(v=t.Variable(1.0), w=t.Variable(1.0))
        .read(t.train.Checkpoint(v=t.Variable(1.0)).write(str(folder / "ck")))
        .assert_existing_objects_matched()
    ),
    "nothing in common": lambda t, folder: (
        t.train.Checkpoint(w=t.Variable(1.0))
        .read(t.train.Checkpoint(v=t.Variable(1.0)).write(str(folder / "ck")))
        .assert_nontrivial_match()
    ),
    "keeping none": lambda t, folder: t.train.CheckpointManager(t.train.Checkpoint(), str(folder), max_to_keep=0),
    "an interval without steps": lambda t, folder: t.train.CheckpointManager(
        t.train.Checkpoint(), str(folder), 1, checkpoint_interval=2
    ),
    "an unknown key": lambda t, folder: t.train.load_variable(
        t.train.Checkpoint(v=t.Variable(1.0)).write(str(folder / "ck")), "nothing"
    ),
    "saving in a function": lambda t, folder: t.function(lambda: t.train.Checkpoint().save(str(folder / "ck")))(),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_mistakes_raise_the_same_types(tmp_path: Path, name: str) -> None:
    folders = [tmp_path / "theirs", tmp_path / "ours"]
    for folder in folders:
        folder.mkdir()
    found = [attempt(t, MISTAKES[name], folder) for t, folder in zip((tf, fs), folders, strict=True)]
    assert found[0] == found[1] != "no error"


@pytest.mark.parametrize(("suffix", "kept"), [(".index", 0), (".index", 60), (".data-00000-of-00001", 3)])
def test_damaged_files_are_errors_of_the_same_tree(tmp_path: Path, suffix: str, kept: int) -> None:
    """TensorFlow raises what the reader ran into; flowstone always says that data was lost."""
    path = damaged(fs, tmp_path, suffix, kept)
    with pytest.raises(fs.errors.DataLossError):
        fs.train.Checkpoint(v=fs.Variable([0.0, 0.0])).read(path)
    with pytest.raises((tf.errors.OpError, IndexError)):
        tf.train.Checkpoint(v=tf.Variable([0.0, 0.0])).read(path)


def test_partitioned_tensors_and_blocks(tmp_path: Path) -> None:
    """What TensorFlow 1 wrote, and an index of several blocks."""
    names = [f"layer_{number:05d}/some/name" for number in range(9000)]
    tf.raw_ops.SaveV2(
        prefix=str(tmp_path / "many"),
        tensor_names=names,
        shape_and_slices=[""] * len(names),
        tensors=[tf.constant(number) for number in range(len(names))],
    )
    reader = fs.train.load_checkpoint(str(tmp_path / "many"))
    assert sorted(reader.get_variable_to_shape_map()) == names
    assert int(reader.get_tensor(names[4321])) == 4321
    tf.raw_ops.SaveV2(
        prefix=str(tmp_path / "parts"),
        tensor_names=["t", "t"],
        shape_and_slices=["4 70000 0,2:-", "4 70000 2,2:-"],
        tensors=[tf.ones([2, 70000]), tf.zeros([2, 70000])],
    )
    assert fs.train.load_variable(str(tmp_path / "parts"), "t").sum() == 140000


def test_our_index_of_several_blocks(tmp_path: Path) -> None:
    root = fs.Module()
    root.table = {f"variable_{number:05d}_{'x' * 60}": fs.Variable(number) for number in range(3000)}
    path = fs.train.Checkpoint(root).write(str(tmp_path / "ck"))
    reader = tf.train.load_checkpoint(path)
    assert len(reader.get_variable_to_shape_map()) == 3001
    key = f"table/variable_02999_{'x' * 60}/.ATTRIBUTES/VARIABLE_VALUE"
    assert int(reader.get_tensor(key)) == 2999


def test_name_based_checkpoints(tmp_path: Path) -> None:
    with tf.compat.v1.Session(graph=tf.Graph()) as session:
        tf.compat.v1.get_variable("dense/kernel", initializer=tf.constant([1.0, 2.0]))
        session.run(tf.compat.v1.global_variables_initializer())
        path = tf.compat.v1.train.Saver().save(session, str(tmp_path / "ck"))
    v = fs.Variable([0.0, 0.0], name="dense/kernel")
    fs.train.Checkpoint(v=v).restore(path).assert_existing_objects_matched()
    assert v.numpy().tolist() == [1.0, 2.0]


def test_make_tensor_proto() -> None:
    cases: list[tuple[Any, dict[str, Any]]] = [
        (1, {}),
        (1.5, {}),
        ([1, 2], {}),
        ([[1.0, 2.0], [3.0, 4.0]], {}),
        ([True, False], {}),
        (b"x", {}),
        (["a", b"bc"], {}),
        ([], {"dtype": "float32"}),
        ([1 + 2j, 3], {}),
        (7, {"shape": [2, 3]}),
        ([1, 2], {"shape": [4]}),
        (np.arange(4, dtype=np.uint16), {}),
        (np.arange(3.0), {}),
        (np.float16(0.1), {}),
        (3, {"dtype": "bfloat16"}),
        (np.arange(6).reshape(2, 3), {"dtype": "float32"}),
    ]
    for values_, arguments in cases:
        theirs = tf.make_tensor_proto(values_, **arguments)
        ours = fs.make_tensor_proto(values_, **arguments)
        assert ours.SerializeToString(deterministic=True) == theirs.SerializeToString(deterministic=True), values_
        one, two = fs.make_ndarray(ours), tf.make_ndarray(theirs)
        assert one.dtype == two.dtype
        assert one.tolist() == two.tolist()


def keras_model(k: Any, seed: float) -> tuple[Any, Any]:
    """A model and an optimizer with known values in all their variables."""
    layers = [k.Input((4,)), k.layers.Dense(3, activation="relu"), k.layers.Dense(2)]
    model, optimizer = k.Sequential(layers), k.optimizers.Adam(0.01)
    optimizer.build(model.trainable_variables)
    for number, variable in enumerate([*model.variables, *optimizer.variables]):
        variable.assign(np.full(variable.shape, seed + number))
    return model, optimizer


@BOTH
@pytest.mark.parametrize("kind", ["sequential", "functional", "subclassed", "nested"])
def test_models_of_keras(tmp_path: Path, writer: Any, reader: Any, kind: str) -> None:
    def model(k: Any, seed: float) -> Any:
        layers = [k.layers.Dense(3, activation="relu"), k.layers.Dense(2)]
        made = k.Sequential([k.Input((4,)), *layers])
        if kind == "functional":
            inputs = k.Input((4,))
            made = k.Model(inputs, layers[1](layers[0](inputs)))
        elif kind == "subclassed":
            made = subclassed(k)
        elif kind == "nested":
            made = k.Sequential([k.Input((4,)), made, k.layers.Dense(1)])
        for number, variable in enumerate(made.variables):
            variable.assign(np.full(variable.shape, seed + number))
        return made

    saved, fresh = model(writer.keras, 1.0), model(reader.keras, 100.0)
    path = writer.train.Checkpoint(saved).write(str(tmp_path / "ck"))
    reader.train.Checkpoint(fresh).read(path).assert_consumed()
    for one, two in zip(saved.variables, fresh.variables, strict=True):
        np.testing.assert_array_equal(one.numpy(), two.numpy())


def subclassed(k: Any) -> Any:
    class Net(k.Model):
        def __init__(self) -> None:
            super().__init__()
            self.first = k.layers.Dense(3, activation="relu")
            self.second = k.layers.Dense(2)

        def call(self, x: Any) -> Any:
            return self.second(self.first(x))

    net = Net()
    net(np.ones((1, 4), np.float32))
    return net


@BOTH
def test_models_of_keras_restored_before_they_are_built(tmp_path: Path, writer: Any, reader: Any) -> None:
    def model(k: Any) -> Any:
        return k.Sequential([k.layers.Dense(3, activation="relu"), k.layers.Dense(2)])

    x = np.linspace(0, 1, 8).reshape(2, 4).astype(np.float32)
    saved, fresh = model(writer.keras), model(reader.keras)
    expected = saved(x).numpy()
    path = writer.train.Checkpoint(model=saved).save(str(tmp_path / "ck"))
    status = reader.train.Checkpoint(model=fresh).restore(path)
    np.testing.assert_allclose(fresh(x).numpy(), expected, rtol=1e-5, atol=1e-6)
    status.assert_consumed()


@BOTH
def test_models_and_optimizers_of_keras(tmp_path: Path, writer: Any, reader: Any) -> None:
    saved, saved_optimizer = keras_model(writer.keras, 1.0)
    fresh, fresh_optimizer = keras_model(reader.keras, 100.0)
    path = writer.train.Checkpoint(model=saved, optimizer=saved_optimizer).write(str(tmp_path / "ck"))
    reader.train.Checkpoint(model=fresh, optimizer=fresh_optimizer).read(path).assert_consumed()
    for one, two in zip(
        [*saved.variables, *saved_optimizer.variables], [*fresh.variables, *fresh_optimizer.variables], strict=True
    ):
        np.testing.assert_array_equal(one.numpy(), two.numpy())


def write_with_ops(t: Any, folder: str) -> None:
    """Three checkpoints in folders of their own, the last two with the halves of one tensor; merged to one."""
    prefixes = [f"{folder}/{number}/part" for number in range(3)]
    everything = [t.cast(t.constant([[0, 1], [2, 3]]), name) for name in DTYPES]
    t.raw_ops.SaveV2(
        prefix=prefixes[0],
        tensor_names=[*DTYPES, "words", "scalar"],
        shape_and_slices=[""] * (len(DTYPES) + 2),
        tensors=[*everything, t.constant(["a", "", "b" * 300]), t.constant(5, t.int64)],
    )
    for number, rows in enumerate(("0,2", "2,1"), 1):
        t.raw_ops.SaveV2(
            prefix=prefixes[number],
            tensor_names=["parts"],
            shape_and_slices=[f"3 2 {rows}:-"],
            tensors=[t.reshape(t.range(4 if number == 1 else 2), [-1, 2]) + 10 * number],
        )
    t.raw_ops.MergeV2Checkpoints(checkpoint_prefixes=prefixes, destination_prefix=f"{folder}/whole")


@BOTH
def test_checkpoint_ops(writer: Any, reader: Any, tmp_path: Path) -> None:
    write_with_ops(writer, str(tmp_path))
    assert {path.name.split(".")[0] for path in tmp_path.iterdir()} == {"whole"}
    names = [*DTYPES, "words", "scalar", "parts", "parts"]
    types = [*(reader.as_dtype(name) for name in DTYPES), reader.string, reader.int64, reader.int32, reader.int32]
    found = reader.raw_ops.RestoreV2(
        prefix=f"{tmp_path}/whole",
        tensor_names=names,
        shape_and_slices=[""] * (len(names) - 1) + ["3 2 1,2:1,1"],
        dtypes=types,
    )
    *numbers, words, scalar, parts, some = (each.numpy().tolist() for each in found)
    for name, each in zip(DTYPES, numbers, strict=True):
        assert each == np.array([[0, 1], [2, 3]]).astype("bool" if name == "bool" else "int64").tolist()
    assert words == [b"a", b"", b"b" * 300]
    assert scalar == 5
    assert parts == [[10, 11], [12, 13], [20, 21]]
    assert some == [[13], [21]]


@pytest.mark.parametrize("t", [fs, tf], ids=["ours", "theirs"])
def test_checkpoint_ops_refuse(t: Any, tmp_path: Path) -> None:
    t.raw_ops.SaveV2(prefix=f"{tmp_path}/a", tensor_names=["x"], shape_and_slices=[""], tensors=[t.constant([1, 2])])

    def restore(name: str, part: str, dtype: Any) -> Any:
        prefix = f"{tmp_path}/a"
        return t.raw_ops.RestoreV2(prefix=prefix, tensor_names=[name], shape_and_slices=[part], dtypes=[dtype])

    with pytest.raises(t.errors.NotFoundError):
        restore("y", "", t.int32)
    with pytest.raises(t.errors.InvalidArgumentError):
        restore("x", "", t.float32)
    for part in ("3 0,1", "nonsense", "2", "2 2 -:-"):
        with pytest.raises(t.errors.InvalidArgumentError):
            restore("x", part, t.int32)
    with pytest.raises(t.errors.InvalidArgumentError):
        t.raw_ops.SaveV2(prefix=f"{tmp_path}/b", tensor_names=["x"], shape_and_slices=["3 0,1"], tensors=[[1, 2]])
    with pytest.raises(t.errors.InvalidArgumentError):
        t.raw_ops.SaveV2(prefix=f"{tmp_path}/b", tensor_names=["x", "y"], shape_and_slices=["", ""], tensors=[[1]])
    assert not (tmp_path / "b.index").exists()
    with pytest.raises(t.errors.InvalidArgumentError):
        t.raw_ops.MergeV2Checkpoints(checkpoint_prefixes=[f"{tmp_path}/none"], destination_prefix=f"{tmp_path}/c")


@pytest.mark.parametrize("t", [fs, tf], ids=["ours", "theirs"])
def test_sharded_names(t: Any) -> None:
    assert t.raw_ops.ShardedFilename(basename="a/b", shard=3, num_shards=20).numpy() == b"a/b-00003-of-00020"
    assert t.raw_ops.ShardedFilespec(basename="a/b", num_shards=20).numpy() == b"a/b-?????-of-00020"

"""``tf.saved_model``: what is saved comes back, and TensorFlow's models are read."""

from __future__ import annotations

import gc
import json
import shutil
import weakref
from collections import namedtuple
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from flowstone_core import dtypes
from flowstone_core.api import tf
from flowstone_core.asset import Asset
from flowstone_core.errors import NotFoundError
from flowstone_core.module import Module
from flowstone_core.type_spec import TensorSpec
from flowstone_core.variable import Variable
from flowstone_graphfn.function import function
from flowstone_protos.saved_model_pb2 import SavedModel
from flowstone_savedmodel import constants
from flowstone_savedmodel.checkpoint.checkpoint import Checkpoint
from flowstone_savedmodel.fingerprint import read_fingerprint
from flowstone_savedmodel.loading import contains_saved_model, load
from flowstone_savedmodel.options import LoadOptions, SaveOptions, VariablePolicy
from flowstone_savedmodel.restored import RestoredObject
from flowstone_savedmodel.saving import save

GOLDEN = Path(__file__).parent / "golden" / "saved_models"
Point = namedtuple("Point", "x y")


class Model(Module):
    def __init__(self) -> None:
        super().__init__()
        self.w = Variable([2.0, 3.0], name="weight")
        self.count = Variable(0, trainable=False, name="count")
        self.parts = [Variable(1.0), (Variable([b"a"]), Module())]
        self.table = {"one": Variable(True)}
        self.bias = tf.constant([10.0, 20.0])

    @function(input_signature=[TensorSpec([None, 2], name="x")])
    def __call__(self, x: Any) -> dict[str, Any]:
        self.count.assign_add(1)
        return {"y": x * self.w + self.bias, "n": self.count.read_value()}

    @function
    def steps(self, x: Any, n: int = 2, *, flag: bool = False) -> Any:
        if flag:
            x = x + self.parts[0]
        return x * tf.cast(n, dtypes.float32), [x, None]

    @function
    def structured(self, point: Any, extra: Any) -> Any:
        return Point(point.x + extra["a"][0], point.y * extra["b"])


def numbers(result: Any) -> Any:
    return np.asarray(result).tolist()


# -- round trips ----------------------------------------------------------------------------------------------


def test_a_whole_model_comes_back(tmp_path: Path) -> None:
    model = Model()
    model.steps(tf.constant([1.0, 2.0]), tf.constant(3))
    model.steps(tf.constant(-3.0), flag=True)
    model.structured(Point(tf.constant(1.0), tf.constant([2.0])), {"a": [tf.constant(3.0)], "b": tf.constant(4.0)})
    model.w.assign([4.0, 5.0])
    save(model, tmp_path / "deep" / "model", signatures=model.__call__)
    assert contains_saved_model(tmp_path / "deep" / "model")
    loaded = load(tmp_path / "deep" / "model")
    assert numbers(loaded(tf.constant([[1.0, 1.0]]))["y"]) == [[14.0, 25.0]]
    assert numbers(loaded.signatures["serving_default"](x=tf.constant([[2.0, 0.0]]))["n"]) == 2
    assert int(loaded.count) == 2
    assert int(model.count) == 0
    assert numbers(loaded.steps(tf.constant([1.0, 2.0]), tf.constant(5))[0]) == [5.0, 10.0]
    result, rest = loaded.steps(tf.constant(-3.0), flag=True)
    assert numbers(result) == -4.0
    assert rest[1] is None
    point = loaded.structured(
        Point(tf.constant(1.0), tf.constant([2.0])), {"a": [tf.constant(0.0)], "b": tf.constant(4.0)}
    )
    assert type(point).__name__ == "Point"
    assert numbers(point.y) == [8.0]
    assert isinstance(loaded.parts, list)
    assert isinstance(loaded.parts[1], tuple)
    assert numbers(loaded.parts[1][0]) == [b"a"]
    assert bool(loaded.table["one"])
    assert loaded.w.trainable
    assert not loaded.count.trainable
    assert loaded.w.name == "weight:0"
    assert loaded.tensorflow_version == "2.21.0"


def test_loaded_models_are_saved_again(tmp_path: Path) -> None:
    save(Model(), tmp_path / "one")
    first = load(tmp_path / "one")
    first.w.assign([7.0, 8.0])
    save(first, tmp_path / "two", signatures=first.signatures["serving_default"])
    second = load(tmp_path / "two")
    assert numbers(second(tf.constant([[1.0, 1.0]]))["y"]) == [[17.0, 28.0]]
    assert sorted(second.signatures["serving_default"](x=tf.constant([[1.0, 1.0]]))) == ["n", "y"]


def test_saving_over_a_model_replaces_it(tmp_path: Path) -> None:
    model = Model()
    save(model, tmp_path / "m")
    model.w.assign([0.0, 0.0])
    save(model, tmp_path / "m")
    assert numbers(load(tmp_path / "m").w) == [0.0, 0.0]
    assert [path.name for path in tmp_path.iterdir()] == ["m"]


def test_shared_objects_stay_shared(tmp_path: Path) -> None:
    root = Module()
    root.a = Module()
    root.a.v = Variable(1.0)
    root.b = [root.a, root.a.v]
    root.me = root
    save(root, tmp_path / "m")
    loaded = load(tmp_path / "m")
    assert loaded.b[0] is loaded.a
    assert loaded.b[1] is loaded.a.v
    assert loaded.me is loaded


def test_functions_in_containers(tmp_path: Path) -> None:
    root = Module()
    root.v = Variable(3.0)

    @function(input_signature=[TensorSpec([])])
    def triple(x: Any) -> Any:
        return x * root.v

    root.functions = [triple, Module()]
    root.named = {"triple": triple, "v": root.v}
    save(root, tmp_path / "m")
    loaded = load(tmp_path / "m")
    assert float(loaded.functions[0](tf.constant(2.0))) == 6.0
    assert loaded.named["triple"] is loaded.functions[0]


def test_concrete_functions_as_attributes(tmp_path: Path) -> None:
    root = Module()
    root.double = function(lambda x: x + x).get_concrete_function(TensorSpec([None], name="x"))
    save(root, tmp_path / "m")
    assert numbers(load(tmp_path / "m").double(tf.constant([1.0, 2.0]))) == [2.0, 4.0]


def test_variables_are_restored_into_other_programs(tmp_path: Path) -> None:
    save(Model(), tmp_path / "m")
    model = Model()
    model.w.assign([0.0, 0.0])
    Checkpoint(model).restore(tmp_path / "m").expect_partial()
    assert numbers(model.w) == [2.0, 3.0]


def test_variables_of_open_shape(tmp_path: Path) -> None:
    root = Module()
    root.v = Variable([1.0, 2.0], shape=[None])
    root.w = Variable([[1.0]], shape=None, validate_shape=False)
    save(root, tmp_path / "m")
    loaded = load(tmp_path / "m")
    assert loaded.v.shape.as_list() == [None]
    assert numbers(loaded.v) == [1.0, 2.0]
    assert loaded.w.shape.rank is None


def test_loaded_models_are_let_go(tmp_path: Path) -> None:
    save(Model(), tmp_path / "m")
    loaded = load(tmp_path / "m")
    loaded(tf.constant([[1.0, 1.0]]))
    gone = weakref.ref(loaded.w)
    del loaded
    gc.collect()
    assert gone() is None


# -- calling --------------------------------------------------------------------------------------------------


def test_arguments_are_converted_and_checked(tmp_path: Path) -> None:
    model = Model()
    model.steps(tf.constant([1.0, 2.0]), tf.constant(3))
    save(model, tmp_path / "m")
    steps = load(tmp_path / "m").steps
    assert numbers(steps([1.0, 2.0], 4)[0]) == [4.0, 8.0]
    assert numbers(steps(np.float32([1, 2]), n=np.int32(2))[0]) == [2.0, 4.0]
    for args in [(tf.constant([1.0, 2.0, 3.0]), 3), ("text", 3), (1.0,)]:
        with pytest.raises(ValueError, match="Could not find matching concrete function"):
            steps(*args)
    for args in [(), (1.0, 2, 3, 4)]:
        with pytest.raises(TypeError, match="Binding inputs"):
            steps(*args)


def test_an_input_signature_is_kept(tmp_path: Path) -> None:
    save(Model(), tmp_path / "m")
    loaded = load(tmp_path / "m")
    assert loaded.__call__.input_signature == (TensorSpec([None, 2], name="x"),)
    assert numbers(loaded([[1.0, 1.0]])["y"]) == [[12.0, 23.0]]
    for wrong in ([[1.0, 1.0, 1.0]], "text", tf.constant([[1, 2]])):
        with pytest.raises(TypeError, match="Binding inputs"):
            loaded(wrong)


def test_functions_that_were_never_traced(tmp_path: Path) -> None:
    model = Model()
    save(model, tmp_path / "m")
    with pytest.raises(ValueError, match="Found zero restored functions"):
        load(tmp_path / "m").steps(1.0)


def test_loaded_functions_inside_functions(tmp_path: Path) -> None:
    save(Model(), tmp_path / "m")
    loaded = load(tmp_path / "m")

    @function
    def twice(x: Any) -> Any:
        return loaded(loaded(x)["y"])

    assert numbers(twice(tf.constant([[1.0, 0.0]]))["y"]) == [[34.0, 80.0]]
    assert int(loaded.count) == 2


# -- signatures -----------------------------------------------------------------------------------------------


def test_the_only_servable_function_is_the_default(tmp_path: Path) -> None:
    save(Model(), tmp_path / "m")
    signature = load(tmp_path / "m").signatures["serving_default"]
    assert signature.structured_input_signature == ((), {"x": TensorSpec([None, 2], name="x")})
    assert sorted(signature.structured_outputs) == ["n", "y"]
    assert all(
        isinstance(spec, TensorSpec) and spec.name == name for name, spec in signature.structured_outputs.items()
    )


def test_two_servable_functions_give_no_default(tmp_path: Path) -> None:
    model = Model()
    model.other = function(lambda x: x, input_signature=[TensorSpec([])])
    save(model, tmp_path / "m")
    assert dict(load(tmp_path / "m").signatures) == {}


def test_named_signatures(tmp_path: Path) -> None:
    root = Module()
    root.v = Variable(2.0)
    pair = function(lambda x, y: (x * root.v, y), input_signature=[TensorSpec([], name="a"), TensorSpec([2], name="b")])
    one = function(lambda x: x + 1).get_concrete_function(TensorSpec([], dtypes.int32, name="x"))
    save(root, tmp_path / "m", signatures={"pair": pair, "one": one})
    signatures = load(tmp_path / "m").signatures
    assert sorted(signatures) == ["one", "pair"]
    result = signatures["pair"](a=tf.constant(3.0), b=tf.constant([1.0, 2.0]))
    assert {name: numbers(value) for name, value in result.items()} == {"output_0": 6.0, "output_1": [1.0, 2.0]}
    assert int(signatures["one"](x=tf.constant(4))["output_0"]) == 5


def test_functions_keep_what_they_declare(tmp_path: Path) -> None:
    declared = {"api_implements": "lstm", "time_major": True}
    root = Module()
    inner = function(lambda x: x + 1, experimental_implements="vendor.add", experimental_attributes=declared)
    root.f = function(lambda x: inner(x), input_signature=[TensorSpec([])])
    message = inner.get_concrete_function(TensorSpec([])).function_def
    assert message.attr["_implements"].s == b"vendor.add"
    assert message.attr["time_major"].b is True
    save(root, tmp_path / "once")
    save(load(tmp_path / "once"), tmp_path / "twice")
    for folder in ("once", "twice"):
        saved = SavedModel.FromString((tmp_path / folder / "saved_model.pb").read_bytes())
        library = saved.meta_graphs[0].graph_def.library.function
        assert any(each.attr["_implements"].s == b"vendor.add" for each in library if "_implements" in each.attr)


def test_objects_may_name_functions_that_are_no_attributes(tmp_path: Path) -> None:
    class Layer(Module):
        def __init__(self) -> None:
            super().__init__()
            self.v = Variable(5.0)

        def _saved_model_functions(self) -> dict[str, Any]:
            made = function(lambda x: x * self.v, input_signature=[TensorSpec([], name="x")])
            return {"__call__": made, "_default_save_signature": made}

    save(Layer(), tmp_path / "m")
    loaded = load(tmp_path / "m")
    assert float(loaded(tf.constant(2.0))) == 10.0
    assert float(loaded.signatures["serving_default"](x=tf.constant(1.0))["output_0"]) == 5.0


def test_what_cannot_be_a_signature(tmp_path: Path) -> None:
    model = Model()
    with pytest.raises(ValueError, match=r"Only `tf\.functions` with an input signature"):
        save(model, tmp_path / "m", signatures=model.steps)
    with pytest.raises(ValueError, match="Expected a TensorFlow function"):
        save(model, tmp_path / "m", signatures={"f": lambda x: x})
    nested = function(lambda x: {"a": [x]}, input_signature=[TensorSpec([])])
    with pytest.raises(ValueError, match=r"non-Tensor value .* for key 'a'"):
        save(model, tmp_path / "m", signatures=nested)
    numbered = function(lambda x: {1: x}, input_signature=[TensorSpec([])])
    with pytest.raises(ValueError, match="non-string key 1"):
        save(model, tmp_path / "m", signatures=numbered)
    with pytest.raises(ValueError, match="names of signatures"):
        save(model, tmp_path / "m", signatures={1: model.__call__})
    takes_variable = function(lambda v: v + 1).get_concrete_function(model.w)
    with pytest.raises(ValueError, match="takes a variable"):
        save(model, tmp_path / "m", signatures=takes_variable)
    assert not list(tmp_path.iterdir())


# -- what cannot be saved -------------------------------------------------------------------------------------


def test_untracked_variables(tmp_path: Path) -> None:
    root = Module()
    stray = Variable(1.0, name="stray")
    root.f = function(lambda x: x * stray, input_signature=[TensorSpec([])])
    with pytest.raises(AssertionError, match=r"'untracked' resource: .*the variable 'stray'"):
        save(root, tmp_path / "m")
    assert not list(tmp_path.iterdir())


def test_what_is_not_trackable(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="Trackable"):
        save(3, tmp_path / "m")


def test_not_inside_functions(tmp_path: Path) -> None:
    root = Module()
    with pytest.raises(AssertionError, match="not supported inside a traced"):
        function(lambda: save(root, tmp_path / "m"))()


def test_a_failed_save_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    model = Model()
    save(model, tmp_path / "m")
    model.w.assign([0.0, 0.0])

    def refuse(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr("flowstone_savedmodel.saving.write_whole", refuse)
        with pytest.raises(Exception, match=r"write the SavedModel .*No space"):
            save(model, tmp_path / "m")
    assert [path.name for path in tmp_path.iterdir()] == ["m"]
    assert numbers(load(tmp_path / "m").w) == [2.0, 3.0]


def test_a_missing_asset(tmp_path: Path) -> None:
    root = Module()
    root.words = Asset(tmp_path / "none.txt")
    with pytest.raises(NotFoundError, match=r"none\.txt"):
        save(root, tmp_path / "m")
    assert not list(tmp_path.iterdir())


# -- assets, options, files -----------------------------------------------------------------------------------


def test_assets(tmp_path: Path) -> None:
    root = Module()
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "words.txt").write_text(name)
    root.one, root.two = Asset(str(tmp_path / "a" / "words.txt")), Asset(tmp_path / "b" / "words.txt")
    root.path = function(lambda: root.two.asset_path, input_signature=[])
    save(root, tmp_path / "m")
    shutil.rmtree(tmp_path / "a")
    shutil.move(tmp_path / "m", tmp_path / "moved")
    loaded = load(tmp_path / "moved")
    assert Path(loaded.one.asset_path.numpy().decode()).read_text() == "a"
    found = Path(loaded.path().numpy().decode())
    assert found.read_text() == "b"
    assert found == tmp_path / "moved" / "assets" / "words.txt_1"


def test_files_and_messages(tmp_path: Path) -> None:
    model = Model()
    options = SaveOptions(function_aliases={"call": model.__call__}, extra_tags=["mine"])
    save(model, tmp_path / "m", options=options)
    files = sorted(str(path.relative_to(tmp_path / "m")) for path in (tmp_path / "m").rglob("*") if path.is_file())
    assert files == [
        "fingerprint.pb",
        "saved_model.pb",
        "variables/variables.data-00000-of-00001",
        "variables/variables.index",
    ]
    message = SavedModel.FromString((tmp_path / "m" / "saved_model.pb").read_bytes()).meta_graphs[0]
    assert list(message.meta_info_def.tags) == [constants.SERVING, "mine"]
    assert list(message.meta_info_def.function_aliases.values()) == ["call"]
    used = {node.op for node in message.graph_def.node}
    used |= {node.op for each in message.graph_def.library.function for node in each.node_def}
    assert {op.name for op in message.meta_info_def.stripped_op_list.op} == used - {"SaveV2", "RestoreV2"}
    assert message.saver_def.restore_op_name in {node.name for node in message.graph_def.node}
    with pytest.raises(ValueError, match="incompatible argument to `tags`"):
        load(tmp_path / "m", tags="serve")
    assert isinstance(load(tmp_path / "m", tags={"serve", "mine"}), RestoredObject)


def test_without_a_saver(tmp_path: Path) -> None:
    save(Model(), tmp_path / "m", options=SaveOptions(experimental_skip_saver=True))
    message = SavedModel.FromString((tmp_path / "m" / "saved_model.pb").read_bytes()).meta_graphs[0]
    assert not message.HasField("saver_def")


def test_skipping_the_checkpoint(tmp_path: Path) -> None:
    save(Model(), tmp_path / "m")
    loaded = load(tmp_path / "m", options=LoadOptions(experimental_skip_checkpoint=True))
    with pytest.raises(Exception, match="read before it has a value"):
        loaded.w.read_value()
    loaded.w.assign([1.0, 1.0])
    assert numbers(loaded.w) == [1.0, 1.0]


def test_partial_checkpoints(tmp_path: Path) -> None:
    save(Model(), tmp_path / "m")
    Checkpoint(w=Variable([6.0, 6.0])).write(tmp_path / "m" / "variables" / "variables")
    with pytest.raises(AssertionError, match="not bound to checkpointed values"):
        load(tmp_path / "m")
    loaded = load(tmp_path / "m", options=LoadOptions(allow_partial_checkpoint=True))
    assert numbers(loaded.w) == [6.0, 6.0]


def test_fingerprints(tmp_path: Path) -> None:
    save(Model(), tmp_path / "m")
    ours = read_fingerprint(str(tmp_path / "m"))
    assert ours.version == 4
    assert ours == read_fingerprint(str(tmp_path / "m"))
    theirs = read_fingerprint(str(GOLDEN / "dense"))
    assert theirs != ours
    assert theirs.singleprint().count("/") == 3
    with pytest.raises(FileNotFoundError, match="Fingerprint"):
        read_fingerprint(str(tmp_path))


def test_options_are_checked() -> None:
    assert VariablePolicy.from_obj("save_variable_devices") is VariablePolicy.SAVE_VARIABLE_DEVICES
    assert LoadOptions(experimental_variable_policy=None).experimental_variable_policy is VariablePolicy.NONE
    with pytest.raises(ValueError, match="invalid VariablePolicy"):
        SaveOptions(experimental_variable_policy="none of these")
    with pytest.raises(TypeError, match="namespace_whitelist"):
        SaveOptions(namespace_whitelist="text")


# -- TensorFlow's models --------------------------------------------------------------------------------------


def test_a_module_of_tensorflow() -> None:
    loaded = load(GOLDEN / "module")
    assert numbers(loaded(tf.constant([[1.0, 1.0]]))["y"]) == [[6.0, 9.0, 12.0]]
    assert int(loaded.signatures["serving_default"](x=tf.constant([[0.0, 0.0]]))["n"]) == 2
    assert numbers(loaded.steps([1.0, 2.0], 3)[0]) == [8.0, 16.0]
    result, rest = loaded.steps(tf.constant(-3.0), flag=True)
    assert numbers(result) == -4.0
    assert rest[1] is None
    point = loaded.structured(
        Point(tf.constant(1.0), tf.constant([2.0])), {"a": [tf.constant(3.0)], "b": tf.constant(4.0)}
    )
    assert (numbers(point.x), numbers(point.y)) == (4.0, [8.0])
    assert Path(loaded.path().numpy().decode()).read_text() == "flow\nstone\n"
    assert numbers(loaded.parts[1][0]) == [b"a", b"bc"]
    with pytest.raises(ValueError, match="Found zero"):
        loaded.never_traced(1.0)


def test_a_module_of_tensorflow_saved_again(tmp_path: Path) -> None:
    loaded = load(GOLDEN / "module")
    save(loaded, tmp_path / "m", signatures=loaded.signatures["serving_default"])
    again = load(tmp_path / "m")
    assert numbers(again(tf.constant([[1.0, 1.0]]))["y"]) == [[6.0, 9.0, 12.0]]
    assert numbers(again.steps([1.0, 2.0], 3)[0]) == [8.0, 16.0]


def test_a_model_of_keras() -> None:
    loaded = load(GOLDEN / "dense")
    expected = json.loads((GOLDEN / "dense" / "expected.json").read_text())
    x = tf.constant(expected["x"])
    np.testing.assert_allclose(loaded.serve(x).numpy(), expected["y"], rtol=1e-5, atol=1e-6)
    result = loaded.signatures["serving_default"](keras_tensor=x)["output_0"]
    np.testing.assert_allclose(result.numpy(), expected["y"], rtol=1e-5, atol=1e-6)
    assert len(loaded.variables) == 8

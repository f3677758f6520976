"""SavedModels across flowstone and the real TensorFlow: saved by one, loaded and run by the other."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections import namedtuple
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("tensorflow", reason="parity needs TensorFlow: nox -s parity")

import flowstone as fs
import keras
import tensorflow as tf
from tensorflow.python.framework.convert_to_constants import convert_variables_to_constants_v2

pytestmark = pytest.mark.filterwarnings("ignore")

BOTH = pytest.mark.parametrize(("writer", "reader"), [(fs, tf), (tf, fs)], ids=["ours-to-theirs", "theirs-to-ours"])
Point = namedtuple("Point", "x y")
RNG = np.random.default_rng(0)
X = RNG.normal(size=(3, 4)).astype(np.float32)

Call = tuple[str, tuple[Any, ...], dict[str, Any]]
Program = Callable[[Any], tuple[Any, list[Call]]]
PROGRAMS: dict[str, Program] = {}
VOCABULARIES: list[Path] = []


def take_vocabularies_away() -> None:
    """A saved model has its own."""
    while VOCABULARIES:
        shutil.rmtree(VOCABULARIES.pop())


def program(make: Program) -> Program:
    """Note a program: it takes a ``tf`` and gives a module, and calls of its functions."""
    PROGRAMS[make.__name__] = make
    return make


@program
def affine(t: Any) -> tuple[Any, list[Call]]:
    """The simplest: a method with an input signature."""

    class Affine(t.Module):
        def __init__(self) -> None:
            super().__init__()
            self.w = t.Variable(np.arange(8, dtype=np.float32).reshape(4, 2) / 8, name="w")
            self.b = t.Variable([1.0, -1.0], name="b")

        @t.function(input_signature=[t.TensorSpec([None, 4], name="x")])
        def __call__(self, x: Any) -> Any:
            return t.tanh(t.matmul(x, self.w) + self.b)

    return Affine(), [("__call__", (X,), {}), ("__call__", (X[:1],), {})]


@program
def tables(t: Any) -> tuple[Any, list[Call]]:
    """Tables of every kind; the vocabulary goes along as an asset."""
    folder = Path(tempfile.mkdtemp())
    VOCABULARIES.append(folder)
    (folder / "words.txt").write_text("a\nb\nc\n")
    initializer = t.lookup.TextFileInitializer(str(folder / "words.txt"), t.string, -2, t.int64, -1)

    class Tables(t.Module):
        def __init__(self) -> None:
            super().__init__()
            pairs = t.lookup.KeyValueTensorInitializer(["a", "b"], t.constant([1, 2], t.int64))
            self.pairs = t.lookup.StaticHashTable(pairs, -1)
            self.words = t.lookup.StaticVocabularyTable(initializer, 2)
            self.grown = t.lookup.experimental.MutableHashTable(t.string, t.float32, [0.0, 0.5])
            self.grown.insert(["x", "a"], [[1.0, 2.0], [3.0, 4.0]])
            self.dense = t.lookup.experimental.DenseHashTable(t.string, t.int64, -1, "", "$", initial_num_buckets=8)
            self.dense.insert(list("abcdefgh"), t.range(8, dtype=t.int64))
            self.scale = t.Variable(2.0)

        @t.function(input_signature=[t.TensorSpec([None], t.string, "x")])
        def __call__(self, x: Any) -> Any:
            found = self.pairs.lookup(x), self.words.lookup(x), self.dense.lookup(x)
            return (*found, self.grown.lookup(x) * self.scale, self.words.size())

    return Tables(), [("__call__", (np.array([b"a", b"c", b"x", b"zz", b"g"], object),), {})]


@program
def effects(t: Any) -> tuple[Any, list[Call]]:
    """Reads and writes in program order, in branches and loops too."""

    class Effects(t.Module):
        def __init__(self) -> None:
            super().__init__()
            self.v = t.Variable(1.0)
            self.log = t.Variable([0.0, 0.0, 0.0, 0.0])

        @t.function(input_signature=[t.TensorSpec([])])
        def __call__(self, x: Any) -> Any:
            first = self.v.read_value()
            self.v.assign(self.v * x)
            second = self.v.read_value()
            if x > 2.0:
                self.v.assign_add(10.0)
            else:
                self.v.assign_sub(10.0)
            third = self.v.read_value()
            for index in t.range(3):
                self.v.assign(self.v * 2.0 + t.cast(index, t.float32))
            self.log.assign(t.stack([first, second, third, self.v.read_value()]))
            return self.log.read_value(), first + 0.0

    return Effects(), [("__call__", (np.float32(3),), {}), ("__call__", (np.float32(1),), {})]


@program
def control_flow(t: Any) -> tuple[Any, list[Call]]:
    """Branches and loops that AutoGraph makes, nested."""

    class Flow(t.Module):
        @t.function(input_signature=[t.TensorSpec([], t.int32)])
        def collatz(self, n: Any) -> Any:
            steps = 0
            while n != 1:
                if n % 2 == 0:
                    n = n // 2
                else:
                    n = 3 * n + 1
                steps += 1
            return steps

        @t.function(input_signature=[t.TensorSpec([None])])
        def clipped(self, x: Any) -> Any:
            total = 0.0
            for row in x:
                if row < 0.0:
                    continue
                if total > 5.0:
                    break
                total += row
            return total

        @t.function
        def explicit(self, x: Any) -> Any:
            y = t.cond(t.reduce_sum(x) > 0.0, lambda: x * 2.0, lambda: -x)
            return t.while_loop(lambda i, y: i < 4, lambda i, y: (i + 1, y * y), [t.constant(0), y])

    flow = Flow()
    flow.explicit(t.constant([0.5, 1.5]))
    return flow, [
        ("collatz", (np.int32(27),), {}),
        ("clipped", (np.float32([1, -2, 3, 4, 5, 6]),), {}),
        ("explicit", (np.float32([0.5, 1.5]),), {}),
        ("explicit", (np.float32([-0.5, -1.5]),), {}),
    ]


@program
def structures(t: Any) -> tuple[Any, list[Call]]:
    """Arguments and results of every structure, defaults, keywords, Python values."""

    class Structures(t.Module):
        @t.function
        def f(self, point: Any, extra: Any, scale: float = 2.0, *rest: Any, flag: bool = False, **more: Any) -> Any:
            x = point.x * scale + extra["a"][0]
            for each in rest:
                x = x + each
            for key in sorted(more):
                x = x * more[key]
            if flag:
                x = -x
            return {"point": Point(x, point.y), "list": [x, None], "tuple": (x + 1.0,)}

    module = Structures()
    point, extra = Point(t.constant(1.0), t.constant([2.0, 3.0])), {"a": [t.constant(3.0)]}
    module.f(point, extra)
    module.f(point, extra, flag=True)
    module.f(point, extra, 3.0, t.constant(1.0), t.constant(2.0), k=t.constant(5.0))
    numpy_point, numpy_extra = Point(np.float32(4), np.float32([5, 6])), {"a": [np.float32(7)]}
    return module, [
        ("f", (numpy_point, numpy_extra), {}),
        ("f", (numpy_point, numpy_extra), {"flag": True}),
        ("f", (numpy_point, numpy_extra, 3.0, np.float32(1), np.float32(2)), {"k": np.float32(5)}),
    ]


@program
def types(t: Any) -> tuple[Any, list[Call]]:
    """Constants, variables and arguments of many types."""

    class Types(t.Module):
        def __init__(self) -> None:
            super().__init__()
            self.text = t.Variable(["a", "bc"])
            self.flag = t.Variable(True)
            self.half = t.Variable(t.constant([0.5, 1.5], t.float16))
            self.brain = t.Variable(t.constant([0.5, 1.5], t.bfloat16))
            self.complex = t.Variable(t.constant([1 + 2j], t.complex64))
            self.long = t.Variable(t.constant([1 << 40], t.int64))
            self.bytes = t.constant(np.arange(5, dtype=np.uint8))

        @t.function(input_signature=[t.TensorSpec([None], t.int64), t.TensorSpec([], t.bool)])
        def __call__(self, x: Any, flag: Any) -> Any:
            return (
                x + self.long,
                t.logical_and(flag, self.flag),
                self.half * t.constant(2.0, t.float16),
                t.cast(self.brain, t.float32),
                self.complex * self.complex,
                self.text.read_value(),
                t.cast(self.bytes, t.int32),
                t.constant([[1.5, 2.5]], t.float64),
            )

    return Types(), [("__call__", (np.int64([1, 2]), np.bool_(True)), {})]


@program
def nested_functions(t: Any) -> tuple[Any, list[Call]]:
    """Functions that call functions, and share variables."""

    class Nested(t.Module):
        def __init__(self) -> None:
            super().__init__()
            self.v = t.Variable(2.0)
            self.parts = [t.Module(), t.Module()]
            for number, part in enumerate(self.parts):
                part.w = t.Variable(float(number + 1))

        @t.function
        def scale(self, x: Any) -> Any:
            return x * self.v

        @t.function(input_signature=[t.TensorSpec([None])])
        def __call__(self, x: Any) -> Any:
            for part in self.parts:
                x = self.scale(x) + part.w
                self.v.assign_add(1.0)
            return x

    return Nested(), [("__call__", (np.float32([1, 2, 3]),), {}), ("__call__", (np.float32([1]),), {})]


@program
def training(t: Any) -> tuple[Any, list[Call]]:
    """A whole training step: forward, backward, update."""

    class Training(t.Module):
        def __init__(self) -> None:
            super().__init__()
            self.w = t.Variable(np.linspace(-1, 1, 8).reshape(4, 2).astype(np.float32))
            self.b = t.Variable([0.0, 0.0])

        @t.function(input_signature=[t.TensorSpec([None, 4]), t.TensorSpec([None, 2])])
        def step(self, x: Any, y: Any) -> Any:
            with t.GradientTape() as tape:
                loss = t.reduce_mean(t.square(t.matmul(x, self.w) + self.b - y))
            for variable, gradient in zip((self.w, self.b), tape.gradient(loss, (self.w, self.b)), strict=True):
                variable.assign_sub(0.1 * gradient)
            return loss

    y = np.ones((3, 2), np.float32)
    return Training(), [("step", (X, y), {})] * 4


@program
def shapes(t: Any) -> tuple[Any, list[Call]]:
    """Ops whose results depend on shapes that are known only when they run."""

    class Shapes(t.Module):
        @t.function(input_signature=[t.TensorSpec([None, None])])
        def __call__(self, x: Any) -> Any:
            rows, columns = t.shape(x)[0], t.shape(x)[1]
            flat = t.reshape(x, [rows * columns])
            tall = t.transpose(t.concat([x, x * 2.0], axis=1))
            return flat, tall, x[1:, ::2], t.gather(flat, t.range(columns)), t.argmax(x, axis=1), t.expand_dims(x, 0)

    return Shapes(), [("__call__", (X,), {}), ("__call__", (X[:2, :3],), {})]


@program
def arithmetic(t: Any) -> tuple[Any, list[Call]]:
    """A sample of the families of ops."""

    class Arithmetic(t.Module):
        @t.function(input_signature=[t.TensorSpec([None, 4])])
        def __call__(self, x: Any) -> Any:
            positive = t.abs(x) + 0.1
            return {
                "math": t.exp(x) + t.math.log(positive) - t.sqrt(positive) * t.math.rsqrt(positive),
                "trigonometric": t.sin(x) * t.cos(x) + t.atan(x),
                "activations": t.nn.relu(x) + t.nn.sigmoid(x) + t.nn.softplus(x) + t.nn.elu(x),
                "softmax": t.nn.softmax(x),
                "reductions": t.stack([t.reduce_sum(x), t.reduce_mean(x), t.reduce_max(x), t.reduce_min(x)]),
                "norm": t.reduce_prod(positive, axis=0) + t.norm(x, axis=0),
                "compare": t.where(x > 0.0, x, t.zeros_like(x)) + t.cast(x < 0.5, t.float32),
                "bounds": t.clip_by_value(x, -0.5, 0.5) + t.minimum(x, 0.25) + t.maximum(x, -0.25),
                "integers": t.cast(x * 10.0, t.int32) // 3 + t.cast(x * 10.0, t.int32) % 3,
                "one_hot": t.one_hot(t.argmax(x, axis=1), 4),
                "cumulative": t.cumsum(x, axis=1) + t.reverse(x, [1]),
                "einsum": t.einsum("ij,kj->ik", x, x),
                "rounding": t.round(x * 3.0) + t.floor(x) + t.math.ceil(x) + t.sign(x),
                "power": positive**2.0 + t.pow(positive, x),
            }

    return Arithmetic(), [("__call__", (X,), {})]


# -- running them ---------------------------------------------------------------------------------------------


def tensors(t: Any, value: Any) -> Any:
    """Arguments with tensors of *t* in the place of numpy's values."""
    if isinstance(value, Point):
        return Point(*(tensors(t, each) for each in value))
    if isinstance(value, dict):
        return {key: tensors(t, each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(tensors(t, each) for each in value)
    return t.constant(value) if isinstance(value, np.ndarray | np.generic) else value


def plain(value: Any) -> Any:
    """Results with numpy's values in the place of tensors."""
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        return {name: plain(each) for name, each in zip(value._fields, value, strict=True)}
    if isinstance(value, dict):
        return {key: plain(value[key]) for key in sorted(value)}
    if isinstance(value, list | tuple):
        return [plain(each) for each in value]
    return None if value is None else np.asarray(value.numpy())


def same(one: Any, two: Any) -> None:
    """Check that two results are the same, floats to 1e-5."""
    if isinstance(one, dict):
        assert one.keys() == two.keys()
        same(list(one.values()), list(two.values()))
    elif isinstance(one, list):
        assert len(one) == len(two)
        for a, b in zip(one, two, strict=True):
            same(a, b)
    elif one is None or one.dtype.kind == "O":
        assert (one is None) == (two is None)
        assert one is None or one.tolist() == two.tolist()
    else:
        assert one.dtype == two.dtype
        assert one.shape == two.shape
        if one.dtype.kind in "biu":
            np.testing.assert_array_equal(one, two)
        else:
            np.testing.assert_allclose(one.astype(np.complex128), two.astype(np.complex128), rtol=1e-5, atol=1e-5)


def results(t: Any, module: Any, calls: list[Call]) -> list[Any]:
    return [
        plain(getattr(module, name)(*tensors(t, args), **tensors(t, kwargs)))
        if name != "__call__"
        else plain(module(*tensors(t, args), **tensors(t, kwargs)))
        for name, args, kwargs in calls
    ]


@BOTH
@pytest.mark.parametrize("name", PROGRAMS)
def test_programs(tmp_path: Path, name: str, writer: Any, reader: Any) -> None:
    module, calls = PROGRAMS[name](writer)
    writer.saved_model.save(module, str(tmp_path / "m"))
    expected = results(writer, module, calls)
    take_vocabularies_away()
    loaded = reader.saved_model.load(str(tmp_path / "m"))
    same(results(reader, loaded, calls), expected)


@BOTH
@pytest.mark.parametrize("name", PROGRAMS)
def test_programs_saved_again(tmp_path: Path, name: str, writer: Any, reader: Any) -> None:
    """There and back: what the other loaded and saved is still the same program."""
    module, calls = PROGRAMS[name](writer)
    writer.saved_model.save(module, str(tmp_path / "m"))
    expected = results(writer, module, calls)
    loaded = reader.saved_model.load(str(tmp_path / "m"))
    reader.saved_model.save(loaded, str(tmp_path / "again"))
    same(results(writer, writer.saved_model.load(str(tmp_path / "again")), calls), expected)


@BOTH
def test_signatures(tmp_path: Path, writer: Any, reader: Any) -> None:
    module, _ = affine(writer)
    pair = writer.function(
        lambda a, b: (a + b, a - b),
        input_signature=[writer.TensorSpec([2], name="a"), writer.TensorSpec([2], name="b")],
    )
    module.pair = pair
    writer.saved_model.save(module, str(tmp_path / "m"), signatures={"serving_default": module.__call__, "pair": pair})
    expected = module(writer.constant(X)).numpy()
    signatures = reader.saved_model.load(str(tmp_path / "m")).signatures
    assert sorted(signatures) == ["pair", "serving_default"]
    np.testing.assert_allclose(signatures["serving_default"](x=reader.constant(X))["output_0"].numpy(), expected, 1e-5)
    found = signatures["pair"](a=reader.constant([1.0, 2.0]), b=reader.constant([3.0, 5.0]))
    assert {key: value.numpy().tolist() for key, value in found.items()} == {"output_0": [4, 7], "output_1": [-2, -3]}
    spec = signatures["serving_default"].structured_input_signature[1]["x"]
    assert (spec.shape.as_list(), spec.dtype.name, spec.name) == ([None, 4], "float32", "x")
    assert sorted(signatures["pair"].structured_outputs) == ["output_0", "output_1"]


@pytest.mark.parametrize("name", ["affine", "effects", "types", "training", "tables"])
def test_servers_of_tensorflow_1(tmp_path: Path, name: str) -> None:
    """The outer graph: restored and run in a session, as servers and converters do it."""
    module, calls = PROGRAMS[name](fs)
    fs.saved_model.save(module, str(tmp_path / "m"))
    expected = results(fs, module, calls)
    with tf.compat.v1.Session(graph=tf.Graph()) as session:
        message = tf.compat.v1.saved_model.load(session, ["serve"], str(tmp_path / "m"))
        signature = message.signature_def["serving_default"]
        names = {key: info.name for key, info in signature.outputs.items()}
        for (_, args, _), wanted in zip(calls, expected, strict=True):
            feeds = {info.name: value for (_, info), value in zip(sorted(signature.inputs.items()), args, strict=False)}
            if name == "types":
                feeds = {signature.inputs["x"].name: args[0], signature.inputs["flag"].name: args[1]}
            found = session.run(names, feeds)
            flat = wanted if isinstance(wanted, list) else [wanted]
            for number, value in enumerate(flat):
                result = np.asarray(found[f"output_{number}"])
                same(result if value.dtype.kind != "O" else result.astype(object), value)


def test_converters(tmp_path: Path) -> None:
    """What other tools do with a SavedModel: freeze it, wrap it as a layer, convert it for phones."""
    module, _ = affine(fs)
    fs.saved_model.save(module, str(tmp_path / "m"))
    expected = module(fs.constant(X)).numpy()
    loaded = tf.saved_model.load(str(tmp_path / "m"))
    frozen = convert_variables_to_constants_v2(loaded.signatures["serving_default"])
    assert "ReadVariableOp" not in {node.op for node in frozen.graph.as_graph_def().node}
    np.testing.assert_allclose(frozen(tf.constant(X))[0].numpy(), expected, rtol=1e-5, atol=1e-6)
    layer = keras.layers.TFSMLayer(str(tmp_path / "m"), call_endpoint="serving_default")
    np.testing.assert_allclose(layer(X)["output_0"].numpy(), expected, rtol=1e-5, atol=1e-6)
    content = tf.lite.TFLiteConverter.from_saved_model(str(tmp_path / "m")).convert()
    interpreter = tf.lite.Interpreter(model_content=content)
    (given,), (found,) = interpreter.get_input_details(), interpreter.get_output_details()
    interpreter.resize_tensor_input(given["index"], X.shape)
    interpreter.allocate_tensors()
    interpreter.set_tensor(given["index"], X)
    interpreter.invoke()
    np.testing.assert_allclose(interpreter.get_tensor(found["index"]), expected, rtol=1e-5, atol=1e-5)


@BOTH
def test_assets(tmp_path: Path, writer: Any, reader: Any) -> None:
    (tmp_path / "words.txt").write_text("flow\nstone\n")
    module = writer.Module()
    module.words = writer.saved_model.Asset(str(tmp_path / "words.txt"))
    module.path = writer.function(lambda: module.words.asset_path, input_signature=[])
    writer.saved_model.save(module, str(tmp_path / "m"))
    (tmp_path / "words.txt").unlink()
    os.rename(tmp_path / "m", tmp_path / "moved")
    loaded = reader.saved_model.load(str(tmp_path / "moved"))
    assert Path(loaded.path().numpy().decode()).read_text() == "flow\nstone\n"


@BOTH
def test_checkpoints_of_models(tmp_path: Path, writer: Any, reader: Any) -> None:
    module, _ = affine(writer)
    module.b.assign([7.0, 8.0])
    writer.saved_model.save(module, str(tmp_path / "m"))
    fresh, _ = affine(reader)
    reader.train.Checkpoint(fresh).restore(str(tmp_path / "m")).expect_partial()
    assert fresh.b.numpy().tolist() == [7.0, 8.0]


@BOTH
def test_training_goes_on(tmp_path: Path, writer: Any, reader: Any) -> None:
    """A loaded function is differentiated with respect to the loaded variables."""
    module, _ = affine(writer)
    writer.saved_model.save(module, str(tmp_path / "m"))
    with writer.GradientTape() as tape:
        loss = writer.reduce_sum(module(writer.constant(X)))
    expected = [each.numpy() for each in tape.gradient(loss, [module.w, module.b])]
    loaded = reader.saved_model.load(str(tmp_path / "m"))
    with reader.GradientTape() as tape:
        loss = reader.reduce_sum(loaded(reader.constant(X)))
    found = [each.numpy() for each in tape.gradient(loss, [loaded.w, loaded.b])]
    for one, two in zip(found, expected, strict=True):
        np.testing.assert_allclose(one, two, rtol=1e-4, atol=1e-5)


def test_tensorflow_differentiates_our_loops(tmp_path: Path) -> None:
    """Its gradient of a loaded loop counts on the layout of its own."""

    def make(t: Any) -> Any:
        module = t.Module()
        module.w = t.Variable(2.0)

        @t.function(input_signature=[t.TensorSpec([]), t.TensorSpec([], t.int32)])
        def f(x: Any, n: Any) -> Any:
            for _ in t.range(n):
                x = x * module.w
                if x > 4.0:
                    x = x + t.square(module.w)
            return x

        module.f = f
        return module

    fs.saved_model.save(make(fs), str(tmp_path / "m"))
    gradients = []
    for module in (make(tf), tf.saved_model.load(str(tmp_path / "m"))):
        with tf.GradientTape() as tape:
            y = module.f(tf.constant(1.5), tf.constant(4))
        gradients.append(float(tape.gradient(y, module.w)))
    assert gradients[0] == pytest.approx(gradients[1], rel=1e-6)


def test_fingerprints(tmp_path: Path) -> None:
    fs.saved_model.save(affine(fs)[0], str(tmp_path / "ours"))
    tf.saved_model.save(affine(tf)[0], str(tmp_path / "theirs"))
    for folder in ("ours", "theirs"):
        one = tf.saved_model.experimental.read_fingerprint(str(tmp_path / folder))
        two = fs.saved_model.experimental.read_fingerprint(str(tmp_path / folder))
        for field in ("saved_model_checksum", "graph_def_program_hash", "signature_def_hash", "checkpoint_hash"):
            assert getattr(one, field) == getattr(two, field) != 0


def attempt(action: Callable[[], Any]) -> str:
    try:
        action()
    except Exception as error:  # noqa: BLE001 - its type is what is compared
        return type(error).__name__
    return "no error"


MISTAKES: dict[str, Callable[[Any, Path], Any]] = {
    "no model": lambda t, folder: t.saved_model.load(str(folder)),
    "a file that is none": lambda t, folder: (
        (folder / "saved_model.pb").write_bytes(b"nonsense"),
        t.saved_model.load(str(folder)),
    ),
    "other tags": lambda t, folder: (
        t.saved_model.save(t.Module(), str(folder / "m")),
        t.saved_model.load(str(folder / "m"), tags=["train"]),
    ),
    "not trackable": lambda t, folder: t.saved_model.save(3, str(folder / "m")),
    "an untracked variable": lambda t, folder: t.saved_model.save(untracked(t), str(folder / "m")),
    "a signature without specs": lambda t, folder: t.saved_model.save(
        t.Module(), str(folder / "m"), signatures=t.function(lambda x: x)
    ),
    "a signature with nested results": lambda t, folder: t.saved_model.save(
        t.Module(),
        str(folder / "m"),
        signatures=t.function(lambda x: {"a": {"b": x}}, input_signature=[t.TensorSpec([])]),
    ),
    "no trace": lambda t, folder: reloaded(t, folder, untraced(t)).f(t.constant(1.0)),
    "no matching trace": lambda t, folder: reloaded(t, folder, traced(t)).f(t.constant([1, 2])),
    "not the input signature": lambda t, folder: reloaded(t, folder, affine(t)[0])(t.constant([[1.0]])),
    "too many arguments": lambda t, folder: reloaded(t, folder, traced(t)).f(t.constant(1.0), t.constant(2.0)),
}


def reloaded(t: Any, folder: Path, module: Any) -> Any:
    t.saved_model.save(module, str(folder / "m"))
    return t.saved_model.load(str(folder / "m"))


def untraced(t: Any) -> Any:
    module = t.Module()
    module.f = t.function(lambda x: x)
    return module


def traced(t: Any) -> Any:
    module = untraced(t)
    module.f(t.constant(1.0))
    return module


def untracked(t: Any) -> Any:
    module, v = t.Module(), t.Variable(1.0)
    module.f = t.function(lambda x: x * v, input_signature=[t.TensorSpec([])])
    module.keep = lambda: v
    return module


@pytest.mark.parametrize("name", MISTAKES)
def test_mistakes_raise_the_same_types(tmp_path: Path, name: str) -> None:
    found = []
    for folder, t in ((tmp_path / "theirs", tf), (tmp_path / "ours", fs)):
        folder.mkdir()
        found.append(attempt(lambda t=t, folder=folder: MISTAKES[name](t, folder)))
    assert found[0] == found[1] != "no error"


# -- Keras ----------------------------------------------------------------------------------------------------

LAYERS = keras.layers


def keras_models() -> dict[str, tuple[Callable[[], Any], np.ndarray[Any, Any]]]:
    images = RNG.normal(size=(2, 8, 8, 3)).astype(np.float32)
    words = RNG.integers(0, 10, size=(2, 5)).astype(np.float32)
    sequence = RNG.normal(size=(2, 5, 3)).astype(np.float32)
    return {
        "dense": (
            lambda: keras.Sequential(
                [
                    keras.Input((4,)),
                    LAYERS.Dense(5, "relu"),
                    LAYERS.Dropout(0.5),
                    LAYERS.BatchNormalization(),
                    LAYERS.Dense(3, "softmax"),
                ]
            ),
            X,
        ),
        "functional": (_functional, X),
        "convolution": (
            lambda: keras.Sequential(
                [
                    keras.Input((8, 8, 3)),
                    LAYERS.Conv2D(4, 3, activation="relu", padding="same"),
                    LAYERS.MaxPooling2D(),
                    LAYERS.DepthwiseConv2D(3),
                    LAYERS.GlobalAveragePooling2D(),
                    LAYERS.Dense(2),
                ]
            ),
            images,
        ),
        "embedding": (
            lambda: keras.Sequential(
                [
                    keras.Input((5,)),
                    LAYERS.Embedding(10, 4),
                    LAYERS.LayerNormalization(),
                    LAYERS.Flatten(),
                    LAYERS.Dense(2),
                ]
            ),
            words,
        ),
        "recurrent": (
            lambda: keras.Sequential([keras.Input((5, 3)), LAYERS.LSTM(4, return_sequences=True), LAYERS.GRU(3)]),
            sequence,
        ),
        "attention": (_attention, sequence),
    }


def _functional() -> Any:
    inputs = keras.Input((4,), name="features")
    left, right = LAYERS.Dense(3, "tanh")(inputs), LAYERS.Dense(3, "gelu")(inputs)
    joined = LAYERS.Concatenate()([left, right, LAYERS.Multiply()([left, right])])
    return keras.Model(inputs, {"a": LAYERS.Dense(2)(joined), "b": LAYERS.Dense(1, "sigmoid")(joined)})


def _attention() -> Any:
    inputs = keras.Input((5, 3))
    attended = LAYERS.MultiHeadAttention(2, 4)(inputs, inputs)
    return keras.Model(inputs, LAYERS.LayerNormalization()(attended + inputs))


@pytest.mark.parametrize("name", keras_models())
@pytest.mark.parametrize("by", ["export", "save"])
def test_models_of_keras(tmp_path: Path, name: str, by: str) -> None:
    keras.utils.set_random_seed(1)
    make, x = keras_models()[name]
    model = make()
    expected = model(x)
    if by == "export":
        model.export(str(tmp_path / "m"), verbose=False)
    else:
        tf.saved_model.save(model, str(tmp_path / "m"))
    loaded = fs.saved_model.load(str(tmp_path / "m"))
    signature = loaded.signatures["serving_default"]
    (key,) = signature.structured_input_signature[1]
    found = signature(**{key: fs.constant(x)})
    wanted = expected if isinstance(expected, dict) else {"output_0": expected}
    assert sorted(found) == sorted(wanted)
    for each, value in wanted.items():
        np.testing.assert_allclose(found[each].numpy(), value.numpy(), rtol=1e-4, atol=1e-5)
    if by == "export":
        served = loaded.serve(fs.constant(x))
        for each, value in wanted.items():
            result = served[each] if isinstance(served, dict) else served
            np.testing.assert_allclose(result.numpy(), value.numpy(), rtol=1e-4, atol=1e-5)
        assert len(loaded.variables) == len(model.variables)


def test_our_models_in_tensorflow(tmp_path: Path) -> None:
    model = fs.keras.Sequential(
        [fs.keras.layers.Dense(5, activation="relu"), fs.keras.layers.Dense(3, activation="softmax")]
    )
    expected = model(fs.constant(X)).numpy()
    fs.saved_model.save(model, str(tmp_path / "m"))
    loaded = tf.saved_model.load(str(tmp_path / "m"))
    signature = loaded.signatures["serving_default"]
    (key,) = signature.structured_input_signature[1]
    (result,) = signature(**{key: tf.constant(X)}).values()
    np.testing.assert_allclose(result.numpy(), expected, rtol=1e-5, atol=1e-5)

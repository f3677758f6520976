"""Pictures of functions, how they are laid out, and the command that draws them."""

from __future__ import annotations

import itertools
from xml.etree import ElementTree

import pytest
from flowstone_core.api import tf
from flowstone_core.providers import kernel_providers
from flowstone_core.services import MODEL_FILES
from flowstone_core.type_spec import TensorSpec
from flowstone_graphfn import graph_command as commands
from flowstone_graphfn.function import function
from flowstone_graphfn.graph_command import graph_command
from flowstone_graphfn.layout import layered
from flowstone_graphfn.picture import function_picture
from hypothesis import given
from hypothesis import strategies as st

SVG = "{http://www.w3.org/2000/svg}"

PROGRAM = """
from flowstone_core.api import tf
from flowstone_graphfn.function import function

def plain(x, n):
    while n > 0:
        x, n = tf.tanh(x) + 1.0, n - 1
    return x

class Model:
    @function(input_signature=[])
    def call():
        return tf.constant(1.0) + tf.constant(2.0)

number = 3
"""


def program(x, y):
    for _ in tf.range(3):
        x = tf.matmul(x, y)
    return tf.sin(x) + tf.cos(y), y


def titles(svg):
    """The tool tips of a picture, by the first line's first word."""
    return [title.text for title in ElementTree.fromstring(svg).iter(f"{SVG}title")]


def test_every_node_has_a_box():
    concrete = function(program).get_concrete_function(TensorSpec([2, 2], name="x"), TensorSpec([2, 2], name="y"))
    with kernel_providers(["numpy"]):
        svg = function_picture(concrete.graph_function)
    found = "\n".join(titles(svg))
    for node in ("Sin = Sin(", "Cos = Cos(y)", "MatMul = MatMul(", "Less = Less(", "x: float32(2, 2)"):
        assert node in found
    assert "test_picture.py" in found
    drawn = list(ElementTree.fromstring(svg).iter(f"{SVG}path"))
    assert len(drawn) > 6


def test_names_of_graphs_are_only_text():
    concrete = function(lambda x: tf.identity(x, name="a")).get_concrete_function(TensorSpec([], name="x"))
    graph = concrete.graph_function.graph
    graph.nodes[-1].name = '<script>"&'
    svg = function_picture(concrete.graph_function, traced=True)
    assert "<script" not in svg
    assert any('<script>"&' in title for title in titles(svg))


def test_times_and_who_executes():
    concrete = function(lambda x: tf.sin(x)).get_concrete_function(TensorSpec([3], name="x"))
    graph = concrete.graph_function.optimized().graph
    svg = function_picture(concrete.graph_function, times={(graph.name, "Sin"): "1.5 µs"})
    assert "1.5 µs" in svg


edges = st.sets(st.tuples(st.integers(0, 14), st.integers(0, 14)).filter(lambda edge: edge[0] < edge[1]), max_size=40)


@given(st.lists(st.tuples(st.floats(5, 90), st.floats(5, 40)), min_size=15, max_size=15), edges)
def test_boxes_stand_apart_and_below_what_they_take(sizes, connections):
    drawing = layered(sizes, sorted(connections))
    boxes = [(*drawing.places[number], *size) for number, size in enumerate(sizes)]
    for (x, y, w, h), (other_x, other_y, other_w, other_h) in itertools.combinations(boxes, 2):
        apart = abs(x - other_x) - (w + other_w) / 2, abs(y - other_y) - (h + other_h) / 2
        assert max(apart) > -1e-6
    for source, target in connections:
        assert boxes[source][1] + sizes[source][1] / 2 < boxes[target][1] - sizes[target][1] / 2
        path = drawing.paths[source, target]
        assert [y for _, y in path] == sorted(y for _, y in path)
    for x, y, w, h in boxes:
        assert x - w / 2 > -1e-6
        assert x + w / 2 <= drawing.width + 1e-6
        assert y + h / 2 <= drawing.height + 1e-6


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "program.py"
    path.write_text(PROGRAM)
    return path


def test_the_command_draws_a_function(file, tmp_path, capsys):
    target = tmp_path / "out.svg"
    specs = ["--spec", "float32[?,2]", "--spec", "int32[]"]
    assert graph_command([f"{file}:plain", *specs, "-o", str(target), "--time", "2"]) == 0
    assert "nodes" in capsys.readouterr().out
    assert "Tanh = Tanh(" in "\n".join(titles(target.read_text()))
    assert graph_command([f"{file}:plain", *specs, "--text"]) == 0
    assert "As traced:" in capsys.readouterr().out


def test_the_command_times_nodes(tmp_path, file):
    file.write_text(PROGRAM.replace("n > 0", "n < 3").replace("n - 1", "n + 1"))
    target = tmp_path / "out.svg"
    with kernel_providers(["numpy"]):
        assert (
            graph_command(
                [f"{file}:plain", "--spec", "float32[2]", "--spec", "int32[]", "-o", str(target), "--time", "4"]
            )
            == 0
        )
    times = [text.text for text in ElementTree.fromstring(target.read_text()).iter(f"{SVG}text") if "µs" in text.text]
    assert any(time.endswith("µs × 3") for time in times)


@pytest.mark.parametrize(
    ("what", "options", "expected"),
    [
        ("nowhere", [], "is no folder"),
        ("{file}:missing", [], "has no 'missing'"),
        ("{file}:number", [], "no function"),
        ("{file}:plain", [], "give --spec"),
        ("{file}:plain", ["--spec", "float32"], "expected a type and sizes"),
        ("{file}:plain", ["--traced", "--time", "1"], "leave out --traced"),
        ("{file}x.py:plain", [], "no file"),
        ("no_such_package.module:f", [], "No module named"),
    ],
)
def test_the_command_says_what_is_wrong(what, options, expected, file, capsys):
    assert graph_command([what.format(file=file), *options]) == 1
    assert expected in capsys.readouterr().err


def test_the_command_draws_signatures(tmp_path, monkeypatch, capsys):
    concrete = function(lambda x: tf.sin(x)).get_concrete_function(TensorSpec([3], name="x"))

    class Files:
        def load(self, path):
            return type("Loaded", (), {"signatures": {"serving_default": concrete}})

    monkeypatch.setattr(commands, "get_service", lambda service: Files() if service is MODEL_FILES else None)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "model").mkdir()
    assert graph_command(["model"]) == 0
    assert "Sin" in (tmp_path / "model.svg").read_text()
    assert graph_command(["model", "--signature", "other"]) == 1
    assert "it has: serving_default" in capsys.readouterr().err

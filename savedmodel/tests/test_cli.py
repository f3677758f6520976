"""``flowstone saved-model``."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from flowstone_core.asset import Asset
from flowstone_core.module import Module
from flowstone_core.type_spec import TensorSpec
from flowstone_core.variable import Variable
from flowstone_graphfn.function import function
from flowstone_savedmodel.cli import saved_model_command
from flowstone_savedmodel.saving import save

GOLDEN = Path(__file__).parent / "golden" / "saved_models"


@pytest.fixture
def model(tmp_path: Path) -> str:
    root = Module()
    root.v = Variable([1.0, 2.0], name="weights")
    root.scale = function(lambda x, by=2.0: {"y": x * root.v * by}, input_signature=[TensorSpec([None, 2], name="x")])
    (tmp_path / "words.txt").write_text("words")
    root.words = Asset(tmp_path / "words.txt")
    save(root, tmp_path / "m")
    return str(tmp_path / "m")


def test_show(model: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert saved_model_command(["show", model]) == 0
    text = capsys.readouterr().out
    for line in (
        "tags serve",
        "serving_default  takes  x       float32  (None, 2)",
        "serving_default  gives  y       float32  (None, 2)",
        "scale   (x, by=2.0)  1",
        "v       weights  float32  (2,)   yes",
        "words.txt",
    ):
        assert line in text
    assert saved_model_command(["show", model, "--ops"]) == 0
    assert "VarHandleOp" in capsys.readouterr().out


def test_show_a_model_of_tensorflow(capsys: pytest.CaptureFixture[str]) -> None:
    assert saved_model_command(["show", str(GOLDEN / "module"), "--tags", "serve"]) == 0
    text = capsys.readouterr().out
    assert "steps         (x, n=2, *, flag=False)  2" in text
    assert "parts.1.0" in text


def test_run(model: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert saved_model_command(["run", model, "--input", "x=[[1, 2.5]]", "--output", str(tmp_path / "out")]) == 0
    assert "[[ 2. 10.]]" in capsys.readouterr().out
    assert np.load(tmp_path / "out" / "y.npy").tolist() == [[2.0, 10.0]]
    np.save(tmp_path / "x.npy", np.array([[3, 4]]))
    assert saved_model_command(["run", model, "--input", f"x={tmp_path / 'x.npy'}"]) == 0
    assert "[[ 6. 16.]]" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["run", "{model}"], "needs --input for x"),
        (["run", "{model}", "--input", "z=1"], "one of the names ['x']"),
        (["run", "{model}", "--input", "x"], "expected NAME=VALUE"),
        (["run", "{model}", "--input", "x=open('f')"], "neither a Python literal"),
        (["run", "{model}", "--input", "x=[[1.0], 2.0]"], "non-rectangular"),
        (["run", "{model}", "--input", "x=none.npy"], "No such file"),
        (["run", "{model}", "--signature", "other"], "no signature 'other', only: serving_default"),
        (["show", "{model}", "--tags", "a,b"], "incompatible argument to `tags`"),
        (["show", "/nowhere"], "does not exist"),
    ],
)
def test_mistakes(model: str, arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert saved_model_command([argument.format(model=model) for argument in arguments]) == 1
    captured = capsys.readouterr()
    assert message in captured.err
    assert captured.err.startswith("flowstone saved-model: ")

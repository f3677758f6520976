"""Printing, assertions, Python functions: eagerly. Inside graphs: graphfn's tests."""

from __future__ import annotations

import sys

import numpy as np
import pytest
from flowstone_core import dtypes, errors
from flowstone_core.conversion import constant
from flowstone_core.ops import control, script
from flowstone_core.summarize import summarize
from flowstone_core.type_spec import TensorSpec


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (np.arange(20), "[0 1 2 ... 17 18 19]"),
        (np.arange(6).reshape(2, 3), "[[0 1 2]\n [3 4 5]]"),
        (np.arange(8).reshape(2, 2, 2), "[[[0 1]\n  [2 3]]\n\n [[4 5]\n  [6 7]]]"),
        (np.float32([0.1, 1 / 3, 1e10, 1, 100000, 1e7]), "[0.1 0.333333343 1e+10 1 100000 1e+07]"),
        (np.float64([0.1, 1 / 3, 1e10, 1e20]), "[0.1 0.33333333333333331 10000000000 1e+20]"),
        (np.float16([0.1, 1 / 3]), "[0.0999755859 0.333251953]"),
        (np.float32([np.nan, np.inf, -np.inf]), "[nan inf -inf]"),
        (np.array([True, False]), "[1 0]"),
        (np.array([b"a", b"b"], object), '["a" "b"]'),
        (np.zeros([0]), "[]"),
    ],
)
def test_summaries_are_tensorflows(value, text):
    assert summarize(value) == text


def test_summaries_of_chosen_length():
    square = np.arange(100).reshape(10, 10)
    assert summarize(square, 1) == "[[0 ... 9]\n ...\n [90 ... 99]]"
    assert summarize(np.arange(10), -1) == "[0 1 2 3 4 5 6 7 8 9]"


def printed(capsys, *values, **options):
    script.print(*values, output_stream=sys.stdout, **options)
    return capsys.readouterr().out


def test_print(capsys):
    assert printed(capsys, "hello", constant([1, 2, 3]), 5, None, 2.5) == "hello [1 2 3] 5 None 2.5\n"
    assert printed(capsys, "a", "b", sep="-", end="!\n") == "a-b!\n"
    assert printed(capsys, [constant(1), constant([1, 2])], {"a": constant(1), "b": [2, "s"]}) == (
        "[1, [1 2]] {'a': 1, 'b': [2, 's']}\n"
    )
    assert printed(capsys, constant("x")) == "x\n"
    assert printed(capsys, constant("x"), 1) == '"x" 1\n'
    assert printed(capsys, "{} literal", constant(1)) == "{} literal 1\n"
    assert printed(capsys) == "\n"
    assert printed(capsys, b"bytes", True, "it's", ["x"]) == "b'bytes' True it's ['x']\n"


def test_print_streams(capsys, tmp_path, caplog):
    script.print("to stderr")
    assert capsys.readouterr().err == "to stderr\n"
    script.print("to a file", output_stream=f"file://{tmp_path}/out.txt")
    script.print("twice", output_stream=f"file://{tmp_path}/out.txt")
    assert (tmp_path / "out.txt").read_text() == "to a file\ntwice\n"
    script.print("to the log", output_stream="log(error)")
    assert "to the log" in caplog.text
    with pytest.raises(ValueError, match="Unsupported output stream"):
        script.print("x", output_stream="foo")
    with pytest.raises(ValueError, match="Unrecognized keyword"):
        script.print("x", foo=1)


def test_format():
    assert script.string_format("a {} b {}", (constant([1, 2]), "s")).numpy() == b'a [1 2] b "s"'
    with pytest.raises(ValueError, match="expects 1 tensors, but the inputs only has 2"):
        script.string_format("{}", [1, 2])


def test_assert():
    assert script.Assert(constant(True), ["fine"]) is None
    with pytest.raises(errors.InvalidArgumentError, match=r"Summarized data: b'bad'\n1, 2, 3, \.\.\."):
        script.Assert(constant(False), ["bad", constant([1, 2, 3, 4])])


def test_py_function():
    assert script.py_function(lambda x: x + 1, [constant(1)], dtypes.int32).numpy() == 2
    first, second = script.py_function(lambda x: [x + 1, x * 2.0], [1.0], [dtypes.float32, dtypes.float32])
    assert (first.numpy(), second.numpy()) == (2.0, 2.0)
    assert script.py_function(lambda x: None, [1.0], []) == []
    assert script.py_function(lambda: 3, [], dtypes.int64).dtype is dtypes.int64
    assert script.py_function(lambda x: x, [1.0], TensorSpec([], dtypes.float32)).numpy() == 1.0


@pytest.mark.parametrize(
    ("raised", "reported"),
    [
        (ValueError("v"), errors.InvalidArgumentError),
        (TypeError("v"), errors.InvalidArgumentError),
        (StopIteration("v"), errors.OutOfRangeError),
        (MemoryError("v"), errors.ResourceExhaustedError),
        (NotImplementedError("v"), errors.UnimplementedError),
        (KeyError("v"), errors.UnknownError),
    ],
)
def test_errors_of_python_functions(raised, reported):
    def fail(x):
        raise raised

    with pytest.raises(reported, match=type(raised).__name__):
        script.py_function(fail, [1.0], dtypes.float32)
    with pytest.raises(type(raised)):
        script.numpy_function(fail, [1.0], dtypes.float32)


def test_python_functions_must_keep_their_word():
    with pytest.raises(errors.InvalidArgumentError, match="returns 0 values, but expects to see 1"):
        script.py_function(lambda x: None, [1.0], dtypes.float32)
    with pytest.raises(errors.InvalidArgumentError, match="expects int32"):
        script.py_function(lambda x: x, [1.0], dtypes.int32)


def test_numpy_function():
    result = script.numpy_function(lambda x, y: x * y, [constant([1, 2]), constant(3)], dtypes.int32)
    np.testing.assert_array_equal(result.numpy(), [3, 6])


def test_order_needs_no_help():
    with control.control_dependencies([constant(1)]):
        assert control.group(constant(1)) is None
    assert control.no_op() is None
    assert control.tuple_of([1, None])[1] is None

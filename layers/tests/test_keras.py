"""Every case of ``keras_cases.py`` against what Keras on TensorFlow 2.21 computed."""

import json
from pathlib import Path

import numpy as np
import pytest
from keras_cases import CASES
from public import tf
from values import plain

GOLDENS = json.loads((Path(__file__).parent / "goldens" / "keras.json").read_text())


def compare(got, expected, where):
    if isinstance(expected, dict):
        assert isinstance(got, dict), where
        assert got.keys() == expected.keys(), where
        for key in expected:
            compare(got[key], expected[key], f"{where}[{key!r}]")
    elif isinstance(expected, list) and not _numbers(expected):
        assert len(got) == len(expected), where
        for index, (a, b) in enumerate(zip(got, expected, strict=True)):
            compare(a, b, f"{where}[{index}]")
    elif isinstance(expected, (str, bool, type(None))):
        assert got == expected, where
    else:
        np.testing.assert_allclose(got, expected, rtol=2e-4, atol=2e-5, err_msg=where)


def _numbers(value):
    if isinstance(value, list):
        return all(_numbers(item) for item in value) and len({np.shape(item) for item in value}) <= 1
    return isinstance(value, (int, float)) and not isinstance(value, bool)


@pytest.mark.parametrize("name", CASES)
def test_as_keras(name):
    assert name in GOLDENS, "not recorded: run record_goldens.py with TensorFlow"
    tf.keras.utils.set_random_seed(1)
    compare(plain(CASES[name](tf)), GOLDENS[name], name)

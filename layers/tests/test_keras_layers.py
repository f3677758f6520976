"""Every case of ``keras_cases_layers.py`` against what Keras on TensorFlow 2.21 computed."""

import json
from pathlib import Path

import pytest
from keras_cases_layers import CASES
from public import tf
from test_keras import compare
from values import plain

GOLDENS = json.loads((Path(__file__).parent / "goldens" / "keras_layers.json").read_text())


@pytest.mark.parametrize("name", CASES)
def test_layer_as_keras(name):
    assert name in GOLDENS, "not recorded: run record_goldens_layers.py with TensorFlow"
    tf.keras.utils.set_random_seed(1)
    compare(plain(CASES[name](tf)), GOLDENS[name], name)

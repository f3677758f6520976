"""Run every case of layers with TensorFlow and keep the results: ``python layers/tests/record_goldens_layers.py``."""

import json
from pathlib import Path

import tensorflow as tf
from keras_cases_layers import CASES
from values import plain

GOLDENS = Path(__file__).parent / "goldens" / "keras_layers.json"

if __name__ == "__main__":
    results = {}
    for name, function in CASES.items():
        tf.keras.utils.set_random_seed(1)
        results[name] = plain(function(tf))
    lines = [f" {json.dumps(name)}: {json.dumps(result)}" for name, result in results.items()]
    GOLDENS.write_text("{\n" + ",\n".join(lines) + "\n}\n")
    print(f"{len(results)} cases of TensorFlow {tf.__version__} in {GOLDENS}")

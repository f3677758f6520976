"""What tests share: this folder's modules, and settings that one test must not leave to the next."""

import sys
from pathlib import Path

import pytest
from flowstone_graphfn.eagerly import run_functions_eagerly
from flowstone_layers.dtype_policy import set_dtype_policy

sys.path.insert(0, str(Path(__file__).parent))


@pytest.fixture(autouse=True)
def clean_settings():
    yield
    run_functions_eagerly(False)
    set_dtype_policy(None)

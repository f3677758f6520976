"""Every rule: against differences of values, backward and forward, first and second order; against TensorFlow."""

from __future__ import annotations

import json

import numpy as np
import pytest
from flowstone_autodiff.check import check_gradients
from flowstone_autodiff.tape import GradientTape


def test_agrees_with_differences(case, tf):
    function, values = case.function(tf), [tf.constant(array) for array in case.arrays().values()]
    options = case.options
    if "delta" in options:
        check_gradients(function, values, order=options.get("order", 2), delta=options["delta"], rtol=1e-2, atol=1e-3)
    elif options.get("order", 2):
        check_gradients(function, values, order=options.get("order", 2), forward=options.get("forward", True))


def test_agrees_with_tensorflow(case, cases, tf):
    if not case.options.get("golden", True):
        pytest.skip("TensorFlow has no such gradient")
    expected = json.loads((cases.GOLDENS / f"{case.family}.json").read_text())[str(case)]
    got = cases.derivatives(case, tf, GradientTape)
    close = {"rtol": 1e-4, "atol": 1e-5} if case.options.get("dtype") == "float32" else {"rtol": 1e-6, "atol": 1e-8}
    for name, values in expected["first"].items():
        assert (values is None) == (got["first"][name] is None), name
        if values is not None:
            np.testing.assert_allclose(got["first"][name], values, err_msg=name, **close)
    for name, values in expected.get("second", {}).items():
        np.testing.assert_allclose(got["second"][name] or 0.0, values or 0.0, err_msg=f"second {name}", **close)

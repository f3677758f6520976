from __future__ import annotations

import math

import numpy as np
import pytest
from flowstone_core.conversion import constant
from flowstone_core.errors import InvalidArgumentError
from flowstone_core.ops import activations as ops
from flowstone_core.ops.elementary import SOFTPLUS

x = np.linspace(-4, 4, 33) + 0.01
FORMULAS = {
    ops.relu: lambda x: max(x, 0),
    ops.relu6: lambda x: min(max(x, 0), 6),
    ops.leaky_relu: lambda x: x if x > 0 else float(np.float32(0.2)) * x,
    ops.elu: lambda x: x if x > 0 else math.expm1(x),
    ops.selu: lambda x: 1.0507009873554805 * (x if x > 0 else 1.6732632423543772 * math.expm1(x)),
    ops.softplus: lambda x: math.log1p(math.exp(x)),
    ops.softsign: lambda x: x / (1 + abs(x)),
    ops.silu: lambda x: x / (1 + math.exp(-x)),
    ops.gelu: lambda x: x * (1 + math.erf(x / math.sqrt(2))) / 2,
}


@pytest.mark.parametrize(("function", "formula"), list(FORMULAS.items()), ids=lambda f: getattr(f, "__name__", ""))
def test_formulas(function, formula):
    expected = [formula(value) for value in x]
    assert np.allclose(function(x).numpy(), expected, rtol=1e-6)
    for kind in ("float16", "float32"):
        assert np.allclose(function(x.astype(kind)).numpy(), expected, rtol=5e-3, atol=5e-3)
        assert function(x.astype(kind)).dtype == kind


@pytest.mark.parametrize(
    ("op", "function", "of_result", "attrs"),
    [
        (ops.RELU_GRAD, ops.relu, False, {}),
        (ops.RELU6_GRAD, ops.relu6, False, {}),
        (ops.LEAKY_RELU_GRAD, ops.leaky_relu, False, {"alpha": 0.2}),
        (ops.ELU_GRAD, ops.elu, True, {}),
        (ops.SELU_GRAD, ops.selu, True, {}),
        (ops.SOFTPLUS_GRAD, SOFTPLUS, False, {}),
        (ops.SOFTSIGN_GRAD, ops.softsign, False, {}),
    ],
)
def test_gradients_against_differences(op, function, of_result, attrs):
    slope = (function(x + 1e-6).numpy() - function(x - 1e-6).numpy()) / 2e-6
    operand = function(x) if of_result else x
    assert np.allclose(op(np.full_like(x, 3.0), operand, **attrs).numpy(), 3 * slope, atol=1e-5)


def test_nan_stays():
    for function in (ops.relu, ops.relu6, ops.elu, ops.leaky_relu):
        assert np.isnan(function([math.nan]).numpy()).all()


def test_types():
    assert ops.relu([-1, 2]).dtype == "int32"
    assert ops.leaky_relu([-1, 2]).numpy().tolist() == [np.float32(-0.2), 2]
    with pytest.raises(ValueError, match="floating"):
        ops.gelu([1])
    with pytest.raises(InvalidArgumentError, match="allowed"):
        ops.elu([1])


def test_approximations_and_parameters():
    assert np.allclose(ops.gelu(x, approximate=True).numpy(), ops.gelu(x).numpy(), atol=5e-3)
    assert np.allclose(ops.silu(x, beta=2.0).numpy(), x / (1 + np.exp(-2 * x)))
    assert ops.crelu([[-1.0, 2.0]]).numpy().tolist() == [[0, 2, 1, 0]]
    assert ops.leaky_relu(constant([-1.0]), alpha=np.array(0.5)).numpy().tolist() == [-0.5]
